/** Between records and rows: columns, JSON body, link tables, versions, audit and outbox. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { recordAudit, type Change } from '#api/audit/record.ts'
import { enqueue } from '#api/db/outbox.ts'
import { columnFields, linkModel, links, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import { labelSort } from './label.ts'
import type { Rec } from './read.ts'

type Body = Record<string, unknown>

export function fill(entity: Entity, row: RecordRow, values: Body, now: Date): void {
  const columns = new Set(columnFields(entity).map(([name]) => name))
  const body: Body = {}
  for (const [name, node] of fieldsOf(entity.record)) {
    if (['id', 'version', 'createdAt', 'updatedAt'].includes(name) || node['x-link']) continue
    const value = values[name] ?? null
    if (columns.has(name)) row.set(name as never, value as never)
    else if (value !== null) body[name] = value
  }
  row.body = body
  row.updatedAt = now
  const label = String(values[entity.label] ?? '')
  row.labelSort = labelSort(entity.name === 'Person' ? `${label} ${String(values.givenName ?? '')}` : label)
}

export const ownColumns = (entity: Entity, row: RecordRow): Body =>
  Object.fromEntries(columnFields(entity).map(([name]) => [name, row.get(name)]))

export function systemOf(entity: Entity, row: RecordRow): Body {
  const all: Body = { ...row.body, ...ownColumns(entity, row) }
  return Object.fromEntries(
    fieldsOf(entity.record).flatMap(([name, node]) =>
      node['x-system'] && all[name] !== undefined ? [[name, all[name]]] : [],
    ),
  )
}

export function clientFields(entity: Entity, record: Rec): Body {
  return Object.fromEntries(
    fieldsOf(entity.record).flatMap(([name, node]) =>
      node['x-system'] || record[name] === undefined ? [] : [[name, record[name]]],
    ),
  )
}

/** Versions that the caller has seen, one of which must be the present one; or whichever it is. */
export type Expected = 'any' | readonly number[]

/** @throws AppError stale with the present version */
export function demandVersion(title: string, row: { version: number }, expected: Expected): void {
  if (expected === 'any' || expected.includes(row.version)) return
  throw new AppError(
    'stale',
    `Somebody changed this ${title.toLowerCase()} in the meantime. Load it again and repeat your change.`,
    { details: { currentVersion: row.version } },
  )
}

/** Saves with the next version number, only when nobody else did so first. */
export async function saveNext(entity: Entity, row: RecordRow, t: Transaction): Promise<void> {
  const seen = row.version
  row.version = seen + 1
  const values = Object.fromEntries(Object.keys(row.dataValues).map((key) => [key, row.getDataValue(key as never)]))
  const { id: _id, body: _body, ...columns } = values as Record<string, unknown>
  const [changed] = await recordModel(entity).update({ ...columns, body: row.body } as never, {
    where: { id: row.id, version: seen } as never,
    transaction: t,
  })
  if (changed === 0) demandVersion(entity.title, row, [seen])
}

/** Writes the link lists. Links to records that the caller cannot see are not in `before` and stay as they are. */
export async function setLinks(
  caller: Caller,
  entity: Entity,
  id: string,
  after: Body,
  before: Body,
  t: Transaction,
): Promise<void> {
  if (entity.name === 'Enrolment') await joinStudy(after.studyId as string, [after.subjectId as string], t)
  for (const link of links.filter((l) => l.left.name === entity.name)) {
    const [wanted, held] = [
      (after[link.field] as string[] | undefined) ?? [],
      (before[link.field] as string[] | undefined) ?? [],
    ]
    const added = wanted.filter((other) => !held.includes(other))
    const gone = held.filter((other) => !wanted.includes(other))
    const pair = (other: string) => ({ [link.leftColumn]: id, [link.rightColumn]: other })
    if (gone.length > 0)
      await linkModel(link.table).destroy({
        where: { [link.leftColumn]: id, [link.rightColumn]: { [Op.in]: gone } },
        transaction: t,
      })
    if (added.length > 0)
      await linkModel(link.table).bulkCreate(added.map(pair), { transaction: t, ignoreDuplicates: true })
    if (link.table === 'series_subjects' && added.length > 0) {
      const series = await recordModel({ name: 'ImageSeries' }).findByPk(id, { transaction: t })
      await joinStudy(series?.get('studyId') as string, added, t)
    }
    const searched = [...added, ...gone].map((other) => ({
      topic: 'search' as const,
      entity: link.right.name,
      recordId: other,
    }))
    if (link.right.name === 'Subject') await enqueue(t, searched)
  }
}

/** A subject that was imaged or enrolled in a study takes part in it. */
async function joinStudy(studyId: string, subjectIds: string[], t: Transaction): Promise<void> {
  await linkModel('study_subjects').bulkCreate(
    subjectIds.map((subjectId) => ({ studyId, subjectId })),
    { transaction: t, ignoreDuplicates: true },
  )
}

export async function tell(
  t: Transaction,
  caller: Caller,
  entity: Entity,
  row: RecordRow,
  action: string,
  changes: Change[],
): Promise<void> {
  const label = String(row.get(entity.label as never) ?? '')
  const projectId = entity.name === 'Project' ? row.id : ((row.get('projectId' as never) as string | undefined) ?? null)
  await recordAudit(t, [{ caller, action, entity: entity.name, recordId: row.id, projectId, label, changes }])
  await enqueue(t, [{ topic: 'search', entity: entity.name, recordId: row.id }])
}
