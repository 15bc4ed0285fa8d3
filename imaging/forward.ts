import { ImagingError } from './errors.ts'
import { checkRange } from './source.ts'
import type { ByteSource } from './source.ts'

/** Turns the bytes of a file into those that they stand for, piece by piece; hands on what is ready as it comes. */
export interface Decoder {
  /**
   * @returns true when more can come of what it has: it is then called again, without bytes, when more is wanted
   * @throws ImagingError or what a library throws, when the bytes are damaged
   */
  push(bytes: Uint8Array, isLast: boolean): boolean | void
}

export interface ForwardOptions {
  /** Offset of the first coded byte in the file. */
  from?: number
  /** Upper bound of the number of decoded bytes; the true number is only known at the end. */
  size: number
  decoder(emit: (bytes: Uint8Array) => void): Decoder
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

/**
 * The decoded bytes of a file that can only be read from its front. Reading forwards costs one pass and holds one step of
 * output; reading backwards starts again. Reading past the true end throws 'truncated'.
 */
export function forwardSource(file: ByteSource, { from = 0, size, decoder }: ForwardOptions): ForwardSource {
  let current: Decoder
  let taken = from // coded bytes given to the decoder, as an offset in the file
  let made = 0 // decoded bytes so far
  let window: { start: number; bytes: Uint8Array }[] = []
  let hasMore = false // the decoder can go on without bytes
  let damage: unknown
  let queue: Promise<unknown> = Promise.resolve()

  function restart() {
    taken = from
    made = 0
    window = []
    hasMore = false
    damage = undefined
    current = decoder((bytes) => {
      if (bytes.length > 0) window.push({ start: made, bytes })
      made += bytes.length
    })
  }
  restart()

  async function step(): Promise<void> {
    const bytes = hasMore ? new Uint8Array() : await file.read(taken, Math.min(stepBytes, file.size - taken))
    taken += bytes.length
    try {
      hasMore = current.push(bytes, taken === file.size) === true
    } catch (error) {
      damage = error
    }
  }

  const hasEnded = () => damage !== undefined || (taken >= file.size && !hasMore)

  async function read(offset: number, length: number): Promise<Uint8Array> {
    const end = offset + length
    if (offset < (window[0]?.start ?? made)) restart()
    for (;;) {
      if (made >= end) break
      if (hasEnded()) {
        if (damage instanceof ImagingError) throw damage
        throw new ImagingError(
          damage ? 'malformed' : 'truncated',
          `The coded data ${damage ? 'are damaged' : 'end'} after ${made} of ${end} bytes; bring the complete file again.`,
          taken,
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
    while (!hasEnded() && made <= limit) {
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
