/** The values of all facets of one generation, by their row numbers. */
import type { Facet, FacetCount, SearchQuery } from '../engine.ts'
import { demandFacet, meaningOf } from '../facetNames.ts'
import type { QueryFilter } from '../query.ts'
import type { Synonyms } from '../synonyms.ts'
import type { Connection } from './connection.ts'
import type { Chosen, Counts } from './facetCodes.ts'
import type { Tables } from './tables.ts'

export class FacetValues {
  readonly generation: number
  /** Names of the facets, in the order of the settings. */
  readonly names: readonly string[]
  readonly #values: ({ name: string; value: string } | undefined)[] = []

  constructor(generation: number, names: readonly string[]) {
    this.generation = generation
    this.names = names
  }

  /** Largest row number. */
  get size(): number {
    return Math.max(0, this.#values.length - 1)
  }

  /** Values are only ever added within a generation, so the new ones are enough. */
  async learn(connection: Connection, tables: Tables): Promise<void> {
    const rows = await connection.all(`SELECT id, name, value FROM ${tables.facet} WHERE id > ?`, [this.size])
    for (const row of rows) this.#values[Number(row.id)] = { name: String(row.name), value: String(row.value) }
  }

  nameOf(id: number): string | undefined {
    return this.#values[id]?.name
  }

  #idsOf(facet: string, accepts: (value: string) => boolean): Set<number> {
    const ids = new Set<number>()
    for (const [id, entry] of this.#values.entries()) {
      if (entry?.name === facet && accepts(entry.value)) ids.add(id)
    }
    return ids
  }

  /** @throws SearchError for an unknown facet */
  chosen(facets: SearchQuery['facets']): Chosen[] {
    return Object.entries(facets ?? {}).flatMap(([facet, values]) => {
      this.demand(facet)
      return values.length === 0 ? [] : [{ facet, ids: this.#idsOf(facet, (value) => values.includes(value)) }]
    })
  }

  /** @throws SearchError unless there is such a facet */
  demand(facet: string): void {
    demandFacet(facet, this.names)
  }

  /**
   * Values that a person means by `species:mouse`: equal to it or to a synonym, or having words that start so. All of
   * them together, so that a value of hidden documents changes nothing for the others.
   */
  typed(filter: QueryFilter, synonyms: Synonyms): Set<number> {
    return this.#idsOf(filter.field, meaningOf(filter, synonyms))
  }

  /** Facets that have values, with the `limit` most frequent values and the chosen ones, which may be unheard of. */
  list(counts: Counts, facets: SearchQuery['facets'], limit: number): Facet[] {
    const byName = new Map(this.names.map((name) => [name, new Map<string, number>()]))
    for (const [name, values] of Object.entries(facets ?? {})) {
      for (const value of values) byName.get(name)?.set(value, 0)
    }
    for (const [id, entry] of this.#values.entries()) {
      const count = counts.byId[id] ?? 0
      if (entry && count > 0) byName.get(entry.name)?.set(entry.value, count)
    }
    return [...byName].flatMap(([name, values]) => {
      if (values.size === 0) return []
      const order = [...values]
        .map(([value, count]): FacetCount => ({ value, count }))
        .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      const shown = order.filter(({ value }, n) => n < limit || facets?.[name]?.includes(value))
      return [{ name, values: shown, size: order.length }]
    })
  }
}
