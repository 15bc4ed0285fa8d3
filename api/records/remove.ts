/** Deleting records with what is inside them, and bringing them back. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { can, visible } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { Dataset, DatasetSeries } from '#api/db/models.ts'
import { enqueue } from '#api/db/outbox.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { AppError, notFound } from '#api/errors.ts'
import { entities } from '#ontology/index.ts'
import type { Entity } from '#ontology/entity.ts'
import { check, projectOf } from './check.ts'
import { demandEdit, getLinksForPlace, placeOf } from './place.ts'
import { findRow, toRecords, type Rec } from './read.ts'
import { referencesTo } from './references.ts'
import { partsOfSeries } from './parts.ts'
import { clientFields, demandVersion, ownColumns, saveNext, tell, type Expected } from './row.ts'

/** What is inside a record and goes and returns with it. */
const children: Record<string, string[]> = {
  Project: ['Study', 'Enrolment', 'ImagingSession', 'ImageSeries', 'File', 'Annotation', 'Segmentation', 'Event'],
  Study: ['Enrolment', 'ImagingSession', 'ImageSeries', 'File', 'Annotation', 'Segmentation'],
  ImagingSession: ['ImageSeries', 'File', 'Annotation', 'Segmentation'],
  ImageSeries: ['File', 'Annotation', 'Segmentation'],
}
const parentColumn: Record<string, string> = {
  Project: 'projectId',
  Study: 'studyId',
  ImagingSession: 'sessionId',
  ImageSeries: 'seriesId',
}

/**
 * Deletes a record with what is inside it; it can be restored.
 * @throws AppError conflict when others refer to it, or when it is public
 */
export async function removeRecord(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  id: string,
  expected: Expected,
  options: { t?: Transaction } = {},
): Promise<void> {
  const work = async (t: Transaction) => {
    const row = await findRow(caller, entity, id, t, true)
    await demandEdit(caller, entity, row, t, entity.name === 'Project' ? 'manage' : 'edit')
    demandVersion(entity.title, row, expected)
    await refuseIfPublic(entity, id, t)
    if (!children[entity.name]) await refuseIfUsed(caller, entity, id, t)
    if (entity.name === 'Subject') await refuseIfShared(caller, entity, id, t)
    const now = new Date()
    const touched: { topic: 'search'; entity: string; recordId: string }[] = []
    const inside = async (name: string, where: object) => {
      const held = { ...where, deletedAt: null } as never
      const rows = await recordModel({ name }).findAll({ attributes: ['id'], where: held, transaction: t })
      await recordModel({ name }).update({ deletedAt: now, deletedRoot: id }, { where: held, transaction: t })
      touched.push(...rows.map((r) => ({ topic: 'search' as const, entity: name, recordId: r.id })))
    }
    const parts = entity.name === 'ImageSeries' ? (await partsOfSeries(id, t)).map((part) => part.id) : []
    if (parts.length > 0) await inside('ImageSeries', { id: { [Op.in]: parts } })
    for (const name of children[entity.name] ?? [])
      await inside(name, { [parentColumn[entity.name] as string]: { [Op.in]: [id, ...parts] } })
    row.deletedAt = now
    row.deletedRoot = id
    await saveNext(entity, row, t)
    await enqueue(t, touched)
    await tell(t, caller, entity, row, 'delete', [])
  }
  await (options.t ? work(options.t) : ctx.db.write(work))
}

/** Brings back a deleted record and what went with it. */
export async function restoreRecord(ctx: Context, caller: Caller, entity: Entity, id: string): Promise<Rec> {
  return ctx.db.write(async (t) => {
    const where = { [Op.and]: [visible(caller, entity.name), { id, deletedRoot: id, deletedAt: { [Op.ne]: null } }] }
    const row = await recordModel(entity).findOne({ where, transaction: t })
    if (!row) throw notFound(`deleted ${entity.title.toLowerCase()}`, id)
    await demandEdit(caller, entity, row, t)
    const values = { ...row.body, ...ownColumns(entity, row), ...(await getLinksForPlace(entity, id, t)) }
    const place = await placeOf(caller, entity, values, t, row)
    // What it refers to may be gone since, and its name may be taken.
    const body = clientFields(entity, (await toRecords(caller, entity, [row], t))[0] as Rec)
    await check(caller, entity, body, projectOf(place, body), t, row)
    const touched: { topic: 'search'; entity: string; recordId: string }[] = []
    const partsToo = entity.name === 'ImageSeries' ? ['ImageSeries'] : []
    for (const name of [...partsToo, ...(children[entity.name] ?? [])]) {
      const rows = await recordModel({ name }).findAll({
        attributes: ['id'],
        where: { deletedRoot: id, id: { [Op.ne]: id } },
        transaction: t,
      })
      await recordModel({ name }).update(
        { deletedAt: null, deletedRoot: null },
        { where: { deletedRoot: id, id: { [Op.ne]: id } }, transaction: t },
      )
      touched.push(...rows.map((r) => ({ topic: 'search' as const, entity: name, recordId: r.id })))
    }
    row.deletedAt = null
    row.deletedRoot = null
    await saveNext(entity, row, t)
    await enqueue(t, touched)
    await tell(t, caller, entity, row, 'restore', [])
    return (await toRecords(caller, entity, [row], t))[0] as Rec
  })
}

async function refuseIfUsed(caller: Caller, entity: Entity, id: string, t: Transaction): Promise<void> {
  const { seen, unseen } = await referencesTo(caller, entity, id, entities, t)
  if (seen.size > 0) {
    const list = [...seen].map(([title, n]) => `${n} × ${title.toLowerCase()}`).join(', ')
    throw new AppError('conflict', `It cannot be deleted: it is used by ${list}. Remove it there first.`)
  }
  if (unseen > 0) throw new AppError('conflict', 'It cannot be deleted: it is used by what is not yours to see.')
}

/** A subject belongs to all of its projects; those who may edit one of them cannot take it from the others. */
async function refuseIfShared(caller: Caller, entity: Entity, id: string, t: Transaction): Promise<void> {
  const { projectIds } = await getLinksForPlace(entity, id, t)
  if ((projectIds as string[]).every((projectId) => can(caller, 'edit', projectId))) return
  throw new AppError(
    'conflict',
    'It cannot be deleted: it belongs to a project that you may not edit too. Take it out of your projects instead.',
  )
}

async function refuseIfPublic(entity: Entity, id: string, t: Transaction): Promise<void> {
  const column = entity.name === 'ImageSeries' ? 'id' : parentColumn[entity.name]
  if (!column) return
  const series = await recordModel({ name: 'ImageSeries' }).findAll({
    attributes: ['id'],
    where: { [column]: id } as never,
    transaction: t,
  })
  if (entity.name === 'ImageSeries') series.push(...(await partsOfSeries(id, t)))
  const publicIn = await DatasetSeries.findAll({
    where: { seriesId: { [Op.in]: series.map((r) => r.id) } },
    transaction: t,
  })
  const ids = [...new Set(publicIn.map((r) => r.datasetId))]
  const held = await Dataset.count({ where: { id: { [Op.in]: ids }, state: 'published' }, transaction: t })
  if (held > 0)
    throw new AppError(
      'conflict',
      `It holds images that are public in ${held} dataset${held > 1 ? 's' : ''}. Withdraw ${held > 1 ? 'them' : 'it'} first.`,
    )
}
