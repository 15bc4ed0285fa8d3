/** Imports: from an empty batch to a plan that a person approves. Commit and undo are in files of their own. */
import { Op, type Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { demand, demandUser, visible } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import { AppError, notFound } from '#api/errors.ts'
import { checkedPath } from '#api/ingest/batchPath.ts'
import { patchPlan, type PlanPatch } from '#api/ingest/patchPlan.ts'
import { findPage, newestFirst } from '#api/records/page.ts'
import { findRow } from '#api/records/read.ts'
import { demandVersion, type Expected } from '#api/records/row.ts'
import { idPattern } from '#ontology/vocabulary.ts'
import { Study } from '#ontology/entities/study.ts'
import { demandOpen, writeFile } from './fileWriter.ts'
import { Import, ImportFile, type ImportState } from './model.ts'
import { planProblems } from './planProblems.ts'
import { viewOf, viewsOf, type ImportView } from './view.ts'

/** Who ordered an import's job and how they were known, so that the audit tells it. */
export interface ImportPayload {
  importId: string
  caller: { kind: Caller['kind']; name: string }
}

/**
 * Opens an import for a study that the caller may edit.
 * @throws AppError notFound, forbidden
 */
export async function createImport(
  ctx: Context,
  caller: Caller,
  given: { studyId: string; label?: string },
): Promise<ImportView> {
  const study = await findRow(caller, Study, given.studyId)
  const projectId = study.get('projectId' as never) as string
  demand(caller, 'edit', projectId)
  const userId = demandUser(caller)
  const now = new Date()
  const row = await ctx.db.write(async (t) => {
    const label = given.label ?? `Import of ${now.toISOString().slice(0, 10)}`
    const values = { id: ulid(), studyId: study.id, projectId, userId, label, state: 'collecting', version: 1 }
    const made = await Import.create({ ...values, createdAt: now, updatedAt: now }, { transaction: t })
    await recordAudit(t, [{ caller, action: 'create', entity: 'Import', recordId: made.id, projectId, label }])
    return made
  })
  return viewOf(row)
}

/** @throws AppError notFound also when it is not the caller's to see */
export async function findImport(caller: Caller, id: string, t?: Transaction): Promise<Import> {
  if (!new RegExp(idPattern).test(id)) throw notFound('import')
  const where = { [Op.and]: [visible(caller, 'Import'), { id }] }
  const row = await Import.findOne({ where, transaction: t ?? null, ...(t && { lock: t.LOCK.UPDATE }) })
  if (!row) throw notFound('import', id)
  return row
}

export async function getImport(caller: Caller, id: string): Promise<ImportView> {
  return viewOf(await findImport(caller, id))
}

/** Imports of what the caller may see, newest first; plans are left out. */
export async function listImports(
  ctx: Context,
  caller: Caller,
  query: { studyId?: string; state?: string; limit?: number; cursor?: string },
): Promise<{ items: ImportView[]; next: string | null }> {
  const { limit: _limit, cursor: _cursor, ...filters } = query
  const where = [visible(caller, 'Import'), filters]
  const listing = { secret: ctx.config.secret, scope: ['imports', filters], sort: newestFirst, where }
  const { rows, next } = await findPage(Import, listing, query, { attributes: { exclude: ['plan'] } })
  return { items: await viewsOf(rows), next }
}

/** Files of an import in the order in which they came. */
export async function listImportFiles(
  ctx: Context,
  caller: Caller,
  id: string,
  query: { limit?: number; cursor?: string; state?: string },
) {
  const row = await findImport(caller, id)
  const { state } = query
  const scope = ['importFiles', row.id, state]
  const where = [{ importId: row.id, ...(state && { state }) }]
  const sort = { column: 'id', descending: false }
  const { rows, next } = await findPage(ImportFile, { secret: ctx.config.secret, scope, sort, where }, query)
  return {
    items: rows.map(({ id: fileId, path, byteCount, sha256, state: held, problem }) => ({
      id: fileId,
      path,
      byteCount,
      sha256,
      state: held,
      ...(problem && { problem }),
    })),
    next,
  }
}

/**
 * The import that a caller wants to bring files to.
 * @throws AppError notFound, forbidden, gone or conflict when it takes no more files
 */
export async function importForFiles(caller: Caller, id: string): Promise<Import> {
  const row = await findImport(caller, id)
  demand(caller, 'edit', row.projectId)
  demandOpen(row.state)
  return row
}

/**
 * Brings one file into an import without an upload: for what the product itself brings in.
 * @throws AppError invalid for a path that is not accepted
 */
export async function addFile(
  ctx: Context,
  caller: Caller,
  id: string,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const row = await importForFiles(caller, id)
  const checked = checkedPath(path)
  if (checked.path === undefined) throw new AppError('invalid', checked.problem)
  const blob = await ctx.blobs.commit(await ctx.blobs.stage(bytes, ctx.config.maxFileBytes))
  await writeFile(ctx, { importId: row.id, path: checked.path, state: 'stored', blob })
}

/** Orders the inspection of the files; the plan is there when its job is done. */
export async function inspectImport(ctx: Context, caller: Caller, id: string): Promise<ImportView> {
  return move(ctx, caller, id, ['collecting', 'planned', 'failed'], async (row, t) => {
    const files = await ImportFile.count({ where: { importId: id, state: 'stored' }, transaction: t })
    if (files === 0) throw new AppError('invalid', 'There are no files in this import yet. Upload some first.')
    const [jobId] = await ctx.jobs.enqueue(t, [orderOf('inspectImport', caller, row)])
    return { state: 'inspecting', jobId: jobId as string, problem: null }
  })
}

/**
 * Changes a plan by keys.
 * @param expected versions that the caller has seen
 * @throws AppError stale, conflict when there is no plan to change, invalid with pointers
 */
export async function patchImportPlan(
  ctx: Context,
  caller: Caller,
  id: string,
  expected: Expected,
  patch: PlanPatch,
): Promise<ImportView> {
  return move(ctx, caller, id, ['planned', 'failed'], async (row, t) => {
    demandVersion('import', row, expected)
    if (!row.plan) throw new AppError('conflict', 'This import has no plan yet. Have its files inspected first.')
    const plan = patchPlan(row.plan, patch)
    // Problems of other rows are told at the commit; they must not keep a person from correcting this one.
    const changed = [...keysOf('sessions', patch.sessions), ...keysOf('series', patch.series)]
    const problems = (await planProblems(caller, row, plan, t)).filter(({ pointer }) =>
      changed.some((start) => pointer.startsWith(start)),
    )
    if (problems.length > 0) throw new AppError('invalid', problems[0]!.message, { fields: problems })
    return { plan, state: 'planned', problem: null }
  })
}

const keysOf = (list: string, changes: readonly { key: string }[] = []): string[] =>
  changes.map(({ key }) => `/${list}/${key}/`)

/**
 * Orders the archiving of what the plan says.
 * @param expected versions that the caller approves
 * @throws AppError invalid with pointers into the plan
 */
export async function commitImport(
  ctx: Context,
  caller: Caller,
  id: string,
  expected: Expected = 'any',
): Promise<ImportView> {
  return move(ctx, caller, id, ['planned', 'failed'], async (row, t) => {
    demandVersion('import', row, expected)
    if (!row.plan) throw new AppError('conflict', 'This import has no plan yet. Have its files inspected first.')
    const problems = await planProblems(caller, row, row.plan, t)
    if (problems.length > 0) throw new AppError('invalid', problems[0]!.message, { fields: problems })
    const [jobId] = await ctx.jobs.enqueue(t, [orderOf('commitImport', caller, row)])
    return { state: 'committing', jobId: jobId as string, problem: null }
  })
}

/** Gives an import up; its files are dropped, and their bytes when nothing else holds them. */
export async function cancelImport(ctx: Context, caller: Caller, id: string): Promise<void> {
  const row = await findImport(caller, id)
  demand(caller, 'edit', row.projectId)
  if (row.state === 'inspecting' && row.jobId) await ctx.jobs.cancel(row.jobId)
  await move(ctx, caller, id, ['collecting', 'planned', 'failed', 'cancelled'], async (held, t) => {
    await ImportFile.destroy({ where: { importId: id }, transaction: t })
    const { label, projectId } = held
    await recordAudit(t, [{ caller, action: 'cancel', entity: 'Import', recordId: id, projectId, label }])
    return { state: 'cancelled', plan: null, problem: null }
  })
}

/** Changes an import that is in one of these states, in one transaction, and counts its version up. */
export async function move(
  ctx: Context,
  caller: Caller,
  id: string,
  from: readonly ImportState[],
  work: (
    row: Import,
    t: Transaction,
  ) => Promise<Partial<Pick<Import, 'state' | 'plan' | 'result' | 'jobId' | 'problem'>>>,
): Promise<ImportView> {
  const row = await ctx.db.write(async (t) => {
    const held = await findImport(caller, id, t)
    demand(caller, 'edit', held.projectId)
    if (!from.includes(held.state)) throw wrongState(held.state)
    const values = await work(held, t)
    return held.update({ ...values, version: held.version + 1, updatedAt: new Date() }, { transaction: t })
  })
  return viewOf(row)
}

const busyWith: Record<ImportState, string> = {
  collecting: 'Its files have not been inspected yet',
  inspecting: 'Its files are being inspected just now',
  planned: 'It waits for the approval of its plan',
  committing: 'It is being archived just now',
  committed: 'It is archived already',
  undone: 'It was undone',
  failed: 'It failed',
  cancelled: 'It was cancelled',
}
const wrongState = (state: ImportState) =>
  new AppError('conflict', `This cannot be done with the import now. ${busyWith[state]}.`, { details: { state } })

const orderOf = (task: string, caller: Caller, row: Import) => ({
  task,
  payload: { importId: row.id, caller: { kind: caller.kind, name: caller.name } } satisfies ImportPayload,
  userId: caller.userId,
  projectId: row.projectId,
})
