/** Tables of a study: their rows as cells, entered from the grid, and as files. */
import { Op, type Transaction } from 'sequelize'
import type { Readable } from 'node:stream'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { demand, visible } from '#api/access/rights.ts'
import { linkModel, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { invalidField, notFound } from '#api/errors.ts'
import { alive, findRow, toRecords, type Rec } from '#api/records/read.ts'
import { tableFile, type FileCell, type SheetFormat } from '#api/sheets/write.ts'
import { Study } from '#ontology/entities/study.ts'
import { getAt } from '#ontology/path.ts'
import type { Cell } from '#ontology/table/cells.ts'
import { columnsOf, tableNamed, tables, type Column, type TableKind } from '#ontology/table/columns.ts'
import { writeRow } from '#ontology/table/rows.ts'
import { isZone } from '#ontology/table/times.ts'
import { enterRows, joinStudy, type EnteredRow, type Entry } from './entry.ts'
import { lookupFor, type Named, type Place } from './lookup.ts'

export interface TableAddress {
  studyId: string
  table: string
  /** Time zone of times (IANA); UTC when absent. */
  zone?: string | undefined
}

/** A table with the place that it is in, for a caller who may read it. */
export interface OpenTable {
  table: TableKind
  place: Place
  zone: string
}

/** @throws AppError notFound for a study that is not there or no table, invalid for a zone that is none */
export async function openTable(
  caller: Caller,
  { studyId, table: name, zone = 'UTC' }: TableAddress,
): Promise<OpenTable> {
  const study = await findRow(caller, Study, studyId)
  const table = tableNamed(name)
  if (!table) throw notFound(`table “${name}” (there are ${tables.map((one) => one.name).join(', ')})`)
  if (!isZone(zone)) throw invalidField('?zone', `“${zone}” is no time zone. Write it like Europe/Berlin.`, zone)
  return { table, place: { studyId, projectId: study.get('projectId' as never) as string }, zone }
}

const rowsAtOnce = 1000

/** Where the rows of a table are. */
function scopeOf({ table, place }: OpenTable): object {
  const kind = table.kind === undefined ? {} : { kind: table.kind }
  switch (table.entity.name) {
    case 'Subject':
      return { ...kind, id: { [Op.in]: studySubjects(place.studyId) } }
    case 'Event':
      return { ...kind, projectId: place.projectId, subjectId: { [Op.in]: studySubjects(place.studyId) } }
    default:
      return { ...kind, studyId: place.studyId }
  }
}

function studySubjects(studyId: string) {
  if (!/^[0-9A-Z]{26}$/.test(studyId)) throw new Error('a study id is no ULID')
  const { sequelize } = linkModel('study_subjects')
  if (!sequelize) throw new Error('no database')
  return sequelize.literal(`(SELECT subject_id FROM study_subjects WHERE study_id = '${studyId}')`)
}

/** Records of a table in the order in which they were made, in batches. */
async function* recordsOf(caller: Caller, open: OpenTable): AsyncGenerator<Rec[]> {
  const { entity } = open.table
  const conditions = [visible(caller, entity.name), alive, scopeOf(open)]
  for (let last = ''; ;) {
    const rows: RecordRow[] = await recordModel(entity).findAll({
      where: { [Op.and]: [...conditions, { id: { [Op.gt]: last } }] } as never,
      order: [['id', 'ASC']],
      limit: rowsAtOnce,
    })
    if (rows.length > 0) yield await toRecords(caller, entity, rows)
    if (rows.length < rowsAtOnce) return
    last = rows.at(-1)?.id ?? ''
  }
}

/** The columns that hold all entries of lists: as many as the longest list has. */
async function columnsWithData(caller: Caller, open: OpenTable): Promise<Column[]> {
  const single = columnsOf(open.table)
  const listed = single.filter(({ path }) => path.includes(0))
  if (listed.length === 0) return single
  const longest = new Map<string, number>()
  for await (const records of recordsOf(caller, open)) {
    for (const { path } of listed) {
      const list = path.slice(0, path.indexOf(0))
      const most = records.map((record) => (getAt(record, list) as unknown[] | undefined)?.length ?? 0)
      longest.set(list.join('.'), Math.max(longest.get(list.join('.')) ?? 1, ...most))
    }
  }
  return columnsOf(open.table, (key) => longest.get(key) ?? 1)
}

const mostRows = 10_000

export interface TableRows {
  columns: { key: string; label: string; kind: string; level?: string; units?: readonly string[] }[]
  items: { id: string; version: number; cells: Record<string, FileCell> }[]
  /** What the cells may name, by entity. */
  names: Record<string, Named[]>
  /** Rows that are there but not shown. */
  more: boolean
}

/** The rows of a table as cells by the keys of their columns; at most 10,000. */
export async function tableRows(caller: Caller, address: TableAddress): Promise<TableRows> {
  const open = await openTable(caller, address)
  const columns = await columnsWithData(caller, open)
  const lookup = await lookupFor(caller, open.place, columns)
  const reading = { zone: open.zone, lookup }
  const items: TableRows['items'] = []
  let more = false
  for await (const records of recordsOf(caller, open)) {
    for (const record of records.slice(0, mostRows - items.length)) {
      const cells = writeRow(columns, record, reading)
      const filled = columns.flatMap(({ key }, n) => (cells[n] === null ? [] : [[key, cells[n] as FileCell]]))
      items.push({
        id: record.id,
        version: record.version,
        cells: Object.fromEntries(filled) as Record<string, FileCell>,
      })
    }
    if (items.length >= mostRows) {
      more = true
      break
    }
  }
  return {
    columns: columns.map(({ key, label, kind, level, units }) => ({
      key,
      label,
      kind,
      ...(level && { level }),
      ...(units && { units }),
    })),
    items,
    names: lookup.known,
    more,
  }
}

export interface GivenRow {
  id?: string
  version?: number
  cells: Record<string, Cell>
}

export interface RowsResult {
  /** False when a row was refused: then nothing was written. */
  saved: boolean
  rows: EnteredRow[]
}

/**
 * Enters rows into a table, all or none: what each would become is told in any case.
 * @param options.plan writes nothing
 * @throws AppError forbidden, notFound, invalid for columns that are not of the table
 */
export async function saveRows(
  ctx: Context,
  caller: Caller,
  address: TableAddress,
  given: readonly GivenRow[],
  options: { plan?: boolean | undefined } = {},
): Promise<RowsResult> {
  const open = await openTable(caller, address)
  demand(caller, 'edit', open.place.projectId)
  const columns = columnsOf(open.table, repeatsIn(given.flatMap(({ cells }) => Object.keys(cells))))
  const byKey = new Map(columns.map((column) => [column.key, column]))
  for (const key of new Set(given.flatMap(({ cells }) => Object.keys(cells))))
    if (!byKey.has(key)) throw invalidField('/rows', `There is no column “${key}” in ${open.table.title}.`, key)
  // A refused row must leave nothing behind, so the transaction that met it is given up.
  class Refused extends Error {}
  let rows: EnteredRow[] = []
  const work = async (t: Transaction) => {
    const entry: Entry = {
      table: open.table,
      columns,
      place: open.place,
      reading: { zone: open.zone, lookup: await lookupFor(caller, open.place, columns, t) },
    }
    const asked = given.map(({ id, version, cells }) => ({
      id,
      version,
      cells: Object.entries(cells).map(([key, cell]) => ({ column: byKey.get(key) as Column, cell })),
    }))
    rows = await enterRows(caller, entry, asked, t, (refused) => refused === 0 && !options.plan)
    if (options.plan || rows.some(({ outcome }) => outcome === 'refused')) throw new Refused()
    if (open.table.entity.name === 'Subject')
      await joinStudy(
        open.place.studyId,
        rows.flatMap(({ outcome, id }) => (outcome === 'added' && id ? [id] : [])),
        t,
      )
  }
  try {
    await ctx.db.write(work)
    return { saved: true, rows }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { saved: false, rows }
  }
}

/** Entries of lists that the keys of columns name: "anaesthesia.steps.3.agent". */
export function repeatsIn(keys: readonly string[]): (list: string) => number {
  const most = new Map<string, number>()
  for (const key of keys) {
    const found = /^(.*?)\.(\d{1,2})\./.exec(key)
    if (found) most.set(found[1] as string, Math.max(most.get(found[1] as string) ?? 1, Number(found[2])))
  }
  return (list) => Math.min(most.get(list) ?? 1, 50)
}

/** A table as a file: with its rows, or empty as a template. */
export async function exportTable(
  caller: Caller,
  address: TableAddress,
  { format, empty }: { format: SheetFormat; empty: boolean },
): Promise<{ name: string; body: Readable }> {
  const open = await openTable(caller, address)
  const columns = empty ? columnsOf(open.table) : await columnsWithData(caller, open)
  const reading = { zone: open.zone, lookup: await lookupFor(caller, open.place, columns) }
  async function* rows(): AsyncGenerator<FileCell[]> {
    if (empty) return
    for await (const records of recordsOf(caller, open))
      for (const record of records) yield [record.id, record.version, ...writeRow(columns, record, reading)]
  }
  const rowCount = empty
    ? 0
    : await recordModel(open.table.entity).count({
        where: { [Op.and]: [visible(caller, open.table.entity.name), alive, scopeOf(open)] } as never,
      })
  const name = `${open.table.name.replace('.', '-')}${empty ? '-template' : ''}.${format}`
  const body = await tableFile(format, { title: open.table.title, columns, identified: !empty, rows: rows(), rowCount })
  return { name, body }
}
