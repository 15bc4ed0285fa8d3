/** What all readers of a process have learnt of the index; kept as long as it stays true. */
import type { SearchQuery } from '../engine.ts'
import type { Connection } from './connection.ts'
import type { Counts } from './facetCodes.ts'
import { FacetValues } from './facetValues.ts'
import type { Tables } from './tables.ts'

/** What the live index is at this moment. */
export interface Live {
  tables: Tables
  /** Rises with every write. */
  change: number
}

/** Counts, and the number of documents before the choice of facets. */
export interface Matched extends Counts {
  matched: number
}

/** A distinct pair of `scope` and `unless`. */
interface Audience {
  id: number
  scope: string[]
  unless: string[]
}

const keptCounts = 100

export class Learnt {
  readonly #facetNames: readonly string[]
  #facets: FacetValues
  #audiences: { change: number; rows: Audience[] } = { change: -1, rows: [] }
  #counts: { change: number; kept: Map<string, Matched> } = { change: -1, kept: new Map() }

  constructor(facetNames: readonly string[]) {
    this.#facetNames = facetNames
    this.#facets = new FacetValues(0, facetNames)
  }

  /** A query holds on to what it gets here, so that a rebuild in between does not mix generations. */
  async facets(connection: Connection, { tables }: Live): Promise<FacetValues> {
    let facets = this.#facets
    if (facets.generation !== tables.generation) {
      facets = new FacetValues(tables.generation, this.#facetNames)
      this.#facets = facets
    }
    await facets.learn(connection, tables)
    return facets
  }

  /** Sets of keys that one of the caller's keys opens; null: all. */
  async audiences(
    connection: Connection,
    { tables, change }: Live,
    keys: SearchQuery['keys'],
  ): Promise<number[] | null> {
    if (keys === 'all') return null
    let known = this.#audiences
    if (known.change !== change) {
      const rows = await connection.all(`SELECT id, keys FROM ${tables.audience}`)
      known = {
        change,
        rows: rows.map((row) => {
          const [scope, unless] = JSON.parse(String(row.keys)) as [string[], string[]]
          return { id: Number(row.id), scope, unless }
        }),
      }
      this.#audiences = known
    }
    const held = new Set(keys)
    const seen = known.rows.filter(
      ({ scope, unless }) => scope.some((key) => held.has(key)) && !unless.some((key) => held.has(key)),
    )
    return seen.map((row) => row.id)
  }

  /** Counts of a query; the last hundred queries since the last write are kept. */
  async counts(change: number, key: string, count: () => Promise<Matched>): Promise<Matched> {
    if (this.#counts.change !== change) this.#counts = { change, kept: new Map() }
    const { kept } = this.#counts
    const counts = kept.get(key) ?? (await count())
    kept.delete(key)
    kept.set(key, counts)
    if (kept.size > keptCounts) kept.delete(kept.keys().next().value as string)
    return counts
  }
}
