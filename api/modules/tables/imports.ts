/** Files of rows on their way into a study: read, planned as a person sees it, written, taken back. */
import { createHash } from 'node:crypto'
import { Op, type Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { demand, demandUser, visible } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import { AppError, invalidField, notFound } from '#api/errors.ts'
import { findRow } from '#api/records/read.ts'
import { demandVersion, type Expected } from '#api/records/row.ts'
import { readSheet } from '#api/sheets/read.ts'
import { Study } from '#ontology/entities/study.ts'
import { squeezed } from '#ontology/table/cells.ts'
import { columnsOf, tableNamed, type Column, type TableKind } from '#ontology/table/columns.ts'
import { meaningsOf, type HeaderMeaning } from '#ontology/table/headers.ts'
import { idPattern } from '#ontology/vocabulary.ts'
import { TableImport, TableLayout, TableRow, type Layout, type TableImportState } from './model.ts'
import { openTable, repeatsIn, type TableAddress } from './service.ts'

/** Who ordered a job and how they were known, so that the audit tells it. */
export interface TablePayload {
  importId: string
  caller: { kind: Caller['kind']; name: string }
  /** Rows that are refused are left out instead of stopping the others. */
  skipRefused?: boolean
}

const rowsAtOnce = 1000

/**
 * Takes in a file; its rows are planned by a job.
 * @throws AppError invalid, tooLarge when it is no table; forbidden, notFound
 */
export async function createTableImport(
  ctx: Context,
  caller: Caller,
  address: TableAddress & { name?: string | undefined },
  bytes: Uint8Array,
): Promise<TableImport> {
  const open = await openTable(caller, address)
  const { projectId, studyId } = open.place
  demand(caller, 'edit', projectId)
  const userId = demandUser(caller)
  const { headers, rows, decimalComma } = await readSheet(bytes)
  const remembered = await TableLayout.findOne({
    where: { projectId, fingerprint: fingerprintOf(open.table, headers) },
  })
  const columns = importColumns(open.table, headers)
  const meanings = remembered?.meanings ?? meaningsOf(headers, columns)
  const layout: Layout = { headers, meanings, zone: open.zone, ...(decimalComma !== undefined && { decimalComma }) }
  const now = new Date()
  const label = address.name?.slice(0, 300) || `${open.table.title} of ${now.toISOString().slice(0, 10)}`
  return ctx.db.write(async (t) => {
    const row = await TableImport.create(
      {
        id: ulid(),
        studyId,
        projectId,
        userId,
        label,
        tableName: open.table.name,
        state: 'reading',
        version: 1,
        layout,
        createdAt: now,
        updatedAt: now,
      },
      { transaction: t },
    )
    for (let n = 0; n < rows.length; n += rowsAtOnce) {
      const some = rows.slice(n, n + rowsAtOnce).map(({ number, cells }) => ({ importId: row.id, number, cells }))
      await TableRow.bulkCreate(some, { transaction: t })
    }
    const [jobId] = await ctx.jobs.enqueue(t, [orderOf('planTable', caller, row)])
    await row.update({ jobId }, { transaction: t })
    return row
  })
}

/** Columns that a file may hold: lists as long as its headers count. */
export const importColumns = (table: TableKind, headers: readonly string[]): Column[] => {
  const counts = headers.flatMap((header) => /(\d{1,2})/.exec(header)?.[1] ?? []).map(Number)
  const most = Math.min(20, Math.max(1, ...counts.filter((count) => count < 20)))
  const lists = columnsOf(table).some(({ path }) => path.includes(0))
  return columnsOf(table, lists ? () => most : repeatsIn([]))
}

/** What tells one layout from another: the table and the words above its columns. */
const fingerprintOf = (table: TableKind, headers: readonly string[]): string =>
  createHash('sha256')
    .update([table.name, ...headers.map(squeezed)].join('\n'))
    .digest('hex')

const orderOf = (task: string, caller: Caller, row: TableImport, more: Partial<TablePayload> = {}) => {
  const payload: TablePayload = { importId: row.id, caller: { kind: caller.kind, name: caller.name }, ...more }
  return { task, payload: { ...payload }, userId: caller.userId, projectId: row.projectId }
}

/** @throws AppError notFound also when it is not the caller's to see */
export async function findTableImport(caller: Caller, id: string, t?: Transaction): Promise<TableImport> {
  if (!new RegExp(idPattern).test(id)) throw notFound('table import')
  const where = { [Op.and]: [visible(caller, 'Import'), { id }] }
  const row = await TableImport.findOne({ where, transaction: t ?? null, ...(t && { lock: t.LOCK.UPDATE }) })
  if (!row) throw notFound('table import', id)
  return row
}

/** Imports of a study, newest first. */
export async function listTableImports(caller: Caller, studyId: string): Promise<TableImport[]> {
  await findRow(caller, Study, studyId)
  const where = { [Op.and]: [visible(caller, 'Import'), { studyId }] }
  return TableImport.findAll({ where, order: [['id', 'DESC']], limit: 50 })
}

/** Says what the headers mean, remembers it in the project, and plans anew. */
export async function setLayout(
  ctx: Context,
  caller: Caller,
  id: string,
  expected: Expected,
  given: { meanings: HeaderMeaning[]; zone?: string },
): Promise<TableImport> {
  return move(ctx, caller, id, ['planned', 'failed'], expected, async (row, t) => {
    const table = tableOf(row)
    const columns = importColumns(table, row.layout.headers)
    if (given.meanings.length !== row.layout.headers.length)
      throw invalidField('/meanings', `There are ${row.layout.headers.length} headers; say what each of them means.`)
    const keys = new Set([...columns.map(({ key }) => key), '#id', '#version', null])
    const wrong = given.meanings.findIndex(({ key }) => !keys.has(key))
    if (wrong >= 0)
      throw invalidField(
        `/meanings/${wrong}/key`,
        `There is no column “${given.meanings[wrong]?.key}” in ${table.title}.`,
      )
    const layout = { ...row.layout, meanings: given.meanings, ...(given.zone && { zone: given.zone }) }
    const remembered = { projectId: row.projectId, fingerprint: fingerprintOf(table, row.layout.headers) }
    await TableLayout.destroy({ where: remembered, transaction: t })
    await TableLayout.create({ ...remembered, meanings: given.meanings, updatedAt: new Date() }, { transaction: t })
    return { state: 'reading', layout, task: 'planTable' }
  })
}

/** Orders the writing of what was planned. */
export const writeTableImport = (
  ctx: Context,
  caller: Caller,
  id: string,
  expected: Expected,
  skipRefused: boolean,
): Promise<TableImport> =>
  move(ctx, caller, id, ['planned'], expected, async ({ counts }) => {
    const refused = counts?.refused ?? 0
    if (refused > 0 && !skipRefused)
      throw new AppError(
        'conflict',
        `${refused} rows are refused. Correct them and send the file again, or import the others without them.`,
      )
    if ((counts?.added ?? 0) + (counts?.changed ?? 0) === 0)
      throw new AppError('conflict', 'There is nothing to write: no row adds or changes anything.')
    return { state: 'writing', task: 'writeTable', payload: { skipRefused } }
  })

/** Orders the taking back of what was written. */
export const undoTableImport = (ctx: Context, caller: Caller, id: string): Promise<TableImport> =>
  move(ctx, caller, id, ['written'], 'any', async () => ({ state: 'undoing', task: 'undoTable' }))

async function move(
  ctx: Context,
  caller: Caller,
  id: string,
  from: readonly TableImportState[],
  expected: Expected,
  work: (
    row: TableImport,
    t: Transaction,
  ) => Promise<{ state: TableImportState; layout?: Layout; task: string; payload?: Partial<TablePayload> }>,
): Promise<TableImport> {
  return ctx.db.write(async (t) => {
    const row = await findTableImport(caller, id, t)
    demand(caller, 'edit', row.projectId)
    demandVersion('table import', row, expected)
    if (!from.includes(row.state))
      throw new AppError('conflict', `This import is ${row.state}; that cannot be done with it now.`)
    const { task, payload, ...values } = await work(row, t)
    const [jobId] = await ctx.jobs.enqueue(t, [orderOf(task, caller, row, payload)])
    await row.update(
      { ...values, jobId, problem: null, version: row.version + 1, updatedAt: new Date() },
      { transaction: t },
    )
    return row
  })
}

/** Gives up an import that was not written, or forgets one that was: the records stay. */
export async function removeTableImport(ctx: Context, caller: Caller, id: string): Promise<void> {
  await ctx.db.write(async (t) => {
    const row = await findTableImport(caller, id, t)
    demand(caller, 'edit', row.projectId)
    if (row.state === 'writing' || row.state === 'undoing')
      throw new AppError('conflict', 'This import is being worked on. Wait until it has ended.')
    await TableRow.destroy({ where: { importId: id }, transaction: t })
    await row.destroy({ transaction: t })
    const { label, projectId } = row
    await recordAudit(t, [{ caller, action: 'delete', entity: 'TableImport', recordId: id, projectId, label }])
  })
}

/** @throws Error when the table of an import is no more */
export function tableOf({ tableName }: Pick<TableImport, 'tableName'>): TableKind {
  const table = tableNamed(tableName)
  if (!table) throw new AppError('gone', `The table ${tableName} is no more. Make a new import.`)
  return table
}
