/** The contract of every place that keeps bytes. One conformance suite (test/conformance/blobStore.test.ts) runs against each driver. */
import type { Readable } from 'node:stream'
import { AppError } from '#api/errors.ts'

/** Bytes by what they are: a lower-case hexadecimal SHA-256 and their number. */
export interface BlobFacts {
  sha256: string
  byteCount: number
}

/** Bytes that are complete and hashed, and that nobody sees yet. */
export interface StagedBlob extends BlobFacts {
  /** File in the staging folder. */
  readonly path: string
}

/** An open blob. Reads may run side by side; close it when done. */
export interface BlobReader {
  readonly byteCount: number
  /**
   * Exactly `length` bytes from `offset`.
   * @throws RangeError when the range is not wholly inside the blob
   */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * Content-addressed storage: a blob is named by its SHA-256, is never changed, and is visible only when it is complete
 * and durable. The database is the only catalogue; `list` is for checks.
 */
export interface BlobStore {
  /** Folder for unfinished bytes, on the same volume as the blobs. */
  readonly stagingFolder: string
  /**
   * Writes a stream to staging and hashes it on the way. Nothing is left behind when it fails.
   * @throws AppError 'tooLarge' when the stream is longer than `limit` bytes
   */
  stage(source: AsyncIterable<Uint8Array>, limit?: number): Promise<StagedBlob>
  /** Removes a staged file that is not wanted after all. */
  discard(staged: StagedBlob): Promise<void>
  /**
   * Makes staged bytes visible and durable; the staged file is gone afterwards. The caller vouches for the hash. A blob
   * that exists already is replaced by the same bytes, which also renews its age (see `sweep` in api/jobs/tasks).
   */
  commit(staged: StagedBlob): Promise<BlobFacts>
  /** @throws AppError 'gone' when there is no such blob */
  open(sha256: string): Promise<BlobReader>
  /**
   * Streams a blob or a part of it; `end` is exclusive.
   * @throws AppError 'gone' when there is no such blob
   */
  createReadStream(sha256: string, range?: { start: number; end: number }): Promise<Readable>
  /** A file of this machine with the bytes, for worker threads; must not be changed or removed. */
  localFile(sha256: string): Promise<string>
  stat(sha256: string): Promise<{ byteCount: number; storedAt: Date } | null>
  /** Removes a blob; true when there was one. */
  remove(sha256: string): Promise<boolean>
  /** Every blob, in no particular order. */
  list(): AsyncIterable<BlobFacts>
  close(): Promise<void>
}

/**
 * Checks what becomes part of a file name.
 * @throws AppError 'invalid' for anything but 64 lower-case hexadecimal digits
 */
export function checkedHash(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new AppError('invalid', 'A SHA-256 has 64 lower-case hexadecimal digits.')
  }
  return sha256
}

export const blobGone = (sha256: string): AppError =>
  new AppError('gone', `The bytes ${sha256.slice(0, 12)}… are not in the store. Tell the administrator.`)
