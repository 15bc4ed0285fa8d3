/** What happens to uploads: who may send them, what they must say, and how they become files of an import. */
import { randomBytes } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { ERRORS } from '@tus/server'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { demand } from '#api/access/rights.ts'
import { AppError, invalidField, notFound } from '#api/errors.ts'
import { checkedPath } from '#api/ingest/batchPath.ts'
import type { BlobFacts } from '#api/storage/blobStore.ts'
import { writeFile } from '#api/modules/imports/fileWriter.ts'
import { findImport, importForFiles } from '#api/modules/imports/service.ts'
import type { UploadRecord, UploadStore } from './uploadStore.ts'

/** Room that must stay free on the volume of the data folder. */
const spareBytes = 256 * 2 ** 20

export type Metadata = Record<string, string | null>

/**
 * Checks what a client says of a file that it wants to send. A path that is not accepted is noted in the import, so that
 * people see it there, and the rest of the batch goes on.
 * @throws AppError invalid, notFound, forbidden, gone, conflict, tooLarge
 */
export async function newUpload(ctx: Context, caller: Caller, metadata: Metadata, size: number): Promise<UploadRecord> {
  const { importId, path: rawPath, sha256 } = metadata
  if (!importId)
    throw invalidField('/metadata/importId', 'Upload-Metadata needs importId: the import that the file belongs to.')
  const row = await importForFiles(caller, importId)
  if (rawPath === undefined || rawPath === null) {
    throw invalidField('/metadata/path', 'Upload-Metadata needs path: where the file stood in the folder.')
  }
  const { path, problem } = checkedPath(rawPath)
  if (path === undefined) {
    await refuse(ctx, { importId: row.id, path: rawPath, size }, 'invalid', problem)
    throw invalidField('/metadata/path', problem, rawPath.slice(0, 200))
  }
  const expected = sha256?.toLowerCase()
  if (expected !== undefined && !/^[0-9a-f]{64}$/.test(expected)) {
    throw invalidField('/metadata/sha256', 'sha256 must have 64 hexadecimal digits.', sha256?.slice(0, 100))
  }
  const disk = await statfs(ctx.blobs.stagingFolder)
  if (disk.bavail * disk.bsize < size + spareBytes) {
    throw new AppError(
      'tooLarge',
      'There is not enough free space for this file on the server. Tell the administrator.',
    )
  }
  return {
    id: randomBytes(16).toString('hex'),
    importId: row.id,
    path,
    size,
    ...(expected && { sha256: expected }),
    metadata,
    offset: 0,
    createdAt: new Date().toISOString(),
    finished: false,
  }
}

/**
 * The upload, when the caller may send bytes of it. An upload of somebody else does not exist for the caller.
 * @throws AppError notFound, forbidden, gone, conflict
 */
export async function uploadOf(caller: Caller, store: UploadStore, id: string): Promise<UploadRecord> {
  let record: UploadRecord
  try {
    record = await store.record(id)
  } catch {
    throw notFound('upload')
  }
  try {
    // A finished file stays known to its people, also when its import has gone on since.
    if (record.finished) demand(caller, 'edit', (await findImport(caller, record.importId)).projectId)
    else await importForFiles(caller, record.importId)
  } catch (error) {
    if (error instanceof AppError && error.kind === 'notFound') throw notFound('upload')
    if (error instanceof AppError && error.kind === 'gone') await store.remove(id)
    throw error
  }
  return record
}

/**
 * Makes a complete upload a file of its import: hash compared, bytes durable and visible, row written. It may be called
 * again when it failed on the way.
 * @throws AppError invalid when the bytes are not what the client announced
 */
export async function finishUpload(ctx: Context, store: UploadStore, record: UploadRecord): Promise<void> {
  if (record.finished) return
  const { importId, path } = record
  try {
    const blob = await toBlob(ctx, store, record)
    await writeFile(ctx, { importId, path, state: 'stored', blob })
  } catch (error) {
    if (error instanceof AppError && (error.kind === 'invalid' || error.kind === 'gone')) await store.remove(record.id)
    throw error
  }
  await store.finish(record)
}

async function toBlob(ctx: Context, store: UploadStore, record: UploadRecord): Promise<BlobFacts> {
  try {
    const staged = await store.staged(record)
    if (record.sha256 && record.sha256 !== staged.sha256) {
      const problem = `The bytes that arrived are not those that were sent: their SHA-256 is ${staged.sha256}, not ${record.sha256}. Send the file again.`
      await refuse(ctx, record, 'invalid', problem)
      throw invalidField('/metadata/sha256', problem, record.sha256)
    }
    return await ctx.blobs.commit(staged)
  } catch (error) {
    if (error !== ERRORS.FILE_NO_LONGER_EXISTS) throw error
    // The process ended between the move into the store and the row: the bytes are there, only the row is missing.
    const there = record.hash === undefined ? null : await ctx.blobs.stat(record.hash)
    if (record.hash === undefined || there?.byteCount !== record.size) {
      throw new AppError('gone', 'The bytes of this upload are lost. Send the file again.')
    }
    return { sha256: record.hash, byteCount: record.size }
  }
}

const refuse = (
  ctx: Context,
  file: { importId: string; path: string; size: number },
  code: string,
  detail: string,
): Promise<void> =>
  writeFile(ctx, {
    importId: file.importId,
    path: file.path,
    byteCount: file.size,
    state: 'refused',
    problem: { code, detail },
  })
