/** JSON-LD: the context made from the `x-term` annotations, and records as linked data. */
import type { Entity } from './entity.ts'
import { applies, fieldsOf } from './entity.ts'
import { prefixes, type Node } from './vocabulary.ts'

/** Own properties of the vocabulary: fields without an outside term live under this prefix. */
const own = (name: string) => `viv:${name}`

/** A context that maps the field names of all entities. Names that mean different things get scoped by their class. */
export function jsonLdContext(entities: readonly Entity[]): { '@context': Record<string, unknown> } {
  const context: Record<string, unknown> = { '@version': 1.1, ...prefixes, id: '@id', type: '@type' }
  for (const entity of entities) {
    context[entity.name] = { '@id': entity.term, '@context': termsOf(entity.record) }
  }
  return { '@context': context }
}

/** Term definitions of the fields of an object schema, nested objects scoped inside. */
export function termsOf(schema: Node): Record<string, unknown> {
  const terms: Record<string, unknown> = {}
  for (const [name, field] of fieldsOf(schema)) {
    if (field['x-private'] || name === 'id') continue
    const definition: Record<string, unknown> = { '@id': field['x-term'] ?? own(name) }
    const inner = field.type === 'array' ? ((field.items ?? {}) as Node) : field
    if (inner['x-ref']) definition['@type'] = '@id'
    else if (inner.format === 'date') definition['@type'] = 'http://www.w3.org/2001/XMLSchema#date'
    else if (inner.format === 'date-time') definition['@type'] = 'http://www.w3.org/2001/XMLSchema#dateTime'
    else if (inner.type === 'object' && inner.properties) definition['@context'] = termsOf(inner)
    terms[name] = definition
  }
  return terms
}

/** Compact IRI as a full one. */
export function expandTerm(term: string): string {
  const [prefix = '', name = ''] = term.split(':', 2)
  const base = (prefixes as Record<string, string>)[prefix]
  return base ? base + name : term
}

/**
 * One field as a schema.org PropertyValue, for consumers that know schema.org only.
 * @param value scalar, Quantity, CodedTerm, WhenStamp or a list of such; other shapes give undefined
 */
export function propertyValue(name: string, field: Node, value: unknown): Record<string, unknown> | undefined {
  const base = {
    '@type': 'PropertyValue',
    name: field.title ?? name,
    propertyID: expandTerm(field['x-term'] ?? own(name)),
  }
  if (Array.isArray(value)) {
    const parts = value.map((v) => propertyValue(name, field, v)).filter((v) => v !== undefined)
    return parts.length > 0 ? { ...base, value: parts.map((p) => p.value) } : undefined
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return { ...base, value }
  if (typeof value !== 'object' || value === null) return undefined
  const held = value as Record<string, unknown>
  if ('unit' in held && 'value' in held) return { ...base, value: held.value, unitCode: held.unit }
  if ('label' in held) {
    const coding = (held.codings as { iri?: string }[] | undefined)?.find((c) => c.iri)
    return { ...base, value: held.label, ...(coding && { valueReference: coding.iri }) }
  }
  if ('dateTime' in held) return { ...base, value: held.dateTime }
  return undefined
}

/** Fields of a record that are filled and apply to it, nested objects flattened, as PropertyValues. */
export function propertyValues(schema: Node, record: Record<string, unknown>): Record<string, unknown>[] {
  return fieldsOf(schema).flatMap(([name, field]) => {
    const value = record[name]
    if (
      value === undefined ||
      value === null ||
      field['x-ref'] ||
      field['x-link'] ||
      field['x-system'] ||
      field['x-private'] ||
      !applies(field, record)
    )
      return []
    if (
      field.type === 'object' &&
      field.properties &&
      !['CodedTerm', 'Quantity', 'WhenStamp'].includes(field['x-type'] ?? '')
    ) {
      return propertyValues(field, value as Record<string, unknown>)
    }
    const property = propertyValue(name, field, value)
    return property ? [property] : []
  })
}
