/** What headers say was given to the subjects, or measured on them, as events that a person can accept with the plan. */
import { findTerms } from '#ontology/terms.ts'
import { normalisedName } from './folderHints.ts'
import { stableKey } from './groupSessions.ts'
import type { Plan, PlannedEvent, PlannedFact, PlannedSeries } from './plan.ts'
import { radionuclideOf } from './radionuclide.ts'

/** An agent of the catalogue. */
export interface KnownAgent {
  id: string
  name: string
  synonyms: readonly string[]
}

/** An event of a subject that the project has. */
export interface KnownEvent {
  id: string
  subjectId: string
  /** RFC 3339. */
  start: string
  /** Body weight in g. */
  grams?: number | undefined
  agentId?: string | undefined
  /** Injected activity in MBq. */
  megabecquerel?: number | undefined
}

export interface EventKnowledge {
  agents: readonly KnownAgent[]
  events: readonly KnownEvent[]
}

type Value = PlannedEvent['values'][number]
type Proposal = Omit<PlannedEvent, 'key' | 'others' | 'typed'>

/** Values that differ by less than this share are one value, written with other digits. */
const tolerance = 0.01

export function proposeEvents(
  { series, sessions }: Pick<Plan, 'series' | 'sessions'>,
  known: EventKnowledge,
): PlannedEvent[] {
  const days = new Map(sessions.map(({ key, start }) => [key, start.value?.slice(0, 10)]))
  const proposals = series
    .filter(({ include }) => include)
    .flatMap((each) => {
      const day = days.get(each.sessionKey)
      return [weightOf(each, day, known), administrationOf(each, day, known)].filter((one) => one !== null)
    })
  const same = Map.groupBy(proposals, ({ of, proposal }) =>
    [proposal.sessionKey, subjectText(of), proposal.kind, proposal.agent?.name ?? ''].join('\n'),
  )
  return [...same].map(([name, group]) =>
    joined(
      name,
      group.map(({ proposal }) => proposal),
    ),
  )
}

const subjectText = ({ subject }: PlannedSeries): string => subject.id ?? subject.create?.localId ?? ''

/** The first proposal, with what the others say that it does not, and what they say instead. */
function joined(name: string, group: readonly Proposal[]): PlannedEvent {
  const [first] = group as [Proposal, ...Proposal[]]
  const values: Value[] = []
  const others: Value[] = []
  const start = group.map((each) => each.start).find(({ value }) => value.length > 10) ?? first.start
  for (const value of group.flatMap((each) => each.values)) {
    const held = values.find(({ field }) => field === value.field)
    if (!held) values.push(value)
    else if (![held, ...others].some((each) => each.field === value.field && isSame(each.value, value.value))) {
      others.push(value)
    }
  }
  for (const { start: other } of group) {
    if (other.value.length > 10 && other.value !== start.value)
      others.push({ field: 'start', value: other.value, evidence: other.evidence })
  }
  return {
    ...first,
    key: stableKey('event', name),
    seriesKeys: [...new Set(group.flatMap((each) => each.seriesKeys))],
    start,
    text: textOf(first.agent?.name, values),
    values,
    others,
    typed: [],
  }
}

function isSame(a: Value['value'], b: Value['value']): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  return a.unit === b.unit && isClose(a.value, b.value)
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))

const textOf = (agent: string | undefined, values: readonly Value[]): string =>
  [
    agent ?? 'Body weight',
    ...values.map(({ value }) =>
      typeof value === 'string' ? value : `${Number(value.value.toPrecision(4))} ${value.unit}`,
    ),
  ].join(agent === undefined ? ' ' : ', ')

type Found = { of: PlannedSeries; proposal: Proposal } | null

function weightOf(of: PlannedSeries, day: string | undefined, { events }: EventKnowledge): Found {
  const fact = factOf(of, 'subject.weight')
  if (!fact || typeof fact.value !== 'object' || fact.value.unit !== 'g' || isPhantom(of)) return null
  // The weight of several animals together, if it is a weight at all.
  if (of.moreSubjects) return null
  const start = startOf(of, 'series.acquiredAt', day)
  if (!start) return null
  const grams = fact.value.value
  const held = events.find(
    (each) => each.grams !== undefined && each.subjectId === of.subject.id && isDay(each.start, start.value),
  )
  const values = [{ field: 'value', value: fact.value, evidence: fact.evidence }]
  const existing = held && {
    id: held.id,
    text: `Body weight ${held.grams} g`,
    agrees: isClose(held.grams!, grams),
  }
  const note = existing ? undefined : weightDoubt(of, grams)
  return {
    of,
    proposal: {
      ...placeOf(of),
      include: !existing && !note,
      kind: 'measurement',
      text: '',
      start,
      values,
      ...(note && { note }),
      ...(existing && { existing }),
    },
  }
}

/** Weights are often typed in grams where the header means kilograms. */
function weightDoubt(of: PlannedSeries, grams: number): string | undefined {
  const words = factOf(of, 'subject.species')?.value ?? of.subject.create?.species
  const [species] = typeof words === 'string' ? findTerms('species', words, 1) : []
  const [lightest, heaviest] = species?.bodyMassGrams ?? [0, Infinity]
  if (grams >= lightest && grams <= heaviest) return undefined
  return `${grams} g is no weight of a ${species!.label}; the number may have been entered in another unit.`
}

function administrationOf(of: PlannedSeries, day: string | undefined, { agents, events }: EventKnowledge): Found {
  const nuclide = factOf(of, 'administration.radionuclide')
  const named = factOf(of, 'administration.agent') ?? nuclide
  const name = typeof named?.value === 'string' ? named.value.trim().slice(0, 300) : ''
  if (!named || name === '' || isPhantom(of)) return null
  const start = startOf(of, 'administration.start', day)
  if (!start) return null
  const radionuclide = typeof nuclide?.value === 'string' ? radionuclideOf(nuclide.value) : undefined
  const matching = agents.find((agent) =>
    [agent.name, ...agent.synonyms].some((each) => normalisedName(each) === normalisedName(name)),
  )
  const values = (['activity', 'volume', 'concentration', 'route'] as const).flatMap((field): Value[] => {
    const fact = factOf(of, `administration.${field}`)
    return fact && typeof fact.value !== 'number' ? [{ field, value: fact.value, evidence: fact.evidence }] : []
  })
  const held = events.find(
    (each) =>
      matching !== undefined &&
      each.agentId === matching.id &&
      each.subjectId === of.subject.id &&
      isDay(each.start, start.value),
  )
  const activity = values.find(({ field }) => field === 'activity')?.value
  const existing = held && {
    id: held.id,
    text: [matching!.name, held.megabecquerel !== undefined && `${held.megabecquerel} MBq`].filter(Boolean).join(', '),
    agrees:
      held.megabecquerel === undefined || typeof activity !== 'object' || isClose(held.megabecquerel, activity.value),
  }
  return {
    of,
    proposal: {
      ...placeOf(of),
      // What was given to several animals is given once in the header: whose it is, people must say.
      include: !existing && !of.moreSubjects,
      kind: 'agentAdministration',
      text: '',
      start,
      agent: {
        id: matching?.id ?? null,
        name: matching?.name ?? name,
        category: nuclide ? 'radiotracer' : 'contrast',
        ...(radionuclide && { radionuclide }),
        evidence: named.evidence,
      },
      values,
      ...(of.moreSubjects && {
        note: 'The image shows several subjects; the header does not say which of them got it.',
      }),
      ...(existing && { existing }),
    },
  }
}

const placeOf = ({ key, sessionKey }: PlannedSeries) => ({ sessionKey, seriesKeys: [key] })

const factOf = ({ facts }: PlannedSeries, key: string): PlannedFact | undefined =>
  facts.find((fact) => fact.key === key)

const isPhantom = ({ subject, facts }: PlannedSeries): boolean =>
  subject.create?.kind === 'phantom' || facts.some(({ key, value }) => key === 'subject.kind' && value === 'phantom')

/** The time of the fact, else the day of the session: an event has a time, and a day is one. */
function startOf(of: PlannedSeries, key: string, day: string | undefined): PlannedEvent['start'] | null {
  const fact = factOf(of, key)
  if (typeof fact?.value === 'string') return { value: fact.value, evidence: fact.evidence }
  return day === undefined ? null : { value: day, evidence: 'day of the session; the header gives no time' }
}

const isDay = (stamp: string, start: string): boolean => stamp.slice(0, 10) === start.slice(0, 10)
