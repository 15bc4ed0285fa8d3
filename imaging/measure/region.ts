import type { Header, Shape } from '../header.ts'
import type { Samples } from '../samples.ts'

/** From the first to before the second. */
export type Interval = readonly [from: number, to: number]

/** A box of voxels over time points and channels; indices count from 0. */
export type Region = Record<keyof Shape, Interval>

/**
 * Hands over every row (along x) of a region, plane by plane in the order of the header. A row is valid until the
 * function that it was given to returns.
 */
export type Rows = (use: (plane: number, row: Samples) => void) => void

export const lengthOf = ([from, to]: Interval): number => to - from

/** Values in a region: its voxels, once for each time point and channel. */
export const valueCount = (region: Region): number =>
  Object.values(region).reduce((product, each) => product * lengthOf(each), 1)

/** Indices of the planes that a region touches, rising; k = (c * t_count + t) * z_count + z. */
export function* planesOf(shape: Shape, { z, t, c }: Region): Generator<number> {
  for (let channel = c[0]; channel < c[1]; channel++) {
    for (let time = t[0]; time < t[1]; time++) {
      for (let slice = z[0]; slice < z[1]; slice++) yield (channel * shape.t + time) * shape.z + slice
    }
  }
}

/**
 * Volume in mm3 of the box that a region is in space, however many time points and channels it has. Where axes are not at
 * right angles (a tilted gantry) the box is a parallelepiped. Null when the spacing is not known, and of a single slice:
 * spacing is the distance between slices, and a picture has no depth.
 */
export function regionVolume(h: Pick<Header, 'shape' | 'spacing' | 'direction'>, { x, y, z }: Region): number | null {
  if (!h.spacing || h.shape.z === 1) return null
  const voxel = h.spacing[0] * h.spacing[1] * h.spacing[2] * (h.direction ? Math.abs(determinant(h.direction)) : 1)
  return lengthOf(x) * lengthOf(y) * lengthOf(z) * voxel
}

function determinant(m: readonly number[]): number {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number]
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
}
