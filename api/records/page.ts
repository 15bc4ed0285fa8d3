/** Pages of any list, by keyset: the rows after a cursor, or those before one, and a cursor for each row. */
import { Op, type FindOptions, type Model, type ModelStatic, type WhereOptions } from 'sequelize'
import { afterCursor, makeCursor, type Sort } from './cursor.ts'

/** A list: which rows, in which order. */
export interface Listing {
  /** Key that signs its cursors. */
  secret: string
  /** What tells it from other lists: a cursor of one cannot be used in another. */
  scope: unknown
  sort: Sort
  where: readonly WhereOptions[]
}

/** Which page of it. */
export interface PageAsk {
  /** Most rows; 50 when absent. */
  limit?: number
  cursor?: string
  /** The page ends before the cursor, or with the last row of the list, instead of starting after it. */
  backward?: boolean
}

export interface RowPage<M> {
  /** In the order of the list, also when it was asked for backward. */
  rows: M[]
  /** Whether there are rows beyond the page, in the direction in which it was asked for. */
  more: boolean
  /** Cursor of the last row when there is more. */
  next: string | null
  cursorOf(row: M): string
}

type Row = Model & { id: string }

/** What to look for: one row more than is shown tells whether there is more. */
export function pageOptions({ secret, scope, sort, where }: Listing, ask: PageAsk): FindOptions {
  const walked = ask.backward ? { ...sort, descending: !sort.descending } : sort
  const direction = walked.descending ? 'DESC' : 'ASC'
  const columns = [...new Set([sort.column, 'id'])]
  return {
    where: { [Op.and]: ask.cursor ? [...where, afterCursor(secret, scope, ask.cursor, walked)] : [...where] },
    order: columns.map((column) => [column, direction]),
    limit: (ask.limit ?? 50) + 1,
  }
}

/** The page from what was found with `pageOptions`. */
export function pageOf<M extends Row>({ secret, scope, sort }: Listing, ask: PageAsk, found: readonly M[]): RowPage<M> {
  const limit = ask.limit ?? 50
  const rows = found.slice(0, limit)
  if (ask.backward) rows.reverse()
  const cursorOf = (row: M) => makeCursor(secret, scope, { value: row.get(sort.column), id: row.id })
  const last = rows.at(-1)
  const more = found.length > limit
  return { rows, more, next: more && last ? cursorOf(last) : null, cursorOf }
}

/** Reads one page. `attributes` as in Sequelize; those of the order and the id must be among them. */
export async function findPage<M extends Row>(
  model: ModelStatic<M>,
  listing: Listing,
  ask: PageAsk,
  more: Pick<FindOptions, 'attributes'> = {},
): Promise<RowPage<M>> {
  return pageOf(listing, ask, await model.findAll({ ...pageOptions(listing, ask), ...more }))
}

/**
 * Cursors of all pages of a list but the first, without reading what is on them.
 * @param limit rows of a page
 */
export async function pageStarts<M extends Row>(
  model: ModelStatic<M>,
  listing: Listing,
  limit: number,
  more: Pick<FindOptions, 'attributes'> = {},
): Promise<string[]> {
  const starts: string[] = []
  for (;;) {
    const cursor = starts.at(-1)
    const options = pageOptions(listing, { limit: 1, ...(cursor !== undefined && { cursor }) })
    // The last row of the page, and one after it when there is another page.
    const found = await model.findAll({ ...options, ...more, offset: limit - 1 })
    const { next } = pageOf(listing, { limit: 1 }, found)
    if (next === null) return starts
    starts.push(next)
  }
}

/** Newest first, for what is in the order of its ids. */
export const newestFirst: Sort = { column: 'id', descending: true }

/** A page as Relay shows it: what the rows became, and a cursor for each. */
export interface Slice<T> {
  items: T[]
  /** Whether there is something beyond it, in the direction in which it was asked for. */
  more: boolean
  cursorOf(item: T): string
}

export const sliceOf = <M extends Row, T extends { id: string }>(page: RowPage<M>, items: T[]): Slice<T> => ({
  items,
  more: page.more,
  cursorOf: (item) => page.cursorOf(page.rows.find((row) => row.id === item.id) as M),
})
