import type { Header } from '../header.ts'

export type Placement = Pick<Header, 'spacing' | 'origin' | 'direction' | 'orientation' | 'sheared'>

/** End of the sentence about sheared axes for those who look at the stored planes. */
export const nearestAxesNote = 'the axes shown are the nearest right-angled ones.'

/** Largest cosine between two axes that rounding in float32 files explains; about 0.06 degrees. */
const mostShear = 1e-3

const dot = (a: number[], b: number[]) => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!
export const length = (a: readonly number[]): number => Math.hypot(a[0]!, a[1]!, a[2]!)
const unit = (a: number[]) => a.map((v) => v / length(a) + 0) // + 0: JSON has no -0
const less = (a: number[], b: number[], factor: number) => a.map((v, i) => v - factor * b[i]!)
const determinant = ([a, b, c]: number[][]) =>
  a![0]! * (b![1]! * c![2]! - b![2]! * c![1]!) -
  b![0]! * (a![1]! * c![2]! - a![2]! * c![1]!) +
  c![0]! * (a![1]! * b![2]! - a![2]! * b![1]!)

/** Vector at a right angle to two others, of length 1. */
export const across = (a: readonly number[], b: readonly number[]): number[] =>
  unit([a[1]! * b[2]! - a[2]! * b[1]!, a[2]! * b[0]! - a[0]! * b[2]!, a[0]! * b[1]! - a[1]! * b[0]!])

/** Whether three vectors span a space: all finite, none 0, not in one plane. */
export function isUsable(steps: number[][]): boolean {
  const extent = steps.map(length).reduce((a, b) => a * b, 1)
  return (
    steps.flat().every(Number.isFinite) &&
    extent > 0 &&
    Number.isFinite(extent) &&
    Math.abs(determinant(steps)) > 1e-3 * extent
  )
}

/**
 * Placement of an image whose voxel axes step by three usable vectors in LPS millimetres. Where they are sheared, the
 * nearest right-angled axes are given with the true steps beside them.
 * @param steps    the step from voxel to voxel along x, y and z
 * @param origin   centre of voxel (0,0,0)
 * @param what     the file's name for the matrix
 * @param warnings gets a sentence for shear
 */
export function placed(steps: number[][], origin: number[], what: string, warnings: string[]): Placement {
  const spacing = steps.map(length) as [number, number, number]
  const axes = steps.map(unit)
  const at = origin.map((v) => v + 0) as [number, number, number]
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const
  const shear = Math.max(...pairs.map(([i, j]) => Math.abs(dot(axes[i]!, axes[j]!))))
  if (shear <= mostShear) return { spacing, origin: at, direction: axes.flat(), orientation: 'known' }

  warnings.push(`The ${what} of this file is sheared; ${nearestAxesNote}`)
  const x = axes[0]!
  const y = unit(less(axes[1]!, x, dot(axes[1]!, x)))
  const z = unit(less(less(axes[2]!, x, dot(axes[2]!, x)), y, dot(axes[2]!, y)))
  return { spacing, origin: at, direction: [x, y, z].flat(), orientation: 'known', sheared: steps.flat() }
}
