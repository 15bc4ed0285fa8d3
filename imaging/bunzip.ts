import bzip2 from 'unbzip2-stream/lib/bzip2.js'
import { forwardSource } from './forward.ts'
import type { ForwardSource } from './forward.ts'
import type { ByteSource } from './source.ts'

/** Bytes of a block before its runs are expanded, in the largest of nine sizes; a run of 259 is written in 5 bytes. */
const largestBlock = 900_000
const mostBlockBytes = (largestBlock / 5) * 259

/** A block has at least its mark, checksum, pointer, symbols, selectors and two code tables: 160 bits. */
const leastBlockBytes = 20

/** A block in bits is never larger than this; more bytes without an end are no block. */
const mostCodedBytes = 4 * 2 ** 20

/** Most bytes that `length` bytes of bzip2 can stand for. */
export const bunzippedBound = (length: number): number => Math.ceil(length / leastBlockBytes) * mostBlockBytes

/** The bytes of bzip2 data from offset `from`, read forwards block by block; several streams count as one. */
export const bunzipSource = (file: ByteSource, from = 0): ForwardSource =>
  forwardSource(file, { from, size: bunzippedBound(Math.max(0, file.size - from)), decode: bunzip })

class NeedsMore extends Error {}

async function* bunzip(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let coded = new Uint8Array()
  let at = 0 // next bit
  let checksum = 0
  let buffer: Int32Array | null = null
  /** Bytes below which another try is not worth it: a failed one decodes from the start of the block. */
  let enough = 0

  function bits(count: number | null): number {
    if (count === null) {
      at = Math.ceil(at / 8) * 8
      return 0
    }
    let value = 0
    for (let left = count; left > 0;) {
      const byte = coded[at >> 3]
      if (byte === undefined) throw new NeedsMore()
      const take = Math.min(left, 8 - (at & 7))
      value = (value << take) | ((byte >> (8 - (at & 7) - take)) & ((1 << take) - 1))
      at += take
      left -= take
    }
    return value
  }

  /** Decodes the next block. What comes of it counts only when its checksum is right. */
  function block(): Uint8Array {
    if (!buffer) {
      const size = 100_000 * bzip2.header(bits)
      buffer = new Int32Array(size)
      checksum = 0
    }
    const out = growing()
    const next = bzip2.decompress(bits, out.write, buffer, buffer.length, checksum)
    if (next === null) buffer = null
    else checksum = next
    return out.bytes()
  }

  /** The next block; null when it is not whole yet. */
  function tried(): Uint8Array | null {
    const [start, streamBuffer] = [at, buffer]
    try {
      const bytes = block()
      enough = 0
      return bytes
    } catch (error) {
      if (!(error instanceof NeedsMore) || coded.length > mostCodedBytes) throw error
      at = start
      buffer = streamBuffer
      enough = coded.length * 2
      return null
    }
  }

  function* blocks(): Generator<Uint8Array> {
    while (coded.length > at >> 3) {
      const bytes = tried()
      if (!bytes) return
      yield bytes
    }
  }

  for await (const piece of pieces) {
    coded = joined(coded.subarray(at >> 3), piece)
    at &= 7
    if (coded.length >= enough) yield* blocks()
  }
  yield* blocks()
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

function growing() {
  let bytes = new Uint8Array(2 ** 16)
  let length = 0
  return {
    write(byte: number) {
      if (length === bytes.length) bytes = joined(bytes, new Uint8Array(bytes.length))
      bytes[length++] = byte
    },
    bytes: () => bytes.subarray(0, length),
  }
}
