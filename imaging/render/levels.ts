import { planeBytes, planeCount, type Header, type Shape } from '../header.ts'
import { samplesOf, type Samples } from '../samples.ts'

/** Planes with a longer side have reduced levels; 3D textures of this size are what browsers can be trusted to hold. */
const largestPlane = 2048
/** The smallest level is no longer than this. */
const smallestLevel = 1024

type Sized = Pick<Header, 'shape' | 'sampleType' | 'samplesPerPixel'>

/** An image with the same planes, each of them reduced. */
export interface Level {
  shape: Shape
  /** Voxels of the image for one voxel here, along x and y alike. */
  factor: number
  /** Bytes of one plane; its samples are of the same type and order as those of the image. */
  planeBytes: number
}

/** The reduced levels of an image, each half as wide and high as the one before; none for planes of a handy size. */
export function levelsOf(header: Sized): Level[] {
  const { shape } = header
  const levels: Level[] = []
  if (Math.max(shape.x, shape.y) <= largestPlane) return levels
  for (let factor = 2; Math.max(shape.x, shape.y) > (smallestLevel * factor) / 2; factor *= 2) {
    const reduced = { ...shape, x: Math.ceil(shape.x / factor), y: Math.ceil(shape.y / factor) }
    levels.push({ shape: reduced, factor, planeBytes: planeBytes({ ...header, shape: reduced }) })
  }
  return levels
}

/** Bytes of the levels before level `n`, which stand one after the other; of all of them when n is their number. */
export const levelOffset = (header: Sized, levels: readonly Level[], n: number): number =>
  levels.slice(0, n).reduce((sum, level) => sum + level.planeBytes * planeCount(header), 0)

/** The header of a level, to look at it as at the image. */
export const levelHeader = (header: Header, { shape, factor }: Level): Header => ({
  ...header,
  shape,
  spacing: header.spacing && [header.spacing[0] * factor, header.spacing[1] * factor, header.spacing[2]],
})

/**
 * Halves rows: every new sample is the mean of two by two (fewer at the far ends), rounded for whole numbers.
 * @param rows    whole rows; an even number of them, unless they are the last
 * @param width   pixels of a row
 * @param samples samples of a pixel
 */
export function halved(
  sampleType: Header['sampleType'],
  rows: Uint8Array,
  width: number,
  samples: number,
): Uint8Array<ArrayBuffer> {
  const from = samplesOf(sampleType, rows)
  const height = from.length / (width * samples)
  const newWidth = Math.ceil(width / 2)
  const bytes = new Uint8Array(newWidth * Math.ceil(height / 2) * samples * from.BYTES_PER_ELEMENT)
  const out: Samples = samplesOf(sampleType, bytes)
  const isWhole = !sampleType.startsWith('float')
  const stride = width * samples
  for (let y = 0, to = 0; y < height; y += 2) {
    const below = y + 1 < height ? stride : 0
    for (let x = 0; x < width; x += 2) {
      const beside = x + 1 < width ? samples : 0
      const first = y * stride + x * samples
      for (let s = 0; s < samples; s++) {
        const at = first + s
        // At the ends a sample stands for the one that is not there.
        const mean = (from[at]! + from[at + beside]! + from[at + below]! + from[at + below + beside]!) / 4
        out[to++] = isWhole ? Math.round(mean) : mean
      }
    }
  }
  return bytes
}
