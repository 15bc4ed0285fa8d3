/** How a list stands in the address of its page: what is searched, how it is sorted, which part is shown. */

export type SortValue = string | number | null | undefined

/** Names of the parameters of a list; a page with several lists names each. */
export const listParameters = (list?: string) => {
  const named = (name: string) => (list ? `${list}.${name}` : name)
  return { q: named('q'), sort: named('sort'), cursor: named('cursor') }
}

export interface ListQuery {
  q: string | null
  sort: string | null
  cursor: string | null
}

/** What the address says about a list. */
export function listQuery(address: URLSearchParams, list?: string): ListQuery {
  const { q, sort, cursor } = listParameters(list)
  return { q: address.get(q), sort: address.get(sort), cursor: address.get(cursor) }
}

/**
 * Rows by one column: 'title', or '-title' for the last first. What has no value stands at the end either way; rows of one value
 * stay in their order; an unknown column leaves all as it is.
 */
export function sortRows<T>(
  rows: readonly T[],
  sort: string,
  columns: readonly { id: string; by?: (row: T) => SortValue }[],
): readonly T[] {
  const by = columns.find(({ id }) => id === sort.replace(/^-/, ''))?.by
  if (!by) return rows
  const direction = sort.startsWith('-') ? -1 : 1
  return rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)]
    if (isNothing(x) || isNothing(y)) return Number(isNothing(x)) - Number(isNothing(y))
    return direction * compare(x, y)
  })
}

const isNothing = (value: SortValue): value is null | undefined | '' =>
  value === null || value === undefined || value === ''

/** Words as people sort them: GLX-2 before GLX-10, without regard to case. */
const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

const compare = (x: string | number, y: string | number): number =>
  typeof x === 'number' && typeof y === 'number' ? x - y : words.compare(String(x), String(y))
