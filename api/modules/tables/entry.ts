/** Entering rows of cells as records of a study: from the grid, from a file, or planned only. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { enqueue } from '#api/db/outbox.ts'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import type { FieldError } from '#api/errors.ts'
import { writeMany, type Outcome, type PlannedRow, type RowOrder } from '#api/records/many.ts'
import { alive } from '#api/records/read.ts'
import { fromPointer, getAt, setAt, type Json } from '#ontology/path.ts'
import type { Reading } from '#ontology/table/cells.ts'
import type { Column, TableKind } from '#ontology/table/columns.ts'
import { enterRow, readRow, type PlacedCell, type RowReading } from '#ontology/table/rows.ts'
import type { CellChange } from './model.ts'
import type { Place } from './lookup.ts'

/** A table of a study that rows are entered into. */
export interface Entry {
  table: TableKind
  columns: readonly Column[]
  place: Place
  reading: Reading
  /** Finds the record that a row without an identifier means; absent: such rows are new. */
  match?: (row: RowReading) => string | undefined
  /** What is wrong with a row among the others of its file. */
  refuse?: (row: EntryRow, reading: RowReading) => FieldError[]
  /** Noted as the source of each value that a row brings. */
  evidence?: (row: EntryRow) => string
}

export interface EntryRow {
  /** Row of the file. */
  number?: number
  id?: string | undefined
  /** Version that the person has seen; absent: whichever is there. */
  version?: number | undefined
  cells: readonly PlacedCell[]
}

export interface EnteredRow {
  outcome: Outcome
  id?: string | undefined
  version?: number | undefined
  /** What people call the record. */
  label: string
  changes: CellChange[]
  /** Pointers are keys of columns; '' is the whole row. */
  problems: FieldError[]
  notes: { key: string; message: string }[]
}

/**
 * Enters rows as far as `accept` says so.
 * @returns what became of each row, or would become of it
 */
export async function enterRows(
  caller: Caller,
  entry: Entry,
  rows: readonly EntryRow[],
  t: Transaction,
  accept: (refused: number) => boolean,
): Promise<EnteredRow[]> {
  const { table, reading } = entry
  const readings = rows.map(({ cells }) => readRow(cells, reading))
  const orders: { place: number; order: RowOrder }[] = []
  const refusals = new Map<number, FieldError[]>()
  for (const [place, row] of rows.entries()) {
    const own = readings[place] as RowReading
    const id = row.id ?? entry.match?.(own)
    const problems: FieldError[] = own.problems.map(({ column, message }) => ({ pointer: column.key, message }))
    problems.push(...(entry.refuse?.(row, own) ?? []))
    if (id === undefined && table.entity.name === 'ImageSeries')
      problems.push({
        pointer: '',
        message: 'There is no such series here. Series come with their images; rows describe them.',
      })
    if (problems.length > 0) refusals.set(place, problems)
    else orders.push({ place, order: orderOf(entry, row, own, id) })
  }
  const planned = await writeMany(
    caller,
    table.entity,
    orders.map(({ order }) => order),
    t,
    (plan) => accept(refusals.size + plan.filter(({ outcome }) => outcome === 'refused').length),
  )
  const byPlace = new Map(orders.map(({ place }, n) => [place, planned[n] as PlannedRow]))
  return rows.map((row, place) =>
    enteredRow(entry, row, readings[place] as RowReading, byPlace.get(place), refusals.get(place)),
  )
}

function orderOf(entry: Entry, row: EntryRow, reading: RowReading, id: string | undefined): RowOrder {
  const { table } = entry
  return {
    id,
    ...(row.version !== undefined && { expected: [row.version] }),
    enter: (before) => {
      const start = id === undefined ? placed(entry) : before
      // The row of a record is all of it, so what is empty there was emptied; other rows only add.
      const after = enterRow(table, start, reading, row.id !== undefined)
      return after === start || !entry.evidence ? after : withSources(entry, after, start, entry.evidence(row))
    },
  }
}

/** What the study gives a new record. */
function placed({ table, place }: Entry): Json {
  const kind = table.kind === undefined ? {} : { kind: table.kind }
  switch (table.entity.name) {
    case 'Subject':
      return { ...kind, projectIds: [place.projectId] }
    case 'ImagingSession':
      return { ...kind, studyId: place.studyId }
    default:
      return { ...kind, projectId: place.projectId }
  }
}

const mostSources = 200

function withSources(entry: Entry, after: Json, before: Json, evidence: string): Json {
  const changed = changesOf(entry.columns, before, after).filter(({ after: value }) => value !== undefined)
  const fields = changed.flatMap(({ key }) => entry.columns.find((column) => column.key === key)?.path.join('.') ?? [])
  if (fields.length === 0) return after
  const held = ((after.sources as { field: string }[] | undefined) ?? []).filter(({ field }) => !fields.includes(field))
  const own = fields.map((field) => ({ field, source: 'import', evidence }))
  return { ...after, sources: [...held, ...own].slice(-mostSources) }
}

/** The columns in which two records differ. */
function changesOf(columns: readonly Column[], before: Json, after: Json): CellChange[] {
  return columns.flatMap(({ key, path }) => {
    const [a, b] = [getAt(before, path), getAt(after, path)]
    return a === b || JSON.stringify(a) === JSON.stringify(b) ? [] : [{ key, before: a, after: b }]
  })
}

function enteredRow(
  { columns, table }: Entry,
  row: EntryRow,
  { notes, values }: RowReading,
  planned: PlannedRow | undefined,
  refused: FieldError[] | undefined,
): EnteredRow {
  const named =
    values.find(({ column }) => column.key === table.entity.label)?.value ?? planned?.after[table.entity.label]
  return {
    outcome: planned?.outcome ?? 'refused',
    id: planned?.id ?? row.id,
    version: planned?.version,
    label: String(named ?? '').slice(0, 300),
    changes: planned?.outcome === 'changed' ? changesOf(columns, planned.before, planned.after) : [],
    problems:
      refused ?? (planned?.problems ?? []).map((problem) => ({ ...problem, pointer: keyOf(columns, problem.pointer) })),
    notes: notes.map(({ column, message }) => ({ key: column.key, message })),
  }
}

/** The column that a pointer into the record leads to or through. */
function keyOf(columns: readonly Column[], pointer: string): string {
  const path = fromPointer(pointer)
  const inside = columns.find(({ path: own }) => own.every((part, n) => part === path[n]))
  const around = columns.find(({ path: own }) => path.every((part, n) => part === own[n]))
  return (inside ?? (path.length > 0 ? around : undefined))?.key ?? ''
}

/** A record with what an import changed set back. */
export function takenBack(columns: readonly Column[], record: Json, changes: readonly CellChange[]): Json {
  let result = record
  for (const { key, before } of changes) {
    const column = columns.find((one) => one.key === key)
    if (column) result = setAt(result, column.path, before ?? undefined) as Json
  }
  return result
}

/** Subjects that were entered into a study take part in it. */
export async function joinStudy(studyId: string, subjectIds: readonly string[], t: Transaction): Promise<void> {
  if (subjectIds.length === 0) return
  await linkModel('study_subjects').bulkCreate(
    subjectIds.map((subjectId) => ({ studyId, subjectId })),
    { transaction: t, ignoreDuplicates: true },
  )
  await enqueue(t, [{ topic: 'search', entity: 'Study', recordId: studyId }])
}

/**
 * Finds records that rows without identifiers mean: subjects, sessions and series by their names, events by animal, time
 * and what was done.
 */
export async function matcherFor(
  { table, columns, place, reading }: Omit<Entry, 'match'>,
  t?: Transaction,
): Promise<(row: RowReading) => string | undefined> {
  const { entity, kind } = table
  if (entity.name !== 'Event') {
    return ({ values }) => {
      const name = values.find(({ column }) => column.key === entity.label)?.value
      const found = name === undefined ? [] : reading.lookup.find(entity.name, String(name))
      const own = found.filter((id) => reading.lookup.label(entity.name, id) === name)
      return own.length === 1 ? own[0] : undefined
    }
  }
  const telling = columns.filter(
    ({ level, kind: type }) => level === 'record' && type !== 'quantity' && type !== 'boolean',
  )
  const events = await recordModel(entity).findAll({
    where: { [Op.and]: [alive, { projectId: place.projectId, kind }] } as never,
    transaction: t ?? null,
  })
  const keyOfRecord = (record: Json) => telling.map(({ path }) => plainOf(getAt(record, path))).join('\n')
  const known = new Map(
    events.map((row) => [keyOfRecord({ ...row.body, subjectId: row.get('subjectId' as never) }), row.id]),
  )
  return ({ values }) =>
    known.get(telling.map((column) => plainOf(values.find((one) => one.column.key === column.key)?.value)).join('\n'))
}

/** A value by what it means: times of different zones are equal. */
function plainOf(value: unknown): string {
  if (value !== null && typeof value === 'object' && 'dateTime' in value && 'precision' in value) {
    const { dateTime, precision } = value as { dateTime: string; precision: string }
    return precision === 'day' ? dateTime.slice(0, 10) : String(Date.parse(dateTime))
  }
  return JSON.stringify(value ?? null)
}
