/** Recognises the files of an import and makes its plan. */
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import { buildPlan } from '#api/ingest/buildPlan.ts'
import { carriedOver } from '#api/ingest/patchPlan.ts'
import type { Plan } from '#api/ingest/plan.ts'
import { knownThings } from '#api/modules/imports/known.ts'
import { Import } from '#api/modules/imports/model.ts'
import type { ImportPayload } from '#api/modules/imports/service.ts'
import { storedFiles, type StoredImportFile } from '#api/modules/imports/storedFiles.ts'
import { ImagingError } from '#imaging/errors.ts'
import type { RunningJob, Task } from '../task.ts'

/** Files that come during an inspection start it again; after this many times the plan is shown as it is. */
const rounds = 5

export const inspectImport: Task<ImportPayload> = {
  name: 'inspectImport',
  lane: 'prompt',
  attempts: 3,

  async run(ctx, job) {
    for (let round = 1; ; round++) {
      const row = await Import.findByPk(job.payload.importId)
      if (row?.state !== 'inspecting' || row.jobId !== job.id) return
      const { files, mark } = await storedFiles(row.id)
      const plan = await planOf(ctx, job, row, files)
      const written = await ctx.db.write(async (t) => {
        const held = await Import.findByPk(row.id, { transaction: t, lock: t.LOCK.UPDATE })
        if (held?.state !== 'inspecting' || held.jobId !== job.id) return true
        if (round < rounds && (await storedFiles(row.id, t)).mark !== mark) return false
        const next = { plan, state: 'planned', problem: null, version: held.version + 1, updatedAt: new Date() }
        await held.update(next, { transaction: t })
        await job.complete(t)
        return true
      })
      if (written) return
    }
  },

  async ended(_ctx, t, { id, payload }, { state, problem }) {
    const row = await Import.findByPk(payload.importId, { transaction: t, lock: t.LOCK.UPDATE })
    if (row?.state !== 'inspecting' || row.jobId !== id) return
    const next = state === 'cancelled' ? 'collecting' : 'failed'
    const values = { state: next, problem: state === 'cancelled' ? null : problem, version: row.version + 1 }
    await row.update({ ...values, updatedAt: new Date() }, { transaction: t })
  },
}

async function planOf(
  ctx: Context,
  job: RunningJob<ImportPayload>,
  row: Import,
  files: StoredImportFile[],
): Promise<Plan> {
  const stored = []
  for (const { path, byteCount, sha256 } of files) {
    stored.push({ path, byteCount, blobPath: await ctx.blobs.localFile(sha256) })
  }
  try {
    const inspection = await ctx.imaging.inspect(stored, {
      onProgress: (share) => job.progress(share * 0.95, `Looking into ${files.length} files`),
      signal: job.signal,
    })
    const known = await knownThings(row, files)
    const plan = buildPlan({ label: row.label, files: stored, inspection, ...known })
    return carriedOver(plan, row.plan)
  } catch (error) {
    if (error instanceof ImagingError) throw new AppError('invalid', error.message)
    throw error
  }
}
