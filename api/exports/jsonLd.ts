/**
 * A dataset as schema.org JSON-LD (Dataset, with Bioschemas properties): what search engines and harvesters read from
 * the landing page. Names follow https://schema.org/Dataset and https://bioschemas.org/profiles/Dataset/1.0-RELEASE.
 */
import { expandTerm, propertyValues } from '#ontology/context.ts'
import { entities } from '#ontology/index.ts'
import { fieldsOf } from '#ontology/entity.ts'
import { prefixes, type Node } from '#ontology/vocabulary.ts'
import { Dataset, type Snapshot } from '#ontology/entities/dataset.ts'
import { modalities } from '#ontology/entities/series.ts'

type View = Record<string, unknown>
type Published = Dataset & { snapshot: Snapshot }

const licenceAddress = (spdx: string) => `https://spdx.org/licenses/${spdx}.html`

/** @param origin address of the site, without a slash at the end */
export function datasetJsonLd(dataset: Published, origin: string): View {
  const { snapshot } = dataset
  const page = `${origin}/datasets/${dataset.id}`
  const series = snapshot.series ?? []
  return clean({
    '@context': { '@vocab': prefixes.schema, ...prefixes },
    '@type': expandTerm((Dataset as Node)['x-term'] ?? '').replace(prefixes.schema, ''),
    '@id': page,
    url: page,
    identifier: dataset.pid,
    name: dataset.title,
    description: dataset.description,
    keywords: dataset.keywords,
    license: dataset.licence && licenceAddress(dataset.licence),
    version: String(dataset.versionNumber),
    datePublished: dataset.publishedAt,
    dateModified: dataset.updatedAt,
    creativeWorkStatus: dataset.state === 'published' ? 'Published' : dataset.state,
    isAccessibleForFree: true,
    conditionsOfAccess: dataset.state === 'published' ? 'open access' : undefined,
    creator: dataset.creators.map((c) => ({
      '@type': 'Person',
      ...(c.orcid && { '@id': `https://orcid.org/${c.orcid}`, identifier: `https://orcid.org/${c.orcid}` }),
      name: c.name,
      givenName: c.givenName,
      familyName: c.familyName,
      affiliation: c.affiliation && { '@type': 'Organization', name: c.affiliation },
    })),
    funder: (snapshot.projects ?? []).flatMap((p) =>
      ((p.funding as View[] | undefined) ?? []).map((f) => ({ '@type': 'Organization', name: f.funder })),
    ),
    measurementTechnique: dataset.modalities,
    variableMeasured: [
      ...new Set(series.map((s) => (s.image as View | undefined)?.unit as string | undefined).filter(Boolean)),
    ].map((unit) => ({
      '@type': 'PropertyValue',
      name: 'voxel value',
      unitText: unit,
    })),
    about: (snapshot.subjects ?? []).map((s) => subjectNode(s, page)),
    mentions: [
      ...(snapshot.events ?? []).map((e) => eventNode(e, snapshot, page)),
      ...(snapshot.sessions ?? []).map((s) => sessionNode(s, snapshot, page)),
    ],
    isPartOf: (snapshot.projects ?? []).map((p) => ({
      '@type': 'ResearchProject',
      name: p.title,
      description: p.description,
    })),
    hasPart: series.map((s) => seriesNode(s, origin, page)),
    distribution: dataset.state === 'published' ? (snapshot.files ?? []).map((f) => fileNode(f, origin)) : undefined,
    publisher: { '@type': 'DataCatalog', name: 'Vivarchive', url: origin },
    includedInDataCatalog: { '@type': 'DataCatalog', name: 'Vivarchive', url: origin },
  }) as View
}

function subjectNode(subject: View, page: string): View {
  const species = subject.species as { label: string; codings?: { iri?: string }[] } | undefined
  return {
    '@type': ['bioschemas:BioSample', 'Thing'],
    '@id': `${page}#${String(subject.id)}`,
    name: subject.localId,
    ...(species && {
      'bioschemas:taxonomicRange': {
        '@type': 'Taxon',
        ...(species.codings?.[0]?.iri && { '@id': species.codings[0].iri }),
        name: species.label,
      },
    }),
    additionalProperty: propertiesOf('Subject', subject),
  }
}

function eventNode(event: View, snapshot: Snapshot, page: string): View {
  const administration = event.agentAdministration as View | undefined
  const agent = (snapshot.agents ?? []).find((a) => a.id === administration?.agentId)
  const codings = (agent?.codings as { iri?: string }[] | undefined) ?? []
  return {
    '@type': 'Action',
    '@id': `${page}#${String(event.id)}`,
    name: event.kind,
    startTime: (event.start as View | undefined)?.dateTime,
    endTime: (event.end as View | undefined)?.dateTime,
    object: { '@id': `${page}#${String(event.subjectId)}` },
    ...(agent && {
      instrument: {
        '@type': 'ChemicalSubstance',
        name: agent.name,
        alternateName: agent.synonyms,
        sameAs: codings.map((c) => c.iri),
      },
    }),
    additionalProperty: propertiesOf('Event', event),
  }
}

function sessionNode(session: View, snapshot: Snapshot, page: string): View {
  const instrument = (snapshot.instruments ?? []).find((i) => i.id === session.instrumentId)
  return {
    '@type': 'Action',
    '@id': `${page}#${String(session.id)}`,
    name: session.label,
    startTime: (session.start as View | undefined)?.dateTime,
    ...(instrument && {
      instrument: {
        '@type': 'Product',
        name: instrument.name,
        manufacturer: { '@type': 'Organization', name: instrument.manufacturer },
        model: instrument.model,
      },
    }),
    additionalProperty: propertiesOf('ImagingSession', session),
  }
}

function seriesNode(series: View, origin: string, page: string): View {
  return {
    '@type': ['Dataset', 'ImageObject'],
    '@id': `${origin}/series/${String(series.id)}`,
    url: `${origin}/series/${String(series.id)}`,
    name: series.label,
    description:
      series.description ??
      `${modalities[series.modality as keyof typeof modalities] ?? 'Image'} series “${String(series.label)}”`,
    measurementTechnique: modalities[series.modality as keyof typeof modalities],
    dateCreated: (series.acquiredAt as View | undefined)?.dateTime,
    encodingFormat: series.format,
    contentSize: String(series.byteCount ?? ''),
    thumbnailUrl: series.pixels === 'ready' ? `${origin}/api/v1/series/${String(series.id)}/thumbnail` : undefined,
    about: ((series.subjectIds as string[] | undefined) ?? []).map((id) => ({ '@id': `${page}#${id}` })),
    additionalProperty: propertiesOf('ImageSeries', series),
  }
}

const fileNode = (file: View, origin: string): View => ({
  '@type': 'DataDownload',
  '@id': `${origin}/api/v1/files/${String(file.id)}/content`,
  contentUrl: `${origin}/api/v1/files/${String(file.id)}/content`,
  name: file.path,
  contentSize: String(file.byteCount),
  encodingFormat: file.mediaType,
  sha256: file.sha256,
})

function propertiesOf(name: string, record: View): View[] {
  const entity = entities.find((e) => e.name === name)
  if (!entity) throw new Error(`${name} is no entity`)
  const named = new Set([entity.label, 'start', 'end', 'kind'])
  const rest = Object.fromEntries(
    fieldsOf(entity.record).flatMap(([field]) => (named.has(field) ? [] : [[field, record[field]]])),
  )
  return propertyValues(entity.record, rest.kind === undefined ? { ...rest, kind: record.kind } : rest)
}

/** Without what is empty, at any depth. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kept = value.map(clean).filter((v) => v !== undefined)
    return kept.length > 0 ? kept : undefined
  }
  if (typeof value !== 'object' || value === null) return value === null || value === '' ? undefined : value
  const kept = Object.entries(value)
    .map(([key, v]) => [key, clean(v)] as const)
    .filter(([, v]) => v !== undefined)
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}
