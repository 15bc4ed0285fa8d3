/** How pictures of a series look, whether they stand still or move. */
import type { Header } from '../header.ts'
import { activity, grey, lookupTable } from './colourMap.ts'
import { fittedSize, resample, type ValuePicture } from './picture.ts'
import { percentiles } from './statistics.ts'

/** Fewest slices that make a projection worth looking at. */
const fewestSlices = 8

/** Hounsfield units between which a bone projection goes from black to white. */
const boneRange = { low: -150, high: 1300 }

export interface Range {
  low: number
  high: number
}

/** Colours, the range of values that they stand for, and the exponent that brings out what is between the ends. */
export interface Look extends Range {
  table: Uint8Array
  gamma: number
  /** Takes the place of range and exponent. */
  curve?: Header['curve']
}

/** What is projected as a volume: activity of nuclear medicine, bones over a radiograph of CT; null: slices are shown. */
export function projectedAs(
  { shape, samplesPerPixel }: Pick<Header, 'shape' | 'samplesPerPixel'>,
  modality: string | null,
): 'activity' | 'bones' | null {
  const isVolume = samplesPerPixel === 1 && shape.z >= fewestSlices && Math.min(shape.x, shape.y) >= fewestSlices
  if (isVolume && (modality === 'PT' || modality === 'NM')) return 'activity'
  return isVolume && modality === 'CT' ? 'bones' : null
}

/** Activity in its colours, on black. */
export function activityLook(maxima: Float32Array): Look {
  const high = percentiles(maxima, [0.995])?.[0] ?? 1
  return { low: 0, high: Math.max(high, Number.MIN_VALUE), table: lookupTable(activity), gamma: 0.6 }
}

export const greyLook = ({ low, high }: Range, curve: Header['curve']): Look => ({
  low,
  high,
  table: lookupTable(grey),
  gamma: 1,
  ...(curve && { curve }),
})

/** What `bonePicture` makes, in grey. */
export const boneLook: Look = { low: 0, high: 1, table: lookupTable(grey), gamma: 0.9 }

/** The ranges of the largest values and of the mean that a bone projection is made of. */
export function boneRanges(maxima: Float32Array, means: Float32Array, unit: string): { bone: Range; body: Range } {
  const [low, high] = percentiles(means, [0.02, 0.995]) ?? [0, 1]
  const isHounsfield = unit === 'HU' || (percentiles(means, [0])?.[0] ?? 0) < -200
  const [boneLow, boneHigh] = isHounsfield
    ? [boneRange.low, boneRange.high]
    : (percentiles(maxima, [0.05, 0.995]) ?? [0, 1])
  return { bone: { low: boneLow, high: boneHigh }, body: { low, high } }
}

/** Bones over a radiograph. */
export function bonePicture(
  { maximum, mean }: { maximum: ValuePicture; mean: ValuePicture },
  ranges: { bone: Range; body: Range },
): ValuePicture {
  const values = maximum.values.map((value, i) => {
    const bone = shareOf(value, ranges.bone)
    return 0.55 * bone * bone + 0.6 * shareOf(mean.values[i]!, ranges.body) ** 1.2
  })
  return { ...maximum, values }
}

/** Square pixels, the longer side `size` of them. */
export function fitted(picture: ValuePicture, size: number): ValuePicture {
  const [width, height] = fittedSize(picture.width, picture.height, picture.stepX, picture.stepY, size)
  const values = resample(picture.values, picture.width, picture.height, 1, width, height)
  return { width, height, values, stepX: 1, stepY: 1 }
}

/** The colour of each value, as an index into the table of the look. */
export const levelsOf = (values: Float32Array, { low, high, gamma, curve }: Look): Uint8Array =>
  Uint8Array.from(values, (value) =>
    Math.round(255 * (curve ? brightnessOf(value, curve) : shareOf(value, { low, high }) ** gamma)),
  )

/** Brightness of a value on a display curve, 0 to 1. */
export function brightnessOf(value: number, { low, high, levels }: NonNullable<Header['curve']>): number {
  const at = shareOf(value, { low, high }) * (levels.length - 1)
  const before = levels[Math.floor(at)]!
  return before + (levels[Math.ceil(at)]! - before) * (at % 1)
}

/** Where a value lies in a range, 0 to 1; what is no number is at its low end. */
export function shareOf(value: number, { low, high }: Range): number {
  const share = (value - low) / (high - low || 1)
  return share > 0 ? Math.min(share, 1) : 0
}
