/** Lists of records: one of all that the caller may see, or one for each of several owners in one statement. */
import { Op, QueryTypes, Sequelize, Utils, type FindOptions, type ModelStatic, type WhereOptions } from 'sequelize'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { columnFields, links, recordModel, type Link, type RecordRow } from '#api/db/recordModels.ts'
import { invalidField } from '#api/errors.ts'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import { idPattern } from '#ontology/vocabulary.ts'
import type { Sort } from './cursor.ts'
import { labelSort } from './label.ts'
import { findPage, pageOf, pageOptions, sliceOf, type Listing, type PageAsk, type Slice } from './page.ts'
import { alive, toRecords, type Rec } from './read.ts'

export interface ListQuery extends PageAsk {
  q?: string
  sort?: string
  total?: boolean
  filters?: Record<string, string>
}

export interface Page {
  items: Rec[]
  next: string | null
  total?: number
}

const noSlice: Slice<Rec> = { items: [], more: false, cursorOf: () => '' }

/** A page of the records that the caller may see. */
export async function listRecords(ctx: Context, caller: Caller, entity: Entity, query: ListQuery): Promise<Page> {
  const listing = await listingOf(ctx, caller, entity, query)
  if (listing === 'nothing') return { items: [], next: null, ...(query.total && { total: 0 }) }
  const { rows, next } = await findPage(recordModel(entity), listing, query)
  return {
    items: await toRecords(caller, entity, rows),
    next,
    ...(query.total && {
      total: await recordModel(entity).count({ where: { [Op.and]: [...listing.where] } as never }),
    }),
  }
}

/** The same page for Relay. */
export async function sliceRecords(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  query: ListQuery,
): Promise<Slice<Rec>> {
  const listing = await listingOf(ctx, caller, entity, query)
  if (listing === 'nothing') return noSlice
  const page = await findPage(recordModel(entity), listing, query)
  return sliceOf(page, await toRecords(caller, entity, page.rows))
}

/** Lists that go into one statement; SQLite takes 500. */
const listsAtOnce = 200

/**
 * The same page of the list of each owner: what a GraphQL answer holds inside its records.
 * @param by       filter that names the owner ("studyId")
 * @param ownerIds records that the caller was found to see
 */
export async function slicesOf(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  query: PageAsk & Pick<ListQuery, 'sort'>,
  by: string,
  ownerIds: readonly string[],
): Promise<Map<string, Slice<Rec>>> {
  const model = recordModel(entity)
  const listings = new Map(
    [...new Set(ownerIds)].map((id): [string, Listing] => {
      const where = [visible(caller, entity.name), alive, filterBy(entity, by, id)]
      const scope = scopeOf(entity, { ...query, filters: { [by]: id } })
      return [id, { secret: ctx.config.secret, scope, sort: sortOf(entity, query.sort), where }]
    }),
  )
  const idsOf = new Map<string, string[]>()
  const ids = [...listings.keys()]
  for (let n = 0; n < ids.length; n += listsAtOnce) {
    const lists = ids.slice(n, n + listsAtOnce).map((id) => idsInOrder(ctx, model, id, listings.get(id)!, query))
    const found = await ctx.db.sequelize.query<{ owner: string; id: string; place: number }>(
      lists.join(' UNION ALL '),
      { type: QueryTypes.SELECT },
    )
    for (const { owner, id } of found.toSorted((a, b) => Number(a.place) - Number(b.place)))
      idsOf.set(owner, [...(idsOf.get(owner) ?? []), id])
  }
  const rows = await model.findAll({ where: { id: { [Op.in]: [...new Set([...idsOf.values()].flat())] } } })
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  const recordOf = new Map((await toRecords(caller, entity, rows)).map((record) => [record.id, record]))
  return new Map(
    [...listings].map(([owner, listing]) => {
      const page = pageOf(
        listing,
        query,
        (idsOf.get(owner) ?? []).flatMap((id) => rowOf.get(id) ?? []),
      )
      return [
        owner,
        sliceOf(
          page,
          page.rows.map((row) => recordOf.get(row.id)!),
        ),
      ]
    }),
  )
}

/**
 * SQL for the ids of one owner's page with their places in it. The index walk stops at the limit, which a window over
 * all rows of all owners would not; the places are given to the few rows that are left.
 */
function idsInOrder(
  ctx: Context,
  model: ModelStatic<RecordRow>,
  owner: string,
  listing: Listing,
  ask: PageAsk,
): string {
  const { queryGenerator } = ctx.db.sequelize.getQueryInterface() as unknown as { queryGenerator: SelectGenerator }
  const options: FindOptions & { attributes: string[] } = {
    ...pageOptions(listing, ask),
    attributes: [...new Set(['id', listing.sort.column])],
  }
  // Before the generator writes its own things into it.
  const order = (options.order as [string, string][]).map(([column, direction]) => `\`${column}\` ${direction}`)
  const page = queryGenerator.selectQuery(model.getTableName(), Utils.mapFinderOptions(options as never, model), model)
  return `SELECT ${ctx.db.sequelize.escape(owner)} AS owner, id, ROW_NUMBER() OVER (ORDER BY ${order.join(', ')}) AS place FROM (${page.replace(/;$/, '')}) AS page`
}

/** The part of Sequelize that turns finder options into SQL; it has no type of its own. */
interface SelectGenerator {
  selectQuery(table: unknown, options: FindOptions, model: ModelStatic<RecordRow>): string
}

async function listingOf(ctx: Context, caller: Caller, entity: Entity, query: ListQuery): Promise<Listing | 'nothing'> {
  const sort = sortOf(entity, query.sort)
  const filters = await filterConditions(caller, entity, query.filters ?? {})
  if (filters === 'nothing') return 'nothing'
  const where: WhereOptions[] = [visible(caller, entity.name), alive, ...filters]
  if (query.q?.trim()) where.push(labelContains(entity, query.q.trim()))
  return { secret: ctx.config.secret, scope: scopeOf(entity, query), sort, where }
}

const scopeOf = (entity: Entity, { sort, q, filters }: ListQuery): unknown => [entity.name, sort, q, filters]

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
    throw invalidField(
      '?sort',
      `Lists of ${entity.plural} can be sorted by ${sortsOf(entity).join(', ')}; not by “${given}”.`,
      given,
    )
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
      throw invalidField(
        `?${name}`,
        `Lists of ${entity.plural} can be filtered by ${filtersOf(entity).join(', ')}; not by “${name}”.`,
        value,
      )
    }
    const tie = tieBy(entity, name)
    if (tie) {
      if (!new RegExp(idPattern).test(value)) return 'nothing'
      // Filtering by something that the caller may not see would tell what is linked to it.
      const seen = await recordModel(tie.other).count({
        where: { [Op.and]: [visible(caller, tie.other.name), alive, { id: value }] } as never,
      })
      if (seen === 0) return 'nothing'
    }
    conditions.push(filterBy(entity, name, value))
  }
  return conditions
}

/** The link that a filter goes through; columns of the entity itself come first. */
const tieBy = (entity: Entity, name: string) =>
  columnFields(entity).some(([field]) => field === name) ? undefined : linksOf(entity).find((l) => l.column === name)

/** @throws Error for a value that would go into SQL and is no identifier; callers check it before */
function filterBy(entity: Entity, name: string, value: string): WhereOptions {
  const tie = tieBy(entity, name)
  if (!tie) return { [name]: value }
  if (!new RegExp(idPattern).test(value)) throw new Error('a linked id is no ULID')
  const members = `SELECT ${snake(tie.own)} FROM ${tie.link.table} WHERE ${snake(tie.column)} = '${value}'`
  return { id: { [Op.in]: Sequelize.literal(`(${members})`) } }
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)

/**
 * Labels that hold a text. SQLite knows upper and lower case of ASCII only, so the sort key, which is folded here, is
 * looked at too; accents then make no difference.
 */
function labelContains(entity: Entity, text: string): WhereOptions {
  const holds = (column: unknown, part: string) =>
    Sequelize.where(Sequelize.fn('INSTR', column, part), { [Op.gt]: 0 }) as unknown as WhereOptions
  const plain = holds(Sequelize.fn('LOWER', Sequelize.col(snake(entity.label))), text.toLowerCase())
  const folded = labelSort(text)
  return folded === '' ? plain : { [Op.or]: [plain, holds(Sequelize.col('label_sort'), folded)] }
}
