/** Datasets: what is sent to the registry, its states and its immutable versions. */
import { createHash } from 'node:crypto'
import { Op, type Transaction, type WhereOptions } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import { isCurator, type Caller } from '#api/access/caller.ts'
import { can, demand, visible } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import { Dataset as Row, DatasetSeries, DatasetVersion } from '#api/db/models.ts'
import { enqueue } from '#api/db/outbox.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { AppError, invalidField, notFound } from '#api/errors.ts'
import { afterCursor, makeCursor } from '#api/records/cursor.ts'
import { labelSort } from '#api/records/label.ts'
import { entityNamed, findRow, getRecords, type Rec } from '#api/records/read.ts'
import { updateRecord } from '#api/records/write.ts'
import type { Dataset, Snapshot } from '#ontology/entities/dataset.ts'
import { modalities } from '#ontology/entities/series.ts'
import { gather, missingIn, snapshotOf, type Gathered, type MissingField } from './snapshot.ts'

export interface Choice {
  seriesIds?: string[]
  studyId?: string
}

export interface NewDataset extends Choice {
  title?: string
  description?: string
  licence?: string
  creators?: string[]
  keywords?: string[]
  send?: boolean
  /** Records what is still missing as empty for this reason, instead of refusing. */
  excuseMissing?: 'unknown' | 'notRecorded' | 'notApplicable' | 'withheld'
}

interface Body {
  description?: string
  licence?: string
  creators: Dataset['creators']
  keywords: string[]
  seriesIds: string[]
  reason?: string
  facts: Pick<
    Dataset,
    | 'projectTitle'
    | 'studyTitle'
    | 'seriesCount'
    | 'fileCount'
    | 'byteCount'
    | 'modalities'
    | 'species'
    | 'coverSeriesIds'
  >
}

const largest = 2000

/** The series that are meant: those named, or all of a study. */
async function chosenSeries(caller: Caller, choice: Choice, t?: Transaction): Promise<string[]> {
  if (choice.seriesIds && choice.seriesIds.length > 0) return [...new Set(choice.seriesIds)]
  if (!choice.studyId)
    throw invalidField('/seriesIds', 'Name the series (seriesIds) or the study (studyId) to publish.')
  await findRow(caller, entityNamed('Study'), choice.studyId, t)
  const where = { [Op.and]: [visible(caller, 'ImageSeries'), { studyId: choice.studyId, deletedAt: null }] }
  const rows = await recordModel({ name: 'ImageSeries' }).findAll({
    attributes: ['id'],
    where,
    order: [['labelSort', 'ASC']],
    limit: largest + 1,
    transaction: t ?? null,
  })
  if (rows.length === 0) throw invalidField('/studyId', 'This study has no image series yet.', choice.studyId)
  if (rows.length > largest)
    throw invalidField(
      '/studyId',
      `A dataset holds at most ${largest} series; this study has more. Choose some of them.`,
      choice.studyId,
    )
  return rows.map((row) => row.id)
}

/** What would be missing if this were sent now. */
export async function checkDataset(
  caller: Caller,
  choice: Choice,
): Promise<{ ready: boolean; missing: MissingField[] }> {
  const missing = missingIn(await gather(caller, await chosenSeries(caller, choice)))
  return { ready: missing.length === 0, missing }
}

/**
 * Makes a dataset of series and, when `send` is set, sends it to the registry: it is public at once when the caller may
 * publish and the site has no review, and waits for a curator otherwise.
 * @throws AppError invalid with a pointer for each field that the publish level misses
 */
export async function createDataset(
  ctx: Context,
  caller: Caller,
  given: NewDataset,
): Promise<Dataset & { snapshot: Snapshot }> {
  const id = ulid()
  await ctx.db.write(async (t) => {
    const seriesIds = await chosenSeries(caller, given, t)
    let gathered = await gather(caller, seriesIds, t)
    const project = gathered.get('Project')?.[0] as Rec
    demand(caller, 'edit', project.id)
    if (given.send && given.excuseMissing) {
      await excuse(ctx, caller, missingIn(gathered), given.excuseMissing, t)
      gathered = await gather(caller, seriesIds, t)
    }
    const now = new Date()
    const study = gathered.get('Study')?.[0] as Rec
    const single = seriesIds.length === 1 ? gathered.get('ImageSeries')?.[0] : undefined
    const title = given.title ?? (single ? `${String(study.title)}: ${String(single.label)}` : String(study.title))
    const row = Row.build({
      id,
      projectId: project.id,
      studyId: gathered.get('Study')?.length === 1 ? study.id : null,
      title: title.slice(0, 300),
      labelSort: labelSort(title),
      state: 'draft',
      version: 1,
      versionNumber: 0,
      publishedAt: null,
      body: await bodyOf(caller, given, seriesIds, gathered, t),
      createdBy: caller.userId,
      createdAt: now,
      updatedAt: now,
    })
    await row.save({ transaction: t })
    await DatasetSeries.bulkCreate(
      seriesIds.map((seriesId) => ({ datasetId: id, seriesId })),
      { transaction: t },
    )
    if (given.send) await send(ctx, caller, row, gathered, t)
    else await note(t, caller, row, 'create')
  })
  return getDataset(ctx, caller, id)
}

async function bodyOf(
  caller: Caller,
  given: NewDataset,
  seriesIds: string[],
  gathered: Gathered,
  t: Transaction,
): Promise<Body> {
  const project = gathered.get('Project')?.[0] as Rec
  const study = gathered.get('Study')?.[0] as Rec
  const personIds = given.creators ?? [project.principalInvestigatorId as string].filter(Boolean)
  const people = await getRecords(caller, entityNamed('Person'), personIds, t)
  const unknown = personIds.find((id) => !people.some((p) => p.id === id))
  if (unknown !== undefined) throw invalidField('/creators', `There is no person ${unknown}.`, unknown)
  const organizations = await getRecords(
    caller,
    entityNamed('Organization'),
    people.map((p) => p.affiliationId as string).filter(Boolean),
    t,
  )
  const description =
    given.description ?? (study.description as string | undefined) ?? (project.description as string | undefined)
  const licence = given.licence ?? (project.licence as string | undefined)
  return {
    ...(description && { description }),
    ...(licence && { licence }),
    creators: personIds.flatMap((id) => {
      const p = people.find((x) => x.id === id) as Rec
      const affiliation = organizations.find((o) => o.id === p.affiliationId)?.name as string | undefined
      return {
        name: `${String(p.givenName)} ${String(p.familyName)}`,
        givenName: String(p.givenName),
        familyName: String(p.familyName),
        ...(p.orcid !== undefined && { orcid: String(p.orcid) }),
        ...(affiliation && { affiliation }),
      }
    }),
    keywords: given.keywords ?? ((project.keywords as { label: string }[] | undefined) ?? []).map((k) => k.label),
    seriesIds,
    facts: factsOf(gathered),
  }
}

function factsOf(gathered: Gathered): Body['facts'] {
  const series = gathered.get('ImageSeries') ?? []
  const files = gathered.get('File') ?? []
  const distinct = (values: (string | undefined)[]) => [...new Set(values.filter((v) => v !== undefined))].toSorted()
  return {
    projectTitle: String(gathered.get('Project')?.[0]?.title ?? ''),
    studyTitle: (gathered.get('Study') ?? [])
      .map((s) => String(s.title))
      .join('; ')
      .slice(0, 500),
    seriesCount: series.length,
    fileCount: files.length,
    byteCount: files.reduce((sum, f) => sum + Number(f.byteCount), 0),
    modalities: distinct(series.map((s) => modalities[s.modality as keyof typeof modalities])),
    species: distinct((gathered.get('Subject') ?? []).map((s) => (s.species as { label: string } | undefined)?.label)),
    coverSeriesIds: series
      .filter((s) => s.pixels === 'ready')
      .slice(0, 4)
      .map((s) => s.id),
  }
}

/** Marks missing fields as empty for a reason, as edits of their records. */
async function excuse(
  ctx: Context,
  caller: Caller,
  missing: MissingField[],
  reason: NonNullable<NewDataset['excuseMissing']>,
  t: Transaction,
): Promise<void> {
  for (const [key, fields] of Object.entries(Object.groupBy(missing, (m) => `${m.entity} ${m.recordId}`))) {
    const [name, recordId] = key.split(' ') as [string, string]
    const [record] = await getRecords(caller, entityNamed(name), [recordId], t)
    const held = (record?.nullReasons as { field: string; reason: string }[] | undefined) ?? []
    const nullReasons = [...held, ...(fields ?? []).map((m) => ({ field: m.field, reason }))]
    await updateRecord(ctx, caller, entityNamed(name), recordId, { nullReasons }, 'any', { t })
  }
}

/** Puts a dataset before the public or before a curator. */
async function send(ctx: Context, caller: Caller, row: Row, gathered: Gathered, t: Transaction): Promise<void> {
  refuseIncomplete(row, gathered)
  const mayPublish = isCurator(caller) || (!ctx.config.review && can(caller, 'publish', row.projectId))
  if (mayPublish) return release(caller, row, gathered, t)
  row.state = 'submitted'
  await saveNext(row, t)
  await note(t, caller, row, 'submit')
}

function refuseIncomplete(row: Row, gathered: Gathered): void {
  const body = row.body as unknown as Body
  const own = [
    ...(body.description?.trim()
      ? []
      : [{ pointer: '/description', message: 'A public dataset needs a description.' }]),
    ...(body.licence ? [] : [{ pointer: '/licence', message: 'A public dataset needs a licence.' }]),
    ...(body.creators.length > 0
      ? []
      : [{ pointer: '/creators', message: 'A public dataset needs at least one creator.' }]),
  ]
  const missing = missingIn(gathered)
  if (own.length + missing.length === 0) return
  const fields = [
    ...own,
    ...missing.map((m) => ({
      pointer: m.pointer,
      message: `${m.title} of ${entityNamed(m.entity).title.toLowerCase()} “${m.label}” is missing.`,
    })),
  ]
  const message = `${fields.length} field${fields.length > 1 ? 's are' : ' is'} needed before this can be public. Fill them, or say why they are empty.`
  throw new AppError('invalid', message, { fields, details: { missing } })
}

/** Writes version N + 1 and makes it public. */
async function release(caller: Caller, row: Row, gathered: Gathered, t: Transaction): Promise<void> {
  const body = row.body as unknown as Body
  const snapshot = JSON.stringify(snapshotOf(gathered))
  row.versionNumber += 1
  row.publishedAt = new Date()
  row.state = 'published'
  const { reason: _reason, ...kept } = body
  row.body = { ...kept, facts: factsOf(gathered) } as never
  await saveNext(row, t)
  await DatasetVersion.create(
    {
      datasetId: row.id,
      number: row.versionNumber,
      snapshot,
      snapshotSha256: createHash('sha256').update(snapshot).digest('hex'),
      publishedAt: row.publishedAt,
      publishedBy: caller.userId,
    },
    { transaction: t },
  )
  await note(t, caller, row, 'publish')
}

/**
 * Publishes a draft, a submission, or the next version of what is public.
 * @throws AppError forbidden for those who may not, conflict for a withdrawn dataset
 */
export async function publishDataset(ctx: Context, caller: Caller, id: string) {
  await ctx.db.write(async (t) => {
    const row = await ownRow(caller, id, t)
    if (row.state === 'withdrawn') throw new AppError('conflict', 'This dataset was withdrawn. Make a new one.')
    if (!isCurator(caller)) {
      demand(caller, 'publish', row.projectId)
      if (ctx.config.review)
        throw new AppError('forbidden', 'On this site a curator publishes. Your submission waits for one.')
    }
    const gathered = await gather(
      isCurator(caller) ? { ...caller, kind: 'system', siteRole: 'admin', limited: false } : caller,
      (row.body as unknown as Body).seriesIds,
      t,
    )
    refuseIncomplete(row, gathered)
    await release(caller, row, gathered, t)
  })
  return getDataset(ctx, caller, id)
}

/** A curator sends a submission back with a comment. */
export async function returnDataset(ctx: Context, caller: Caller, id: string, reason: string) {
  return ctx.db.write(async (t) => {
    const row = await ownRow(caller, id, t)
    if (row.state !== 'submitted')
      throw new AppError('conflict', `Only a submission can be sent back; this dataset is ${row.state}.`)
    if (!isCurator(caller)) demand(caller, 'publish', row.projectId)
    const snapshot = await snapshotFor(caller, row)
    row.state = 'draft'
    row.body = { ...row.body, reason }
    await saveNext(row, t)
    await note(t, caller, row, 'return')
    // Read here, because the draft is no longer the curator's to see.
    return { ...datasetOf(ctx, row), snapshot }
  })
}

/** Takes a dataset back: its page stays with the reason, its images and files are gone from the public. */
export async function withdrawDataset(ctx: Context, caller: Caller, id: string, reason: string) {
  await ctx.db.write(async (t) => {
    const row = await ownRow(caller, id, t)
    if (!isCurator(caller)) demand(caller, 'publish', row.projectId)
    if (row.state !== 'published')
      throw new AppError('conflict', `Only what is public can be withdrawn; this dataset is ${row.state}.`)
    row.state = 'withdrawn'
    row.body = { ...row.body, reason }
    await saveNext(row, t)
    await note(t, caller, row, 'withdraw')
  })
  return getDataset(ctx, caller, id)
}

async function ownRow(caller: Caller, id: string, t: Transaction): Promise<Row> {
  const row = await Row.findOne({
    where: { [Op.and]: [visible(caller, 'Dataset'), { id }] },
    transaction: t,
    lock: t.LOCK.UPDATE,
  })
  if (!row) throw notFound('dataset', id)
  return row
}

async function saveNext(row: Row, t: Transaction): Promise<void> {
  row.version += 1
  row.updatedAt = new Date()
  await row.save({ transaction: t })
}

async function note(t: Transaction, caller: Caller, row: Row, action: string): Promise<void> {
  const { seriesIds } = row.body as unknown as Body
  await recordAudit(t, [
    { caller, action, entity: 'Dataset', recordId: row.id, projectId: row.projectId, label: row.title },
  ])
  await enqueue(t, [
    { topic: 'search', entity: 'Dataset', recordId: row.id },
    ...seriesIds.map((recordId) => ({ topic: 'search' as const, entity: 'ImageSeries', recordId })),
  ])
}

// ---------------------------------------------------------------- reading

export function datasetOf(ctx: Context, row: Row): Dataset {
  const body = row.body as unknown as Body
  return {
    id: row.id,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    pid: `${ctx.config.publicUrl}/datasets/${row.id}`,
    projectId: row.projectId,
    title: row.title,
    ...(body.description !== undefined && { description: body.description }),
    ...(body.licence !== undefined && { licence: body.licence as Dataset['licence'] & string }),
    creators: body.creators,
    keywords: body.keywords,
    state: row.state,
    versionNumber: row.versionNumber,
    ...(row.publishedAt && { publishedAt: row.publishedAt.toISOString() }),
    ...(body.reason !== undefined && { reason: body.reason }),
    ...body.facts,
  }
}

/** A dataset with its newest snapshot; drafts show what would be published to those who may see them. */
export async function getDataset(ctx: Context, caller: Caller, id: string): Promise<Dataset & { snapshot: Snapshot }> {
  const row = await Row.findOne({ where: { [Op.and]: [visible(caller, 'Dataset'), { id }] } })
  if (!row) throw notFound('dataset', id)
  return { ...datasetOf(ctx, row), snapshot: await snapshotFor(caller, row) }
}

async function snapshotFor(caller: Caller, row: Row): Promise<Snapshot> {
  const version = await DatasetVersion.findOne({ where: { datasetId: row.id, number: row.versionNumber } })
  if (version) return JSON.parse(version.snapshot) as Snapshot
  const reader: Caller = isCurator(caller) ? { ...caller, kind: 'system', siteRole: 'admin', limited: false } : caller
  return snapshotOf(await gather(reader, (row.body as unknown as Body).seriesIds))
}

export interface DatasetQuery {
  q?: string
  state?: string
  projectId?: string
  limit?: number
  cursor?: string
}

/** Datasets that the caller may see, newest first. */
export async function listDatasets(ctx: Context, caller: Caller, query: DatasetQuery) {
  const { q, limit = 50, cursor, ...filters } = query
  const conditions: WhereOptions[] = [visible(caller, 'Dataset'), filters]
  const { fn, col, where } = Row.sequelize!.Sequelize
  if (q?.trim())
    conditions.push(
      where(fn('INSTR', fn('LOWER', col('title')), q.trim().toLowerCase()), { [Op.gt]: 0 }) as unknown as WhereOptions,
    )
  const scope = ['datasets', q, filters]
  if (cursor) conditions.push(afterCursor(ctx.config.secret, scope, cursor, { column: 'id', descending: true }))
  const rows = await Row.findAll({ where: { [Op.and]: conditions }, order: [['id', 'DESC']], limit: limit + 1 })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => datasetOf(ctx, row)),
    next: rows.length > limit && last ? makeCursor(ctx.config.secret, scope, { value: last.id, id: last.id }) : null,
  }
}

export async function listVersions(caller: Caller, id: string) {
  const row = await Row.findOne({ where: { [Op.and]: [visible(caller, 'Dataset'), { id }] } })
  if (!row) throw notFound('dataset', id)
  const rows = await DatasetVersion.findAll({
    attributes: ['number', 'snapshotSha256', 'publishedAt'],
    where: { datasetId: id },
    order: [['number', 'DESC']],
  })
  return rows.map((v) => ({ number: v.number, sha256: v.snapshotSha256, publishedAt: v.publishedAt.toISOString() }))
}

/** The newest public dataset that holds a series. */
export async function datasetOfSeries(ctx: Context, caller: Caller, seriesId: string) {
  const held = await DatasetSeries.findAll({ where: { seriesId } })
  const where = {
    [Op.and]: [visible(caller, 'Dataset'), { state: 'published', id: { [Op.in]: held.map((h) => h.datasetId) } }],
  }
  const row = await Row.findOne({ where, order: [['publishedAt', 'DESC']] })
  if (!row) throw notFound('public image series', seriesId)
  return getDataset(ctx, caller, row.id)
}
