/**
 * What is computed of an event or a series from the records around it (metadata model 6.1, principle 6). Nothing here is
 * stored: who corrects an injection time reads other values at once. api/records/computed.ts loads what these need.
 */
import type { Agent } from '../entities/agent.ts'
import type { Event } from '../entities/event.ts'
import type { ImageSeries } from '../entities/series.ts'
import type { Subject } from '../entities/subject.ts'
import type { WhenStamp } from '../values.ts'
import { decayed, halfLifeOf } from './decay.ts'
import type { ComputedValue, EventComputed, SeriesComputed } from './shapes.ts'
import { hintsOfEvent, hintsOfSeries } from './hints.ts'
import { activityPerWeight, ageAt, daysAfterInduction, dosePerWeight, weightAt } from './subject.ts'
import { instantOf, isExact } from './time.ts'
import { netActivity, percentInjectedDosePerGram, suvBodyWeight } from './tracer.ts'

/** Records around the one that something is computed of. */
export interface Around {
  subject: Subject | undefined
  /** All events of that subject that the reader may see. */
  events: readonly Event[]
  agents: ReadonlyMap<string, Agent>
}

export const halfLifeOfAgent = (agent: Agent | undefined): number | undefined =>
  agent?.halfLifeSeconds ?? (agent?.radionuclide === undefined ? undefined : halfLifeOf(agent.radionuclide))

export function computedOfEvent(event: Event, { subject, events, agents }: Around): EventComputed {
  const weight = weightAt(events, event.start)
  const computed: EventComputed = {
    ...(subject?.kind === 'animal' && { age: ageAt(subject, event.start) }),
    ...(event.kind !== 'modelInduction' && { daysAfterInduction: daysAfterInduction(events, event.start) }),
  }
  const given = event.agentAdministration
  if (given) {
    const agent = agents.get(given.agentId)
    computed.weight = weight
    computed.administrationUid = uidOf(event.id)
    computed.dosePerWeight = dosePerWeight(given, weight)
    let net: ComputedValue | undefined
    let warnings: string[] = []
    if (agent?.radionuclide || given.activity || given.activityBefore) {
      net = netActivity(given, event.start, halfLifeOfAgent(agent))
      computed.netActivity = net
      computed.activityPerWeight = activityPerWeight(net, weight)
      warnings = disagreement(given.activityBefore ? given.activity : undefined, net)
    }
    warnings.push(...hintsOfEvent(event, weight, net))
    if (warnings.length > 0) computed.warnings = warnings
  }
  const donor = event.modelInduction?.donorSpecies?.label
  if (donor && subject?.species)
    computed.graftRelation = donor === subject.species.label ? 'same species' : 'xenogeneic'
  return computed
}

/** An activity that was typed beside one that follows from the syringe. */
function disagreement(typed: { value: number; unit: string } | undefined, net: ComputedValue): string[] {
  if (!typed || net.value === undefined) return []
  const entered = netActivity({ activity: typed } as never, undefined, undefined).value as number
  const share = Math.abs(entered - net.value) / net.value
  if (share <= 0.05) return []
  return [
    `The injected activity was entered as ${entered.toPrecision(4)} MBq; from the syringe follow ${net.value.toPrecision(4)} MBq, which are used.`,
  ]
}

/** Modalities whose pictures come from an agent that was given. */
const emission = new Set(['PT', 'NM'])

export function computedOfSeries(series: ImageSeries, around: Around): SeriesComputed {
  const { subject, events, agents } = around
  const at = series.acquiredAt
  const several = (series.subjectIds?.length ?? 0) > 1
  if (!subject) {
    const reason = several
      ? 'Several subjects are in this series: split it or choose one.'
      : 'It is not recorded which subject this is.'
    const nothing = { reason }
    return {
      weight: nothing,
      ...(emission.has(series.modality ?? '') && { suvBodyWeight: nothing, percentInjectedDosePerGram: nothing }),
    }
  }
  const weight = weightAt(events, at)
  const computed: SeriesComputed = {
    ...(subject.kind === 'animal' && { age: ageAt(subject, at) }),
    daysAfterInduction: daysAfterInduction(events, at),
    weight,
  }
  if (emission.has(series.modality ?? '')) {
    const tracer = tracerOf(series, around)
    if ('reason' in tracer) {
      for (const name of ['uptakeTime', 'activityAtScan', 'suvBodyWeight', 'percentInjectedDosePerGram'] as const)
        computed[name] = { reason: tracer.reason }
      return withHints(computed, hintsOfSeries(series, subject, undefined))
    }
    const { event } = tracer
    const halfLifeSeconds = halfLifeOfAgent(agents.get(event.agentAdministration!.agentId))
    const net = netActivity(event.agentAdministration!, event.start, halfLifeSeconds)
    const uptake = { series, injectedAt: event.start, net, halfLifeSeconds, weight }
    computed.administrationId = event.id
    computed.uptakeTime = minutesBetween(event.start, at)
    computed.activityAtScan = activityAt(net, event.start, at, halfLifeSeconds)
    computed.suvBodyWeight = suvBodyWeight(uptake)
    computed.percentInjectedDosePerGram = percentInjectedDosePerGram(uptake)
    return withHints(computed, hintsOfSeries(series, subject, event))
  }
  const agent = lastImagingAgent(events, at)
  if (agent) {
    computed.administrationId = agent.id
    computed.uptakeTime = minutesBetween(agent.start, at)
  }
  return withHints(computed, hintsOfSeries(series, subject, undefined))
}

const withHints = (computed: SeriesComputed, warnings: string[]): SeriesComputed =>
  warnings.length > 0 ? { ...computed, warnings } : computed

/** End of a series with a start: its start and what its frames last. Milliseconds since 1970. */
export function endOf(series: Pick<ImageSeries, 'acquiredAt' | 'image'>): number {
  const start = instantOf(series.acquiredAt!)
  const starts = series.image?.frameStartSeconds ?? []
  const lasts = series.image?.frameDurationSeconds ?? []
  const seconds = starts.map((frame, n) => frame + (lasts[n] ?? 0))
  return start + Math.max(0, ...seconds) * 1000
}

/** After ten half-lives a thousandth is left, and what an earlier injection adds is noise. */
const halfLivesSeen = 10

/** The administration of the tracer that a series shows. */
function tracerOf(series: ImageSeries, { events, agents }: Around): { event: Event } | { reason: string } {
  if (!series.acquiredAt) return { reason: 'The start of the scan is not recorded.' }
  const [start, end] = [instantOf(series.acquiredAt), endOf(series)]
  const given = events.filter((event) => {
    const halfLife = halfLifeOfAgent(agents.get(event.agentAdministration?.agentId ?? ''))
    if (halfLife === undefined || event.agentAdministration?.purpose !== 'imaging') return false
    const at = instantOf(event.start)
    return at <= end && start - at < halfLivesSeen * halfLife * 1000
  })
  const inSession = given.filter((event) => event.sessionId === series.sessionId)
  const meant = inSession.length > 0 ? inSession : given
  if (meant.length === 0) return { reason: 'No injection of a tracer is recorded for this scan.' }
  if (meant.length > 1)
    return {
      reason: `${meant.length} injections of tracers could be meant: tie the right one to the imaging session.`,
    }
  return { event: meant[0] as Event }
}

function lastImagingAgent(events: readonly Event[], at: WhenStamp | undefined): Event | undefined {
  if (!at) return undefined
  return events
    .filter(
      ({ agentAdministration: given, start }) => given?.purpose === 'imaging' && instantOf(start) <= instantOf(at),
    )
    .toSorted((a, b) => instantOf(b.start) - instantOf(a.start))
    .find(({ start }) => instantOf(at) - instantOf(start) < 14 * 86_400_000)
}

function minutesBetween(from: WhenStamp, to: WhenStamp | undefined): ComputedValue {
  if (!isExact(from)) return { reason: 'The injection is not known to the minute.' }
  if (!isExact(to)) return { reason: 'The start of the scan is not known to the minute.' }
  return { value: Number(((instantOf(to) - instantOf(from)) / 60_000).toFixed(2)), unit: 'min' }
}

function activityAt(
  net: ComputedValue,
  from: WhenStamp,
  to: WhenStamp | undefined,
  halfLife: number | undefined,
): ComputedValue {
  if (net.value === undefined) return net
  if (halfLife === undefined) return { reason: 'The half-life of the agent is not known: name its radionuclide.' }
  const minutes = minutesBetween(from, to)
  if (minutes.value === undefined) return minutes
  return { value: Number(decayed(net.value, halfLife, minutes.value * 60).toPrecision(12)), unit: 'MBq' }
}

/** A ULID as a DICOM UID: its 128 bits after 2.25 (PS3.5 B.2). */
export function uidOf(ulid: string): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let number = 0n
  for (const character of ulid) number = number * 32n + BigInt(alphabet.indexOf(character))
  return `2.25.${number}`
}
