/** Inflates with Node's zlib. */
import { pipeline } from 'node:stream'
import { constants, createGunzip, createInflate, inflateRawSync } from 'node:zlib'
import type { Inflater } from '#imaging/inflater.ts'

/** Output is handed over in pieces of this size. */
const pieceBytes = 256 * 1024

export const zlibInflater: Inflater = {
  async *pieces(coding, coded) {
    // An early end is no error here: everything before it is delivered.
    const options = { chunkSize: pieceBytes, finishFlush: constants.Z_SYNC_FLUSH }
    const stream = coding === 'gzip' ? createGunzip(options) : createInflate(options)
    pipeline(coded, stream, () => undefined) // errors come with the pieces
    for await (const piece of stream as AsyncIterable<Buffer>) yield plain(piece)
  },

  whole(bytes, limit) {
    try {
      // One piece for most images; a limit alone says nothing of how much there is.
      const chunkSize = Math.max(pieceBytes, Math.min(limit, bytes.length * 4))
      return plain(inflateRawSync(bytes, { maxOutputLength: limit, chunkSize }))
    } catch {
      return null
    }
  },
}

/** Readers get no Buffers (see ByteSource). */
const plain = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
