/** The registry's address is its state: every filter is a query parameter, named as the API names it. */
import type { Query } from './http.ts'

const facetPrefix = 'facet.'
const passedOn = ['q', 'scope', 'type', 'from', 'to', 'sort', 'cursor']

export interface Filter {
  name: string
  value: string
  /** What the chip says. */
  label: string
}

export const facetParameter = (facet: string): string => facetPrefix + facet

/** Query of the API for an address of the registry; what the API does not know is left out. */
export function searchQuery(address: URLSearchParams, limit: number): Query {
  const query: Record<string, string | number | string[]> = { type: 'series', limit }
  for (const name of new Set(address.keys())) {
    if (passedOn.includes(name)) query[name] = address.get(name) ?? ''
    if (name.startsWith(facetPrefix)) query[name] = address.getAll(name)
    const range = rangeOf(name)
    if (range) query[`range.${range}`] = `${address.get(`min.${range}`) ?? ''}..${address.get(`max.${range}`) ?? ''}`
  }
  return query
}

/** A range has two parameters here, `min.Age` and `max.Age`, so that its form works without script. */
const rangeOf = (name: string): string | undefined => /^(?:min|max)\.(.+)$/.exec(name)?.[1]

/** Filters that narrow the search now, in the order of the address. */
export function activeFilters(address: URLSearchParams): Filter[] {
  const filters: Filter[] = []
  for (const [name, value] of address) {
    if (value === '') continue
    if (name.startsWith(facetPrefix)) filters.push({ name, value, label: name.slice(facetPrefix.length) })
    if (name === 'from') filters.push({ name, value, label: 'From' })
    if (name === 'to') filters.push({ name, value, label: 'Until' })
    const range = rangeOf(name)
    if (range) filters.push({ name, value, label: `${range} ${name.startsWith('min') ? 'from' : 'to'}` })
  }
  return filters
}

/** Query string after changes; null removes a parameter. Paging starts anew. */
export function changed(address: URLSearchParams, changes: Record<string, string | null>): string {
  const next = new URLSearchParams(address)
  next.delete('cursor')
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name)
    else next.set(name, value)
  }
  return `?${next}`
}

/** Query string without one filter. */
export function withoutFilter(address: URLSearchParams, { name, value }: Pick<Filter, 'name' | 'value'>): string {
  const next = new URLSearchParams(address)
  next.delete('cursor')
  next.delete(name, value)
  return `?${next}`
}

/** Query string with the words, the kind and the view kept, and no filter. */
export function withoutFilters(address: URLSearchParams): string {
  const next = new URLSearchParams()
  for (const name of ['q', 'type', 'scope', 'view', 'sort']) {
    const value = address.get(name)
    if (value) next.set(name, value)
  }
  return `?${next}`
}
