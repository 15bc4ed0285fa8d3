import { entity } from '../entity.ts'
import { Type, closed, id, line, oneOf, ref, text, type Node, type Static } from '../vocabulary.ts'
import { when } from '../values.ts'
import { EventComputed } from '../computed/shapes.ts'
import { AgentAdministration } from './events/agentAdministration.ts'
import { Anaesthesia } from './events/anaesthesia.ts'
import { Handling } from './events/handling.ts'
import { Measurement } from './events/measurement.ts'
import { ModelInduction } from './events/modelInduction.ts'
import { Monitoring } from './events/monitoring.ts'
import { Therapy } from './events/therapy.ts'

/** Kinds of event; each has its details in the field of the same name. A new kind is one file and one line here. */
export const eventKinds = {
  agentAdministration: AgentAdministration,
  anaesthesia: Anaesthesia,
  modelInduction: ModelInduction,
  therapy: Therapy,
  monitoring: Monitoring,
  measurement: Measurement,
  handling: Handling,
} as const
export type EventKind = keyof typeof eventKinds

const details = <K extends EventKind>(kind: K) =>
  Type.Optional(Type.Unsafe<Static<(typeof eventKinds)[K]>>({ ...(eventKinds[kind] as Node), 'x-when': { kind } }))

const AdverseEvent = closed(
  {
    what: line({ title: 'What happened', 'x-term': 'schema:description' }),
    severity: Type.Optional(oneOf(['mild', 'moderate', 'severe', 'fatal'], { title: 'Severity' })),
    action: Type.Optional(line({ title: 'What was done about it' })),
  },
  { 'x-type': 'AdverseEvent', title: 'Adverse event' },
)

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
    start: when({
      title: 'Time',
      'x-level': 'record',
      'x-term': 'schema:startTime',
      'x-dicom': '111526 DCM; (0018,1078); (0018,1042)',
      'x-bids': 'acq_time; InjectionStart',
      'x-profiles': { arrive: '9b', prism: 'events' },
    }),
    end: Type.Optional(
      when({
        title: 'End',
        'x-term': 'schema:endTime',
        'x-dicom': '111527 DCM; (0018,1079)',
        'x-bids': 'InjectionEnd',
      }),
    ),
    performerId: Type.Optional(
      ref('Person', {
        title: 'Done by',
        'x-private': true,
        'x-term': 'schema:agent',
        'x-dicom': '(0008,1070); (0008,1072)',
      }),
    ),
    agentAdministration: details('agentAdministration'),
    anaesthesia: details('anaesthesia'),
    modelInduction: details('modelInduction'),
    therapy: details('therapy'),
    monitoring: details('monitoring'),
    measurement: details('measurement'),
    handling: details('handling'),
    location: Type.Optional(line({ title: 'Where', 'x-private': true })),
    protocol: Type.Optional(
      line({
        title: 'Protocol',
        description: 'Name and version of the protocol or template that was followed, or its DOI.',
        'x-term': 'viv:protocol',
        'x-dicom': '(0018,1030)',
      }),
    ),
    batchId: Type.Optional(
      id({ title: 'Entered together', description: 'Events of one batch carry the same.', 'x-term': 'viv:batch' }),
    ),
    deviation: Type.Optional(
      line({ title: 'Deviation from the protocol', 'x-term': 'viv:deviation', 'x-dicom': '(0020,4000)' }),
    ),
    adverseEvent: Type.Optional(
      Type.Unsafe<Static<typeof AdverseEvent>>({ ...AdverseEvent, 'x-term': 'viv:adverseEvent' }),
    ),
    ethicsApproval: Type.Optional(
      line({
        title: 'Ethics approval',
        description: 'Number of the approval, as in the project.',
        maxLength: 100,
        'x-term': 'viv:ethicsApproval',
        'x-dicom': '(0012,0082)',
      }),
    ),
    procedureSeverity: Type.Optional(
      oneOf(['non-recovery', 'mild', 'moderate', 'severe'], {
        title: 'Severity of the procedure',
        description: 'Directive 2010/63/EU, Annex VIII.',
        'x-term': 'viv:procedureSeverity',
      }),
    ),
    notes: Type.Optional(text({ title: 'Notes', 'x-private': true })),
    computed: Type.Optional(EventComputed),
  },
)
export type Event = Static<typeof Event.record>
