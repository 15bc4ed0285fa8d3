/** Takes back what an import of rows wrote, except what was changed or used since. */
import { Op, type Transaction } from 'sequelize'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { recordAudit } from '#api/audit/record.ts'
import { enqueue } from '#api/db/outbox.ts'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import { writeMany } from '#api/records/many.ts'
import { alive } from '#api/records/read.ts'
import { removeRecord } from '#api/records/remove.ts'
import type { Column, TableKind } from '#ontology/table/columns.ts'
import { noCounts } from './carryRows.ts'
import { takenBack } from './entry.ts'
import { importColumns, tableOf } from './imports.ts'
import { TableRow, type Counts, type TableImport } from './model.ts'

const rowsAtOnce = 500

/** @returns how many rows were taken back, by what they had been, and how many were kept */
export async function undoRows(
  ctx: Context,
  caller: Caller,
  row: TableImport,
  t: Transaction,
  progress: (done: number) => void,
): Promise<Counts> {
  const table = tableOf(row)
  const columns = importColumns(table, row.layout.headers)
  const counts = noCounts()
  // From the end, so that what depends on an earlier row goes before it.
  for (let last = Number.MAX_SAFE_INTEGER; ;) {
    const rows = await TableRow.findAll({
      where: {
        importId: row.id,
        number: { [Op.lt]: Math.min(last, 2_147_483_647) },
        outcome: { [Op.in]: ['added', 'changed'] },
      },
      order: [['number', 'DESC']],
      limit: rowsAtOnce,
      transaction: t,
    })
    const added = rows.filter(({ outcome }) => outcome === 'added')
    const changed = rows.filter(({ outcome }) => outcome === 'changed')
    const kept = [
      ...(table.entity.name === 'Event'
        ? await removeEvents(caller, table, added, t)
        : await removeEach(ctx, caller, table, added, row.studyId, t)),
      ...(await changeBack(caller, table, columns, changed, t)),
    ]
    for (const { number, message } of kept)
      await TableRow.update(
        { outcome: 'kept', problems: [{ pointer: '', message }] },
        { where: { importId: row.id, number }, transaction: t },
      )
    counts.added += added.length
    counts.changed += changed.length
    counts.kept += kept.length
    counts.rows += rows.length
    progress(counts.rows)
    if (rows.length < rowsAtOnce) return counts
    last = rows.at(-1)?.number ?? 0
  }
}

interface Kept {
  number: number
  message: string
}

const changedSince = 'It was changed after the import.'

/** Nothing refers to events, so they go in few statements. */
async function removeEvents(
  caller: Caller,
  { entity }: TableKind,
  rows: readonly TableRow[],
  t: Transaction,
): Promise<Kept[]> {
  const ids = rows.flatMap(({ recordId }) => recordId ?? [])
  const held = await recordModel(entity).findAll({ where: { id: { [Op.in]: ids }, ...alive } as never, transaction: t })
  const versions = new Map(held.map(({ id, version }) => [id, version]))
  const own = rows.filter(({ recordId, version }) => versions.get(recordId ?? '') === version)
  const gone = own.flatMap(({ recordId }) => recordId ?? [])
  const now = new Date()
  for (const event of held.filter(({ id }) => gone.includes(id))) {
    event.deletedAt = now
    event.deletedRoot = event.id
    event.version++
  }
  const leaving = held.filter(({ deletedAt }) => deletedAt !== null)
  if (leaving.length > 0)
    await recordModel(entity).bulkCreate(
      leaving.map((event) => event.get() as never),
      { transaction: t, updateOnDuplicate: ['deletedAt', 'deletedRoot', 'version'] as never },
    )
  await recordAudit(
    t,
    leaving.map((event) => ({
      caller,
      action: 'delete',
      entity: entity.name,
      recordId: event.id,
      projectId: event.get('projectId' as never),
      label: String(event.get(entity.label as never)),
    })),
  )
  await enqueue(
    t,
    gone.map((recordId) => ({ topic: 'search', entity: entity.name, recordId })),
  )
  return rows
    .filter(({ recordId, version }) => versions.has(recordId ?? '') && versions.get(recordId ?? '') !== version)
    .map(({ number }) => ({ number, message: changedSince }))
}

async function removeEach(
  ctx: Context,
  caller: Caller,
  { entity }: TableKind,
  rows: readonly TableRow[],
  studyId: string,
  t: Transaction,
): Promise<Kept[]> {
  const kept: Kept[] = []
  for (const { number, recordId, version } of rows) {
    if (recordId === null) continue
    try {
      await removeRecord(ctx, caller, entity, recordId, [version ?? 0], { t })
      if (entity.name === 'Subject')
        await linkModel('study_subjects').destroy({ where: { studyId, subjectId: recordId }, transaction: t })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.kind !== 'notFound')
        kept.push({ number, message: error.kind === 'stale' ? changedSince : error.message })
    }
  }
  return kept
}

async function changeBack(
  caller: Caller,
  { entity }: TableKind,
  columns: readonly Column[],
  rows: readonly TableRow[],
  t: Transaction,
): Promise<Kept[]> {
  const orders = rows.map(({ recordId, version, changes }) => ({
    id: recordId ?? '',
    expected: [version ?? 0],
    enter: (before: Record<string, unknown>) => takenBack(columns, before, changes ?? []),
  }))
  const done = await writeMany(caller, entity, orders, t)
  return done.flatMap(({ outcome, problems }, n) =>
    outcome === 'refused' ? [{ number: rows[n]?.number ?? 0, message: problems[0]?.message ?? changedSince }] : [],
  )
}
