/**
 * Unfinished uploads in the staging folder: <id>.part has the bytes, <id>.json what is known of them. Bytes are hashed as
 * they arrive; after a restart the hash is made again from the part. A part whose process died is trusted up to the last
 * checkpoint only, because what was written after it may not have reached the disk.
 */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { DataStore, ERRORS, Upload } from '@tus/server'
import type { BlobStore, StagedBlob } from '#api/storage/blobStore.ts'

const lifeMilliseconds = 7 * 24 * 3600 * 1000
const checkpointBytes = 64 * 2 ** 20
/** Hashes of interrupted uploads that are kept in memory. */
const hashLimit = 1000

/** Where unfinished uploads are. */
export const uploadFolder = (blobs: BlobStore): string => path.join(blobs.stagingFolder, 'uploads')

/** What is kept of an upload. */
export interface UploadRecord {
  id: string
  importId: string
  path: string
  size: number
  /** SHA-256 that the client expects. */
  sha256?: string
  metadata: Record<string, string | null>
  /** Bytes that are surely on disk. */
  offset: number
  createdAt: string
  /** SHA-256 of the complete bytes; from here on they may be in the blob store already. */
  hash?: string
  /** The file is in the import; the record stays for clients that missed the answer. */
  finished: boolean
}

interface Running {
  hash: Hash
  hashedBytes: number
}

export class UploadStore extends DataStore {
  readonly #folder: string
  /** Uploads whose record is not on disk yet, because all of their bytes come with the request that made them. */
  readonly #unsaved = new Map<string, UploadRecord>()
  readonly #running = new Map<string, Running>()

  /** @param folder for parts and records, on the same volume as the blobs; made when it is not there */
  constructor(folder: string) {
    super()
    this.#folder = folder
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration']
  }

  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await this.sweep()
  }

  override getExpiration(): number {
    return lifeMilliseconds
  }

  /**
   * Registers what is to come, before `create`.
   * @param atOnce all bytes come with this request; nobody can resume it, so nothing is written down
   */
  async announce(record: UploadRecord, atOnce: boolean): Promise<void> {
    this.#unsaved.set(record.id, record)
    if (!atOnce) await this.#save(record)
  }

  override async create(upload: Upload): Promise<Upload> {
    const record = await this.record(upload.id)
    // Without a date nobody is told when it expires: nobody knows of it before it is finished.
    upload.creation_date = this.#unsaved.has(record.id) ? undefined : record.createdAt
    // A file that comes at once is made by the write, as it stays: nobody writes to it again.
    if (record.size === 0 || !this.#unsaved.has(record.id))
      await (await open(this.#part(upload.id), 'wx', 0o640)).close()
    return upload
  }

  /** @throws tus FILE_NOT_FOUND */
  async record(id: string): Promise<UploadRecord> {
    const unsaved = this.#unsaved.get(id)
    if (unsaved) return unsaved
    // Anything but an id of ours must not become part of a path.
    if (!/^[0-9a-f]{32}$/.test(id)) throw ERRORS.FILE_NOT_FOUND
    try {
      return JSON.parse(await readFile(this.#sidecar(id), 'utf8')) as UploadRecord
    } catch {
      throw ERRORS.FILE_NOT_FOUND
    }
  }

  override async getUpload(id: string): Promise<Upload> {
    const { size, offset, metadata, createdAt } = await this.record(id)
    return new Upload({ id, size, offset, metadata, creation_date: createdAt })
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const record = await this.record(id)
    // The file is in its import already; a client that missed the answer may end it once more, with no bytes.
    if (record.finished) return offset
    const isNew = this.#unsaved.has(id) && record.size > 0
    const handle = isNew ? await open(this.#part(id), 'wx', 0o440) : await open(this.#part(id), 'r+')
    try {
      if (!isNew) await handle.truncate(offset)
      const running = await this.#hashAt(id, offset)
      this.#running.delete(id)
      let end = offset
      let synced = offset
      try {
        for await (const chunk of stream as AsyncIterable<Uint8Array>) {
          // The hash is made while the disk writes. After a failed write it is ahead of the part and not used again.
          const writing = writeAt(handle, chunk, end)
          running.hash.update(chunk)
          running.hashedBytes += chunk.byteLength
          await writing
          end += chunk.byteLength
          if (end - synced >= checkpointBytes && !this.#unsaved.has(id)) {
            await this.#checkpoint(record, handle, end)
            synced = end
          }
        }
      } finally {
        // Also when the client went away: what came is kept, and its hash can go on.
        this.#remember(id, running)
        if (!this.#unsaved.has(id)) await this.#checkpoint(record, handle, end)
        else if (end === record.size) record.offset = end
        else await this.remove(id)
      }
      return end
    } finally {
      await handle.close()
    }
  }

  /**
   * The complete bytes with their hash, for the blob store.
   * @throws tus FILE_NO_LONGER_EXISTS when the part is gone; `record.hash` then tells what was made of it
   */
  async staged(record: UploadRecord): Promise<StagedBlob> {
    const file = this.#part(record.id)
    if (!(await stat(file).catch(() => null))) throw ERRORS.FILE_NO_LONGER_EXISTS
    const { hash } = await this.#hashAt(record.id, record.size)
    record.hash = hash.copy().digest('hex')
    if (!this.#unsaved.has(record.id)) await this.#save(record)
    return { path: file, sha256: record.hash, byteCount: record.size }
  }

  /** The bytes are in the import; the record stays while the client may still ask for it. */
  async finish(record: UploadRecord): Promise<void> {
    this.#running.delete(record.id)
    if (this.#unsaved.delete(record.id)) return
    record.finished = true
    await this.#save(record)
  }

  /** Drops an upload that was announced as complete in one request, when its request is over. */
  async forget(record: UploadRecord): Promise<void> {
    if (this.#unsaved.has(record.id)) await this.remove(record.id)
  }

  override async remove(id: string): Promise<void> {
    const record = await this.record(id)
    this.#running.delete(id)
    this.#unsaved.delete(id)
    await rm(this.#sidecar(record.id), { force: true })
    await rm(this.#part(record.id), { force: true })
  }

  /** What is known of all uploads on disk. */
  async *records(): AsyncGenerator<UploadRecord> {
    for (const name of await readdir(this.#folder)) {
      const [id = '', ending] = name.split('.')
      const record = ending === 'json' ? await this.record(id).catch(() => null) : null
      if (record) yield record
    }
  }

  override deleteExpired(): Promise<number> {
    return this.sweep()
  }

  /** Removes expired uploads, and parts whose process died before anybody was told of them. Returns how many. */
  async sweep(): Promise<number> {
    let count = 0
    for (const name of await readdir(this.#folder)) {
      const file = path.join(this.#folder, name)
      const found = await stat(file).catch(() => null)
      const [id = '', ending] = name.split('.')
      if (!found || this.#unsaved.has(id)) continue
      const age = Date.now() - found.mtimeMs
      const record = ending === 'part' ? await this.record(id).catch(() => null) : null
      const orphaned = (ending === 'part' && !record) || ending === 'new'
      if (age > lifeMilliseconds || (orphaned && age > orphanMilliseconds)) {
        await rm(file, { force: true })
        count++
      }
    }
    return count
  }

  #part = (id: string): string => path.join(this.#folder, `${id}.part`)
  #sidecar = (id: string): string => path.join(this.#folder, `${id}.json`)

  async #save(record: UploadRecord): Promise<void> {
    const fresh = path.join(this.#folder, `${record.id}.new`)
    await writeFile(fresh, JSON.stringify(record), { mode: 0o640 })
    await rename(fresh, this.#sidecar(record.id))
    this.#unsaved.delete(record.id)
  }

  async #checkpoint(record: UploadRecord, handle: FileHandle, offset: number): Promise<void> {
    await handle.datasync()
    record.offset = offset
    await this.#save(record)
  }

  #remember(id: string, running: Running): void {
    this.#running.set(id, running)
    const [oldest] = this.#running.keys()
    if (this.#running.size > hashLimit && oldest !== undefined) this.#running.delete(oldest)
  }

  /** The hash of the first `offset` bytes: the one at hand, or made anew from the part. */
  async #hashAt(id: string, offset: number): Promise<Running> {
    const running = this.#running.get(id)
    if (running?.hashedBytes === offset) return running
    const hash = createHash('sha256')
    if (offset > 0) {
      const part = createReadStream(this.#part(id), { end: offset - 1, highWaterMark: 2 ** 20 })
      let hashed = 0
      for await (const bytes of part as AsyncIterable<Buffer>) {
        hash.update(bytes)
        hashed += bytes.length
      }
      if (hashed < offset) throw ERRORS.FILE_NO_LONGER_EXISTS
    }
    return { hash, hashedBytes: offset }
  }
}

/** Parts without a record belong to a request under way or to nobody. */
const orphanMilliseconds = 3600 * 1000

async function writeAt(handle: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    done += (await handle.write(chunk, done, chunk.byteLength - done, at + done)).bytesWritten
  }
}
