import { ImagingError } from '../errors.ts'
import type { Header } from '../header.ts'
import { planeCount, sampleBytes } from '../header.ts'
import { part10, pixelAttributes } from './dicomFile.ts'
import type { WrittenFile } from './dicomFile.ts'
import type { DicomAttributes, DicomMetadata } from './dicomMetadata.ts'
import { commonAttributes, dateOf, decimalString, plusSeconds, timeOf } from './dicomModules.ts'
import { enhancedAgent, enhancedModality } from './dicomEnhancedObjects.ts'
import { converted } from './planes.ts'
import type { Image } from './planes.ts'

/** Enhanced CT, MR and PET Image Storage (PS3.4 B.5). */
const sopClasses: Record<string, string> = {
  CT: '1.2.840.10008.5.1.4.1.1.2.1',
  MR: '1.2.840.10008.5.1.4.1.1.4.1',
  PT: '1.2.840.10008.5.1.4.1.1.130',
}

/** Attribute tags that Multi-frame Dimension points to (PS3.3 C.7.6.17). */
const pointer = { frameContent: 0x00209111, stack: 0x00209056, inStack: 0x00209057, temporal: 0x00209128 }

/**
 * Writes a series as one enhanced multi-frame object (PS3.3 A.36, A.38, A.56), explicit VR little endian: all slices and
 * times in one file, each frame with its place, time and scale. 8-bit samples become 16-bit ones, which the objects ask for.
 *
 * Image Type is DERIVED: the object is made from a stored series and not by the scanner, which alone knows all that an
 * ORIGINAL one must tell of the acquisition.
 * @param image 8- or 16-bit grey CT, MR or PT with spacing, origin and direction
 * @throws ImagingError 'unsupported' for what these objects cannot hold, or what they must say and nobody knows
 */
export async function writeEnhancedDicom(image: Image, metadata: DicomMetadata): Promise<WrittenFile> {
  const { header } = image
  const sopClass = sopClasses[header.modality ?? '']
  const { spacing, origin, direction, sampleType } = header
  if (!sopClass || !spacing || !origin || !direction || header.samplesPerPixel !== 1 || sampleBytes[sampleType] > 2) {
    throw new ImagingError(
      'unsupported',
      `Enhanced DICOM is written for CT, MR and PT series of 8 or 16 bits in grey with spacing, origin and direction, not for ${header.modality ?? 'a series without modality'} of ${sampleType}.`,
    )
  }
  const wide = wideType(sampleType)
  const planes: Uint8Array[] = []
  let k = 0
  for await (const plane of image.planes()) {
    planes.push(wide === sampleType ? plane : converted(header, k, plane, wide, false))
    k++
  }
  const stored = { ...header, sampleType: wide }
  const uid = `${metadata.series.uid}.1`
  const { shared, attributes } = enhancedModality(header, metadata)
  // Said with the attributes of the enhanced object.
  const { CorrectedImage: _corrected, ...others } = metadata.attributes ?? {}
  const bytes = part10(sopClass, uid, stored, {
    ...withoutClassicAgent(commonAttributes(header, metadata)),
    ...equipment(metadata),
    ...attributes,
    ...enhancedAgent(header, metadata).attributes,
    InstanceNumber: 1,
    ContentDate: dateOf(metadata.series.start),
    ContentTime: timeOf(metadata.series.start),
    NumberOfFrames: planeCount(header),
    AcquisitionContextSequence: [],
    ...dimensions(uid),
    SharedFunctionalGroupsSequence: [
      {
        PixelMeasuresSequence: [
          {
            PixelSpacing: [decimalString(spacing[1]), decimalString(spacing[0])],
            SliceThickness: decimalString(spacing[2]),
            SpacingBetweenSlices: decimalString(spacing[2]),
          },
        ],
        PlaneOrientationSequence: [{ ImageOrientationPatient: direction.slice(0, 6).map(decimalString) }],
        ...shared,
        ...enhancedAgent(header, metadata).shared,
      },
    ],
    PerFrameFunctionalGroupsSequence: planes.map((_, i) => frameGroups(header, metadata, i)),
    ...pixelAttributes(stored, planes),
    ...others,
  })
  return { name: 'IM0001.dcm', bytes }
}

const wideType = (type: Header['sampleType']): Header['sampleType'] =>
  type === 'uint8' ? 'uint16' : type === 'int8' ? 'int16' : type

/** Enhanced General Equipment must name the instrument (PS3.3 C.7.5.2); what nobody knows is said to be unknown. */
const equipment = ({ instrument = {} }: DicomMetadata): DicomAttributes => ({
  Manufacturer: instrument.manufacturer ?? 'UNKNOWN',
  ManufacturerModelName: instrument.model ?? 'UNKNOWN',
  DeviceSerialNumber: instrument.serialNumber ?? 'UNKNOWN',
  SoftwareVersions: instrument.softwareVersion ?? 'UNKNOWN',
})

/** The enhanced objects have modules of their own for what was administered. */
const withoutClassicAgent = (attributes: DicomAttributes): DicomAttributes =>
  Object.fromEntries(
    Object.entries(attributes).filter(([keyword]) => !/^(ContrastBolus|RadiopharmaceuticalInformation)/.test(keyword)),
  )

/** Frames run by stack, time and slice (PS3.3 C.7.6.17). */
function dimensions(uid: string): DicomAttributes {
  const organization = `${uid}.1`
  const index = (tag: number, label: string): DicomAttributes => ({
    DimensionOrganizationUID: organization,
    DimensionIndexPointer: tag,
    FunctionalGroupPointer: pointer.frameContent,
    DimensionDescriptionLabel: label,
  })
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organization }],
    DimensionIndexSequence: [
      index(pointer.stack, 'Stack'),
      index(pointer.temporal, 'Time'),
      index(pointer.inStack, 'Slice'),
    ],
  }
}

/** What belongs to frame k alone: place, time, scale, display. */
function frameGroups(header: Header, metadata: DicomMetadata, k: number): DicomAttributes {
  const { shape, spacing, origin, direction, slope, intercept, frames, window, modality } = header
  const slice = k % shape.z
  const time = Math.floor(k / shape.z) % shape.t
  const along = slice * spacing![2]
  const seconds = frames?.durationSeconds[time]
  const acquired = plusSeconds(metadata.series.start, frames?.startSeconds[time] ?? 0)
  const at = dateOf(acquired) + timeOf(acquired)
  const scale = { slope: slope[k] ?? slope[0]!, intercept: intercept[k] ?? intercept[0]! }
  return {
    FrameContentSequence: [
      {
        FrameAcquisitionNumber: time + 1,
        FrameReferenceDateTime: at,
        FrameAcquisitionDateTime: at,
        ...(seconds === undefined ? {} : { FrameAcquisitionDuration: seconds * 1000 }),
        StackID: '1',
        InStackPositionNumber: slice + 1,
        TemporalPositionIndex: time + 1,
        DimensionIndexValues: [1, time + 1, slice + 1],
      },
    ],
    PlanePositionSequence: [
      { ImagePositionPatient: [0, 1, 2].map((i) => decimalString(origin![i]! + direction![6 + i]! * along)) },
    ],
    PixelValueTransformationSequence: [
      {
        RescaleIntercept: decimalString(scale.intercept),
        RescaleSlope: decimalString(scale.slope),
        RescaleType: modality === 'CT' && header.unit === 'HU' ? 'HU' : 'US',
      },
    ],
    ...(modality === 'PT' ? realWorldValues(header, scale) : {}),
    ...(window && window.high > window.low
      ? {
          FrameVOILUTSequence: [
            {
              WindowCenter: decimalString((window.low + window.high) / 2),
              WindowWidth: decimalString(window.high - window.low),
            },
          ],
        }
      : {}),
  }
}

/** What the stored numbers of PET mean, with a UCUM code (PS3.3 C.7.6.16.2.11). */
function realWorldValues({ unit, sampleType }: Header, scale: { slope: number; intercept: number }): DicomAttributes {
  if (unit === '') return {}
  const isSigned = sampleType.startsWith('int')
  return {
    RealWorldValueMappingSequence: [
      {
        RealWorldValueIntercept: scale.intercept,
        RealWorldValueSlope: scale.slope,
        _vrMap: {
          RealWorldValueFirstValueMapped: isSigned ? 'SS' : 'US',
          RealWorldValueLastValueMapped: isSigned ? 'SS' : 'US',
        },
        RealWorldValueFirstValueMapped: isSigned ? -32768 : 0,
        RealWorldValueLastValueMapped: isSigned ? 32767 : 65535,
        LUTExplanation: unit,
        LUTLabel: unit,
        MeasurementUnitsCodeSequence: [{ CodeValue: unit, CodingSchemeDesignator: 'UCUM', CodeMeaning: unit }],
      },
    ],
  }
}
