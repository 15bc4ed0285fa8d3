/** A published dataset as its exports see it: addresses, files with their paths, and the coded terms of its records. */
import type { Config } from '#api/config.ts'
import { folders, uniquePaths } from '#api/modules/content/names.ts'
import { arkOf } from '#api/pids/ark.ts'
import type { Dataset, Snapshot } from '#ontology/entities/dataset.ts'
import type { CodedTerm } from '#ontology/values.ts'

export type View = Record<string, unknown>

/** A dataset with the records of one of its versions. */
export type Published = Dataset & { snapshot: Snapshot }

/** What exports need to know of the site. */
export interface Site {
  /** Origin without a slash at the end. */
  origin: string
  name: string
  /** E-mail address of those who run it. */
  contact: string
  naan: string
}

export const siteOf = (config: Config): Site => ({
  origin: config.publicUrl,
  name: config.siteName,
  contact: config.contact,
  naan: config.arkNaan,
})

/** Addresses of a dataset, absolute. */
export function addressesOf(dataset: Pick<Dataset, 'id' | 'versionNumber'>, { origin, naan }: Site) {
  const { id, versionNumber } = dataset
  const api = `${origin}/api/v1/datasets/${id}`
  return {
    page: `${origin}/datasets/${id}`,
    api,
    /** Of all versions. */
    pid: `${origin}/${arkOf(naan, id)}`,
    /** Of this version. */
    versionPid: `${origin}/${arkOf(naan, id, { version: versionNumber })}`,
    archive: `${api}/archive.zip`,
    catalogue: `${origin}/catalog`,
    as: (format: string) => `${api}/as/${format}`,
  }
}

/** A file with its place in the dataset; the archive, its manifest and every export name it alike. */
export interface PublishedFile {
  id: string
  seriesId: string
  /** Path below the dataset: a folder for each series, then the path of the file in it. */
  path: string
  byteCount: number
  mediaType: string
  sha256: string
  createdAt: string
  /** Where its bytes are. */
  address: string
  pid: string
}

/** Where the bytes of a file of a snapshot are. */
export const fileAddress = (file: View, origin: string): string => `${origin}/api/v1/files/${String(file.id)}/content`

export const mediaTypeOf = (file: View): string => String(file.mediaType ?? 'application/octet-stream')

export function filesOf({ id: datasetId, snapshot }: Published, { origin, naan }: Site): PublishedFile[] {
  const series = snapshot.series ?? []
  const names = folders(series.map((view) => ({ id: String(view.id), name: String(view.label) })))
  const placed = (snapshot.files ?? []).map((file) => ({
    file,
    path: `${names.get(String(file.seriesId)) ?? 'attachments'}/${String(file.path)}`,
  }))
  return uniquePaths(placed).map(({ file, path }) => ({
    id: String(file.id),
    seriesId: String(file.seriesId),
    path,
    byteCount: Number(file.byteCount),
    mediaType: mediaTypeOf(file),
    sha256: String(file.sha256),
    createdAt: String(file.createdAt),
    address: fileAddress(file, origin),
    pid: `${origin}/${arkOf(naan, datasetId, { path })}`,
  }))
}

/** A term with its first code. */
export interface Subject {
  label: string
  scheme?: string
  code?: string
  iri?: string
}

/** The distinct coded terms of all records: species, strains, organs, routes, diseases ... in the order of the records. */
export function termsIn({ snapshot }: Published): Subject[] {
  const found = new Map<string, Subject>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk)
    if (typeof value !== 'object' || value === null) return
    const { label, codings } = value as Partial<CodedTerm>
    if (typeof label === 'string' && Array.isArray(codings) && codings.length > 0) {
      const { scheme, code, iri } = codings.find((coding) => coding.iri) ?? (codings[0] as (typeof codings)[number])
      if (!found.has(label)) found.set(label, { label, scheme, code, ...(iri && { iri }) })
      return
    }
    Object.values(value).forEach(walk)
  }
  walk(snapshot)
  return [...found.values()]
}

/** The species of the subjects, each once. */
export const speciesIn = ({ snapshot }: Published): Subject[] =>
  distinctTerms((snapshot.subjects ?? []).map((subject) => subject.species as CodedTerm | undefined))

function distinctTerms(terms: (CodedTerm | undefined)[]): Subject[] {
  const found = new Map<string, Subject>()
  for (const term of terms) {
    if (!term || found.has(term.label)) continue
    const coding = term.codings?.find(({ iri }) => iri) ?? term.codings?.[0]
    found.set(term.label, { label: term.label, ...coding })
  }
  return [...found.values()]
}

/** First and last day on which something was done or imaged, as far as recorded. */
export function periodOf({ snapshot }: Published): { start: string; end: string } | null {
  const days = [...(snapshot.sessions ?? []), ...(snapshot.events ?? [])]
    .flatMap(({ start, end }) => [start, end])
    .flatMap((stamp) => (stamp as { dateTime?: string } | undefined)?.dateTime?.slice(0, 10) ?? [])
    .toSorted()
  const [start, end] = [days[0], days.at(-1)]
  return start && end ? { start, end } : null
}

/** Grants that paid for it. */
export const fundingOf = ({ snapshot }: Published): { funder: string; grantNumber?: string }[] =>
  (snapshot.projects ?? []).flatMap((project) => (project.funding as { funder: string }[] | undefined) ?? [])

/** Access rights in the vocabulary of COAR (https://vocabularies.coar-repositories.org/access_rights/). */
export const accessRights = {
  open: { iri: 'http://purl.org/coar/access_right/c_abf2', label: 'open access' },
  embargoed: { iri: 'http://purl.org/coar/access_right/c_f1cf', label: 'embargoed access' },
  metadataOnly: { iri: 'http://purl.org/coar/access_right/c_14cb', label: 'metadata only access' },
} as const

export const accessRightOf = ({ state }: Dataset) =>
  state === 'published' || state === 'superseded'
    ? accessRights.open
    : state === 'embargoed'
      ? accessRights.embargoed
      : accessRights.metadataOnly

/** Address of an SPDX licence as a concept, without the ending of its page. */
export const licenceAddress = (spdx: string): string => `https://spdx.org/licenses/${spdx}`
