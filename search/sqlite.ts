/**
 * The embedded engine: SQLite FTS5 in a file of its own. Nothing of the index is held in memory but the names of facet
 * values; every process of the machine may have the file open.
 */
import { rm, stat } from 'node:fs/promises'
import type {
  FacetCount,
  SearchDocument,
  SearchEngine,
  SearchQuery,
  SearchResult,
  SearchSettings,
  SearchStats,
} from './engine.ts'
import { Synonyms } from './synonyms.ts'
import { codeOf, Connection } from './sqlite/connection.ts'
import { fileLock } from './sqlite/fileLock.ts'
import { Learnt, type Live } from './sqlite/learnt.ts'
import { Reader } from './sqlite/reader.ts'
import { createTables, dropOthers, settingsHash, tablesOf, type Tables } from './sqlite/tables.ts'
import { insertDocuments, removeDocuments } from './sqlite/writer.ts'

/** Connections that answer queries; as many as run at the same time. */
const readerCount = 2

export class SqliteEngine implements SearchEngine {
  readonly #file: string
  #writer: Connection | undefined
  #readers: Reader[] = []
  #turn = 0
  #settings: SearchSettings | undefined
  #writing: Promise<unknown> = Promise.resolve()

  /** @param file path of the index; its folder exists */
  constructor(file: string) {
    this.#file = file
  }

  async ensure(settings: SearchSettings): Promise<'ready' | 'stale'> {
    await this.close()
    try {
      return await this.#open(settings)
    } catch (error) {
      // The index is derived: a file that cannot be read is made anew, not repaired.
      if (!['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(codeOf(error) ?? '')) throw error
      await this.close()
      for (const end of ['', '-wal', '-shm']) await rm(this.#file + end, { force: true })
      return await this.#open(settings)
    }
  }

  async #open(settings: SearchSettings): Promise<'ready' | 'stale'> {
    this.#settings = settings
    this.#writer = await openConnection(this.#file)
    const hash = settingsHash(settings)
    const held = await this.#write(async (writer) => {
      await writer.exec('CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID')
      const rows = await writer.all('SELECT name, value FROM meta')
      const meta = new Map(rows.map((row) => [row.name, row.value]))
      if (meta.get('settings') === hash) return meta.get('state')
      await dropOthers(writer, 0)
      await writer.exec(createTables(tablesOf(1), settings))
      await writeMeta(writer, { settings: hash, live: 1, change: Number(meta.get('change') ?? 0) + 1, state: 'stale' })
      return 'stale'
    })
    const synonyms = new Synonyms(settings.synonyms)
    const learnt = new Learnt(settings.facets)
    for (let n = 0; n < readerCount; n++) {
      this.#readers.push(new Reader(await openConnection(this.#file), settings, synonyms, learnt))
    }
    return held === 'ready' ? 'ready' : 'stale'
  }

  state(): Promise<'ready' | 'stale'> {
    return this.#read((reader) => reader.state())
  }

  async replace(records: readonly string[], documents: readonly SearchDocument[]): Promise<void> {
    await this.#write(async (writer, tables, settings) => {
      const last = [...new Map(documents.map((document) => [document.id, document])).values()]
      const ids = last.map((document) => document.id)
      await removeDocuments(writer, tables, records, ids)
      await insertDocuments(writer, tables, settings, last)
    })
  }

  query(query: SearchQuery): Promise<SearchResult> {
    return this.#read((reader, live) => reader.query(query, live))
  }

  facetValues(query: SearchQuery, facet: string, text: string, limit: number): Promise<FacetCount[]> {
    return this.#read((reader, live) => reader.facetValues(query, facet, text, limit, live))
  }

  async rebuild(fill: (put: (documents: readonly SearchDocument[]) => Promise<void>) => Promise<void>): Promise<void> {
    const next = await this.#write(async (writer, live, settings) => {
      await dropOthers(writer, live.generation)
      const tables = tablesOf(live.generation + 1)
      await writer.exec(createTables(tables, settings))
      return tables
    })
    await fill((documents) =>
      this.#write(async (writer, _live, settings) => {
        const ids = documents.map((document) => document.id)
        await removeDocuments(writer, next, [], ids)
        await insertDocuments(writer, next, settings, documents)
      }),
    )
    await this.#write(async (writer) => {
      await writer.exec(`INSERT INTO ${next.text} (${next.text}) VALUES ('optimize')`)
      await writeMeta(writer, { live: next.generation, state: 'ready' })
      await dropOthers(writer, next.generation)
    })
    await this.#writer?.exec('PRAGMA incremental_vacuum; PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)')
  }

  lock(): Promise<(() => Promise<void>) | null> {
    return fileLock(`${this.#file}.lock`)
  }

  stats(): Promise<SearchStats> {
    return this.#read(async (reader, live) => {
      const byType = await reader.countByType(live)
      const documents = Object.values(byType).reduce((sum, count) => sum + count, 0)
      return { documents, byType, byteCount: (await stat(this.#file)).size }
    })
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined)
    const open = [...this.#readers.map((reader) => reader.connection), ...(this.#writer ? [this.#writer] : [])]
    this.#readers = []
    this.#writer = undefined
    for (const connection of open) await connection.close()
  }

  /** One transaction after the other; each one that changes the live tables counts up `change`. */
  #write<T>(work: (writer: Connection, live: Tables, settings: SearchSettings) => Promise<T>): Promise<T> {
    const turn = this.#writing.then(async () => {
      const [writer, settings] = [this.#writer, this.#settings]
      if (!writer || !settings) throw new Error('The search index is not open.')
      await writer.exec('BEGIN IMMEDIATE')
      try {
        const [row] = await writer.all(`SELECT count(*) AS known FROM sqlite_master WHERE name = 'meta'`)
        const [live] = row?.known ? await writer.all(`SELECT value FROM meta WHERE name = 'live'`) : []
        const result = await work(writer, tablesOf(Number(live?.value ?? 0)), settings)
        await writer.exec(`UPDATE meta SET value = value + 1 WHERE name = 'change'`)
        await writer.exec('COMMIT')
        return result
      } catch (error) {
        await writer.exec('ROLLBACK').catch(() => undefined)
        throw error
      }
    })
    this.#writing = turn.catch(() => undefined)
    return turn
  }

  async #read<T>(work: (reader: Reader, live: Live) => Promise<T>): Promise<T> {
    const reader = this.#readers[this.#turn++ % this.#readers.length]
    if (!reader) throw new Error('The search index is not open.')
    for (let attempt = 1; ; attempt++) {
      const live = await reader.live()
      try {
        return await work(reader, live)
      } catch (error) {
        // Another process has put a rebuilt index in place of the one that this query was reading.
        const gone = /no such table/.test((error as Error).message)
        if (!gone || attempt === 3) throw error
      }
    }
  }
}

async function writeMeta(writer: Connection, values: Record<string, string | number>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    await writer.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', [name, String(value)])
  }
}

async function openConnection(file: string): Promise<Connection> {
  const connection = await Connection.open(file)
  await connection.exec(
    `PRAGMA busy_timeout = 10000; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;
     PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA mmap_size = 1073741824`,
  )
  return connection
}
