/** One line of the Study Manager: a series with what belongs to it. */
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { PublicationState } from '../contract.ts'

/** GET /studies/:id/publication: the newest dataset that holds a series. */
export interface Publication {
  seriesId: string
  datasetId: string
  state: PublicationState
}

/** A field that the publish level asks for: POST /datasets/check. */
export interface MissingField {
  entity: string
  recordId: string
  label: string
  field: string
  title: string
  pointer: string
}

export interface SeriesRow {
  series: ImageSeries
  session: ImagingSession | undefined
  subjects: { id: string; localId: string }[]
  state: PublicationState
  datasetId: string | undefined
}

interface Parts {
  series: readonly ImageSeries[]
  sessions: readonly ImagingSession[]
  subjects: readonly Subject[]
  publications: readonly Publication[]
}

export function rowsOf({ series, sessions, subjects, publications }: Parts): SeriesRow[] {
  const sessionOf = new Map(sessions.map((one) => [one.id, one]))
  const subjectOf = new Map(subjects.map((one) => [one.id, one]))
  const publicationOf = new Map(publications.map((one) => [one.seriesId, one]))
  return series.map((one) => {
    const publication = publicationOf.get(one.id)
    return {
      series: one,
      session: sessionOf.get(one.sessionId),
      subjects: (one.subjectIds ?? []).map((id) => ({ id, localId: subjectOf.get(id)?.localId ?? 'another subject' })),
      state: publication?.state ?? 'draft',
      datasetId: publication?.datasetId,
    }
  })
}

/** Fields of the series itself, its session, subjects, study and project that publishing it still needs. */
export function missingOf({ series, subjects }: SeriesRow, missing: readonly MissingField[]): MissingField[] {
  const records = new Set([
    series.id,
    series.sessionId,
    series.studyId,
    series.projectId,
    ...subjects.map(({ id }) => id),
  ])
  return missing.filter(({ recordId }) => records.has(recordId))
}

export interface MissingGroup {
  entity: string
  records: { id: string; label: string }[]
  /** Dotted names with what people call them. */
  fields: { field: string; title: string }[]
}

/** Missing fields by kind of record, those that settle most records first. */
export function groupMissing(missing: readonly MissingField[]): MissingGroup[] {
  const groups = new Map<string, MissingGroup>()
  for (const { entity, recordId, label, field, title } of missing) {
    const group = groups.get(entity) ?? { entity, records: [], fields: [] }
    groups.set(entity, group)
    if (!group.records.some(({ id }) => id === recordId)) group.records.push({ id: recordId, label })
    if (!group.fields.some((one) => one.field === field)) group.fields.push({ field, title })
  }
  return [...groups.values()].toSorted((a, b) => b.records.length - a.records.length)
}

/** What a selection holds, in numbers. */
export function totalsOf(rows: readonly SeriesRow[]) {
  return {
    series: rows.length,
    files: rows.reduce((sum, { series }) => sum + series.fileCount, 0),
    bytes: rows.reduce((sum, { series }) => sum + series.byteCount, 0),
    subjects: new Set(rows.flatMap(({ subjects }) => subjects.map(({ id }) => id))).size,
    sessions: new Set(rows.map(({ series }) => series.sessionId)).size,
  }
}

/** Who sees a series in this state. */
export const audienceOf = (state: PublicationState): string =>
  state === 'published' ? 'Everybody' : state === 'submitted' ? 'Members and curators' : 'Members'
