/**
 * A dataset as schema.org JSON-LD, at once Google's Dataset, Bioschemas' Dataset and Croissant 1.1: what search engines
 * and harvesters read from the landing page. Names follow https://schema.org/Dataset,
 * https://bioschemas.org/profiles/Dataset/1.0-RELEASE and http://mlcommons.org/croissant/1.1.
 */
import { propertyValues } from '#ontology/context.ts'
import { entities } from '#ontology/index.ts'
import { fieldsOf } from '#ontology/entity.ts'
import type { Snapshot } from '#ontology/entities/dataset.ts'
import { modalities } from '#ontology/modalities.ts'
import { bibTeX } from './citation.ts'
import { croissantContext } from './croissantContext.ts'
import {
  accessRightOf,
  addressesOf,
  filesOf,
  fundingOf,
  licenceAddress,
  periodOf,
  speciesIn,
  type Published,
  type PublishedFile,
  type Site,
  type View,
} from './published.ts'

/** Files and records in the block that stands in the page; the full Croissant document has all. */
const slim = { files: 100, records: 200 }

/** @param options.full all files and records, for the documents beside the page */
export function datasetJsonLd(dataset: Published, site: Site, { full = false }: { full?: boolean } = {}): View {
  const { snapshot } = dataset
  const at = addressesOf(dataset, site)
  const page = at.page
  const series = snapshot.series ?? []
  const some = <T>(list: readonly T[] | undefined, most: number): T[] => (list ?? []).slice(0, full ? undefined : most)
  const right = accessRightOf(dataset)
  const period = periodOf(dataset)
  const open = dataset.state === 'published'
  return clean({
    '@context': croissantContext,
    '@type': 'Dataset',
    '@id': at.pid,
    conformsTo: ['http://mlcommons.org/croissant/1.1', 'https://bioschemas.org/profiles/Dataset/1.0-RELEASE'],
    url: page,
    identifier: at.pid,
    sameAs: dataset.versionNumber > 0 ? at.versionPid : undefined,
    name: dataset.title,
    description: descriptionOf(dataset),
    keywords: dataset.keywords,
    license: dataset.licence && licenceAddress(dataset.licence),
    citeAs: bibTeX(dataset, site),
    version: `${dataset.versionNumber}.0.0`,
    dateCreated: dataset.createdAt,
    datePublished: dataset.publishedAt,
    dateModified: dataset.updatedAt,
    inLanguage: 'en',
    creativeWorkStatus: dataset.state === 'published' ? 'Published' : dataset.state,
    isAccessibleForFree: open,
    conditionsOfAccess: right.iri,
    temporalCoverage: period && `${period.start}/${period.end}`,
    creator: dataset.creators.map((c) => ({
      '@type': 'Person',
      ...(c.orcid && { '@id': `https://orcid.org/${c.orcid}`, identifier: `https://orcid.org/${c.orcid}` }),
      name: c.name,
      givenName: c.givenName,
      familyName: c.familyName,
      affiliation: c.affiliation && { '@type': 'Organization', name: c.affiliation },
    })),
    funder: fundingOf(dataset).map((f) => ({ '@type': 'Organization', name: f.funder })),
    measurementTechnique: dataset.modalities,
    variableMeasured: [
      ...new Set(series.map((s) => (s.image as View | undefined)?.unit as string | undefined).filter(Boolean)),
    ].map((unit) => ({
      '@type': 'PropertyValue',
      name: 'voxel value',
      unitText: unit,
    })),
    about: [
      ...speciesIn(dataset).map((species) => ({
        '@type': 'Taxon',
        ...(species.iri && { '@id': species.iri }),
        name: species.label,
        'dwc:scientificName': species.label,
      })),
      ...some(snapshot.subjects, slim.records).map((s) => subjectNode(s, page)),
    ],
    mentions: [
      ...some(snapshot.events, slim.records).map((e) => eventNode(e, snapshot, page)),
      ...some(snapshot.sessions, slim.records).map((s) => sessionNode(s, snapshot, page)),
    ],
    isPartOf: (snapshot.projects ?? []).map((p) => ({
      '@type': 'ResearchProject',
      '@id': `${page}#${String(p.id)}`,
      name: p.title,
      description: p.description,
    })),
    'prov:wasGeneratedBy': some(snapshot.sessions, slim.records).map((s) => ({ '@id': `${page}#${String(s.id)}` })),
    hasPart: some(series, slim.records).map((s) => seriesNode(s, site.origin, page)),
    distribution: open ? some(filesOf(dataset, site), slim.files).map(fileNode) : undefined,
    publisher: { '@type': 'Organization', '@id': `${site.origin}/#publisher`, name: site.name, url: site.origin },
    includedInDataCatalog: { '@type': 'DataCatalog', '@id': at.catalogue, name: site.name, url: site.origin },
  }) as View
}

/** Google Dataset Search wants 50 to 5000 characters. */
function descriptionOf({ title, description = '', seriesCount, modalities: kinds, species }: Published): string {
  if (description.length >= 50) return description.slice(0, 5000)
  const what = [kinds.join(', '), species.length > 0 && `of ${species.join(', ')}`].filter(Boolean).join(' ')
  return `${description || title}. ${seriesCount} image series${what ? `: ${what}` : ''}. Preclinical imaging dataset.`
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
    // Not a Dataset as well: readers of Croissant take the first of them for the whole.
    '@type': 'ImageObject',
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

const fileNode = (file: PublishedFile): View => ({
  '@type': 'cr:FileObject',
  '@id': file.pid,
  contentUrl: file.address,
  name: file.path,
  contentSize: `${file.byteCount} B`,
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
export function clean(value: unknown): unknown {
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
