/**
 * Writing records: validated, within the caller's rights, audited and told to the search in one transaction. Each
 * function takes a transaction when several changes belong together (an import), and opens one otherwise.
 */
import type { Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { changesBetween } from '#api/audit/record.ts'
import { Membership } from '#api/db/models.ts'
import { enqueue } from '#api/db/outbox.ts'
import { recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { notFound } from '#api/errors.ts'
import { withDefaults, type Entity } from '#ontology/entity.ts'
import { check, projectOf } from './check.ts'
import { mergePatch } from './mergePatch.ts'
import { carryAlong, refuseOtherProject } from './move.ts'
import { demandEdit, placeOf } from './place.ts'
import { entityNamed, findRow, getRecord, outwardColumns, toRecords, type Rec } from './read.ts'
import { referencesIn } from './references.ts'
import {
  clientFields,
  demandVersion,
  fill,
  ownColumns,
  saveNext,
  setLinks,
  systemOf,
  tell,
  type Expected,
} from './row.ts'
import { changesOfParts } from './parts.ts'
import { moveDependents, setRelativeTimes } from './relative.ts'
import { validateRecord } from './validate.ts'

type Body = Record<string, unknown>
interface Options {
  t?: Transaction
  /** System fields set by the product itself (format, fileCount ...). */
  system?: Body
}

const within = <T>(ctx: Context, t: Transaction | undefined, work: (t: Transaction) => Promise<T>): Promise<T> =>
  t ? work(t) : ctx.db.write(work)

/**
 * Creates a record.
 * @throws AppError invalid (with pointers), forbidden, signInNeeded, notFound
 */
export async function createRecord(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  given: Body,
  options: Options = {},
): Promise<Rec> {
  const body = withDefaults(entity.record, withoutEmpty(given))
  validateRecord(entity, body)
  return within(ctx, options.t, async (t) => {
    const place = await placeOf(caller, entity, body, t)
    await setRelativeTimes(caller, entity, body, t)
    await check(caller, entity, body, projectOf(place, body), t)
    const now = new Date()
    const row = recordModel(entity).build({
      id: ulid(),
      version: 1,
      createdAt: now,
      createdBy: caller.userId,
      deletedAt: null,
      deletedRoot: null,
    })
    const made = 'author' in entity.record.properties ? { author: caller.name } : {}
    fill(entity, row, { ...body, ...place, ...made, ...options.system }, now)
    await row.save({ transaction: t })
    await setLinks(caller, entity, row.id, body, {}, t)
    if (entity.name === 'Project' && caller.userId !== null) {
      await Membership.create(
        { projectId: row.id, userId: caller.userId, role: 'owner', createdAt: now },
        { transaction: t },
      )
      if (!caller.projects.has(row.id)) (caller.projects as Map<string, string>).set(row.id, 'owner')
    }
    await tell(t, caller, entity, row, 'create', changesBetween({}, body))
    return (await toRecords(caller, entity, [row], t))[0] as Rec
  })
}

/**
 * Applies a JSON Merge Patch (RFC 7396) to a record.
 * @param expected versions that the caller has seen; 'any' for the product itself and for who says so
 * @throws AppError stale when somebody changed it in the meantime
 */
export async function updateRecord(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  id: string,
  patch: Body,
  expected: Expected,
  options: Options = {},
): Promise<Rec> {
  return within(ctx, options.t, async (t) => {
    const row = await findRow(caller, entity, id, t, true)
    await demandEdit(caller, entity, row, t)
    demandVersion(entity.title, row, expected)
    const before = clientFields(entity, await getRecord(caller, entity, id, t))
    const after = mergePatch(before, patch) as Body
    validateRecord(entity, after)
    await setRelativeTimes(caller, entity, after, t, id)
    const place = await placeOf(caller, entity, after, t, row)
    if (entity.scope === 'project' && entity.name !== 'Subject')
      refuseOtherProject(entity, row, projectOf(place, after))
    await check(caller, entity, after, projectOf(place, after), t, row)
    await saveChanged(caller, entity, row, { before, after, fixed: { ...place, ...options.system } }, t)
    return (await toRecords(caller, entity, [row], t))[0] as Rec
  })
}

/** Writes a changed record that was checked, with its links, its history and what the search has to know. */
export async function saveChanged(
  caller: Caller,
  entity: Entity,
  row: RecordRow,
  { before, after, fixed }: { before: Body; after: Body; fixed: Body },
  t: Transaction,
): Promise<void> {
  const kept = unseenReferences(entity, row, before)
  fill(entity, row, { ...systemOf(entity, row), ...kept, ...after, ...fixed }, new Date())
  await saveNext(entity, row, t)
  await carryAlong(entity, row, t)
  await setLinks(caller, entity, row.id, after, before, t)
  await enqueue(t, leftBehind(entity, before, after))
  await tell(t, caller, entity, row, 'update', changesBetween(before, after))
  if (entity.name === 'ImageSeries')
    for (const part of await changesOfParts(caller, row.id, before, after, t))
      await saveChanged(caller, entity, part.row, { ...part, fixed: {} }, t)
  if (entity.name === 'Event' && JSON.stringify(before.start) !== JSON.stringify(after.start))
    await moveDependents(caller, row.id, t)
}

/** References that the caller cannot see are none of their business: they stay as they are. */
const unseenReferences = (entity: Entity, row: RecordRow, before: Body): Body =>
  Object.fromEntries(
    outwardColumns(entity).flatMap((name) => (before[name] === undefined ? [[name, row.get(name as never)]] : [])),
  )

/** Records that are no longer referred to: what is found by them has to forget this one. */
function leftBehind(entity: Entity, before: Body, after: Body): Parameters<typeof enqueue>[1] {
  const kept = new Set(referencesIn(entity.record, after).map((reference) => reference.id))
  return referencesIn(entity.record, before)
    .filter((reference) => !kept.has(reference.id) && entityNamed(reference.entity).scope === 'project')
    .map((reference) => ({ topic: 'search', entity: reference.entity, recordId: reference.id }))
}

/** Sets system fields of a record (state of its pixels, what the header says). No person's edit, so version and time of change stay. */
export async function setSystemFields(entity: Entity, id: string, fields: Body, t: Transaction): Promise<void> {
  const row = await recordModel(entity).findByPk(id, { transaction: t, lock: t.LOCK.UPDATE })
  if (!row) throw notFound(entity.title.toLowerCase(), id)
  fill(entity, row, { ...row.body, ...ownColumns(entity, row), ...fields }, row.updatedAt)
  await row.save({ transaction: t })
  await enqueue(t, [{ topic: 'search', entity: entity.name, recordId: id }])
}

/** Nulls in a creation mean "not given". */
export const withoutEmpty = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined))
