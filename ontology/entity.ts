/** What an entity is, and the schemas that follow from its one definition. */
import { Type, closed, id, instant, type Node, type Static, type TObject, type TProperties } from './vocabulary.ts'
import { FieldSource, NullReason } from './values.ts'

/** Fields that the server sets on each record. */
export const systemFields = {
  id: id({ title: 'Identifier', 'x-system': true, 'x-term': 'schema:identifier' }),
  version: Type.Integer({
    minimum: 1,
    title: 'Version',
    description: 'Rises with each change; its ETag guards updates.',
    'x-system': true,
  }),
  createdAt: instant({ title: 'Created', 'x-system': true, 'x-term': 'schema:dateCreated', 'x-sort': true }),
  updatedAt: instant({ title: 'Changed', 'x-system': true, 'x-term': 'schema:dateModified', 'x-sort': true }),
}

const noteFields = {
  nullReasons: Type.Optional(
    Type.Array(Type.Unsafe<Static<typeof NullReason>>(NullReason), {
      maxItems: 100,
      title: 'Known to be empty',
      description: 'Fields that are empty for a reason; counts as filled for publication.',
    }),
  ),
  sources: Type.Optional(
    Type.Array(Type.Unsafe<Static<typeof FieldSource>>(FieldSource), {
      maxItems: 200,
      title: 'Where values came from',
      'x-private': true,
    }),
  ),
}

export interface Entity<P extends TProperties = TProperties> {
  /** PascalCase name, also the `$id` of its schema and its GraphQL type. */
  readonly name: string
  /** Path segment of its REST collection, kebab-case plural. */
  readonly plural: string
  /** What people call one of it. */
  readonly title: string
  readonly description: string
  /** JSON-LD class, compact IRI. */
  readonly term: string
  /** Field whose value is the record's label in lists. */
  readonly label: string
  /** Who decides who sees it (api/access has the rules). */
  readonly scope: 'project' | 'catalogue'
  /** True when the server alone writes its records (they are made by imports). */
  readonly serverWritten: boolean
  /** The complete record as it is read. */
  readonly record: TObject<P>
}

type SystemFields = typeof systemFields & typeof noteFields

/**
 * Defines an entity. Fields whose `x-level` is 'record' must be given to save; all others are made optional here, so a
 * field is written once and its level decides.
 */
export function entity<P extends TProperties>(
  about: Omit<Entity, 'record' | 'serverWritten'> & { serverWritten?: boolean },
  fields: P,
): Entity<SystemFields & P> {
  return {
    serverWritten: false,
    ...about,
    record: closed(
      { ...systemFields, ...fields, ...noteFields },
      {
        $id: about.name,
        title: about.title,
        description: about.description,
        'x-term': about.term,
      },
    ) as TObject<SystemFields & P>,
  }
}

/** Fields of an object schema with their names. */
export const fieldsOf = (schema: Node): [string, Node][] =>
  Object.entries((schema.properties ?? {}) as Record<string, Node>)
export const isRequired = (schema: Node, field: string): boolean => schema.required?.includes(field) ?? false

/** Body of a creation: the fields a client may set; record-level ones without a default are required, at any depth. */
export function createSchema(e: Entity): TObject {
  const properties = Object.fromEntries(fieldsOf(e.record).filter(([, field]) => !field['x-system']))
  const body = creationOf({ ...e.record, properties } as Node)
  return { ...body, $id: `${e.name}Create`, title: `New ${e.title.toLowerCase()}` } as unknown as TObject
}

function creationOf(node: Node): Node {
  if (node.type === 'array' && node.items) return { ...node, items: creationOf(node.items) } as unknown as Node
  if (node.type !== 'object' || !node.properties) return node
  const fields = fieldsOf(node)
  return {
    ...node,
    properties: Object.fromEntries(fields.map(([name, field]) => [name, creationOf(field)])),
    required: fields.flatMap(([name, field]) => (isRequired(node, name) && field.default === undefined ? [name] : [])),
  } as unknown as Node
}

/** A new record: what is given, and the defaults of the schema where nothing is; at any depth, the details of its kind included. */
export function withDefaults(schema: Node, given: Record<string, unknown> = {}): Record<string, unknown> {
  const record = { ...given }
  for (const [name, field] of fieldsOf(schema)) {
    if (record[name] === undefined && field.default !== undefined) record[name] = field.default
  }
  for (const [name, field] of fieldsOf(schema)) {
    if (!applies(field, record)) continue
    const isDetail = field['x-when'] !== undefined && field.type === 'object'
    const value = valueWithDefaults(field, record[name] ?? (isDetail ? {} : undefined))
    if (record[name] !== undefined || (isDetail && Object.keys(value as object).length > 0)) record[name] = value
  }
  return record
}

function valueWithDefaults(field: Node, value: unknown): unknown {
  if (Array.isArray(value))
    return field.items ? value.map((item) => valueWithDefaults(field.items as Node, item)) : value
  return field.properties && typeof value === 'object' && value !== null
    ? withDefaults(field, value as Record<string, unknown>)
    : value
}

/** Body of an update: a JSON Merge Patch (RFC 7396), to any depth; null empties an optional field. */
export function updateSchema(e: Entity): TObject {
  const patch = patchOf(e.record) as TObject
  return { ...patch, $id: `${e.name}Update`, title: `Changes of ${e.title.toLowerCase()}`, minProperties: 1 } as TObject
}

function patchOf(node: Node): Node {
  if (node.type !== 'object' || !node.properties) return node
  const properties: Record<string, Node> = {}
  for (const [name, field] of fieldsOf(node)) {
    if (field['x-system']) continue
    const { default: _default, ...plain } = patchOf(field)
    properties[name] = (
      isRequired(node, name) ? plain : { anyOf: [plain, { type: 'null' }], title: field.title }
    ) as Node
  }
  return { ...node, properties, required: [] } as unknown as Node
}

/** Page of a list. */
export function pageSchema(e: Entity): TObject {
  return closed(
    {
      items: Type.Array(Type.Ref(e.name)),
      next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null on the last one.' }),
      total: Type.Optional(Type.Integer({ description: 'Number of all hits; only when asked for with total=true.' })),
    },
    { $id: `${e.name}Page`, title: `Page of ${e.title.toLowerCase()} records` },
  )
}

/** A field path that the publish level asks for, with what a person is told. */
export interface Missing {
  /** JSON pointer in the record. */
  pointer: string
  field: string
  title: string
}

/**
 * Publish-level check: the fields that are needed to make a record public and are neither filled nor excused by a null
 * reason. `x-when` fields count only for records they apply to; nested objects are entered when they are present.
 */
export function missingForPublication(e: Entity, record: Record<string, unknown>): Missing[] {
  const excused = new Set(((record.nullReasons as { field: string }[] | undefined) ?? []).map((n) => n.field))
  const missing: Missing[] = []
  const walk = (schema: Node, value: Record<string, unknown>, path: string) => {
    for (const [name, field] of fieldsOf(schema)) {
      const here = path ? `${path}.${name}` : name
      if (!applies(field, value)) continue
      const held = value[name]
      const empty = held === undefined || held === null || held === '' || (Array.isArray(held) && held.length === 0)
      if (field['x-level'] === 'publish' && empty && !excused.has(here)) {
        missing.push({ pointer: `/${here.replaceAll('.', '/')}`, field: here, title: field.title ?? name })
      }
      if (field.type === 'object' && field.properties && held && typeof held === 'object') {
        walk(field, held as Record<string, unknown>, here)
      }
    }
  }
  walk(e.record, record, '')
  return missing
}

/** Whether a field has a meaning for this record (`x-when`). */
export function applies(field: Node, record: Record<string, unknown>): boolean {
  const conditions = Object.entries(field['x-when'] ?? {})
  return conditions.every(([key, wanted]) => String(record[key]) === wanted)
}

/** The record as the public may see it: without private fields, at any depth. */
export function publicView(schema: Node, record: Record<string, unknown>): Record<string, unknown> {
  const view: Record<string, unknown> = {}
  for (const [name, field] of fieldsOf(schema)) {
    const value = record[name]
    if (value === undefined || value === null || field['x-private']) continue
    view[name] = publicValue(field, value)
  }
  return view
}

function publicValue(field: Node, value: unknown): unknown {
  if (Array.isArray(value)) return field.items ? value.map((one) => publicValue(field.items as Node, one)) : value
  const nested = field.type === 'object' && field.properties && typeof value === 'object' && value !== null
  return nested ? publicView(field, value as Record<string, unknown>) : value
}
