/** Rows written with a change, in its transaction: what is to be told to the search (and later to other services). */
import type { Transaction } from 'sequelize'
import { newId } from '#api/db/newId.ts'
import { Outbox } from './models.ts'

export async function enqueue(
  t: Transaction,
  rows: { topic: 'search'; entity: string; recordId: string }[],
): Promise<void> {
  const createdAt = new Date()
  await Outbox.bulkCreate(
    rows.map((row) => ({ id: newId(), ...row, createdAt })),
    { transaction: t },
  )
}
