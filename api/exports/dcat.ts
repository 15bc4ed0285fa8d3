/**
 * Datasets and the registry as DCAT 3 / DCAT-AP 3.0.1, which data portals harvest, with the layers of a FAIR Data Point
 * (catalogue > dataset > distribution). Written once as JSON-LD; rdf.ts makes the other forms of it.
 */
import {
  addressesOf,
  filesOf,
  licenceAddress,
  periodOf,
  speciesIn,
  termsIn,
  type Published,
  type Site,
  type View,
} from './published.ts'

const authority = 'http://publications.europa.eu/resource/authority'

/** Inline, so that no reader needs the network. */
export const dcatContext = {
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  spdx: 'http://spdx.org/rdf/terms#',
  adms: 'http://www.w3.org/ns/adms#',
  dcatap: 'http://data.europa.eu/r5r/',
  prov: 'http://www.w3.org/ns/prov#',
  hydra: 'http://www.w3.org/ns/hydra/core#',
  ldp: 'http://www.w3.org/ns/ldp#',
  'fdp-o': 'https://w3id.org/fdp/fdp-o#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const

const iri = (id: string): View => ({ '@id': id })
const english = (text: string): View => ({ '@value': text, '@language': 'en' })
const typed = (type: string, value: string | number): View => ({ '@value': String(value), '@type': `xsd:${type}` })
const mediaTypeIri = (mediaType: string): View => iri(`https://www.iana.org/assignments/media-types/${mediaType}`)

/** Files that get a distribution of their own in the short form; all of them are in the archive. */
const filesListed = 1000

export interface DcatOptions {
  /** Without the files: for lists of many datasets. */
  brief?: boolean
}

export function dcatDataset(dataset: Published, site: Site, { brief = false }: DcatOptions = {}): View {
  const at = addressesOf(dataset, site)
  const period = periodOf(dataset)
  const open = dataset.state === 'published'
  return {
    '@id': at.pid,
    '@type': 'dcat:Dataset',
    'dct:title': english(dataset.title),
    'dct:description': english(dataset.description ?? dataset.title),
    'dct:identifier': at.pid,
    'dct:publisher': publisher(site),
    'dct:creator': dataset.creators.map(({ name, orcid }, i) => ({
      '@id': orcid ? `https://orcid.org/${orcid}` : `${at.page}#creator-${i + 1}`,
      '@type': 'foaf:Person',
      'foaf:name': name,
    })),
    'dcat:contactPoint': contactPoint(site),
    'dcat:landingPage': { '@id': at.page, '@type': 'foaf:Document' },
    'dcat:keyword': [...new Set([...dataset.keywords, ...termsIn(dataset).map(({ label }) => label)])].map(english),
    'dcat:theme': [
      iri(`${authority}/data-theme/TECH`),
      ...speciesIn(dataset).flatMap((species) => (species.iri ? [iri(species.iri)] : [])),
    ],
    'dct:subject': termsIn(dataset).flatMap((term) => (term.iri ? [iri(term.iri)] : [])),
    'dct:language': iri(`${authority}/language/ENG`),
    'dct:issued': dataset.publishedAt && typed('dateTime', dataset.publishedAt),
    'dct:modified': typed('dateTime', dataset.updatedAt),
    'dct:temporal': period && {
      '@type': 'dct:PeriodOfTime',
      'dcat:startDate': typed('date', period.start),
      'dcat:endDate': typed('date', period.end),
    },
    'dct:accessRights': [
      { '@id': `${authority}/access-right/${open ? 'PUBLIC' : 'NON_PUBLIC'}`, '@type': 'dct:RightsStatement' },
    ],
    'dcat:version': String(dataset.versionNumber),
    'adms:status': iri(`${authority}/dataset-status/${open ? 'COMPLETED' : 'WITHDRAWN'}`),
    'fdp-o:metadataIdentifier': iri(`${at.as('dcat.ttl')}#metadata`),
    'fdp-o:metadataModified': typed('dateTime', dataset.updatedAt),
    ...(open && { 'dcat:distribution': distributions(dataset, site, brief) }),
  }
}

function distributions(dataset: Published, site: Site, brief: boolean): View[] {
  const at = addressesOf(dataset, site)
  const shared = {
    'dct:publisher': publisher(site),
    'dcat:version': String(dataset.versionNumber),
    'dct:license': dataset.licence && {
      '@id': licenceAddress(dataset.licence),
      '@type': 'dct:LicenseDocument',
    },
    'dcatap:availability': iri(`${authority}/planned-availability/STABLE`),
  }
  const archive = {
    '@id': at.archive,
    '@type': 'dcat:Distribution',
    'dct:title': english('All files'),
    'dct:description': english('All files of the dataset in one BagIt bag, with their checksums.'),
    'dcat:accessURL': iri(at.page),
    'dcat:downloadURL': iri(at.archive),
    'dcat:mediaType': mediaTypeIri('application/zip'),
    'dcat:packageFormat': mediaTypeIri('application/zip'),
    'dct:format': iri(`${authority}/file-type/ZIP`),
    ...shared,
  }
  if (brief) return [archive]
  const files = filesOf(dataset, site).slice(0, filesListed)
  return [
    archive,
    ...files.map((file) => ({
      '@id': file.pid,
      '@type': 'dcat:Distribution',
      'dct:title': english(file.path),
      'dct:description': english(`The original file ${file.path}`),
      'dcat:accessURL': iri(at.page),
      'dcat:downloadURL': iri(file.address),
      'dcat:mediaType': mediaTypeIri(file.mediaType),
      'dcat:byteSize': typed('nonNegativeInteger', file.byteCount),
      'spdx:checksum': {
        '@type': 'spdx:Checksum',
        'spdx:algorithm': iri('http://spdx.org/rdf/terms#checksumAlgorithm_sha256'),
        'spdx:checksumValue': typed('hexBinary', file.sha256),
      },
      ...shared,
    })),
  ]
}

const publisher = (site: Site): View => ({
  '@id': `${site.origin}/#publisher`,
  '@type': 'foaf:Agent',
  'foaf:name': site.name,
})

const contactPoint = (site: Site): View => ({
  '@id': `${site.origin}/#contact`,
  '@type': 'vcard:Kind',
  'vcard:fn': site.name,
  'vcard:hasEmail': iri(`mailto:${site.contact}`),
})

/** One dataset as a document of its own. */
export const dcatOfDataset = (dataset: Published, site: Site): View => ({
  '@context': dcatContext,
  '@graph': [dcatDataset(dataset, site)],
})

export interface CataloguePage {
  datasets: Published[]
  /** Address of this page, of the first and of the next one, relative to the site. */
  self: string
  first: string
  next: string | null
  /** When the newest of all datasets changed. */
  modified: string
}

/** A page of the registry, with Hydra's links to the others. */
export function dcatCatalogue(page: CataloguePage, site: Site): View {
  const id = `${site.origin}/catalog`
  const all = `${site.origin}${page.self}`
  return {
    '@context': dcatContext,
    '@graph': [
      {
        '@id': `${site.origin}/`,
        '@type': 'fdp-o:FAIRDataPoint',
        'dct:title': english(site.name),
        'dct:publisher': publisher(site),
        'dcat:version': '1',
        'fdp-o:metadataCatalog': iri(id),
      },
      {
        '@id': id,
        '@type': 'dcat:Catalog',
        'dct:title': english(`${site.name}: public datasets`),
        'dct:description': english(
          'Preclinical imaging datasets: images of animals, cell cultures, specimens and phantoms.',
        ),
        'dct:publisher': publisher(site),
        'dcat:contactPoint': contactPoint(site),
        'foaf:homepage': { '@id': `${site.origin}/`, '@type': 'foaf:Document' },
        'dct:language': iri(`${authority}/language/ENG`),
        'dct:modified': typed('dateTime', page.modified),
        'dcat:version': '1',
        'dcat:themeTaxonomy': iri(`${authority}/data-theme`),
        'dct:isPartOf': iri(`${site.origin}/`),
        'dcat:dataset': page.datasets.map((dataset) => dcatDataset(dataset, site, { brief: true })),
        'dcat:service': services(site),
      },
      {
        '@id': all,
        '@type': 'hydra:PartialCollectionView',
        'hydra:first': iri(`${site.origin}${page.first}`),
        'hydra:next': page.next === null ? undefined : iri(`${site.origin}${page.next}`),
      },
    ],
  }
}

/** The interfaces under which programs reach the registry; the catalogue and /.well-known/api-catalog list the same. */
export const interfaces = (site: Site) => [
  {
    title: 'REST API',
    endpoint: `${site.origin}/api/v1`,
    description: { href: `${site.origin}/openapi.json`, type: 'application/json' },
    documentation: { href: `${site.origin}/docs/api`, type: 'text/html' },
    conformsTo: 'https://spec.openapis.org/oas/v3.1.0',
  },
  {
    title: 'GraphQL',
    endpoint: `${site.origin}/graphql`,
    description: { href: `${site.origin}/graphql`, type: 'text/plain' },
    conformsTo: 'https://spec.graphql.org/October2021/',
  },
  {
    title: 'OAI-PMH 2.0',
    endpoint: `${site.origin}/oai`,
    description: { href: `${site.origin}/oai?verb=Identify`, type: 'text/xml' },
    conformsTo: 'http://www.openarchives.org/OAI/2.0/openarchivesprotocol.htm',
  },
  {
    title: 'DCAT catalogue',
    endpoint: `${site.origin}/catalog`,
    description: { href: `${site.origin}/catalog`, type: 'text/turtle' },
    conformsTo: 'https://www.w3.org/TR/vocab-dcat-3/',
  },
]

const services = (site: Site): View[] =>
  interfaces(site).map(({ title, endpoint, description, conformsTo }) => ({
    '@id': `${endpoint}#service`,
    '@type': 'dcat:DataService',
    'dct:title': english(title),
    'dct:publisher': publisher(site),
    'dcat:version': '1',
    'dcat:contactPoint': contactPoint(site),
    'dcat:endpointURL': iri(endpoint),
    'dcat:endpointDescription': iri(description.href),
    'dct:conformsTo': { '@id': conformsTo, '@type': 'dct:Standard' },
  }))
