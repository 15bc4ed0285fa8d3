/** What harvesters see: public datasets, and withdrawn ones as such, in the order in which they changed. */
import { Op, type WhereOptions } from 'sequelize'
import { harvested } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { Dataset as Row, DatasetVersion } from '#api/db/models.ts'
import type { Published } from '#api/exports/published.ts'
import { findPage, type RowPage } from '#api/records/page.ts'
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

/** A page of rows, oldest change first: what changes while somebody walks comes at the end, and nothing is passed over. */
export function publicRows(
  ctx: Context,
  { from, until, withdrawn = true, limit, cursor }: PublicQuery,
): Promise<RowPage<Row>> {
  const where: WhereOptions[] = [harvested]
  if (!withdrawn) where.push({ state: 'published' })
  if (from) where.push({ updatedAt: { [Op.gte]: from } })
  if (until) where.push({ updatedAt: { [Op.lt]: new Date(until.getTime() + 1000) } })
  const listing = {
    secret: ctx.config.secret,
    scope: ['harvest', from?.getTime(), until?.getTime(), withdrawn],
    sort: { column: 'updatedAt', descending: false },
    where,
  }
  return findPage(Row, listing, { limit, ...(cursor && { cursor }) })
}

/** The datasets of rows with the snapshots of their newest versions. */
export async function publishedOf(ctx: Context, rows: readonly Row[]): Promise<Published[]> {
  const versions = await DatasetVersion.findAll({
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
