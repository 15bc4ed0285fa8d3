/** Reading datasets: one with its snapshot, lists, versions. Everything is limited to what the caller may see. */
import { Op, type WhereOptions } from 'sequelize'
import { isCurator, type Caller } from '#api/access/caller.ts'
import { stateOf } from '#api/access/bytes.ts'
import { visible } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { Dataset as Row, DatasetSeries, DatasetVersion } from '#api/db/models.ts'
import { notFound } from '#api/errors.ts'
import { findPage, newestFirst, sliceOf, type PageAsk, type RowPage, type Slice } from '#api/records/page.ts'
import { citationText } from '#api/exports/citation.ts'
import { addressesOf, siteOf } from '#api/exports/published.ts'
import type { Dataset, Snapshot } from '#ontology/entities/dataset.ts'
import type { Rec } from '#api/records/read.ts'
import { entities } from '#ontology/index.ts'
import { factsOf, type DatasetBody } from './description.ts'
import { gather, snapshotOf } from './snapshot.ts'

export function datasetOf(ctx: Context, row: Row): Dataset {
  const site = siteOf(ctx.config)
  const body = row.body as unknown as DatasetBody
  const dataset = {
    id: row.id,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    pid: addressesOf(row, site).pid,
    projectId: row.projectId,
    title: row.title,
    ...(body.description !== undefined && { description: body.description }),
    ...(body.licence !== undefined && { licence: body.licence as Dataset['licence'] & string }),
    creators: body.creators,
    keywords: body.keywords,
    state: stateOf(row),
    ...(row.embargoUntil && { embargoUntil: row.embargoUntil.toISOString().slice(0, 10) }),
    versionNumber: row.versionNumber,
    ...(row.publishedAt && { publishedAt: row.publishedAt.toISOString() }),
    ...(body.reason !== undefined && { reason: body.reason }),
    ...body.facts,
  }
  return { ...dataset, citation: citationText(dataset, site) }
}

/** A dataset with its newest snapshot; drafts show what would be published to those who may see them. */
export async function getDataset(ctx: Context, caller: Caller, id: string): Promise<Dataset & { snapshot: Snapshot }> {
  const row = await Row.findOne({ where: { [Op.and]: [visible(caller, 'Dataset'), { id }] } })
  if (!row) throw notFound('dataset', id)
  return { ...datasetOf(ctx, row), snapshot: await snapshotFor(caller, row) }
}

/** The newest published snapshot; of drafts, what would be published. */
export async function snapshotFor(caller: Caller, row: Row): Promise<Snapshot> {
  const version = await DatasetVersion.findOne({ where: { datasetId: row.id, number: row.versionNumber } })
  if (version) return JSON.parse(version.snapshot) as Snapshot
  const reader = readerFor(caller)
  return snapshotOf(await gather(reader, (row.body as unknown as DatasetBody).seriesIds))
}

export interface DatasetQuery extends PageAsk {
  q?: string
  state?: string
  projectId?: string
}

/** Datasets that the caller may see, newest first. */
export async function listDatasets(ctx: Context, caller: Caller, query: DatasetQuery) {
  const { rows, next } = await pageOfDatasets(ctx, caller, query)
  return { items: rows.map((row) => datasetOf(ctx, row)), next }
}

/** The same page for Relay. */
export async function sliceDatasets(ctx: Context, caller: Caller, query: DatasetQuery): Promise<Slice<Dataset>> {
  const page = await pageOfDatasets(ctx, caller, query)
  return sliceOf(
    page,
    page.rows.map((row) => datasetOf(ctx, row)),
  )
}

function pageOfDatasets(ctx: Context, caller: Caller, query: DatasetQuery): Promise<RowPage<Row>> {
  const { q, limit: _limit, cursor: _cursor, backward: _backward, state, ...filters } = query
  const conditions: WhereOptions[] = [visible(caller, 'Dataset'), filters, ...whereState(state)]
  const { fn, col, where } = Row.sequelize!.Sequelize
  if (q?.trim())
    conditions.push(
      where(fn('INSTR', fn('LOWER', col('title')), q.trim().toLowerCase()), { [Op.gt]: 0 }) as unknown as WhereOptions,
    )
  const listing = {
    secret: ctx.config.secret,
    scope: ['datasets', q, state, filters],
    sort: newestFirst,
    where: conditions,
  }
  return findPage(Row, listing, query)
}

/** Rows of a state as people see it. */
function whereState(state: string | undefined): WhereOptions[] {
  if (state === undefined) return []
  if (state === 'embargoed') return [{ state: 'submitted', embargoUntil: { [Op.ne]: null } }]
  return [{ state, ...(state === 'submitted' && { embargoUntil: null }) }]
}

/**
 * One published version, as it was; older ones say that they are superseded.
 * @throws AppError notFound, also for a version that was never published
 */
export async function getVersion(
  ctx: Context,
  caller: Caller,
  id: string,
  number: number,
): Promise<Dataset & { snapshot: Snapshot }> {
  const row = await Row.findOne({ where: { [Op.and]: [visible(caller, 'Dataset'), { id }] } })
  const version = row && (await DatasetVersion.findOne({ where: { datasetId: id, number } }))
  if (!version) throw notFound(`version ${number} of a dataset`, id)
  const snapshot = JSON.parse(version.snapshot) as Snapshot
  const newest = datasetOf(ctx, row)
  const records = entities.map((entity) => [entity.name, (snapshot[entity.plural] ?? []) as Rec[]] as const)
  const dataset: Dataset = {
    ...newest,
    ...factsOf(new Map(records)),
    versionNumber: number,
    publishedAt: version.publishedAt.toISOString(),
    state: newest.state === 'published' && number < row.versionNumber ? 'superseded' : newest.state,
  }
  return { ...dataset, citation: citationText(dataset, siteOf(ctx.config)), snapshot }
}

export async function listVersions(caller: Caller, id: string) {
  const row = await Row.findOne({ where: { [Op.and]: [visible(caller, 'Dataset'), { id }] } })
  if (!row) throw notFound('dataset', id)
  const rows = await DatasetVersion.findAll({
    attributes: ['number', 'snapshotSha256', 'publishedAt'],
    where: { datasetId: id },
    order: [['number', 'DESC']],
  })
  return rows.map((v) => ({ number: v.number, sha256: v.snapshotSha256, publishedAt: v.publishedAt.toISOString() }))
}

/** The newest public dataset that holds a series. */
export async function datasetOfSeries(ctx: Context, caller: Caller, seriesId: string) {
  const held = await DatasetSeries.findAll({ where: { seriesId } })
  const where = {
    [Op.and]: [visible(caller, 'Dataset'), { state: 'published', id: { [Op.in]: held.map((h) => h.datasetId) } }],
  }
  const row = await Row.findOne({ where, order: [['publishedAt', 'DESC']] })
  if (!row) throw notFound('public image series', seriesId)
  return getDataset(ctx, caller, row.id)
}

/** Curators judge what they are no members of: what was submitted is gathered for them as for an administrator. */
export const readerFor = (caller: Caller): Caller =>
  isCurator(caller) ? { ...caller, kind: 'system', siteRole: 'admin', limited: false } : caller
