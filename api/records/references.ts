/** References from one record to others: found by walking the schema, so that each is checked and none is forgotten. */
import { Op, type Transaction, type WhereOptions } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { linkModel, links, recordModel } from '#api/db/recordModels.ts'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import type { Node } from '#ontology/vocabulary.ts'

export interface Reference {
  pointer: string
  entity: string
  id: string
}

/** All references in a record, nested ones and link lists too. */
export function referencesIn(schema: Node, value: unknown, pointer = ''): Reference[] {
  if (value === undefined || value === null) return []
  const target = schema['x-ref']
  if (target && typeof value === 'string') return [{ pointer, entity: target, id: value }]
  if (Array.isArray(value) && schema.items)
    return value.flatMap((item, n) => referencesIn(schema.items as Node, item, `${pointer}/${n}`))
  if (typeof value === 'object' && schema.properties) {
    return fieldsOf(schema).flatMap(([name, field]) =>
      referencesIn(field, (value as Record<string, unknown>)[name], `${pointer}/${name}`),
    )
  }
  return []
}

/** Ids among those referred to that the caller may use. */
export async function foundReferences(
  caller: Caller,
  references: readonly Reference[],
  t?: Transaction,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const [entity, group] of Map.groupBy(references, (reference) => reference.entity)) {
    const ids = [...new Set(group.map(({ id }) => id))]
    const rows = await recordModel({ name: entity }).findAll({
      attributes: ['id'],
      where: { [Op.and]: [visible(caller, entity), { id: { [Op.in]: ids }, deletedAt: null }] },
      transaction: t ?? null,
    })
    for (const row of rows) found.add(row.id)
  }
  return found
}

/**
 * How many records point to this one, by entity; deletion is refused while there are any. What the caller may not see is
 * told apart, so that nobody learns what others keep.
 */
export async function referencesTo(
  caller: Caller,
  entity: Entity,
  id: string,
  all: readonly Entity[],
  t: Transaction,
): Promise<{ seen: Map<string, number>; unseen: number }> {
  const seen = new Map<string, number>()
  let unseen = 0
  const add = async (other: Entity, conditions: WhereOptions[]) => {
    const count = (where: WhereOptions[]) =>
      recordModel(other).count({ where: { [Op.and]: [{ deletedAt: null }, ...where] } as never, transaction: t })
    const whole = await count(conditions)
    const own = whole === 0 ? 0 : await count([...conditions, visible(caller, other.name)])
    if (own > 0) seen.set(other.title, (seen.get(other.title) ?? 0) + own)
    unseen += whole - own
  }
  for (const other of all) {
    const columns = fieldsOf(other.record).filter(([, node]) => node['x-ref'] === entity.name && node['x-column'])
    const nested = pointsInside(other.record, entity.name)
    const tests = [
      ...columns.map(([name]) => ({ [name]: id })),
      ...(nested ? [{ body: { [Op.like]: `%"${id}"%` } }] : []),
    ]
    if (tests.length > 0) await add(other, [{ [Op.or]: tests }])
  }
  for (const link of links.filter((l) => l.right.name === entity.name && l.left.name === 'ImageSeries')) {
    const linked = await linkModel(link.table).findAll({ where: { [link.rightColumn]: id }, transaction: t })
    await add(link.left, [{ id: { [Op.in]: linked.map((row) => row.get(link.leftColumn) as string) } }])
  }
  return { seen, unseen }
}

/** Whether an entity's JSON body can hold references to another entity. */
function pointsInside(schema: Node, target: string, top = true): boolean {
  if (!top && schema['x-ref'] === target) return true
  if (schema.items && !schema['x-link']) return pointsInside(schema.items, target, false)
  return fieldsOf(schema).some(
    ([, field]) => !(top && (field['x-column'] || field['x-link'])) && pointsInside(field, target, false),
  )
}
