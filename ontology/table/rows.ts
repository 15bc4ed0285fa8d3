/** Rows of a table and the records that they stand for. */
import { getAt, setAt, toFieldName, type Json } from '../path.ts'
import type { WhenStamp } from '../values.ts'
import { readCell, reasonText, writeCell, type Cell, type NullReasonCode, type Reading } from './cells.ts'
import type { Column, TableKind } from './columns.ts'
import { sameStamp } from './times.ts'

/** What a row of cells says, field by field. */
export interface RowReading {
  /** Values to set; undefined empties the field. */
  values: { column: Column; value: unknown }[]
  /** Fields that are empty for a reason. */
  reasons: { column: Column; reason: NullReasonCode }[]
  /** Fields whose cells are empty. */
  empties: Column[]
  problems: { column: Column; message: string }[]
  notes: { column: Column; message: string }[]
}

/** A cell with the column that it belongs to and the unit that stands beside or above it. */
export interface PlacedCell {
  column: Column
  cell: Cell
  unit?: string | undefined
}

export function readRow(cells: readonly PlacedCell[], options: Reading): RowReading {
  const row: RowReading = { values: [], reasons: [], empties: [], problems: [], notes: [] }
  for (const { column, cell, unit } of cells) {
    const read = readCell(column, cell, options, unit)
    if ('problem' in read) row.problems.push({ column, message: read.problem })
    else if ('empty' in read) row.empties.push(column)
    else if ('reason' in read) row.reasons.push({ column, reason: read.reason })
    else {
      row.values.push({ column, value: read.value })
      if (read.note) row.notes.push({ column, message: read.note })
    }
  }
  return row
}

interface Noted {
  field: string
  reason?: string
}

/**
 * The record after a row was entered into it. Values that mean the same as before stay as they were written.
 * @param clears whether empty cells empty their fields, as in an export that comes back
 */
export function enterRow({ kind }: Pick<TableKind, 'kind'>, before: Json, row: RowReading, clears: boolean): Json {
  let record: Json = before
  const lists = new Set<string>()
  const touched = new Set<string>()
  const set = ({ path }: Column, value: unknown) => {
    const held = getAt(record, path)
    if (held === undefined && value === undefined) return
    const next = kept(held, value)
    if (next === held) return
    record = setAt(record, path, next) as Json
    touched.add(toFieldName(path))
    const list = path.findIndex((part) => typeof part === 'number')
    if (list > 0) lists.add(JSON.stringify(path.slice(0, list)))
  }
  for (const { column, value } of row.values) set(column, value)
  if (clears) for (const column of row.empties) set(column, undefined)
  for (const { column } of row.reasons) set(column, undefined)
  for (const place of lists) {
    const path = JSON.parse(place) as (string | number)[]
    const items = (getAt(record, path) as unknown[]).filter(isFilled)
    record = setAt(record, path, items.length > 0 ? items : undefined) as Json
  }
  if (kind !== undefined && record.kind === undefined) record = { ...record, kind }
  record = withReasons(record, row, touched, clears)
  return withoutSources(record, touched)
}

const isFilled = (item: unknown): boolean =>
  item !== undefined && item !== null && (typeof item !== 'object' || Object.values(item).some(isFilled))

/** What was there, when the cell says the same in other words: an offset of another zone, a term without its codes. */
function kept(held: unknown, value: unknown): unknown {
  if (JSON.stringify(held) === JSON.stringify(value)) return held
  if (held === null || value === null || typeof held !== 'object' || typeof value !== 'object') return value
  if (Array.isArray(held) && Array.isArray(value))
    return held.length === value.length && held.every((one, n) => kept(one, value[n]) === one) ? held : value
  const [a, b] = [held as Json, value as Json]
  if ('dateTime' in a && 'dateTime' in b)
    return sameStamp(a as unknown as WhenStamp, b as unknown as WhenStamp) ? held : value
  if (typeof a.label === 'string' && a.label === b.label) return held
  if ('unit' in a && a.unit === b.unit && a.value === b.value) return held
  return value
}

function withReasons(record: Json, row: RowReading, touched: ReadonlySet<string>, clears: boolean): Json {
  const held = (record.nullReasons as Noted[] | undefined) ?? []
  const given = row.reasons.map(({ column, reason }) => ({ field: toFieldName(column.path), reason }))
  const filled = new Set(row.values.map(({ column }) => toFieldName(column.path)))
  const emptied = new Set(clears ? row.empties.map(({ path }) => toFieldName(path)) : [])
  const left = held.filter(
    ({ field }) =>
      !filled.has(field) && !touched.has(field) && !emptied.has(field) && !given.some((one) => one.field === field),
  )
  // A reason that was there already keeps its place, so that nothing seems changed.
  const unchanged = held.filter((one) =>
    given.some((other) => other.field === one.field && other.reason === one.reason),
  )
  const added = given.filter((one) => !unchanged.some((other) => other.field === one.field))
  const next = [...held.filter((one) => left.includes(one) || unchanged.includes(one)), ...added]
  if (next.length === held.length && added.length === 0) return record
  const { nullReasons: _held, ...rest } = record
  return next.length > 0 ? { ...rest, nullReasons: next } : rest
}

/** What a person typed has no other source any more. */
function withoutSources(record: Json, touched: ReadonlySet<string>): Json {
  const held = record.sources as Noted[] | undefined
  const left = held?.filter(({ field }) => !touched.has(field))
  if (!held || left?.length === held.length) return record
  const { sources: _held, ...rest } = record
  return left && left.length > 0 ? { ...rest, sources: left } : rest
}

/** The cells of a record, one for each column; fields that are empty for a reason say so. */
export function writeRow(columns: readonly Column[], record: Json, options: Reading): (string | number | null)[] {
  const reasons = new Map(
    ((record.nullReasons as { field: string; reason: NullReasonCode }[] | undefined) ?? []).map((one) => [
      one.field,
      one.reason,
    ]),
  )
  return columns.map((column) => {
    const cell = writeCell(column, getAt(record, column.path), options)
    const reason = cell === null ? reasons.get(toFieldName(column.path)) : undefined
    return reason ? reasonText(reason) : cell
  })
}
