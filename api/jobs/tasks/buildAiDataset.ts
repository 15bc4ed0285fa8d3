/** Makes a dataset for machine learning: reads the records, splits, converts, checks for leakage. */
import { callerOfUser } from '#api/access/authenticate.ts'
import { AppError } from '#api/errors.ts'
import { buildResult } from '#api/modules/aiDatasets/build.ts'
import { AiDataset } from '#api/modules/aiDatasets/model.ts'
import { buildTask, type BuildPayload } from '#api/modules/aiDatasets/service.ts'
import type { Task } from '../task.ts'

export const buildAiDataset: Task<BuildPayload> = {
  name: buildTask,
  lane: 'background',
  attempts: 3,

  async run(ctx, job) {
    const { aiDatasetId, seriesIds } = job.payload
    const row = await AiDataset.findByPk(aiDatasetId)
    if (row?.state !== 'building') return
    const caller = job.userId === null ? null : await callerOfUser(job.userId)
    if (!caller)
      throw new AppError('forbidden', 'The account that ordered this does not exist any more or is disabled.')
    const previous = row.previousId === null ? null : await AiDataset.findByPk(row.previousId)
    const work = { ctx, caller, id: row.id, job }
    const result = await buildResult(work, row.spec, seriesIds, previous?.result ?? null)
    await ctx.db.write(async (t) => {
      const openToAll = result.items.every((item) => item.isPublic) ? 1 : 0
      await row.update({ state: 'ready', result, openToAll }, { transaction: t })
      await job.complete(t)
    })
  },

  async ended(_ctx, t, { payload }) {
    await AiDataset.update(
      { state: 'failed' },
      { where: { id: payload.aiDatasetId, state: 'building' }, transaction: t },
    )
  },
}
