import { newLog } from '#api/app.ts'
import { readConfig } from '#api/config.ts'
import { openDatabase } from '#api/db/database.ts'
import { migrate } from '#api/db/migrate.ts'
import { SearchFeed } from '#api/search/feed.ts'

/** Makes the search index anew from the database. A site that runs goes on searching the old one until it is done. */
export async function run(): Promise<void> {
  const config = readConfig()
  const log = newLog(config)
  const db = await openDatabase(config, log)
  try {
    await migrate(db, log)
    const search = await SearchFeed.open(config, db, log)
    try {
      await search.reindex()
    } finally {
      await search.close()
    }
  } finally {
    await db.close()
  }
}
