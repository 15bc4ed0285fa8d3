import {
  Type,
  closed,
  date,
  id,
  instant,
  line,
  oneOf,
  text,
  type Node,
  type Static,
  type TObject,
  type TProperties,
} from '../vocabulary.ts'
import { systemFields, fieldsOf, type Entity } from '../entity.ts'
import { entities } from '../index.ts'
import { licences } from './project.ts'

/** superseded: an older version of what is public. */
export const datasetStates = ['draft', 'submitted', 'embargoed', 'published', 'superseded', 'withdrawn'] as const
export type DatasetState = (typeof datasetStates)[number]

const Creator = closed(
  {
    name: line({ title: 'Name', 'x-term': 'schema:name' }),
    givenName: Type.Optional(Type.String({ 'x-term': 'schema:givenName' })),
    familyName: Type.Optional(Type.String({ 'x-term': 'schema:familyName' })),
    orcid: Type.Optional(Type.String({ title: 'ORCID', 'x-term': 'schema:identifier' })),
    affiliation: Type.Optional(Type.String({ title: 'Affiliation', 'x-term': 'schema:affiliation' })),
  },
  { 'x-type': 'Creator', title: 'Creator', 'x-term': 'schema:Person' },
)

/** What is published of an entity: its fields without the private ones. */
export function publicSchema(entity: Entity): TObject {
  const properties: TProperties = {}
  for (const [name, field] of fieldsOf(entity.record)) {
    if (!field['x-private']) properties[name] = name === 'id' ? field : Type.Optional(withoutPrivate(field))
  }
  return closed(properties, {
    $id: `Public${entity.name}`,
    title: `${entity.title}, as published`,
    'x-term': entity.term,
  })
}

function withoutPrivate(node: Node): Node {
  if (node.type === 'array' && node.items) return { ...node, items: withoutPrivate(node.items) } as unknown as Node
  if (node.type !== 'object' || !node.properties) return node
  const kept = fieldsOf(node).filter(([, field]) => !field['x-private'])
  // A shape that has lost a field is another type.
  const renamed = kept.length < fieldsOf(node).length && node['x-type'] ? { 'x-type': `Public${node['x-type']}` } : {}
  return {
    ...node,
    ...renamed,
    properties: Object.fromEntries(kept.map(([name, field]) => [name, withoutPrivate(field)])),
  } as unknown as Node
}

/** Everything that was public with a version of a dataset: the public views of its records, by collection. */
export type Snapshot = Record<string, Record<string, unknown>[]>

export const snapshotSchema = (): TObject =>
  closed(Object.fromEntries(entities.map((e) => [e.plural, Type.Array(Type.Ref(`Public${e.name}`))])), {
    $id: 'Snapshot',
    title: 'Published records',
  })

/** What is published: an immutable, versioned snapshot of chosen series with their metadata. */
export const Dataset = closed(
  {
    ...systemFields,
    pid: Type.String({ title: 'Identifier', 'x-term': 'schema:identifier', format: 'uri' }),
    projectId: id({ title: 'Project' }),
    title: line({ title: 'Title', 'x-term': 'schema:name', 'x-search': 3, 'x-sort': true }),
    description: Type.Optional(text({ title: 'Description', 'x-term': 'schema:description', 'x-search': 1 })),
    licence: Type.Optional(oneOf(licences, { title: 'Licence', 'x-term': 'schema:license', 'x-facet': 'Licence' })),
    creators: Type.Array(Type.Unsafe<Static<typeof Creator>>(Creator), {
      title: 'Creators',
      'x-term': 'schema:creator',
      'x-search': 2,
      'x-facet': 'Creator',
    }),
    keywords: Type.Array(line(), {
      title: 'Keywords',
      'x-term': 'schema:keywords',
      'x-search': 2,
      'x-facet': 'Keyword',
    }),
    state: oneOf(datasetStates, { title: 'State', 'x-term': 'schema:creativeWorkStatus' }),
    versionNumber: Type.Integer({ minimum: 0, title: 'Published version', 'x-term': 'schema:version' }),
    publishedAt: Type.Optional(instant({ title: 'Published', 'x-term': 'schema:datePublished', 'x-sort': true })),
    embargoUntil: Type.Optional(
      date({
        title: 'Opens on',
        description: 'Until that day the metadata is public and the files are not.',
        'x-term': 'dcterms:available',
      }),
    ),
    reason: Type.Optional(text({ title: 'Reason', description: 'Why it was withdrawn or sent back.' })),
    projectTitle: Type.Optional(Type.String({ title: 'Project' })),
    studyTitle: Type.Optional(Type.String({ title: 'Study' })),
    seriesCount: Type.Integer({ title: 'Image series' }),
    fileCount: Type.Integer({ title: 'Files' }),
    byteCount: Type.Integer({ title: 'Size in bytes', 'x-term': 'schema:contentSize' }),
    modalities: Type.Array(Type.String(), { title: 'Modalities', 'x-term': 'schema:measurementTechnique' }),
    species: Type.Array(Type.String(), { title: 'Species', 'x-term': 'schema:about' }),
    citation: Type.String({ title: 'How to cite it', 'x-term': 'schema:creditText' }),
    coverSeriesIds: Type.Array(id(), { title: 'Series shown as pictures' }),
  },
  {
    $id: 'Dataset',
    title: 'Dataset',
    description: 'A published, versioned snapshot of image series with their metadata.',
    'x-term': 'schema:Dataset',
  },
)
export type Dataset = Static<typeof Dataset>
