/**
 * Writes the rows of finished files. Files that finish while a transaction is under way share the next one, so that
 * thousands of small files do not cost a transaction each.
 */
import { Op, type Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import { Blob } from '#api/db/models.ts'
import { AppError } from '#api/errors.ts'
import { pathKey, shownPath } from '#api/ingest/batchPath.ts'
import type { JobProblem } from '#api/jobs/task.ts'
import type { BlobFacts } from '#api/storage/blobStore.ts'
import { Import, ImportFile, type ImportState } from './model.ts'

export type FinishedFile = { importId: string; path: string } & (
  { state: 'stored'; blob: BlobFacts } | { state: 'refused'; byteCount: number; problem: JobProblem }
)

interface Waiting {
  file: FinishedFile
  resolve(): void
  reject(error: unknown): void
}

const batchLimit = 500
const queues = new WeakMap<Context, { waiting: Waiting[]; running: boolean }>()

/** States in which an import takes files; after an inspection further files make it start again. */
const takesFiles: ReadonlySet<ImportState> = new Set(['collecting', 'inspecting', 'planned', 'failed'])

/** Whether files may still come; also true while the import is being archived, which may fail and open it again. */
export const isOpen = (state: ImportState): boolean => takesFiles.has(state) || state === 'committing'

/** @throws AppError gone when the import is over, conflict while it is being archived */
export function demandOpen(state: ImportState): void {
  if (state === 'committing') {
    throw new AppError('conflict', 'This import is being archived just now. Make another import for further files.')
  }
  if (!isOpen(state)) {
    throw new AppError('gone', 'This import takes no more files. Make another import for them.')
  }
}

/**
 * Records a file of an import. The bytes must be in the store already. A file that comes again replaces the one before.
 * @throws AppError gone or conflict when the import takes no more files
 */
export function writeFile(ctx: Context, file: FinishedFile): Promise<void> {
  const queue = queues.get(ctx) ?? { waiting: [], running: false }
  queues.set(ctx, queue)
  return new Promise((resolve, reject) => {
    queue.waiting.push({ file, resolve, reject })
    if (!queue.running) void drain(ctx, queue)
  })
}

async function drain(ctx: Context, queue: { waiting: Waiting[]; running: boolean }): Promise<void> {
  queue.running = true
  while (queue.waiting.length > 0) {
    const batch = queue.waiting.splice(0, batchLimit)
    try {
      const refused = await ctx.db.write((t) => writeBatch(ctx, t, batch))
      for (const each of batch) {
        const error = refused.get(each)
        if (error) each.reject(error)
        else each.resolve()
      }
    } catch (error) {
      for (const each of batch) each.reject(error)
    }
  }
  queue.running = false
}

/** Writes all files whose import is open; the others come back with the reason. */
async function writeBatch(ctx: Context, t: Transaction, batch: Waiting[]): Promise<Map<Waiting, unknown>> {
  const refused = new Map<Waiting, unknown>()
  const importIds = [...new Set(batch.map(({ file }) => file.importId))].toSorted()
  const imports = new Map(
    (
      await Import.findAll({
        attributes: ['id', 'state', 'version'],
        where: { id: { [Op.in]: importIds } },
        order: [['id', 'ASC']],
        transaction: t,
        lock: t.LOCK.UPDATE,
      })
    ).map((row) => [row.id, row]),
  )
  // Of two files with one path in a batch the later one counts.
  const rows = new Map<string, Waiting>()
  for (const waiting of batch) {
    const { file } = waiting
    try {
      demandOpen(imports.get(file.importId)?.state ?? 'cancelled')
      rows.set(`${file.importId}/${keyOf(file)}`, waiting)
    } catch (error) {
      refused.set(waiting, error)
    }
  }
  await writeBlobs(
    t,
    [...rows.values()].map(({ file }) => file),
  )
  const files: FinishedFile[] = []
  for (const waiting of rows.values()) {
    const { file } = waiting
    // Bytes that were there before may have been swept away until this row was written; from now on it holds them.
    if (file.state === 'stored' && !(await ctx.blobs.stat(file.blob.sha256))) {
      refused.set(waiting, new AppError('busy', 'The bytes could not be kept. Send the file again.'))
    } else files.push(file)
  }
  for (const importId of await writeRows(t, files)) {
    const row = imports.get(importId)
    if (row?.state === 'planned') {
      await row.update({ state: 'collecting', version: row.version + 1, updatedAt: new Date() }, { transaction: t })
    }
  }
  return refused
}

const keyOf = (file: FinishedFile): string => pathKey(file.state === 'refused' ? shownPath(file.path) : file.path)

async function writeBlobs(t: Transaction, files: FinishedFile[]): Promise<void> {
  const createdAt = new Date()
  const blobs = new Map(files.flatMap((file) => (file.state === 'stored' ? [[file.blob.sha256, file.blob]] : [])))
  // One order for all writers: two transactions never wait for each other's rows.
  const sorted = [...blobs.values()].toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
  if (sorted.length === 0) return
  await Blob.bulkCreate(
    sorted.map(({ sha256, byteCount }) => ({ sha256, byteCount, createdAt })),
    { transaction: t, ignoreDuplicates: true },
  )
}

/** Writes the rows; tells the imports whose bytes changed. */
async function writeRows(t: Transaction, files: FinishedFile[]): Promise<Set<string>> {
  const changed = new Set<string>()
  for (const [importId, group] of Map.groupBy(files, (file) => file.importId)) {
    const held = await ImportFile.findAll({
      where: { importId, pathKey: { [Op.in]: group.map(keyOf) } },
      transaction: t,
    })
    const byKey = new Map(held.map((row) => [row.pathKey, row]))
    const fresh: Record<string, unknown>[] = []
    for (const file of group) {
      const values = {
        path: file.state === 'refused' ? shownPath(file.path) : file.path,
        byteCount: file.state === 'refused' ? file.byteCount : file.blob.byteCount,
        sha256: file.state === 'refused' ? null : file.blob.sha256,
        state: file.state,
        problem: file.state === 'refused' ? file.problem : null,
        createdAt: new Date(),
      }
      const row = byKey.get(keyOf(file))
      // Stored bytes are never taken away by a refusal, and the same bytes again change nothing.
      if (row?.state === 'stored' && (file.state === 'refused' || row.sha256 === file.blob.sha256)) continue
      if (file.state === 'stored') changed.add(importId)
      if (row) await row.update(values, { transaction: t })
      else fresh.push({ id: ulid(), importId, pathKey: keyOf(file), ...values })
    }
    if (fresh.length > 0) await ImportFile.bulkCreate(fresh, { transaction: t })
  }
  return changed
}
