/** Datasets: what is sent to the registry, its states and its immutable versions. */
import { createHash } from 'node:crypto'
import { Op, type Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import { stateOf } from '#api/access/bytes.ts'
import { isCurator, type Caller } from '#api/access/caller.ts'
import { can, demand, visible } from '#api/access/rights.ts'
import { Dataset as Row, DatasetSeries, DatasetVersion } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { AppError, invalidField } from '#api/errors.ts'
import { labelSort } from '#api/records/label.ts'
import { entityNamed, findRow, getRecords, type Rec } from '#api/records/read.ts'
import { updateRecord } from '#api/records/write.ts'
import type { Dataset, Snapshot } from '#ontology/entities/dataset.ts'
import { bodyOf, factsOf, type DatasetBody, type Description } from './description.ts'
import { futureDay } from './embargo.ts'
import { datasetOf, getDataset, readerFor, snapshotFor } from './read.ts'
import { note, ownRow, saveNext } from './rows.ts'
import { gather, missingIn, snapshotOf, type Gathered, type MissingField } from './snapshot.ts'

export interface Choice {
  seriesIds?: string[]
  studyId?: string
}

export interface NewDataset extends Choice, Description {
  /** Day on which the files open, YYYY-MM-DD; the metadata is public at once. */
  embargoUntil?: string
  send?: boolean
  /** Records what is still missing as empty for this reason, instead of refusing. */
  excuseMissing?: 'unknown' | 'notRecorded' | 'notApplicable' | 'withheld'
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
      embargoUntil: null,
      version: 1,
      versionNumber: 0,
      publishedAt: null,
      body: {
        ...(await bodyOf(caller, given, seriesIds, gathered, t)),
        ...(given.embargoUntil && { embargoUntil: futureDay(given.embargoUntil) }),
      },
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
  const body = row.body as unknown as DatasetBody
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
  const body = row.body as unknown as DatasetBody
  const snapshot = JSON.stringify(snapshotOf(gathered))
  const { reason: _reason, embargoUntil, ...kept } = body
  const opens = embargoUntil ? new Date(embargoUntil) : null
  const waits = opens !== null && opens > new Date() && row.state !== 'published'
  row.versionNumber += 1
  row.publishedAt = new Date()
  row.state = waits ? 'submitted' : 'published'
  row.embargoUntil = waits ? opens : null
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
  await note(t, caller, row, waits ? 'embargo' : 'publish')
}

/**
 * Publishes a draft, a submission, or the next version of what is public.
 * @throws AppError forbidden for those who may not, conflict for a withdrawn dataset
 */
export async function publishDataset(ctx: Context, caller: Caller, id: string) {
  await ctx.db.write(async (t) => {
    const row = await ownRow(caller, id, t)
    if (row.state === 'withdrawn') throw new AppError('conflict', 'This dataset was withdrawn. Make a new one.')
    if (stateOf(row) === 'embargoed') {
      throw new AppError('conflict', 'This dataset waits for the end of its embargo. Change or end the embargo first.')
    }
    if (!isCurator(caller)) {
      demand(caller, 'publish', row.projectId)
      if (ctx.config.review)
        throw new AppError('forbidden', 'On this site a curator publishes. Your submission waits for one.')
    }
    const gathered = await gather(readerFor(caller), (row.body as unknown as DatasetBody).seriesIds, t)
    refuseIncomplete(row, gathered)
    await release(caller, row, gathered, t)
  })
  return getDataset(ctx, caller, id)
}

/** A curator sends a submission back with a comment. */
export async function returnDataset(ctx: Context, caller: Caller, id: string, reason: string) {
  return ctx.db.write(async (t) => {
    const row = await ownRow(caller, id, t)
    if (stateOf(row) !== 'submitted')
      throw new AppError('conflict', `Only a submission can be sent back; this dataset is ${stateOf(row)}.`)
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
    if (!['published', 'embargoed'].includes(stateOf(row)))
      throw new AppError('conflict', `Only what is public can be withdrawn; this dataset is ${row.state}.`)
    row.state = 'withdrawn'
    row.embargoUntil = null
    row.body = { ...row.body, reason }
    await saveNext(row, t)
    await note(t, caller, row, 'withdraw')
  })
  return getDataset(ctx, caller, id)
}
