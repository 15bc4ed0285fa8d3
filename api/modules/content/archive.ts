/** Archives of files: a stored zip that is a BagIt bag (RFC 8493), streamed, its size known beforehand. */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ZipFile } from 'yazl'
import type { Context } from '#api/context.ts'
import { safeName, uniquePaths } from './names.ts'
import { attachment, bodyless } from './sendBytes.ts'

/** A stored file and its place in the archive. */
export interface ArchiveEntry {
  path: string
  modified: Date
  sha256: string
  byteCount: number
}

const bagDeclaration = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'

/**
 * Sends the files as one zip: `<name>/data/...`, `<name>/manifest-sha256.txt` and `<name>/bagit.txt`, so that
 * `sha256sum -c` proves it after unpacking. When a file cannot be read on the way, the connection is cut: the announced
 * length tells the receiver that something is missing.
 * @param name    base name of the archive, for people
 * @param texts   further files of the bag by path, below `data/` as part of its payload
 */
export async function sendArchive(
  ctx: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  entries: readonly ArchiveEntry[],
  texts: Readonly<Record<string, string>> = {},
): Promise<void> {
  const base = safeName(name)
  const zip = new ZipFile()
  const out = zip.outputStream as Readable
  let reading: Readable | null = null
  zip.on('error', (error: Error) => out.destroy(error))
  out.once('close', () => reading?.destroy())

  const named = uniquePaths(entries)
  const latest = new Date(Math.max(0, ...entries.map((entry) => entry.modified.getTime())))
  for (const [path, bytes] of bagFiles(named, texts, latest)) {
    zip.addBuffer(bytes, `${base}/${path}`, { mtime: latest, compress: false })
  }
  for (const { path, modified, sha256, byteCount } of named) {
    const options = { size: byteCount, mtime: modified, compress: false }
    zip.addReadStreamLazy(`${base}/data/${path}`, options, (give) => {
      ctx.blobs.createReadStream(sha256).then(
        (stream) => {
          reading = stream
          stream.once('error', (error) => zip.emit('error', error))
          if (out.destroyed) stream.destroy()
          else give(null, stream)
        },
        (error: unknown) => give(error, null as never),
      )
    })
  }
  // The long form of the directory's end is always written: yazl announces it from 64 KiB on and writes it from 4 GiB on.
  const total = await new Promise<number>((resolve) => {
    const sized = (byteCount: number) => resolve(byteCount)
    zip.end({ forceZip64Format: true, comment: '' }, sized as () => void)
  })
  reply
    .type('application/zip')
    .header('content-length', String(total))
    .header('content-disposition', attachment(`${base}.zip`))
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'private, no-store')
  if (request.method === 'HEAD') {
    out.destroy()
    return reply.send(bodyless(request))
  }
  return reply.send(out)
}

/** What a bag has beside its payload, and texts that are part of the payload (RFC 8493, sections 2.1 and 2.2). */
function bagFiles(
  entries: readonly ArchiveEntry[],
  texts: Readonly<Record<string, string>>,
  date: Date,
): [path: string, bytes: Buffer][] {
  const held = Object.entries(texts).map(([path, text]): [string, Buffer] => [path, Buffer.from(text)])
  const payload = held.filter(([path]) => path.startsWith('data/'))
  const line = (sha256: string, path: string) => `${sha256}  ${escaped(path)}\n`
  const hashed = ([path, bytes]: [string, Buffer]) => line(createHash('sha256').update(bytes).digest('hex'), path)
  const manifest = [...entries.map(({ path, sha256 }) => line(sha256, `data/${path}`)), ...payload.map(hashed)].join('')
  const byteCount =
    entries.reduce((sum, entry) => sum + entry.byteCount, 0) + payload.reduce((sum, [, { length }]) => sum + length, 0)
  const info =
    `Bagging-Date: ${date.toISOString().slice(0, 10)}\n` +
    `Payload-Oxum: ${byteCount}.${entries.length + payload.length}\n`
  const tags: [string, Buffer][] = [
    ['bagit.txt', Buffer.from(bagDeclaration)],
    ['bag-info.txt', Buffer.from(info)],
    ['manifest-sha256.txt', Buffer.from(manifest)],
    ...held.filter(([path]) => !path.startsWith('data/')),
  ]
  return [...tags, ['tagmanifest-sha256.txt', Buffer.from(tags.map(hashed).join(''))], ...payload]
}

/** RFC 8493, section 2.1.3: line ends and the sign that escapes them. */
const escaped = (path: string): string => path.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
