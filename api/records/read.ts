/** Reading records: one, many by id, pages. Every query carries `visible(caller)`. */
import { Op, Sequelize, type Transaction, type WhereOptions } from 'sequelize'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { columnFields, linkModel, links, recordModel, type Link, type RecordRow } from '#api/db/recordModels.ts'
import { AppError, notFound } from '#api/errors.ts'
import { entities } from '#ontology/index.ts'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import { idPattern } from '#ontology/vocabulary.ts'
import { afterCursor, makeCursor, type Sort } from './cursor.ts'

/** A record as it is read: system fields, own fields, link lists. */
export type Rec = Record<string, unknown> & { id: string; version: number; createdAt: string; updatedAt: string }

export interface ListQuery {
  q?: string
  sort?: string
  limit?: number
  cursor?: string
  total?: boolean
  filters?: Record<string, string>
}

export interface Page {
  items: Rec[]
  next: string | null
  total?: number
}

const alive = { deletedAt: null }

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

/** A page of the records that the caller may see. */
export async function listRecords(ctx: Context, caller: Caller, entity: Entity, query: ListQuery): Promise<Page> {
  const sort = sortOf(entity, query.sort)
  const limit = query.limit ?? 50
  const filters = await filterConditions(caller, entity, query.filters ?? {})
  if (filters === 'nothing') return { items: [], next: null, ...(query.total && { total: 0 }) }
  const conditions: WhereOptions[] = [visible(caller, entity.name), alive, ...filters]
  if (query.q?.trim()) conditions.push(labelContains(entity, query.q.trim()))
  const scope = [entity.name, query.sort, query.q, query.filters]
  const page = query.cursor ? [...conditions, afterCursor(ctx.config.secret, scope, query.cursor, sort)] : conditions
  const rows = await recordModel(entity).findAll({
    where: { [Op.and]: page },
    order: [
      [sort.column, sort.descending ? 'DESC' : 'ASC'],
      ['id', sort.descending ? 'DESC' : 'ASC'],
    ],
    limit: limit + 1,
  })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: await toRecords(caller, entity, shown),
    next:
      rows.length > limit && last
        ? makeCursor(ctx.config.secret, scope, { value: last.get(sort.column), id: last.id })
        : null,
    ...(query.total && { total: await recordModel(entity).count({ where: { [Op.and]: conditions } as never }) }),
  }
}

/** Names that a list may be sorted by. */
export function sortsOf(entity: Entity): string[] {
  const own = fieldsOf(entity.record).filter(
    ([name, node]) => node['x-sort'] && (node['x-column'] || name === 'createdAt' || name === 'updatedAt'),
  )
  return [...new Set(['label', ...own.map(([name]) => name)])].flatMap((name) => [name, `-${name}`])
}

/** Names that a list may be filtered by: references, enumerations and links. */
export function filtersOf(entity: Entity): string[] {
  const own = columnFields(entity).filter(([, node]) => node['x-ref'] || node.enum)
  return [...new Set([...own.map(([name]) => name), ...linksOf(entity).map(({ column }) => column)])]
}

function sortOf(entity: Entity, given = 'label'): Sort {
  if (!sortsOf(entity).includes(given)) {
    const message = `Lists of ${entity.plural} can be sorted by ${sortsOf(entity).join(', ')}; not by “${given}”.`
    throw new AppError('invalid', message, { fields: [{ pointer: '?sort', message, value: given }] })
  }
  const name = given.replace(/^-/, '')
  return { column: name === 'label' || name === entity.label ? 'labelSort' : name, descending: given.startsWith('-') }
}

/** Links that tie an entity to others, seen from it: the column that names the other side, and the one that names it. */
function linksOf(entity: Entity): { link: Link; column: string; own: string; other: Entity }[] {
  return links.flatMap((link) => {
    if (link.left.name === entity.name)
      return [{ link, column: link.rightColumn, own: link.leftColumn, other: link.right }]
    if (link.right.name === entity.name)
      return [{ link, column: link.leftColumn, own: link.rightColumn, other: link.left }]
    return []
  })
}

async function filterConditions(
  caller: Caller,
  entity: Entity,
  filters: Record<string, string>,
): Promise<WhereOptions[] | 'nothing'> {
  const conditions: WhereOptions[] = []
  for (const [name, value] of Object.entries(filters)) {
    if (!filtersOf(entity).includes(name)) {
      const message = `Lists of ${entity.plural} can be filtered by ${filtersOf(entity).join(', ')}; not by “${name}”.`
      throw new AppError('invalid', message, { fields: [{ pointer: `?${name}`, message, value }] })
    }
    const column = columnFields(entity).find(([field]) => field === name)
    if (column) {
      conditions.push({ [name]: value })
      continue
    }
    const tie = linksOf(entity).find((l) => l.column === name)
    if (!tie || !new RegExp(idPattern).test(value)) return 'nothing'
    // Filtering by something that the caller may not see would tell what is linked to it.
    const seen = await recordModel(tie.other).count({
      where: { [Op.and]: [visible(caller, tie.other.name), alive, { id: value }] } as never,
    })
    if (seen === 0) return 'nothing'
    const members = `SELECT ${snake(tie.own)} FROM ${tie.link.table} WHERE ${snake(tie.column)} = '${value}'`
    conditions.push({ id: { [Op.in]: Sequelize.literal(`(${members})`) } })
  }
  return conditions
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)

function labelContains(entity: Entity, text: string): WhereOptions {
  const column = Sequelize.fn('LOWER', Sequelize.col(snake(entity.label)))
  return Sequelize.where(Sequelize.fn('INSTR', column, text.toLowerCase()), { [Op.gt]: 0 }) as unknown as WhereOptions
}

/** Rows as records; what they link to is filtered one by one by what the caller may see. */
export async function toRecords(caller: Caller, entity: Entity, rows: RecordRow[], t?: Transaction): Promise<Rec[]> {
  const lists = new Map<string, Map<string, string[]>>()
  for (const link of links.filter((l) => l.left.name === entity.name))
    lists.set(link.field, await linkedIds(caller, link, rows, t))
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
      if (value !== null && value !== undefined) record[name] = value
    }
    for (const [field, ids] of lists) {
      const held = ids.get(row.id)
      if (held) record[field] = held
    }
    return record
  })
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
