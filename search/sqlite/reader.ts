/** Answers queries over one connection. */
import {
  SearchError,
  type FacetCount,
  type SearchHit,
  type SearchQuery,
  type SearchResult,
  type SearchSettings,
} from '../engine.ts'
import { correctUnits } from '../corrections.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { startsWithin } from '../facetNames.ts'
import { parseQuery, type QueryFilter, type QueryItem } from '../query.ts'
import type { Synonyms } from '../synonyms.ts'
import { matchedWords, unitsOfItems, type Unit } from '../units.ts'
import { all, audienceIs, facetIs, not, rangesOf, typedRange, typeIs, type Condition } from './conditions.ts'
import type { Connection } from './connection.ts'
import { countFacets, type Chosen } from './facetCodes.ts'
import type { FacetValues } from './facetValues.ts'
import type { Learnt, Live, Matched } from './learnt.ts'
import { matchOf } from './match.ts'
import { spellingOf } from './spelling.ts'
import { columnsOf, tablesOf, type Tables } from './tables.ts'

/** Conditions of a query, but for the caller's rights and the chosen facets. */
interface Base {
  from: string
  where: Condition
  /** Whether words rank the hits. */
  ranked: boolean
}

/** A query as it was understood. */
interface Asked {
  /** Audiences that the caller belongs to; null: all. */
  audiences: number[] | null
  facets: FacetValues
  chosen: Chosen[]
  units: Unit[]
  baseOf(units: readonly Unit[]): Base
}

export class Reader {
  readonly connection: Connection
  readonly #settings: SearchSettings
  readonly #synonyms: Synonyms
  readonly #columns: Map<string, string>
  readonly #fields: string[]
  readonly #learnt: Learnt

  constructor(connection: Connection, settings: SearchSettings, synonyms: Synonyms, learnt: Learnt) {
    this.connection = connection
    this.#settings = settings
    this.#synonyms = synonyms
    this.#columns = columnsOf(settings)
    this.#fields = [...settings.facets, ...settings.dates, ...settings.numbers]
    this.#learnt = learnt
  }

  async live(): Promise<Live> {
    const rows = await this.connection.all(`SELECT name, value FROM meta WHERE name IN ('live', 'change')`)
    const meta = new Map(rows.map((row) => [row.name, Number(row.value)]))
    return { tables: tablesOf(meta.get('live') ?? 0), change: meta.get('change') ?? 0 }
  }

  async state(): Promise<'ready' | 'stale'> {
    const [row] = await this.connection.all(`SELECT value FROM meta WHERE name = 'state'`)
    return row?.value === 'ready' ? 'ready' : 'stale'
  }

  async query(query: SearchQuery, live: Live): Promise<SearchResult> {
    const asked = await this.#read(query, live)
    const first = asked.baseOf(asked.units)
    const found = { units: asked.units, base: first, counts: await this.#count(first, asked, live) }
    const corrected = found.counts.matched === 0 ? await this.#corrected(asked, live) : null
    const { units, base, counts } = corrected ?? found
    const facetLimit = query.facetLimit ?? 50
    return {
      ...(await this.#page(query, base, asked, counts.total, live)),
      total: counts.total,
      facets: facetLimit === 0 ? [] : asked.facets.list(counts, query.facets, facetLimit),
      suggestion: corrected?.rewrite(query.text ?? '') ?? null,
      words: matchedWords(units, this.#synonyms),
    }
  }

  /** The query with words in place of those that nothing has; null when that finds nothing either. */
  async #corrected(asked: Asked, live: Live) {
    const spelling = spellingOf(this.connection, live.tables, audienceIs(asked.audiences), this.#synonyms)
    const corrected = await correctUnits(spelling, asked.units)
    if (!corrected) return null
    const base = asked.baseOf(corrected.units)
    const counts = await this.#count(base, asked, live)
    return counts.matched > 0 ? { ...corrected, base, counts } : null
  }

  async facetValues(query: SearchQuery, facet: string, text: string, limit: number, live: Live): Promise<FacetCount[]> {
    const asked = await this.#read(query, live)
    asked.facets.demand(facet)
    const counts = await this.#count(asked.baseOf(asked.units), asked, live)
    const found = asked.facets.list(counts, query.facets, Number.MAX_SAFE_INTEGER).find(({ name }) => name === facet)
    return (found?.values ?? []).filter(({ value }) => startsWithin(value, text)).slice(0, limit)
  }

  async countByType({ tables }: Live): Promise<Record<string, number>> {
    const rows = await this.connection.all(`SELECT type, count(*) AS n FROM ${tables.document} GROUP BY type`)
    return Object.fromEntries(rows.map((row) => [String(row.type), Number(row.n)]))
  }

  async #read(query: SearchQuery, live: Live): Promise<Asked> {
    const { tables } = live
    const facets = await this.#learnt.facets(this.connection, live)
    const text = query.text ?? ''
    const parsed = parseQuery(text, this.#fields)
    const rest = all([
      typeIs(query.types),
      ...rangesOf(query, this.#columns),
      ...parsed.filters.map((filter) => this.#typedFilter(filter, facets)),
      ...this.#without(parsed.items, tables),
    ])
    return {
      audiences: await this.#learnt.audiences(this.connection, live, query.keys),
      facets,
      chosen: facets.chosen(query.facets),
      units: unitsOfItems(
        parsed.items.filter((item) => !item.negated),
        /\S$/u.test(text) && !parsed.items.at(-1)?.negated,
      ),
      baseOf: (units) => {
        if (units.length === 0) return { from: `${tables.document} AS d`, where: rest, ranked: false }
        const match = { sql: `${tables.text} MATCH ?`, values: [matchOf(units, this.#synonyms)] }
        return {
          // CROSS JOIN: words first, whatever the planner thinks of the sort order.
          from: `${tables.text} AS t CROSS JOIN ${tables.document} AS d ON d.rowid = t.rowid`,
          where: all([match, rest]),
          ranked: true,
        }
      },
    }
  }

  #typedFilter(filter: QueryFilter, facets: FacetValues): Condition {
    const condition = facets.names.includes(filter.field)
      ? facetIs(facets.typed(filter, this.#synonyms))
      : typedRange(filter, this.#columns.get(filter.field) ?? '')
    if (condition === null) return { sql: '0', values: [] }
    return filter.negated ? not(condition) : condition
  }

  /** Words that must not be there. */
  #without(items: readonly QueryItem[], tables: Tables): Condition[] {
    return items
      .filter((item) => item.negated)
      .flatMap((item) => {
        const units = unitsOfItems([item], false)
        if (units.length === 0) return []
        const found = `SELECT rowid FROM ${tables.text} WHERE ${tables.text} MATCH ?`
        return [{ sql: `d.rowid NOT IN (${found})`, values: [matchOf(units, this.#synonyms)] }]
      })
  }

  #count(base: Base, { audiences, chosen, facets }: Asked, { change }: Live): Promise<Matched> {
    const where = all([audienceIs(audiences), base.where])
    const key = JSON.stringify([base.from, where, chosen.map((c) => [c.facet, ...c.ids])])
    return this.#learnt.counts(change, key, async () => {
      const [row] = await this.connection.all(
        `SELECT count(*) AS matched, group_concat(d.facets, char(10)) AS facets FROM ${base.from} WHERE ${where.sql}`,
        where.values,
      )
      const texts = row?.facets as string | null
      return {
        ...countFacets(texts, chosen, (id) => facets.nameOf(id), facets.size),
        matched: Number(row?.matched),
      }
    })
  }

  /** About the number of documents. */
  async #size(tables: Tables): Promise<number> {
    const [row] = await this.connection.all(`SELECT coalesce(max(rowid), 0) AS n FROM ${tables.document}`)
    return Number(row?.n)
  }

  async #page(
    query: SearchQuery,
    base: Base,
    { audiences, chosen }: Asked,
    total: number,
    { tables }: Live,
  ): Promise<{ hits: SearchHit[]; next: string | null }> {
    const fallback = { by: this.#settings.dates[0] ?? 'label', descending: this.#settings.dates.length > 0 }
    const wanted = query.sort ?? { by: 'relevance' }
    const sort = wanted.by === 'relevance' && !base.ranked ? fallback : wanted
    const down = sort.descending ?? false
    const column = this.#columns.get(sort.by)
    if (sort.by !== 'relevance' && !column) {
      const known = ['relevance', ...this.#columns.keys()].join(', ')
      throw new SearchError('sort', `There is no order by "${sort.by}". Known are: ${known}.`)
    }
    // An index of the order pays when many rows meet the conditions; when few do, they are collected and sorted.
    const inOrder = !base.ranked && total * 20 > (await this.#size(tables))
    const sorted = column ? `${inOrder ? '' : '+'}d.${column}` : this.#score(tables)
    const order = JSON.stringify([sort.by, down])
    const after = query.cursor === undefined ? null : readCursor(query.cursor, order)
    const where = all([audienceIs(audiences, inOrder), base.where, ...chosen.map((choice) => facetIs(choice.ids))])
    const direction = down ? 'DESC' : 'ASC'
    const rows = await this.connection.all(
      `SELECT page.*, p.body FROM (
         SELECT * FROM (
           SELECT d.rowid AS place, d.id, d.record, d.type, ${sorted} AS sorted FROM ${base.from} WHERE ${where.sql}
         ) ${after ? `WHERE (sorted, place) ${down ? '<' : '>'} (?, ?)` : ''}
         ORDER BY sorted ${direction}, place ${direction} LIMIT ?
       ) AS page JOIN ${tables.payload} AS p ON p.rowid = page.place
       ORDER BY sorted ${direction}, place ${direction}`,
      [...where.values, ...(after ?? []), query.limit + 1],
    )
    const shown = rows.slice(0, query.limit)
    const last = shown.at(-1)
    return {
      hits: shown.map((row) => ({
        id: String(row.id),
        record: String(row.record),
        type: String(row.type),
        payload: JSON.parse(String(row.body)) as unknown,
      })),
      next: rows.length > query.limit && last ? writeCursor(order, last.sorted ?? '', Number(last.place)) : null,
    }
  }

  /** The smaller, the better. */
  #score(tables: Tables): string {
    const { weights } = this.#settings
    return `bm25(${tables.text}, ${[2 * (weights[0] ?? 1), ...weights].join(', ')})`
  }
}
