/** The past of a record: what it was at a time, what changed between two, who gave each field its value, taking back. */
import type { Caller } from '#api/access/caller.ts'
import type { Change } from '#api/audit/record.ts'
import { changesBetween } from '#api/audit/record.ts'
import type { Context } from '#api/context.ts'
import { AppError, invalidField, notFound } from '#api/errors.ts'
import { recordHistory } from '#api/modules/audit/service.ts'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import { demandEdit } from './place.ts'
import { findRow, getRecord, type Rec } from './read.ts'
import { clientFields, type Expected } from './row.ts'
import { updateRecord } from './write.ts'

type Body = Record<string, unknown>
/** More changes of one record than that are a machine's; the past beyond them is told by the audit alone. */
const mostEntries = 10_000

const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The record with the value at a pointer set, or taken away by null; objects on the way are copied. */
function withValue(body: Body, [first, ...rest]: string[], value: unknown): Body {
  if (first === undefined) return body
  if (rest.length > 0) {
    const inner = body[first]
    const next = withValue((typeof inner === 'object' && inner !== null ? inner : {}) as Body, rest, value)
    return withoutEmpty({ ...body, [first]: Object.keys(next).length > 0 ? next : null })
  }
  return withoutEmpty({ ...body, [first]: value })
}

const withoutEmpty = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))

const valueAt = (body: unknown, pointer: string): unknown =>
  partsOf(pointer).reduce<unknown>((held, part) => (held as Body | null | undefined)?.[part], body) ?? null

/**
 * What a client could read of a record at a time.
 * @throws AppError notFound when it was not there yet, or is not the caller's to see now
 */
export async function recordAsOf(caller: Caller, entity: Entity, id: string, at: Date): Promise<Body> {
  const record = await getRecord(caller, entity, id)
  if (Date.parse(record.createdAt) > at.getTime()) throw notFound(`${entity.title.toLowerCase()} at that time`, id)
  let body = clientFields(entity, record)
  const { items } = await recordHistory(caller, entity, id, mostEntries)
  for (const entry of items.filter((each) => Date.parse(each.at) > at.getTime()))
    for (const { pointer, before } of entry.changes.toReversed()) body = withValue(body, partsOf(pointer), before)
  return body
}

/** Fields that differ between two times. */
export async function changesBetweenTimes(
  caller: Caller,
  entity: Entity,
  id: string,
  from: Date,
  to: Date,
): Promise<Change[]> {
  if (from > to) throw invalidField('?from', 'The first time must lie before the second.', from.toISOString())
  const [before, after] = await Promise.all([from, to].map((at) => recordAsOf(caller, entity, id, at)))
  return changesBetween(before as Body, after as Body)
}

export interface FieldOrigin {
  field: string
  at: string
  by: string
  /** typed, or what the record says of the field: header, folder, template, import, computed, instrument. */
  source: string
  evidence?: string
}

/** Who gave each field the value that it has, when, and from where. */
export async function fieldOrigins(caller: Caller, entity: Entity, id: string): Promise<FieldOrigin[]> {
  const record = await getRecord(caller, entity, id)
  const { items } = await recordHistory(caller, entity, id, mostEntries)
  const sources = (record.sources as { field: string; source: string; evidence?: string }[] | undefined) ?? []
  const origins: FieldOrigin[] = []
  for (const [name, node] of fieldsOf(entity.record)) {
    if (node['x-system'] || record[name] === undefined || name === 'sources' || name === 'nullReasons') continue
    const nested =
      node.type === 'object' && node.properties && !node['x-type']?.match(/^(CodedTerm|Quantity|WhenStamp)$/)
    const fields = nested ? Object.keys(record[name] as Body).map((inner) => `${name}.${inner}`) : [name]
    for (const field of fields) {
      const pointer = `/${field.replaceAll('.', '/')}`
      const entry = items.find(({ changes }) =>
        changes.some(
          (change) => `${pointer}/`.startsWith(`${change.pointer}/`) || change.pointer.startsWith(`${pointer}/`),
        ),
      )
      if (!entry) continue
      const noted = sources.find((each) => each.field === field || field.startsWith(`${each.field}.`))
      origins.push({
        field,
        at: entry.at,
        by: entry.actorName,
        source: noted?.source ?? 'typed',
        ...(noted?.evidence !== undefined && { evidence: noted.evidence }),
      })
    }
  }
  return origins
}

/**
 * Takes back one change: its fields get the values that they had before it.
 * @throws AppError conflict when one of them was changed again since
 */
export async function undoChange(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  id: string,
  entryId: string,
  expected: () => Expected,
): Promise<Rec> {
  const row = await findRow(caller, entity, id)
  await ctx.db.write((t) => demandEdit(caller, entity, row, t))
  const { items } = await recordHistory(caller, entity, id, mostEntries)
  const entry = items.find((each) => each.id === entryId)
  if (!entry || entry.changes.length === 0) throw notFound('change', entryId)
  if (entry.action === 'create')
    throw new AppError('conflict', 'The first entry cannot be taken back. Delete the record instead.')
  const record = clientFields(entity, await getRecord(caller, entity, id))
  const later = entry.changes.filter(
    ({ pointer, after }) => JSON.stringify(valueAt(record, pointer)) !== JSON.stringify(after),
  )
  if (later.length > 0) {
    const names = later.map(({ pointer }) => pointer.slice(1).replaceAll('/', ' › ')).join(', ')
    throw new AppError(
      'conflict',
      `It cannot be taken back: ${names} was changed again since. Take back the later change first.`,
    )
  }
  let wanted = record
  for (const { pointer, before } of entry.changes) wanted = withValue(wanted, partsOf(pointer), before)
  return updateRecord(ctx, caller, entity, id, patchTo(record, wanted), expected())
}

/** JSON Merge Patch (RFC 7396) that makes one record of another. */
function patchTo(from: Body, to: Body): Body {
  const patch: Body = {}
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [a, b] = [from[key], to[key]]
    if (JSON.stringify(a) === JSON.stringify(b)) continue
    const both = [a, b].every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
    patch[key] = b === undefined ? null : both ? patchTo(a as Body, b as Body) : b
  }
  return patch
}
