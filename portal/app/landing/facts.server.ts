/** Records as facts for people: the fields that are filled, by their schema's titles, in its order. */
import { applies, fieldsOf } from '#ontology/entity.ts'
import type { CodedTerm, Quantity, WhenStamp } from '#ontology/values.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { choiceText } from '../forms/choices.ts'
import { formatDate, formatQuantity } from '../format.ts'

/** One line: text, with the code of an outside vocabulary; or a point in time. */
export interface Fact {
  label: string
  text?: string
  code?: { text: string; href?: string }
  stamp?: WhenStamp
}

/** Names of the records that references point to. */
export type Names = ReadonlyMap<string, string>

type Values = Record<string, unknown>

/**
 * Facts of a record. Nested objects (the animal of a subject) are entered; fields in `leaveOut` and what has no words
 * (identifiers, lists of objects) are not shown.
 */
export function factsOf(schema: Node, record: Values, names: Names, leaveOut: readonly string[] = []): Fact[] {
  return fieldsOf(schema).flatMap(([name, field]) => {
    const value = record[name]
    if (value === undefined || value === null || field['x-system'] || leaveOut.includes(name)) return []
    if (!applies(field, record)) return []
    if (field.type === 'object' && field.properties && !isValueType(field)) {
      return factsOf(field, value as Values, names, leaveOut)
    }
    const fact = factOf(field, value, names)
    return fact ? [{ label: field.title ?? name, ...fact }] : []
  })
}

const isValueType = (field: Node) => ['CodedTerm', 'Quantity', 'WhenStamp'].includes(field['x-type'] ?? '')

function factOf(field: Node, value: unknown, names: Names): Omit<Fact, 'label'> | null {
  switch (field['x-type']) {
    case 'CodedTerm':
      return termFact(value as CodedTerm)
    case 'Quantity':
      return { text: formatQuantity(value as Quantity) }
    case 'WhenStamp':
      return { stamp: value as WhenStamp }
  }
  if (Array.isArray(value)) {
    const texts = value.map((one) => textOf(field.items ?? {}, one, names)).filter((one) => one !== null)
    return texts.length > 0 ? { text: texts.join(', ') } : null
  }
  const text = textOf(field, value, names)
  return text === null ? null : { text }
}

function textOf(field: Node, value: unknown, names: Names): string | null {
  if (field['x-type'] === 'CodedTerm') return (value as CodedTerm).label
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return null
  if (field['x-ref']) return names.get(value) ?? null
  if (field.enum) return choiceText(value)
  return field.format === 'date' ? formatDate(value) : value
}

function termFact({ label, codings }: CodedTerm): Omit<Fact, 'label'> {
  const coding = codings?.[0]
  if (!coding) return { text: label }
  const secure = coding.iri?.startsWith('https://') || coding.iri?.startsWith('http://')
  const text = coding.code.includes(':') ? coding.code : `${coding.scheme}:${coding.code}`
  return { text: label, code: { text, ...(secure && coding.iri && { href: coding.iri }) } }
}
