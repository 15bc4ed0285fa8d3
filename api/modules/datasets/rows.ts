/** Rows of datasets: locked, saved as their next version, and noted. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import { Dataset as Row } from '#api/db/models.ts'
import { enqueue } from '#api/db/outbox.ts'
import { notFound } from '#api/errors.ts'
import type { DatasetBody } from './description.ts'

export async function ownRow(caller: Caller, id: string, t: Transaction): Promise<Row> {
  const row = await Row.findOne({
    where: { [Op.and]: [visible(caller, 'Dataset'), { id }] },
    transaction: t,
    lock: t.LOCK.UPDATE,
  })
  if (!row) throw notFound('dataset', id)
  return row
}

export async function saveNext(row: Row, t: Transaction): Promise<void> {
  row.version += 1
  row.updatedAt = new Date()
  await row.save({ transaction: t })
}

export async function note(t: Transaction, caller: Caller, row: Row, action: string): Promise<void> {
  const { seriesIds } = row.body as unknown as DatasetBody
  await recordAudit(t, [
    { caller, action, entity: 'Dataset', recordId: row.id, projectId: row.projectId, label: row.title },
  ])
  await enqueue(t, [
    { topic: 'search', entity: 'Dataset', recordId: row.id },
    ...seriesIds.map((recordId) => ({ topic: 'search' as const, entity: 'ImageSeries', recordId })),
  ])
}
