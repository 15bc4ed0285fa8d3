/** A dataset in DataCite's metadata schema 4.7, as JSON (the form of its REST API) and as XML (kernel-4 XSD). */
import { xmlText } from './xml.ts'
import {
  accessRightOf,
  addressesOf,
  fundingOf,
  licenceAddress,
  periodOf,
  termsIn,
  type Published,
  type Site,
  type View,
} from './published.ts'

const namespace = 'http://datacite.org/schema/kernel-4'
const schemes: Record<string, string> = {
  ORCID: 'https://orcid.org',
  ROR: 'https://ror.org',
  SPDX: 'https://spdx.org/licenses/',
}

/** JSON as the REST API of DataCite takes and gives it. */
export function dataCiteJson(dataset: Published, site: Site) {
  const at = addressesOf(dataset, site)
  const period = periodOf(dataset)
  const right = accessRightOf(dataset)
  const formats = [...new Set((dataset.snapshot.files ?? []).map((file) => String(file.mediaType)))].toSorted()
  const strains = termsIn(dataset).filter(({ scheme, code }) => scheme === 'RRID' && code)
  return {
    schemaVersion: namespace,
    identifiers: [{ identifier: at.pid, identifierType: 'ARK' }],
    url: at.page,
    creators: dataset.creators.map(({ name, givenName, familyName, orcid, affiliation }) => ({
      name: givenName && familyName ? `${familyName}, ${givenName}` : name,
      nameType: 'Personal',
      ...(givenName && { givenName }),
      ...(familyName && { familyName }),
      ...(orcid && {
        nameIdentifiers: [
          { nameIdentifier: `https://orcid.org/${orcid}`, nameIdentifierScheme: 'ORCID', schemeUri: schemes.ORCID },
        ],
      }),
      ...(affiliation && { affiliation: [{ name: affiliation }] }),
    })),
    titles: [{ title: dataset.title }],
    publisher: { name: site.name },
    publicationYear: Number((dataset.publishedAt ?? dataset.createdAt).slice(0, 4)),
    types: { resourceTypeGeneral: 'Dataset', resourceType: 'Preclinical imaging' },
    subjects: [
      ...dataset.keywords.map((subject) => ({ subject })),
      ...termsIn(dataset).map(({ label, scheme, iri, code }) => ({
        subject: label,
        ...(scheme && { subjectScheme: scheme }),
        ...(iri && { valueUri: iri }),
        ...(code && { classificationCode: code }),
      })),
    ],
    dates: [
      { date: dataset.createdAt.slice(0, 10), dateType: 'Created' },
      ...(period
        ? [
            {
              date: period.start === period.end ? period.start : `${period.start}/${period.end}`,
              dateType: 'Collected',
            },
          ]
        : []),
      ...(dataset.publishedAt
        ? [
            { date: dataset.publishedAt.slice(0, 10), dateType: 'Issued' },
            { date: dataset.publishedAt.slice(0, 10), dateType: 'Available' },
          ]
        : []),
      {
        date: dataset.updatedAt.slice(0, 10),
        dateType: dataset.state === 'withdrawn' ? 'Withdrawn' : 'Updated',
        ...(dataset.state === 'withdrawn' && dataset.reason && { dateInformation: dataset.reason }),
      },
    ],
    language: 'en',
    relatedIdentifiers: [
      {
        relatedIdentifier: at.as('croissant'),
        relatedIdentifierType: 'URL',
        relationType: 'HasMetadata',
        relatedMetadataScheme: 'Croissant',
        schemeUri: 'http://mlcommons.org/croissant/1.1',
      },
      ...(dataset.versionNumber > 0
        ? [{ relatedIdentifier: at.versionPid, relatedIdentifierType: 'ARK', relationType: 'HasVersion' }]
        : []),
      ...strains.map(({ code }) => ({
        relatedIdentifier: `RRID:${String(code).replace(/^RRID:/, '')}`,
        relatedIdentifierType: 'RRID',
        relationType: 'References',
      })),
    ],
    sizes: [`${dataset.byteCount} B`, `${dataset.fileCount} files`, `${dataset.seriesCount} image series`],
    formats,
    version: String(dataset.versionNumber),
    rightsList: [
      ...(dataset.licence
        ? [
            {
              rights: dataset.licence,
              rightsUri: licenceAddress(dataset.licence),
              rightsIdentifier: dataset.licence.toLowerCase(),
              rightsIdentifierScheme: 'SPDX',
              schemeUri: schemes.SPDX,
            },
          ]
        : []),
      { rights: right.label, rightsUri: right.iri },
    ],
    descriptions: dataset.description ? [{ description: dataset.description, descriptionType: 'Abstract' }] : [],
    fundingReferences: fundingOf(dataset).map(({ funder, grantNumber }) => ({
      funderName: funder,
      ...(grantNumber && { awardNumber: grantNumber }),
    })),
  }
}

/** The element `resource` of the XML form; also the payload of OAI-PMH's oai_datacite. */
export function dataCiteResource(dataset: Published, site: Site): View {
  const json = dataCiteJson(dataset, site)
  const [identifier] = json.identifiers
  return {
    '@xmlns': namespace,
    '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    '@xsi:schemaLocation': `${namespace} https://schema.datacite.org/meta/kernel-4.7/metadata.xsd`,
    identifier: { '@identifierType': identifier?.identifierType, '#text': identifier?.identifier },
    creators: {
      creator: json.creators.map((creator) => ({
        creatorName: { '@nameType': creator.nameType, '#text': creator.name },
        givenName: creator.givenName,
        familyName: creator.familyName,
        nameIdentifier: creator.nameIdentifiers?.map((one) => ({
          '@nameIdentifierScheme': one.nameIdentifierScheme,
          '@schemeURI': one.schemeUri,
          '#text': one.nameIdentifier,
        })),
        affiliation: creator.affiliation?.map(({ name }) => name),
      })),
    },
    titles: { title: json.titles.map(({ title }) => title) },
    publisher: json.publisher.name,
    publicationYear: json.publicationYear,
    resourceType: { '@resourceTypeGeneral': json.types.resourceTypeGeneral, '#text': json.types.resourceType },
    subjects: some('subject', json.subjects, (one) => ({
      '@subjectScheme': one.subjectScheme,
      '@valueURI': one.valueUri,
      '@classificationCode': one.classificationCode,
      '#text': one.subject,
    })),
    dates: some('date', json.dates, (one) => ({
      '@dateType': one.dateType,
      '@dateInformation': one.dateInformation,
      '#text': one.date,
    })),
    language: json.language,
    relatedIdentifiers: some('relatedIdentifier', json.relatedIdentifiers, (one) => ({
      '@relatedIdentifierType': one.relatedIdentifierType,
      '@relationType': one.relationType,
      '@relatedMetadataScheme': one.relatedMetadataScheme,
      '@schemeURI': one.schemeUri,
      '#text': one.relatedIdentifier,
    })),
    sizes: some('size', json.sizes, (one) => one),
    formats: some('format', json.formats, (one) => one),
    version: json.version,
    rightsList: some('rights', json.rightsList, (one) => ({
      '@rightsURI': one.rightsUri,
      '@rightsIdentifier': one.rightsIdentifier,
      '@rightsIdentifierScheme': one.rightsIdentifierScheme,
      '@schemeURI': one.schemeUri,
      '#text': one.rights,
    })),
    descriptions: some('description', json.descriptions, (one) => ({
      '@descriptionType': one.descriptionType,
      '#text': one.description,
    })),
    fundingReferences: some('fundingReference', json.fundingReferences, (one) => ({
      funderName: one.funderName,
      awardNumber: one.awardNumber,
    })),
  }
}

export const dataCiteXml = (dataset: Published, site: Site): string =>
  xmlText({ resource: dataCiteResource(dataset, site) })

/** A wrapper with its elements, or nothing when there are none. */
function some<T extends object | string>(
  name: string,
  list: readonly T[],
  element: (one: Record<string, string | undefined> & T) => unknown,
): View | undefined {
  return list.length > 0 ? { [name]: list.map((one) => element(one as never)) } : undefined
}
