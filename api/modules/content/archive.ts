/** Archives of files: a stored zip that is a BagIt bag (RFC 8493), streamed, its size known beforehand. */
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ZipFile } from 'yazl'
import type { Context } from '#api/context.ts'
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
 * @param texts   further files of the bag, kept beside `data`
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
  const manifest = named.map(({ path, sha256 }) => `${sha256}  data/${escaped(path)}\n`).join('')
  const tagFiles = { 'bagit.txt': bagDeclaration, 'manifest-sha256.txt': manifest, ...texts }
  for (const [path, text] of Object.entries(tagFiles)) {
    zip.addBuffer(Buffer.from(text), `${base}/${path}`, { mtime: latest, compress: false })
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

/** A name that every file system takes. */
export const safeName = (name: string): string =>
  name
    .normalize('NFC')
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 100)
    .replaceAll(/^[. ]+|[. ]+$/g, '') || 'files'

/** Paths that differ also where upper and lower case are the same; the second of a name gets a number. */
function uniquePaths<T extends { path: string }>(entries: readonly T[]): T[] {
  const taken = new Set<string>()
  return entries.map((entry) => {
    const [, stem = '', ending = ''] = /^(.*?)((?:\.[^./]{1,8}){0,2})$/s.exec(entry.path) ?? []
    let path = entry.path
    for (let n = 2; taken.has(path.toLowerCase()); n++) path = `${stem} (${n})${ending}`
    taken.add(path.toLowerCase())
    return { ...entry, path }
  })
}

/** RFC 8493, section 2.1.3: line ends and the sign that escapes them. */
const escaped = (path: string): string => path.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
