import type { SeriesReader } from '../format.ts'
import { samplesOf } from '../samples.ts'
import { activity, grey, lookupTable, parseColour } from './colourMap.ts'
import { displayRange } from './displayRange.ts'
import { fittedSize, resample } from './picture.ts'
import type { RgbPicture, ValuePicture } from './picture.ts'
import { flips, project, slice } from './projection.ts'
import { percentiles } from './statistics.ts'

/** Fewest slices that make a projection worth looking at. */
const fewestSlices = 8

/** Hounsfield units between which a bone projection goes from black to white. */
const boneRange = { low: -150, high: 1300 }

/**
 * A small picture of a series, with square pixels:
 * nuclear volumes as maximum projection in the colours of activity, on black; CT volumes as bone projection over a radiograph; colour images as
 * they are; channels with colours added up; everything else as one slice near the middle.
 * @param size     pixels of the longer side
 * @param modality DICOM modality when the header does not say and the caller knows
 */
export async function thumbnail(
  reader: SeriesReader,
  { size = 256, modality = reader.header.modality }: { size?: number; modality?: string | null } = {},
): Promise<RgbPicture> {
  const { shape, samplesPerPixel, channels } = reader.header
  const z = Math.floor(shape.z / 2)
  if (samplesPerPixel > 1) return colourSlice(reader, Math.floor(shape.t / 2) * shape.z + z, size)
  if (shape.c > 1 && channels?.some(({ colour }) => colour)) return composite(reader, z, size)

  const isVolume = shape.z >= fewestSlices && Math.min(shape.x, shape.y) >= fewestSlices
  if (isVolume && (modality === 'PT' || modality === 'NM')) {
    // Late frames of a dynamic scan show the organs; early ones the bolus.
    const { maximum } = await project(reader, 0, Math.floor((shape.t * 2) / 3))
    const high = percentiles(maximum.values, [0.995])?.[0] ?? 1
    return toRgb(maximum, { low: 0, high: Math.max(high, Number.MIN_VALUE) }, size, lookupTable(activity), 0.6)
  }
  if (isVolume && modality === 'CT') return boneProjection(reader, size)
  return greySlice(reader, size)
}

/** Where to look for a slice with something in it, as shares of the stack: the middle first. */
const places = [1 / 2, 3 / 8, 5 / 8, 1 / 4, 3 / 4, 1 / 8, 7 / 8]

/** The first slice of these places that has more than one value (else the last), in grey. */
async function greySlice(reader: SeriesReader, size: number): Promise<RgbPicture> {
  const { shape, window } = reader.header
  const [first, ...others] = new Set(
    places.map((share) => Math.floor(shape.t / 2) * shape.z + Math.min(Math.floor(shape.z * share), shape.z - 1)),
  )
  let picture = await slice(reader, first!)
  for (const k of others) {
    if (picture.values.some((value) => value !== picture.values[0])) break
    picture = await slice(reader, k)
  }
  const [minimum, percentile1, percentile99, maximum] = percentiles(picture.values, [0, 0.01, 0.99, 1]) ?? [0, 0, 0, 0]
  const range = displayRange(window, { minimum, maximum, percentile1, percentile99 })
  return toRgb(picture, range, size, lookupTable(grey), 1)
}

async function boneProjection(reader: SeriesReader, size: number): Promise<RgbPicture> {
  const { maximum, mean } = await project(reader, 0, Math.floor(reader.header.shape.t / 2))
  const [low, high] = percentiles(mean.values, [0.02, 0.995]) ?? [0, 1]
  const isHounsfield = reader.header.unit === 'HU' || (percentiles(mean.values, [0])?.[0] ?? 0) < -200
  const [mipLow, mipHigh] = isHounsfield
    ? [boneRange.low, boneRange.high]
    : (percentiles(maximum.values, [0.05, 0.995]) ?? [0, 1])
  const values = maximum.values.map((value, i) => {
    const bone = clamp((value - mipLow) / (mipHigh - mipLow || 1))
    const body = clamp((mean.values[i]! - low) / (high - low || 1))
    return 0.55 * bone * bone + 0.6 * body ** 1.2
  })
  return toRgb({ ...maximum, values }, { low: 0, high: 1 }, size, lookupTable(grey), 0.9)
}

async function composite(reader: SeriesReader, z: number, size: number): Promise<RgbPicture> {
  const { shape, channels } = reader.header
  let width = 1
  let height = 1
  let sum = new Float32Array()
  for (let c = 0; c < Math.min(shape.c, channels!.length); c++) {
    const k = (c * shape.t + Math.floor(shape.t / 2)) * shape.z + z
    const picture = await slice(reader, k)
    if (c === 0) {
      ;[width, height] = fittedSize(picture.width, picture.height, picture.stepX, picture.stepY, size)
      sum = new Float32Array(width * height * 3)
    }
    const [low, high] = percentiles(picture.values, [0.3, 0.998]) ?? [0, 1]
    const colour = parseColour(channels![c]!.colour)
    const small = resample(picture.values, picture.width, picture.height, 1, width, height)
    for (let i = 0; i < small.length; i++) {
      const value = clamp((small[i]! - low) / (high - low || 1))
      for (let j = 0; j < 3; j++) sum[i * 3 + j]! += 255 * value * colour[j]!
    }
  }
  return { width, height, rgb: Uint8Array.from(sum, (value) => Math.min(255, Math.round(value))) }
}

async function colourSlice(reader: SeriesReader, k: number, size: number): Promise<RgbPicture> {
  const { shape, samplesPerPixel, sampleType, spacing } = reader.header
  const samples = samplesOf(sampleType, await reader.plane(k))
  const [width, height] = fittedSize(shape.x, shape.y, spacing?.[0] ?? 1, spacing?.[1] ?? 1, size)
  const small = resample(samples, shape.x, shape.y, samplesPerPixel, width, height)
  const full = sampleType === 'uint8' ? 255 : (percentiles(small, [1])?.[0] ?? 1) || 1
  const [flipX, flipY] = flips(reader.header)
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const from = ((flipY ? height - 1 - y : y) * width + (flipX ? width - 1 - x : x)) * samplesPerPixel
      const opacity = samplesPerPixel === 4 ? clamp(small[from + 3]! / full) : 1
      for (let j = 0; j < 3; j++) rgb[at + j] = Math.round(255 * clamp(small[from + j]! / full) * opacity)
    }
  }
  return { width, height, rgb }
}

function toRgb(
  picture: ValuePicture,
  { low, high }: { low: number; high: number },
  size: number,
  table: Uint8Array,
  gamma: number,
): RgbPicture {
  const [width, height] = fittedSize(picture.width, picture.height, picture.stepX, picture.stepY, size)
  const small = resample(picture.values, picture.width, picture.height, 1, width, height)
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < small.length; i++) {
    const entry = Math.round(255 * clamp((small[i]! - low) / (high - low || 1)) ** gamma) * 3
    rgb.set(table.subarray(entry, entry + 3), i * 3)
  }
  return { width, height, rgb }
}

const clamp = (value: number) => (value > 0 ? Math.min(value, 1) : 0)
