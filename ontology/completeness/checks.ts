/** What profiles ask of a series that no single field answers: events near it, values that depend on others. */
import { computedOfSeries, halfLifeOfAgent, type Around } from '../computed/index.ts'
import { dayOf } from '../computed/time.ts'
import type { Enrolment } from '../entities/enrolment.ts'
import type { Event, EventKind } from '../entities/event.ts'
import type { ImageSeries } from '../entities/series.ts'
import type { ImagingSession } from '../entities/session.ts'
import type { Study } from '../entities/study.ts'
import type { Subject } from '../entities/subject.ts'
import type { Profiles } from '../vocabulary.ts'

/** A series with one of its subjects and everything around them. */
export interface SeriesCase extends Around {
  series: ImageSeries
  session: ImagingSession | undefined
  study: Study | undefined
  subject: Subject | undefined
  enrolment: Enrolment | undefined
}

export interface Check {
  /** What is asked for, as a noun: "body weight within 3 days of the scan". */
  title: string
  profiles: Profiles
  applies(of: SeriesCase): boolean
  met(of: SeriesCase): boolean
  /** Where it is entered: an event of this kind, or a field of the subject's enrolment, of an event or a series. */
  enter: { event?: EventKind; entity: 'Event' | 'Enrolment' | 'ImageSeries' | 'Subject' }
  /** The same for all animals of a session, so one batch enters it; else each animal has its own. */
  shared: boolean
}

const isAnimal = ({ subject }: SeriesCase) => subject?.kind === 'animal'
const isAlive = (of: SeriesCase) => isAnimal(of) && (of.session?.inVivo ?? 'in vivo') === 'in vivo'
const isEmission = ({ series }: SeriesCase) => series.modality === 'PT' || series.modality === 'NM'
const isPet = ({ series }: SeriesCase) => series.modality === 'PT'

/** Events of a kind that belong to the session, or to its day when they name none. */
function during({ series, session, events }: SeriesCase, kind: EventKind): Event[] {
  const day = series.acquiredAt ?? session?.start
  return events.filter(
    (event) =>
      event.kind === kind &&
      (event.sessionId === series.sessionId ||
        (event.sessionId === undefined && day !== undefined && dayOf(event.start) === dayOf(day))),
  )
}

function tracer(of: SeriesCase): Event | undefined {
  const { administrationId } = computedOfSeries({ ...of.series, subjectIds: of.subject ? [of.subject.id] : [] }, of)
  return of.events.find(({ id }) => id === administrationId)
}

const handled = (of: SeriesCase) => during(of, 'handling').flatMap(({ handling }) => handling ?? [])

export const checks: readonly Check[] = [
  {
    title: 'Body weight within 3 days of the scan',
    profiles: { arrive: '8a', prism: 'subject' },
    applies: isAlive,
    met: (of) => computedOfSeries({ ...of.series, subjectIds: [of.subject!.id] }, of).weight?.value !== undefined,
    enter: { event: 'measurement', entity: 'Event' },
    shared: false,
  },
  {
    title: 'Anaesthesia during the scan, or that there was none',
    profiles: { arrive: '9a', prism: 'anaesthesia', sup187: 'TID 8130' },
    applies: isAlive,
    met: (of) => during(of, 'anaesthesia').length > 0,
    enter: { event: 'anaesthesia', entity: 'Event' },
    shared: true,
  },
  {
    title: 'Fed or fasted at the scan',
    profiles: { prism: 'handling', sup187: 'TID 8122' },
    applies: isAlive,
    met: (of) =>
      handled(of).some(({ feeding, fastedHours }) => feeding !== undefined || fastedHours !== undefined) ||
      during(of, 'agentAdministration').some(
        ({ agentAdministration }) => agentAdministration?.fastedHours !== undefined,
      ),
    enter: { event: 'handling', entity: 'Event' },
    shared: true,
  },
  {
    title: 'Heating during the scan',
    profiles: { prism: 'handling', sup187: 'TID 8140' },
    applies: isAlive,
    met: (of) => handled(of).some(({ heating }) => heating !== undefined),
    enter: { event: 'handling', entity: 'Event' },
    shared: true,
  },
  {
    title: 'Housing in the home cage',
    profiles: { arrive: '15', sup187: 'TID 8121' },
    applies: isAnimal,
    met: ({ events }) => events.some(({ handling }) => handling?.phase === 'home cage'),
    enter: { event: 'handling', entity: 'Event' },
    shared: true,
  },
  {
    title: 'Light cycle of the housing',
    profiles: { sup187: 'TID 8150' },
    applies: isAnimal,
    met: ({ events }) => events.some(({ handling }) => handling?.lightCycleHours !== undefined),
    enter: { event: 'handling', entity: 'Event' },
    shared: true,
  },
  {
    title: 'Injection of the tracer',
    profiles: { arrive: '9a', prism: 'agent', bidsPet: 'TracerName' },
    applies: (of) => isEmission(of) && of.subject !== undefined && of.subject.kind !== 'phantom',
    met: (of) => tracer(of) !== undefined,
    enter: { event: 'agentAdministration', entity: 'Event' },
    shared: false,
  },
  {
    title: 'Net injected activity',
    profiles: { prism: 'agent', bidsPet: 'InjectedRadioactivity' },
    applies: (of) => isEmission(of) && tracer(of) !== undefined,
    met: (of) => {
      const { activityAtScan } = computedOfSeries({ ...of.series, subjectIds: [of.subject!.id] }, of)
      const given = tracer(of)?.agentAdministration
      return activityAtScan?.value !== undefined || given?.activity !== undefined
    },
    enter: { entity: 'Event' },
    shared: false,
  },
  {
    title: 'Radionuclide of the tracer',
    profiles: { bidsPet: 'TracerRadionuclide' },
    applies: (of) => isPet(of) && tracer(of) !== undefined,
    met: (of) => halfLifeOfAgent(of.agents.get(tracer(of)!.agentAdministration!.agentId)) !== undefined,
    enter: { entity: 'Event' },
    shared: true,
  },
  {
    title: 'Time to which the values are corrected for decay',
    profiles: { bidsPet: 'ImageDecayCorrected', prism: 'imaging' },
    applies: isEmission,
    met: ({ series }) => series.decayCorrection !== undefined,
    enter: { entity: 'ImageSeries' },
    shared: true,
  },
  {
    title: 'Unit of the values',
    profiles: { bidsPet: 'Units' },
    applies: isPet,
    met: ({ series }) => Boolean(series.image?.unit),
    enter: { entity: 'ImageSeries' },
    shared: true,
  },
  {
    title: 'Group in the study',
    profiles: { arrive: '1a', prism: 'study' },
    applies: (of) => of.subject !== undefined && of.subject.kind !== 'phantom' && (of.study?.groups?.length ?? 0) > 0,
    met: ({ enrolment }) => enrolment?.group !== undefined,
    enter: { entity: 'Enrolment' },
    shared: false,
  },
  {
    title: 'Why a subject was excluded',
    profiles: { arrive: '3b' },
    applies: ({ enrolment }) => enrolment?.excluded === true,
    met: ({ enrolment }) => enrolment?.exclusionReason !== undefined,
    enter: { entity: 'Enrolment' },
    shared: false,
  },
  {
    title: 'Genotype of a modified animal',
    profiles: { arrive: '8b' },
    applies: ({ subject }) => {
      const status = subject?.animal?.geneticStatus
      return status !== undefined && status !== 'wild type' && status !== 'unknown'
    },
    met: ({ subject }) => Boolean(subject?.animal?.genotype ?? subject?.animal?.alleles?.length),
    enter: { entity: 'Subject' },
    shared: true,
  },
  {
    title: 'How the animal was killed',
    profiles: { arrive: '9a' },
    applies: ({ subject }) => subject?.animal?.deathDate !== undefined && subject.animal.deathCause !== 'found dead',
    met: ({ subject }) => subject?.animal?.euthanasiaMethod !== undefined,
    enter: { entity: 'Subject' },
    shared: true,
  },
  {
    title: 'Dose of the agent',
    profiles: { arrive: '9a' },
    applies: (of) => during(of, 'agentAdministration').length > 0 && !isEmission(of),
    met: (of) =>
      during(of, 'agentAdministration').every(({ agentAdministration: given }) =>
        Boolean(given?.dose ?? given?.activity ?? given?.activityBefore ?? (given?.volume && given.concentration)),
      ),
    enter: { entity: 'Event' },
    shared: false,
  },
]
