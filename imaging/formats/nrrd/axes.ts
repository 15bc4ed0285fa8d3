import { ImagingError } from '../../errors.ts'
import type { Axis, AxisRole } from '../../raw/axes.ts'
import { numberText } from '../../numberText.ts'
import { numbersIn } from '../../raw/headerText.ts'
import { table } from '../../table.ts'
import { quoted, vectors } from './text.ts'
import type { NrrdText } from './text.ts'

/** One axis of the array as the header describes it. */
export interface NrrdAxis extends Axis {
  kind: string
  label: string
  unit: string
  /** Step from sample to sample in the space of the file; null when the axis does not run in it. */
  direction: number[] | null
  spacing: number | undefined
  thickness: number | undefined
  min: number | undefined
}

/** Largest dimension of the reference implementation (NRRD_DIM_MAX). */
const mostAxes = 16

const spatialKinds = ['domain', 'space']
const unknownKinds = ['', '???', 'none']
const timeUnits = /^(s|sec|secs|seconds?|ms|msec|milliseconds?|us|min|minutes?)$/i

/** Kinds of an axis that holds the colours of a pixel. */
export const colours = table<3 | 4>({ 'rgb-color': 3, '3-color': 3, 'rgba-color': 4, '4-color': 4 })

/**
 * The axes, fastest first, with what each runs along: from `space directions`, else `kinds`; the first three spatial ones
 * are x, y and z.
 * @param isByte   whether samples are of type uint8, which colours have
 * @param warnings gets a sentence for each axis that had to be judged
 * @throws ImagingError 'malformed'
 */
export function readAxes(text: NrrdText, isByte: boolean, warnings: string[]): NrrdAxis[] {
  const { fields } = text
  const count = Number(fields.get('dimension'))
  if (!Number.isInteger(count) || count < 1 || count > mostAxes) {
    throw new ImagingError(
      'malformed',
      `dimension is ${fields.get('dimension') ?? 'missing'}; NRRD images have 1 to ${mostAxes} axes.`,
    )
  }
  const sizes = perAxis('sizes', numbersIn(fields.get('sizes')), count)
  if (!sizes) throw new ImagingError('malformed', 'The header has no sizes.')
  const directions = perAxis('space directions', vectors(fields.get('spacedirections')), count)
  const spacings = perAxis('spacings', numbersIn(fields.get('spacings')), count)
  const thicknesses = perAxis('thicknesses', numbersIn(fields.get('thicknesses')), count)
  const mins = perAxis('axis mins', numbersIn(fields.get('axismins')), count)
  const kinds = fields.get('kinds')?.toLowerCase().split(/\s+/) ?? []
  const labels = quoted(fields.get('labels'))
  const units = quoted(fields.get('units'))
  const axes = sizes.map((size, i): NrrdAxis => {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new ImagingError('malformed', `Size ${i + 1} in sizes is ${numberText(size)}; it must be 1 or more.`)
    }
    const direction = directions?.[i] ?? null
    return {
      size,
      role: 'c',
      kind: kinds[i] ?? '',
      label: labels[i] ?? '',
      unit: units[i] ?? '',
      direction: direction?.some(Number.isNaN) ? null : direction,
      spacing: finite(spacings?.[i]),
      thickness: finite(thicknesses?.[i]),
      min: finite(mins?.[i]),
    }
  })
  const hasTimeSpace = /^(rast|last|lpst|.*-time)$/i.test(fields.get('space') ?? '')
  assignRoles(axes, { hasDirections: directions !== undefined, hasTimeSpace, isByte }, warnings)
  return axes
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : undefined)

/** @throws ImagingError 'malformed' when a field has another number of values than the array has axes */
function perAxis<T>(name: string, values: T[] | undefined, count: number): T[] | undefined {
  if (values === undefined || values.length === count) return values
  throw new ImagingError('malformed', `${name} has ${values.length} values for ${count} axes.`)
}

interface Known {
  hasDirections: boolean
  /** The fourth axis of the space is time. */
  hasTimeSpace: boolean
  isByte: boolean
}

function assignRoles(axes: NrrdAxis[], { hasDirections, hasTimeSpace, isByte }: Known, warnings: string[]): void {
  const isUnknown = (axis: NrrdAxis) => unknownKinds.includes(axis.kind)
  const isTime = (axis: NrrdAxis) =>
    axis.kind === 'time' ||
    (hasTimeSpace && axis.direction?.length === 4 && axis.direction.slice(0, 3).every((v) => v === 0)) ||
    (axis.direction === null &&
      (isUnknown(axis) || spatialKinds.includes(axis.kind)) &&
      (timeUnits.test(axis.unit) || /^(t|time)$/i.test(axis.label)))
  const isSpatial = (axis: NrrdAxis) =>
    hasDirections ? axis.direction !== null : isUnknown(axis) || spatialKinds.includes(axis.kind)

  const free: AxisRole[] = ['x', 'y', 'z']
  let hasTime = false
  for (const [i, axis] of axes.entries()) {
    if (isTime(axis) && !hasTime) {
      axis.role = 't'
      hasTime = true
    } else if (isSpatial(axis) && free.length > 0) {
      axis.role = free.shift()!
    } else if (i === 0 && isByte && colours[axis.kind] === axis.size) {
      axis.role = 'sample'
    } else if (axis.size > 1 && (isSpatial(axis) || (isUnknown(axis) && axis.label === ''))) {
      warnings.push(`The file does not say what axis ${i + 1} of size ${axis.size} is; it is shown as channels.`)
    }
  }
  // An array of components alone is shown as what it is: a line or a picture of numbers.
  const components = free[0] === 'x' ? axes.filter((axis) => axis.role === 'c').slice(0, 2) : []
  for (const axis of components) axis.role = free.shift()!
}
