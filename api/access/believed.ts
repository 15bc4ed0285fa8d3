/**
 * Callers that were made a moment ago, for addresses that are asked for hundreds of times a second (planes, thumbnails):
 * a caller costs three queries, a plane less than one of them.
 */
import type { Transaction } from 'sequelize'
import type { Database } from '#api/db/database.ts'
import { Membership, SignIn, Token, User } from '#api/db/models.ts'
import { anonymous, type Caller } from './caller.ts'

/**
 * How long a caller is believed. What this process changes counts at once; what another process that shares the
 * database changes counts after this time at the latest.
 */
export const believedMilliseconds = 3000
const believedCallers = 2000

/** A caller, and when the cookie or the token that they showed ends. */
export interface Shown {
  caller: Caller
  expiresAt: Date | null
}

export interface Believed {
  /** The caller that `find` made for this key in the last seconds, else the one that it makes now; null for nobody. */
  caller(key: string, find: () => Promise<Shown | null>): Promise<Caller | null>
  /** Whether a request that shows the same again would get this caller again, unasked; so does whoever shows nothing. */
  holds(caller: Caller): boolean
}

interface Belief {
  until: number
  shown: Promise<Shown | null>
}

/** Callers are made of rows of these tables only; whatever is written to one of them ends all beliefs. */
const sources: ReadonlySet<unknown> = new Set([SignIn, Token, User, Membership])

/** Whatever Sequelize calls after writing rows; bulk ones name their model in the options. */
const writes = [
  'afterSave',
  'afterDestroy',
  'afterUpsert',
  'afterBulkCreate',
  'afterBulkUpdate',
  'afterBulkDestroy',
] as const

export function believed({ sequelize }: Pick<Database, 'sequelize'>): Believed {
  const beliefs = new Map<string, Belief>()
  const beliefOf = new WeakMap<Caller, Belief>()
  function end(): void {
    for (const belief of beliefs.values()) belief.until = 0
    beliefs.clear()
  }

  // Hooks run inside the transaction; until it is committed the old rows are the truth.
  for (const hook of writes) {
    sequelize.addHook(hook as 'afterSave', (row, options) => {
      const { model, transaction } = (options ?? row) as { model?: unknown; transaction?: Transaction | null }
      if (!sources.has(model ?? row.constructor)) return
      if (transaction) transaction.afterCommit(end)
      else end()
    })
  }

  return {
    async caller(key, find) {
      const now = Date.now()
      const known = beliefs.get(key)
      if (known && known.until > now) return (await known.shown)?.caller ?? null
      beliefs.delete(key)
      const [oldest] = beliefs.keys()
      if (oldest !== undefined && beliefs.size >= believedCallers) beliefs.delete(oldest)
      const belief: Belief = { until: now + believedMilliseconds, shown: find() }
      beliefs.set(key, belief)
      try {
        const shown = await belief.shown
        if (!shown) belief.until = 0
        else {
          if (shown.expiresAt) belief.until = Math.min(belief.until, shown.expiresAt.getTime())
          beliefOf.set(shown.caller, belief)
        }
        return shown?.caller ?? null
      } catch (error) {
        belief.until = 0
        throw error
      } finally {
        // Secrets that nobody has are guesses; they take no place.
        if (belief.until === 0 && beliefs.get(key) === belief) beliefs.delete(key)
      }
    },
    holds: (caller) => caller === anonymous || (beliefOf.get(caller)?.until ?? 0) > Date.now(),
  }
}
