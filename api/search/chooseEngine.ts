/** The search engine that the configuration asks for. */
import path from 'node:path'
import type { Config } from '#api/config.ts'
import type { Database } from '#api/db/database.ts'
import { databaseLock } from '#api/db/lock.ts'
import type { SearchEngine } from '#search/engine.ts'
import { MeilisearchEngine } from '#search/meilisearch.ts'
import { SqliteEngine } from '#search/sqlite.ts'
import { fileLock } from '#search/sqlite/fileLock.ts'

/** Beginning of the names of all indexes; the key of the server may be limited to them. */
const prefix = 'vivarchive'

export type EngineConfig = Pick<Config, 'dataFolder' | 'database' | 'meilisearch' | 'meilisearchKey'>

export function chooseEngine(config: EngineConfig, db: Database): SearchEngine {
  const file = path.join(config.dataFolder, 'search.sqlite')
  if (config.meilisearch === '') return new SqliteEngine(file)
  // Processes of several machines share MariaDB and the search server, and no folder.
  const lock = config.database === '' ? () => fileLock(`${file}.lock`) : () => databaseLock(db, 'vivarchive-search')
  return new MeilisearchEngine({ address: config.meilisearch, key: config.meilisearchKey, prefix, lock })
}
