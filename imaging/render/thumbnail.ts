import type { PlaneReader } from '../format.ts'
import { samplesOf } from '../samples.ts'
import { parseColour } from './colourMap.ts'
import { displayRange } from './displayRange.ts'
import {
  activityLook,
  boneLook,
  bonePicture,
  boneRanges,
  fitted,
  greyLook,
  levelsOf,
  projectedAs,
  shareOf,
} from './looks.ts'
import type { Look } from './looks.ts'
import { fittedSize, resample } from './picture.ts'
import type { RgbPicture, ValuePicture } from './picture.ts'
import { flips, project, slice } from './projection.ts'
import { percentiles } from './statistics.ts'

/**
 * A small picture of a series, with square pixels:
 * nuclear volumes as maximum projection in the colours of activity, on black; CT volumes as bone projection over a radiograph; colour images as
 * they are; channels with colours added up; everything else as one slice near the middle.
 * @param size     pixels of the longer side
 * @param modality DICOM modality when the header does not say and the caller knows
 */
export async function thumbnail(
  reader: PlaneReader,
  { size = 256, modality = reader.header.modality }: { size?: number; modality?: string | null } = {},
): Promise<RgbPicture> {
  const { shape, samplesPerPixel, channels, unit } = reader.header
  const z = Math.floor(shape.z / 2)
  if (samplesPerPixel > 1) return colourSlice(reader, Math.floor(shape.t / 2) * shape.z + z, size)
  if (shape.c > 1 && channels?.some(({ colour }) => colour)) return composite(reader, z, size)

  const projected = projectedAs(reader.header, modality)
  if (projected === 'activity') {
    // Late frames of a dynamic scan show the organs; early ones the bolus.
    const { maximum } = await project(reader, 0, Math.floor((shape.t * 2) / 3))
    return toRgb(maximum, activityLook(maximum.values), size)
  }
  if (projected === 'bones') {
    const seen = await project(reader, 0, Math.floor(shape.t / 2))
    return toRgb(bonePicture(seen, boneRanges(seen.maximum.values, seen.mean.values, unit)), boneLook, size)
  }
  return greySlice(reader, size)
}

/** Where to look for a slice with something in it, as shares of the stack: the middle first. */
const places = [1 / 2, 3 / 8, 5 / 8, 1 / 4, 3 / 4, 1 / 8, 7 / 8]

/** The first slice of these places that has more than one value (else the last), in grey. */
async function greySlice(reader: PlaneReader, size: number): Promise<RgbPicture> {
  const { shape, window, curve } = reader.header
  const [first, ...others] = new Set(
    places.map((share) => Math.floor(shape.t / 2) * shape.z + Math.min(Math.floor(shape.z * share), shape.z - 1)),
  )
  let picture = await slice(reader, first!)
  for (const k of others) {
    if (picture.values.some((value) => value !== picture.values[0])) break
    picture = await slice(reader, k)
  }
  const [minimum, percentile1, percentile99, maximum] = percentiles(picture.values, [0, 0.01, 0.99, 1]) ?? [0, 0, 0, 0]
  return toRgb(picture, greyLook(displayRange(window, { minimum, maximum, percentile1, percentile99 }), curve), size)
}

async function composite(reader: PlaneReader, z: number, size: number): Promise<RgbPicture> {
  const { shape, channels } = reader.header
  let width = 1
  let height = 1
  let sum = new Float32Array()
  for (let c = 0; c < Math.min(shape.c, channels!.length); c++) {
    const k = (c * shape.t + Math.floor(shape.t / 2)) * shape.z + z
    const picture = await slice(reader, k)
    const [low, high] = percentiles(picture.values, [0.3, 0.998]) ?? [0, 1]
    const colour = parseColour(channels![c]!.colour)
    const small = fitted(picture, size)
    if (c === 0) {
      ;({ width, height } = small)
      sum = new Float32Array(width * height * 3)
    }
    for (let i = 0; i < small.values.length; i++) {
      const value = shareOf(small.values[i]!, { low, high })
      for (let j = 0; j < 3; j++) sum[i * 3 + j]! += 255 * value * colour[j]!
    }
  }
  return { width, height, rgb: Uint8Array.from(sum, (value) => Math.min(255, Math.round(value))) }
}

/** Plane k of a colour image as it is. */
export async function colourSlice(reader: PlaneReader, k: number, size: number): Promise<RgbPicture> {
  const { shape, samplesPerPixel, sampleType, spacing } = reader.header
  const samples = samplesOf(sampleType, await reader.plane(k))
  const [width, height] = fittedSize(shape.x, shape.y, spacing?.[0] ?? 1, spacing?.[1] ?? 1, size)
  const small = resample(samples, shape.x, shape.y, samplesPerPixel, width, height)
  const full = { low: 0, high: sampleType === 'uint8' ? 255 : (percentiles(small, [1])?.[0] ?? 1) || 1 }
  const [flipX, flipY] = flips(reader.header)
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const from = ((flipY ? height - 1 - y : y) * width + (flipX ? width - 1 - x : x)) * samplesPerPixel
      const opacity = samplesPerPixel === 4 ? shareOf(small[from + 3]!, full) : 1
      for (let j = 0; j < 3; j++) rgb[at + j] = Math.round(255 * shareOf(small[from + j]!, full) * opacity)
    }
  }
  return { width, height, rgb }
}

function toRgb(picture: ValuePicture, look: Look, size: number): RgbPicture {
  const { width, height, values } = fitted(picture, size)
  const rgb = new Uint8Array(width * height * 3)
  for (const [i, level] of levelsOf(values, look).entries())
    rgb.set(look.table.subarray(level * 3, level * 3 + 3), i * 3)
  return { width, height, rgb }
}
