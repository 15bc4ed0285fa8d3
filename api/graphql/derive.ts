/** GraphQL types read off the ontology: records with their references resolved, lists as Relay connections. */
import type { Entity } from '#ontology/entity.ts'
import { fieldsOf, isRequired } from '#ontology/entity.ts'
import { Dataset, publicSchema } from '#ontology/entities/dataset.ts'
import { Quantity } from '#ontology/values.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { filtersOf, sortsOf } from '#api/records/list.ts'
import { usualFirst } from './cost.ts'

/** A field that leads from one record to others. */
export interface Edge {
  /** GraphQL type that has the field. */
  owner: string
  field: string
  target: string
  /** one: by the id in `by`; many: by the ids in `by`; list: a connection of those whose filter `by` names the owner. */
  kind: 'one' | 'many' | 'list'
  by: string
}

export interface Derived {
  sdl: string
  edges: Edge[]
}

/** Arguments of every connection (Relay's Cursor Connections Specification, section 4). */
const paging = 'first: Int, after: String, last: Int, before: String'

const largestInt = 2 ** 31 - 1

/**
 * The schema definition and the edges that need resolvers.
 * @throws Error for a shape of JSON Schema that has no GraphQL type here
 */
export function deriveGraphql(entities: readonly Entity[]): Derived {
  const types = new Map<string, string>()
  const edges: Edge[] = []
  for (const entity of entities) edges.push(...edgesOf(entity, entities))
  for (const entity of entities) {
    const own = edges.filter((edge) => edge.owner === entity.name)
    addObject(types, entity.name, entity.record, own.map(edgeField))
    addConnection(types, entity.name)
    addObject(types, `Public${entity.name}`, publicSchema(entity), [])
  }
  const published = entities.map((entity) => `  ${entity.plural}: [Public${entity.name}!]!`)
  types.set('Snapshot', `"""Records as they were published."""\ntype Snapshot {\n${published.join('\n')}\n}`)
  addObject(types, 'Dataset', Dataset, [
    '  """The records that were published with the newest version."""\n  snapshot: Snapshot!',
  ])
  addConnection(types, 'Dataset')
  types.set(
    'PageInfo',
    'type PageInfo {\n  hasNextPage: Boolean!\n  hasPreviousPage: Boolean!\n  startCursor: String\n  endCursor: String\n}',
  )
  return { sdl: [queryType(entities), ...types.values()].join('\n\n'), edges }
}

/** Name of the field that reads one record: series -> imageSeries, study -> study. */
export const oneField = (entity: Entity): string => entity.name[0]?.toLowerCase() + entity.name.slice(1)

/** subject -> subjects; sourceSeries stays as it is. */
const pluralOf = (one: string): string => (one.endsWith('s') ? one : `${one}s`)

function edgesOf(entity: Entity, all: readonly Entity[]): Edge[] {
  const edges: Edge[] = []
  for (const [name, node] of fieldsOf(entity.record)) {
    if (node['x-ref'])
      edges.push({ owner: entity.name, field: name.replace(/Id$/, ''), target: node['x-ref'], kind: 'one', by: name })
    const target = node.items?.['x-ref']
    if (node['x-link'] && target)
      edges.push({ owner: entity.name, field: pluralOf(name.replace(/Ids$/, '')), target, kind: 'many', by: name })
  }
  const pointer = `${entity.name.replace(/^Image|^Imaging/, '').toLowerCase()}Id`
  for (const other of all) {
    const taken = edges.some((edge) => edge.field === other.plural)
    if (!taken && filtersOf(other).includes(pointer) && entity.scope === 'project') {
      edges.push({ owner: entity.name, field: other.plural, target: other.name, kind: 'list', by: pointer })
    }
  }
  return edges
}

function edgeField(edge: Edge): string {
  if (edge.kind === 'one') return `  ${edge.field}: ${edge.target}`
  if (edge.kind === 'many') return `  ${edge.field}: [${edge.target}!]!`
  return `  ${edge.field}(${paging}, sort: String): ${edge.target}Connection!`
}

function addConnection(types: Map<string, string>, name: string): void {
  types.set(`${name}Edge`, `type ${name}Edge {\n  node: ${name}!\n  cursor: String!\n}`)
  types.set(
    `${name}Connection`,
    `type ${name}Connection {\n  nodes: [${name}!]!\n  edges: [${name}Edge!]!\n  pageInfo: PageInfo!\n}`,
  )
}

function addObject(types: Map<string, string>, name: string, schema: Node, more: string[]): void {
  const fields = fieldsOf(schema).map(([field, node]) => {
    const type = typeOf(types, `${name}${field[0]?.toUpperCase()}${field.slice(1)}`, node, field)
    const about = [node.title, node.description].filter(Boolean).join('. ')
    return `${about ? `  """${about.replaceAll('"', "'")}"""\n` : ''}  ${field}: ${type}${isRequired(schema, field) ? '!' : ''}`
  })
  const sdl = `${schema.description ? `"""${schema.description}"""\n` : ''}type ${name} {\n${[...fields, ...more].join('\n')}\n}`
  const known = types.get(name)
  if (known !== undefined && known !== sdl) throw new Error(`two different shapes are both called ${name}`)
  types.set(name, sdl)
}

function typeOf(types: Map<string, string>, name: string, node: Node, field: string): string {
  if (node.type === 'array' && node.items) return `[${typeOf(types, name, node.items, field)}!]`
  if (node.enum?.every((value) => /^[_A-Za-z]\w*$/.test(value))) {
    const enumName = name.replace(/^Public/, '')
    types.set(enumName, `enum ${enumName} {\n  ${node.enum.join('\n  ')}\n}`)
    return enumName
  }
  if (node.type === 'object' && node.properties) {
    const shared = node['x-type']
    addObject(types, shared ?? name, shared === 'Quantity' ? Quantity : { ...node, description: undefined }, [])
    return shared ?? name
  }
  switch (node.type) {
    case 'string':
      return node['x-ref'] || field === 'id' ? 'ID' : 'String'
    case 'integer':
      return ((node as { maximum?: number }).maximum ?? Infinity) <= largestInt ? 'Int' : 'Float'
    case 'number':
      return 'Float'
    case 'boolean':
      return 'Boolean'
    default:
      throw new Error(`${name}: no GraphQL type for ${JSON.stringify(node).slice(0, 100)}`)
  }
}

function queryType(entities: readonly Entity[]): string {
  const fields = entities.flatMap((entity) => {
    const filters = filtersOf(entity).map((name) => `${name}: String`)
    const about = `Sorted by one of: ${sortsOf(entity).join(', ')}. ${usualFirst} at a time unless first or last says otherwise.`
    return [
      `  ${oneField(entity)}(id: ID!): ${entity.name}`,
      `  """${about}"""\n  ${entity.plural}(${paging}, sort: String, q: String${filters.map((f) => `, ${f}`).join('')}): ${entity.name}Connection!`,
    ]
  })
  return `type Query {\n${fields.join('\n')}\n  dataset(id: ID!): Dataset\n  datasets(${paging}, q: String, state: String, projectId: String): DatasetConnection!\n}`
}
