import type { PlaneReader } from '../format.ts'
import { nearestAxes } from '../geometry/orientation.ts'
import { planeCount } from '../header.ts'
import type { Header } from '../header.ts'
import { samplesOf } from '../samples.ts'
import type { ValuePicture } from './picture.ts'

/** Planes read at most for one picture; thicker stacks are sampled evenly. */
const mostPlanes = 512

/**
 * One plane in value units, turned so that left is on the right, posterior and inferior below (as radiologists look at
 * patients) when the directions are known.
 */
export async function slice(reader: PlaneReader, k: number): Promise<ValuePicture> {
  const h = reader.header
  const { x: width, y: height } = h.shape
  const slope = h.slope[k] ?? h.slope[0]!
  const intercept = h.intercept[k] ?? h.intercept[0]!
  const samples = samplesOf(h.sampleType, await reader.plane(k))
  const values = new Float32Array(width * height)
  const [flipX, flipY] = flips(h)
  for (let y = 0, at = 0; y < height; y++) {
    const row = (flipY ? height - 1 - y : y) * width
    for (let x = 0; x < width; x++) values[at++] = slope * samples[row + (flipX ? width - 1 - x : x)]! + intercept
  }
  return { width, height, values, stepX: h.spacing?.[0] ?? 1, stepY: h.spacing?.[1] ?? 1 }
}

/** Whether columns and rows have to be mirrored for the usual view: L and P to the right, P and I downwards. */
export function flips(h: Pick<Header, 'direction'>): [boolean, boolean] {
  const axes = nearestAxes(h)
  if (!axes) return [false, false]
  const [x, y] = axes
  return [x.world === 2 ? x.sign > 0 : x.sign < 0, y.world === 2 ? y.sign > 0 : y.sign < 0]
}

/**
 * One volume seen from the front (coronal: left on the right, head up): the largest value along each line of sight and
 * the mean. When directions are not known, the stored x, y and z axes are taken for L, P and S.
 * @param c channel
 * @param t time frame
 */
export async function project(
  reader: PlaneReader,
  c: number,
  t: number,
): Promise<{ maximum: ValuePicture; mean: ValuePicture }> {
  const h = reader.header
  const { x: nx, y: ny, z: nz } = h.shape
  const axes = nearestAxes(h) ?? nearestAxes({ direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] })!
  const sizes = [nx, ny, nz]
  const across = axes.findIndex(({ world }) => world === 0)
  const up = axes.findIndex(({ world }) => world === 2)
  const width = sizes[across]!
  const height = sizes[up]!
  const maximum = new Float32Array(width * height).fill(-Infinity)
  const sums = new Float64Array(width * height)
  const counts = new Uint32Array(width * height)

  const column = (i: number) => (axes[across]!.sign > 0 ? i : width - 1 - i)
  const row = (i: number) => (axes[up]!.sign > 0 ? height - 1 - i : i)
  const step = Math.max(1, Math.ceil(nz / mostPlanes))
  const first = (c * h.shape.t + t) * nz
  const index = [0, 0, 0]
  for (let z = 0; z < nz; z += step) {
    const k = first + z
    if (k >= planeCount(h)) break
    const slope = h.slope[k] ?? h.slope[0]!
    const intercept = h.intercept[k] ?? h.intercept[0]!
    const samples = samplesOf(h.sampleType, await reader.plane(k))
    index[2] = z
    for (let y = 0, from = 0; y < ny; y++) {
      index[1] = y
      for (let x = 0; x < nx; x++, from++) {
        index[0] = x
        const value = slope * samples[from]! + intercept
        if (!Number.isFinite(value)) continue
        const at = row(index[up]!) * width + column(index[across]!)
        if (value > maximum[at]!) maximum[at] = value
        sums[at]! += value
        counts[at]!++
      }
    }
  }
  const picture = (values: Float32Array): ValuePicture => ({
    width,
    height,
    values,
    stepX: h.spacing?.[across] ?? 1,
    stepY: h.spacing?.[up] ?? 1,
  })
  const mean = new Float32Array(width * height)
  for (let i = 0; i < mean.length; i++) {
    mean[i] = counts[i]! > 0 ? sums[i]! / counts[i]! : 0
    if (counts[i] === 0) maximum[i] = 0
  }
  return { maximum: picture(maximum), mean: picture(mean) }
}
