/**
 * How complete a study is, by profile, and which edits help most: what one form or one bulk edit can fill comes first,
 * weighed by the number of series that it helps. Pure; api/modules/completeness loads the records.
 */
import { applies, fieldsOf, missingForPublication, type Entity } from '../entity.ts'
import { entities } from '../index.ts'
import { profiles, type ProfileKey } from '../profiles.ts'
import type { Node } from '../vocabulary.ts'
import { checks, type SeriesCase } from './checks.ts'

type Rec = Record<string, unknown> & { id: string }

/** What is looked at, by entity name; events and the like of the subjects that the reader may see. */
export interface Looked {
  records: ReadonlyMap<string, readonly Rec[]>
  cases: readonly SeriesCase[]
  /** Series that a record is about, by its id: a project has all of its series, a subject those that show it. */
  seriesOf: ReadonlyMap<string, ReadonlySet<string>>
}

export interface Fix {
  /** What to enter. */
  title: string
  entity: string
  /** Path of the field in the record; absent when an event is missing. */
  field?: string
  /** Kind of the event that is missing. */
  event?: string
  records: { id: string; label: string }[]
  profiles: { profile: ProfileKey; item: string }[]
  /** Series that are more complete after it. */
  series: number
  /** Edits that it takes: one when the same value fits all. */
  edits: number
}

export interface Completeness {
  profiles: { key: ProfileKey; title: string; version: string; about: string; asked: number; met: number }[]
  fixes: Fix[]
}

interface Asked {
  profile: ProfileKey
  item: string
  met: boolean
  title: string
  entity: string
  field?: string
  event?: string
  record: { id: string; label: string }
  series: Iterable<string>
  shared: boolean
}

export function completenessOf(looked: Looked): Completeness {
  const asked = [...fieldsAsked(looked), ...checksAsked(looked)]
  const counted = (key: ProfileKey) => asked.filter(({ profile }) => profile === key)
  return {
    profiles: (Object.keys(profiles) as ProfileKey[]).map((key) => {
      const own = counted(key)
      return { key, ...profiles[key], asked: own.length, met: own.filter(({ met }) => met).length }
    }),
    fixes: fixesOf(asked.filter(({ met }) => !met)),
  }
}

function fixesOf(missing: readonly Asked[]): Fix[] {
  const groups = Map.groupBy(missing, ({ entity, field, event, title }) => `${entity} ${event ?? ''} ${field ?? title}`)
  const fixes = [...groups.values()].map((group): Fix => {
    const [first] = group as [Asked, ...Asked[]]
    const records = [...new Map(group.map(({ record }) => [record.id, record])).values()]
    const items = new Map(group.map(({ profile, item }) => [`${profile} ${item}`, { profile, item }]))
    return {
      title: first.title,
      entity: first.entity,
      ...(first.field !== undefined && { field: first.field }),
      ...(first.event !== undefined && { event: first.event }),
      records,
      profiles: [...items.values()],
      series: new Set(group.flatMap(({ series }) => [...series])).size,
      edits: first.shared ? 1 : records.length,
    }
  })
  const blocks = (fix: Fix) => (fix.profiles.some(({ profile }) => profile === 'publish') ? 1 : 0)
  // Gain for each edit: what it fills for how many series and profiles; what blocks publication counts twice.
  const gain = (fix: Fix) => ((fix.series + 1) * (fix.profiles.length + blocks(fix))) / fix.edits
  return fixes.toSorted((a, b) => gain(b) - gain(a) || a.title.localeCompare(b.title))
}

function* fieldsAsked(looked: Looked): Generator<Asked> {
  for (const [name, records] of looked.records) {
    const entity = entities.find((each) => each.name === name)
    if (!entity) continue
    for (const record of records) {
      const series = looked.seriesOf.get(record.id) ?? []
      const about = { entity: name, record: entered(looked, entity, record), series }
      yield* publishAsked(entity, record, about)
      yield* profilesAsked(entity.record as Node, record, record, '', about)
    }
  }
}

/** The record that a person opens to enter it: events and enrolments are entered at their subject. */
function entered({ records }: Looked, entity: Entity, record: Rec): { id: string; label: string } {
  const subject =
    entity.name === 'Event' || entity.name === 'Enrolment'
      ? records.get('Subject')?.find(({ id }) => id === record.subjectId)
      : undefined
  if (subject) return { id: subject.id, label: String(subject.localId) }
  return { id: record.id, label: String(record[entity.label] ?? entity.title) }
}

type About = Pick<Asked, 'entity' | 'record' | 'series'>

function* publishAsked(entity: Entity, record: Rec, about: About): Generator<Asked> {
  if (entity.scope === 'catalogue') return
  const missing = new Map(missingForPublication(entity, record).map((each) => [each.field, each]))
  for (const { field, title, node } of publishFields(entity.record as Node, record, ''))
    yield {
      ...about,
      profile: 'publish',
      item: 'publish',
      met: !missing.has(field),
      title,
      field,
      shared: isShared(node),
    }
}

function* publishFields(
  schema: Node,
  value: Record<string, unknown>,
  path: string,
): Generator<{ field: string; title: string; node: Node }> {
  for (const [name, node] of fieldsOf(schema)) {
    if (!applies(node, value)) continue
    const field = path ? `${path}.${name}` : name
    if (node['x-level'] === 'publish') yield { field, title: node.title ?? name, node }
    const held = value[name]
    if (node.type === 'object' && node.properties && held && typeof held === 'object')
      yield* publishFields(node, held as Record<string, unknown>, field)
  }
}

function* profilesAsked(
  schema: Node,
  value: Record<string, unknown>,
  record: Rec,
  path: string,
  about: About,
): Generator<Asked> {
  const excused = new Set(((record.nullReasons as { field: string }[] | undefined) ?? []).map(({ field }) => field))
  for (const [name, node] of fieldsOf(schema)) {
    if (!applies(node, value)) continue
    const field = path ? `${path}.${name}` : name
    const held = value[name]
    const filled = held !== undefined && held !== null && !(Array.isArray(held) && held.length === 0)
    for (const [profile, item] of Object.entries(node['x-profiles'] ?? {})) {
      const met = filled || excused.has(field)
      const own = node.title ?? name
      // "Airway" says little without the kind of event that it belongs to.
      const title = about.entity === 'Event' && schema.title && path ? `${schema.title}: ${own.toLowerCase()}` : own
      yield { ...about, profile: profile as ProfileKey, item, met, title, field, shared: isShared(node) }
    }
    if (!filled) continue
    if (node.type === 'object' && node.properties)
      yield* profilesAsked(node, held as Record<string, unknown>, record, field, about)
    if (Array.isArray(held) && node.items?.properties)
      for (const one of held) yield* profilesAsked(node.items, one as Record<string, unknown>, record, field, about)
  }
}

/** Words, terms and choices are often the same for many records; dates and numbers are each record's own. */
const isShared = (node: Node): boolean =>
  node['x-type'] !== 'Quantity' && node['x-type'] !== 'WhenStamp' && node.type !== 'number' && node.format !== 'date'

function* checksAsked({ cases }: Looked): Generator<Asked> {
  for (const of of cases) {
    for (const check of checks) {
      if (!check.applies(of)) continue
      const { entity, event } = check.enter
      const record =
        entity === 'ImageSeries'
          ? { id: of.series.id, label: of.series.label }
          : { id: of.subject?.id ?? of.series.id, label: of.subject?.localId ?? of.series.label }
      for (const [profile, item] of Object.entries(check.profiles)) {
        yield {
          profile: profile as ProfileKey,
          item,
          met: check.met(of),
          title: check.title,
          entity,
          ...(event !== undefined && { event }),
          record,
          series: [of.series.id],
          shared: check.shared,
        }
      }
    }
  }
}
