import { Gunzip, Unzlib } from 'fflate'
import { forwardSource } from './forward.ts'
import type { ForwardSource } from './forward.ts'
import type { ByteSource } from './source.ts'

/** Deflate cannot make more than this many bytes from one (RFC 1951: a 258-byte copy costs two bits at least). */
export const maximumInflation = 1032

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

/** The inflated bytes of a gzip file from offset `from`, read forwards; several members count as one. */
export const gunzipSource = (file: ByteSource, from = 0): ForwardSource => inflatedSource(file, from, 'gzip')

/** The inflated bytes of a zlib stream (RFC 1950) from offset `from`, read forwards. */
export const unzlibSource = (file: ByteSource, from = 0): ForwardSource => inflatedSource(file, from, 'zlib')

const inflatedSource = (file: ByteSource, from: number, coding: 'gzip' | 'zlib'): ForwardSource =>
  forwardSource(file, {
    from,
    size: Math.max(0, file.size - from) * maximumInflation,
    decode: (coded) => file.inflater?.pieces(coding, coded) ?? inflated(coding, coded),
  })

async function* inflated(coding: 'gzip' | 'zlib', coded: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  const take = (bytes: Uint8Array) => pieces.push(bytes)
  const stream = coding === 'gzip' ? new Gunzip(take) : new Unzlib(take)
  // Never told which piece is the last: then everything before an early end is still delivered.
  for await (const bytes of coded) {
    stream.push(bytes)
    yield* pieces
    pieces = []
  }
}

/** The file, or what is in it when it is a gzip file. */
export async function gunzipped(source: ByteSource): Promise<ByteSource> {
  if (source.size < 18) return source
  return isGzip(await source.read(0, 3)) ? gunzipSource(source) : source
}
