import type { Header } from '../header.ts'
import { lengthOf, type Region, type Rows } from './region.ts'

export const projectionAxes = ['x', 'y', 'z'] as const
export type ProjectionAxis = (typeof projectionAxes)[number]

/** The largest value along each line of sight (MIP), the smallest (MinIP), or the mean of the finite ones. */
export const projectionKinds = ['maximum', 'minimum', 'mean'] as const
export type ProjectionKind = (typeof projectionKinds)[number]

/** Columns and rows of one picture: the two axes that are left, in their order. */
export function pictureSize(region: Region, along: ProjectionAxis): { width: number; height: number } {
  const [columns, rows] = projectionAxes.filter((axis) => axis !== along)
  return { width: lengthOf(region[columns!]), height: lengthOf(region[rows!]) }
}

/** Values of the pictures of a region: one picture for each of its time points and channels. */
export function projectedValues(region: Region, along: ProjectionAxis): number {
  const { width, height } = pictureSize(region, along)
  return width * height * lengthOf(region.t) * lengthOf(region.c)
}

/**
 * Projects a region along one of its axes, one picture for each time point of each channel. Holds the pictures and, for
 * the mean, one picture of sums and counts: memory does not grow with the depth of the region.
 * @param header one sample per pixel
 * @returns `projectedValues` values in the unit of the header (slope and intercept of each plane applied), columns fastest,
 * then rows, time points, channels. NaN where no value along the line is a finite number
 */
export function regionProjection(
  header: Pick<Header, 'shape' | 'slope' | 'intercept'>,
  region: Region,
  rows: Rows,
  { along, kind }: { along: ProjectionAxis; kind: ProjectionKind },
): Float32Array<ArrayBuffer> {
  const { z: slices, t: times } = header.shape
  const { width, height } = pictureSize(region, along)
  const depthRows = lengthOf(region.y)
  const out = new Float32Array(projectedValues(region, along)).fill(Number.NaN)
  const size = width * height
  const sums = new Float64Array(kind === 'mean' ? size : 0)
  const counts = new Uint32Array(sums.length)
  let row = 0
  let shown = -1

  /** The mean of what was summed up for the picture that is complete. */
  function flush(): void {
    if (shown < 0 || kind !== 'mean') return
    for (let i = 0; i < size; i++) if (counts[i]! > 0) out[shown * size + i] = sums[i]! / counts[i]!
    sums.fill(0)
    counts.fill(0)
  }

  rows((k, samples) => {
    const y = row++ % depthRows
    const z = (k % slices) - region.z[0]
    const volume = Math.floor(k / slices)
    const picture = (Math.floor(volume / times) - region.c[0]) * lengthOf(region.t) + ((volume % times) - region.t[0])
    if (picture !== shown) {
      flush()
      shown = picture
    }
    // Where the values of this row go; along x all go to one place.
    const start = along === 'x' ? z * width + y : along === 'y' ? z * width : y * width
    const step = along === 'x' ? 0 : 1
    const [slope, intercept] = [header.slope[k] ?? header.slope[0]!, header.intercept[k] ?? header.intercept[0]!]
    const base = picture * size
    for (let i = 0, at = start; i < samples.length; i++, at += step) {
      const value = slope * samples[i]! + intercept
      if (!Number.isFinite(value)) continue
      if (kind === 'mean') {
        sums[at]! += value
        counts[at]!++
        continue
      }
      const held = out[base + at]!
      // Comparing with NaN is false: the first value is taken.
      if (kind === 'maximum' ? !(held >= value) : !(held <= value)) out[base + at] = value
    }
  })
  flush()
  return out
}
