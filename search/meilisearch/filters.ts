/** Conditions in the filter language of Meilisearch. They hold marks and numbers only, never text. */
import type { SearchQuery } from '../engine.ts'
import { parseBounds, type QueryFilter } from '../query.ts'
import { mark } from './stored.ts'

/** No document has this key. */
export const nothing = 'key IN []'

export const isIn = (attribute: string, marks: readonly string[]): string => `${attribute} IN [${marks.join(', ')}]`

export const all = (filters: readonly string[]): string => filters.map((filter) => `(${filter})`).join(' AND ')

/** What opens for these keys, and is not hidden for one of them. */
export function audienceIs(keys: SearchQuery['keys']): string[] {
  if (keys === 'all') return []
  const marks = keys.map((key) => mark(key))
  return [isIn('scope', marks), `NOT ${isIn('unless', marks)}`]
}

export const typeIs = (types: SearchQuery['types']): string[] =>
  types && types.length > 0 ? [valueIs('type', types)] : []

/** Documents with one of these values of a facet. */
export const valueIs = (facet: string, values: readonly string[]): string =>
  isIn(
    'marks',
    values.map((value) => mark(facet, value)),
  )

/** Ranges that were asked for by parameters. Names that the index does not know are left out. */
export function rangesOf(query: SearchQuery, attributes: ReadonlyMap<string, string>): string[] {
  const filters: string[] = []
  for (const [name, bounds] of Object.entries(query.dates ?? {})) {
    const attribute = attributes.get(name)
    if (attribute?.startsWith('date_') && (bounds.from || bounds.to)) filters.push(dateIs(attribute, bounds) ?? nothing)
  }
  for (const [name, bounds] of Object.entries(query.numbers ?? {})) {
    const attribute = attributes.get(name)
    if (attribute?.startsWith('number_')) filters.push(within(attribute, bounds.min, bounds.max) ?? nothing)
  }
  return filters
}

/** A range that was typed, `date:2024..2025`; null when it has no bound that can be read. */
export function typedRange(filter: QueryFilter, attribute: string): string | null {
  const bounds = parseBounds(filter.text)
  if (bounds === null || attribute === '') return null
  if (attribute.startsWith('date_')) return dateIs(attribute, bounds)
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text))
  return within(attribute, number(bounds.from), number(bounds.to))
}

function dateIs(attribute: string, { from, to }: { from?: string; to?: string }): string | null {
  return within(attribute, from ? Date.parse(from) : undefined, to ? endOf(to) : undefined)
}

/** The last millisecond that a date means: '2024' includes December. NaN for what is no date. */
function endOf(date: string): number {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(date) ?? []
  if (year === undefined) return Date.parse(date)
  if (day !== undefined) return Date.UTC(Number(year), Number(month) - 1, Number(day) + 1) - 1
  return month === undefined ? Date.UTC(Number(year) + 1, 0) - 1 : Date.UTC(Number(year), Number(month)) - 1
}

/** Both bounds are included; without one of them, documents that have a value. Null for bounds that are no numbers. */
function within(attribute: string, min: number | undefined, max: number | undefined): string | null {
  if (Number.isNaN(min) || Number.isNaN(max)) return null
  const filters = [`${attribute} EXISTS`]
  if (min !== undefined) filters.push(`${attribute} >= "${min}"`)
  if (max !== undefined) filters.push(`${attribute} <= "${max}"`)
  return all(filters)
}
