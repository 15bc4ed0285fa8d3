/** Series that are parts of another one: they go with it and follow it in what they have from it. */
import { isDeepStrictEqual as same } from 'node:util'
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { linkModel, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { inheritedFields, ImageSeries } from '#ontology/entities/series.ts'
import type { Entity } from '#ontology/entity.ts'
import { toRecords, type Rec } from './read.ts'
import { clientFields } from './row.ts'

type Body = Record<string, unknown>

/** Parts of a series that are there, in the order in which they were made. */
export async function partsOfSeries(seriesId: string, t: Transaction): Promise<RecordRow[]> {
  return (await partsEver(seriesId, t)).filter(({ deletedAt }) => deletedAt === null)
}

/** The same with those that were deleted. */
export async function partsEver(seriesId: string, t?: Transaction): Promise<RecordRow[]> {
  const transaction = t ?? null
  const linked = await linkModel('series_sources').findAll({ where: { sourceId: seriesId }, transaction })
  if (linked.length === 0) return []
  const where = { id: { [Op.in]: linked.map((link) => link.get('seriesId') as string) } }
  const rows = await recordModel({ name: 'ImageSeries' }).findAll({ where, order: [['id', 'ASC']], transaction })
  return rows.filter(({ body }) => body.sourceBox)
}

/**
 * What changes in the parts of a series when it changes: fields that they had from it and that nobody corrected in them.
 */
export async function changesOfParts(
  caller: Caller,
  seriesId: string,
  before: Body,
  after: Body,
  t: Transaction,
): Promise<{ row: RecordRow; before: Body; after: Body }[]> {
  const changed = inheritedFields.filter((field) => !same(before[field], after[field]))
  if (changed.length === 0) return []
  const rows = await partsOfSeries(seriesId, t)
  const records = await toRecords(caller, ImageSeries as unknown as Entity, rows, t)
  return rows.flatMap((row, n) => {
    const held = clientFields(ImageSeries as unknown as Entity, records[n] as Rec)
    const followed = changed.filter((field) => same(held[field], before[field]))
    if (followed.length === 0) return []
    const next = { ...held, ...Object.fromEntries(followed.map((field) => [field, after[field]])) }
    return [{ row, before: held, after: next }]
  })
}
