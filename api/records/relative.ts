/**
 * Points in time that are counted from an event: "30 min after the injection". They are set when the record is written,
 * and again when that event is corrected, so that one correction reaches everything that hangs on it.
 */
import { Op, type Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { visible } from '#api/access/rights.ts'
import { changesBetween } from '#api/audit/record.ts'
import { recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { AppError, pointerPart, type FieldError } from '#api/errors.ts'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import { valueIn } from '#ontology/units.ts'
import type { WhenStamp } from '#ontology/values.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { entityNamed } from './read.ts'
import { saveNext, tell } from './row.ts'

type Body = Record<string, unknown>

const finenesses = ['second', 'minute', 'hour', 'day'] as const
/** Entities that hold points in time of their own. */
const timed = ['Event', 'ImagingSession', 'ImageSeries']
/** Longer chains of events that are counted from each other are a mistake. */
const longestChain = 20

/** Every relative point in time in a record, with where it stands. */
function stampsIn(schema: Node, value: unknown, pointer = ''): { pointer: string; stamp: WhenStamp }[] {
  if (value === null || typeof value !== 'object') return []
  if (schema['x-type'] === 'WhenStamp') {
    const stamp = value as WhenStamp
    return stamp.relativeTo !== undefined || stamp.offset !== undefined ? [{ pointer, stamp }] : []
  }
  if (Array.isArray(value))
    return value.flatMap((item, n) => (schema.items ? stampsIn(schema.items, item, `${pointer}/${n}`) : []))
  return fieldsOf(schema).flatMap(([name, field]) =>
    stampsIn(field, (value as Body)[name], pointer + pointerPart(name)),
  )
}

/**
 * Sets the relative points in time of a record.
 * @param id of the record itself, when it exists already
 * @throws AppError invalid when one is incomplete or counted from an event that the caller may not see
 */
export async function setRelativeTimes(
  caller: Caller,
  entity: Entity,
  body: Body,
  t: Transaction,
  id?: string,
): Promise<void> {
  const stamps = stampsIn(entity.record as Node, body)
  if (stamps.length === 0) return
  const ids = stamps.flatMap(({ stamp }) => stamp.relativeTo ?? [])
  const rows = await recordModel({ name: 'Event' }).findAll({
    where: { [Op.and]: [visible(caller, 'Event'), { id: { [Op.in]: ids }, deletedAt: null }] },
    transaction: t,
  })
  const starts = new Map(rows.map((row) => [row.id, row.body.start as WhenStamp]))
  const problems: FieldError[] = []
  for (const { pointer, stamp } of stamps) {
    const { relativeTo, offset } = stamp
    if (relativeTo === undefined || offset === undefined) {
      problems.push({
        pointer,
        message: 'A relative time needs both the event that it is counted from and the time after it.',
      })
    } else if (relativeTo === id) {
      problems.push({
        pointer: `${pointer}/relativeTo`,
        message: 'A time cannot be counted from its own event.',
        value: relativeTo,
      })
    } else {
      const anchor = starts.get(relativeTo)
      if (!anchor)
        problems.push({
          pointer: `${pointer}/relativeTo`,
          message: `There is no event ${relativeTo} that you may use.`,
          value: relativeTo,
        })
      else Object.assign(stamp, after(anchor, stamp))
    }
  }
  if (problems.length > 0) throw new AppError('invalid', problems[0]!.message, { fields: problems })
}

/** The time that lies `offset` after an anchor, on the same clock, known no better than the anchor. */
function after(anchor: WhenStamp, stamp: WhenStamp): Pick<WhenStamp, 'dateTime' | 'precision'> {
  const zone = /(?:Z|[+-]\d{2}:\d{2})$/.exec(anchor.dateTime)?.[0] ?? 'Z'
  const sign = zone.startsWith('-') ? -1 : 1
  const minutes = zone === 'Z' ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)))
  const instant = Date.parse(anchor.dateTime) + (valueIn(stamp.offset!, 's') as number) * 1000
  const local = new Date(instant + minutes * 60_000).toISOString().slice(0, 19)
  const precision = finenesses[Math.max(finenesses.indexOf(anchor.precision), finenesses.indexOf(stamp.precision))]
  return { dateTime: local + zone, precision: precision ?? anchor.precision }
}

/**
 * Moves everything that is counted from an event whose start has changed; events that moved move others.
 * @throws AppError invalid when events are counted from each other in a ring
 */
export async function moveDependents(caller: Caller, eventId: string, t: Transaction, depth = 0): Promise<void> {
  if (depth > longestChain) {
    const message = 'These events are counted from each other in a ring. Give one of them a time of its own.'
    throw new AppError('invalid', message, { fields: [{ pointer: '/start/relativeTo', message }] })
  }
  const anchorRow = await recordModel({ name: 'Event' }).findByPk(eventId, { transaction: t })
  const anchor = anchorRow?.body.start as WhenStamp | undefined
  if (!anchor) return
  for (const name of timed) {
    const entity = entityNamed(name)
    const rows: RecordRow[] = await recordModel(entity).findAll({
      where: { deletedAt: null, body: { [Op.like]: `%"relativeTo":"${eventId}"%` } } as never,
      transaction: t,
    })
    for (const row of rows) {
      const before = row.body
      const body = structuredClone(before)
      for (const { stamp } of stampsIn(entity.record as Node, body))
        if (stamp.relativeTo === eventId && stamp.offset) Object.assign(stamp, after(anchor, stamp))
      const changes = changesBetween(before, body)
      if (changes.length === 0) continue
      row.body = body
      row.updatedAt = new Date()
      await saveNext(entity, row, t)
      await tell(t, caller, entity, row, 'update', changes)
      if (name === 'Event' && changes.some(({ pointer }) => pointer.startsWith('/start')))
        await moveDependents(caller, row.id, t, depth + 1)
    }
  }
}
