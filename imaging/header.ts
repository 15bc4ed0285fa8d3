import { ImagingError } from './errors.ts'

/**
 * The one description of an image, whatever the file was. World coordinates are DICOM patient coordinates, LPS, in
 * millimetres (PS3.3 C.7.6.2.1.1); voxel (0,0,0) is the centre of the first voxel of the first plane.
 */
export interface Header {
  /** `Format.id` of the reader that made it. */
  format: string
  /** DICOM modality code (PS3.3 C.7.3.1.1.1: CT, PT, MR, NM, US, OT, SM ...), null when the file does not say. */
  modality: string | null
  /** Samples along each axis; all at least 1. Plane index k = (c * t_count + t) * z_count + z. */
  shape: Shape
  sampleType: SampleType
  /** 1 = grey or one channel, 3 = RGB, 4 = RGBA, interleaved. */
  samplesPerPixel: 1 | 3 | 4
  /** Millimetres between voxel centres along x, y, z; null when the file does not say. */
  spacing: [number, number, number] | null
  /** LPS millimetres of the centre of voxel (0,0,0); null when not known. */
  origin: [number, number, number] | null
  /** Unit vectors of the x, y and z axes in LPS, one after the other (9 numbers); null when not known. */
  direction: number[] | null
  /**
   * The true steps from voxel to voxel along x, y and z in LPS millimetres (9 numbers) where axes are not at right angles;
   * `spacing` and `direction` are then those of the nearest right-angled axes. What the API serves is resampled
   * (imaging/geometry/straightened.ts) and has none.
   */
  sheared?: number[]
  /** known = stated by the file; assumed = a convention that may not hold for animals; unknown. */
  orientation: 'known' | 'assumed' | 'unknown'
  /** value = slope * stored + intercept. Arrays have length 1, or one entry per plane. */
  slope: number[]
  intercept: number[]
  /** UCUM code or field-standard name of the value ([hnsf'U] is written HU), '' when not known. */
  unit: string
  /** Start and duration of each time frame in seconds from the first; null for static images or when not known. */
  frames: { startSeconds: number[]; durationSeconds: number[] } | null
  /** One entry per channel when c > 1 or the file names its channels. */
  channels: { label: string; colour?: string }[] | null
  /** Display range in value units (after slope) when the file recommends one. */
  window: { low: number; high: number } | null
  /**
   * How the file wants its values shown where that is no straight line (a DICOM VOI LUT): brightness from 0 to 1 at even
   * steps from `low` to `high`, both in value units and steps included; straight between steps, its ends hold beyond.
   */
  curve?: { low: number; high: number; levels: number[] }
  /** Sentences for people: what was assumed, repaired or left out. */
  warnings: string[]
}

export interface Shape {
  x: number
  y: number
  z: number
  t: number
  c: number
}

export type SampleType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64'

export const sampleBytes: Record<SampleType, number> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  float64: 8,
}

/** Number of planes of a header. */
export const planeCount = (h: Pick<Header, 'shape'>): number => h.shape.z * h.shape.t * h.shape.c

/** Bytes of one plane as served: little-endian, rows top to bottom, interleaved samples. */
export const planeBytes = (h: Pick<Header, 'shape' | 'sampleType' | 'samplesPerPixel'>): number =>
  h.shape.x * h.shape.y * h.samplesPerPixel * sampleBytes[h.sampleType]

/**
 * Refuses a plane index that a header does not have.
 * @throws ImagingError 'truncated'
 */
export function checkPlane(h: Pick<Header, 'shape'>, k: number): void {
  const count = planeCount(h)
  if (!Number.isInteger(k) || k < 0 || k >= count) {
    throw new ImagingError(
      'truncated',
      `The series has ${count} planes, 0 to ${count - 1}; plane ${k} is not one of them.`,
    )
  }
}
