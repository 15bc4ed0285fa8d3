/** A small world for tests: two projects of different people that share one animal. */
import type { Person, TestSite } from './app.ts'

/** Stands in every text of project P; whoever may not see P must never read it. */
export const marker = 'quokka'

export interface World {
  owner: Person
  editor: Person
  viewer: Person
  stranger: Person
  otherOwner: Person
  curator: Person
  admin: Person
  p: Ids
  q: Ids
  /** The animal that belongs to both projects. */
  sharedSubjectId: string
  agentId: string
  personId: string
}

interface Ids {
  projectId: string
  studyId: string
  subjectId: string
  sessionId: string
  seriesId: string
  eventId: string
  enrolmentId: string
  annotationId: string
  segmentationId: string
}

/** A point drawn on a series. */
export const drawnPoint = (seriesId: string, label: string) => ({
  seriesId,
  label,
  tool: 'probe',
  space: 'patient',
  points: [[1, 2, 3]],
})

export const when = (dateTime: string) => ({ dateTime, precision: 'minute' })

/** Fields that make a new record of each kind ready for publication. */
export const complete = {
  project: {
    description: 'Glucose uptake of tumours in mice, followed over three weeks with PET and CT.',
    keywords: [{ label: 'FDG' }],
    licence: 'CC-BY-4.0',
  },
  study: { description: 'Five animals, one tracer, three days.' },
  animal: {
    sex: 'F',
    strain: { label: 'C57BL/6J' },
    geneticStatus: 'wild type',
    birthDate: '2025-01-10',
    supplier: 'Example breeder',
  },
  session: { start: when('2025-03-01T09:00:00Z'), inVivo: 'in vivo' },
  series: { modality: 'PT', acquiredAt: when('2025-03-01T10:00:00Z') },
}

export async function makeProject(
  person: Person,
  name: string,
  more: { personId: string; agentId: string; instrumentId: string },
): Promise<Ids> {
  const project = await person.make('projects', {
    title: `Project ${name}`,
    ...complete.project,
    principalInvestigatorId: more.personId,
  })
  const study = await person.make('studies', { projectId: project.id, title: `Study ${name}`, ...complete.study })
  const subject = await person.make('subjects', {
    localId: `M-1 ${name}`,
    projectIds: [project.id],
    species: { label: 'Mus musculus' },
    animal: complete.animal,
    notes: `private note ${name}`,
  })
  const session = await person.make('sessions', {
    studyId: study.id,
    label: `Day 1 ${name}`,
    instrumentId: more.instrumentId,
    ...complete.session,
  })
  const series = await person.make('series', {
    sessionId: session.id,
    label: `PET ${name}`,
    subjectIds: [subject.id],
    ...complete.series,
  })
  const event = await person.make('events', {
    kind: 'agentAdministration',
    projectId: project.id,
    subjectId: subject.id,
    sessionId: session.id,
    start: when('2025-03-01T09:00:00Z'),
    agentAdministration: {
      agentId: more.agentId,
      purpose: 'imaging',
      route: { label: 'intravenous' },
      activity: { value: 8.2, unit: 'MBq' },
      vehicle: `saline ${name}`,
    },
  })
  const enrolment = await person.make('enrolments', {
    studyId: study.id,
    subjectId: subject.id,
    subjectNumber: `1 ${name}`,
  })
  const annotation = await person.make('annotations', drawnPoint(series.id, `Point ${name}`))
  const segmentation = await person.make('segmentations', {
    seriesId: series.id,
    label: `Organs ${name}`,
    segments: [{ number: 1, label: `Tumour ${name}`, colour: '#e8774f' }],
  })
  return {
    projectId: project.id,
    studyId: study.id,
    subjectId: subject.id,
    sessionId: session.id,
    seriesId: series.id,
    eventId: event.id,
    enrolmentId: enrolment.id,
    annotationId: annotation.id,
    segmentationId: segmentation.id,
  }
}

export async function makeWorld(site: TestSite): Promise<World> {
  const [owner, editor, viewer, stranger, otherOwner] = await Promise.all(
    ['owner', 'editor', 'viewer', 'stranger', 'other'].map((name) => site.person(name)),
  )
  const curator = await site.person('curator', 'curator')
  const admin = await site.person('admin', 'admin')
  if (!owner || !editor || !viewer || !stranger || !otherOwner) throw new Error('a person is missing')
  const organization = await owner.make('organizations', { name: 'Institute of Small Animal Imaging', country: 'DE' })
  const person = await owner.make('people', {
    givenName: 'Ada',
    familyName: 'Lovelace',
    orcid: '0000-0002-1825-0097',
    affiliationId: organization.id,
  })
  const agent = await owner.make('agents', {
    name: '[18F]FDG',
    category: 'radiotracer',
    radionuclide: 'F-18',
    synonyms: ['FDG'],
  })
  const instrument = await owner.make('instruments', {
    name: 'PET/CT 1',
    manufacturer: 'Siemens',
    model: 'Inveon',
    softwareVersion: '4.2',
  })
  const more = { personId: person.id as string, agentId: agent.id as string, instrumentId: instrument.id as string }
  const p = await makeProject(owner, `P ${marker}`, more)
  const q = await makeProject(otherOwner, 'Q wombat', more)
  await owner.put(`projects/${p.projectId}/members`, { email: editor.email, role: 'editor' })
  await owner.put(`projects/${p.projectId}/members`, { email: viewer.email, role: 'viewer' })
  // Somebody who works in both projects shares the animal of Q with P.
  await owner.put(`projects/${p.projectId}/members`, { email: otherOwner.email, role: 'editor' })
  const shared = (await otherOwner.get(`subjects/${q.subjectId}`)).json()
  await otherOwner.patch(`subjects/${q.subjectId}`, { projectIds: [q.projectId, p.projectId] }, shared.version)
  await owner.delete(`projects/${p.projectId}/members/${otherOwner.userId}`)
  return {
    owner,
    editor,
    viewer,
    stranger,
    otherOwner,
    curator,
    admin,
    p,
    q,
    sharedSubjectId: q.subjectId,
    agentId: more.agentId,
    personId: more.personId,
  }
}
