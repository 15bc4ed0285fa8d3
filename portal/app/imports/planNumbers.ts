/** What carrying out a plan will do, in numbers, and which of its parts need a look. */
import type { ChosenSubject, ImportPlan, PlannedEvent, PlannedSeries, PlannedSubject, PlanPatch } from './contract.ts'

export interface PlanNumbers {
  series: number
  seriesBytes: number
  leftOut: number
  attachments: number
  /** Files of measured data, with series and without. */
  raw: number
  newSessions: number
  newSubjects: number
  newInstruments: number
  /** Events that are recorded: one for each subject of each. */
  events: number
  withoutSubject: number
}

export function planNumbers(plan: ImportPlan): PlanNumbers {
  const { series, sessions, attachments, events = [] } = plan
  const included = series.filter(({ include }) => include)
  const used = new Set(included.map(({ sessionKey }) => sessionKey))
  const usedSessions = sessions.filter(({ key }) => used.has(key))
  const made = new Set(included.flatMap(subjectsShown).flatMap(({ id, create }) => (id ? [] : (create?.localId ?? []))))
  const instruments = usedSessions.flatMap(({ instrument }) =>
    instrument.id || !instrument.create ? [] : [JSON.stringify(instrument.create)],
  )
  const leftOut = series.filter(({ include }) => !include)
  return {
    series: included.length,
    seriesBytes: included.reduce((sum, { byteCount }) => sum + byteCount, 0),
    leftOut: leftOut.length,
    attachments:
      attachments.filter(({ isRaw }) => !isRaw).length + leftOut.reduce((sum, { fileCount }) => sum + fileCount, 0),
    raw: new Set([
      ...series.flatMap(({ rawFiles = [] }) => rawFiles),
      ...attachments.flatMap(({ path, isRaw }) => (isRaw ? [path] : [])),
    ]).size,
    newSessions: usedSessions.filter(({ existingId }) => !existingId).length,
    newSubjects: made.size,
    newInstruments: new Set(instruments).size,
    events: events.reduce((sum, event) => sum + (event.include ? subjectsOfEvent(plan, event) : 0), 0),
    withoutSubject: included.filter((each) => !isSubjectKnown(each)).length,
  }
}

/** Subjects that get an event: those of its series, as far as these are archived. */
export function subjectsOfEvent({ series }: Pick<ImportPlan, 'series'>, { seriesKeys }: PlannedEvent): number {
  const own = series.filter(({ key, include }) => include && seriesKeys.includes(key))
  return new Set(
    own
      .flatMap(subjectsShown)
      .map(subjectKey)
      .filter((text) => text !== ''),
  ).size
}

/** The subjects of a series, whether they are known or not. */
export const subjectsShown = ({ subject, moreSubjects = [] }: PlannedSeries): PlannedSubject[] => [
  subject,
  ...moreSubjects,
]

const isSubjectKnown = (series: PlannedSeries): boolean => subjectsShown(series).some(({ id, create }) => id || create)

export const needsLook = (series: PlannedSeries): boolean =>
  series.problem !== undefined || series.conflicts.length > 0 || (series.include && !isSubjectKnown(series))

/** One text for one subject: two series with the same text are of the same subject. */
export const subjectKey = ({ id, create }: PlannedSubject): string =>
  id ? `id ${id}` : create ? `new ${create.localId}` : ''

export type SubjectScope = 'one' | 'session' | 'same'

/** One of the subjects of a series, by its number. */
export interface SubjectPlace {
  series: PlannedSeries
  at: number
}

/** Series that a change of a subject of one of them is meant for. */
export function inScope(plan: ImportPlan, { series, at }: SubjectPlace, scope: SubjectScope): PlannedSeries[] {
  if (scope === 'session') return plan.series.filter(({ sessionKey }) => sessionKey === series.sessionKey)
  const key = subjectKey(subjectsShown(series)[at]!)
  if (scope === 'same') return plan.series.filter((each) => subjectsShown(each).some((one) => subjectKey(one) === key))
  return [series]
}

/** The change that puts a subject in the place of another one, in all series that are meant. */
export function subjectPatch(
  plan: ImportPlan,
  place: SubjectPlace,
  scope: SubjectScope,
  chosen: ChosenSubject,
): PlanPatch {
  const key = subjectKey(subjectsShown(place.series)[place.at]!)
  const series = inScope(plan, place, scope).map((each) => {
    if (!each.moreSubjects) return { key: each.key, subject: chosen }
    const [subject, ...moreSubjects] = subjectsShown(each).map(({ id, create = null }, i) => {
      const isMeant = scope === 'one' ? i === place.at : subjectKey({ id, create, evidence: '' }) === key
      return isMeant ? chosen : { id, create }
    }) as [ChosenSubject, ...ChosenSubject[]]
    return { key: each.key, subject, moreSubjects }
  })
  return { series }
}

/** Date and time of day of a planned start ("2025-03-14T10:30:00+01:00" or "2025-03-14"), and its zone. */
export function splitStart(start: string | null): { date: string; time: string; zone: string } {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(start ?? '')
  return { date: match?.[1] ?? '', time: match?.[2] ?? '', zone: match?.[3] ?? '' }
}

export function joinStart({ date, time, zone }: { date: string; time: string; zone: string }): string | null {
  if (date === '') return null
  return time === '' ? date : `${date}T${time}${zone}`
}
