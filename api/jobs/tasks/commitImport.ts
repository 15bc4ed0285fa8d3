/** Archives an import as its plan says: one transaction that makes everything visible at once. */
import { demand } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import { AppError } from '#api/errors.ts'
import { carryOut, type Work } from '#api/modules/imports/carryOut.ts'
import { Import } from '#api/modules/imports/model.ts'
import { planProblems } from '#api/modules/imports/planProblems.ts'
import type { ImportPayload } from '#api/modules/imports/service.ts'
import { storedFiles } from '#api/modules/imports/storedFiles.ts'
import { deriveTask } from '#api/modules/pixels/derivation.ts'
import { ordererOf } from '../orderer.ts'
import type { Task } from '../task.ts'

export const commitImport: Task<ImportPayload> = {
  name: 'commitImport',
  lane: 'prompt',
  attempts: 3,

  async run(ctx, job) {
    const caller = await ordererOf(job.userId, job.payload.caller)
    job.progress(0, 'Archiving')
    await ctx.db.write(async (t) => {
      const row = await Import.findByPk(job.payload.importId, { transaction: t, lock: t.LOCK.UPDATE })
      // After a crash between commit and the end of the job there is nothing left to do.
      if (row?.state !== 'committing' || row.jobId !== job.id || !row.plan) return
      demand(caller, 'edit', row.projectId)
      const problems = await planProblems(caller, row, row.plan, t)
      if (problems.length > 0) throw new AppError('invalid', problems[0]!.message, { fields: problems })
      const { files } = await storedFiles(row.id, t)
      const created: Work['created'] = {
        sessionIds: [],
        subjectIds: [],
        instrumentIds: [],
        attachmentIds: [],
        eventIds: [],
        agentIds: [],
      }
      const work: Work = { ctx, caller, row, t, created }
      const { result, toDerive } = await carryOut(work, row.plan, new Map(files.map((file) => [file.path, file])))
      const now = new Date()
      const next = { state: 'committed', result, problem: null, version: row.version + 1, updatedAt: now }
      await row.update(next, { transaction: t })
      const { id: recordId, projectId, label } = row
      await recordAudit(t, [{ caller, action: 'commit', entity: 'Import', recordId, projectId, label }])
      const order = { task: deriveTask, userId: caller.userId, projectId }
      await ctx.jobs.enqueue(
        t,
        toDerive.map((seriesId) => ({ ...order, payload: { seriesId } })),
      )
      await job.complete(t)
    })
  },

  async ended(_ctx, t, { id, payload }, { state, problem }) {
    const row = await Import.findByPk(payload.importId, { transaction: t, lock: t.LOCK.UPDATE })
    if (row?.state !== 'committing' || row.jobId !== id) return
    // What a person can put right in the plan leads back to the plan.
    const next = state === 'failed' && problem.code === 'internal' ? 'failed' : 'planned'
    const values = { state: next, problem: state === 'cancelled' ? null : problem, version: row.version + 1 }
    await row.update({ ...values, updatedAt: new Date() }, { transaction: t })
  },
}
