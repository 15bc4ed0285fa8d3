/** The rows of an import through the same way twice: planned without a trace, then written in one transaction. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import type { FieldError } from '#api/errors.ts'
import { textOf, type Cell } from '#ontology/table/cells.ts'
import type { Column } from '#ontology/table/columns.ts'
import { textProblem } from '#api/records/storable.ts'
import type { RowReading } from '#ontology/table/rows.ts'
import { enterRows, joinStudy, matcherFor, type EnteredRow, type Entry, type EntryRow } from './entry.ts'
import { importColumns, tableOf } from './imports.ts'
import { lookupFor } from './lookup.ts'
import { TableRow, type Counts, type Layout, type TableImport } from './model.ts'

export const noCounts = (): Counts => ({ rows: 0, added: 0, changed: 0, untouched: 0, refused: 0, kept: 0 })
const rowsAtOnce = 1000

/** What the cells of an import mean, with everything that they may name. */
export async function entryOf(caller: Caller, row: TableImport, t?: Transaction): Promise<Entry> {
  const table = tableOf(row)
  const columns = importColumns(table, row.layout.headers)
  const place = { studyId: row.studyId, projectId: row.projectId }
  const { zone, decimalComma } = row.layout
  const lookup = await lookupFor(caller, place, columns, t, [table.entity.name])
  const entry = { table, columns, place, reading: { zone, decimalComma, lookup } }
  return {
    ...entry,
    match: await matcherFor(entry, t),
    refuse: twiceInFile(table.entity.label, columns),
    evidence: ({ number }) => `${row.label.slice(0, 300)}, row ${number}`,
  }
}

/** Two rows of one file that are one animal, one ear tag or one record: the later one is refused. */
function twiceInFile(label: string, columns: readonly Column[]): Entry['refuse'] {
  const first = new Map<string, number>()
  const named = columns.find(({ key }) => key === label && key !== 'kind')
  const tags = columns.find(({ key }) => key === 'otherIds')
  const telling = columns.filter(({ level, kind }) => level === 'record' && kind !== 'quantity' && kind !== 'boolean')
  return ({ number = 0, id }, { values }: RowReading) => {
    const keys: { key: string; pointer: string; what: string }[] = []
    const value = (column: Column | undefined) => values.find((one) => one.column === column)?.value
    if (id !== undefined) keys.push({ key: `#${id}`, pointer: '', what: 'the same record' })
    const name = value(named)
    if (named && name !== undefined)
      keys.push({
        key: `name ${String(name)}`,
        pointer: named.key,
        what: `the same ${named.label.toLowerCase()} “${String(name)}”`,
      })
    for (const tag of (value(tags) as { type: string; value: string }[] | undefined) ?? [])
      keys.push({
        key: `tag ${tag.type} ${tag.value}`,
        pointer: 'otherIds',
        what: `the same ${tag.type} “${tag.value}”`,
      })
    if (!named && id === undefined)
      keys.push({
        key: JSON.stringify(telling.map((column) => value(column) ?? null)),
        pointer: '',
        what: 'the same animal, time and act',
      })
    const problems: FieldError[] = []
    for (const { key, pointer, what } of keys) {
      const before = first.get(key)
      if (before === undefined) first.set(key, number)
      else problems.push({ pointer, message: `Row ${before} already has ${what}. Keep one of them.` })
    }
    return problems
  }
}

/** The cells of a row with the columns that they belong to. */
export function placedRow(
  row: Pick<TableRow, 'number' | 'cells'>,
  layout: Layout,
  columns: ReadonlyMap<string, Column>,
): EntryRow {
  const at = (wanted: string) => layout.meanings.findIndex(({ key }) => key === wanted)
  const cellOf = (place: number): Cell => revived(row.cells[place] ?? null)
  const unitOf = (key: string) => {
    const place = layout.meanings.findIndex((meaning) => meaning.key === key && 'part' in meaning && meaning.part)
    return place < 0 ? '' : textOf(cellOf(place))
  }
  const id = at('#id') < 0 ? '' : textOf(cellOf(at('#id')))
  const version = at('#version') < 0 ? Number.NaN : Number(textOf(cellOf(at('#version'))))
  return {
    number: row.number,
    ...(id !== '' && { id }),
    ...(id !== '' && Number.isInteger(version) && { version }),
    cells: layout.meanings.flatMap((meaning, place) => {
      const column = meaning.key === null ? undefined : columns.get(meaning.key)
      if (!column || ('part' in meaning && meaning.part)) return []
      const unit = unitOf(column.key) || ('unit' in meaning ? meaning.unit : undefined)
      return [{ column, cell: cellOf(place), ...(unit && { unit }) }]
    }),
  }
}

/** Dates are kept as text in JSON; theirs has the form of no cell that a person types. */
const revived = (cell: Cell): Cell =>
  typeof cell === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(cell) ? new Date(cell) : cell

export interface Carrying {
  caller: Caller
  row: TableImport
  entry: Entry
  /** Runs one batch in a transaction: its own for a plan, the one of the import for writing. */
  within: (work: (t: Transaction) => Promise<void>) => Promise<void>
  write: boolean
  progress: (done: number) => void
  stopped: () => boolean
}

/** Carries all rows of an import through, batch by batch, and notes what became of each. */
export async function carryRows({ caller, row, entry, within, write, progress, stopped }: Carrying): Promise<Counts> {
  const counts = noCounts()
  const columns = new Map(entry.columns.map((column) => [column.key, column]))
  for (let last = 0; !stopped();) {
    let size = 0
    await within(async (t) => {
      const rows = await TableRow.findAll({
        where: { importId: row.id, number: { [Op.gt]: last } },
        order: [['number', 'ASC']],
        limit: rowsAtOnce,
        transaction: t,
      })
      size = rows.length
      if (size === 0) return
      const asked = rows.map((one) => placedRow(one, row.layout, columns))
      const entered = await enterRows(caller, entry, asked, t, () => write)
      if (write && entry.table.entity.name === 'Subject') await joinStudy(row.studyId, joining(entered), t)
      await note(rows, entered, write, t)
      for (const { outcome } of entered) counts[outcome]++
      counts.rows += size
      last = rows.at(-1)?.number ?? last
    })
    if (size < rowsAtOnce) return counts
    progress(counts.rows)
  }
  return counts
}

const joining = (entered: readonly EnteredRow[]): string[] =>
  entered.flatMap(({ outcome, id }) => (outcome !== 'refused' && id ? [id] : []))

async function note(
  rows: readonly TableRow[],
  entered: readonly EnteredRow[],
  write: boolean,
  t: Transaction,
): Promise<void> {
  const values = rows.map(({ importId, number, cells }, n) => {
    const { outcome, id, version, label, changes, problems, notes } = entered[n] as EnteredRow
    const told = [...problems, ...notes.map(({ key, message }) => ({ pointer: key, message, value: 'note' }))]
    return {
      importId,
      number,
      cells,
      outcome,
      label: textProblem(label) === null ? label : '',
      recordId: id ?? null,
      version: write && (outcome === 'added' || outcome === 'changed') ? (version ?? null) : null,
      changes: changes.length > 0 ? changes : null,
      problems: told.length > 0 ? told : null,
    }
  })
  await TableRow.bulkCreate(values, {
    transaction: t,
    updateOnDuplicate: ['outcome', 'label', 'recordId', 'version', 'changes', 'problems'],
  })
}
