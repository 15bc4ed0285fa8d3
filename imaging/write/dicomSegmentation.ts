import { ImagingError } from '../errors.ts'
import type { Header } from '../header.ts'
import { part10 } from './dicomFile.ts'
import type { Code, DicomAttributes, DicomMetadata } from './dicomMetadata.ts'
import { coded, commonAttributes, dateOf, decimalString, timeOf } from './dicomModules.ts'

/** Segmentation Storage (PS3.4 B.5). */
const sopClass = '1.2.840.10008.5.1.4.1.1.66.4'

/** Attribute tags that Multi-frame Dimension points to (PS3.3 C.7.6.17). */
const pointer = { segment: 0x0062000b, identification: 0x0062000a, position: 0x00200032, planePosition: 0x00209113 }

export interface WrittenSegment {
  /** 1 to 255, as in the labels. */
  number: number
  label: string
  /** What it is; words alone get a code of a scheme of our own. */
  code?: Code
}

export interface WrittenSegmentation {
  /** UID of the series that is written, which is another one than that of the image. */
  seriesUid: string
  label: string
  /** Who made it. */
  creator: string
  method: 'MANUAL' | 'SEMIAUTOMATIC' | 'AUTOMATIC'
  segments: readonly WrittenSegment[]
}

/**
 * Writes the labels of one time point as a Segmentation object (PS3.3 A.51), BINARY, explicit VR little endian: one frame
 * for each plane on which a segment has voxels.
 * @param header of the image whose voxels the labels are
 * @param labels x fastest, then y, z; 0 is nothing
 * @throws ImagingError 'unsupported' where the image has no place in space, or no segment has voxels
 */
export function writeDicomSegmentation(
  header: Header,
  metadata: DicomMetadata,
  { seriesUid, label, creator, method, segments }: WrittenSegmentation,
  labels: Uint8Array,
): Uint8Array {
  const { spacing, origin, direction, shape } = header
  if (!spacing || !origin || !direction) {
    throw new ImagingError(
      'unsupported',
      'A DICOM Segmentation says where its planes lie; this image has no spacing, origin or directions. Take NIfTI.',
    )
  }
  const pixels = shape.x * shape.y
  const frames = segments.flatMap((segment, n) =>
    Array.from({ length: shape.z }, (_, z) => ({ segment, place: n + 1, z })).filter(({ z }) =>
      labels.subarray(z * pixels, (z + 1) * pixels).includes(segment.number),
    ),
  )
  if (frames.length === 0)
    throw new ImagingError('unsupported', 'No segment has voxels at this time point, and DICOM has no empty objects.')
  // Bits of one frame follow those of the one before, the least of a byte first (PS3.5, 8.1.1 and 8.2).
  const bytes = Math.ceil((frames.length * pixels) / 8)
  const packed = new Uint8Array(bytes + (bytes % 2))
  frames.forEach(({ segment, z }, n) => {
    for (let i = 0; i < pixels; i++) {
      if (labels[z * pixels + i] !== segment.number) continue
      const bit = n * pixels + i
      packed[bit >> 3]! |= 1 << (bit & 7)
    }
  })
  const uid = `${seriesUid}.1`
  const written = { ...metadata, series: { ...metadata.series, uid: seriesUid, label } }
  const { instrument = {}, series } = metadata
  return part10(
    sopClass,
    uid,
    { sampleType: 'uint8' },
    {
      ...withoutAgent(commonAttributes({ ...header, modality: 'SEG' }, written)),
      // Enhanced General Equipment must name the instrument (PS3.3 C.7.5.2).
      Manufacturer: instrument.manufacturer ?? 'UNKNOWN',
      ManufacturerModelName: instrument.model ?? 'UNKNOWN',
      DeviceSerialNumber: instrument.serialNumber ?? 'UNKNOWN',
      SoftwareVersions: instrument.softwareVersion ?? 'UNKNOWN',
      InstanceNumber: 1,
      ContentDate: dateOf(series.start),
      ContentTime: timeOf(series.start),
      ImageType: ['DERIVED', 'PRIMARY'],
      ContentLabel: 'SEGMENTATION',
      ContentDescription: label.slice(0, 64),
      ContentCreatorName: creator.slice(0, 64),
      SegmentationType: 'BINARY',
      LossyImageCompression: '00',
      SegmentSequence: segments.map((segment, n) => ({
        SegmentNumber: n + 1,
        SegmentLabel: segment.label.slice(0, 64),
        SegmentAlgorithmType: method,
        ...(method !== 'MANUAL' && { SegmentAlgorithmName: 'UNKNOWN' }),
        SegmentedPropertyCategoryCodeSequence: coded({
          value: '123037004',
          scheme: 'SCT',
          meaning: 'Anatomical Structure',
        }),
        SegmentedPropertyTypeCodeSequence: coded(segment.code ?? wordsAsCode(segment.label)),
      })),
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
        },
      ],
      PerFrameFunctionalGroupsSequence: frames.map(({ place, z }) => ({
        FrameContentSequence: [{ DimensionIndexValues: [place, z + 1] }],
        PlanePositionSequence: [
          {
            ImagePositionPatient: [0, 1, 2].map((i) => decimalString(origin[i]! + direction[6 + i]! * z * spacing[2])),
          },
        ],
        SegmentIdentificationSequence: [{ ReferencedSegmentNumber: place }],
      })),
      NumberOfFrames: frames.length,
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      Rows: shape.y,
      Columns: shape.x,
      BitsAllocated: 1,
      BitsStored: 1,
      HighBit: 0,
      PixelRepresentation: 0,
      PixelData: packed.buffer,
    },
  )
}

/** What was administered belongs to the image, not to what was drawn on it. */
const withoutAgent = (attributes: DicomAttributes): DicomAttributes =>
  Object.fromEntries(
    Object.entries(attributes).filter(([keyword]) => !/^(ContrastBolus|RadiopharmaceuticalInformation)/.test(keyword)),
  )

/** A code for words that have none: the scheme begins with 99, so that nobody takes it for a registered one (PS3.3, 8.2). */
const wordsAsCode = (words: string): Code => ({
  value: words.replace(/\W+/g, '-').slice(0, 16).toUpperCase() || 'SEGMENT',
  scheme: '99VIVARCHIVE',
  meaning: words.slice(0, 64),
})

function dimensions(uid: string): DicomAttributes {
  const organization = `${uid}.1`
  const index = (tag: number, group: number, label: string): DicomAttributes => ({
    DimensionOrganizationUID: organization,
    DimensionIndexPointer: tag,
    FunctionalGroupPointer: group,
    DimensionDescriptionLabel: label,
  })
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organization }],
    DimensionIndexSequence: [
      index(pointer.segment, pointer.identification, 'Segment'),
      index(pointer.position, pointer.planePosition, 'Position'),
    ],
  }
}
