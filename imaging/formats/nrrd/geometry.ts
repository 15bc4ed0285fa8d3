import { across, isUsable, length, placed } from '../../geometry/placement.ts'
import type { Placement } from '../../geometry/placement.ts'
import { table } from '../../table.ts'
import { millimetresOf } from '../../lengthUnits.ts'
import type { NrrdAxis } from './axes.ts'
import { quoted, vectors } from './text.ts'
import type { NrrdText } from './text.ts'

/** Signs that take the axes of a space to L, P and S; null for spaces that are not those of a patient. */
const spaces = table<{ signs: [number, number, number] | null }>({
  'right-anterior-superior': { signs: [-1, -1, 1] },
  ras: { signs: [-1, -1, 1] },
  'left-anterior-superior': { signs: [1, -1, 1] },
  las: { signs: [1, -1, 1] },
  'left-posterior-superior': { signs: [1, 1, 1] },
  lps: { signs: [1, 1, 1] },
  'scanner-xyz': { signs: null },
  '3d-right-handed': { signs: null },
  '3d-left-handed': { signs: null },
})

/** Where the voxels are: from `space`, `space directions` and `space origin`; sizes alone where the space says no more. */
export function place(text: NrrdText, axes: readonly NrrdAxis[], warnings: string[]): Placement {
  const along = (['x', 'y', 'z'] as const).map((role) => axes.find((axis) => axis.role === role))
  const units = quoted(text.fields.get('spaceunits'))
  const directions = along.map((axis) => axis?.direction?.slice(0, 3) ?? undefined)
  if (!directions[0]) return { ...nowhere, spacing: spacingOf(along, warnings) }

  const factors = [0, 1, 2].map((row) => (units[row] === undefined ? 1 : millimetresOf[units[row].toLowerCase()]))
  if (factors.includes(undefined)) {
    warnings.push(`The unit of space is ${units.join(', ')}, which is not a length known here; sizes are not known.`)
    return nowhere
  }
  if (units.length === 0) warnings.push('The file names no unit of length; millimetres are assumed.')
  const name = text.fields.get('space')?.toLowerCase()
  const signs = spaces[(name ?? '').replace(/-time$/, '')]?.signs ?? spaces[spaceWithTime[name ?? ''] ?? '']?.signs
  const inMillimetres = (vector: number[]) => vector.map((v, row) => v * factors[row]! * (signs?.[row] ?? 1))
  const steps = directions.map((vector) => vector && inMillimetres(vector))
  const sizes = sizesOf(steps, along)
  if (!signs) {
    warnings.push(
      `The space of this file is ${name ?? 'not named'}, which does not tell left, right, front and back of the animal; directions are not known.`,
    )
    return { ...nowhere, spacing: sizes }
  }
  const [x, y] = steps
  const z = steps[2] ?? (x && y && sizes && across(x, y).map((v) => v * sizes[2]))
  const stated = vectors(text.fields.get('spaceorigin'))?.[0]
  const origin = stated && inMillimetres(stated.slice(0, 3))
  if (!x || !y || !z || ![x, y, z].every((step) => step.length === 3) || !isUsable([x, y, z])) {
    warnings.push('The space directions of this file are not usable; directions are not known.')
    return { ...nowhere, spacing: sizes }
  }
  const found = placed([x, y, z], origin ?? [0, 0, 0], 'matrix of space directions', warnings)
  if (origin?.length === 3 && origin.every(Number.isFinite)) return found
  warnings.push('The file does not say where its first voxel lies; positions are not known.')
  return { ...found, origin: null }
}

const nowhere: Placement = { spacing: null, origin: null, direction: null, orientation: 'unknown' }
const spaceWithTime = table<string>({ rast: 'ras', last: 'las', lpst: 'lps' })

/** Lengths of the steps; a plane alone has the stated thickness, or 1 mm. */
function sizesOf(
  steps: readonly (number[] | undefined)[],
  along: readonly (NrrdAxis | undefined)[],
): [number, number, number] | null {
  const x = steps[0] && length([...steps[0], 0, 0])
  const y = steps[1] ? length([...steps[1], 0, 0]) : along[1] ? undefined : x
  const z = steps[2] ? length([...steps[2], 0, 0]) : (along[2]?.thickness ?? 1)
  return allPositive([x, y, z])
}

function spacingOf(along: readonly (NrrdAxis | undefined)[], warnings: string[]): [number, number, number] | null {
  const [x, y, z] = along
  if (x?.spacing === undefined) return null
  let isAssumed = false
  const size = (axis: NrrdAxis) => {
    const value = axis.spacing ?? (axis.size === 1 ? (axis.thickness ?? 1) : undefined)
    if (axis.unit === '') isAssumed = true
    const factor = axis.unit === '' ? 1 : millimetresOf[axis.unit.toLowerCase()]
    return value === undefined || factor === undefined ? undefined : Math.abs(value * factor)
  }
  const spacing = allPositive([size(x), y ? size(y) : size(x), z ? size(z) : 1])
  if (spacing && isAssumed) warnings.push('The file names no unit of length; millimetres are assumed.')
  return spacing
}

const allPositive = (sizes: (number | undefined)[]): [number, number, number] | null =>
  sizes.every((v) => v !== undefined && Number.isFinite(v) && v > 0) ? (sizes as [number, number, number]) : null
