/** Datasets for machine learning: ordered by a person, made by a job, read by the person or, when all is public, by all. */
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { Op, type WhereOptions } from 'sequelize'
import { ulid } from 'ulid'
import { mayHaveBytes, statesOfSeries } from '#api/access/bytes.ts'
import { isAdmin, type Caller } from '#api/access/caller.ts'
import { demandUser } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { AppError, invalidField, notFound } from '#api/errors.ts'
import { attachment, type Representation } from '#api/modules/content/sendBytes.ts'
import { mostSeries, seriesOfSearch } from '#api/modules/manifests/service.ts'
import { findPage, newestFirst } from '#api/records/page.ts'
import type { Asked } from '#api/modules/search/service.ts'
import { filesFolder } from './convert.ts'
import { gatherItems, labelFacets } from './items.ts'
import { lint } from './lint.ts'
import { AiDataset } from './model.ts'
import { splitNames, type Finding, type Spec, type SplitName } from './types.ts'

export const buildTask = 'build-ai-dataset'

export interface BuildPayload {
  aiDatasetId: string
  seriesIds: string[]
}

/** Reads the parameters of a stored query as the search route does. */
export type ReadQuery = (query: string) => Asked

const readable = (caller: Caller): WhereOptions =>
  isAdmin(caller)
    ? {}
    : {
        [Op.or]: [
          { openToAll: 1, state: 'ready' },
          ...(caller.userId === null || caller.limited ? [] : [{ createdBy: caller.userId }]),
        ],
      }

async function find(caller: Caller, id: string): Promise<AiDataset> {
  const row = await AiDataset.findOne({ where: { [Op.and]: [readable(caller), { id }] } })
  if (!row) throw notFound('AI dataset', id)
  return row
}

/** @throws AppError notFound; conflict while it is being made, or when it could not be */
export async function findReady(caller: Caller, id: string) {
  const row = await find(caller, id)
  if (row.state === 'building')
    throw new AppError('conflict', 'This dataset is still being made. Its job tells how far it is.')
  if (!row.result) throw new AppError('conflict', 'This dataset could not be made; its job tells why.')
  return { row, result: row.result }
}

export const viewOf = (ctx: Context, row: AiDataset) => ({
  id: row.id,
  title: row.title,
  number: row.number,
  ...(row.previousId !== null && { previousId: row.previousId }),
  state: row.state,
  openToAll: row.openToAll === 1,
  ...(row.jobId !== null && { jobId: row.jobId }),
  createdAt: row.createdAt.toISOString(),
  url: `${ctx.config.publicUrl}/ai-datasets/${row.id}`,
  spec: row.spec,
  ...(row.result && { result: row.result }),
})

export const getAiDataset = async (ctx: Context, caller: Caller, id: string) => viewOf(ctx, await find(caller, id))

/** One's own, newest first. */
export async function listAiDatasets(ctx: Context, caller: Caller, query: { limit?: number; cursor?: string }) {
  const where = [{ createdBy: demandUser(caller) }]
  const { rows, next } = await findPage(
    AiDataset,
    { secret: ctx.config.secret, scope: ['ai-datasets'], sort: newestFirst, where },
    query,
  )
  return { items: rows.map((row) => viewOf(ctx, row)).map(({ result: _result, ...rest }) => rest), next }
}

/** @throws AppError invalid for shares, labels and queries that make no sense */
export async function createAiDataset(ctx: Context, caller: Caller, spec: Spec, readQuery: ReadQuery) {
  demandSense(spec)
  return order(ctx, caller, spec, readQuery, null)
}

/** The same question once more: what is new comes in, and what was in a part stays there. */
export async function nextAiDataset(ctx: Context, caller: Caller, id: string, readQuery: ReadQuery) {
  const { row } = await findReady(caller, id)
  if (row.createdBy !== demandUser(caller))
    throw new AppError('forbidden', 'Only the person who made it makes its next version.')
  return order(ctx, caller, row.spec, readQuery, row)
}

async function order(ctx: Context, caller: Caller, spec: Spec, readQuery: ReadQuery, previous: AiDataset | null) {
  const createdBy = demandUser(caller)
  if (!caller.scopes.has('write'))
    throw new AppError('forbidden', 'This token was not made for that: it has no "write" scope.')
  const seriesIds = spec.seriesIds ?? (await seriesOfSearch(ctx, caller, readQuery(spec.query ?? '')))
  if (seriesIds.length === 0) throw invalidField('/query', 'This finds no image series.', spec.query)
  const row = AiDataset.build({
    id: ulid(),
    title: spec.title,
    number: (previous?.number ?? 0) + 1,
    previousId: previous?.id ?? null,
    state: 'building',
    openToAll: 0,
    spec,
    result: null,
    jobId: null,
    createdBy,
    createdAt: new Date(),
  })
  await ctx.db.write(async (t) => {
    const payload: BuildPayload = { aiDatasetId: row.id, seriesIds }
    const [jobId] = await ctx.jobs.enqueue(t, [{ task: buildTask, payload, userId: createdBy }])
    row.jobId = jobId ?? null
    await row.save({ transaction: t })
  })
  return viewOf(ctx, row)
}

function demandSense({ split, spacing, format, labelFacet, query, seriesIds }: Spec): void {
  const sum = splitNames.reduce((total, name) => total + split.shares[name], 0)
  if (Math.abs(sum - 1) > 1e-6)
    throw invalidField('/split/shares', 'The shares of train, validation and test add up to 1.', split.shares)
  if (spacing && format !== 'nifti')
    throw invalidField('/spacing', 'Original files are not resampled. Choose NIfTI, or no spacing.', spacing)
  if ((query === undefined) === (seriesIds === undefined))
    throw invalidField('/seriesIds', 'Name either the series or a query.')
  if (labelFacet !== undefined && !labelFacets.includes(labelFacet)) {
    throw invalidField('/labelFacet', `There is no such property. Known are: ${labelFacets.join(', ')}.`, labelFacet)
  }
}

/** Leakage of parts that somebody else made. */
export async function checkParts(
  caller: Caller,
  parts: Partial<Record<SplitName, string[]>>,
): Promise<{ findings: Finding[] }> {
  const of = new Map(splitNames.flatMap((name) => (parts[name] ?? []).map((id) => [id, name] as const)))
  const total = splitNames.reduce((sum, name) => sum + (parts[name]?.length ?? 0), 0)
  if (total > mostSeries) throw invalidField('', `At most ${mostSeries} image series are checked together.`)
  const { items } = await gatherItems(caller, [...of.keys()], undefined)
  const placed = items.map((item) => ({ ...item, split: of.get(item.seriesId) ?? ('train' as const), files: [] }))
  const findings = lint(placed, { labelled: false })
  const twice = [...of.keys()].filter((id) => splitNames.filter((name) => parts[name]?.includes(id)).length > 1)
  if (twice.length === 0) return { findings }
  const message = `${twice.length} image series are in more than one part.`
  return { findings: [{ severity: 'error', rule: 'bytes', message, seriesIds: twice.slice(0, 20) }, ...findings] }
}

/** A converted file. @throws AppError notFound, and gone when its series may not be had any more */
export async function convertedFile(ctx: Context, caller: Caller, id: string, place: number): Promise<Representation> {
  const { result, row } = await findReady(caller, id)
  const item = result.items[place]
  const [file] = item?.files ?? []
  if (!item || !file || file.fileId !== undefined) throw notFound('file', String(place))
  const series = await recordModel({ name: 'ImageSeries' }).findOne({
    where: { id: item.seriesId, deletedAt: null } as never,
  })
  const datasets = (await statesOfSeries([item.seriesId])).get(item.seriesId) ?? new Set<never>()
  const projectId = (series?.get('projectId' as never) as string | undefined) ?? ''
  if (!series || !mayHaveBytes(caller, { projectId, datasets })) {
    throw new AppError('gone', 'The image that this file was made of has been withdrawn.')
  }
  return {
    byteCount: file.byteCount,
    etag: `"sha256:${file.sha256}"`,
    mediaType: 'application/gzip',
    headers: {
      'cache-control': 'private, max-age=3600',
      'content-disposition': attachment(file.path.split('/').at(-1) as string),
      'repr-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    },
    body: ({ start, end }) =>
      Promise.resolve(
        createReadStream(path.join(filesFolder(ctx, row.id), file.path), { start, end: Math.max(start, end - 1) }),
      ),
  }
}

/** @throws AppError conflict when a later version builds on it */
export async function removeAiDataset(ctx: Context, caller: Caller, id: string): Promise<void> {
  const row = await find(caller, id)
  if (row.createdBy !== demandUser(caller) && !isAdmin(caller))
    throw new AppError('forbidden', 'Only the person who made it removes it.')
  if ((await AiDataset.count({ where: { previousId: id } })) > 0) {
    throw new AppError('conflict', 'A later version tells what has changed since this one. Remove that one first.')
  }
  if (row.state === 'building' && row.jobId) await ctx.jobs.cancel(row.jobId)
  await ctx.db.write((t) => row.destroy({ transaction: t }))
  await rm(filesFolder(ctx, id), { recursive: true, force: true })
}
