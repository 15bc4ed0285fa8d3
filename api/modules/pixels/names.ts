/** What a series is called in the viewer, for this caller. */
import { Op, Sequelize } from 'sequelize'
import { ImageSeries } from '#ontology/entities/series.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { Caller } from '#api/access/caller.ts'
import { can } from '#api/access/rights.ts'
import { Dataset, DatasetVersion } from '#api/db/models.ts'
import { getRecord, getRecords } from '#api/records/read.ts'

export interface SeriesNames {
  label: string
  /** Subjects, session and series in one line. */
  displayName: string
  /** Of the record, which people correct; absent: what the file says stands. */
  modality?: string
}

interface Named {
  id: string
  label?: string
  localId?: string
  sessionId?: string
  subjectIds?: string[]
  modality?: string
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
export async function namesOf(caller: Caller, seriesId: string, projectId: string): Promise<SeriesNames> {
  if (can(caller, 'read', projectId)) {
    const series = (await getRecord(caller, ImageSeries, seriesId)) as unknown as Named
    const [session] = await getRecords(caller, ImagingSession, [series.sessionId!])
    const subjects = await getRecords(caller, Subject, series.subjectIds ?? [])
    return joined(series, session as Named | undefined, subjects as Named[])
  }
  const snapshot = await publishedSnapshot(seriesId)
  const series = snapshot?.series.find((each) => each.id === seriesId)
  if (!snapshot || !series) return { label: 'Image series', displayName: 'Image series' }
  const subjects = snapshot.subjects.filter((each) => series.subjectIds?.includes(each.id))
  return joined(
    series,
    snapshot.sessions.find((each) => each.id === series.sessionId),
    subjects,
  )
}

function joined(series: Named, session: Named | undefined, subjects: Named[]): SeriesNames {
  const label = series.label ?? 'Image series'
  // Sessions are often called after the animal; it is not named twice.
  const named = subjects.map((subject) => subject.localId ?? '').filter((name) => !session?.label?.includes(name))
  const shown = named.slice(0, namedSubjects)
  if (named.length > namedSubjects) shown.push(`${named.length - namedSubjects} more`)
  return {
    label,
    displayName: [shown.join(', '), session?.label, label].filter(Boolean).join(' · '),
    ...(series.modality && { modality: series.modality }),
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
