/** Reads a list page by page up to a number of items; the rest is counted, never silently dropped. */
import type { Page } from '../contract.ts'
import type { Query } from '../http.ts'

export interface Listed<T> {
  items: T[]
  /** There are more than were read. */
  more: boolean
  /** Of all hits, when the query asked for it. */
  total?: number
}

export interface Reader {
  get<T>(path: string, query?: Query): Promise<T>
}

const pageSize = 200

export async function readAll<T>(api: Reader, path: string, query: Query, atMost: number): Promise<Listed<T>> {
  const items: T[] = []
  let cursor: string | null = null
  let total: number | undefined
  do {
    const limit = Math.min(pageSize, atMost - items.length)
    const page: Page<T> = await api.get(path, { ...query, limit, cursor })
    items.push(...page.items)
    cursor = page.next
    total ??= page.total
  } while (cursor !== null && items.length < atMost)
  return { items, more: cursor !== null, ...(total !== undefined && { total }) }
}
