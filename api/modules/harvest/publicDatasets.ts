/** What harvesters see: public datasets, and withdrawn ones as such, in the order in which they changed. */
import { Op, literal, type ProjectionAlias, type WhereOptions } from 'sequelize'
import { harvested } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { Dataset as Row, DatasetVersion } from '#api/db/models.ts'
import type { Published } from '#api/exports/published.ts'
import { findPage, pageStarts, type Listing, type RowPage } from '#api/records/page.ts'
import { datasetOf } from '#api/modules/datasets/read.ts'
import type { Snapshot } from '#ontology/entities/dataset.ts'

export interface PublicQuery {
  /** Changed in or after this second. */
  from?: Date
  /** Changed in or before this second. */
  until?: Date
  withdrawn?: boolean
  limit: number
  cursor?: string
}

/** Oldest change first: what changes while somebody walks comes at the end, and nothing is passed over. */
function publicListing(ctx: Context, { from, until, withdrawn = true }: Omit<PublicQuery, 'limit'>): Listing {
  const where: WhereOptions[] = [harvested]
  if (!withdrawn) where.push({ state: 'published' })
  if (from) where.push({ updatedAt: { [Op.gte]: from } })
  if (until) where.push({ updatedAt: { [Op.lt]: new Date(until.getTime() + 1000) } })
  return {
    secret: ctx.config.secret,
    scope: ['harvest', from?.getTime(), until?.getTime(), withdrawn],
    sort: { column: 'updatedAt', descending: false },
    where,
  }
}

/** What tells a page of a list from others. */
const placeOnly = ['id', 'updatedAt']

/** A page of rows. */
export const publicRows = (ctx: Context, query: PublicQuery): Promise<RowPage<Row>> =>
  findPage(Row, publicListing(ctx, query), query)

/** A page of addresses: rows with nothing but their id and the time of their last change. */
export const publicPlaces = (ctx: Context, query: PublicQuery): Promise<RowPage<Row>> =>
  findPage(Row, publicListing(ctx, query), query, { attributes: placeOnly })

/** Cursors of all pages but the first. */
export const publicStarts = (ctx: Context, query: PublicQuery): Promise<string[]> =>
  pageStarts(Row, publicListing(ctx, query), query.limit, { attributes: placeOnly })

/**
 * The datasets of rows with the snapshots of their newest versions.
 * @param options.files false: without the lists of their files, which are nearly all of a large one
 */
export async function publishedOf(
  ctx: Context,
  rows: readonly Row[],
  { files = true }: { files?: boolean } = {},
): Promise<Published[]> {
  // A literal: Sequelize doubles the $ in arguments of functions. As text: MariaDB's driver parses what the server calls JSON.
  const withoutFiles = [literal("CAST(JSON_REMOVE(snapshot, '$.files') AS CHAR)"), 'snapshot'] satisfies ProjectionAlias
  const versions = await DatasetVersion.findAll({
    attributes: ['datasetId', files ? 'snapshot' : withoutFiles],
    where: { [Op.or]: rows.map(({ id, versionNumber }) => ({ datasetId: id, number: versionNumber })) },
  })
  const snapshots = new Map(versions.map((version) => [version.datasetId, version.snapshot]))
  return rows.map((row) => ({
    ...datasetOf(ctx, row),
    snapshot: JSON.parse(snapshots.get(row.id) ?? '{}') as Snapshot,
  }))
}

/** When the first public dataset changed last, and the newest one. */
export async function periodOfChanges(): Promise<{ earliest: Date | null; latest: Date | null }> {
  const at = async (direction: 'ASC' | 'DESC') =>
    (
      await Row.findOne({
        attributes: ['updatedAt'],
        where: harvested,
        order: [['updatedAt', direction]],
      })
    )?.updatedAt ?? null
  return { earliest: await at('ASC'), latest: await at('DESC') }
}
