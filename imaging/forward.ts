import { ImagingError } from './errors.ts'
import { checkRange } from './source.ts'
import type { ByteSource } from './source.ts'

export interface ForwardOptions {
  /** Offset of the first coded byte in the file. */
  from?: number
  /** Upper bound of the number of decoded bytes; the true number is only known at the end. */
  size: number
  /**
   * What pieces of the file stand for, handed on as it comes; called once for each pass over the file. When the bytes are
   * damaged it throws an ImagingError, or what a library throws; what came before counts.
   */
  decode(coded: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

export interface ForwardSource extends ByteSource {
  /**
   * The true number of decoded bytes, by one pass over the file.
   * @throws ImagingError 'too-large' as soon as there are more than `limit`
   */
  total(limit: number): Promise<number>
}

/** Coded bytes taken at a time; deflate makes at most 66 MiB of them, which is what one step can put into memory. */
const stepBytes = 64 * 1024

interface Pass {
  coded: Coded
  pieces: AsyncIterator<Uint8Array>
}

interface Coded extends AsyncIterable<Uint8Array> {
  /** Offset in the file of what was not taken yet. */
  taken: number
  /** What the file threw when it was read: that is no damage of what it holds. */
  unread?: unknown
}

function codedPieces(file: ByteSource, from: number): Coded {
  const coded: Coded = {
    taken: from,
    async *[Symbol.asyncIterator]() {
      while (coded.taken < file.size) {
        const length = Math.min(stepBytes, file.size - coded.taken)
        const bytes = await file.read(coded.taken, length).catch((error: unknown) => {
          coded.unread = error
          throw error
        })
        coded.taken += length
        yield bytes
      }
    },
  }
  return coded
}

/**
 * The decoded bytes of a file that can only be read from its front. Reading forwards costs one pass and holds one step of
 * output; reading backwards starts again. Reading past the true end throws 'truncated'.
 */
export function forwardSource(file: ByteSource, { from = 0, size, decode }: ForwardOptions): ForwardSource {
  let pass: Pass
  let made = 0 // decoded bytes so far
  let window: { start: number; bytes: Uint8Array }[] = []
  let hasEnded = false
  let damage: unknown
  let queue: Promise<unknown> = Promise.resolve()

  function start() {
    const coded = codedPieces(file, from)
    pass = { coded, pieces: decode(coded)[Symbol.asyncIterator]() }
    made = 0
    window = []
    hasEnded = false
    damage = undefined
  }
  start()

  async function restart(): Promise<void> {
    await pass.pieces.return?.()
    start()
  }

  async function step(): Promise<void> {
    try {
      const { done, value } = await pass.pieces.next()
      if (done) hasEnded = true
      else if (value.length > 0) {
        window.push({ start: made, bytes: value })
        made += value.length
      }
    } catch (error) {
      const { unread } = pass.coded
      if (unread !== undefined) {
        start()
        throw unread
      }
      hasEnded = true
      damage = error
    }
  }

  async function read(offset: number, length: number): Promise<Uint8Array> {
    const end = offset + length
    if (offset < (window[0]?.start ?? made)) await restart()
    for (;;) {
      if (made >= end) break
      if (hasEnded) {
        if (damage instanceof ImagingError) throw damage
        throw new ImagingError(
          damage ? 'malformed' : 'truncated',
          `The coded data ${damage ? 'are damaged' : 'end'} after ${made} of ${end} bytes; bring the complete file again.`,
          pass.coded.taken,
        )
      }
      window = window.filter((part) => part.start + part.bytes.length > offset)
      await step()
    }
    window = window.filter((part) => part.start + part.bytes.length > offset)
    const out = new Uint8Array(length)
    for (const { start, bytes } of window) {
      if (start >= end) break
      const first = Math.max(offset - start, 0)
      out.set(bytes.subarray(first, Math.min(end - start, bytes.length)), start + first - offset)
    }
    window = window.filter((part) => part.start + part.bytes.length >= end)
    return out
  }

  async function count(limit: number): Promise<number> {
    while (!hasEnded && made <= limit) {
      window = []
      await step()
    }
    window = []
    if (made > limit) {
      throw new ImagingError('too-large', `The data decode to more than ${limit} bytes, which is not read here.`)
    }
    return made
  }

  // One stream position serves all readers, so they take turns.
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work)
    queue = turn.catch(() => undefined)
    return turn
  }
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length)
      return inTurn(() => read(offset, length))
    },
    total: (limit) => inTurn(() => count(limit)),
  }
}
