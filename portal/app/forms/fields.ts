/** What a form reads off an entity's schema: which input a field gets, when it is shown, what it must hold. */
import { applies } from '#ontology/entity.ts'
import { fieldKind, type FieldKind } from '#ontology/fieldKind.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { isJson, toFieldName, type Json, type Path } from './path.ts'

export interface Field {
  name: string
  node: Node
  kind: FieldKind
  title: string
  /** Must be given to save. */
  neededToSave: boolean
  /** Must be given, or be empty for a stated reason, to publish. */
  neededToPublish: boolean
}

/** Bookkeeping that the form keeps by itself and never shows as fields. */
const bookkeeping = new Set(['nullReasons', 'sources'])

/** The fields to show for a value, in the order of the schema. */
export function shownFields(schema: Node, value: Json, hidden: ReadonlySet<string> = new Set()): Field[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name, node]) => !bookkeeping.has(name) && !hidden.has(name) && applies(node, value))
    .map(([name, node]) => describe(schema, name, node))
}

function describe(schema: Node, name: string, node: Node): Field {
  return {
    name,
    node,
    kind: fieldKind(node),
    title: node.title ?? name,
    neededToSave: schema.required?.includes(name) === true || node['x-level'] === 'record',
    neededToPublish: node['x-level'] === 'publish',
  }
}

/** Whether a value counts as nothing given. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0) ||
  (isJson(value) && Object.keys(value).length === 0)

/** The body to send: known fields that apply, without anything empty or half-entered quantities. */
export function bodyOf(schema: Node, value: Json): Json {
  const body: Json = {}
  for (const [name, node] of Object.entries(schema.properties ?? {})) {
    if (!applies(node, value)) continue
    const held = tidy(node, value[name])
    if (held !== undefined) body[name] = held
  }
  return body
}

function tidy(node: Node, value: unknown): unknown {
  if (isEmpty(value)) return undefined
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) {
    const items = value.map((item) => tidy(node.items ?? {}, item)).filter((item) => item !== undefined)
    return items.length > 0 ? items : undefined
  }
  if (!isJson(value)) return value
  if (node['x-type'] === 'Quantity' && isEmpty(value.value)) return undefined
  if (node['x-type'] === 'CodedTerm' && isEmpty(value.label)) return undefined
  if (!node.properties) return value
  const inner = bodyOf(node, value)
  return isEmpty(inner) ? undefined : inner
}

export const nullReasons = {
  unknown: 'Not known',
  notRecorded: 'Not recorded',
  notApplicable: 'Does not apply',
  withheld: 'Withheld',
} as const
export type NullReasonCode = keyof typeof nullReasons

interface Noted {
  field: string
}

/** The reason noted for an empty field. */
export function reasonOf(record: Json, path: Path): NullReasonCode | undefined {
  const noted = listOf<Noted & { reason: NullReasonCode }>(record.nullReasons)
  return noted.find((n) => n.field === toFieldName(path))?.reason
}

/** Where a value came from, when it was not typed. */
export function sourceOf(record: Json, path: Path): { source: string; evidence?: string } | undefined {
  return listOf<Noted & { source: string; evidence?: string }>(record.sources).find(
    (s) => s.field === toFieldName(path),
  )
}

/** The record with the reason of a field set, or taken away by `undefined`. */
export function withReason(record: Json, path: Path, reason: NullReasonCode | undefined): Json {
  const field = toFieldName(path)
  const others = listOf<Noted>(record.nullReasons).filter((n) => n.field !== field)
  const next = reason ? [...others, { field, reason }] : others
  return withList(record, 'nullReasons', next)
}

/** The record after a person typed into a field: its reason for being empty and its source no longer hold. */
export function typed(record: Json, path: Path): Json {
  const touches = (noted: Noted) => {
    const field = toFieldName(path)
    return noted.field === field || noted.field.startsWith(`${field}.`) || field.startsWith(`${noted.field}.`)
  }
  let next = record
  for (const list of ['nullReasons', 'sources'] as const) {
    const held = listOf<Noted>(record[list])
    const kept = held.filter((noted) => !touches(noted))
    if (kept.length !== held.length) next = withList(next, list, kept)
  }
  return next
}

const listOf = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : [])

function withList(record: Json, name: 'nullReasons' | 'sources', items: Noted[]): Json {
  if (items.length > 0) return { ...record, [name]: items }
  const { [name]: _emptied, ...rest } = record
  return rest
}
