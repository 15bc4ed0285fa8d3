/** A series that is not public, put together from its records like a published one: what its members see of it. */
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event } from '#ontology/entities/event.ts'
import type { File } from '#ontology/entities/file.ts'
import type { Instrument } from '#ontology/entities/instrument.ts'
import type { Project } from '#ontology/entities/project.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Study } from '#ontology/entities/study.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { apiOf } from '../api.server.ts'
import type { Page, Snapshot } from '../contract.ts'
import { filesShown } from './landing.server.ts'

export async function liveSnapshot(api: ReturnType<typeof apiOf>, seriesId: string): Promise<Snapshot> {
  const series = await api.get<ImageSeries>(`/series/${seriesId}`)
  const subjectIds = series.subjectIds ?? []
  const [session, study, project, files, subjects, events] = await Promise.all([
    api.get<ImagingSession>(`/sessions/${series.sessionId}`),
    api.get<Study>(`/studies/${series.studyId}`),
    api.get<Project>(`/projects/${series.projectId}`),
    api.get<Page<File>>('/files', { seriesId, limit: filesShown, sort: 'path' }),
    all<Subject>(api, '/subjects', subjectIds),
    Promise.all(subjectIds.map((subjectId) => api.get<Page<Event>>('/events', { subjectId, limit: 200 }))),
  ])
  const shownEvents = events.flatMap(({ items }) => items)
  const agentIds = shownEvents.flatMap(({ agentAdministration }) => agentAdministration?.agentId ?? [])
  const [agents, instruments] = await Promise.all([
    all<Agent>(api, '/agents', agentIds),
    all<Instrument>(api, '/instruments', session.instrumentId ? [session.instrumentId] : []),
  ])
  return {
    projects: [project],
    studies: [study],
    sessions: [session],
    series: [series],
    files: files.items,
    subjects,
    events: shownEvents,
    agents,
    instruments,
  }
}

const all = <T>(api: ReturnType<typeof apiOf>, path: string, ids: string[]): Promise<T[]> =>
  Promise.all([...new Set(ids)].map((id) => api.get<T>(`${path}/${id}`)))

/** The part of a dataset's snapshot that belongs to one of its series. */
export function snapshotOfSeries(snapshot: Snapshot, seriesId: string): Snapshot {
  const series = (snapshot.series ?? []).filter(({ id }) => id === seriesId)
  const subjectIds = series.flatMap((one) => one.subjectIds ?? [])
  const sessionIds = series.map(({ sessionId }) => sessionId)
  return {
    ...snapshot,
    series,
    sessions: (snapshot.sessions ?? []).filter(({ id }) => sessionIds.includes(id)),
    subjects: (snapshot.subjects ?? []).filter(({ id }) => subjectIds.includes(id)),
    events: (snapshot.events ?? []).filter(({ subjectId }) => subjectIds.includes(subjectId)),
    files: (snapshot.files ?? []).filter((file) => file.seriesId === seriesId),
  }
}
