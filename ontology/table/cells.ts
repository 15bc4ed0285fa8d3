/** One cell of a table and the value that it stands for: read with a message for people, written so that it reads back. */
import { fieldsOf } from '../entity.ts'
import { vocabularies, type Term } from '../terms.ts'
import { convert, unitNamed, unitProblem } from '../units.ts'
import type { CodedTerm, Quantity, WhenStamp } from '../values.ts'
import { isPair, type Column } from './columns.ts'
import { readNumber } from './numbers.ts'
import { dateText, readTime, stampOf, stampText } from './times.ts'

/** What a cell of a spreadsheet holds. */
export type Cell = string | number | boolean | Date | null

/** Records that cells name: by what people call them, and back. */
export interface Lookup {
  /** Ids of the records of an entity that this text may mean. */
  find(entity: string, text: string): readonly string[]
  label(entity: string, id: string): string | undefined
}

export interface Reading {
  /** Time zone (IANA) of times without an offset. */
  zone: string
  /** Whether the file writes 21,3 for 21.3; absent where nobody knows. */
  decimalComma?: boolean | undefined
  lookup: Lookup
}

export type NullReasonCode = 'unknown' | 'notRecorded' | 'notApplicable' | 'withheld'
export type CellReading =
  { value: unknown; note?: string } | { empty: true } | { reason: NullReasonCode } | { problem: string }

/** What people write for a value that is not there; "n/a" is the one of BIDS and says no more than an empty cell. */
const reasons: Record<string, NullReasonCode> = {
  unknown: 'unknown',
  'not known': 'unknown',
  '?': 'unknown',
  'not recorded': 'notRecorded',
  'does not apply': 'notApplicable',
  'not applicable': 'notApplicable',
  withheld: 'withheld',
}
const reasonTexts: Record<NullReasonCode, string> = {
  unknown: 'not known',
  notRecorded: 'not recorded',
  notApplicable: 'does not apply',
  withheld: 'withheld',
}
const empties = new Set(['', 'n/a', 'na', 'nan', '-', '–'])

/**
 * Reads one cell.
 * @param unit unit of bare numbers, where header or a cell beside it says so
 */
export function readCell(column: Column, cell: Cell, options: Reading, unit?: string): CellReading {
  const text = textOf(cell)
  if (text.startsWith('=') || /^[+@-](?:.*[!|(]|cmd)/i.test(text))
    return { problem: `“${short(text)}” is a formula. Enter the value itself.` }
  const plain = text.toLowerCase()
  const exact = column.options?.find((option) => squeezed(option) === squeezed(text))
  if (text === '' || (exact === undefined && empties.has(plain))) return { empty: true }
  if (exact === undefined && Object.hasOwn(reasons, plain) && column.level !== 'record')
    return { reason: reasons[plain] as NullReasonCode }
  switch (column.kind) {
    case 'number':
      return readPlainNumber(column, cell, options)
    case 'quantity':
      return readQuantity(column, cell, options, unit)
    case 'boolean':
      return readBoolean(text)
    case 'enum':
      return readOption(column, text, exact)
    case 'date':
    case 'when': {
      const time = readTime(typeof cell === 'boolean' || cell === null ? text : cell)
      if ('problem' in time) return time
      const note =
        typeof cell !== 'object' && /^\d{5}/.test(text) ? `${text} was read as ${dateText(time)}.` : undefined
      const value = column.kind === 'date' ? dateText(time) : stampOf(time, options.zone)
      return { value, ...(note && { note }) }
    }
    case 'term':
      return readTerm(column, text)
    case 'reference':
      return readReference(column, text, options)
    case 'text':
    case 'textarea':
      return { value: text }
    default:
      return readList(column, text, options)
  }
}

/** The cell as a person sees it. */
export function textOf(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (cell instanceof Date) {
    const time = readTime(cell)
    return 'problem' in time ? '' : stampText(stampOf(time, 'UTC'), 'UTC')
  }
  return String(cell).trim()
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** Lower case, letters and digits only. */
export const squeezed = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

function readPlainNumber(column: Column, cell: Cell, options: Reading): CellReading {
  if (typeof cell === 'number') return { value: cell }
  const read = readNumber(textOf(cell), options.decimalComma)
  if (read === null || ('rest' in read && read.rest !== ''))
    return { problem: `“${short(textOf(cell))}” is not a number, which “${column.label}” needs.` }
  return 'problem' in read ? read : { value: read.value }
}

function readQuantity(column: Column, cell: Cell, options: Reading, headerUnit?: string): CellReading {
  const units = column.units ?? []
  const read = typeof cell === 'number' ? { value: cell, rest: '' } : readNumber(textOf(cell), options.decimalComma)
  if (read === null)
    return { problem: `“${short(textOf(cell))}” is not a number with a unit, like 5 ${units[0] ?? ''}.` }
  if ('problem' in read) return read
  const given = read.rest || headerUnit || units[0] || ''
  const code = unitNamed(given) ?? (units.includes(given) ? given : undefined)
  if (code === undefined) return { problem: unitProblem(column.label, given, units) }
  if (units.includes(code)) return { value: { value: read.value, unit: code } }
  const target = units.find((unit) => convert(1, code, unit) !== undefined)
  if (target === undefined) return { problem: unitProblem(column.label, given, units) }
  const value = Number((convert(read.value, code, target) as number).toPrecision(12))
  const kept = fieldsOf(column.node).some(([name]) => name === 'asEntered')
  return {
    value: { value, unit: target, ...(kept && { asEntered: { value: read.value, unit: given } }) },
    note: `${read.value} ${given} was read as ${value} ${target}.`,
  }
}

const yes = new Set(['yes', 'y', 'true', '1', 'ja', 'x'])
const no = new Set(['no', 'n', 'false', '0', 'nein'])

function readBoolean(text: string): CellReading {
  const plain = text.toLowerCase()
  if (yes.has(plain) || no.has(plain)) return { value: yes.has(plain) }
  return { problem: `“${short(text)}” is neither yes nor no.` }
}

/** Words for options that BIDS and other systems write; each only where the option is one of the list. */
const spellings: Record<string, string> = { male: 'M', m: 'M', female: 'F', f: 'F', weiblich: 'F', männlich: 'M' }

function readOption({ options = [], label }: Column, text: string, exact: string | undefined): CellReading {
  const spelled = spellings[text.toLowerCase()]
  const found = exact ?? (spelled !== undefined && options.includes(spelled) ? spelled : undefined)
  if (found !== undefined) return { value: found }
  const list = options.length <= 16 ? `one of: ${options.join(', ')}` : 'one of the list'
  return { problem: `“${short(text)}” is no choice of “${label}”. Enter ${list}.` }
}

const termIndexes = new Map<string, Map<string, Term>>()

/** The term of a list that is called so: by its label, a synonym or a code. */
export function termNamed(vocabulary: string, text: string): Term | undefined {
  let index = termIndexes.get(vocabulary)
  if (!index) {
    index = new Map()
    const terms = vocabularies.get(vocabulary)?.terms ?? []
    // Labels win over synonyms, and those over codes.
    const names = [
      (term: Term) => [term.label],
      (term: Term) => term.synonyms ?? [],
      (term: Term) => (term.codings ?? []).flatMap(({ scheme, code }) => [code, `${scheme}:${code}`]),
    ]
    for (const of of names)
      for (const term of terms)
        for (const name of of(term)) if (!index.has(squeezed(name))) index.set(squeezed(name), term)
    termIndexes.set(vocabulary, index)
  }
  return index.get(squeezed(text))
}

function readTerm({ vocabulary = '' }: Column, text: string): CellReading & { value?: CodedTerm } {
  const found = termNamed(vocabulary, text)
  if (found) return { value: { label: found.label, ...(found.codings && { codings: found.codings }) } }
  const title = vocabularies.get(vocabulary)?.title.toLowerCase() ?? vocabulary
  return { value: { label: text }, note: `“${short(text)}” is not in the list “${title}”; it is kept without a code.` }
}

function readReference(
  { ref = '', label }: Column,
  text: string,
  { lookup }: Reading,
): CellReading & { value?: string } {
  const found = lookup.find(ref, text)
  if (found.length === 1) return { value: found[0] as string }
  if (found.length > 1)
    return {
      problem: `“${short(text)}” may be ${found.length} different entries of “${label}”. Use a full, unique name.`,
    }
  return { problem: `There is no “${short(text)}” for “${label}” here. Check the spelling, or enter it first.` }
}

function readList(column: Column, text: string, options: Reading): CellReading {
  const parts = text.split(/[;\n]/).flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
  const values: unknown[] = []
  const notes: string[] = []
  for (const part of parts) {
    const read = readPart(column, part, options)
    if ('problem' in read) return read
    if ('note' in read && read.note) notes.push(read.note)
    if ('value' in read) values.push(read.value)
  }
  return { value: values, ...(notes.length > 0 && { note: notes.join(' ') }) }
}

function readPart(column: Column, part: string, options: Reading): CellReading {
  const items = column.node.items
  if (column.kind === 'terms') return readTerm(column, part)
  if (column.kind === 'references') return readReference(column, part, options)
  if (column.kind === 'enums') {
    const choices = items?.enum ?? []
    return readOption(
      { ...column, options: choices },
      part,
      choices.find((one) => squeezed(one) === squeezed(part)),
    )
  }
  if (column.kind !== 'objects' || !items || !isPair(items)) return { value: part }
  const [[typeName, typeNode], [valueName]] = fieldsOf(items) as [[string, Column['node']], [string, Column['node']]]
  const found = /^([^:]+):\s*(.+)$/s.exec(part)
  const types = typeNode.enum ?? []
  const type = found ? types.find((one) => squeezed(one) === squeezed(found[1] as string)) : types[0]
  if (type === undefined)
    return {
      problem: `“${short(part)}” names no known kind of “${column.label}”. Write it like ${types[0]}: 412, with one of: ${types.join(', ')}.`,
    }
  return { value: { [typeName]: type, [valueName]: found ? found[2] : part } }
}

/** The cell of a value; `undefined` for one that is not there. */
export function writeCell(column: Column, value: unknown, options: Reading): string | number | null {
  if (value === undefined || value === null) return null
  switch (column.kind) {
    case 'number':
      return value as number
    case 'quantity': {
      const { value: number, unit } = value as Quantity
      return unit === column.units?.[0] ? number : `${number} ${unit}`
    }
    case 'boolean':
      return value === true ? 'yes' : 'no'
    case 'when':
      return stampText(value as WhenStamp, options.zone)
    case 'term':
      return (value as CodedTerm).label
    case 'reference':
      return options.lookup.label(column.ref ?? '', value as string) ?? (value as string)
    case 'terms':
      return (value as CodedTerm[]).map(({ label }) => label).join('; ')
    case 'references':
      return (value as string[]).map((id) => options.lookup.label(column.ref ?? '', id) ?? id).join('; ')
    case 'objects':
      return (value as Record<string, string>[]).map((each) => Object.values(each).join(': ')).join('; ')
    case 'strings':
    case 'enums':
      return (value as string[]).join('; ')
    default:
      return String(value)
  }
}

export const reasonText = (reason: NullReasonCode): string => reasonTexts[reason]
