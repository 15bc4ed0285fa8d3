import { entity } from '../entity.ts'
import { Type, oneOf, ref, text, type Node, type Static } from '../vocabulary.ts'
import { when } from '../values.ts'
import { AgentAdministration } from './events/agentAdministration.ts'
import { Anaesthesia } from './events/anaesthesia.ts'
import { Measurement } from './events/measurement.ts'
import { ModelInduction } from './events/modelInduction.ts'

/** Kinds of event; each has its details in the field of the same name. A new kind is one file and one line here. */
export const eventKinds = {
  agentAdministration: AgentAdministration,
  anaesthesia: Anaesthesia,
  modelInduction: ModelInduction,
  measurement: Measurement,
} as const
export type EventKind = keyof typeof eventKinds

const details = <K extends EventKind>(kind: K) =>
  Type.Optional(Type.Unsafe<Static<(typeof eventKinds)[K]>>({ ...(eventKinds[kind] as Node), 'x-when': { kind } }))

/** Something that was done to a subject or measured on it (metadata model 6.5). */
export const Event = entity(
  {
    name: 'Event',
    plural: 'events',
    title: 'Event',
    description: 'Something that was done to a subject or measured on it, on its timeline.',
    term: 'schema:Action',
    label: 'kind',
    scope: 'project',
  },
  {
    kind: oneOf(Object.keys(eventKinds) as EventKind[], {
      title: 'Kind',
      'x-level': 'record',
      'x-column': true,
      'x-sort': true,
      'x-term': 'schema:additionalType',
    }),
    projectId: ref('Project', {
      title: 'Project',
      description: 'The project that recorded it and whose members see it.',
      'x-level': 'record',
      'x-private': true,
    }),
    subjectId: ref('Subject', { title: 'Subject', 'x-level': 'record', 'x-term': 'schema:object' }),
    sessionId: Type.Optional(
      ref('ImagingSession', {
        title: 'Imaging session',
        description: 'The session that it was done for.',
        'x-term': 'schema:isPartOf',
      }),
    ),
    start: when({ title: 'Time', 'x-level': 'record', 'x-term': 'schema:startTime' }),
    end: Type.Optional(when({ title: 'End', 'x-term': 'schema:endTime' })),
    performerId: Type.Optional(ref('Person', { title: 'Done by', 'x-private': true, 'x-dicom': '(0008,1070)' })),
    agentAdministration: details('agentAdministration'),
    anaesthesia: details('anaesthesia'),
    modelInduction: details('modelInduction'),
    measurement: details('measurement'),
    notes: Type.Optional(text({ title: 'Notes', 'x-private': true })),
  },
)
export type Event = Static<typeof Event.record>
