/**
 * RO-Crate 1.2 (https://w3id.org/ro/crate/1.2): a flat graph of the dataset, its files, people, animals and what was
 * done to them. Detached (files by address) for the web, attached (files beside it) inside of an archive.
 */
import { clean } from './jsonLd.ts'
import {
  addressesOf,
  filesOf,
  fundingOf,
  licenceAddress,
  speciesIn,
  termsIn,
  type Published,
  type Site,
  type View,
} from './published.ts'
import { modalities } from '#ontology/modalities.ts'

export const roCrateContext = [
  'https://w3id.org/ro/crate/1.2/context',
  {
    dwc: 'http://rs.tdwg.org/dwc/terms/',
    dwciri: 'http://rs.tdwg.org/dwc/iri/',
    bioschemas: 'https://bioschemas.org/terms/',
  },
] as const

const link = (id: string): View => ({ '@id': id })

/** @param options.attached the crate lies beside its files, below `data/` of the archive */
export function roCrate(dataset: Published, site: Site, { attached = false }: { attached?: boolean } = {}): View {
  const at = addressesOf(dataset, site)
  const root = attached ? './' : at.pid
  const files = dataset.state === 'published' || attached ? filesOf(dataset, site) : []
  const idOfFile = (file: (typeof files)[number]) =>
    attached ? file.path.split('/').map(encodeURIComponent).join('/') : file.address
  const publisher = `${site.origin}/#publisher`
  const species = speciesIn(dataset).map((one, i) => ({ ...one, id: one.iri ?? `#taxon-${i + 1}` }))
  const techniques = [...new Set((dataset.snapshot.series ?? []).flatMap((s) => (s.modality as string) ?? []))]
  const people = dataset.creators.map((creator, i) => ({
    ...creator,
    id: creator.orcid ? `https://orcid.org/${creator.orcid}` : `#creator-${i + 1}`,
  }))
  const affiliations = [...new Set(people.flatMap(({ affiliation }) => affiliation ?? []))]
  const affiliationId = (name: string) => `#affiliation-${affiliations.indexOf(name) + 1}`
  const funders = [...new Set(fundingOf(dataset).map(({ funder }) => funder))]
  const subjects = dataset.snapshot.subjects ?? []
  const terms = termsIn(dataset).filter(({ iri }) => iri && !species.some(({ id }) => id === iri))
  const graph: View[] = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      about: link(root),
      conformsTo: link('https://w3id.org/ro/crate/1.2'),
    },
    {
      '@id': root,
      '@type': 'Dataset',
      name: dataset.title,
      description: dataset.description ?? dataset.title,
      datePublished: dataset.publishedAt ?? dataset.updatedAt,
      dateModified: dataset.updatedAt,
      version: String(dataset.versionNumber),
      keywords: dataset.keywords,
      identifier: link(`${at.page}#identifier`),
      'cite-as': at.pid,
      url: link(at.page),
      license: dataset.licence ? link(licenceAddress(dataset.licence)) : 'No licence is stated.',
      author: people.map(({ id }) => link(id)),
      publisher: link(publisher),
      funder: funders.map((_, i) => link(`#funder-${i + 1}`)),
      about: [...species.map(({ id }) => link(id)), ...subjects.map(({ id }) => link(`#${String(id)}`))],
      'dwciri:measurementMethod': techniques.map((code) => link(`#technique-${code}`)),
      mentions: terms.map(({ iri }) => link(String(iri))),
      hasPart: files.map((file) => link(idOfFile(file))),
    },
    {
      '@id': `${at.page}#identifier`,
      '@type': 'PropertyValue',
      propertyID: 'https://registry.identifiers.org/registry/ark',
      value: at.pid.slice(site.origin.length + 1),
      url: link(at.pid),
    },
    {
      '@id': publisher,
      '@type': 'Organization',
      name: site.name,
      url: site.origin,
      contactPoint: link(`mailto:${site.contact}`),
    },
    { '@id': `mailto:${site.contact}`, '@type': 'ContactPoint', email: site.contact, contactType: 'support' },
    { '@id': at.page, '@type': 'WebPage', name: `Landing page of “${dataset.title}”` },
    { '@id': at.pid === root ? at.versionPid : at.pid, '@type': 'CreativeWork', name: dataset.title },
    ...(dataset.licence
      ? [{ '@id': licenceAddress(dataset.licence), '@type': 'CreativeWork', name: dataset.licence }]
      : []),
    ...people.map(({ id, name, givenName, familyName, affiliation }) => ({
      '@id': id,
      '@type': 'Person',
      name,
      givenName,
      familyName,
      affiliation: affiliation && link(affiliationId(affiliation)),
    })),
    ...affiliations.map((name) => ({ '@id': affiliationId(name), '@type': 'Organization', name })),
    ...funders.map((name, i) => ({ '@id': `#funder-${i + 1}`, '@type': 'Organization', name })),
    ...species.map(({ id, label }) => ({ '@id': id, '@type': 'Taxon', name: label, 'dwc:scientificName': label })),
    ...techniques.map((code) => ({
      '@id': `#technique-${code}`,
      '@type': 'DefinedTerm',
      name: modalities[code as keyof typeof modalities] ?? code,
      termCode: code,
      inDefinedTermSet: 'http://dicom.nema.org/resources/ontology/DCM',
    })),
    ...terms.map(({ iri, label, code }) => ({ '@id': iri, '@type': 'DefinedTerm', name: label, termCode: code })),
    ...subjects.map((subject) => ({
      '@id': `#${String(subject.id)}`,
      '@type': 'BioSample',
      name: subject.localId,
      'bioschemas:taxonomicRange': species
        .filter(({ label }) => label === (subject.species as { label: string } | undefined)?.label)
        .map(({ id }) => link(id)),
    })),
    ...files.map((file) => ({
      '@id': idOfFile(file),
      '@type': 'File',
      name: file.path,
      contentSize: String(file.byteCount),
      encodingFormat: file.mediaType,
      sha256: file.sha256,
      url: attached ? file.address : undefined,
      identifier: file.pid,
    })),
  ]
  return clean({ '@context': roCrateContext, '@graph': uniqueById(graph) }) as View
}

/** Two terms may share one address; a flat graph names each thing once. */
const uniqueById = (graph: View[]): View[] => [...new Map(graph.map((node) => [node['@id'], node])).values()]
