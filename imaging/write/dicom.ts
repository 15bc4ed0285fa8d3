import { ImagingError } from '../errors.ts'
import type { Header } from '../header.ts'
import { planeCount, sampleBytes } from '../header.ts'
import type { DicomAttributes, DicomMetadata } from './dicomMetadata.ts'
import { part10, pixelAttributes } from './dicomFile.ts'
import type { WrittenFile } from './dicomFile.ts'
import { commonAttributes, dateOf, decimalString, plusSeconds, timeOf } from './dicomModules.ts'
import { modalityAttributes, sopClassOf } from './dicomObjects.ts'
import type { Image } from './planes.ts'

/**
 * Writes an image as DICOM Part 10 files, explicit VR little endian: CT, MR and PT as one file for each plane, everything
 * else (ultrasound, optical pictures) as one file with all frames.
 * @param image 8- or 16-bit grey, or 8-bit RGB; CT, MR and PT need spacing, origin and direction
 * @returns files, made while they are taken
 * @throws ImagingError 'unsupported' for what these objects cannot hold
 */
export async function* writeDicom(image: Image, metadata: DicomMetadata): AsyncGenerator<WrittenFile> {
  const { header } = image
  check(header)
  if (['CT', 'MR', 'PT'].includes(header.modality ?? '')) {
    const digits = Math.max(4, String(planeCount(header)).length)
    let k = 0
    for await (const plane of image.planes()) {
      const instance = { ...frameAttributes(header, metadata, k), ...pixelAttributes(header, [plane]) }
      yield { name: `IM${String(++k).padStart(digits, '0')}.dcm`, bytes: classic(header, metadata, k, instance) }
    }
  } else {
    const planes: Uint8Array[] = []
    for await (const plane of image.planes()) planes.push(plane)
    const instance = { ...multiFrameAttributes(header), ...pixelAttributes(header, planes) }
    yield { name: 'IM0001.dcm', bytes: classic(header, metadata, 1, instance) }
  }
}

/** The file: defaults of the object, then what belongs to this instance, then the caller's own attributes. */
function classic(header: Header, metadata: DicomMetadata, number: number, instance: DicomAttributes): Uint8Array {
  return part10(sopClassOf(header), `${metadata.series.uid}.${number}`, header, {
    InstanceNumber: number,
    ...commonAttributes(header, metadata),
    ...modalityAttributes(header, metadata),
    ...instance,
    ...metadata.attributes,
  })
}

function check(header: Header): void {
  const { sampleType, samplesPerPixel, modality, spacing, origin, direction } = header
  const isGrey = samplesPerPixel === 1 && sampleBytes[sampleType] <= 2
  const isColour = samplesPerPixel === 3 && sampleType === 'uint8'
  if (!isGrey && !isColour) {
    throw new ImagingError(
      'unsupported',
      `DICOM is written with 8 or 16 bits, not as ${sampleType} with ${samplesPerPixel} samples per pixel.`,
    )
  }
  if (['CT', 'MR', 'PT'].includes(modality ?? '') && (!spacing || !origin || !direction || isColour)) {
    throw new ImagingError('unsupported', `A ${modality} series is grey and needs spacing, origin and direction.`)
  }
}

/** Place, time and scale of plane k of a series of single frames. */
function frameAttributes(header: Header, metadata: DicomMetadata, k: number): DicomAttributes {
  const { shape, spacing, origin, direction, slope, intercept, frames } = header
  const slice = k % shape.z
  const time = Math.floor(k / shape.z) % shape.t
  const along = slice * spacing![2]
  const acquired = plusSeconds(metadata.series.start, frames?.startSeconds[time] ?? 0)
  const duration = frames?.durationSeconds[time] ?? 0
  const isPet = header.modality === 'PT'
  return {
    AcquisitionDate: dateOf(acquired),
    AcquisitionTime: timeOf(acquired),
    ContentDate: dateOf(acquired),
    ContentTime: timeOf(acquired),
    AcquisitionNumber: time + 1,
    ImagePositionPatient: [0, 1, 2].map((axis) => decimalString(origin![axis]! + direction![6 + axis]! * along)),
    ImageOrientationPatient: direction!.slice(0, 6).map(decimalString),
    PixelSpacing: [decimalString(spacing![1]), decimalString(spacing![0])],
    SliceThickness: decimalString(spacing![2]),
    ...(isPet || shape.t === 1 ? {} : { TemporalPositionIdentifier: time + 1, NumberOfTemporalPositions: shape.t }),
    ...(isPet
      ? {
          // The middle of the frame, counted from the start of the series (PS3.3 C.8.9.4.1.3).
          FrameReferenceTime: decimalString(((frames?.startSeconds[time] ?? 0) + duration / 2) * 1000),
          ActualFrameDuration: Math.round(duration * 1000),
          ImageIndex: k + 1,
        }
      : {}),
    ...(header.modality === 'MR'
      ? {}
      : {
          RescaleSlope: decimalString(slope[k] ?? slope[0]!),
          RescaleIntercept: decimalString(intercept[k] ?? intercept[0]!),
        }),
    ...windowAttributes(header),
  }
}

function windowAttributes({ window }: Header): DicomAttributes {
  if (!window || window.high <= window.low) return {}
  return {
    WindowCenter: decimalString((window.low + window.high) / 2),
    WindowWidth: decimalString(window.high - window.low),
  }
}

/** Cine timing and spacing of an object with many frames. */
function multiFrameAttributes(header: Header): DicomAttributes {
  const count = planeCount(header)
  const { spacing, frames, modality, shape, samplesPerPixel } = header
  const isUltrasound = modality === 'US'
  const isMoving = isUltrasound || shape.t > 1
  // A cine must have a frame time; 25 pictures a second where the image does not say.
  const seconds = frames?.durationSeconds[0] || 0.04
  return {
    ...(count > 1 ? { NumberOfFrames: count } : {}),
    ...(count > 1 && isMoving ? { FrameTime: decimalString(seconds * 1000), FrameIncrementPointer: 0x00181063 } : {}),
    ...(count > 1 && !isMoving
      ? { PageNumberVector: Array.from({ length: count }, (_, i) => i + 1), FrameIncrementPointer: 0x00182001 }
      : {}),
    ...(spacing && !isUltrasound ? { PixelSpacing: [decimalString(spacing[1]), decimalString(spacing[0])] } : {}),
    ...(spacing && isUltrasound
      ? {
          SequenceOfUltrasoundRegions: [
            {
              RegionSpatialFormat: 1,
              RegionDataType: 1,
              RegionFlags: 0,
              RegionLocationMinX0: 0,
              RegionLocationMinY0: 0,
              RegionLocationMaxX1: shape.x - 1,
              RegionLocationMaxY1: shape.y - 1,
              PhysicalUnitsXDirection: 3,
              PhysicalUnitsYDirection: 3,
              PhysicalDeltaX: spacing[0] / 10,
              PhysicalDeltaY: spacing[1] / 10,
            },
          ],
        }
      : {}),
    ...(samplesPerPixel === 1 ? windowAttributes(header) : {}),
  }
}
