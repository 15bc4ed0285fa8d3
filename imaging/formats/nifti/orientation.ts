import { isUsable, length, placed } from '../../geometry/placement.ts'
import type { Placement } from '../../geometry/placement.ts'
import type { NiftiFields } from './fields.ts'

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
  const origin = lps.map((row) => row[3]!)
  return placed(columns, origin, 'affine', warnings)
}

const short = (v: number) => Number(v.toPrecision(4))

/** The matrix, unless its numbers cannot place anything. */
function usable(rows: number[][], name: string, warnings: string[]): number[][] | undefined {
  const columns = [0, 1, 2].map((j) => rows.map((row) => row[j]!))
  if (rows.flat().every(Number.isFinite) && isUsable(columns)) return rows
  warnings.push(`The ${name} of this file is not a usable matrix; it is left out.`)
  return undefined
}

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
