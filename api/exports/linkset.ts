/**
 * FAIR Signposting (profile of 2023-10-02): typed links that lead a program from a landing page to metadata, files and
 * back. Level 1 is the Link header of each resource, level 2 a link set (RFC 9264) with all of them.
 */
import {
  addressesOf,
  fileAddress,
  licenceAddress,
  mediaTypeOf,
  type Published,
  type Site,
  type View,
} from './published.ts'

export interface Target {
  href: string
  type?: string
  profile?: string
}
/** The links of one resource: an anchor, and lists of targets by relation. */
export type Links = { anchor: string } & Record<string, Target[] | string>

export interface MetadataForm {
  name: string
  mediaType: string
  profile?: string
}

/** In a header at most so many of a kind; the link set has all. */
const inHeader = 5

/** Links of the landing page, with all its files or the first of them. */
function landingLinks(dataset: Published, site: Site, forms: readonly MetadataForm[], files = filesIn(dataset)): Links {
  const at = addressesOf(dataset, site)
  const open = dataset.state === 'published'
  return {
    anchor: at.page,
    'cite-as': [{ href: at.pid }],
    type: [{ href: 'https://schema.org/Dataset' }, { href: 'https://schema.org/AboutPage' }],
    describedby: forms.map(({ name, mediaType, profile }) => ({
      href: at.as(name),
      type: mediaType,
      ...(profile && { profile }),
    })),
    ...(dataset.creators.some(({ orcid }) => orcid) && {
      author: dataset.creators.flatMap(({ orcid }) => (orcid ? [{ href: `https://orcid.org/${orcid}` }] : [])),
    }),
    ...(dataset.licence && { license: [{ href: licenceAddress(dataset.licence) }] }),
    ...(open && {
      item: [...files.map(target(site)), { href: at.archive, type: 'application/zip' }],
    }),
  }
}

const filesIn = ({ snapshot }: Published): readonly View[] => snapshot.files ?? []
const target =
  ({ origin }: Site) =>
  (file: View): Target => ({ href: fileAddress(file, origin), type: mediaTypeOf(file) })

/** The whole link set: the page, each metadata document, each file. */
export function linkSet(dataset: Published, site: Site, forms: readonly MetadataForm[]): { linkset: Links[] } {
  const at = addressesOf(dataset, site)
  const landing = landingLinks(dataset, site, forms)
  const page = [{ href: at.page, type: 'text/html' }]
  return {
    linkset: [
      landing,
      ...forms.map(({ name }) => ({ anchor: at.as(name), describes: page })),
      ...((landing.item as Target[] | undefined) ?? []).map(({ href }) => ({ anchor: href, collection: page })),
    ],
  }
}

/** The same in the format of a Link header, as a document (RFC 9264, section 4.1). */
export const linkSetText = ({ linkset }: { linkset: Links[] }): string =>
  linkset.flatMap((links) => linkValues(links, true)).join(',\n')

/** The Link header of the landing page. */
export function landingHeader(dataset: Published, site: Site, forms: readonly MetadataForm[]): string {
  const at = addressesOf(dataset, site)
  const links = landingLinks(dataset, site, forms, filesIn(dataset).slice(0, inHeader))
  const short = Object.fromEntries(
    Object.entries(links).map(([relation, targets]) => [
      relation,
      relation === 'item' || relation === 'author' ? shortened(targets as Target[]) : targets,
    ]),
  ) as Links
  return [
    ...linkValues(short, false),
    `<${at.as('linkset')}>; rel="linkset"; type="application/linkset+json"`,
    `<${at.as('linkset.txt')}>; rel="linkset"; type="application/linkset"`,
  ].join(', ')
}

/** The Link header of the page of one series: part of the dataset, which has the identifier. */
export function seriesHeader(dataset: Published, site: Site, forms: readonly MetadataForm[], seriesId: string): string {
  const at = addressesOf(dataset, site)
  const { describedby, license, author } = landingLinks(dataset, site, forms, [])
  const archive = `${site.origin}/api/v1/series/${seriesId}/archive.zip`
  const files = filesIn(dataset).filter((file) => file.seriesId === seriesId)
  const links = {
    anchor: `${site.origin}/series/${seriesId}`,
    collection: [{ href: at.page, type: 'text/html' }],
    type: [{ href: 'https://schema.org/Dataset' }, { href: 'https://schema.org/AboutPage' }],
    describedby,
    ...(author && { author: shortened(author as Target[]) }),
    ...(license && { license }),
    ...(dataset.state === 'published' && {
      item: shortened([...files.slice(0, inHeader).map(target(site)), { href: archive, type: 'application/zip' }]),
    }),
  } as Links
  return linkValues(links, false).join(', ')
}

/** The first few, and the last one: the archive with all files. */
const shortened = (targets: Target[]): Target[] =>
  targets.length <= inHeader ? targets : [...targets.slice(0, inHeader - 1), targets.at(-1) as Target]

function linkValues(links: Links, anchored: boolean): string[] {
  return Object.entries(links).flatMap(([relation, targets]) =>
    typeof targets === 'string'
      ? []
      : targets.map(({ href, type, profile }) =>
          [
            `<${href}>`,
            `rel="${relation}"`,
            ...(type ? [`type="${type}"`] : []),
            ...(profile ? [`profile="${profile}"`] : []),
            ...(anchored ? [`anchor="${links.anchor}"`] : []),
          ].join('; '),
        ),
  )
}
