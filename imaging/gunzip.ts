import { Gunzip } from 'fflate'
import { ImagingError } from './errors.ts'
import { checkRange } from './source.ts'
import type { ByteSource } from './source.ts'

/** Deflate cannot make more than this many bytes from one (RFC 1951: a 258-byte copy costs two bits at least). */
const maximumInflation = 1032

/** Compressed bytes taken at a time; with the ratio above it bounds what one step can put into memory to 66 MiB. */
const stepBytes = 64 * 1024

/** Whether the bytes start like a gzip member that holds deflate data (RFC 1952, 2.3). */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8

/**
 * Inflates the start of a gzip file.
 * @param bytes first bytes of the file; keep them few, every byte may become 1032
 * @param limit most bytes to return
 * @returns what could be inflated, empty when nothing could
 */
export function gunzipHead(bytes: Uint8Array, limit: number): Uint8Array {
  const out = new Uint8Array(limit)
  let filled = 0
  const stream = new Gunzip((data) => {
    const part = data.subarray(0, limit - filled)
    out.set(part, filled)
    filled += part.length
  })
  try {
    stream.push(bytes)
  } catch {
    // A damaged stream still shows what came before the damage; that is all that recognition needs.
  }
  return out.subarray(0, filled)
}

/**
 * The inflated bytes of a gzip file. Reading forwards costs one pass and holds one step of output; reading backwards
 * starts again at the front. `size` is an upper bound, because the true size is only known at the end: reading past
 * the end throws 'truncated'.
 */
export function gunzipSource(file: ByteSource): ByteSource {
  let stream: Gunzip
  let taken = 0 // compressed bytes given to the stream
  let made = 0 // inflated bytes so far
  let window: { start: number; bytes: Uint8Array }[] = []
  let isDamaged = false
  let queue: Promise<unknown> = Promise.resolve()

  function restart() {
    taken = 0
    made = 0
    window = []
    isDamaged = false
    stream = new Gunzip((bytes) => {
      if (bytes.length > 0) window.push({ start: made, bytes })
      made += bytes.length
    })
  }
  restart()

  async function step(): Promise<void> {
    const bytes = await file.read(taken, Math.min(stepBytes, file.size - taken))
    taken += bytes.length
    try {
      // Never marked as the last: then everything before an early end is still delivered.
      stream.push(bytes)
    } catch {
      isDamaged = true
    }
  }

  async function read(offset: number, length: number): Promise<Uint8Array> {
    const end = offset + length
    if (offset < (window[0]?.start ?? made)) restart()
    for (;;) {
      if (made >= end) break
      if (isDamaged || taken === file.size) {
        throw new ImagingError(
          isDamaged ? 'malformed' : 'truncated',
          `The compressed data ${isDamaged ? 'are damaged' : 'end'} after ${made} of ${end} bytes; bring the complete file again.`,
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
      const from = Math.max(offset - start, 0)
      out.set(bytes.subarray(from, Math.min(end - start, bytes.length)), start + from - offset)
    }
    window = window.filter((part) => part.start + part.bytes.length >= end)
    return out
  }

  const size = file.size * maximumInflation
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length)
      // One stream position serves all readers, so they take turns.
      const turn = queue.then(() => read(offset, length))
      queue = turn.catch(() => undefined)
      return turn
    },
  }
}
