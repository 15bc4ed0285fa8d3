/** Records as linked data: the context made from the schemas keeps every public field, without the network. */
import jsonld from 'jsonld'
import { expect, it } from 'vitest'
import { jsonLdContext } from '#ontology/context.ts'
import { fieldsOf } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import type { Node } from '#ontology/vocabulary.ts'

/** A value of a schema with all of its public fields filled. */
function filled(node: Node): unknown {
  if (node.const !== undefined) return node.const
  if (node.enum) return node.enum[0]
  if (node['x-ref'] || node.format === 'uri') return 'https://example.org/thing'
  switch (node.type) {
    case 'array':
      return [filled(node.items as Node)]
    case 'object':
      return Object.fromEntries(publicFields(node).map(([name, field]) => [name, filled(field)]))
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return true
    default:
      return node.format === 'date' ? '2025-03-14' : node.format === 'date-time' ? '2025-03-14T10:00:00Z' : 'words'
  }
}

const publicFields = (node: Node) => fieldsOf(node).filter(([name, field]) => !field['x-private'] && name !== 'id')

/** Paths of the fields that have no place in the expanded node. */
function dropped(node: Node, expanded: unknown, terms: Record<string, unknown>, path: string): string[] {
  const [held] = [expanded].flat() as Record<string, unknown>[]
  return publicFields(node).flatMap(([name, field]) => {
    const here = `${path}.${name}`
    const iri = iriOf((terms[name] as { '@id'?: string } | undefined)?.['@id'])
    const value = iri === undefined ? undefined : held?.[iri]
    if (value === undefined) return [here]
    const inner = field.type === 'array' ? (field.items as Node) : field
    if (inner.type !== 'object') return []
    return dropped(inner, value, (terms[name] as { '@context'?: Record<string, unknown> })['@context'] ?? {}, here)
  })
}

const context = jsonLdContext(entities)['@context']
const iriOf = (compact: string | undefined): string | undefined => {
  const [prefix = '', rest = ''] = (compact ?? '').split(':')
  return typeof context[prefix] === 'string' ? `${context[prefix] as string}${rest}` : undefined
}

it.each(entities.map((entity) => [entity.name, entity] as const))(
  '%s expands with every public field',
  async (name, entity) => {
    const document = {
      '@context': context,
      type: name,
      id: 'https://example.org/record',
      ...(filled(entity.record as Node) as object),
    }
    const documentLoader = (address: string): never => {
      throw new Error(`the network was asked for ${address}`)
    }
    const expanded = await jsonld.expand(document as never, { documentLoader: documentLoader as never })
    const terms = (context[name] as { '@context': Record<string, unknown> })['@context']
    expect(dropped(entity.record as Node, expanded, terms, name)).toEqual([])
  },
)
