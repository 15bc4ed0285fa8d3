/** A query's conditions as SQL. Every value is bound; names of columns come from our own tables alone. */
import type { SearchQuery } from '../engine.ts'
import { parseBounds, type QueryFilter } from '../query.ts'
import type { Value } from './connection.ts'
import { signOf } from './facetCodes.ts'
import { noNumber } from './tables.ts'

export interface Condition {
  sql: string
  values: Value[]
}

export const all = (conditions: readonly Condition[]): Condition => ({
  sql: conditions.map((c) => c.sql).join(' AND ') || '1',
  values: conditions.flatMap((c) => c.values),
})

const isIn = (column: string, values: readonly Value[]): Condition => ({
  sql: `${column} IN (${values.map(() => '?').join(',')})`,
  values: [...values],
})

/**
 * The audiences that open a document; null lets everything pass.
 * @param inOrder when an index of the sort order is to be walked: the plus sign keeps SQLite from taking another one
 */
export const audienceIs = (ids: readonly number[] | null, inOrder = false): Condition =>
  ids === null ? { sql: '1', values: [] } : { sql: `${inOrder ? '+' : ''}d.audience IN (${ids.join(',')})`, values: [] }

export const typeIs = (types: readonly string[] | undefined): Condition =>
  types === undefined || types.length === 0 ? { sql: '1', values: [] } : isIn('d.type', types)

/** Documents with one of these facet values; none when there are none. */
export function facetIs(ids: Iterable<number>): Condition {
  const signs = [...ids].map(signOf)
  return { sql: signs.length === 0 ? '0' : `(${signs.map(() => 'instr(d.facets, ?)').join(' OR ')})`, values: signs }
}

export const not = (condition: Condition): Condition => ({ sql: `NOT (${condition.sql})`, values: condition.values })

/** After every text that starts with `to`, so that '2024' includes December. */
const endOf = (to: string): string => `${to}\uffff`

// Ranges are wide as a rule: the plus sign keeps SQLite from fetching half of the rows through an index.
export function dateIs(column: string, { from, to }: { from?: string; to?: string }): Condition {
  const conditions: Condition[] = [{ sql: `+d.${column} <> ''`, values: [] }]
  if (from) conditions.push({ sql: `+d.${column} >= ?`, values: [from] })
  if (to) conditions.push({ sql: `+d.${column} <= ?`, values: [endOf(to)] })
  return all(conditions)
}

export function numberIs(column: string, { min, max }: { min?: number; max?: number }): Condition {
  const conditions: Condition[] = [{ sql: `+d.${column} > ?`, values: [noNumber] }]
  if (min !== undefined) conditions.push({ sql: `+d.${column} >= ?`, values: [min] })
  if (max !== undefined) conditions.push({ sql: `+d.${column} <= ?`, values: [max] })
  return all(conditions)
}

/** Ranges that were asked for by parameters. Names that the index does not know are left out. */
export function rangesOf(query: SearchQuery, columns: ReadonlyMap<string, string>): Condition[] {
  const conditions: Condition[] = []
  for (const [name, bounds] of Object.entries(query.dates ?? {})) {
    const column = columns.get(name)
    if (column?.startsWith('date_') && (bounds.from || bounds.to)) conditions.push(dateIs(column, bounds))
  }
  for (const [name, bounds] of Object.entries(query.numbers ?? {})) {
    const column = columns.get(name)
    if (column?.startsWith('number_')) conditions.push(numberIs(column, bounds))
  }
  return conditions
}

/** A range that was typed, `date:2024..2025`; null when it has no bound that can be read. */
export function typedRange(filter: QueryFilter, column: string): Condition | null {
  const bounds = parseBounds(filter.text)
  if (bounds === null) return null
  if (column.startsWith('date_')) return dateIs(column, bounds)
  const [min, max] = [Number(bounds.from ?? 0), Number(bounds.to ?? 0)]
  if (Number.isNaN(min) || Number.isNaN(max)) return null
  return numberIs(column, { ...(bounds.from !== undefined && { min }), ...(bounds.to !== undefined && { max }) })
}
