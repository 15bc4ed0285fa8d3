/** Records and how they hang together, found by walking the references in their schemas. */
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import type { Node } from '#ontology/vocabulary.ts'

/** A record of any entity, or its public view. */
export type Rec = Record<string, unknown> & { id: string }

/** Records by the name of their entity. */
export type Records = ReadonlyMap<string, readonly Rec[]>

/** One step from records to others: to those that they refer to, or to those that refer to them. */
export interface Step {
  to: string
  from: string
  direction: 'refers' | 'isReferredTo'
  /** What is found belongs inside the root: it lends its facets, but its free text is its own. */
  inside?: boolean
  /** Leaves out what was done for another imaging session than those found before. */
  ofSessions?: boolean
}

/** Identifiers that a value refers to, by entity. */
export function referencesOf(schema: Node, value: unknown): [entity: string, id: string][] {
  if (value === undefined || value === null) return []
  const target = schema['x-ref']
  if (target && typeof value === 'string') return [[target, value]]
  const { items } = schema
  if (Array.isArray(value)) return items ? value.flatMap((one) => referencesOf(items, one)) : []
  if (typeof value !== 'object') return []
  return fieldsOf(schema).flatMap(([name, field]) => referencesOf(field, (value as Record<string, unknown>)[name]))
}

export class Graph {
  readonly #records = new Map<string, Map<string, Rec>>()
  /** Identifiers by the record that refers to them, and the other way round; keys are `Entity id`. */
  readonly #out = new Map<string, Map<string, string[]>>()
  readonly #in = new Map<string, Map<string, string[]>>()

  constructor(entities: readonly Entity[], records: Records) {
    for (const entity of entities) {
      const own = new Map((records.get(entity.name) ?? []).map((record) => [record.id, record]))
      this.#records.set(entity.name, own)
      for (const record of own.values()) {
        for (const [target, id] of referencesOf(entity.record, record)) {
          add(this.#out, `${entity.name} ${record.id}`, target, id)
          add(this.#in, `${target} ${id}`, entity.name, record.id)
        }
      }
    }
  }

  all(entity: string): Rec[] {
    return [...(this.#records.get(entity)?.values() ?? [])]
  }

  get(entity: string, id: string): Rec | undefined {
    return this.#records.get(entity)?.get(id)
  }

  /** Records that a record refers to. */
  referred(from: string, id: string, to: string): Rec[] {
    return this.#existing(to, this.#out.get(`${from} ${id}`)?.get(to))
  }

  /** Records that refer to a record. */
  referring(from: string, id: string, to: string): Rec[] {
    return this.#existing(to, this.#in.get(`${from} ${id}`)?.get(to))
  }

  #existing(entity: string, ids: string[] = []): Rec[] {
    return ids.flatMap((id) => this.get(entity, id) ?? [])
  }

  /** What belongs to a record: found by taking the steps in their order. */
  related(entity: string, root: Rec, steps: readonly Step[]): Map<string, Rec[]> {
    const found = new Map([[entity, new Set([root])]])
    for (const { from, to, direction, ofSessions } of steps) {
      const reached = found.get(to) ?? new Set()
      found.set(to, reached)
      const sessions = new Set([...(found.get('ImagingSession') ?? [])].map((session) => session.id))
      for (const { id } of found.get(from) ?? []) {
        const others = direction === 'refers' ? this.referred(from, id, to) : this.referring(from, id, to)
        for (const other of others) if (!ofSessions || this.#isOf(to, other, sessions)) reached.add(other)
      }
    }
    return new Map([...found].map(([name, records]) => [name, [...records]]))
  }

  #isOf(entity: string, record: Rec, sessions: ReadonlySet<string>): boolean {
    const named = this.#out.get(`${entity} ${record.id}`)?.get('ImagingSession') ?? []
    return named.length === 0 || named.some((id) => sessions.has(id))
  }
}

function add(index: Map<string, Map<string, string[]>>, key: string, entity: string, id: string): void {
  const entries = index.get(key) ?? new Map<string, string[]>()
  index.set(key, entries)
  const ids = entries.get(entity) ?? []
  entries.set(entity, ids)
  if (!ids.includes(id)) ids.push(id)
}
