/** Answers queries from one index and the index of its words. */
import type { Meilisearch, MultiSearchQuery } from 'meilisearch'
import { correctUnits, type Spelling } from '../corrections.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import {
  SearchError,
  type Facet,
  type FacetCount,
  type SearchHit,
  type SearchQuery,
  type SearchResult,
  type SearchSettings,
} from '../engine.ts'
import { demandFacet, meaningOf, startsWithin } from '../facetNames.ts'
import { parseQuery, type QueryFilter, type QueryItem } from '../query.ts'
import type { Synonyms } from '../synonyms.ts'
import { matchedWords, unitsOfItems, type Unit } from '../units.ts'
import { all, audienceIs, nothing, rangesOf, typedRange, typeIs, valueIs } from './filters.ts'
import { attributesOf, facetAttribute, mostFacetValues, valueOf } from './stored.ts'
import { textOf } from './text.ts'

/** Words near a typed one that the server is asked for. */
const mostNearWords = 200

/** A query as it was understood. */
interface Asked {
  query: SearchQuery
  units: Unit[]
  without: QueryItem[]
  /** Conditions but for the chosen facets. */
  filters: string[]
  chosen: [facet: string, values: readonly string[]][]
}

type Found = { total: number; hits: SearchHit[]; facets: Map<string, FacetCount[]> }

export class Asking {
  readonly #client: Meilisearch
  readonly #indexes: { documents: string; words: string }
  readonly #settings: SearchSettings
  readonly #synonyms: Synonyms
  readonly #attributes: Map<string, string>

  constructor(
    client: Meilisearch,
    indexes: { documents: string; words: string },
    settings: SearchSettings,
    synonyms: Synonyms,
  ) {
    this.#client = client
    this.#indexes = indexes
    this.#settings = settings
    this.#synonyms = synonyms
    this.#attributes = attributesOf(settings)
  }

  async query(query: SearchQuery): Promise<SearchResult> {
    const asked = await this.#read(query)
    let found = await this.#find(asked)
    const corrected = found.total === 0 && (await this.#matches(asked)) === 0 ? await this.#corrected(asked) : null
    if (corrected) found = await this.#find(corrected.asked)
    const { offset, order } = this.#order(query, (corrected?.asked ?? asked).units.length > 0)
    const end = offset + found.hits.length
    return {
      hits: found.hits,
      total: found.total,
      facets: query.facetLimit === 0 ? [] : this.#facets(found, asked, query.facetLimit ?? 50),
      next: end < found.total && found.hits.length > 0 ? writeCursor(order, end, end) : null,
      suggestion: corrected?.rewrite(query.text ?? '') ?? null,
      words: matchedWords((corrected?.asked ?? asked).units, this.#synonyms),
    }
  }

  async facetValues(query: SearchQuery, facet: string, text: string, limit: number): Promise<FacetCount[]> {
    demandFacet(facet, this.#settings.facets)
    const asked = await this.#read(query)
    const values = await this.#valuesOf(facet, this.#search(asked, facet))
    const known = new Set(values.map(({ value }) => value))
    const chosen = (query.facets?.[facet] ?? []).filter((value) => !known.has(value))
    return [...values, ...chosen.map((value) => ({ value, count: 0 }))]
      .filter(({ value }) => startsWithin(value, text))
      .toSorted(byCount)
      .slice(0, limit)
  }

  async #read(query: SearchQuery): Promise<Asked> {
    const { facets: names, dates, numbers } = this.#settings
    const chosen = Object.entries(query.facets ?? {}).filter(([facet, values]) => {
      demandFacet(facet, names)
      return values.length > 0
    })
    const text = query.text ?? ''
    const parsed = parseQuery(text, [...names, ...dates, ...numbers])
    const audience = audienceIs(query.keys)
    const typed = await Promise.all(parsed.filters.map((filter) => this.#typedFilter(filter, audience)))
    const items = parsed.items.filter((item) => !item.negated)
    return {
      query,
      units: unitsOfItems(items, /\S$/u.test(text) && !parsed.items.at(-1)?.negated),
      without: parsed.items.filter((item) => item.negated),
      filters: [...audience, ...typeIs(query.types), ...rangesOf(query, this.#attributes), ...typed],
      chosen,
    }
  }

  /** A typed value means those that it is or that begin so, among what the caller sees. */
  async #typedFilter(filter: QueryFilter, audience: readonly string[]): Promise<string> {
    let condition: string | null
    if (this.#settings.facets.includes(filter.field)) {
      const { documents } = this.#indexes
      const facets = [facetAttribute(this.#settings, filter.field)]
      const values = await this.#valuesOf(filter.field, { indexUid: documents, q: '', limit: 0, facets, filter: all(audience) }) // prettier-ignore
      const means = meaningOf(filter, this.#synonyms)
      condition = valueIs(filter.field, values.map(({ value }) => value).filter(means)) // prettier-ignore
    } else condition = typedRange(filter, this.#attributes.get(filter.field) ?? '')
    if (condition === null) return nothing
    return filter.negated ? `NOT (${condition})` : condition
  }

  /** The request for a query. @param except a facet that is counted as if none of it were chosen */
  #search({ query, units, without, filters, chosen }: Asked, except?: string): MultiSearchQuery {
    const narrowed = chosen.filter(([facet]) => facet !== except).map(([facet, values]) => valueIs(facet, values))
    const counted = except === undefined ? this.#unchosen(query) : [except]
    return {
      indexUid: this.#indexes.documents,
      q: textOf(units, without, this.#synonyms),
      matchingStrategy: 'all',
      filter: all([...filters, ...narrowed]),
      facets: query.facetLimit === 0 && except === undefined ? [] : counted.map((name) => facetAttribute(this.#settings, name)), // prettier-ignore
      limit: 0,
    }
  }

  #unchosen({ facets }: SearchQuery): string[] {
    return this.#settings.facets.filter((name) => (facets?.[name]?.length ?? 0) === 0)
  }

  /** A page of hits and all counts, by one request. */
  async #find(asked: Asked): Promise<Found> {
    const { query, chosen, units } = asked
    const { sort, offset } = this.#order(query, units.length > 0)
    const counted = query.facetLimit === 0 ? [] : chosen.map(([facet]) => facet)
    const page = { ...this.#search(asked), limit: query.limit, offset, ...(sort && { sort }) }
    const { results } = await this.#client.multiSearch({
      queries: [page, ...counted.map((facet) => this.#search(asked, facet))],
    })
    const facets = new Map<string, FacetCount[]>()
    for (const [n, { facetDistribution }] of results.entries()) {
      const names = n === 0 ? this.#unchosen(query) : [counted[n - 1] as string]
      for (const name of names) {
        facets.set(name, countsOf(facetDistribution?.[facetAttribute(this.#settings, name)] ?? {}))
      }
    }
    const hits = (results[0]?.hits ?? []) as { hit: string }[]
    return {
      total: results[0]?.estimatedTotalHits ?? 0,
      hits: hits.map(({ hit }) => JSON.parse(hit) as SearchHit),
      facets,
    }
  }

  /** @throws SearchError for an unknown order, or a cursor of another one */
  #order(query: SearchQuery, ranked: boolean): { sort: string[] | null; offset: number; order: string } {
    const fallback = { by: this.#settings.dates[0] ?? 'label', descending: this.#settings.dates.length > 0 }
    const wanted = query.sort ?? { by: 'relevance' }
    const { by, descending = false } = wanted.by === 'relevance' && !ranked ? fallback : wanted
    const attribute = this.#attributes.get(by)
    if (by !== 'relevance' && !attribute) {
      const known = ['relevance', ...this.#attributes.keys()].join(', ')
      throw new SearchError('sort', `There is no order by "${by}". Known are: ${known}.`)
    }
    const order = JSON.stringify([by, descending])
    const offset = query.cursor === undefined ? 0 : Math.max(0, readCursor(query.cursor, order)[1])
    return { sort: attribute ? [`${attribute}:${descending ? 'desc' : 'asc'}`] : null, offset, order }
  }

  #facets({ facets }: Found, { query }: Asked, limit: number): Facet[] {
    return this.#settings.facets.flatMap((name) => {
      const values = facets.get(name) ?? []
      const known = new Set(values.map(({ value }) => value))
      const chosen = query.facets?.[name] ?? []
      const missing = chosen.filter((value) => !known.has(value)).map((value) => ({ value, count: 0 }))
      const order = [...values, ...missing].toSorted(byCount)
      if (order.length === 0) return []
      const shown = order.filter(({ value }, n) => n < limit || chosen.includes(value))
      return [{ name, values: shown, size: order.length }]
    })
  }

  /** Number of hits before the choice of facets. */
  async #matches(asked: Asked): Promise<number> {
    if (asked.chosen.length === 0) return 0
    return this.#total({ ...asked, chosen: [] })
  }

  async #total(asked: Asked): Promise<number> {
    const { results } = await this.#client.multiSearch({ queries: [{ ...this.#search(asked), facets: [] }] })
    return results[0]?.estimatedTotalHits ?? 0
  }

  async #valuesOf(facet: string, request: MultiSearchQuery): Promise<FacetCount[]> {
    const { results } = await this.#client.multiSearch({ queries: [request] })
    return countsOf(results[0]?.facetDistribution?.[facetAttribute(this.#settings, facet)] ?? {})
  }

  /** The query with words in place of those that nothing has; null when that finds nothing either. */
  async #corrected(asked: Asked): Promise<{ asked: Asked; rewrite: (text: string) => string } | null> {
    const seen = audienceIs(asked.query.keys)
    const total = (unit: Unit) =>
      this.#total({ query: asked.query, units: [unit], without: [], filters: seen, chosen: [] })
    const spelling: Spelling = {
      hits: total,
      // A phrase of one word has neither other names nor more letters.
      exactHits: (unit) => total({ ...unit, phrase: true }),
      vocabulary: async (word, _edits, open) => {
        const { hits } = await this.#client
          .index<{ word: string }>(this.#indexes.words)
          .search(open ? word : `${word} `, { limit: mostNearWords, matchingStrategy: 'all' })
        return hits.map((hit) => hit.word)
      },
    }
    const corrected = await correctUnits(spelling, asked.units)
    if (!corrected) return null
    const meant = { ...asked, units: corrected.units }
    const matches = await this.#total({ ...meant, chosen: [] })
    return matches === 0 ? null : { asked: meant, rewrite: corrected.rewrite }
  }
}

const byCount = (a: FacetCount, b: FacetCount): number => b.count - a.count || (a.value < b.value ? -1 : 1)

/** The most frequent values first, at most `mostFacetValues`. */
const countsOf = (distribution: Record<string, number>): FacetCount[] =>
  Object.entries(distribution)
    .map(([value, count]) => ({ value: valueOf(value), count }))
    .toSorted(byCount)
    .slice(0, mostFacetValues)
