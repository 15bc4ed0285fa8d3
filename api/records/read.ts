/** Reading records: one, and many by id. Every query carries `visible(caller)`; lists are in list.ts. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { columnFields, linkModel, links, recordModel, type Link, type RecordRow } from '#api/db/recordModels.ts'
import { notFound } from '#api/errors.ts'
import { entities } from '#ontology/index.ts'
import { isRequired, type Entity } from '#ontology/entity.ts'

/** A record as it is read: system fields, own fields, link lists. */
export type Rec = Record<string, unknown> & { id: string; version: number; createdAt: string; updatedAt: string }

/** What has not been deleted. */
export const alive = { deletedAt: null }

/** @throws AppError notFound also when it exists but is not the caller's to see */
export async function findRow(
  caller: Caller,
  entity: Entity,
  id: string,
  t?: Transaction,
  toWrite = false,
): Promise<RecordRow> {
  const where = { [Op.and]: [visible(caller, entity.name), alive, { id }] }
  const row = await recordModel(entity).findOne({
    where,
    transaction: t ?? null,
    ...(t && toWrite && { lock: t.LOCK.UPDATE }),
  })
  if (!row) throw notFound(entity.title.toLowerCase(), id)
  return row
}

export async function getRecord(caller: Caller, entity: Entity, id: string, t?: Transaction): Promise<Rec> {
  const [record] = await toRecords(caller, entity, [await findRow(caller, entity, id, t)], t)
  return record as Rec
}

/** Records of these ids that the caller may see, in no particular order. */
export async function getRecords(
  caller: Caller,
  entity: Entity,
  ids: readonly string[],
  t?: Transaction,
): Promise<Rec[]> {
  const where = { [Op.and]: [visible(caller, entity.name), alive, { id: { [Op.in]: [...new Set(ids)] } }] }
  return toRecords(caller, entity, await recordModel(entity).findAll({ where, transaction: t ?? null }), t)
}

/** Rows as records; what they link to is filtered one by one by what the caller may see. */
export async function toRecords(caller: Caller, entity: Entity, rows: RecordRow[], t?: Transaction): Promise<Rec[]> {
  const lists = new Map<string, Map<string, string[]>>()
  for (const link of links.filter((l) => l.left.name === entity.name))
    lists.set(link.field, await linkedIds(caller, link, rows, t))
  const foreign = await foreignSubjects(caller, entity, rows, t)
  return rows.map((row) => {
    const record: Rec = {
      id: row.id,
      version: row.version,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      ...row.body,
    }
    for (const [name] of columnFields(entity)) {
      const value = row.get(name)
      if (value !== null && value !== undefined && !foreign.has(value as string)) record[name] = value
    }
    for (const [field, ids] of lists) {
      const held = ids.get(row.id) ?? (isRequired(entity.record, field) ? [] : undefined)
      if (held) record[field] = held
    }
    return record
  })
}

/** Columns that lead from a subject to another one, which may be of projects that the caller may not see. */
export const outwardColumns = (entity: Entity): string[] =>
  columnFields(entity).flatMap(([name, node]) =>
    entity.name === 'Subject' && node['x-ref'] === 'Subject' ? [name] : [],
  )

/** Subjects that rows refer to and the caller may not see. */
async function foreignSubjects(
  caller: Caller,
  entity: Entity,
  rows: RecordRow[],
  t?: Transaction,
): Promise<ReadonlySet<string>> {
  const named = rows.flatMap((row) => outwardColumns(entity).map((name) => row.get(name as never) as string | null))
  const ids = [...new Set(named.filter((id) => id !== null))]
  if (ids.length === 0) return new Set()
  const where = { [Op.and]: [visible(caller, entity.name), { id: { [Op.in]: ids } }] }
  const seen = await recordModel(entity).findAll({ attributes: ['id'], where, transaction: t ?? null })
  return new Set(ids.filter((id) => !seen.some((row) => row.id === id)))
}

async function linkedIds(
  caller: Caller,
  link: Link,
  rows: RecordRow[],
  t?: Transaction,
): Promise<Map<string, string[]>> {
  if (rows.length === 0) return new Map()
  const pairs = await linkModel(link.table).findAll({
    where: { [link.leftColumn]: { [Op.in]: rows.map((row) => row.id) } },
    order: [[link.rightColumn, 'ASC']],
    transaction: t ?? null,
  })
  const targets = [...new Set(pairs.map((pair) => pair.get(link.rightColumn) as string))]
  const where = { [Op.and]: [visible(caller, link.right.name), alive, { id: { [Op.in]: targets } }] }
  const seen = new Set(
    (await recordModel(link.right).findAll({ attributes: ['id'], where, transaction: t ?? null })).map((row) => row.id),
  )
  const lists = new Map<string, string[]>()
  for (const pair of pairs) {
    const [left, right] = [pair.get(link.leftColumn) as string, pair.get(link.rightColumn) as string]
    if (seen.has(right)) lists.set(left, [...(lists.get(left) ?? []), right])
  }
  return lists
}

/** The entity of a REST collection or name. */
export function entityNamed(name: string): Entity {
  const entity = entities.find((e) => e.name === name || e.plural === name)
  if (!entity) throw new Error(`there is no entity ${name}`)
  return entity
}
