/**
 * Removes what nobody needs any more (and counts derived files): bytes that no record and no import holds, leftovers in staging, expired uploads, old
 * jobs. Bytes get a day of grace, so that an upload that finds its bytes stored already can rely on them; storing equal
 * bytes again renews their age.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Op, Sequelize } from 'sequelize'
import type { Context } from '#api/context.ts'
import { Blob } from '#api/db/models.ts'
import { isOpen } from '#api/modules/imports/fileWriter.ts'
import { recountDerived } from '#api/modules/pixels/derivedFiles.ts'
import { Import } from '#api/modules/imports/model.ts'
import { uploadFolder, UploadStore } from '#api/modules/uploads/uploadStore.ts'
import { Job } from '#api/modules/jobs/model.ts'
import type { RunningJob, Task } from '../task.ts'

const hour = 3600 * 1000
const graceMilliseconds = 24 * hour
const stagingMilliseconds = hour
const jobMilliseconds = 30 * 24 * hour
const some = 500

export const sweep: Task = {
  name: 'sweep',
  lane: 'background',
  attempts: 2,
  everySeconds: 6 * 3600,

  async run(ctx, job) {
    const store = new UploadStore(uploadFolder(ctx.blobs))
    const uploads = (await store.sweep()) + (await sweepUploads(store))
    const staged = await sweepStaging(ctx)
    const blobs = await sweepBlobs(ctx, job)
    const strays = await sweepStrays(ctx, job)
    const derived = await recountDerived(ctx, job.signal)
    const old = { state: { [Op.in]: ['done', 'failed', 'cancelled'] }, updatedAt: { [Op.lt]: before(jobMilliseconds) } }
    const jobs = await ctx.db.write((transaction) => Job.destroy({ where: old, transaction }))
    const removed = { uploads, staged, blobs, strays, derived, jobs }
    if (Object.values(removed).some((count) => count > 0)) ctx.log.info(removed, 'swept')
  },
}

const before = (age: number): Date => new Date(Date.now() - age)

/** Parts of files that nobody can finish, because their import is over. */
async function sweepUploads(store: UploadStore): Promise<number> {
  let count = 0
  for await (const record of store.records()) {
    if (record.finished) continue
    const row = await Import.findByPk(record.importId, { attributes: ['state'] })
    if (row && isOpen(row.state)) continue
    await store.remove(record.id)
    count++
  }
  return count
}

/** Staged files whose process died. */
async function sweepStaging(ctx: Context): Promise<number> {
  let count = 0
  for (const name of await readdir(ctx.blobs.stagingFolder)) {
    const file = path.join(ctx.blobs.stagingFolder, name)
    const found = name.endsWith('.staged') ? await stat(file).catch(() => null) : null
    if (!found || found.mtimeMs > Date.now() - stagingMilliseconds) continue
    await rm(file, { force: true })
    count++
  }
  return count
}

/** Blobs that neither a file nor an import nor a segmentation refers to. */
async function sweepBlobs(ctx: Context, job: RunningJob): Promise<number> {
  const unused = Sequelize.literal(
    'NOT EXISTS (SELECT 1 FROM files f WHERE f.sha256 = Blob.sha256) AND NOT EXISTS (SELECT 1 FROM import_files i WHERE i.sha256 = Blob.sha256) AND NOT EXISTS (SELECT 1 FROM segmentation_versions s WHERE s.sha256 = Blob.sha256)',
  )
  let count = 0
  for (let last = ''; !job.signal.aborted;) {
    const where = {
      [Op.and]: [{ sha256: { [Op.gt]: last }, createdAt: { [Op.lt]: before(graceMilliseconds) } }, unused],
    }
    const rows = await Blob.findAll({ where, order: [['sha256', 'ASC']], limit: some })
    for (const { sha256 } of rows) if (await removeBlob(ctx, sha256)) count++
    if (rows.length < some) return count
    last = rows.at(-1)?.sha256 ?? ''
  }
  return count
}

/**
 * The row goes first: its foreign keys refuse when somebody refers to it since. An upload of equal bytes that comes just
 * now looks for its bytes once more when its own row is written (fileWriter.ts), so it notices when they went.
 */
async function removeBlob(ctx: Context, sha256: string): Promise<boolean> {
  const found = await ctx.blobs.stat(sha256)
  if (found && found.storedAt > before(graceMilliseconds)) return false
  try {
    await ctx.db.write(async (transaction) => {
      await Blob.destroy({ where: { sha256 }, transaction })
      await ctx.blobs.remove(sha256)
    })
    return true
  } catch (error) {
    if ((error as Error).name === 'SequelizeForeignKeyConstraintError') return false
    throw error
  }
}

/** Bytes without a row: the process ended between storing them and writing them down. */
async function sweepStrays(ctx: Context, job: RunningJob): Promise<number> {
  let count = 0
  let batch: string[] = []
  const check = async () => {
    const rows = await Blob.findAll({ attributes: ['sha256'], where: { sha256: { [Op.in]: batch } } })
    const known = new Set(rows.map((row) => row.sha256))
    for (const sha256 of batch) {
      const found = known.has(sha256) ? null : await ctx.blobs.stat(sha256)
      if (found && found.storedAt < before(graceMilliseconds) && (await ctx.blobs.remove(sha256))) count++
    }
    batch = []
  }
  for await (const { sha256 } of ctx.blobs.list()) {
    if (job.signal.aborted) return count
    batch.push(sha256)
    if (batch.length >= some) await check()
  }
  await check()
  return count
}
