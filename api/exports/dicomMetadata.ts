/**
 * What the record says of a series, as a written DICOM object or a BIDS sidecar says it (PS3.3, with the attributes of
 * Supplement 187 for animals). What is not known is not said.
 */
import { groupAttributes, groupId, patientPosition, sourceGroupAttributes } from './patientGroup.ts'
import type { Code, DicomMetadata } from '#imaging/write/dicomMetadata.ts'
import { dicomUid } from '#imaging/write/dicomUid.ts'
import type { Snapshot } from '#ontology/entities/dataset.ts'
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event } from '#ontology/entities/event.ts'
import type { Instrument } from '#ontology/entities/instrument.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Study } from '#ontology/entities/study.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import { valueIn } from '#ontology/units.ts'
import type { CodedTerm, Quantity, WhenStamp } from '#ontology/values.ts'

/** Coding schemes by the names that DICOM has for them (PS3.16, table 8-1). */
const schemes: Record<string, string> = { NCBITaxon: 'NCBITaxID', SNOMED: 'SCT', SCT: 'SCT', MGI: 'MGI', DCM: 'DCM' }

/**
 * @param records  the series and what belongs to it, complete or as published
 * @param revision of the pixels: a series that is made anew is another DICOM series
 */
export function dicomMetadata(records: Snapshot, seriesId: string, revision: string): DicomMetadata {
  const list = <T>(plural: string) => (records[plural] ?? []) as unknown as T[]
  const series = list<ImageSeries>('series').find(({ id }) => id === seriesId) as ImageSeries
  const session = list<ImagingSession>('sessions').find(({ id }) => id === series.sessionId)
  const study = list<Study>('studies').find(({ id }) => id === series.studyId) ?? list<Study>('studies')[0]
  const subjectsOf = ({ subjectIds }: ImageSeries) =>
    list<Subject>('subjects').filter(({ id }) => subjectIds?.includes(id))
  const subjects = subjectsOf(series)
  const [subject] = subjects
  const instrument = list<Instrument>('instruments').find(({ id }) => id === session?.instrumentId)
  const events = list<Event>('events').filter(({ subjectId }) => subjectId === subject?.id)
  const start = local(series.acquiredAt ?? session?.start) ?? '1900-01-01T00:00:00'
  const administration = agentOf(events, list<Agent>('agents'), series.acquiredAt ?? session?.start)
  const weight = nearestWeight(events, start)
  const position =
    subjects.length === 1
      ? patientPosition(session?.placements?.find(({ subjectId }) => subjectId === subject?.id))
      : undefined
  return {
    patient: {
      // Several animals in one scan share an object, and none of them is its patient.
      id: subjects.length > 1 ? groupId(subjects) : (subject?.localId ?? 'unknown'),
      ...(subjects.length === 1 && subject && patientOf(subject)),
      ...(weight !== null && subjects.length === 1 && { weightGrams: weight }),
    },
    study: {
      uid: dicomUid('session', session?.id ?? seriesId),
      ...(session?.label && { id: session.label.slice(0, 16) }),
      ...(study?.title && { title: study.title.slice(0, 64) }),
      start: local(session?.start) ?? start,
    },
    series: {
      uid: dicomUid('series', seriesId, revision),
      number: series.number ?? 1,
      label: series.label.slice(0, 64),
      ...(series.protocol && { protocol: series.protocol.slice(0, 64) }),
      ...(series.bodyPart && { bodyPart: series.bodyPart.label.toUpperCase().slice(0, 16) }),
      start,
      ...(position && { position }),
      frameOfReferenceUid: dicomUid('frame', session?.id ?? seriesId, instrument?.id ?? ''),
    },
    ...(instrument && {
      instrument: {
        manufacturer: instrument.manufacturer,
        model: instrument.model,
        ...(instrument.serialNumber && { serialNumber: instrument.serialNumber }),
        ...(instrument.softwareVersion && { softwareVersion: instrument.softwareVersion }),
      },
    }),
    ...(administration && { administration }),
    ...groupOf(list<ImageSeries>('series'), series, session, subjectsOf),
  }
}

/** What ties a scan of several animals to the images of each of them. */
function groupOf(
  all: readonly ImageSeries[],
  series: ImageSeries,
  session: ImagingSession | undefined,
  subjectsOf: (series: ImageSeries) => Subject[],
): Pick<DicomMetadata, 'attributes'> {
  const subjects = subjectsOf(series)
  if (subjects.length > 1) {
    const parts = all.filter(({ sourceBox, sourceSeriesIds }) => sourceBox && sourceSeriesIds?.includes(series.id))
    return { attributes: groupAttributes(session, parts, subjects) }
  }
  const source = series.sourceBox && all.find(({ id }) => series.sourceSeriesIds?.includes(id))
  const group = source ? subjectsOf(source) : []
  return group.length > 1 ? { attributes: sourceGroupAttributes(group) } : {}
}

function patientOf({ species, animal }: Subject): Partial<DicomMetadata['patient']> {
  const sex = animal?.sex === 'M' || animal?.sex === 'F' ? animal.sex : animal?.sex === 'other' ? 'O' : undefined
  const code = species && codeOf(species)
  const strainCode = animal?.strain && codeOf(animal.strain)
  return {
    ...(sex && { sex }),
    ...(animal?.birthDate && { birthDate: animal.birthDate }),
    ...(species && { species: { description: species.label, ...(code && { code }) } }),
    ...(animal?.strain && { strain: { description: animal.strain.label, ...(strainCode && { code: strainCode }) } }),
  }
}

/** The tracer or contrast agent that was given last before the scan. */
function agentOf(
  events: readonly Event[],
  agents: readonly Agent[],
  at: WhenStamp | undefined,
): DicomMetadata['administration'] {
  const given = events
    .filter((event) => event.agentAdministration?.purpose === 'imaging')
    .filter((event) => !at || Date.parse(event.start.dateTime) <= Date.parse(at.dateTime))
    .toSorted((a, b) => Date.parse(b.start.dateTime) - Date.parse(a.start.dateTime))[0]
  const agent = agents.find(({ id }) => id === given?.agentAdministration?.agentId)
  if (!given?.agentAdministration || !agent) return undefined
  const { route, volume, activity } = given.agentAdministration
  const start = local(given.start)
  const nuclide = agent.radionuclide
  const megabecquerel = activity && valueIn(activity, 'MBq')
  const millilitres = volume && valueIn(volume, 'mL')
  return {
    agent: agent.name.slice(0, 64),
    ...(nuclide && { radionuclide: { value: `viv-${nuclide}`, scheme: '99VIV', meaning: nuclide } }),
    ...(agent.halfLifeSeconds !== undefined && { halfLifeSeconds: agent.halfLifeSeconds }),
    ...(megabecquerel !== undefined && { activityMegabecquerel: megabecquerel }),
    ...(millilitres !== undefined && { volumeMillilitres: millilitres }),
    ...(route && { route: route.label }),
    ...(start && { start }),
  }
}

/** The body weight that was measured nearest to a time, in grams. */
function nearestWeight(events: readonly Event[], at: string): number | null {
  const distance = (event: Event) => Math.abs(Date.parse(event.start.dateTime) - Date.parse(`${at}Z`))
  const [nearest] = events
    .filter(({ measurement }) => measurement?.what === 'body weight')
    .toSorted((a, b) => distance(a) - distance(b))
  const value = (nearest?.measurement as { value?: Quantity } | undefined)?.value
  return (value && valueIn(value, 'g')) ?? null
}

function codeOf({ label, codings }: CodedTerm): Code | undefined {
  const coding = codings?.find(({ scheme }) => Object.hasOwn(schemes, scheme))
  if (!coding) return undefined
  return { value: coding.code.slice(0, 16), scheme: schemes[coding.scheme] as string, meaning: label.slice(0, 64) }
}

/** A point in time as the clock on the wall showed it. */
const local = (stamp: WhenStamp | undefined): string | undefined => stamp?.dateTime.replace(/(Z|[+-]\d{2}:\d{2})$/, '')
