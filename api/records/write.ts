/**
 * Writing records: validated, within the caller's rights, audited and told to the search in one transaction. Each
 * function takes a transaction when several changes belong together (an import), and opens one otherwise.
 */
import { Op, type Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import type { Caller } from '#api/access/caller.ts'
import { can, demand, demandCatalogue, demandUser, visible } from '#api/access/rights.ts'
import { changesBetween, recordAudit } from '#api/audit/record.ts'
import { DatasetSeries, Dataset, Membership } from '#api/db/models.ts'
import { enqueue } from '#api/db/outbox.ts'
import { columnFields, linkModel, links, recordModel, type RecordRow } from '#api/db/recordModels.ts'
import { AppError, notFound } from '#api/errors.ts'
import { entities } from '#ontology/index.ts'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import { labelSort } from './label.ts'
import { brokenReferences, referencesIn, referencesTo, type Reference } from './references.ts'
import { entityNamed, findRow, getRecord, toRecords, type Rec } from './read.ts'
import { ruleProblems } from './rules.ts'
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
  const body = { ...defaultsOf(entity), ...withoutEmpty(given) }
  validateRecord(entity, body)
  return within(ctx, options.t, async (t) => {
    const place = await placeOf(caller, entity, body, t)
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
    fill(entity, row, { ...body, ...place, ...options.system }, now)
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
 * @param expected version that the caller has seen; 'any' only for the product itself
 * @throws AppError stale when somebody changed it in the meantime
 */
export async function updateRecord(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  id: string,
  patch: Body,
  expected: number | 'any',
  options: Options = {},
): Promise<Rec> {
  return within(ctx, options.t, async (t) => {
    const row = await findRow(caller, entity, id, t, true)
    await demandEdit(caller, entity, row, t)
    checkVersion(entity, row, expected)
    const before = clientFields(entity, await getRecord(caller, entity, id, t))
    const after = mergePatch(before, patch) as Body
    validateRecord(entity, after)
    const place = await placeOf(caller, entity, after, t, row)
    await check(caller, entity, after, projectOf(place, after), t, row)
    fill(entity, row, { ...systemOf(entity, row), ...after, ...place, ...options.system }, new Date())
    await saveNext(entity, row, t)
    await setLinks(caller, entity, id, after, before, t)
    await enqueue(t, leftBehind(entity, before, after))
    await tell(t, caller, entity, row, 'update', changesBetween(before, after))
    return (await toRecords(caller, entity, [row], t))[0] as Rec
  })
}

/** Records that are no longer referred to: what is found by them has to forget this one. */
function leftBehind(entity: Entity, before: Body, after: Body): Parameters<typeof enqueue>[1] {
  const kept = new Set(referencesIn(entity.record, after).map((reference) => reference.id))
  return referencesIn(entity.record, before)
    .filter((reference) => !kept.has(reference.id) && entityNamed(reference.entity).scope === 'project')
    .map((reference) => ({ topic: 'search', entity: reference.entity, recordId: reference.id }))
}

/** Sets system fields of a record (state of its pixels, what the header says). No person's edit, so the version stays. */
export async function setSystemFields(entity: Entity, id: string, fields: Body, t: Transaction): Promise<void> {
  const row = await recordModel(entity).findByPk(id, { transaction: t, lock: t.LOCK.UPDATE })
  if (!row) throw notFound(entity.title.toLowerCase(), id)
  fill(entity, row, { ...row.body, ...ownColumns(entity, row), ...fields }, new Date())
  await row.save({ transaction: t })
  await enqueue(t, [{ topic: 'search', entity: entity.name, recordId: id }])
}

/** What is inside a record and goes and returns with it. */
const children: Record<string, string[]> = {
  Project: ['Study', 'ImagingSession', 'ImageSeries', 'File', 'Event'],
  Study: ['ImagingSession', 'ImageSeries', 'File'],
  ImagingSession: ['ImageSeries', 'File'],
  ImageSeries: ['File'],
}
const parentColumn: Record<string, string> = {
  Project: 'projectId',
  Study: 'studyId',
  ImagingSession: 'sessionId',
  ImageSeries: 'seriesId',
}

/**
 * Deletes a record with what is inside it; it can be restored.
 * @throws AppError conflict when others refer to it, or when it is public
 */
export async function removeRecord(
  ctx: Context,
  caller: Caller,
  entity: Entity,
  id: string,
  expected: number | 'any',
  options: Options = {},
): Promise<void> {
  await within(ctx, options.t, async (t) => {
    const row = await findRow(caller, entity, id, t, true)
    await demandEdit(caller, entity, row, t, entity.name === 'Project' ? 'manage' : 'edit')
    checkVersion(entity, row, expected)
    await refuseIfPublic(entity, id, t)
    if (!children[entity.name]) await refuseIfUsed(entity, id, t)
    const now = new Date()
    const touched: { topic: 'search'; entity: string; recordId: string }[] = []
    for (const name of children[entity.name] ?? []) {
      const where = { [parentColumn[entity.name] as string]: id, deletedAt: null } as never
      const rows = await recordModel({ name }).findAll({ attributes: ['id'], where, transaction: t })
      await recordModel({ name }).update({ deletedAt: now, deletedRoot: id }, { where, transaction: t })
      touched.push(...rows.map((r) => ({ topic: 'search' as const, entity: name, recordId: r.id })))
    }
    row.deletedAt = now
    row.deletedRoot = id
    await saveNext(entity, row, t)
    await enqueue(t, touched)
    await tell(t, caller, entity, row, 'delete', [])
  })
}

/** Brings back a deleted record and what went with it. */
export async function restoreRecord(ctx: Context, caller: Caller, entity: Entity, id: string): Promise<Rec> {
  return ctx.db.write(async (t) => {
    const where = { [Op.and]: [visible(caller, entity.name), { id, deletedRoot: id, deletedAt: { [Op.ne]: null } }] }
    const row = await recordModel(entity).findOne({ where, transaction: t })
    if (!row) throw notFound(`deleted ${entity.title.toLowerCase()}`, id)
    await demandEdit(caller, entity, row, t)
    await placeOf(
      caller,
      entity,
      { ...row.body, ...ownColumns(entity, row), ...(await getLinksForPlace(entity, id, t)) },
      t,
      row,
    )
    const touched: { topic: 'search'; entity: string; recordId: string }[] = []
    for (const name of children[entity.name] ?? []) {
      const rows = await recordModel({ name }).findAll({
        attributes: ['id'],
        where: { deletedRoot: id },
        transaction: t,
      })
      await recordModel({ name }).update(
        { deletedAt: null, deletedRoot: null },
        { where: { deletedRoot: id }, transaction: t },
      )
      touched.push(...rows.map((r) => ({ topic: 'search' as const, entity: name, recordId: r.id })))
    }
    row.deletedAt = null
    row.deletedRoot = null
    await saveNext(entity, row, t)
    await enqueue(t, touched)
    await tell(t, caller, entity, row, 'restore', [])
    return (await toRecords(caller, entity, [row], t))[0] as Rec
  })
}

// ---------------------------------------------------------------- rights and places

/** Where a record belongs: the ids that follow from its parent. Also guards that the caller may put it there. */
async function placeOf(caller: Caller, entity: Entity, body: Body, t: Transaction, row?: RecordRow): Promise<Body> {
  switch (entity.name) {
    case 'Project':
      if (!row) {
        demandUser(caller.kind === 'system' ? { ...caller, userId: 'system' } : caller)
        if (!caller.scopes.has('write') || caller.limited)
          throw new AppError('forbidden', 'This token was not made for making projects.')
      }
      return {}
    case 'Study':
      demandIn(caller, body.projectId as string, '/projectId')
      return {}
    case 'Subject':
      return subjectPlace(caller, body, t, row)
    case 'ImagingSession': {
      const study = await parentRow(caller, 'Study', body.studyId as string, '/studyId', t)
      return { projectId: study.get('projectId') }
    }
    case 'ImageSeries': {
      const session = await parentRow(caller, 'ImagingSession', body.sessionId as string, '/sessionId', t)
      return { projectId: session.get('projectId'), studyId: session.get('studyId') }
    }
    case 'Event':
      demandIn(caller, body.projectId as string, '/projectId')
      return {}
    default:
      demandCatalogue(caller, row)
      return {}
  }
}

function demandIn(caller: Caller, projectId: string, pointer: string): void {
  if (caller.kind !== 'anonymous' && !can(caller, 'read', projectId)) {
    const message = `There is no project ${projectId} that you may use.`
    throw new AppError('invalid', message, { fields: [{ pointer, message, value: projectId }] })
  }
  demand(caller, 'edit', projectId)
}

async function parentRow(
  caller: Caller,
  name: string,
  id: string,
  pointer: string,
  t: Transaction,
): Promise<RecordRow> {
  let row: RecordRow
  try {
    row = await findRow(caller, entityNamed(name), id, t)
  } catch (error) {
    if (caller.kind === 'anonymous' || !(error instanceof AppError)) demand(caller, 'edit', '')
    const message = `There is no ${entityNamed(name).title.toLowerCase()} ${id} that you may use.`
    throw new AppError('invalid', message, { fields: [{ pointer, message, value: id }] })
  }
  demand(caller, 'edit', row.get('projectId') as string)
  return row
}

/** A subject lives in at least one project; its links to projects that the caller cannot see stay untouched. */
async function subjectPlace(caller: Caller, body: Body, t: Transaction, row?: RecordRow): Promise<Body> {
  const wanted = (body.projectIds as string[] | undefined) ?? []
  if (wanted.length === 0) {
    const message = 'A subject belongs to at least one project.'
    throw new AppError('invalid', message, { fields: [{ pointer: '/projectIds', message }] })
  }
  const held = row ? await linkedProjects(row.id, t) : []
  for (const id of wanted) if (!held.includes(id)) demandIn(caller, id, '/projectIds')
  for (const id of held) if (!wanted.includes(id) && can(caller, 'read', id)) demand(caller, 'edit', id)
  return {}
}

const linkedProjects = async (subjectId: string, t: Transaction): Promise<string[]> =>
  (await linkModel('project_subjects').findAll({ where: { subjectId }, transaction: t })).map(
    (r) => r.get('projectId') as string,
  )

async function getLinksForPlace(entity: Entity, id: string, t: Transaction): Promise<Body> {
  return entity.name === 'Subject' ? { projectIds: await linkedProjects(id, t) } : {}
}

/** Whether the caller may change this row at all. */
async function demandEdit(
  caller: Caller,
  entity: Entity,
  row: RecordRow,
  t: Transaction,
  verb: 'edit' | 'manage' = 'edit',
): Promise<void> {
  if (entity.scope === 'catalogue') return demandCatalogue(caller, row)
  if (entity.name === 'Project') return demand(caller, verb, row.id)
  if (entity.name !== 'Subject') return demand(caller, verb, row.get('projectId') as string)
  const projects = await linkedProjects(row.id, t)
  if (projects.some((id) => can(caller, 'edit', id))) return
  demand(caller, 'edit', projects.find((id) => can(caller, 'read', id)) ?? '')
}

function checkVersion(entity: Entity, row: RecordRow, expected: number | 'any'): void {
  if (expected === 'any' || row.version === expected) return
  throw new AppError(
    'stale',
    `Somebody changed this ${entity.title.toLowerCase()} in the meantime. Load it again and repeat your change.`,
    {
      details: { currentVersion: row.version },
    },
  )
}

/** Saves with the next version number, only when nobody else did so first. */
async function saveNext(entity: Entity, row: RecordRow, t: Transaction): Promise<void> {
  const seen = row.version
  row.version = seen + 1
  const values = Object.fromEntries(Object.keys(row.dataValues).map((key) => [key, row.getDataValue(key as never)]))
  const { id: _id, body: _body, ...columns } = values as Record<string, unknown>
  const [changed] = await recordModel(entity).update({ ...columns, body: row.body } as never, {
    where: { id: row.id, version: seen } as never,
    transaction: t,
  })
  if (changed === 0) checkVersion(entity, row, seen)
}

// ---------------------------------------------------------------- checks

async function check(
  caller: Caller,
  entity: Entity,
  body: Body,
  projectId: string | undefined,
  t: Transaction,
  row?: RecordRow,
): Promise<void> {
  const references = referencesIn(entity.record, body).filter((r) => !isKeptForeign(r.pointer, entity))
  const around: { subject?: Subject } = {}
  const problems = await brokenReferences(caller, references, t)
  if (problems.length === 0 && entity.name === 'Event') {
    around.subject = (await getRecord(
      caller,
      entityNamed('Subject'),
      body.subjectId as string,
      t,
    )) as unknown as Subject
    if (!around.subject.projectIds.includes(body.projectId as string)) {
      problems.push({
        pointer: '/subjectId',
        message: 'This subject does not belong to the project of the event.',
        value: body.subjectId,
      })
    }
    if (body.sessionId) {
      const session = await findRow(caller, entityNamed('ImagingSession'), body.sessionId as string, t)
      if (session.get('projectId') !== body.projectId)
        problems.push({
          pointer: '/sessionId',
          message: 'This session belongs to another project.',
          value: body.sessionId,
        })
    }
  }
  if (entity.name === 'Subject') problems.push(...(await duplicateSubject(body, t, row)))
  if (problems.length === 0 && projectId !== undefined && entity.name !== 'Event')
    problems.push(...(await foreignSubjects(references, projectId, t)))
  problems.push(...ruleProblems(entity.name, body, around))
  if (problems.length > 0) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    throw new AppError('invalid', `${problems[0]?.message}${more}`, { fields: problems })
  }
}

const projectOf = (place: Body, body: Body): string | undefined =>
  (place.projectId ?? body.projectId) as string | undefined

/** Subjects that are used in a project must belong to it: seeing a subject elsewhere is no right to use it here. */
async function foreignSubjects(references: Reference[], projectId: string, t: Transaction) {
  const used = references.filter((r) => r.entity === 'Subject')
  if (used.length === 0) return []
  const where = { projectId, subjectId: { [Op.in]: used.map((r) => r.id) } }
  const own = new Set(
    (await linkModel('project_subjects').findAll({ where, transaction: t })).map((r) => r.get('subjectId') as string),
  )
  return used
    .filter((r) => !own.has(r.id))
    .map(({ pointer, id }) => ({
      pointer,
      message: 'This subject does not belong to the project. Add it to the project first.',
      value: id,
    }))
}

/** Projects of a subject are guarded by subjectPlace. */
const isKeptForeign = (pointer: string, entity: Entity): boolean =>
  entity.name === 'Subject' && pointer.startsWith('/projectIds')

/** A name in the laboratory is unique within each project. */
async function duplicateSubject(body: Body, t: Transaction, row?: RecordRow) {
  const same = await recordModel({ name: 'Subject' }).findAll({
    attributes: ['id'],
    where: { localId: body.localId, deletedAt: null, ...(row && { id: { [Op.ne]: row.id } }) } as never,
    transaction: t,
  })
  if (same.length === 0) return []
  const taken = await linkModel('project_subjects').count({
    where: { subjectId: { [Op.in]: same.map((r) => r.id) }, projectId: { [Op.in]: body.projectIds as string[] } },
    transaction: t,
  })
  if (taken === 0) return []
  return [
    {
      pointer: '/localId',
      message: `There is already a subject “${String(body.localId)}” in this project. Use it, or give this one another name.`,
      value: body.localId,
    },
  ]
}

async function refuseIfUsed(entity: Entity, id: string, t: Transaction): Promise<void> {
  const uses = await referencesTo(entity, id, entities, t)
  if (uses.size === 0) return
  const list = [...uses].map(([title, n]) => `${n} × ${title.toLowerCase()}`).join(', ')
  throw new AppError('conflict', `It cannot be deleted: it is used by ${list}. Remove it there first.`)
}

async function refuseIfPublic(entity: Entity, id: string, t: Transaction): Promise<void> {
  const column = entity.name === 'ImageSeries' ? 'id' : parentColumn[entity.name]
  if (!column) return
  const series = await recordModel({ name: 'ImageSeries' }).findAll({
    attributes: ['id'],
    where: { [column]: id } as never,
    transaction: t,
  })
  const publicIn = await DatasetSeries.findAll({
    where: { seriesId: { [Op.in]: series.map((r) => r.id) } },
    transaction: t,
  })
  const ids = [...new Set(publicIn.map((r) => r.datasetId))]
  const held = await Dataset.count({ where: { id: { [Op.in]: ids }, state: 'published' }, transaction: t })
  if (held > 0)
    throw new AppError(
      'conflict',
      `It holds images that are public in ${held} dataset${held > 1 ? 's' : ''}. Withdraw ${held > 1 ? 'them' : 'it'} first.`,
    )
}

// ---------------------------------------------------------------- rows

function fill(entity: Entity, row: RecordRow, values: Body, now: Date): void {
  const columns = new Set(columnFields(entity).map(([name]) => name))
  const body: Body = {}
  for (const [name, node] of fieldsOf(entity.record)) {
    if (['id', 'version', 'createdAt', 'updatedAt'].includes(name) || node['x-link']) continue
    const value = values[name] ?? null
    if (columns.has(name)) row.set(name as never, value as never)
    else if (value !== null) body[name] = value
  }
  row.body = body
  row.updatedAt = now
  const label = String(values[entity.label] ?? '')
  row.labelSort = labelSort(entity.name === 'Person' ? `${label} ${String(values.givenName ?? '')}` : label)
}

const ownColumns = (entity: Entity, row: RecordRow): Body =>
  Object.fromEntries(columnFields(entity).map(([name]) => [name, row.get(name)]))

function systemOf(entity: Entity, row: RecordRow): Body {
  const all: Body = { ...row.body, ...ownColumns(entity, row) }
  return Object.fromEntries(
    fieldsOf(entity.record).flatMap(([name, node]) =>
      node['x-system'] && all[name] !== undefined ? [[name, all[name]]] : [],
    ),
  )
}

function clientFields(entity: Entity, record: Rec): Body {
  return Object.fromEntries(
    fieldsOf(entity.record).flatMap(([name, node]) =>
      node['x-system'] || record[name] === undefined ? [] : [[name, record[name]]],
    ),
  )
}

/** Writes the link lists. Links to records that the caller cannot see are not in `before` and stay as they are. */
async function setLinks(
  caller: Caller,
  entity: Entity,
  id: string,
  after: Body,
  before: Body,
  t: Transaction,
): Promise<void> {
  for (const link of links.filter((l) => l.left.name === entity.name)) {
    const [wanted, held] = [
      (after[link.field] as string[] | undefined) ?? [],
      (before[link.field] as string[] | undefined) ?? [],
    ]
    const added = wanted.filter((other) => !held.includes(other))
    const gone = held.filter((other) => !wanted.includes(other))
    const pair = (other: string) => ({ [link.leftColumn]: id, [link.rightColumn]: other })
    if (gone.length > 0)
      await linkModel(link.table).destroy({
        where: { [link.leftColumn]: id, [link.rightColumn]: { [Op.in]: gone } },
        transaction: t,
      })
    if (added.length > 0)
      await linkModel(link.table).bulkCreate(added.map(pair), { transaction: t, ignoreDuplicates: true })
    if (link.table === 'series_subjects' && added.length > 0) await joinStudy(id, added, t)
    const searched = [...added, ...gone].map((other) => ({
      topic: 'search' as const,
      entity: link.right.name,
      recordId: other,
    }))
    if (link.right.name === 'Subject') await enqueue(t, searched)
  }
}

/** A subject that was imaged in a study takes part in it. */
async function joinStudy(seriesId: string, subjectIds: string[], t: Transaction): Promise<void> {
  const series = await recordModel({ name: 'ImageSeries' }).findByPk(seriesId, { transaction: t })
  const studyId = series?.get('studyId')
  await linkModel('study_subjects').bulkCreate(
    subjectIds.map((subjectId) => ({ studyId, subjectId })),
    { transaction: t, ignoreDuplicates: true },
  )
}

async function tell(
  t: Transaction,
  caller: Caller,
  entity: Entity,
  row: RecordRow,
  action: string,
  changes: ReturnType<typeof changesBetween>,
): Promise<void> {
  const label = String(row.get(entity.label as never) ?? '')
  const projectId = entity.name === 'Project' ? row.id : ((row.get('projectId' as never) as string | undefined) ?? null)
  await recordAudit(t, [{ caller, action, entity: entity.name, recordId: row.id, projectId, label, changes }])
  await enqueue(t, [{ topic: 'search', entity: entity.name, recordId: row.id }])
}

function defaultsOf(entity: Entity): Body {
  return Object.fromEntries(
    fieldsOf(entity.record).flatMap(([name, node]) => (node.default === undefined ? [] : [[name, node.default]])),
  )
}

/** Nulls in a creation mean "not given". */
const withoutEmpty = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined))

/** RFC 7396, section 2. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch
  const base = target !== null && typeof target === 'object' && !Array.isArray(target) ? (target as Body) : {}
  const merged: Body = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = mergePatch(base[key], value)
  }
  return merged
}
