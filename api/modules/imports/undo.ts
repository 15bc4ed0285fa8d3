/** Takes back what an import made, as far as nobody uses it elsewhere. Everything stays restorable. */
import { Op, type Transaction } from 'sequelize'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { recordAudit } from '#api/audit/record.ts'
import { DatasetSeries } from '#api/db/models.ts'
import { enqueue } from '#api/db/outbox.ts'
import { linkModel, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import { removeRecord } from '#api/records/remove.ts'
import { Agent } from '#ontology/entities/agent.ts'
import { Event } from '#ontology/entities/event.ts'
import { File } from '#ontology/entities/file.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Instrument } from '#ontology/entities/instrument.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { Entity } from '#ontology/entity.ts'
import { move } from './service.ts'
import type { ImportView } from './view.ts'
import type { ImportResult } from './result.ts'

type Kept = NonNullable<ImportResult['kept']>

/**
 * Removes series, then sessions, subjects and instruments that the import made and that are not used otherwise.
 * @returns the import with `result.kept`: what stays, and why
 */
export async function undoImport(ctx: Context, caller: Caller, id: string): Promise<ImportView> {
  return move(ctx, caller, id, ['committed'], async (row, t) => {
    const result = row.result as ImportResult
    const kept: Kept = []
    await removeAttachments(result.created.attachmentIds, t)
    for (const seriesId of result.seriesIds) await removeOne(ctx, caller, ImageSeries, seriesId, kept, t, inDatasets)
    const unused = async () => null
    for (const eventId of result.created.eventIds ?? []) await removeOne(ctx, caller, Event, eventId, kept, t, unused)
    for (const sessionId of result.created.sessionIds)
      await removeOne(ctx, caller, ImagingSession, sessionId, kept, t, sessionUse)
    for (const subjectId of result.created.subjectIds) await removeSubject(caller, subjectId, kept, t)
    for (const instrumentId of result.created.instrumentIds)
      await removeOne(ctx, caller, Instrument, instrumentId, kept, t, unused)
    for (const agentId of result.created.agentIds ?? []) await removeOne(ctx, caller, Agent, agentId, kept, t, unused)
    const { projectId, label } = row
    await recordAudit(t, [{ caller, action: 'undo', entity: 'Import', recordId: id, projectId, label }])
    return { state: 'undone', result: { ...result, kept } }
  })
}

const alive = (entity: Entity, id: string, t: Transaction): Promise<RecordRow | null> =>
  recordModel(entity).findOne({ where: { id, deletedAt: null }, transaction: t })

const keep = (kept: Kept, entity: Entity, row: RecordRow, reason: string): void => {
  kept.push({ entity: entity.name, id: row.id, label: String(row.get(entity.label as never)), reason })
}

/** Removes a record unless `use` names a reason against it, or its removal is refused. */
async function removeOne(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  id: string,
  kept: Kept,
  t: Transaction,
  use: (id: string, t: Transaction) => Promise<string | null>,
): Promise<void> {
  const row = await alive(entity, id, t)
  if (!row) return
  const reason = await use(id, t)
  if (reason) return keep(kept, entity, row, reason)
  try {
    await removeRecord(ctx, caller, entity, id, 'any', { t })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    keep(kept, entity, row, error.message)
  }
}

async function inDatasets(seriesId: string, t: Transaction): Promise<string | null> {
  const count = await DatasetSeries.count({ where: { seriesId }, transaction: t })
  return count > 0 ? 'It is part of a dataset.' : null
}

async function sessionUse(sessionId: string, t: Transaction): Promise<string | null> {
  const where = { sessionId, deletedAt: null } as never
  for (const [entity, words] of [
    [ImageSeries, 'other series'],
    [File, 'other files'],
    [Event, 'events'],
  ] as const) {
    const count = await recordModel(entity).count({ where, transaction: t })
    if (count > 0) return `It holds ${words}.`
  }
  return null
}

/** A subject goes when no series, session or event that is still there shows it. */
async function removeSubject(caller: Caller, id: string, kept: Kept, t: Transaction): Promise<void> {
  const row = await alive(Subject, id, t)
  if (!row) return
  const links = await linkModel('series_subjects').findAll({ where: { subjectId: id }, transaction: t })
  const seriesIds = links.map((link) => link.get('seriesId') as string)
  const uses: [Entity, Record<PropertyKey, unknown>, string][] = [
    [ImageSeries, { id: { [Op.in]: seriesIds } }, 'Other series show it.'],
    [Event, { subjectId: id }, 'Something was recorded on its timeline.'],
    [Subject, { parentSubjectId: id }, 'Another subject was taken from it.'],
    [ImagingSession, { body: { [Op.like]: `%"${id}"%` } }, 'Another session names it.'],
  ]
  for (const [entity, where, reason] of uses) {
    const count = await recordModel(entity).count({ where: { ...where, deletedAt: null } as never, transaction: t })
    if (count > 0) return keep(kept, Subject, row, reason)
  }
  const now = new Date()
  await row.update({ deletedAt: now, deletedRoot: id, version: row.version + 1, updatedAt: now }, { transaction: t })
  await enqueue(t, [{ topic: 'search', entity: 'Subject', recordId: id }])
  const label = row.get('localId' as never) as string
  await recordAudit(t, [{ caller, action: 'delete', entity: 'Subject', recordId: id, label }])
}

async function removeAttachments(ids: readonly string[], t: Transaction): Promise<void> {
  for (let i = 0; i < ids.length; i += 500) {
    for (const id of ids.slice(i, i + 500)) {
      const values = { deletedAt: new Date(), deletedRoot: id }
      await recordModel(File).update(values, { where: { id, deletedAt: null }, transaction: t })
    }
  }
}
