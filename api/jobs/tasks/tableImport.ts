/** The three jobs of an import of rows: plan it, write it, take it back. */
import type { Caller } from '#api/access/caller.ts'
import { demand } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import { AppError } from '#api/errors.ts'
import { carryRows, entryOf } from '#api/modules/tables/carryRows.ts'
import type { TablePayload } from '#api/modules/tables/imports.ts'
import { TableImport, TableRow, type TableImportState } from '#api/modules/tables/model.ts'
import { undoRows } from '#api/modules/tables/undo.ts'
import { ordererOf } from '../orderer.ts'
import type { RunningJob, Task } from '../task.ts'

type Job = RunningJob<TablePayload>

/** The import that a job is for, when it still waits for this job. */
async function waiting(job: Job, state: TableImportState): Promise<TableImport | null> {
  const row = await TableImport.findByPk(job.payload.importId)
  return row?.state === state && row.jobId === job.id ? row : null
}

const ended = (state: TableImportState, back: TableImportState): NonNullable<Task<TablePayload>['ended']> =>
  async function (_ctx, t, { id, payload }, { problem }) {
    const row = await TableImport.findByPk(payload.importId, { transaction: t, lock: t.LOCK.UPDATE })
    if (row?.state !== state || row.jobId !== id) return
    await row.update({ state: back, problem, version: row.version + 1, updatedAt: new Date() }, { transaction: t })
  }

export const planTable: Task<TablePayload> = {
  name: 'planTable',
  lane: 'prompt',
  attempts: 3,

  async run(ctx, job) {
    const row = await waiting(job, 'reading')
    if (!row) return
    const caller = await ordererOf(job.userId, job.payload.caller)
    const total = await TableRow.count({ where: { importId: row.id } })
    const entry = await entryOf(caller, row)
    const counts = await carryRows({
      caller,
      row,
      entry,
      within: (work) => ctx.db.write(work),
      write: false,
      progress: (done) => job.progress(done / total, `Comparing ${done} of ${total} rows`),
      stopped: () => job.signal.aborted,
    })
    await ctx.db.write(async (t) => {
      const values = { state: 'planned', counts, problem: null, version: row.version + 1, updatedAt: new Date() }
      await TableImport.update(values, { where: { id: row.id, jobId: job.id }, transaction: t })
      await job.complete(t)
    })
  },
  ended: ended('reading', 'failed'),
}

export const writeTable: Task<TablePayload> = {
  name: 'writeTable',
  lane: 'prompt',
  attempts: 2,

  async run(ctx, job) {
    const row = await waiting(job, 'writing')
    if (!row) return
    const caller = await ordererOf(job.userId, job.payload.caller)
    const total = await TableRow.count({ where: { importId: row.id } })
    await ctx.db.write(async (t) => {
      demand(caller, 'edit', row.projectId)
      const entry = await entryOf(caller, row, t)
      const counts = await carryRows({
        caller,
        row,
        entry,
        within: (work) => work(t),
        write: true,
        progress: (done) => job.progress(done / total, `Writing ${done} of ${total} rows`),
        stopped: () => job.signal.aborted,
      })
      if (job.signal.aborted) throw new AppError('conflict', 'The import was stopped; nothing was written.')
      if (counts.refused > 0 && !job.payload.skipRefused)
        throw new AppError(
          'conflict',
          'Something changed since this was planned: rows are refused now. Look at them again.',
        )
      const values = { state: 'written', counts, problem: null, version: row.version + 1, updatedAt: new Date() }
      await row.update(values, { transaction: t })
      await tell(caller, row, 'commit', t)
      await job.complete(t)
    })
  },
  ended: ended('writing', 'planned'),
}

export const undoTable: Task<TablePayload> = {
  name: 'undoTable',
  lane: 'prompt',
  attempts: 2,

  async run(ctx, job) {
    const row = await waiting(job, 'undoing')
    if (!row) return
    const caller = await ordererOf(job.userId, job.payload.caller)
    const total = (row.counts?.added ?? 0) + (row.counts?.changed ?? 0)
    await ctx.db.write(async (t) => {
      demand(caller, 'edit', row.projectId)
      const counts = await undoRows(ctx, caller, row, t, (done) =>
        job.progress(done / total, `Taking back ${done} of ${total} rows`),
      )
      const values = { state: 'undone', counts, problem: null, version: row.version + 1, updatedAt: new Date() }
      await row.update(values, { transaction: t })
      await tell(caller, row, 'undo', t)
      await job.complete(t)
    })
  },
  ended: ended('undoing', 'written'),
}

const tell = (
  caller: Caller,
  { id: recordId, projectId, label }: TableImport,
  action: string,
  t: Parameters<typeof recordAudit>[0],
) => recordAudit(t, [{ caller, action, entity: 'TableImport', recordId, projectId, label }])
