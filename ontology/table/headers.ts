/** Which column of a table each header of somebody's sheet means. */
import { squeezed } from './cells.ts'
import type { Column } from './columns.ts'

/** What stands below a header: a field, the unit of a quantity, our own identifiers, or nothing that is wanted. */
export type HeaderMeaning = { key: string; unit?: string; part?: 'unit' } | { key: '#id' | '#version' } | { key: null }

/** Headers of the columns that tell which record a row stands for. */
export const recordHeaders = { id: 'Record id', version: 'Record version' } as const

/** What people write above these columns beside their titles. */
const aliases: Record<string, readonly string[]> = {
  localId: [
    'id',
    'animal',
    'animal id',
    'mouse',
    'mouse id',
    'subject',
    'subject id',
    'ear tag',
    'tag',
    'number',
    'nr',
    'tier',
  ],
  subjectId: ['animal', 'animal id', 'mouse', 'mouse id', 'subject id', 'participant_id', 'ear tag', 'id', 'tier'],
  sessionId: ['session', 'session_id', 'scan', 'visit'],
  'animal.birthDate': ['birth date', 'date of birth', 'dob', 'birthday', 'geburtsdatum'],
  'animal.sex': ['gender', 'geschlecht'],
  'animal.deathDate': ['date of death', 'dod'],
  'animal.supplier': ['breeder', 'vendor', 'source'],
  start: ['date', 'time', 'date and time', 'datum', 'injection time', 'injected at', 'acq_time'],
  'agentAdministration.agentId': ['tracer', 'drug', 'compound', 'radiotracer', 'contrast agent'],
  'agentAdministration.activity': ['activity', 'injected dose', 'InjectedRadioactivity', 'injected activity'],
  'measurement.value': ['weight', 'body weight', 'gewicht'],
  notes: ['comment', 'comments', 'remarks', 'bemerkung'],
}

/** The header without its unit, and the unit: "Weight (g)", "Weight [g]", "weight in g", "weight_g", "Weight, g". */
function splitUnit(header: string): { name: string; unit?: string } {
  const found = /^(.*?)\s*(?:\(([^()]+)\)|\[([^[\]]+)\]|,\s*([^,\s]+)|\s+in\s+(\S+)|_([A-Za-z%/µμ]+))\s*$/u.exec(header)
  const unit = found && (found[2] ?? found[3] ?? found[4] ?? found[5] ?? found[6])
  return found && unit ? { name: found[1] ?? '', unit: unit.trim() } : { name: header }
}

/** Meanings of headers in their order; `null` keys are left out of the import until a person says what they are. */
export function meaningsOf(headers: readonly string[], columns: readonly Column[]): HeaderMeaning[] {
  const names = namesOf(columns)
  const taken = new Set<string>()
  return headers.map((header): HeaderMeaning => {
    const plain = squeezed(header)
    if (plain === squeezed(recordHeaders.id)) return { key: '#id' }
    if (plain === squeezed(recordHeaders.version)) return { key: '#version' }
    const meaning = fieldNamed(header, names)
    const place = meaning === null ? '' : `${meaning.column.key}#${meaning.part ?? ''}`
    // The first of two equal headers wins; the second one waits for a person.
    if (meaning === null || taken.has(place)) return { key: null }
    taken.add(place)
    const { column, unit, part } = meaning
    return { key: column.key, ...(unit !== undefined && { unit }), ...(part && { part }) }
  })
}

function fieldNamed(
  header: string,
  names: ReadonlyMap<string, Column>,
): { column: Column; unit?: string; part?: 'unit' } | null {
  const whole = names.get(squeezed(header))
  if (whole) return { column: whole }
  const { name, unit } = splitUnit(header)
  const column = unit === undefined ? undefined : names.get(squeezed(name))
  if (column?.units && unit !== undefined) return { column, unit }
  const beside = /^(.*?)[\s_.]*units?$/i.exec(header)?.[1]
  const owner = beside === undefined ? undefined : names.get(squeezed(splitUnit(beside).name))
  return owner?.units ? { column: owner, part: 'unit' } : null
}

function namesOf(columns: readonly Column[]): Map<string, Column> {
  const names = new Map<string, Column>()
  const add = (name: string | undefined, column: Column) => {
    const plain = squeezed(name ?? '')
    if (plain !== '' && !names.has(plain)) names.set(plain, column)
  }
  // The surest names first: a key, the whole title, what people say, then what BIDS calls it, and its last word.
  for (const column of columns) add(column.key, column)
  for (const column of columns) add(column.label, column)
  for (const column of columns) for (const name of aliases[column.key] ?? []) add(name, column)
  for (const column of columns) for (const name of (column.node['x-bids'] ?? '').split(';')) add(name, column)
  for (const column of columns) add(column.label.split(': ').at(-1), column)
  for (const column of columns) add(String(column.path.at(-1)), column)
  return names
}
