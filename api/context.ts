/** What services work with; built once in app.ts and passed as the first argument. */
import type { Logger } from 'pino'
import type { Believed } from './access/believed.ts'
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import type { Measuring } from './imaging/measuring.ts'
import type { ImagingPool } from './imaging/pool.ts'
import type { Jobs } from './jobs/queue.ts'
import type { Shelf } from './modules/pixels/shelf.ts'
import type { Shortcut } from './plugins/httpServer.ts'
import type { SearchFeed } from './search/feed.ts'
import type { BlobStore } from './storage/blobStore.ts'

export interface Context {
  readonly config: Config
  readonly log: Logger
  readonly db: Database
  readonly blobs: BlobStore
  readonly imaging: ImagingPool
  readonly measuring: Measuring
  readonly jobs: Jobs
  readonly search: SearchFeed
  /** The planes of series. */
  readonly shelf: Shelf
  /** Callers of the last seconds. */
  readonly callers: Believed
  /** For addresses that are asked for thousands of times a second. */
  readonly shortcuts: Set<Shortcut>
  /** What a new site still has to do before it is complete; it answers meanwhile. */
  readonly pending: Set<string>
}
