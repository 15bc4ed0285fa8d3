/** Imports of rows as clients see them. */
import type { Readable } from 'node:stream'
import { Op } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { tableFile, letters, type FileCell, type SheetFormat } from '#api/sheets/write.ts'
import { textOf, writeCell, type Cell } from '#ontology/table/cells.ts'
import { importColumns, findTableImport, tableOf } from './imports.ts'
import { lookupFor } from './lookup.ts'
import { TableRow, type TableImport } from './model.ts'

export const importView = (row: TableImport) => ({
  id: row.id,
  studyId: row.studyId,
  projectId: row.projectId,
  table: row.tableName,
  label: row.label,
  state: row.state,
  version: row.version,
  headers: row.layout.headers,
  meanings: row.layout.meanings,
  zone: row.layout.zone,
  counts: row.counts ?? null,
  jobId: row.jobId ?? null,
  problem: row.problem ?? null,
  createdAt: row.createdAt.toISOString(),
})

const rowsAtOnce = 100

/** A page of the rows of an import, with what each changes or why it is refused. */
export async function importRowsOf(
  caller: Caller,
  id: string,
  { outcome, after = 0 }: { outcome?: string | undefined; after?: number | undefined },
) {
  const row = await findTableImport(caller, id)
  const columns = importColumns(tableOf(row), row.layout.headers)
  const byKey = new Map(columns.map((column) => [column.key, column]))
  const lookup = await lookupFor(caller, row, columns)
  const reading = { zone: row.layout.zone, lookup }
  const found = await TableRow.findAll({
    where: {
      importId: row.id,
      number: { [Op.gt]: after },
      outcome: outcome === undefined ? { [Op.ne]: null } : outcome,
    } as never,
    order: [['number', 'ASC']],
    limit: rowsAtOnce + 1,
  })
  const shown = found.slice(0, rowsAtOnce)
  const placeOf = (key: string) => row.layout.meanings.findIndex((meaning) => meaning.key === key)
  return {
    items: shown.map((one) => ({
      number: one.number,
      outcome: one.outcome ?? ('untouched' as const),
      label: one.label ?? '',
      recordId: one.recordId,
      changes: (one.changes ?? []).map(({ key, before, after: value }) => {
        const column = byKey.get(key)
        const text = (held: unknown) => (column ? String(writeCell(column, held ?? undefined, reading) ?? '') : '')
        return { key, label: column?.label ?? key, before: text(before), after: text(value) }
      }),
      problems: (one.problems ?? []).map(({ pointer, message, value }) => {
        const place = placeOf(pointer)
        return {
          key: pointer,
          label: row.layout.headers[place] ?? byKey.get(pointer)?.label ?? '',
          cell: place < 0 ? `row ${one.number}` : `${letters(place)}${one.number}`,
          message,
          note: value === 'note',
        }
      }),
      cells: one.cells.map((cell: Cell) => textOf(cell)),
    })),
    next: found.length > rowsAtOnce ? (shown.at(-1)?.number ?? null) : null,
  }
}

/** The refused rows as they were sent, with the reason beside each: to be corrected and sent again. */
export async function errorsFile(
  caller: Caller,
  id: string,
  format: SheetFormat,
): Promise<{ name: string; body: Readable }> {
  const row = await findTableImport(caller, id)
  const where = { importId: row.id, outcome: 'refused' }
  async function* rows(): AsyncGenerator<FileCell[]> {
    for (let last = 0; ;) {
      const some = await TableRow.findAll({
        where: { ...where, number: { [Op.gt]: last } } as never,
        order: [['number', 'ASC']],
        limit: 500,
      })
      for (const { number, cells, problems } of some) {
        const reasons = (problems ?? []).filter(({ value }) => value !== 'note').map(({ message }) => message)
        yield [...cells.map((cell) => (typeof cell === 'number' ? cell : textOf(cell))), number, reasons.join(' ')]
      }
      if (some.length < 500) return
      last = some.at(-1)?.number ?? 0
    }
  }
  const headers = [...row.layout.headers, 'Row in the file', 'Why it was refused']
  const columns = headers.map((label) => ({
    key: label,
    label,
    path: [label],
    kind: 'text' as const,
    node: {} as never,
  }))
  const rowCount = await TableRow.count({ where })
  const body = await tableFile(format, { title: 'Refused rows', columns, identified: false, rows: rows(), rowCount })
  return { name: `${row.label.replaceAll(/[^\w.-]+/g, '-').slice(0, 80)}-refused.${format}`, body }
}
