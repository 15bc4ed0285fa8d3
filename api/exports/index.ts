/**
 * Every form in which a dataset can be had. Content negotiation, the addresses below /api/v1/datasets/{id}/as, the
 * typed links of the landing page and OAI-PMH all read this one table.
 */
import { bibTeX, cslJson, citationText, ris } from './citation.ts'
import { croissant } from './croissant.ts'
import { dataCiteJson, dataCiteXml } from './dataCite.ts'
import { dcatOfDataset } from './dcat.ts'
import { datasetJsonLd } from './jsonLd.ts'
import { linkSet, linkSetText, type MetadataForm } from './linkset.ts'
import type { Published, Site } from './published.ts'
import { rdfForms } from './rdf.ts'
import { roCrate } from './roCrate.ts'

export interface Form extends MetadataForm {
  title: string
  /** Describes the dataset; false for link sets, which are about the links. */
  describes: boolean
  render(dataset: Published, site: Site): string | Promise<string>
}

const json = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`
const flat = 'http://www.w3.org/ns/json-ld#flattened http://www.w3.org/ns/json-ld#compacted https://w3id.org/ro/crate'

const dcat = (name: string, title: string, mediaType: keyof typeof rdfForms): Form => ({
  name,
  title,
  mediaType,
  describes: true,
  ...(mediaType === 'application/ld+json' && { profile: 'http://www.w3.org/ns/dcat#' }),
  render: (dataset, site) => rdfForms[mediaType](dcatOfDataset(dataset, site)),
})

export const forms: readonly Form[] = [
  {
    name: 'schema.jsonld',
    title: 'schema.org JSON-LD',
    mediaType: 'application/ld+json',
    describes: true,
    render: (dataset, site) => json(datasetJsonLd(dataset, site)),
  },
  {
    name: 'croissant',
    title: 'Croissant 1.1',
    mediaType: 'application/ld+json',
    profile: 'http://mlcommons.org/croissant/1.1',
    describes: true,
    render: (dataset, site) => json(croissant(dataset, site)),
  },
  {
    name: 'ro-crate',
    title: 'RO-Crate 1.2, detached',
    mediaType: 'application/ld+json',
    profile: flat,
    describes: true,
    render: (dataset, site) => json(roCrate(dataset, site)),
  },
  {
    name: 'datacite.json',
    title: 'DataCite 4.7, JSON',
    mediaType: 'application/vnd.datacite.datacite+json',
    describes: true,
    render: (dataset, site) => json(dataCiteJson(dataset, site)),
  },
  {
    name: 'datacite.xml',
    title: 'DataCite 4.7, XML',
    mediaType: 'application/vnd.datacite.datacite+xml',
    describes: true,
    render: dataCiteXml,
  },
  dcat('dcat.ttl', 'DCAT-AP 3, Turtle', 'text/turtle'),
  dcat('dcat.rdf', 'DCAT-AP 3, RDF/XML', 'application/rdf+xml'),
  dcat('dcat.nt', 'DCAT-AP 3, N-Triples', 'application/n-triples'),
  dcat('dcat.jsonld', 'DCAT-AP 3, JSON-LD', 'application/ld+json'),
  {
    name: 'csl.json',
    title: 'Citation, CSL-JSON',
    mediaType: 'application/vnd.citationstyles.csl+json',
    describes: true,
    render: (dataset, site) => json(cslJson(dataset, site)),
  },
  {
    name: 'bibtex',
    title: 'Citation, BibTeX',
    mediaType: 'application/x-bibtex',
    describes: true,
    render: bibTeX,
  },
  {
    name: 'ris',
    title: 'Citation, RIS',
    mediaType: 'application/x-research-info-systems',
    describes: true,
    render: ris,
  },
  {
    name: 'citation.txt',
    title: 'Citation, text',
    mediaType: 'text/x-bibliography',
    describes: true,
    render: (dataset, site) => `${citationText(dataset, site)}\n`,
  },
  {
    name: 'linkset',
    title: 'Links, JSON',
    mediaType: 'application/linkset+json',
    describes: false,
    render: (dataset, site) => json(linkSet(dataset, site, metadataForms)),
  },
  {
    name: 'linkset.txt',
    title: 'Links, text',
    mediaType: 'application/linkset',
    describes: false,
    render: (dataset, site) => linkSetText(linkSet(dataset, site, metadataForms)),
  },
]

export const metadataForms: readonly Form[] = forms.filter(({ describes }) => describes)
