/** What a record says to the search, read off the annotations of its schema (x-search, x-facet, x-sort). */
import { fieldsOf } from '#ontology/entity.ts'
import type { Node } from '#ontology/vocabulary.ts'

export interface Text {
  value: string
  weight: number
  /** Of a field that is a facet too: short, from a list of terms or near to it. */
  faceted: boolean
}

export interface Facts {
  texts: Text[]
  facets: [name: string, value: string][]
  numbers: [name: string, value: number][]
  dates: [name: string, value: string][]
  /** First point in time of the record's own fields, RFC 3339 in UTC. */
  when: string | null
}

/** Weight of codes: found by whoever types one, and otherwise without influence. */
export const codeWeight = 1

/** Facts of a value by its schema. */
export function factsOf(schema: Node, value: unknown): Facts {
  const facts: Facts = { texts: [], facets: [], numbers: [], dates: [], when: null }
  gather(schema, value as Record<string, unknown>, facts, true)
  return facts
}

function gather(schema: Node, record: Record<string, unknown>, facts: Facts, top: boolean): void {
  for (const [name, field] of fieldsOf(schema)) {
    const value = record[name]
    if (value === undefined || value === null) continue
    const values = Array.isArray(value) ? value : [value]
    for (const one of values) take(name, field, one, facts)
    if (top && facts.when === null && !field['x-system']) facts.when = instantOf(field, value)
    const inner = field.items ?? field
    if (inner.properties && !valueTypes.has(inner['x-type'] ?? '')) {
      for (const one of values) gather(inner, one as Record<string, unknown>, facts, false)
    }
  }
}

/** Objects that are one value to the search. */
const valueTypes = new Set(['CodedTerm', 'Quantity', 'WhenStamp'])

function take(name: string, field: Node, value: unknown, facts: Facts): void {
  const { 'x-facet': facet, 'x-search': weight, 'x-sort': sorted } = field
  const text = textOf(value)
  if (facet !== undefined && text !== null) facts.facets.push([facet, text])
  if (weight !== undefined && text !== null) {
    facts.texts.push({ value: text, weight, faceted: facet !== undefined })
    for (const code of codesOf(value)) facts.texts.push({ value: code, weight: codeWeight, faceted: true })
  }
  if (!sorted && facet === undefined) return
  if (typeof value === 'number') facts.numbers.push([facet ?? name, value])
  const instant = instantOf(field, value)
  if (instant !== null) facts.dates.push([facet ?? name, instant])
}

/** A value as one line: a term by its label, other things by their name. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'object' || value === null) return null
  const { label, name } = value as Record<string, unknown>
  return textOf(label ?? name)
}

function codesOf(value: unknown): string[] {
  const { codings } = (typeof value === 'object' ? value : {}) as { codings?: { code: string }[] }
  return (codings ?? []).map((coding) => coding.code)
}

/** Dates stay dates; points in time become UTC, so that text order is time order. */
function instantOf(field: Node, value: unknown): string | null {
  if (field.format === 'date' && typeof value === 'string') return value
  const text = field['x-type'] === 'WhenStamp' ? (value as { dateTime?: unknown }).dateTime : value
  if (typeof text !== 'string' || (field['x-type'] !== 'WhenStamp' && field.format !== 'date-time')) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
