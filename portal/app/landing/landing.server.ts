/**
 * What the landing pages show of a dataset's snapshot: made on the server, so that the browser gets a few lines per
 * record instead of the records and their schemas.
 */
import { formatLabel } from '#imaging/formats/labels.ts'
import type { Agent } from '#ontology/entities/agent.ts'
import { eventKinds, type Event, type EventKind } from '#ontology/entities/event.ts'
import { ImagingSession } from '#ontology/entities/session.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import { Subject } from '#ontology/entities/subject.ts'
import type { WhenStamp } from '#ontology/values.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { movesOf } from '../components/animationAddress.ts'
import type { Snapshot } from '../contract.ts'
import { choiceText } from '../forms/choices.ts'
import { counted, formatShape, formatSpacing, formatUnit, formatWords } from '../format.ts'
import { computedFacts } from './computedFacts.ts'
import { factsOf, type Fact, type Names } from './facts.server.ts'

/** Rows of files that the page of a series shows; all of them are in its list of checksums. */
export const filesShown = 50

export interface FileLine {
  id: string
  path: string
  byteCount: number
  sha256: string
}

export interface SeriesView {
  id: string
  label: string
  modality: string | null
  /** 128 × 128 × 159, 0.776 mm ... in one line. */
  image: string
  /** Several slices or times: there is an animation. */
  moves: boolean
  facts: Fact[]
  subjects: string[]
  session: string | null
  acquiredAt: WhenStamp | null
  viewable: boolean
  fileCount: number
  byteCount: number
  files: FileLine[]
}

/** Something on a subject's timeline. */
export interface Entry {
  id: string
  kind: EventKind | 'imaging'
  title: string
  at: WhenStamp | null
  end: WhenStamp | null
  /** '70 days old; 65 min after [18F]FDG' */
  context: string
  facts: Fact[]
}

export interface SubjectView {
  id: string
  name: string
  kind: string
  /** Species, strain, sex: what a reader asks first. */
  summary: string
  facts: Fact[]
  timeline: Entry[]
}

/** @param files most rows of files of each series */
export function seriesViews(snapshot: Snapshot, files = filesShown): SeriesView[] {
  const names = namesOf(snapshot)
  const filesOf = Map.groupBy(snapshot.files ?? [], ({ seriesId }) => seriesId)
  return (snapshot.series ?? []).map((series) => {
    const own = filesOf.get(series.id) ?? []
    return {
      id: series.id,
      label: series.label,
      modality: series.modality ?? null,
      image: imageText(series),
      moves: movesOf(series.image),
      facts: seriesFacts(series),
      subjects: (series.subjectIds ?? []).flatMap((id) => names.get(id) ?? []),
      session: names.get(series.sessionId) ?? null,
      acquiredAt: series.acquiredAt ?? null,
      viewable: series.pixels === 'ready',
      fileCount: series.fileCount,
      byteCount: series.byteCount,
      files: own.slice(0, files).map(({ id, path, byteCount, sha256 }) => ({ id, path, byteCount, sha256 })),
    }
  })
}

export function subjectViews(snapshot: Snapshot): SubjectView[] {
  const names = namesOf(snapshot)
  return (snapshot.subjects ?? []).map((subject) => ({
    id: subject.id,
    name: subject.localId,
    kind: formatWords(subject.kind),
    summary: summaryOf(subject),
    facts: factsOf(Subject.record as Node, subject, names, ['kind', 'localId']),
    timeline: timelineOf(subject, snapshot, names),
  }))
}

function summaryOf({ kind, species, animal, cellCulture, specimen, phantom }: Subject): string {
  const particulars = {
    animal: () => [animal?.strain?.label, animal && animal.sex !== 'unknown' && choiceText(animal.sex).toLowerCase()],
    cellCulture: () => [cellCulture?.cellLine.label],
    specimen: () => [specimen?.organ?.label],
    phantom: () => [phantom?.model],
  }[kind]
  return [species?.label, ...particulars()].filter(Boolean).join(', ')
}

/** What was done to a subject and when it was imaged, in order; what has no time comes last. */
function timelineOf(subject: Subject, snapshot: Snapshot, names: Names): Entry[] {
  const events = (snapshot.events ?? []).filter(({ subjectId }) => subjectId === subject.id)
  const seriesOf = Map.groupBy(
    (snapshot.series ?? []).filter(({ subjectIds }) => subjectIds?.includes(subject.id)),
    ({ sessionId }) => sessionId,
  )
  const imaging = (snapshot.sessions ?? []).filter(({ id }) => seriesOf.has(id))
  const entries = [
    ...events.map((event) => eventEntry(event, names)),
    ...imaging.map((session) => ({
      id: session.id,
      kind: 'imaging' as const,
      title: `Imaging: ${session.label}`,
      at: session.start ?? null,
      end: session.end ?? null,
      context: [ageAt(subject, session.start), sinceTracer(events, snapshot.agents ?? [], session.start)]
        .filter(Boolean)
        .join('; '),
      facts: [
        {
          label: 'Image series',
          text: (seriesOf.get(session.id) ?? []).map(({ label }) => label).join(', '),
        },
        ...factsOf(ImagingSession.record as Node, session, names, [
          'label',
          'studyId',
          'start',
          'end',
          'placements',
          'dicomStudyUid',
        ]),
      ],
    })),
  ]
  return entries.toSorted((a, b) => timeOf(a.at) - timeOf(b.at))
}

function eventEntry(event: Event, names: Names): Entry {
  const details = (event[event.kind] ?? {}) as Record<string, unknown>
  const schema = eventKinds[event.kind] as Node
  return {
    id: event.id,
    kind: event.kind,
    title: eventTitle(event, names),
    at: event.start,
    end: event.end ?? null,
    context: '',
    facts: [
      ...factsOf(schema, details, names, [
        'agentId',
        'what',
        'applied',
        ...(event.kind === 'measurement' ? ['value'] : []),
      ]),
      ...computedFacts(event.computed, 'event', false),
    ],
  }
}

function eventTitle(event: Event, names: Names): string {
  const { agentAdministration, anaesthesia, measurement, modelInduction, therapy, monitoring, handling } = event
  if (agentAdministration) return `${names.get(agentAdministration.agentId) ?? 'Agent'} given`
  if (anaesthesia) return anaesthesia.applied ? 'Anaesthesia' : 'Awake, no anaesthesia'
  if (measurement) {
    const [value] = factsOf(eventKinds.measurement as Node, measurement, names, ['what', 'method'])
    return `${formatWords(measurement.what)}: ${value?.text ?? ''}`
  }
  if (modelInduction) return `Disease model: ${modelInduction.disease?.label ?? choiceText(modelInduction.modelType)}`
  if (therapy)
    return `Therapy: ${therapy.agentId ? (names.get(therapy.agentId) ?? 'agent') : choiceText(therapy.type).toLowerCase()}`
  if (monitoring) return `Monitored: ${monitoring.channel}`
  if (handling) return `Handling: ${handling.phase}`
  return (eventKinds[event.kind] as Node).title ?? formatWords(event.kind)
}

const timeOf = (stamp: WhenStamp | null): number => (stamp ? Date.parse(stamp.dateTime) : Number.MAX_SAFE_INTEGER)

function ageAt({ animal }: Subject, at: WhenStamp | undefined): string {
  if (!animal?.birthDate || !at) return ''
  const days = Math.floor((Date.parse(at.dateTime.slice(0, 10)) - Date.parse(animal.birthDate)) / 86_400_000)
  return days >= 0 ? `${counted(days, 'day')} old` : ''
}

/** Time since the last agent for imaging, when both are known to the minute or so. */
function sinceTracer(events: Event[], agents: Agent[], at: WhenStamp | undefined): string {
  if (!at || at.precision === 'day') return ''
  const given = events
    .filter((event) => event.agentAdministration?.purpose === 'imaging' && event.start.precision !== 'day')
    .filter((event) => timeOf(event.start) <= timeOf(at))
    .toSorted((a, b) => timeOf(b.start) - timeOf(a.start))[0]
  if (!given) return ''
  const minutes = Math.round((timeOf(at) - timeOf(given.start)) / 60_000)
  if (minutes > 2 * 24 * 60) return ''
  const agent = agents.find(({ id }) => id === given.agentAdministration?.agentId)?.name ?? 'the agent'
  return `${minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`} after ${agent}`
}

function imageText({ image }: ImageSeries): string {
  if (!image) return ''
  return [formatShape(image), formatSpacing(image), image.unit && formatUnit(image.unit)].filter(Boolean).join('; ')
}

function seriesFacts(series: ImageSeries): Fact[] {
  const { image, bodyPart, protocol, role, quality, qualityNote, format, description, axisDirections } = series
  const spacing = image && formatSpacing(image)
  const facts: (Fact | false | null | undefined | '')[] = [
    image && { label: 'Image', text: formatShape(image) },
    spacing && { label: 'Voxel size', text: spacing },
    image?.unit && { label: 'Values', text: `${formatUnit(image.unit)}, ${image.sampleType}` },
    axisDirections && { label: 'Orientation', text: `Axes run towards ${axisDirections}, as stated by a person` },
    image &&
      !axisDirections &&
      image.orientation !== 'known' && { label: 'Orientation', text: formatWords(image.orientation) },
    bodyPart && { label: 'Body part', text: bodyPart.label },
    { label: 'Role', text: formatWords(role) },
    protocol && { label: 'Protocol', text: protocol },
    quality && { label: 'Quality', text: [formatWords(quality), qualityNote].filter(Boolean).join(': ') },
    { label: 'File format', text: formatLabel(format) },
    description && { label: 'Description', text: description },
    ...computedFacts(series.computed, 'series', true),
  ]
  return facts.filter((fact): fact is Fact => Boolean(fact))
}

/** Names of everything in a snapshot that something else may point to. */
function namesOf(snapshot: Snapshot): Names {
  const named: [string, string][] = [
    ...(snapshot.subjects ?? []).map(({ id, localId }): [string, string] => [id, localId]),
    ...(snapshot.sessions ?? []).map(({ id, label }): [string, string] => [id, label]),
    ...(snapshot.agents ?? []).map(({ id, name }): [string, string] => [id, name]),
    ...(snapshot.organizations ?? []).map(({ id, name }): [string, string] => [id, name]),
    ...(snapshot.people ?? []).map(({ id, givenName, familyName }): [string, string] => [
      id,
      `${givenName} ${familyName}`,
    ]),
    ...(snapshot.instruments ?? []).map(({ id, name, manufacturer, model }): [string, string] => {
      const make = [manufacturer, model].filter(Boolean).join(' ')
      return [id, make ? `${name} (${make})` : name]
    }),
  ]
  return new Map(named)
}
