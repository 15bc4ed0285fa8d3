/** Zstandard (RFC 8878) as a content coding, made while it is sent: docs/decisions/0013-zstd-on-request.md says when it pays. */
import { Readable } from 'node:stream'
import { constants, createZstdCompress } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isKnown } from './range.ts'
import { bodyless, sendBytes, type Representation } from './sendBytes.ts'
import type { FilePart } from './sendFile.ts'

/** Compression takes a thread of those that also read files; whoever comes then gets the bytes as they are. */
const mostAtOnce = 2
const blockBytes = 512 * 1024
let atOnce = 0

/** Whether Accept-Encoding lists zstd, and not with the weight 0 (RFC 9110, 12.5.3). */
export const acceptsZstd = (accepted: string | string[] | undefined): boolean =>
  String(accepted ?? '')
    .split(',')
    .map((each) => each.toLowerCase().replaceAll(/\s/g, '').split(';q='))
    .some(([coding, weight]) => coding === 'zstd' && Number(weight ?? 1) > 0)

/**
 * Answers with these bytes in the coding, under a validator of their own; as they are when the client does not accept it
 * or the server is busy with others.
 */
export async function sendZstd(request: FastifyRequest, reply: FastifyReply, what: Representation): Promise<unknown> {
  const headers = { ...what.headers, vary: 'accept-encoding' }
  if (!acceptsZstd(request.headers['accept-encoding']) || atOnce >= mostAtOnce) {
    return sendBytes(request, reply, { ...what, headers })
  }
  const etag = what.etag.replace(/"$/, '-zstd"')
  const coded = { ...headers, etag, 'x-content-type-options': 'nosniff' }
  if (isKnown(request.headers['if-none-match'], etag)) return reply.headers(coded).code(304).send(bodyless(request))
  reply.headers({ ...coded, 'content-type': what.mediaType, 'content-encoding': 'zstd' })
  if (request.method === 'HEAD') return reply.send(bodyless(request))
  atOnce++
  const compressed = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    pledgedSrcSize: what.byteCount,
    chunkSize: blockBytes,
  })
  compressed.once('close', () => void atOnce--)
  try {
    const source = await streamOf(what)
    source.once('error', (error) => compressed.destroy(error))
    compressed.once('close', () => source.destroy())
    return await reply.send(source.pipe(compressed))
  } catch (error) {
    compressed.destroy()
    throw error
  }
}

async function streamOf({ body, byteCount }: Representation): Promise<Readable> {
  const found = await body({ start: 0, end: byteCount })
  if (!('lease' in found)) throw new Error('only parts of files are compressed')
  // A generator that was never asked does not run its end.
  return Readable.from(blocksOf(found), { objectMode: false }).once('close', () => void found.lease.release())
}

async function* blocksOf({ lease, start, end }: FilePart): AsyncGenerator<Buffer> {
  for (let position = start; position < end;) {
    const block = Buffer.allocUnsafe(Math.min(blockBytes, end - position))
    const { bytesRead } = await lease.handle.read(block, 0, block.length, position)
    if (bytesRead === 0) throw new Error(`the planes end at byte ${position}`)
    yield block.subarray(0, bytesRead)
    position += bytesRead
  }
}
