/** Loads a project, study, subject or series with everything around it, and says how complete it is. */
import { Op, type WhereOptions } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import { alive, entityNamed, getRecord, getRecords, toRecords, type Rec } from '#api/records/read.ts'
import type { SeriesCase } from '#ontology/completeness/checks.ts'
import { completenessOf, type Completeness, type Looked } from '#ontology/completeness/index.ts'
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event } from '#ontology/entities/event.ts'

export type Scope = 'projects' | 'studies' | 'subjects' | 'series'

/** Series that are looked at; a project of more is judged by its newest ones, and the answer says so. */
export const mostSeries = 2000

/** A study with all records around it, as far as the caller may see them. */
export interface Gathered {
  records: Map<string, Rec[]>
  /** Not all series were looked at. */
  partial: boolean
}

/** @throws AppError notFound */
export async function gatherScope(caller: Caller, scope: Scope, id: string): Promise<Gathered> {
  const root = await getRecord(caller, entityNamed(scope), id)
  const find = async (name: string, where: WhereOptions, limit?: number): Promise<Rec[]> => {
    const rows = await recordModel({ name }).findAll({
      where: { [Op.and]: [visible(caller, name), alive, where] } as never,
      order: [['id', 'DESC']],
      ...(limit !== undefined && { limit }),
    })
    return toRecords(caller, entityNamed(name), rows)
  }
  const column = { projects: 'projectId', studies: 'studyId', subjects: '', series: 'id' }[scope]
  const seriesWhere: WhereOptions = column
    ? { [column]: id }
    : { id: { [Op.in]: await linked('series_subjects', { subjectId: id }, 'seriesId') } }
  const series = await find('ImageSeries', seriesWhere, mostSeries + 1)
  const partial = series.length > mostSeries
  const kept = series.slice(0, mostSeries)
  const idsOf = (records: readonly Rec[], field: string): string[] => [
    ...new Set(records.flatMap((record) => [record[field] ?? []].flat() as string[])),
  ]
  const studies =
    scope === 'projects'
      ? await find('Study', { projectId: id })
      : scope === 'studies'
        ? [root]
        : await getRecords(caller, entityNamed('Study'), idsOf(kept, 'studyId'))
  const subjectIds = new Set([
    ...idsOf(kept, 'subjectIds'),
    ...(scope === 'subjects' ? [id] : scope === 'series' ? [] : idsOf(studies, 'subjectIds')),
  ])
  const subjects = await getRecords(caller, entityNamed('Subject'), [...subjectIds])
  const projectIds =
    scope === 'projects'
      ? [id]
      : [...idsOf(studies, 'projectId'), ...(scope === 'subjects' ? (root.projectIds as string[]).slice(0, 1) : [])]
  const of = { subjectId: { [Op.in]: [...subjectIds] } }
  const [projects, sessions, events, enrolments] = await Promise.all([
    getRecords(caller, entityNamed('Project'), projectIds),
    getRecords(caller, entityNamed('ImagingSession'), idsOf(kept, 'sessionId')),
    find('Event', of),
    find('Enrolment', { ...of, studyId: { [Op.in]: studies.map((study) => study.id) } }),
  ])
  const agentIds = events.flatMap((event) => (event as unknown as Event).agentAdministration?.agentId ?? [])
  const [agents, instruments] = await Promise.all([
    getRecords(caller, entityNamed('Agent'), agentIds),
    getRecords(caller, entityNamed('Instrument'), idsOf(sessions, 'instrumentId')),
  ])
  return {
    partial,
    records: new Map([
      ['Project', projects],
      ['Study', studies],
      ['Subject', subjects],
      ['Enrolment', enrolments],
      ['ImagingSession', sessions],
      ['ImageSeries', kept],
      ['Event', events],
      ['Agent', agents],
      ['Instrument', instruments],
    ]),
  }
}

const linked = async (table: string, where: object, column: string): Promise<string[]> =>
  (await linkModel(table).findAll({ where: where as never })).map((row) => row.get(column) as string)

/** How complete it is, by profile, with the edits that help most first. */
export async function completeness(
  caller: Caller,
  scope: Scope,
  id: string,
): Promise<Completeness & { series: number; partial: boolean }> {
  const { records, partial } = await gatherScope(caller, scope, id)
  return { ...completenessOf(lookedAt(records)), series: records.get('ImageSeries')!.length, partial }
}

/** Records with the series that each of them is about. */
function lookedAt(records: Map<string, Rec[]>): Looked {
  const own = (name: string) => records.get(name) ?? []
  const byId = (name: string) => new Map(own(name).map((record) => [record.id, record]))
  const [sessions, studies, subjects] = [byId('ImagingSession'), byId('Study'), byId('Subject')]
  const agents = byId('Agent') as unknown as Map<string, Agent>
  const eventsOf = Map.groupBy(own('Event'), ({ subjectId }) => subjectId as string)
  const seriesOf = new Map<string, Set<string>>()
  const about = (id: unknown, series: Rec) => {
    if (typeof id !== 'string') return
    const held = seriesOf.get(id) ?? new Set()
    seriesOf.set(id, held.add(series.id))
  }
  const cases: SeriesCase[] = []
  for (const series of own('ImageSeries')) {
    const session = sessions.get(series.sessionId as string)
    for (const id of [series.id, series.sessionId, series.studyId, series.projectId, session?.instrumentId])
      about(id, series)
    const subjectIds = (series.subjectIds as string[] | undefined) ?? []
    for (const subjectId of subjectIds.length > 0 ? subjectIds : [undefined]) {
      about(subjectId, series)
      const events = (subjectId === undefined ? undefined : eventsOf.get(subjectId)) ?? []
      for (const event of events) about(event.id, series)
      const enrolment = own('Enrolment').find((each) => each.subjectId === subjectId && each.studyId === series.studyId)
      if (enrolment) about(enrolment.id, series)
      cases.push({
        series,
        session,
        study: studies.get(series.studyId as string),
        subject: subjectId === undefined ? undefined : subjects.get(subjectId),
        enrolment,
        events,
        agents,
      } as unknown as SeriesCase)
    }
  }
  return {
    records: new Map([...records].filter(([name]) => name !== 'Agent' && name !== 'Instrument')),
    cases,
    seriesOf,
  }
}
