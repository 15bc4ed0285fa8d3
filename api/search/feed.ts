/**
 * Keeps the search index in step with the database: reads the outbox, makes the documents anew and deletes the rows
 * afterwards, so that whatever happens in between is done again. Of several processes one works at a time.
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Op } from 'sequelize'
import type { Logger } from 'pino'
import type { Database } from '#api/db/database.ts'
import { Outbox } from '#api/db/models.ts'
import { AppError } from '#api/errors.ts'
import { entities } from '#ontology/index.ts'
import { SearchUnavailable, type SearchEngine, type SearchSettings } from '#search/engine.ts'
import { settingsOf } from '#search/settings.ts'
import { chooseEngine, type EngineConfig } from './chooseEngine.ts'
import { Indexer, Stopped } from './indexer.ts'

/** Rows of other processes are noticed this often; own ones at once. */
const pollMilliseconds = 2000
const longestPauseMilliseconds = 60_000
const lockPauseMilliseconds = 200
const batchSize = 500
/** Rows that fail one after the other before all of them wait. */
const mostFailures = 10
const hookName = 'search feed'

/** A row that could not be worked on: the others go on, and it has another try later. */
interface Deferred {
  failures: number
  until: number
}

export class SearchFeed {
  readonly engine: SearchEngine
  readonly #settings: SearchSettings
  readonly #indexer: Indexer
  readonly #db: Database
  readonly #log: Logger
  readonly #deferred = new Map<string, Deferred>()
  readonly #end = new AbortController()
  #ensured = false
  #wake: () => void = () => undefined
  #turn: Promise<unknown> = Promise.resolve()
  #loop: Promise<void> = Promise.resolve()

  private constructor(engine: SearchEngine, settings: SearchSettings, db: Database, log: Logger) {
    this.engine = engine
    this.#settings = settings
    this.#indexer = new Indexer(engine, settings, log)
    this.#db = db
    this.#log = log
  }

  /** Opens the index; it is fed from `start` on. A search server that is not there yet is waited for meanwhile. */
  static async open(config: EngineConfig, db: Database, log: Logger): Promise<SearchFeed> {
    const source = createHash('sha256').update(config.database).digest('hex').slice(0, 16)
    const feed = new SearchFeed(chooseEngine(config, db), { ...settingsOf(entities), source }, db, log)
    try {
      await feed.#ensure()
    } catch (error) {
      if (!(error instanceof SearchUnavailable)) throw error
      log.error({ err: error }, 'nothing can be searched until the search server answers')
    }
    return feed
  }

  /** Begins to follow the outbox; builds the index first when there is none for these settings. */
  start(): void {
    Outbox.addHook('afterBulkCreate', hookName, (_rows, { transaction }) => {
      if (transaction) transaction.afterCommit(() => this.#wake())
      else this.#wake()
    })
    this.#loop = this.#follow()
  }

  /** @throws AppError busy while there is nothing to be found because the index is being built */
  async check(): Promise<void> {
    const state = await this.engine.state().catch((error: unknown) => {
      throw error instanceof SearchUnavailable ? new AppError('busy', 'The search server does not answer.') : error
    })
    if (state === 'stale') throw new AppError('busy', 'The search index is being built.')
  }

  /** Resolves when all that was committed before is found (unless another process is about it). */
  async settled(): Promise<void> {
    await this.#next(() => this.#work())
  }

  /** Makes the whole index anew, beside the live one, and puts it in its place. */
  async reindex(): Promise<void> {
    await this.#next(async () => {
      await this.#ensure()
      let unlock = await this.engine.lock()
      while (!unlock) {
        await sleep(lockPauseMilliseconds, undefined, { signal: this.#end.signal })
        unlock = await this.engine.lock()
      }
      try {
        await this.#rebuild()
        await this.#drain()
      } finally {
        await unlock()
      }
    })
  }

  async close(): Promise<void> {
    Outbox.removeHook('afterBulkCreate', hookName)
    this.#end.abort()
    this.#indexer.stop()
    this.#wake()
    await this.#loop
    await this.#turn.catch(() => undefined)
    await this.engine.close()
  }

  async #follow(): Promise<void> {
    let failures = 0
    while (!this.#end.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      try {
        await this.settled()
        failures = 0
      } catch (error) {
        if (error instanceof Stopped) return
        failures++
        this.#log.error({ err: error, failures }, 'the search index cannot be brought up to date')
      }
      const pause = failures === 0 ? pollMilliseconds : Math.min(1000 * 2 ** failures, longestPauseMilliseconds)
      await Promise.race([woken, sleep(pause, undefined, { signal: this.#end.signal }).catch(() => undefined)])
    }
  }

  /** One thing after the other in this process. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #ensure(): Promise<void> {
    if (this.#ensured) return
    await this.engine.ensure(this.#settings)
    this.#ensured = true
  }

  async #work(): Promise<void> {
    if (this.#end.signal.aborted) return
    await this.#ensure()
    const stale = (await this.engine.state()) === 'stale'
    if (!stale && (await this.#waiting(1)).length === 0) return
    const unlock = await this.engine.lock()
    if (!unlock) return
    try {
      // Another process may have built it while this one waited for the lock.
      if ((await this.engine.state()) === 'stale') await this.#rebuild()
      await this.#drain()
    } finally {
      await unlock()
    }
  }

  async #rebuild(): Promise<void> {
    const started = Date.now()
    let documents = 0
    await this.engine.rebuild((put) =>
      this.#indexer.everything(async (batch) => {
        documents += batch.length
        await put(batch)
      }),
    )
    this.#log.info({ documents, seconds: Math.round((Date.now() - started) / 1000) }, 'the search index was built')
  }

  async #drain(): Promise<void> {
    for (;;) {
      const rows = await this.#waiting(batchSize)
      if (rows.length === 0) return
      await this.#apply(rows)
    }
  }

  #waiting(limit: number): Promise<Outbox[]> {
    const now = Date.now()
    const later = [...this.#deferred].filter(([, { until }]) => until > now).map(([id]) => id)
    return Outbox.findAll({ where: { topic: 'search', id: { [Op.notIn]: later } }, order: [['id', 'ASC']], limit })
  }

  /** Works on rows together and, when that fails, one by one, so that a broken one does not hold up the others. */
  async #apply(rows: readonly Outbox[]): Promise<void> {
    try {
      await this.#update(rows)
    } catch (error) {
      if (error instanceof Stopped) throw error
      let failed = 0
      for (const row of rows) {
        try {
          await this.#update([row])
          failed = -Infinity
        } catch (reason) {
          if (reason instanceof Stopped) throw reason
          this.#defer(row, reason)
          // Nothing works: the fault is not in the rows.
          if (++failed === mostFailures) throw reason
        }
      }
    }
  }

  async #update(rows: readonly Outbox[]): Promise<void> {
    const changes = [...Map.groupBy(rows, (row) => row.entity)].map(
      ([entity, own]) => [entity, new Set(own.map((row) => row.recordId))] as const,
    )
    await this.#indexer.update(new Map(changes))
    const ids = rows.map((row) => row.id)
    await this.#db.write((transaction) => Outbox.destroy({ where: { id: { [Op.in]: ids } }, transaction }))
    for (const id of ids) this.#deferred.delete(id)
  }

  #defer(row: Outbox, error: unknown): void {
    const failures = (this.#deferred.get(row.id)?.failures ?? 0) + 1
    const pause = Math.min(1000 * 2 ** failures, longestPauseMilliseconds)
    this.#deferred.set(row.id, { failures, until: Date.now() + pause })
    const { entity, recordId } = row
    this.#log.error({ err: error, entity, recordId, failures }, 'a change cannot be brought into the search index')
  }
}
