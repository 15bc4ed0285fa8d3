/** Where a page ended: the sort value and row of its last hit. Used as values only, so a made-up one harms nobody. */
import { SearchError } from './engine.ts'

export function writeCursor(order: string, value: string | number, row: number): string {
  return Buffer.from(JSON.stringify([order, value, row])).toString('base64url')
}

/** @throws SearchError when it is no cursor, or one of another sort order */
export function readCursor(cursor: string, order: string): [value: string | number, row: number] {
  let read: unknown
  try {
    read = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    read = null
  }
  const [of, value, row] = Array.isArray(read) ? (read as unknown[]) : []
  const isValue = typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
  if (of !== order || !isValue || !Number.isSafeInteger(row)) {
    throw new SearchError('cursor', 'This cursor was not made by the same search. Start again from the first page.')
  }
  return [value, row as number]
}
