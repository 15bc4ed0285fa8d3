/** Unqualified Dublin Core, as every OAI-PMH harvester reads it (http://www.openarchives.org/OAI/2.0/oai_dc.xsd). */
import {
  accessRightOf,
  addressesOf,
  licenceAddress,
  periodOf,
  termsIn,
  type Published,
  type Site,
  type View,
} from './published.ts'

export function dublinCore(dataset: Published, site: Site): View {
  const at = addressesOf(dataset, site)
  const period = periodOf(dataset)
  return {
    '@xmlns:oai_dc': 'http://www.openarchives.org/OAI/2.0/oai_dc/',
    '@xmlns:dc': 'http://purl.org/dc/elements/1.1/',
    '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    '@xsi:schemaLocation': 'http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    'dc:title': dataset.title,
    'dc:creator': dataset.creators.map(({ name, givenName, familyName }) =>
      givenName && familyName ? `${familyName}, ${givenName}` : name,
    ),
    'dc:subject': [
      ...new Set([...dataset.keywords, ...termsIn(dataset).map(({ label }) => label), ...dataset.modalities]),
    ],
    'dc:description': dataset.description,
    'dc:publisher': site.name,
    'dc:date': (dataset.publishedAt ?? dataset.createdAt).slice(0, 10),
    'dc:type': ['Dataset', 'http://purl.org/dc/dcmitype/Dataset'],
    'dc:format': [...new Set((dataset.snapshot.files ?? []).map((file) => String(file.mediaType)))].toSorted(),
    'dc:identifier': [at.pid, at.page],
    'dc:language': 'en',
    'dc:coverage': period && `${period.start}/${period.end}`,
    'dc:rights': [accessRightOf(dataset).iri, ...(dataset.licence ? [licenceAddress(dataset.licence)] : [])],
  }
}
