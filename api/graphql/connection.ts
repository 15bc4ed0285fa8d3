/** Relay's Cursor Connections Specification (relay.dev/graphql/connections.htm) over the lists of records. */
import { invalidField } from '#api/errors.ts'
import type { PageAsk, Slice } from '#api/records/page.ts'
import { largestFirst, usualFirst } from './cost.ts'

export interface ListArguments {
  first?: number | null
  after?: string | null
  last?: number | null
  before?: string | null
  sort?: string | null
  q?: string | null
  [filter: string]: unknown
}

/**
 * What the arguments of a connection ask of a list.
 * @throws AppError invalid for a length out of range and for arguments that contradict each other
 */
export function listQuery({ first, after, last, before, sort, q, ...rest }: ListArguments) {
  const backward = isGiven(last) || isGiven(before)
  if (backward && (isGiven(first) || isGiven(after)))
    throw invalidField('/last', 'Ask forward (first, after) or backward (last, before), not both at once.')
  const filters = Object.fromEntries(Object.entries(rest).filter(([, value]) => isGiven(value)))
  const cursor = backward ? before : after
  return {
    limit: lengthOf(backward ? 'last' : 'first', backward ? last : first),
    ...(backward && { backward }),
    ...(isGiven(cursor) && { cursor }),
    ...(isGiven(sort) && { sort }),
    ...(isGiven(q) && { q }),
    filters: filters as Record<string, string>,
  } satisfies PageAsk & Record<string, unknown>
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null

function lengthOf(name: string, given: number | null | undefined): number {
  const length = given ?? usualFirst
  if (length >= 1 && length <= largestFirst) return length
  throw invalidField(`/${name}`, `${name} must be from 1 to ${largestFirst}; ${length} is not.`, length)
}

/** A slice as a connection; cursors are made for the edges that are asked for. */
export function connectionOf<T>({ after, last, before }: ListArguments, { items, more, cursorOf }: Slice<T>) {
  const backward = isGiven(last) || isGiven(before)
  const cursorAt = (item: T | undefined) => (item === undefined ? null : cursorOf(item))
  return {
    nodes: items,
    edges: () => items.map((node) => ({ node, cursor: () => cursorOf(node) })),
    pageInfo: {
      // What a cursor was made for is there, or was; beyond the page only the asked direction is looked at.
      hasNextPage: backward ? isGiven(before) : more,
      hasPreviousPage: backward ? more : isGiven(after),
      startCursor: () => cursorAt(items[0]),
      endCursor: () => cursorAt(items.at(-1)),
    },
  }
}
