/** Files as readers see them, for use in a worker thread: reads block the thread, never the server. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import path from 'node:path'
import { ImagingError } from '#imaging/errors.ts'
import { checkRange } from '#imaging/source.ts'
import type { ByteSource } from '#imaging/source.ts'
import { zlibInflater } from './zlibInflater.ts'

/** Descriptors that one thread holds open; a series may have thousands of files. */
const openLimit = 64

/** A stored file of a batch. */
export interface StoredFile {
  /** Path inside the batch, '/' between parts. */
  path: string
  /** Absolute path of its bytes, inside the blob folder. */
  blobPath: string
  byteCount: number
}

export interface FileSources {
  /** @throws Error when the file is outside the blob folder (a mistake of the caller, not of the file) */
  source(file: StoredFile): ByteSource
  /** Closes all descriptors; sources made before open theirs again when read. */
  close(): void
}

/**
 * Sources over files below `folder`. Descriptors are opened at the first read (symbolic links are refused) and the
 * least recently used one is closed when there are too many.
 */
export function fileSources(folder: string): FileSources {
  const root = path.resolve(folder) + path.sep
  const open = new Map<string, number>()

  function descriptor(file: StoredFile): number {
    const known = open.get(file.blobPath)
    if (known !== undefined) {
      open.delete(file.blobPath)
      open.set(file.blobPath, known)
      return known
    }
    const [oldest] = open
    if (oldest !== undefined && open.size >= openLimit) {
      open.delete(oldest[0])
      closeSync(oldest[1])
    }
    const fresh = openSync(file.blobPath, constants.O_RDONLY | constants.O_NOFOLLOW)
    const found = fstatSync(fresh)
    if (!found.isFile() || found.size !== file.byteCount) {
      closeSync(fresh)
      throw new ImagingError(
        'truncated',
        `The stored copy of ${file.path} has ${found.size} bytes where ${file.byteCount} were received; tell the administrator to check the storage.`,
      )
    }
    open.set(file.blobPath, fresh)
    return fresh
  }

  return {
    source(file) {
      if (!path.resolve(file.blobPath).startsWith(root)) throw new Error(`${file.blobPath} is not in the blob folder`)
      return {
        size: file.byteCount,
        inflater: zlibInflater,
        async read(offset, length) {
          checkRange(file.byteCount, offset, length)
          const bytes = new Uint8Array(length)
          const from = descriptor(file)
          for (let filled = 0; filled < length;) {
            const got = readSync(from, bytes, filled, length - filled, offset + filled)
            if (got === 0) throw new ImagingError('truncated', `${file.path} ends at byte ${offset + filled}.`, offset)
            filled += got
          }
          return bytes
        },
      }
    },
    close() {
      for (const each of open.values()) closeSync(each)
      open.clear()
    },
  }
}
