/** The Acquisition Context SR of a subject in a session, from the records that the caller may see. */
import type { Caller } from '#api/access/caller.ts'
import { invalidField } from '#api/errors.ts'
import { contentOf } from '#api/exports/acquisitionContext.ts'
import { dicomMetadata } from '#api/exports/dicomMetadata.ts'
import { gatherScope } from '#api/modules/completeness/service.ts'
import { entityNamed, getRecord } from '#api/records/read.ts'
import { patientAttributes } from '#imaging/write/dicomModules.ts'
import { dateOf, timeOf } from '#imaging/write/dicomModules.ts'
import { dicomUid } from '#imaging/write/dicomUid.ts'
import { dayOf } from '#ontology/computed/time.ts'
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event } from '#ontology/entities/event.ts'
import { softwareOn, type Instrument } from '#ontology/entities/instrument.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Subject } from '#ontology/entities/subject.ts'

const sopClass = '1.2.840.10008.5.1.4.1.1.88.71'
const ownScheme = { designator: '99VIVARCHIVE', uid: dicomUid('coding scheme', 'vivarchive'), name: 'Vivarchive' }

/**
 * @param subjectId needed when several subjects were in the bed
 * @throws AppError notFound; invalid when the subject is not named or was not imaged in the session
 */
export async function acquisitionContext(caller: Caller, sessionId: string, subjectId?: string): Promise<Uint8Array> {
  const session = (await getRecord(caller, entityNamed('ImagingSession'), sessionId)) as unknown as ImagingSession
  const { records } = await gatherScope(caller, 'studies', session.studyId)
  const list = <T>(name: string) => (records.get(name) ?? []) as unknown as T[]
  const series = list<ImageSeries>('ImageSeries').filter((each) => each.sessionId === sessionId)
  const seen = [
    ...new Set([
      ...series.flatMap((each) => each.subjectIds ?? []),
      ...(session.placements ?? []).map((each) => each.subjectId),
    ]),
  ]
  const subjects = list<Subject>('Subject').filter(({ id }) => seen.includes(id))
  const subject =
    subjectId === undefined && subjects.length === 1 ? subjects[0] : subjects.find(({ id }) => id === subjectId)
  if (!subject) {
    const choice = subjects.map(({ id, localId }) => `${localId} (${id})`).join(', ')
    throw invalidField(
      '?subjectId',
      choice ? `Name one of the subjects of the session: ${choice}.` : 'No subject is recorded in this session.',
      subjectId,
    )
  }
  const start = session.start ?? series.find((each) => each.acquiredAt)?.acquiredAt
  const own = series.find((each) => each.subjectIds?.length === 1 && each.subjectIds[0] === subject.id)
  const instrument = list<Instrument>('Instrument').find(({ id }) => id === session.instrumentId)
  const asSnapshot = {
    series: own
      ? [own]
      : [{ id: sessionId, sessionId, studyId: session.studyId, label: session.label, subjectIds: [subject.id] }],
    sessions: [session],
    studies: list('Study'),
    subjects: [subject],
    events: list('Event'),
    agents: list('Agent'),
    instruments: list('Instrument'),
  }
  const metadata = dicomMetadata(asSnapshot as never, own?.id ?? sessionId, '')
  const day = start && dayOf(start)
  const events = list<Event>('Event').filter(
    (event) =>
      event.subjectId === subject.id &&
      (event.sessionId === sessionId ||
        (event.sessionId === undefined && dayOf(event.start) === day) ||
        (day !== undefined &&
          dayOf(event.start) <= day &&
          (event.kind === 'modelInduction' || event.handling?.phase === 'home cage'))),
  )
  const contentAt = start?.dateTime.slice(0, 19) ?? '1900-01-01T00:00:00'
  // The library that writes DICOM is large; it is loaded when first used.
  const { writeStructuredReport } = await import('#imaging/write/structuredReport.ts')
  return writeStructuredReport({
    sopClass,
    sopInstance: dicomUid('acquisition context', sessionId, subject.id),
    name: { value: '127001', scheme: 'DCM', meaning: 'Preclinical Small Animal Imaging Acquisition Context' },
    template: '8101',
    contentAt,
    schemes: [ownScheme],
    attributes: {
      ...patientAttributes(metadata),
      StudyInstanceUID: metadata.study.uid,
      StudyID: metadata.study.id ?? '',
      StudyDate: dateOf(metadata.study.start),
      StudyTime: timeOf(metadata.study.start),
      StudyDescription: metadata.study.title,
      AccessionNumber: '',
      ReferringPhysicianName: '',
      SeriesInstanceUID: dicomUid('acquisition context series', sessionId, subject.id),
      SeriesNumber: 1,
      SeriesDescription: 'Acquisition context',
      Manufacturer: 'Vivarchive',
      ManufacturerModelName: 'Vivarchive',
      DeviceSerialNumber: '1',
      SoftwareVersions: softwareOn(instrument ?? {}, day ?? '9999') ?? '1',
    },
    items: contentOf({
      events,
      agents: new Map(list<Agent>('Agent').map((agent) => [agent.id, agent])),
      modalities: series.flatMap((each) => each.modality ?? []),
      observerUid: dicomUid('instrument', instrument?.id ?? sessionId),
    }),
  })
}
