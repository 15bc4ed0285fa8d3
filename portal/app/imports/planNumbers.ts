/** What carrying out a plan will do, in numbers, and which of its parts need a look. */
import type { ImportPlan, PlannedEvent, PlannedSeries, PlannedSubject } from './contract.ts'

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
  const made = new Set(included.flatMap(({ subject }) => (subject.id ? [] : (subject.create?.localId ?? []))))
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
    withoutSubject: included.filter(({ subject }) => !subject.id && !subject.create).length,
  }
}

/** Subjects that get an event: those of its series, as far as these are archived. */
export function subjectsOfEvent({ series }: Pick<ImportPlan, 'series'>, { seriesKeys }: PlannedEvent): number {
  const own = series.filter(({ key, include }) => include && seriesKeys.includes(key))
  return new Set(own.map(({ subject }) => subjectKey(subject)).filter((text) => text !== '')).size
}

export const needsLook = ({ problem, conflicts, subject, include }: PlannedSeries): boolean =>
  problem !== undefined || conflicts.length > 0 || (include && !subject.id && !subject.create)

/** One text for one subject: two series with the same text are of the same subject. */
export const subjectKey = ({ id, create }: PlannedSubject): string =>
  id ? `id ${id}` : create ? `new ${create.localId}` : ''

export type SubjectScope = 'one' | 'session' | 'same'

/** Series that a change of the subject of one of them is meant for. */
export function inScope(plan: ImportPlan, series: PlannedSeries, scope: SubjectScope): PlannedSeries[] {
  if (scope === 'session') return plan.series.filter(({ sessionKey }) => sessionKey === series.sessionKey)
  if (scope === 'same') return plan.series.filter(({ subject }) => subjectKey(subject) === subjectKey(series.subject))
  return [series]
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
