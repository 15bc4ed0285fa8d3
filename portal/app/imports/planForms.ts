/** Schemas of what a person may enter for new subjects and instruments of a plan, and for choosing existing ones. */
import { Instrument } from '#ontology/entities/instrument.ts'
import { subjectKinds } from '#ontology/entities/subject.ts'
import { Type, closed, date, id, line, oneOf, type Node } from '#ontology/vocabulary.ts'

const optional = (node: object, when?: string) =>
  Type.Optional({ ...node, ...(when && { 'x-when': { kind: when } }) } as never)

export const newSubject = closed({
  kind: oneOf(subjectKinds, { title: 'Kind', default: 'animal', 'x-level': 'record' }),
  localId: line({ title: 'Name in the laboratory', maxLength: 120, 'x-level': 'record' }),
  species: optional(line({ title: 'Species', examples: ['Mus musculus'] })),
  sex: optional(oneOf(['M', 'F', 'other', 'unknown'], { title: 'Sex' }), 'animal'),
  strain: optional(line({ title: 'Strain', examples: ['C57BL/6J'] }), 'animal'),
  birthDate: optional(date({ title: 'Born' }), 'animal'),
  cellLine: optional(line({ title: 'Cell line', 'x-level': 'record' }), 'cellCulture'),
  model: optional(line({ title: 'Model' }), 'phantom'),
}) as Node

const { name, manufacturer, model, softwareVersion, serialNumber } = Instrument.record.properties
export const newInstrument = closed({ name, manufacturer, model, softwareVersion, serialNumber }) as Node

export const existing = (entity: 'Subject' | 'Instrument'): Node =>
  closed({ id: id({ 'x-ref': entity, title: entity }) }) as Node
