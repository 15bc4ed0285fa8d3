/** A lock that all processes on one MariaDB share; it ends with the connection that holds it. */
import { QueryTypes } from 'sequelize'
import type { Database } from './database.ts'

/** @returns a function that gives the lock back, or null when another process holds it */
export async function databaseLock(db: Database, name: string): Promise<(() => Promise<void>) | null> {
  // The transaction reads no table: it only keeps one connection for us.
  const transaction = await db.sequelize.transaction()
  try {
    const [row] = await db.sequelize.query<{ held: number | bigint | null }>('SELECT GET_LOCK(?, 0) AS held', {
      replacements: [name],
      type: QueryTypes.SELECT,
      transaction,
    })
    if (Number(row?.held) === 1) {
      return async () => {
        try {
          await db.sequelize.query('SELECT RELEASE_LOCK(?)', {
            replacements: [name],
            type: QueryTypes.SELECT,
            transaction,
          })
        } finally {
          await transaction.rollback()
        }
      }
    }
  } catch (error) {
    await transaction.rollback().catch(() => undefined)
    throw error
  }
  await transaction.rollback()
  return null
}
