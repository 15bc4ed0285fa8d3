import { newLog } from '#api/app.ts'
import { readConfig } from '#api/config.ts'
import { openDatabase } from '#api/db/database.ts'
import { migrate } from '#api/db/migrate.ts'

/** Brings the database to the newest schema; harmless when it is there already. */
export async function run(): Promise<void> {
  const config = readConfig()
  const log = newLog(config)
  const db = await openDatabase(config, log)
  try {
    await migrate(db, log)
    log.info('the database has the newest schema')
  } finally {
    await db.close()
  }
}
