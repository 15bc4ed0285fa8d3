/** Shapes of imports, their plans and jobs, and how their states are called. */
import { formatWords } from '../format.ts'

export interface Job {
  id: string
  task: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  /** 0 to 1. */
  progress: number
  message: string | null
  problem?: { code: string; detail: string }
  createdAt: string
  updatedAt: string
}

export type ImportState =
  'collecting' | 'inspecting' | 'planned' | 'committing' | 'committed' | 'undone' | 'failed' | 'cancelled'

/** A planned value with where it comes from; "typed" once a person changed it. */
export interface Prop<T> {
  value: T | null
  evidence: string
}

export interface PlannedSession {
  key: string
  label: Prop<string>
  /** RFC 3339 without a zone, or a date alone, as the files say it. */
  start: Prop<string>
  instrument: PlannedInstrument
  existingId?: string
}

export interface NewInstrument {
  name: string
  manufacturer: string
  model: string
  softwareVersion?: string
  serialNumber?: string
}
export interface PlannedInstrument {
  id: string | null
  create?: NewInstrument
  evidence: string
}

export interface NewSubject {
  localId: string
  kind: string
  species?: string
  strain?: string
  sex?: string
  birthDate?: string
  cellLine?: string
  model?: string
}
export interface PlannedSubject {
  id: string | null
  create?: NewSubject | null
  evidence: string
  /** Where and how it lay, when the image shows several. */
  placement?: { posture?: string; entry?: string; position?: number[] }
}

export interface PlannedFact {
  key: string
  value: string | number | { value: number; unit: string }
  evidence: string
}

export interface PlannedSeries {
  key: string
  sessionKey: string
  include: boolean
  label: Prop<string>
  modality: Prop<string>
  number?: number
  format: string
  formatLabel: string
  formatVerified: boolean
  files: string[]
  fileCount: number
  byteCount: number
  /** Measured data that the image was made from. */
  rawFiles?: string[]
  rawByteCount?: number
  shape: number[] | null
  spacing: number[] | null
  subject: PlannedSubject
  /** The others, when the image shows several. */
  moreSubjects?: PlannedSubject[]
  facts: PlannedFact[]
  conflicts: { key: string; others: PlannedFact[] }[]
  warnings: string[]
  problem?: { code: string; message: string }
}

export interface PlannedValue {
  field: string
  value: string | { value: number; unit: string }
  evidence: string
}

/** What headers say was given to subjects or measured on them. */
export interface PlannedEvent {
  key: string
  sessionKey: string
  seriesKeys: string[]
  include: boolean
  kind: 'agentAdministration' | 'measurement'
  text: string
  start: Prop<string>
  agent?: { id: string | null; name: string; evidence: string }
  values: PlannedValue[]
  others: PlannedValue[]
  note?: string
  existing?: { id: string; text: string; agrees: boolean }
}

export interface ImportPlan {
  sessions: PlannedSession[]
  series: PlannedSeries[]
  events?: PlannedEvent[]
  attachments: { path: string; byteCount: number; reason: string; isRaw?: boolean; sessionKey: string | null }[]
  summary: { files: number; bytes: number; series: number; problems: number }
}

export interface ImportResult {
  seriesIds: string[]
  sessionIds: string[]
  subjectIds: string[]
  instrumentIds: string[]
  eventIds?: string[]
  files: number
  attachments: number
  /** After an undo: what stays because it is used elsewhere. */
  kept?: { entity: string; id: string; label: string; reason: string }[]
}

export interface ImportRecord {
  id: string
  studyId: string
  projectId: string
  label: string
  state: ImportState
  version: number
  fileCount: number
  byteCount: number
  plan: ImportPlan | null
  result: ImportResult | null
  jobId: string | null
  problem: { code: string; detail: string } | null
  createdAt: string
}

export const importStateTexts: Record<ImportState, string> = {
  collecting: 'Files are arriving',
  inspecting: 'Being looked into',
  planned: 'Waiting for you',
  committing: 'Being archived',
  committed: 'Archived',
  undone: 'Undone',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

const taskTexts: Record<string, string> = {
  inspectImport: 'Look into an import',
  commitImport: 'Archive an import',
  deriveSeries: 'Prepare an image for viewing',
}

export const taskText = (task: string): string => taskTexts[task] ?? formatWords(task)

/** "running, 40 %" */
export function jobText({ state, progress, message }: Job): string {
  const words = {
    queued: 'waiting',
    running: `running, ${Math.floor(progress * 100)} %`,
    done: 'done',
    failed: 'failed',
    cancelled: 'cancelled',
  }
  return message && state === 'running' ? `${words[state]} (${message})` : words[state]
}

export interface ChosenSubject {
  id?: string | null
  create?: NewSubject | null
}

/** Body of PATCH /imports/:id/plan. */
export interface PlanPatch {
  sessions?: {
    key: string
    label?: string
    start?: string | null
    instrument?: { id?: string | null; create?: NewInstrument }
  }[]
  series?: {
    key: string
    sessionKey?: string
    include?: boolean
    label?: string
    modality?: string | null
    subject?: ChosenSubject
    moreSubjects?: ChosenSubject[]
  }[]
  events?: { key: string; include: boolean }[]
}
