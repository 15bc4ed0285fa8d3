/** Changes that a person makes to a plan, and what of them stays when the files are inspected again. */
import { Type, type Static, type TSchema } from 'typebox'
import { AppError, type FieldError } from '#api/errors.ts'
import { closed, id, line } from '#ontology/vocabulary.ts'
import { withSummary } from './buildPlan.ts'
import { nullable } from './nullable.ts'
import {
  key,
  modality,
  NewInstrument,
  NewSubject,
  start,
  typed,
  type Plan,
  type PlannedSeries,
  type PlannedSession,
  type PlannedSubject,
} from './plan.ts'

/** A value alone, or as the plan shows it; evidence that is sent along is not looked at. */
const given = <T extends TSchema>(value: T) =>
  Type.Union([value, closed({ value, evidence: Type.Optional(Type.String()) })])
const evidence = Type.Optional(Type.String())
const chosenSubject = closed({
  id: Type.Optional(nullable(id())),
  create: Type.Optional(nullable(NewSubject)),
  evidence,
})

export const PlanPatch = closed(
  {
    sessions: Type.Optional(
      Type.Array(
        closed({
          key,
          label: Type.Optional(given(line())),
          start: Type.Optional(given(nullable(start))),
          instrument: Type.Optional(
            closed({ id: Type.Optional(nullable(id())), create: Type.Optional(NewInstrument), evidence }),
          ),
          existingId: Type.Optional(nullable(id())),
        }),
        { maxItems: 10_000 },
      ),
    ),
    series: Type.Optional(
      Type.Array(
        closed({
          key,
          sessionKey: Type.Optional(key),
          include: Type.Optional(Type.Boolean()),
          label: Type.Optional(given(line())),
          modality: Type.Optional(given(nullable(modality))),
          number: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 2147483647 }))),
          subject: Type.Optional(chosenSubject),
          moreSubjects: Type.Optional(Type.Array(chosenSubject, { maxItems: 31 })),
        }),
        { maxItems: 100_000 },
      ),
    ),
    events: Type.Optional(Type.Array(closed({ key, include: Type.Boolean() }), { maxItems: 100_000 })),
  },
  { minProperties: 1 } as never,
)
export type PlanPatch = Static<typeof PlanPatch>

const valueOf = <T>(given: T | { value: T }): T =>
  typeof given === 'object' && given !== null && 'value' in given ? given.value : (given as T)

/**
 * Applies changes by key. A session with a new key is added, so that series can be moved into it.
 * @throws AppError invalid with a pointer for each key that the plan does not have
 */
export function patchPlan(plan: Plan, patch: PlanPatch): Plan {
  const problems: FieldError[] = []
  const sessions = new Map(plan.sessions.map((session) => [session.key, structuredClone(session)]))
  for (const [n, change] of (patch.sessions ?? []).entries()) {
    const session = sessions.get(change.key) ?? newSession(change.key)
    if (!sessions.has(change.key) && change.label === undefined && !change.existingId) {
      problems.push({ pointer: `/sessions/${n}/label`, message: 'A new session needs a label.' })
    }
    sessions.set(change.key, patchedSession(session, change))
  }
  const series = new Map(plan.series.map((each) => [each.key, structuredClone(each)]))
  for (const [n, change] of (patch.series ?? []).entries()) {
    const each = series.get(change.key)
    if (!each) {
      problems.push({
        pointer: `/series/${n}/key`,
        message: `The plan has no series “${change.key}”.`,
        value: change.key,
      })
    } else if (change.sessionKey !== undefined && !sessions.has(change.sessionKey)) {
      const message = `The plan has no session “${change.sessionKey}”.`
      problems.push({ pointer: `/series/${n}/sessionKey`, message, value: change.sessionKey })
    } else {
      series.set(change.key, patchedSeries(each, change))
    }
  }
  const events = new Map(plan.events?.map((event) => [event.key, event]))
  for (const [n, { key: eventKey, include }] of (patch.events ?? []).entries()) {
    const event = events.get(eventKey)
    if (event) events.set(eventKey, { ...event, include, typed: marked(event.typed, ['include']) })
    else {
      const message = `The plan has no event “${eventKey}”.`
      problems.push({ pointer: `/events/${n}/key`, message, value: eventKey })
    }
  }
  if (problems.length > 0) throw new AppError('invalid', problems[0]!.message, { fields: problems })
  return withSummary(
    {
      sessions: [...sessions.values()],
      series: [...series.values()],
      ...(plan.events && { events: [...events.values()] }),
      attachments: plan.attachments,
    },
    plan.summary,
  )
}

const newSession = (newKey: string): PlannedSession => ({
  key: newKey,
  label: { value: 'New session', evidence: typed },
  start: { value: null, evidence: typed },
  instrument: { id: null, evidence: typed },
  typed: ['key'],
})

const marked = (held: readonly string[], fields: readonly string[]): string[] => [...new Set([...held, ...fields])]
const changedFields = (change: object): string[] => Object.keys(change).filter((field) => field !== 'key')

function patchedSession(session: PlannedSession, change: NonNullable<PlanPatch['sessions']>[number]): PlannedSession {
  const next = { ...session, typed: marked(session.typed, changedFields(change)) }
  if (change.label !== undefined) next.label = { value: valueOf(change.label), evidence: typed }
  if (change.start !== undefined) next.start = { value: valueOf(change.start), evidence: typed }
  if (change.instrument) {
    const { id: chosen, create } = change.instrument
    next.instrument = { id: chosen ?? null, ...(!chosen && create && { create }), evidence: typed }
  }
  if (change.existingId === null) delete next.existingId
  else if (change.existingId !== undefined) next.existingId = change.existingId
  return next
}

function patchedSeries(series: PlannedSeries, change: NonNullable<PlanPatch['series']>[number]): PlannedSeries {
  const next = { ...series, typed: marked(series.typed, changedFields(change)) }
  if (change.sessionKey !== undefined) next.sessionKey = change.sessionKey
  if (change.include !== undefined) next.include = change.include
  if (change.label !== undefined) next.label = { value: valueOf(change.label), evidence: typed }
  if (change.modality !== undefined) next.modality = { value: valueOf(change.modality), evidence: typed }
  if (change.number === null) delete next.number
  else if (change.number !== undefined) next.number = change.number
  if (change.subject) {
    next.subject = chosen(change.subject, series.subject)
    next.conflicts = next.conflicts.filter((conflict) => conflict.key !== 'subject.localId')
  }
  if (change.moreSubjects) {
    next.moreSubjects = change.moreSubjects.map((one, i) => chosen(one, series.moreSubjects?.[i]))
  }
  return next
}

/** The subject that a person chose, in the place of the one before. */
const chosen = ({ id, create }: Static<typeof chosenSubject>, before: PlannedSubject | undefined): PlannedSubject => ({
  id: id ?? null,
  create: (!id && create) || null,
  evidence: typed,
  ...(before?.placement && { placement: before.placement }),
})

/** A fresh plan with what a person had changed in the one before, for the same series and sessions. */
export function carriedOver(fresh: Plan, before: Plan | null): Plan {
  if (!before) return fresh
  const oldSessions = new Map(before.sessions.map((session) => [session.key, session]))
  const oldSeries = new Map(before.series.map((each) => [each.key, each]))
  const series = fresh.series.map((each) => kept(each, oldSeries.get(each.key)))
  const sessions = fresh.sessions.map((session) => kept(session, oldSessions.get(session.key)))
  const known = new Set(sessions.map((session) => session.key))
  for (const session of before.sessions) {
    if (!known.has(session.key) && series.some((each) => each.sessionKey === session.key)) sessions.push(session)
  }
  const oldEvents = new Map(before.events?.map((event) => [event.key, event]))
  const events = fresh.events?.map((event) => kept(event, oldEvents.get(event.key)))
  return withSummary({ ...fresh, sessions, series, ...(events && { events }) }, fresh.summary)
}

function kept<T extends { typed: string[] }>(fresh: T, before: T | undefined): T {
  if (!before) return fresh
  const values = Object.fromEntries(before.typed.map((field) => [field, before[field as keyof T]]))
  return { ...fresh, ...values, typed: before.typed }
}
