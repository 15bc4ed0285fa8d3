/** Entities by name, with their form schema and how one of their records is called. */
import { createSchema, type Entity } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { formatInstant } from '../format.ts'
import { choiceText } from './choices.ts'
import type { Json } from './path.ts'

const schemas = new Map<string, Node>()

/** @throws Error for a name that is no entity */
export function entityNamed(name: string): Entity {
  const entity = entities.find((one) => one.name === name)
  if (!entity) throw new Error(`There is no entity "${name}".`)
  return entity
}

/** Schema of the fields that a person may set. */
export function formSchema(entity: Entity): Node {
  const held = schemas.get(entity.name) ?? (createSchema(entity) as Node)
  schemas.set(entity.name, held)
  return held
}

/** What people call a record. */
export function recordLabel(entity: Entity, record: Json): string {
  if (entity.name === 'Person') return `${String(record.givenName)} ${String(record.familyName)}`
  if (entity.name === 'Event') {
    const start = record.start as { dateTime: string } | undefined
    return `${choiceText(String(record.kind))}${start ? `, ${formatInstant(start.dateTime)}` : ''}`
  }
  return String(record[entity.label] ?? record.id)
}
