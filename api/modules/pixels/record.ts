/** What people say about a series, as this caller may know it: its record, or what was published of it. */
import { Op, Sequelize } from 'sequelize'
import { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { Caller } from '#api/access/caller.ts'
import { can } from '#api/access/rights.ts'
import { Dataset, DatasetVersion } from '#api/db/models.ts'
import { getRecord, getRecords } from '#api/records/read.ts'

export interface SeriesRecord {
  label: string
  /** Subjects, session and series in one line. */
  displayName: string
  /** Of the record, which people correct; absent: what the file says stands. */
  modality?: string
  /** Where people say that the stored axes run, for example LPS; absent: what the file says stands. */
  axisDirections?: string
  /** How people moved the image, six numbers; absent: it lies where its file says. */
  placement?: string
  /** For changing the record; null for those who see what was published. */
  record: { version: number; mayEdit: boolean; studyId: string } | null
}

interface Named {
  id: string
  label?: string
  localId?: string
  sessionId?: string
  studyId?: string
  subjectIds?: string[]
  modality?: string
  placement?: string
  axisDirections?: string
  version?: number
}
interface Snapshot {
  series: Named[]
  sessions: Named[]
  subjects: Named[]
}

/** Subjects named before "and more"; a bed can hold many. */
const namedSubjects = 2
const keptSnapshots = 16
const snapshots = new Map<string, Promise<Snapshot | null>>()

/** Members of the project see the records as they are; everybody else what was published. */
export async function seriesRecord(caller: Caller, seriesId: string, projectId: string): Promise<SeriesRecord> {
  if (can(caller, 'read', projectId)) {
    const series = (await getRecord(caller, ImageSeries, seriesId)) as unknown as Named
    const [session] = await getRecords(caller, ImagingSession, [series.sessionId!])
    const subjects = await getRecords(caller, Subject, series.subjectIds ?? [])
    const record = { version: series.version!, mayEdit: can(caller, 'edit', projectId), studyId: series.studyId! }
    return { ...joined(series, session as Named | undefined, subjects as Named[]), record }
  }
  const snapshot = await publishedSnapshot(seriesId)
  const series = snapshot?.series.find((each) => each.id === seriesId)
  if (!snapshot || !series) return { label: 'Image series', displayName: 'Image series', record: null }
  const subjects = snapshot.subjects.filter((each) => series.subjectIds?.includes(each.id))
  const session = snapshot.sessions.find((each) => each.id === series.sessionId)
  return { ...joined(series, session, subjects), record: null }
}

function joined(series: Named, session: Named | undefined, subjects: Named[]): Omit<SeriesRecord, 'record'> {
  const label = series.label ?? 'Image series'
  // Sessions are often called after the animal; it is not named twice.
  const named = subjects.map((subject) => subject.localId ?? '').filter((name) => !session?.label?.includes(name))
  const shown = named.slice(0, namedSubjects)
  if (named.length > namedSubjects) shown.push(`${named.length - namedSubjects} more`)
  return {
    label,
    displayName: [shown.join(', '), session?.label, label].filter(Boolean).join(' · '),
    ...(series.modality && { modality: series.modality }),
    ...(series.axisDirections && { axisDirections: series.axisDirections }),
    ...(series.placement && { placement: series.placement }),
  }
}

/** The newest version of the dataset that made the series public (or that waits for a curator). */
async function publishedSnapshot(seriesId: string): Promise<Snapshot | null> {
  const holding = Sequelize.literal(`(SELECT dataset_id FROM dataset_series WHERE series_id = '${seriesId}')`)
  const dataset = await Dataset.findOne({
    attributes: ['id', 'versionNumber'],
    where: { id: { [Op.in]: holding }, state: { [Op.in]: ['published', 'submitted'] } },
    order: [
      ['publishedAt', 'DESC'],
      ['id', 'DESC'],
    ],
  })
  if (!dataset) return null
  const key = `${dataset.id} ${dataset.versionNumber}`
  const known = snapshots.get(key)
  if (known) return known
  const [oldest] = snapshots.keys()
  if (oldest !== undefined && snapshots.size >= keptSnapshots) snapshots.delete(oldest)
  const read = DatasetVersion.findOne({ where: { datasetId: dataset.id, number: dataset.versionNumber } }).then(
    (row) => row && (JSON.parse(row.snapshot) as Snapshot),
  )
  snapshots.set(key, read)
  read.catch(() => snapshots.delete(key))
  return read
}
