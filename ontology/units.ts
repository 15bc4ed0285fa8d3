/**
 * Units: the UCUM codes that records use, what people write for them, and factors between those of one dimension. A few
 * dozen factors suffice (metadata model 6.11); activities follow 1 Ci = 3.7e10 Bq exactly.
 */
import units from './terms/units.json' with { type: 'json' }

interface Unit {
  /** UCUM code. */
  code: string
  /** What it measures: mass, volume, activity ... Units of one dimension convert into each other. */
  dimension: string
  /** How many of the dimension's base unit one of it is. */
  factor: number
  /** What people type for it. */
  synonyms: string[]
}

const byCode = new Map<string, Unit>()
const byName = new Map<string, Unit>()
for (const { dimension, units: members } of units.dimensions as {
  dimension: string
  units: Omit<Unit, 'dimension'>[]
}[]) {
  for (const member of members) {
    const unit: Unit = { ...member, dimension }
    byCode.set(unit.code, unit)
    for (const name of [unit.code, ...unit.synonyms]) if (!byName.has(plain(name))) byName.set(plain(name), unit)
  }
}

/** Micro and its look-alikes are one letter, superscripts are digits; case stays, since mCi and MCi differ. */
function plain(text: string): string {
  return text.trim().normalize('NFKC').replaceAll(/[µμ]/g, 'u').replaceAll(/\s+/g, ' ')
}

/** What a unit measures ("activity"), or undefined for one that nobody here knows. */
export const dimensionOf = (unit: string): string | undefined => byCode.get(unit)?.dimension

/** The UCUM code that somebody means by "µCi", "ml" or "mg per kg", or undefined. */
export function unitNamed(text: string): string | undefined {
  const wanted = plain(text)
  return (byName.get(wanted) ?? byName.get(wanted.toLowerCase()))?.code
}

/**
 * A value in another unit of the same dimension.
 * @returns undefined when one of the units is not known or they measure different things
 */
export function convert(value: number, from: string, to: string): number | undefined {
  if (from === to) return value
  const [a, b] = [byCode.get(from), byCode.get(to)]
  if (!a || !b || a.dimension !== b.dimension) return undefined
  return (value * a.factor) / b.factor
}

/** A quantity in another unit, undefined as `convert`. */
export const valueIn = (quantity: { value: number; unit: string }, unit: string): number | undefined =>
  convert(quantity.value, quantity.unit, unit)

/**
 * What is wrong with a unit where one of `allowed` is asked for, as a sentence that names the next step.
 * @param what title of the field
 */
export function unitProblem(what: string, given: string, allowed: readonly string[]): string {
  const choice = allowed.join(', ')
  const meant = unitNamed(given)
  if (meant !== undefined && allowed.includes(meant))
    return `Write the unit of “${what}” as ${meant}; “${given}” is not UCUM.`
  const held = meant === undefined ? undefined : dimensionOf(meant)
  const asked = [...new Set(allowed.flatMap((unit) => dimensionOf(unit) ?? []))]
  if (held === undefined) return `Nobody here knows the unit “${given}”. “${what}” is given in: ${choice}.`
  if (!asked.includes(held))
    return `“${given}” is a unit of ${held}; “${what}” is a ${asked.join(' or ')}, given in: ${choice}. Check the number and the unit.`
  return `“${what}” is given in: ${choice}; not in ${given}.`
}

/**
 * A quantity as a person typed it, in a unit that the field takes; what was typed is kept beside a converted value.
 * @returns a problem instead when the unit is not known or measures something else
 */
export function normalisedQuantity(
  value: number,
  typedUnit: string,
  allowed: readonly string[],
): { value: number; unit: string; asEntered?: { value: number; unit: string } } | undefined {
  const code = unitNamed(typedUnit)
  if (code === undefined) return undefined
  if (allowed.includes(code)) return { value, unit: code }
  for (const unit of allowed) {
    const converted = convert(value, code, unit)
    if (converted !== undefined)
      return { value: Number(converted.toPrecision(12)), unit, asEntered: { value, unit: typedUnit } }
  }
  return undefined
}
