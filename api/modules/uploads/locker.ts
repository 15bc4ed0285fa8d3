/** One request at a time for each upload; a new one asks the one before to end, because its connection is mostly dead. */
import type { Lock, Locker, RequestRelease } from '@tus/server'
import { AppError } from '#api/errors.ts'

const waitMilliseconds = 30_000

export function uploadLocker(): Locker {
  const held = new Map<string, { askToEnd: RequestRelease; waiting: (() => void)[] }>()

  const acquire = async (id: string, signal: AbortSignal, askToEnd: RequestRelease): Promise<void> => {
    for (const end = Date.now() + waitMilliseconds; ;) {
      const other = held.get(id)
      if (!other) {
        held.set(id, { askToEnd, waiting: [] })
        return
      }
      await other.askToEnd()
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        other.waiting.push(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
        timer = setTimeout(resolve, Math.max(0, end - Date.now()))
      })
      clearTimeout(timer)
      if (signal.aborted || Date.now() >= end) {
        throw new AppError('busy', 'Another request is sending bytes of this file. Try again in a moment.')
      }
    }
  }

  return {
    newLock: (id): Lock => ({
      lock: (signal, askToEnd) => acquire(id, signal, askToEnd),
      async unlock() {
        const mine = held.get(id)
        held.delete(id)
        for (const wake of mine?.waiting ?? []) wake()
      },
    }),
  }
}
