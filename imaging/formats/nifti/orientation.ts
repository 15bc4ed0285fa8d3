import type { Header } from '../../header.ts'
import type { NiftiFields } from './fields.ts'

type Placement = Pick<Header, 'spacing' | 'origin' | 'direction' | 'orientation'>

/** Largest cosine between two axes that rounding in float32 files explains; about 0.06 degrees. */
const mostShear = 1e-3

const dot = (a: number[], b: number[]) => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!
const length = (a: number[]) => Math.hypot(a[0]!, a[1]!, a[2]!)
const unit = (a: number[]) => a.map((v) => v / length(a) + 0) // + 0: JSON has no -0
const less = (a: number[], b: number[], factor: number) => a.map((v, i) => v - factor * b[i]!)

/**
 * Where the voxels are, from sform, else qform, else voxel sizes alone (NIfTI-1.1 methods 3, 2, 1), turned from the
 * format's RAS into LPS millimetres.
 * @param millimetres length of the file's spatial unit in mm
 * @param warnings    gets a sentence for everything that had to be assumed
 */
export function place(fields: NiftiFields, millimetres: number, warnings: string[]): Placement {
  const sizes = [1, 2, 3].map((i) => Math.abs(fields.pixdim[i] ?? 0) * millimetres)
  const spacing = sizes.every((v) => Number.isFinite(v) && v > 0) ? ([...sizes] as [number, number, number]) : null

  const affine =
    (fields.sformCode > 0 ? usable(fields.srow, 'sform', warnings) : undefined) ??
    (fields.qformCode > 0 ? usable(qform(fields), 'qform', warnings) : undefined)
  if (!affine) return { spacing, origin: null, direction: null, orientation: 'unknown' }

  // RAS to LPS negates the first two rows.
  const lps = affine.map((row, i) => row.map((v) => (i < 2 ? 0 - v : v) * millimetres))
  const columns = [0, 1, 2].map((j) => lps.map((row) => row[j]!))
  const steps = columns.map(length) as [number, number, number]
  if (spacing && steps.some((v, i) => Math.abs(v - spacing[i]!) > 0.01 * spacing[i]!)) {
    warnings.push(
      `The voxel sizes in pixdim (${spacing.map(short).join(' x ')} mm) and in the affine (${steps.map(short).join(' x ')} mm) disagree; the affine is used.`,
    )
  }
  const axes = columns.map(unit)
  const shear = Math.max(
    ...[
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([i, j]) => Math.abs(dot(axes[i!]!, axes[j!]!))),
  )
  const origin = lps.map((row) => row[3]! + 0) as [number, number, number]
  if (shear <= mostShear) return { spacing: steps, origin, direction: axes.flat(), orientation: 'known' }

  warnings.push('The affine of this file is sheared; the axes shown are the nearest right-angled ones.')
  const x = axes[0]!
  const y = unit(less(axes[1]!, x, dot(axes[1]!, x)))
  const z = unit(less(less(axes[2]!, x, dot(axes[2]!, x)), y, dot(axes[2]!, y)))
  return { spacing: steps, origin, direction: [x, y, z].flat(), orientation: 'assumed' }
}

const short = (v: number) => Number(v.toPrecision(4))

/** The matrix, unless its numbers cannot place anything. */
function usable(rows: number[][], name: string, warnings: string[]): number[][] | undefined {
  const columns = [0, 1, 2].map((j) => rows.map((row) => row[j]!))
  const volume = Math.abs(determinant(columns))
  const extent = columns.map(length).reduce((a, b) => a * b, 1)
  if (rows.flat().every(Number.isFinite) && extent > 0 && Number.isFinite(extent) && volume > 1e-3 * extent) return rows
  warnings.push(`The ${name} of this file is not a usable matrix; it is left out.`)
  return undefined
}

const determinant = ([a, b, c]: number[][]) =>
  a![0]! * (b![1]! * c![2]! - b![2]! * c![1]!) -
  b![0]! * (a![1]! * c![2]! - a![2]! * c![1]!) +
  c![0]! * (a![1]! * b![2]! - a![2]! * b![1]!)

/** The quaternion transform as three rows of four (NIfTI-1.1 method 2). */
function qform({ quatern: [b, c, d], qoffset, pixdim }: NiftiFields): number[][] {
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d))
  const rotation = [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ]
  const qfac = pixdim[0]! < 0 ? -1 : 1
  const steps = [pixdim[1]!, pixdim[2]!, pixdim[3]! * qfac]
  return rotation.map((row, i) => [...row.map((v, j) => v * steps[j]!), qoffset[i]!])
}
