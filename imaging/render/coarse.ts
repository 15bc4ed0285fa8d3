import type { Header, Shape } from '../header.ts'
import { planeBytes, sampleBytes } from '../header.ts'
import { samplesOf } from '../samples.ts'

/** A time point of the reduced image has at most this many bytes, unless a single plane for each slice has more. */
const coarseBytes = 2 ** 20

/** A reduced image: every voxel is the mean of a block of `factor` voxels (fewer at the far ends). */
export interface Coarse {
  shape: Shape
  /** Voxels of the image for one voxel here, along each axis. */
  factor: { x: number; y: number; z: number }
  /** Bytes of one time point of one channel; its samples are of the same type and order as those of the image. */
  bytes: number
}

type Sized = Pick<Header, 'shape' | 'sampleType' | 'samplesPerPixel' | 'slope' | 'intercept'>

/**
 * The reduced image for a first look: halved along its longest axes until a time point has one mebibyte at most; null when
 * the image is that small already. Slices with value scales of their own are not mixed.
 */
export function coarseOf(header: Sized): Coarse | null {
  const { shape } = header
  const size = { x: shape.x, y: shape.y, z: shape.z }
  const factor = { x: 1, y: 1, z: 1 }
  const canMixSlices = header.slope.length === 1 && header.intercept.length === 1
  const bytes = () => planeBytes({ ...header, shape: { ...shape, ...size } }) * size.z
  while (bytes() > coarseBytes && Math.max(size.x, size.y) > 1) {
    const longest = Math.max(size.x, size.y)
    for (const axis of ['x', 'y', 'z'] as const) {
      if (axis === 'z' && !canMixSlices) continue
      // Thin stacks keep their slices while planes have voxels to spare.
      if (size[axis] * 2 <= longest) continue
      factor[axis] *= 2
      size[axis] = Math.ceil(shape[axis] / factor[axis])
    }
  }
  if (factor.x * factor.y * factor.z === 1) return null
  return { shape: { ...shape, ...size }, factor, bytes: bytes() }
}

/**
 * Reduces an image plane by plane; holds one reduced plane.
 * @param write takes each reduced plane as bytes, little-endian, in the order of the planes
 */
export function createCoarse(header: Sized, { shape, factor }: Coarse, write: (plane: Uint8Array) => void) {
  const { x, y, z } = header.shape
  const components = header.samplesPerPixel
  const width = shape.x * components
  const sums = new Float64Array(width * shape.y)
  /** Where the samples of a row go in a reduced row. */
  const targets = Int32Array.from(
    { length: x * components },
    (_, i) => Math.floor(i / components / factor.x) * components + (i % components),
  )
  const isWhole = !header.sampleType.startsWith('float')
  let slices = 0

  function flush(): void {
    const bytes = new Uint8Array(width * shape.y * sampleBytes[header.sampleType])
    const samples = samplesOf(header.sampleType, bytes)
    for (let j = 0; j < shape.y; j++) {
      const rows = Math.min(factor.y, y - j * factor.y)
      for (let i = 0; i < shape.x; i++) {
        const count = rows * Math.min(factor.x, x - i * factor.x) * slices
        for (let c = 0; c < components; c++) {
          const mean = sums[j * width + i * components + c]! / count
          samples[j * width + i * components + c] = isWhole ? Math.round(mean) : mean
        }
      }
    }
    sums.fill(0)
    slices = 0
    write(bytes)
  }

  return {
    /** Adds plane k as served, or its rows from `first` on; every row once, in order. */
    add(k: number, rows: Uint8Array, first = 0): void {
      const samples = samplesOf(header.sampleType, rows)
      const end = first + samples.length / targets.length
      for (let row = first, from = 0; row < end; row++) {
        const to = Math.floor(row / factor.y) * width
        for (let i = 0; i < targets.length; i++) sums[to + targets[i]!]! += samples[from++]!
      }
      if (end < y) return
      slices++
      if (slices === factor.z || k % z === z - 1) flush()
    },
  }
}
