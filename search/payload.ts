/** What a list of hits shows of a document. */
import type { Entity } from '#ontology/entity.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { codeWeight, factsOf } from './facts.ts'
import type { Rec } from './graph.ts'
import { seriesView } from './views.ts'

export interface HitPayload {
  id: string
  title: string
  subtitle: string
  description: string
  /** DICOM codes. */
  modalities: string[]
  date: string | null
  /** Series whose picture stands for the hit. */
  pictureSeriesId: string | null
  /** That series has several slices or times. */
  pictureMoves: boolean
  projectId?: string
  studyId?: string
  datasetId?: string
}

/** What belongs to a record, by entity. */
export type Related = ReadonlyMap<string, readonly Rec[]>

const longestDescription = 400

/** Words about a record, made of the labels of what belongs to it. */
export function wordsAbout(
  entities: ReadonlyMap<string, Entity>,
  type: string,
  root: Rec,
  related: Related,
): Pick<HitPayload, 'subtitle' | 'description' | 'pictureSeriesId' | 'pictureMoves'> {
  const labels = (name: string) => few(labelsOf(entities.get(name), related.get(name)))
  const people = (related.get('Person') ?? []).map(personName)
  const subtitles: Record<string, string[]> = {
    series: [labels('Study'), labels('Subject'), labels('ImagingSession')],
    dataset: [few(namesOf(root.creators)), labels('Study')],
    study: [labels('Project')],
    subject: type === 'subject' ? termsOf(entities.get('Subject'), root) : [],
    project: [few(people)],
  }
  const own = String(root.description ?? '')
  const made = type === 'series' ? line([labels('Agent'), labels('Instrument')]) : ''
  return {
    subtitle: line(subtitles[type] ?? []),
    description: (own || made).slice(0, longestDescription),
    ...pictureOf(root, related),
  }
}

export const personName = (person: Rec): string => `${String(person.givenName)} ${String(person.familyName)}`

const line = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ')

const few = (labels: readonly string[]): string =>
  labels.length > 3 ? `${labels.slice(0, 3).join(', ')} and ${labels.length - 3} more` : labels.join(', ')

const labelsOf = (entity: Entity | undefined, records: readonly Rec[] = []): string[] => [
  ...new Set(records.map((record) => String(record[entity?.label ?? 'id'] ?? '')).filter((label) => label !== '')),
]

const namesOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map((one) => String((one as { name?: unknown }).name ?? '')) : []

/** Labels of the terms that describe a record: species, strain ... */
const termsOf = (entity: Entity | undefined, record: Rec): string[] =>
  factsOf((entity?.record ?? {}) as Node, record)
    .texts.filter((text) => text.faceted && text.weight > codeWeight)
    .map((text) => text.value)

/** The series itself, or the first within the record that has a picture. */
function pictureOf(root: Rec, related: Related): Pick<HitPayload, 'pictureSeriesId' | 'pictureMoves'> {
  const candidates = root.pixels === undefined ? (related.get(seriesView.root) ?? []) : [root]
  const shown = candidates.find((series) => series.pixels === 'ready')
  const [, , z = 1, t = 1] = (shown?.image as { shape?: number[] } | undefined)?.shape ?? []
  return { pictureSeriesId: shown?.id ?? null, pictureMoves: z * t > 1 }
}
