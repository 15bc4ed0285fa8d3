/**
 * The engine for sites that have outgrown one machine: a Meilisearch server (1.12 or newer). The name of the index
 * carries a hash of its settings; a rebuild fills a second index and swaps the two; every write is followed to its end.
 * Filters are made here from the keys of the caller; the server's own tenant tokens are not needed.
 */
import { MeilisearchApiError, type Index, Meilisearch, type EnqueuedTaskPromise } from 'meilisearch'
import {
  SearchUnavailable,
  type FacetCount,
  type SearchDocument,
  type SearchEngine,
  type SearchQuery,
  type SearchResult,
  type SearchSettings,
  type SearchStats,
} from './engine.ts'
import { Asking } from './meilisearch/asking.ts'
import { batchesOf } from './meilisearch/batches.ts'
import { isIn } from './meilisearch/filters.ts'
import {
  documentSettings,
  guessableWords,
  mark,
  settingsHash,
  storedOf,
  valueOf,
  wordSettings,
} from './meilisearch/stored.ts'
import { Synonyms } from './synonyms.ts'

export interface Server {
  /** http://host:port */
  address: string
  /** A key that may do what docs/operating.md lists, on the indexes of `prefix` alone; empty for a server without keys. */
  key: string
  /** Beginning of the names of all indexes. */
  prefix: string
  /** Meilisearch has no locks: whoever shares the index shares this one. */
  lock: SearchEngine['lock']
}

const requestMilliseconds = 30_000
/** A large batch on a busy server takes minutes; the outbox tries again what takes longer. */
const wait = { timeout: 600_000, interval: 50 }
/** Indexes of other settings are dropped when nobody has written to them for so long. */
const abandonedMilliseconds = 7 * 86_400_000
/** Word of an index of words that says that the index beside it is complete. */
const completeKey = 'complete'

type Words = { key: string; word: string }

export class MeilisearchEngine implements SearchEngine {
  readonly #server: Server
  readonly #client: Meilisearch
  #opened: { settings: SearchSettings; synonyms: Synonyms; name: string } | undefined
  /** Words that the live index of words has already. */
  #known = new Set<string>()

  constructor(server: Server) {
    this.#server = server
    this.#client = new Meilisearch({ host: server.address, apiKey: server.key, timeout: requestMilliseconds })
  }

  async ensure(settings: SearchSettings): Promise<'ready' | 'stale'> {
    const name = `${this.#server.prefix}-${settingsHash(settings)}`
    this.#opened = { settings, synonyms: new Synonyms(settings.synonyms), name }
    this.#known = new Set()
    const state = await this.state()
    if (state === 'stale') await this.#prepare(name)
    return state
  }

  async state(): Promise<'ready' | 'stale'> {
    const { name } = this.#open()
    const found = await this.#unlessMissing(() => this.#words(name).getDocument(completeKey))
    return found === null ? 'stale' : 'ready'
  }

  async replace(records: readonly string[], documents: readonly SearchDocument[]): Promise<void> {
    const { name } = this.#open()
    const kept = await this.#put(name, documents, this.#known)
    if (records.length === 0) return
    // New documents are in before others of their record go, so that nothing is missing in between.
    const filter = `${isIn('record', records.map((record) => mark(record)))} AND NOT ${isIn('key', kept)}` // prettier-ignore
    await this.#done(this.#documents(name).deleteDocuments({ filter }))
  }

  query(query: SearchQuery): Promise<SearchResult> {
    return this.#asking((asking) => asking.query(query))
  }

  facetValues(query: SearchQuery, facet: string, text: string, limit: number): Promise<FacetCount[]> {
    return this.#asking((asking) => asking.facetValues(query, facet, text, limit))
  }

  async rebuild(fill: (put: (documents: readonly SearchDocument[]) => Promise<void>) => Promise<void>): Promise<void> {
    const { name } = this.#open()
    const next = `${name}-next`
    await this.#drop(next)
    await this.#prepare(next)
    const known = new Set<string>()
    await fill(async (documents) => void (await this.#put(next, documents, known)))
    await this.#done(this.#words(next).addDocuments([{ key: completeKey, word: '' }]))
    await this.#prepare(name)
    // One request: documents and words change places together or not at all.
    const swaps = [name, wordsName(name)].map((live, n) => ({
      indexes: [live, n === 0 ? next : wordsName(next)] as [string, string],
      rename: false,
    }))
    await this.#done(this.#client.swapIndexes(swaps))
    this.#known = known
    await this.#drop(next)
    await this.#dropAbandoned(name)
  }

  lock(): Promise<(() => Promise<void>) | null> {
    return this.#server.lock()
  }

  async stats(): Promise<SearchStats> {
    const index = this.#documents(this.#open().name)
    const [stats, found] = await this.#ask(() =>
      Promise.all([index.getStats(), index.search('', { limit: 0, facets: ['type'] })]),
    )
    const types = Object.entries(found.facetDistribution?.type ?? {})
    return {
      documents: stats.numberOfDocuments,
      byType: Object.fromEntries(types.map(([type, count]) => [valueOf(type), count])),
      byteCount: stats.rawDocumentDbSize ?? null,
    }
  }

  async close(): Promise<void> {
    this.#opened = undefined
  }

  #open() {
    if (!this.#opened) throw new Error('The search index is not open.')
    return this.#opened
  }

  #documents(name: string): Index<{ key: string; hit?: string }> {
    return this.#client.index(name)
  }

  #words(name: string): Index<Words> {
    return this.#client.index(wordsName(name))
  }

  #asking<T>(work: (asking: Asking) => Promise<T>): Promise<T> {
    const { settings, synonyms, name } = this.#open()
    return this.#ask(() =>
      work(new Asking(this.#client, { documents: name, words: wordsName(name) }, settings, synonyms)),
    )
  }

  /** Makes an index and its words, or brings settings that a stopped process left unset up to date. */
  async #prepare(name: string): Promise<void> {
    const { settings, synonyms } = this.#open()
    for (const [uid, wanted] of [
      [name, documentSettings(settings, synonyms)],
      [wordsName(name), wordSettings],
    ] as const) {
      const there = await this.#unlessMissing(() => this.#client.getRawIndex(uid))
      if (there) continue
      await this.#done(this.#client.createIndex(uid, { primaryKey: 'key' }))
      await this.#done(this.#client.index(uid).updateSettings(wanted))
    }
  }

  /** @returns keys of the documents, which are in the index now. @param known words that are there already; grows */
  async #put(name: string, documents: readonly SearchDocument[], known: Set<string>): Promise<string[]> {
    const { settings } = this.#open()
    const stored = [...new Map(documents.map((document) => [document.id, storedOf(document, settings)])).values()]
    const words = [...new Set(documents.flatMap(guessableWords))].filter((word) => !known.has(word))
    for (const batch of batchesOf(stored)) {
      await this.#done(this.#documents(name).addDocumentsFromString(batch, 'application/x-ndjson'))
    }
    for (const batch of batchesOf(words.map((word): Words => ({ key: mark(word), word })))) {
      await this.#done(this.#words(name).addDocumentsFromString(batch, 'application/x-ndjson'))
    }
    for (const word of words) known.add(word)
    return stored.map(({ key }) => key)
  }

  async #drop(name: string): Promise<void> {
    for (const uid of [name, wordsName(name)]) {
      const there = await this.#unlessMissing(() => this.#client.getRawIndex(uid))
      if (there) await this.#done(this.#client.deleteIndex(uid))
    }
  }

  /** A process of the version before may still answer from its index. */
  async #dropAbandoned(live: string): Promise<void> {
    const { results } = await this.#ask(() => this.#client.getRawIndexes({ limit: 1000 }))
    for (const { uid, updatedAt } of results) {
      const other = uid.startsWith(`${this.#server.prefix}-`) && !uid.startsWith(live)
      if (other && Date.now() - Date.parse(updatedAt) > abandonedMilliseconds) {
        await this.#done(this.#client.deleteIndex(uid))
      }
    }
  }

  /** Follows a write to its end. @throws Error with the server's reason when it failed */
  async #done(task: EnqueuedTaskPromise): Promise<void> {
    const { status, error, type } = await this.#ask(() => task.waitTask(wait))
    if (status !== 'succeeded')
      throw new Error(`Meilisearch: ${type} ${status}: ${error?.message ?? 'no reason given'}`)
  }

  async #unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await this.#ask(work)
    } catch (error) {
      if (error instanceof MeilisearchApiError && error.response.status === 404) return null
      throw error
    }
  }

  /** @throws SearchUnavailable when the server is not there, is overloaded, or does not know the key */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const { name } = error as Error
      const status = error instanceof MeilisearchApiError ? error.response.status : 0
      const away = /^Meilisearch(Request|RequestTimeOut|TaskTimeOut)Error$/.test(name)
      if (away || status >= 500 || status === 429 || status === 401 || status === 403)
        throw new SearchUnavailable(error)
      throw error
    }
  }
}

const wordsName = (name: string): string => `${name}-words`
