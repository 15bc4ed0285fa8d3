/**
 * What a search engine is. The index is derived: the database is the truth, and an engine may be emptied and rebuilt at
 * any time. Every query carries the keys of the caller; totals, facets and suggestions are made of what they open alone.
 */

/** What an index is made for; another hash of it asks for a rebuild. */
export interface SearchSettings {
  /** Weights of text, heaviest first. A document's label always weighs more. */
  weights: readonly number[]
  facets: readonly string[]
  /** Names of points in time and of numbers, for ranges and for sorting. */
  dates: readonly string[]
  numbers: readonly string[]
  /** Groups of names of one thing: a query for one of them finds the others. */
  synonyms: readonly (readonly string[])[]
  /** Names the database that the index is made from: an index of another one is stale. */
  source?: string
}

export interface SearchDocument {
  /** Unique in the index. */
  id: string
  /** What it was made from, as `Entity:id`; all documents of a record are replaced together. */
  record: string
  /** Kind of thing that is found: series, dataset, study ... */
  type: string
  /** Keys that open it, each sufficient: 'public', 'project:<id>' ... */
  scope: readonly string[]
  /** Keys whose holders do not see it, because they see another document of the same thing. */
  unless?: readonly string[]
  label: string
  /** Texts by their weight. */
  text: Readonly<Record<number, readonly string[]>>
  facets: Readonly<Record<string, readonly string[]>>
  /** RFC 3339 instants in UTC or dates. */
  dates: Readonly<Record<string, string>>
  numbers: Readonly<Record<string, number>>
  /** Kept as it is and handed back with a hit. */
  payload: unknown
}

export interface SearchQuery {
  /** Keys of the caller; a document is seen only when one of its own is among them. 'all' sees everything. */
  keys: readonly string[] | 'all'
  /** What a person typed: words, "a phrase", -without, field:value, date:2024..2025. Nothing in it is an error. */
  text?: string
  types?: readonly string[]
  /** Chosen values: one of them within a facet, all facets together. */
  facets?: Readonly<Record<string, readonly string[]>>
  /** Bounds as far as they are known, '2024' or '2024-03-01'; both are included. */
  dates?: Readonly<Record<string, { from?: string; to?: string }>>
  numbers?: Readonly<Record<string, { min?: number; max?: number }>>
  /** 'relevance', 'label' or the name of a date or number. Default: relevance with words, else the first date downwards. */
  sort?: { by: string; descending?: boolean }
  limit: number
  /** `next` of the page before, for the same query. */
  cursor?: string
  /** Most values of each facet that are returned. Default 50; 0: no facets. */
  facetLimit?: number
}

export interface SearchHit {
  id: string
  record: string
  type: string
  payload: unknown
}

export interface FacetCount {
  value: string
  count: number
}

export interface Facet {
  name: string
  /**
   * The most frequent values and those that are chosen. Counts ignore what is chosen in this facet itself, so that they
   * tell what choosing another value would bring.
   */
  values: FacetCount[]
  /** Number of all values, also those beyond the limit. */
  size: number
}

export interface SearchResult {
  hits: SearchHit[]
  total: number
  facets: Facet[]
  next: string | null
  /** The query with words that exist, when some did not and others were searched in their place. */
  suggestion: string | null
  /** Folded words that were searched, for highlighting. */
  words: MatchedWord[]
}

export interface MatchedWord {
  text: string
  /** Matches words that start with it. */
  prefix: boolean
}

export interface SearchStats {
  documents: number
  byType: Record<string, number>
  /** Bytes on disk; null when the engine does not tell. */
  byteCount: number | null
}

export interface SearchEngine {
  /**
   * Opens the index for these settings.
   * @returns 'ready', or 'stale' when there is none for them: it is then empty until `rebuild`
   */
  ensure(settings: SearchSettings): Promise<'ready' | 'stale'>
  /** Whether the index has been filled since it was made, by whichever process. */
  state(): Promise<'ready' | 'stale'>
  /** In one step takes out all documents of these records and puts in the given ones. */
  replace(records: readonly string[], documents: readonly SearchDocument[]): Promise<void>
  /** @throws SearchError for a cursor or sort order that is none */
  query(query: SearchQuery): Promise<SearchResult>
  /** Values of one facet that start with `text` in one of their words, counted for the query. */
  facetValues(query: SearchQuery, facet: string, text: string, limit: number): Promise<FacetCount[]>
  /** Fills a new index beside the live one, which goes on answering, and takes its place at the end. */
  rebuild(fill: (put: (documents: readonly SearchDocument[]) => Promise<void>) => Promise<void>): Promise<void>
  /**
   * The right to be the only one, of all processes, that writes to the index; it ends with the process.
   * @returns a function that gives it back, or null when another holds it
   */
  lock(): Promise<(() => Promise<void>) | null>
  stats(): Promise<SearchStats>
  close(): Promise<void>
}

/** A query that cannot be answered as it is asked. */
export class SearchError extends Error {
  /** Part of the query that is wrong. */
  readonly part: 'cursor' | 'sort' | 'facet'
  constructor(part: 'cursor' | 'sort' | 'facet', message: string) {
    super(message)
    this.name = 'SearchError'
    this.part = part
  }
}

/** The engine does not answer; what was asked or written is to be tried again later. */
export class SearchUnavailable extends Error {
  constructor(cause: unknown) {
    super(`The search server does not answer: ${(cause as Error).message}`, { cause })
    this.name = 'SearchUnavailable'
  }
}
