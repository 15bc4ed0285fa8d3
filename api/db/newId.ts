/** New identifiers. */
import { randomFillSync } from 'node:crypto'
import { monotonicFactory } from 'ulid'

/** Random bytes are fetched in one go: asked for one by one, they cost more than the rows that they name. */
const pool = new Uint32Array(4096)
let used = pool.length

function random(): number {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  return (pool[used++] as number) / 2 ** 32
}

const next = monotonicFactory(random)

/** A ULID of now; those of one process are in the order in which they were made, also within a millisecond. */
export const newId = (): string => next()
