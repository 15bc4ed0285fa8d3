/** What the demo facility is described with. Everything else follows from it by the ways that people use. */
import type { PhantomKind, PhantomOptions } from '#imaging/phantoms/index.ts'
import type { BrukerOptions } from '#imaging/write/bruker.ts'
import type { DicomAttributes } from '#imaging/write/dicomMetadata.ts'
import { termByLabel } from '#ontology/terms.ts'
import type { CodedTerm } from '#ontology/values.ts'
import type { Modality } from '#ontology/modalities.ts'

export type ScanFormat =
  | 'bruker'
  | 'dicom'
  | 'dicom enhanced'
  | 'inveon'
  | 'ivis'
  | 'nifti'
  | 'nifti.gz'
  | 'nrrd'
  | 'tiff'
  | 'ome-tiff'
  | 'vevo'

/** A tracer or contrast agent as a scanner's header names it. */
export interface HeaderAdministration {
  agent: string
  radionuclide?: 'F-18' | 'Ga-68'
  activityMegabecquerel?: number
  volumeMillilitres?: number
  /** Minutes before the start of the scan. */
  minutesBefore: number
}

export interface DemoScan {
  label: string
  number: number
  modality: Modality
  /** Name of the file or, for stacks, studies of ParaVision and clicks of an IVIS, of the folder; for Vevo without ending. */
  stem: string
  format: ScanFormat
  phantom: PhantomKind
  options: PhantomOptions
  /** Minutes after the start of the visit. */
  minutes: number
  bodyPart?: string
  protocol?: string
  administration?: HeaderAdministration
  /** NIfTI: with a BIDS sidecar, as converters write it. */
  sidecar?: boolean
  /** DICOM attributes of the acquisition. */
  attributes?: DicomAttributes
  /** Sequence as ParaVision names it. */
  sequence?: BrukerOptions['sequence']
  /** The image of a click that this scan is, and the labels that a person typed for it. */
  click?: { part: 'signal' | 'photograph'; labels: Record<string, string> }
  quality?: 'good' | 'usable' | 'excluded'
  qualityNote?: string
  /** Share of the file that the copy to the server kept; absent: all of it. */
  kept?: number
}

export interface DemoEvent {
  subject: string
  /** Minutes after the start of the visit; events of the model have a date of their own. */
  minutes: number
  body: Record<string, unknown>
  /** Name of the agent, of the catalogue. */
  agent?: string
}

/** One visit to a scanner; its files form one session. */
export interface DemoVisit {
  label: string
  /** Local time, "2024-03-14T09:10:00". */
  start: string
  /** Name of the instrument; absent: nobody wrote it down. */
  instrument?: string
  operator?: PersonKey
  inVivo?: 'in vivo' | 'post mortem' | 'ex vivo' | 'in vitro'
  /** Local names, in the order in which they lie in the bed. */
  subjects: string[]
  weightsGram?: number[]
  placements?: Record<string, unknown>[]
  scans: DemoScan[]
  events: DemoEvent[]
  notes?: string
}

export interface DemoSubject {
  localId: string
  body: Record<string, unknown>
  /** Further projects that use the animal. */
  alsoIn?: ProjectKey[]
}

export interface DemoDataset {
  title: string
  description: string
  creators: PersonKey[]
  /** Sent by somebody who may not publish, so that a curator has something to judge. */
  sentByEditor?: boolean
}

export interface DemoStudy {
  project: ProjectKey
  body: { title: string; localId: string; startDate: string } & Record<string, unknown>
  contact?: PersonKey
  subjects: DemoSubject[]
  visits: DemoVisit[]
  /** Events that belong to no visit: model induction, caliper measurements. Their minutes count from `startDate`. */
  events: DemoEvent[]
  /** False: nobody corrected the import plan, and what is missing stays missing. */
  complete: boolean
  dataset?: DemoDataset
  /** A text file that lay in the folder. */
  note?: { path: string; text: string }
}

export type PersonKey = 'lindqvist' | 'okafor' | 'watanabe' | 'rossi' | 'brandt' | 'nair' | 'ferreira' | 'dubois'
export type ProjectKey = 'GLX' | 'PSMA' | 'PHENO'

/** The term with this label, as records hold it. @throws Error for a label that the vocabulary does not have */
export function coded(vocabulary: string, label: string): CodedTerm {
  const term = termByLabel(vocabulary, label)
  if (!term) throw new Error(`${vocabulary} has no term "${label}"`)
  return { label: term.label, ...(term.codings && { codings: term.codings }) }
}

/** Local time this many minutes after another. */
export function later(start: string, minutes: number): string {
  return new Date(Date.parse(`${start.length === 10 ? `${start}T00:00:00` : start}Z`) + minutes * 60_000)
    .toISOString()
    .slice(0, 19)
}

/** Date this many days after another. */
export const day = (start: string, days: number): string => later(start, days * 1440).slice(0, 10)

const facilityZone = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin', timeZoneName: 'longOffset' })

/** A point in time of the facility, in Central European time with its summer time. */
export function stamp(local: string, precision: 'second' | 'minute' | 'day' = 'minute') {
  const dateTime = local.length === 10 ? `${local}T00:00:00` : local
  const zone = facilityZone.formatToParts(new Date(`${dateTime}Z`)).find(({ type }) => type === 'timeZoneName')
  const offset = zone!.value.slice('GMT'.length)
  return { dateTime: dateTime + offset, precision: local.length === 10 ? ('day' as const) : precision }
}

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
