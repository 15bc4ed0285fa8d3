/** Blobs in a folder (also a mounted one): blobs/ab/cd/<sha256>, staging beside them on the same volume. */
import { randomUUID, createHash } from 'node:crypto'
import { mkdir, open, opendir, rename, rm, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { AppError } from '#api/errors.ts'
import { blobGone, checkedHash, type BlobFacts, type BlobReader, type BlobStore, type StagedBlob } from './blobStore.ts'
import { sharedDescriptors } from './descriptors.ts'

const idleDescriptors = 256
const streamBlockBytes = 256 * 1024
/** Nobody writes to a blob again. */
const blobMode = 0o440
/** The age of a blob is only looked at in days. */
const freshMilliseconds = 60_000

export interface DiskStore extends BlobStore {
  /** Folder that all local files are in. */
  readonly folder: string
}

/** @param root folder that gets `blobs` and `staging`; made when it is not there */
export async function diskStore(root: string): Promise<DiskStore> {
  const blobFolder = path.join(root, 'blobs')
  const stagingFolder = path.join(root, 'staging')
  await mkdir(blobFolder, { recursive: true })
  await mkdir(stagingFolder, { recursive: true })
  await syncFolder(root)
  const descriptors = sharedDescriptors(idleDescriptors)
  /** Folders of blobs, as they are made: `safe` resolves when the folders above know of it on disk. */
  const folders = new Map<string, Promise<{ safe: Promise<unknown> }>>()

  const folderOf = (sha256: string) => path.join(blobFolder, checkedHash(sha256).slice(0, 2), sha256.slice(2, 4))
  const fileOf = (sha256: string) => path.join(folderOf(sha256), sha256)

  /** Makes ab/cd; what is put there is only safe once the folders above are on disk, so all who use it wait for that. */
  function ensureFolder(folder: string) {
    const made = folders.get(folder) ?? makeFolder(folder)
    folders.set(folder, made)
    return made
  }

  async function makeFolder(folder: string): Promise<{ safe: Promise<unknown> }> {
    const forget = (error: unknown): never => {
      folders.delete(folder)
      throw error
    }
    const first = await mkdir(folder, { recursive: true }).catch(forget)
    const above =
      first === undefined ? [] : first === folder ? [path.dirname(folder)] : [path.dirname(folder), blobFolder]
    const safe = Promise.all(above.map(syncFolder)).catch(forget)
    // Whoever asked for the folder waits for it later.
    safe.catch(() => undefined)
    return { safe }
  }

  return {
    folder: blobFolder,
    stagingFolder,

    async stage(source, limit = Number.MAX_SAFE_INTEGER): Promise<StagedBlob> {
      const file = path.join(stagingFolder, `${randomUUID()}.staged`)
      const handle = await open(file, 'wx', blobMode)
      const hash = createHash('sha256')
      let byteCount = 0
      try {
        for await (const chunk of source) {
          byteCount += chunk.byteLength
          if (byteCount > limit) throw new AppError('tooLarge', `The file is longer than the ${limit} bytes allowed.`)
          hash.update(chunk)
          await handle.appendFile(chunk)
        }
      } catch (error) {
        await rm(file, { force: true })
        throw error
      } finally {
        await handle.close()
      }
      return { path: file, sha256: hash.digest('hex'), byteCount }
    },

    async discard(staged) {
      await rm(staged.path, { force: true })
    },

    async commit(staged): Promise<BlobFacts> {
      const { sha256, byteCount } = staged
      const file = fileOf(sha256)
      const handle = await open(staged.path, 'r')
      try {
        const { size, mode, mtimeMs } = await handle.stat()
        if (size !== byteCount) {
          throw new AppError('conflict', `The staged file has ${size} bytes instead of ${byteCount}. Send it again.`)
        }
        const now = new Date()
        if (now.getTime() - mtimeMs > freshMilliseconds) await handle.utimes(now, now)
        if ((mode & 0o777) !== blobMode) await handle.chmod(blobMode)
        await handle.sync()
      } finally {
        await handle.close()
      }
      const { safe } = await ensureFolder(folderOf(sha256))
      await rename(staged.path, file)
      await descriptors.forget(file)
      // Side by side: a file system with a journal writes it once for all of them.
      await Promise.all([syncFolder(path.dirname(file)), safe])
      return { sha256, byteCount }
    },

    async open(sha256): Promise<BlobReader> {
      const lease = await descriptors.acquire(fileOf(sha256)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? blobGone(sha256) : error
      })
      const { size } = await lease.handle.stat()
      return {
        byteCount: size,
        async read(offset, length) {
          if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
            throw new RangeError(`The blob has ${size} bytes; ${length} bytes at ${offset} are not in it.`)
          }
          const bytes = new Uint8Array(length)
          let filled = 0
          while (filled < length) {
            const { bytesRead } = await lease.handle.read(bytes, filled, length - filled, offset + filled)
            if (bytesRead === 0) throw blobGone(sha256)
            filled += bytesRead
          }
          return bytes
        },
        close: () => lease.release(),
      }
    },

    async createReadStream(sha256, range) {
      const file = fileOf(sha256)
      const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? blobGone(sha256) : error
      })
      const { size } = await handle.stat()
      const { start, end } = range ?? { start: 0, end: size }
      if (!(start >= 0 && start <= end && end <= size)) {
        await handle.close()
        throw new RangeError(`The blob has ${size} bytes; ${start} to ${end} is not in it.`)
      }
      if (start === end) {
        // A file stream cannot say "nothing": its `end` is inclusive.
        await handle.close()
        return Readable.from([])
      }
      return handle.createReadStream({ start, end: end - 1, highWaterMark: streamBlockBytes })
    },

    async localFile(sha256) {
      const file = fileOf(sha256)
      if (!(await sizeOf(file))) throw blobGone(sha256)
      return file
    },

    async stat(sha256) {
      const found = await sizeOf(fileOf(sha256))
      return found && { byteCount: found.size, storedAt: found.mtime }
    },

    async remove(sha256) {
      const file = fileOf(sha256)
      await descriptors.forget(file)
      try {
        await unlink(file)
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
        throw error
      }
    },

    async *list() {
      for await (const folder of foldersIn(blobFolder)) {
        for await (const below of foldersIn(folder)) {
          for await (const entry of await opendir(below)) {
            if (!entry.isFile() || !/^[0-9a-f]{64}$/.test(entry.name)) continue
            const found = await sizeOf(path.join(below, entry.name))
            if (found) yield { sha256: entry.name, byteCount: found.size }
          }
        }
      }
    },

    close: () => descriptors.close(),
  }
}

async function* foldersIn(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    if (entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)) yield path.join(folder, entry.name)
  }
}

async function sizeOf(file: string) {
  try {
    return await stat(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
