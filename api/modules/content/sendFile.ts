/** Sends a part of an open file, as fast as Node can without sendfile. */
import { read } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import type { Lease } from '#api/storage/descriptors.ts'
import { AppError } from '#api/errors.ts'
import type { Span } from './range.ts'

/** Bytes `start` to `end` of a file; whoever sends them gives the lease back. */
export interface FilePart extends Span {
  lease: Lease
}

/** Bytes that are in memory already, in a block that belongs to somebody else. */
export interface Held {
  bytes: Buffer
  /** Called once. `sent`: the operating system has the bytes; false: it may still be reading them. */
  release(sent: boolean): void
}

/** Where bytes go: a FastifyReply, or what stands for one where Fastify is not asked. */
export interface Outlet {
  raw: ServerResponse
  log: Pick<FastifyBaseLogger, 'error'>
  /** From here on nobody else answers. */
  hijack(): unknown
}

/** By name, or name and value in turns, which takes half the time. */
export type RawHeaders = Record<string, string> | string[]

/** A client has two blocks at most: one on its way out, one being read. */
const blockBytes = 512 * 1024
const keptBlocks = 64

/**
 * Blocks that are used again and again. Fresh memory of this size has to be given and cleared by the kernel page by page,
 * and collected afterwards, which costs more than the bytes that go through it.
 */
const blocks: Buffer[] = []
const takeBlock = (): Buffer => blocks.pop() ?? Buffer.allocUnsafeSlow(blockBytes)
const giveBlock = (block: Buffer): void => void (blocks.length < keptBlocks && blocks.push(block))

/**
 * Sends these headers, with those that every answer has, and then the bytes, one block after the other: the next one is
 * read while the one before is sent, and none before the client has taken it. Ends when the client goes away. It goes past
 * Fastify's own sending, so hooks that change an answer do not run; those on a finished response do.
 * @throws AppError gone when the file ends too early and nothing was sent yet
 */
export async function sendFile(
  reply: Outlet,
  status: number,
  headers: RawHeaders,
  { lease, start, end }: FilePart,
): Promise<void> {
  const { raw } = reply
  try {
    let block = takeBlock()
    let got = await readBlock(lease.handle.fd, block, start, end)
    if (got === 0) throw new AppError('gone', 'The stored file is shorter than it should be. Tell the administrator.')
    reply.hijack()
    raw.writeHead(status, headers)
    for (let position = start + got; position < end && !raw.destroyed; position += got) {
      const following = takeBlock()
      const [, next] = await Promise.all([
        sendBlock(raw, block, got, false),
        readBlock(lease.handle.fd, following, position, end),
      ])
      // Too few bytes for what was announced: the client must see an answer that broke off.
      if (next === 0) return void raw.destroy()
      block = following
      got = next
    }
    await sendBlock(raw, block, got, true)
  } catch (error) {
    if (!raw.headersSent) throw error
    reply.log.error({ err: error }, 'sending broke off')
    raw.destroy()
  } finally {
    await lease.release()
  }
}

/** Sends these headers and held bytes; as `sendFile` otherwise. */
export async function sendHeld(
  reply: Outlet,
  status: number,
  headers: RawHeaders,
  { bytes, release }: Held,
): Promise<void> {
  reply.hijack()
  reply.raw.writeHead(status, headers)
  release(await sent(reply.raw, bytes, true))
}

/** Fills the block from the file up to `end`; how many bytes it got, 0 at the end of the file. */
function readBlock(fd: number, block: Buffer, position: number, end: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, block, 0, Math.min(blockBytes, end - position), position, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    )
  })
}

/** The block goes back when it is sent; otherwise somebody may still be reading it. */
async function sendBlock(raw: ServerResponse, block: Buffer, bytes: number, last: boolean): Promise<void> {
  if (await sent(raw, block.subarray(0, bytes), last)) giveBlock(block)
}

/** Resolves with true when the operating system has the bytes, with false when the client is gone. */
function sent(raw: ServerResponse, bytes: Buffer, last: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    if (raw.destroyed) return resolve(false)
    const gone = () => resolve(false)
    raw.once('close', gone)
    const taken = (error?: Error | null) => {
      raw.off('close', gone)
      resolve(!error)
    }
    if (last) raw.end(bytes, () => taken())
    else raw.write(bytes, taken)
  })
}
