/**
 * The import plan: what an import proposes to make of the files that it holds, with the evidence for each value. It is
 * made by `buildPlan`, changed by people with `patchPlan`, and carried out by the commit.
 */
import { Type, type Static, type TSchema } from 'typebox'
import { formats } from '#imaging/formats/index.ts'
import { closed, id, line, oneOf } from '#ontology/vocabulary.ts'
import { modalities, type Modality } from '#ontology/modalities.ts'
import { Placement } from '#ontology/entities/session.ts'
import { subjectKinds } from '#ontology/entities/subject.ts'
import { nullable } from './nullable.ts'

/** Evidence of a value that a person gave. */
export const typed = 'typed'

const evidence = Type.String({
  description: 'Where the value comes from, for people; "typed" after a person changed it.',
})
const prop = <T extends TSchema>(value: T) => closed({ value, evidence })

export const key = Type.String({ pattern: '^[0-9A-Za-z-]{1,40}$' })
export const modality = oneOf(Object.keys(modalities) as Modality[])
/** A date, or a date and time with or without a zone (without: the local time of the site). */
export const start = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})?)?$',
})

export const NewInstrument = closed({
  name: line(),
  manufacturer: line(),
  model: line(),
  softwareVersion: Type.Optional(line()),
  serialNumber: Type.Optional(line()),
})
export const NewSubject = closed({
  localId: line({ maxLength: 120 }),
  kind: oneOf(subjectKinds),
  species: Type.Optional(line()),
  strain: Type.Optional(line()),
  genotype: Type.Optional(line()),
  supplier: Type.Optional(line()),
  stockNumber: Type.Optional(line()),
  sex: Type.Optional(oneOf(['M', 'F', 'other', 'unknown'])),
  neutered: Type.Optional(Type.Boolean()),
  birthDate: Type.Optional(Type.String({ format: 'date' })),
  cellLine: Type.Optional(line({ description: 'Of a cell culture; needed for one.' })),
  model: Type.Optional(line({ description: 'Of a phantom; its localId when absent.' })),
})

const typedFields = Type.Array(Type.String(), {
  description: 'Fields that a person changed; kept at the next inspection.',
})

const PlannedSession = closed({
  key,
  label: prop(line()),
  start: prop(nullable(start)),
  instrument: closed({ id: nullable(id()), create: Type.Optional(NewInstrument), evidence }),
  existingId: Type.Optional(id({ description: 'Session of the study that the series are added to.' })),
  dicomStudyUid: Type.Optional(Type.String()),
  typed: typedFields,
})

const FactSchema = closed({
  key: Type.String(),
  value: Type.Union([Type.String(), Type.Number(), closed({ value: Type.Number(), unit: Type.String() })]),
  evidence,
})

const { posture, entry, position } = Placement.properties
const PlannedSubject = closed({
  id: nullable(id()),
  create: Type.Optional(nullable(NewSubject)),
  evidence,
  placement: Type.Optional(
    closed({ posture, entry, position }, { description: 'Of each subject, when the image shows several.' } as never),
  ),
})

const PlannedSeries = closed({
  key,
  sessionKey: key,
  include: Type.Boolean({ description: 'False: the files are kept as attachments.' }),
  label: prop(line()),
  modality: prop(nullable(modality)),
  number: Type.Optional(Type.Integer({ minimum: 0, maximum: 2147483647 })),
  format: Type.String({ examples: formats.map((format) => format.id) }),
  formatLabel: Type.String(),
  formatVerified: Type.Boolean({ description: 'Whether real files of this format prove the reader.' }),
  part: Type.Optional(Type.String({ description: 'Which of several images in the same files.' })),
  files: Type.Array(Type.String()),
  fileCount: Type.Integer(),
  byteCount: Type.Integer(),
  rawFiles: Type.Optional(
    Type.Array(Type.String(), { description: 'Measured data that the image was made from; not counted above.' }),
  ),
  rawByteCount: Type.Optional(Type.Integer()),
  shape: nullable(Type.Array(Type.Integer(), { description: 'Samples along x, y, z, time, channel.' })),
  spacing: nullable(Type.Array(Type.Number(), { description: 'Voxel size x, y, z in mm.' })),
  subject: PlannedSubject,
  moreSubjects: Type.Optional(
    Type.Array(PlannedSubject, { maxItems: 31, description: 'The others, when the image shows several.' }),
  ),
  facts: Type.Array(FactSchema),
  conflicts: Type.Array(closed({ key: Type.String(), others: Type.Array(FactSchema) })),
  warnings: Type.Array(Type.String()),
  problem: Type.Optional(closed({ code: Type.String(), message: Type.String() })),
  typed: typedFields,
})

/** A value of an event, of the field with this name inside of its details. */
const PlannedValue = closed({
  field: line({ examples: ['activity'] }),
  value: Type.Union([Type.String(), closed({ value: Type.Number(), unit: Type.String() })]),
  evidence,
})

const PlannedEvent = closed({
  key,
  sessionKey: key,
  seriesKeys: Type.Array(key, { description: 'Series whose files say so; their subjects get the event.' }),
  include: Type.Boolean(),
  kind: oneOf(['agentAdministration', 'measurement']),
  text: Type.String({ description: 'What will be recorded, for people.' }),
  start: prop(Type.String({ description: 'A date, or a date and time with or without a zone.' })),
  agent: Type.Optional(
    closed({
      id: nullable(id()),
      name: line(),
      category: oneOf(['radiotracer', 'contrast']),
      radionuclide: Type.Optional(Type.String()),
      evidence,
    }),
  ),
  values: Type.Array(PlannedValue),
  others: Type.Array(PlannedValue, { description: 'What other files of the session say instead.' }),
  note: Type.Optional(Type.String({ description: 'Why it is not proposed, or what is doubtful.' })),
  existing: Type.Optional(
    closed({
      id: id(),
      text: Type.String({ description: 'What the record says already; it is never changed.' }),
      agrees: Type.Boolean(),
    }),
  ),
  typed: typedFields,
})

const PlannedAttachment = closed({
  path: Type.String(),
  byteCount: Type.Integer(),
  reason: Type.String(),
  isRaw: Type.Optional(Type.Boolean({ description: 'Measured data of which no image is here.' })),
  sessionKey: nullable(key),
})

export const Plan = closed({
  sessions: Type.Array(PlannedSession),
  series: Type.Array(PlannedSeries),
  events: Type.Optional(
    Type.Array(PlannedEvent, { description: 'What the headers say was given to the subjects or measured on them.' }),
  ),
  attachments: Type.Array(PlannedAttachment),
  summary: closed({
    files: Type.Integer(),
    bytes: Type.Integer(),
    series: Type.Integer(),
    problems: Type.Integer({ description: 'Series with a problem or a conflict.' }),
  }),
})

export type Plan = Static<typeof Plan>
export type PlannedSession = Static<typeof PlannedSession>
export type PlannedSeries = Static<typeof PlannedSeries>
export type PlannedSubject = Static<typeof PlannedSubject>
export type PlannedEvent = Static<typeof PlannedEvent>
export type PlannedAttachment = Static<typeof PlannedAttachment>
export type NewInstrument = Static<typeof NewInstrument>
export type NewSubject = Static<typeof NewSubject>
export type PlannedFact = Static<typeof FactSchema>
