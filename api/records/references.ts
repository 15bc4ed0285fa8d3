/** References from one record to others: found by walking the schema, so that each is checked and none is forgotten. */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { linkModel, links, recordModel } from '#api/db/recordModels.ts'
import type { FieldError } from '#api/errors.ts'
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

/** References that point to nothing that the caller may see, as field errors; one query per entity. */
export async function brokenReferences(
  caller: Caller,
  references: Reference[],
  t?: Transaction,
): Promise<FieldError[]> {
  const problems: FieldError[] = []
  for (const [entity, group] of Object.entries(Object.groupBy(references, (r) => r.entity))) {
    const ids = [...new Set((group ?? []).map((r) => r.id))]
    const rows = await recordModel({ name: entity }).findAll({
      attributes: ['id'],
      where: { [Op.and]: [visible(caller, entity), { id: { [Op.in]: ids }, deletedAt: null }] },
      transaction: t ?? null,
    })
    const found = new Set(rows.map((row) => row.id))
    for (const { pointer, id } of group ?? []) {
      if (!found.has(id))
        problems.push({ pointer, message: `There is no ${entity} ${id} that you may use.`, value: id })
    }
  }
  return problems
}

/** How many records point to this one, by entity; deletion is refused while there are any. */
export async function referencesTo(
  entity: Entity,
  id: string,
  all: readonly Entity[],
  t: Transaction,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const other of all) {
    const columns = fieldsOf(other.record).filter(([, node]) => node['x-ref'] === entity.name && node['x-column'])
    const nested = pointsInside(other.record, entity.name)
    const tests = [
      ...columns.map(([name]) => ({ [name]: id })),
      ...(nested ? [{ body: { [Op.like]: `%"${id}"%` } }] : []),
    ]
    if (tests.length === 0) continue
    const n = await recordModel(other).count({ where: { deletedAt: null, [Op.or]: tests } as never, transaction: t })
    if (n > 0) counts.set(other.title, n)
  }
  for (const link of links.filter((l) => l.right.name === entity.name && l.left.name === 'ImageSeries')) {
    const n = await linkModel(link.table).count({ where: { [link.rightColumn]: id }, transaction: t })
    if (n > 0) counts.set(link.left.title, (counts.get(link.left.title) ?? 0) + n)
  }
  return counts
}

/** Whether an entity's JSON body can hold references to another entity. */
function pointsInside(schema: Node, target: string, top = true): boolean {
  if (!top && schema['x-ref'] === target) return true
  if (schema.items && !schema['x-link']) return pointsInside(schema.items, target, false)
  return fieldsOf(schema).some(
    ([, field]) => !(top && (field['x-column'] || field['x-link'])) && pointsInside(field, target, false),
  )
}
