/** Shapes of the API's answers that are not records themselves; the records' types come from the ontology. */
import type { Agent } from '#ontology/entities/agent.ts'
import type { Dataset as OntologyDataset } from '#ontology/entities/dataset.ts'
import type { Event } from '#ontology/entities/event.ts'
import type { File } from '#ontology/entities/file.ts'
import type { Instrument } from '#ontology/entities/instrument.ts'
import type { Organization } from '#ontology/entities/organization.ts'
import type { Person } from '#ontology/entities/person.ts'
import type { Project } from '#ontology/entities/project.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Study } from '#ontology/entities/study.ts'
import type { Subject } from '#ontology/entities/subject.ts'

/** RFC 9457 problem document. */
export interface Problem {
  type?: string
  title: string
  status: number
  detail?: string
  code: string
  requestId?: string
  errors?: { pointer: string; message: string; value?: unknown }[]
}

/** One page of a list; `next` is the cursor of the following one. */
export interface Page<T> {
  items: T[]
  next: string | null
  total?: number
}

export type SiteRole = 'user' | 'curator' | 'admin'
export type ProjectRole = 'viewer' | 'editor' | 'owner'

export interface User {
  id: string
  email: string
  name: string
  siteRole: SiteRole
}

/** GET /users */
export interface Account extends User {
  disabled: boolean
  version: number
  createdAt: string
}

/** GET /me */
export interface Me {
  user: User | null
  projects: { projectId: string; role: ProjectRole }[]
}

/** GET /tokens; the secret itself is in the answer of POST /tokens only. */
export interface Token {
  id: string
  label: string
  scopes: string[]
  /** null: all projects of its owner. */
  projectIds: string[] | null
  expiresAt: string | null
  lastUsedAt: string | null
  createdAt: string
}

/** GET /audit */
export interface AuditEntry {
  id: string
  at: string
  actorName: string
  actorKind: string
  action: string
  entity: string
  recordId: string | null
  label: string
  changes: { pointer: string; before: unknown; after: unknown }[]
}

/** What states people see a thing in; always shown by StateBadge. */
export type PublicationState = 'draft' | 'submitted' | 'published' | 'embargoed' | 'superseded' | 'withdrawn'

/** Public views of all records of a dataset, frozen when its version was published. */
export interface Snapshot {
  projects?: Partial<Project>[]
  studies?: Study[]
  subjects?: Subject[]
  sessions?: ImagingSession[]
  series?: ImageSeries[]
  events?: Event[]
  files?: File[]
  agents?: Agent[]
  instruments?: Instrument[]
  people?: Person[]
  organizations?: Organization[]
}

/** A dataset as in lists: GET /datasets */
export type DatasetSummary = OntologyDataset

/** GET /datasets/:id */
export type Dataset = DatasetSummary & { snapshot: Snapshot }

/** GET /storage: bytes of originals and of what is made of them. */
export interface Storage {
  originals: { blobCount: number; byteCount: number }
  derived: {
    byteCount: number
    limitBytes: number | null
    kinds: Record<'planes' | 'coarse' | 'levels' | 'thumbnail' | 'animation' | 'tags', number>
  }
  /** Those that take up most space. */
  projects: { id: string; title: string; fileCount: number; originalBytes: number; derivedBytes: number }[]
  projectCount: number
}

/** GET /datasets/:id/versions */
export interface DatasetVersion {
  number: number
  sha256: string
  publishedAt: string
}

export interface SearchHit {
  type: 'series' | 'dataset' | 'study' | 'subject' | 'project'
  id: string
  url: string
  title: string
  subtitle: string
  description: string
  /** Where the words were found; the pieces joined are the text, or a part of it around the first word. */
  highlights: { field: 'title' | 'subtitle' | 'description'; segments: { text: string; hit: boolean }[] }[]
  modalities: string[]
  date: string | null
  thumbnail: string | null
  animation: string | null
  datasetId?: string
  state: PublicationState
}

export interface Facet {
  name: string
  /** The most frequent values and those that are chosen. */
  values: { value: string; count: number }[]
  /** Number of all values. */
  size: number
}

/** GET /search */
export interface SearchPage {
  items: SearchHit[]
  facets: Facet[]
  /** Numbers that image series can be narrowed by. */
  ranges: { name: string; title: string; unit: string }[]
  total: number
  next: string | null
  /** The words that were searched instead, when nothing has the words that were typed. */
  suggestion: string | null
}
