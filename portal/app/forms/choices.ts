/** How the choices of a closed list are written for people. */
import { measurementUnits } from '#ontology/entities/events/measurement.ts'
import { modalities } from '#ontology/modalities.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { formatWords } from '../format.ts'
import { getAt, type Json } from './path.ts'

const texts: Record<string, string> = { ...modalities, M: 'Male', F: 'Female' }
/** Identifiers that are written as they are: licences, radionuclides, mixed abbreviations. */
const verbatim = /[\d.]|^[A-Z]{2,}/

export const choiceText = (value: string): string => texts[value] ?? (verbatim.test(value) ? value : formatWords(value))

/** Units to offer for a quantity; those of a measurement depend on what is measured. */
export function unitsFor(node: Node, pointer: string, record: Json): readonly string[] {
  const units = node['x-unit'] ?? []
  if (pointer !== '/measurement/value') return units
  const what = String(getAt(record, ['measurement', 'what']))
  return (measurementUnits as Record<string, readonly string[]>)[what] ?? units
}
