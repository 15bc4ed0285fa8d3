/**
 * Many records of one entity at once: planned with the same rules as one (check.ts), written in a few statements. What a
 * plan refuses is told row by row; nothing is written of a plan that is not wanted.
 */
import { Op, type Transaction } from 'sequelize'
import { newId } from '#api/db/newId.ts'
import type { Caller } from '#api/access/caller.ts'
import { changesBetween, recordAudit, type Change, type Entry } from '#api/audit/record.ts'
import { enqueue } from '#api/db/outbox.ts'
import { linkModel, links, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { visible } from '#api/access/rights.ts'
import { AppError, type FieldError } from '#api/errors.ts'
import { withDefaults, type Entity } from '#ontology/entity.ts'
import { problemsOf, projectOf } from './check.ts'
import { refuseOtherProject } from './move.ts'
import { demandEdit, placeOf } from './place.ts'
import { alive, toRecords } from './read.ts'
import { setRelativeTimes } from './relative.ts'
import { clientFields, demandVersion, fill, type Expected } from './row.ts'
import { validateRecord } from './validate.ts'
import { saveChanged, withoutEmpty } from './write.ts'

type Body = Record<string, unknown>

/** What is to become of one record. */
export interface RowOrder {
  /** The record to change; absent: a new one. */
  id?: string | undefined
  /** Versions of it that the caller has seen. */
  expected?: Expected
  /** The record as it shall be, from what it is now (empty for a new one). */
  enter: (before: Body) => Body
}

export type Outcome = 'added' | 'changed' | 'untouched' | 'refused'

export interface PlannedRow {
  outcome: Outcome
  id?: string
  before: Body
  after: Body
  changes: Change[]
  problems: FieldError[]
  /** Version that is there now. */
  version?: number
}

interface Draft extends PlannedRow {
  row?: RecordRow
  place: Body
}

/**
 * Plans many writes and carries out those that can be, when `write` says so. All of it belongs to the transaction.
 * @param accept whether a planned row is to be written
 * @returns the rows in the order of the orders; those that were written have `id` and `version`
 */
export async function writeMany(
  caller: Caller,
  entity: Entity,
  orders: readonly RowOrder[],
  t: Transaction,
  accept: (plan: readonly PlannedRow[]) => boolean = () => true,
): Promise<PlannedRow[]> {
  const drafts = await plan(caller, entity, orders, t)
  if (accept(drafts)) {
    await insert(caller, entity, drafts, t)
    for (const draft of drafts) {
      if (draft.outcome !== 'changed' || !draft.row) continue
      await saveChanged(caller, entity, draft.row, { ...draft, fixed: draft.place }, t)
      draft.version = draft.row.version
    }
  }
  return drafts.map(({ row: _row, place: _place, ...planned }) => planned)
}

async function plan(caller: Caller, entity: Entity, orders: readonly RowOrder[], t: Transaction): Promise<Draft[]> {
  const held = await heldRows(caller, entity, orders, t)
  const places = new Map<string, Promise<Body>>()
  const drafts: Draft[] = []
  for (const order of orders) drafts.push(await draftOf(caller, entity, order, held, places, t))
  const open = drafts.filter(({ outcome }) => outcome === 'added' || outcome === 'changed')
  const candidates = open.map(({ after, place, row }) => ({ body: after, projectId: projectOf(place, after), row }))
  for (const [n, problems] of (await problemsOf(caller, entity, candidates, t)).entries()) {
    const draft = open[n] as Draft
    if (problems.length > 0) Object.assign(draft, { outcome: 'refused', problems })
  }
  return drafts
}

async function heldRows(caller: Caller, entity: Entity, orders: readonly RowOrder[], t: Transaction) {
  const ids = [...new Set(orders.flatMap(({ id }) => id ?? []))]
  const where = { [Op.and]: [visible(caller, entity.name), alive, { id: { [Op.in]: ids } }] }
  const rows = ids.length === 0 ? [] : await recordModel(entity).findAll({ where, transaction: t, lock: t.LOCK.UPDATE })
  const records = new Map((await toRecords(caller, entity, rows, t)).map((record) => [record.id, record]))
  return new Map(rows.map((row) => [row.id, { row, record: records.get(row.id) as Body & { id: string } }]))
}

async function draftOf(
  caller: Caller,
  entity: Entity,
  { id, expected = 'any', enter }: RowOrder,
  held: Awaited<ReturnType<typeof heldRows>>,
  places: Map<string, Promise<Body>>,
  t: Transaction,
): Promise<Draft> {
  const found = id === undefined ? undefined : held.get(id)
  const draft: Draft = { outcome: 'refused', before: {}, after: {}, changes: [], problems: [], place: {} }
  const refuse = (error: unknown): Draft => {
    if (!(error instanceof AppError) || error.kind === 'signInNeeded') throw error
    const problems = error.fields.length > 0 ? error.fields : [{ pointer: '', message: error.message }]
    return { ...draft, ...(id !== undefined && { id }), outcome: 'refused', problems }
  }
  if (id !== undefined && !found)
    return refuse(new AppError('notFound', `There is no ${entity.title.toLowerCase()} with the identifier ${id} here.`))
  try {
    if (!found) {
      draft.after = withDefaults(entity.record, withoutEmpty(enter({})))
      validateRecord(entity, draft.after)
      await setRelativeTimes(caller, entity, draft.after, t)
      draft.place = await placeOnce(caller, entity, draft.after, places, t)
      return { ...draft, outcome: 'added', changes: changesBetween({}, draft.after) }
    }
    const { row, record } = found
    Object.assign(draft, { id: row.id, row, version: row.version })
    draft.before = clientFields(entity, record as never)
    draft.after = enter(draft.before)
    draft.changes = changesBetween(draft.before, draft.after)
    if (draft.changes.length === 0) return { ...draft, outcome: 'untouched' }
    demandVersion(entity.title, row, expected)
    await demandEdit(caller, entity, row, t)
    validateRecord(entity, draft.after)
    await setRelativeTimes(caller, entity, draft.after, t, row.id)
    draft.place =
      entity.name === 'Subject'
        ? await placeOf(caller, entity, draft.after, t, row)
        : await placeOnce(caller, entity, draft.after, places, t)
    if (entity.scope === 'project' && entity.name !== 'Subject')
      refuseOtherProject(entity, row, projectOf(draft.place, draft.after))
    return { ...draft, outcome: 'changed' }
  } catch (error) {
    return refuse(error)
  }
}

/** Rows of one table lie in few places: each is looked up once. */
function placeOnce(
  caller: Caller,
  entity: Entity,
  body: Body,
  places: Map<string, Promise<Body>>,
  t: Transaction,
): Promise<Body> {
  const key = JSON.stringify([body.projectId, body.projectIds, body.studyId, body.sessionId])
  let place = places.get(key)
  if (!place) places.set(key, (place = placeOf(caller, entity, body, t)))
  return place
}

/** New records in five statements, however many they are. */
async function insert(caller: Caller, entity: Entity, drafts: Draft[], t: Transaction): Promise<void> {
  const added = drafts.filter(({ outcome }) => outcome === 'added')
  if (added.length === 0) return
  const now = new Date()
  for (const draft of added) {
    draft.id = newId()
    draft.version = 1
    draft.row = recordModel(entity).build({
      id: draft.id,
      version: 1,
      createdAt: now,
      createdBy: caller.userId,
      deletedAt: null,
      deletedRoot: null,
    })
    fill(entity, draft.row, { ...draft.after, ...draft.place }, now)
  }
  await recordModel(entity).bulkCreate(
    added.map(({ row }) => row?.get() as never),
    { transaction: t, validate: false },
  )
  const searched: Parameters<typeof enqueue>[1] = []
  for (const link of links.filter(({ left }) => left.name === entity.name)) {
    const pairs = added.flatMap(({ id, after }) =>
      ((after[link.field] as string[] | undefined) ?? []).map((other) => ({
        [link.leftColumn]: id,
        [link.rightColumn]: other,
      })),
    )
    if (pairs.length > 0) await linkModel(link.table).bulkCreate(pairs, { transaction: t, ignoreDuplicates: true })
    if (link.right.name === 'Subject')
      for (const recordId of new Set(pairs.map((pair) => pair[link.rightColumn] as string)))
        searched.push({ topic: 'search', entity: 'Subject', recordId })
  }
  await recordAudit(
    t,
    added.map(({ id, row, after, place, changes }): Entry => ({
      caller,
      action: 'create',
      entity: entity.name,
      recordId: id as string,
      projectId: projectOf(place, after) ?? null,
      label: String(row?.get(entity.label as never) ?? ''),
      changes,
    })),
  )
  await enqueue(t, [
    ...searched,
    ...added.map(({ id }) => ({ topic: 'search' as const, entity: entity.name, recordId: id as string })),
  ])
}
