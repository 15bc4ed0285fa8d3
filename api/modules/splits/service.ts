/**
 * Splits a scan of several animals: each gets a series that is a box of the voxels of the scan, without files of its own.
 * Nothing of the scan changes, so a split can be changed, or taken back, at any time.
 */
import { isDeepStrictEqual as same } from 'node:util'
import type { Transaction } from 'sequelize'
import type { Caller } from '#api/access/caller.ts'
import { demand } from '#api/access/rights.ts'
import { recordAudit } from '#api/audit/record.ts'
import type { Context } from '#api/context.ts'
import { SeriesPixels } from '#api/db/models.ts'
import { AppError, type FieldError } from '#api/errors.ts'
import { deriveTask } from '#api/modules/pixels/derivation.ts'
import { partsEver } from '#api/records/parts.ts'
import { findRow, getRecord, getRecords, toRecords } from '#api/records/read.ts'
import { removeRecord } from '#api/records/remove.ts'
import { demandVersion, type Expected } from '#api/records/row.ts'
import { createRecord, updateRecord } from '#api/records/write.ts'
import { inheritedFields, ImageSeries, type ImageSeries as Series } from '#ontology/entities/series.ts'
import { ImagingSession, type ImagingSession as Session } from '#ontology/entities/session.ts'
import { Subject, type Subject as Animal } from '#ontology/entities/subject.ts'
import type { Entity } from '#ontology/entity.ts'
import type { VoxelBox } from '#ontology/values.ts'
import { eventsOfParts, recordEvents } from './events.ts'
import type { Split, SplitBody, SplitPart } from './schema.ts'

const series = ImageSeries as unknown as Entity
const session = ImagingSession as unknown as Entity

/**
 * The animals of a scan, in the order in which they were made.
 * @throws AppError notFound
 */
export async function splitOf(caller: Caller, seriesId: string, t?: Transaction): Promise<Split> {
  const source = (await getRecord(caller, series, seriesId, t)) as unknown as Series
  const [held] = (await getRecords(caller, session, [source.sessionId], t)) as unknown as [Session]
  const { parts, version } = await partsOf(caller, seriesId, t)
  const found = await eventsOfParts(caller, source, parts, t)
  return {
    seriesId,
    version,
    sessionId: source.sessionId,
    ...(held?.viewedFrom && { viewedFrom: held.viewedFrom }),
    ...(found.agentId && { agentId: found.agentId }),
    parts: parts.map(({ id, label, pixels, subjectIds, sourceBox }) => ({
      id,
      label,
      pixels,
      ...(subjectIds?.[0] && { subjectId: subjectIds[0] }),
      box: sourceBox!,
      ...found.of(subjectIds?.[0]),
    })),
  }
}

/** Series that are parts of this one. The version counts every change of any of them, those that are deleted included. */
async function partsOf(
  caller: Caller,
  seriesId: string,
  t?: Transaction,
): Promise<{ parts: Series[]; version: number }> {
  const rows = await partsEver(seriesId, t)
  const alive = rows.filter(({ deletedAt }) => deletedAt === null)
  return {
    parts: (await toRecords(caller, series, alive, t)) as unknown as Series[],
    version: rows.reduce((sum, row) => sum + row.version, 1),
  }
}

/**
 * Makes the split what is asked for: series of animals that are not in it any more are deleted.
 * @throws AppError notFound, forbidden, stale, unsupported for what has no image, invalid with a pointer for each problem
 */
export async function setSplit(
  ctx: Context,
  caller: Caller,
  seriesId: string,
  wanted: SplitBody,
  expected: Expected,
): Promise<Split> {
  return ctx.db.write(async (t) => {
    const row = await findRow(caller, series, seriesId, t, true)
    demand(caller, 'edit', row.get('projectId' as never) as string)
    const source = (await getRecord(caller, series, seriesId, t)) as unknown as Series
    const { parts: held, version } = await partsOf(caller, seriesId, t)
    demandVersion('split', { version }, expected)
    await refuseProblems(source, held, wanted, t)
    for (const { id, version: seen } of held)
      if (!wanted.parts.some((part) => part.id === id)) await removeRecord(ctx, caller, series, id, [seen], { t })
    const animals = await getRecords(caller, Subject as unknown as Entity, namedIn(wanted), t)
    const nameOf = new Map((animals as unknown as Animal[]).map(({ id, localId }) => [id, localId]))
    for (const [n, part] of wanted.parts.entries()) {
      const before = held.find(({ id }) => id === part.id)
      const label = part.label ?? before?.label ?? labelOf(source, nameOf.get(part.subjectId ?? ''), n)
      await putPart(ctx, caller, source, before, { ...part, label }, t)
    }
    await nameSubjects(ctx, caller, source, held, wanted, t)
    if (wanted.viewedFrom) await viewedFrom(ctx, caller, source, wanted.viewedFrom, t)
    await recordEvents(ctx, caller, source, wanted, t)
    return splitOf(caller, seriesId, t)
  })
}

const namedIn = ({ parts }: Pick<SplitBody, 'parts'>): string[] => parts.flatMap(({ subjectId }) => subjectId ?? [])

const labelOf = ({ label }: Series, animal: string | undefined, n: number): string =>
  `${label} · ${animal ?? `animal ${n + 1}`}`.slice(0, 300)

/** What is wrong with the boxes and names, each with where it stands. */
async function refuseProblems(
  source: Series,
  held: readonly Series[],
  { parts }: SplitBody,
  t: Transaction,
): Promise<void> {
  if (source.sourceBox)
    throw new AppError('conflict', 'This series is one animal of a scan already. Change the split of that scan.')
  const pixels = await SeriesPixels.findByPk(source.id, { transaction: t })
  if (!pixels)
    throw new AppError('unsupported', 'Boxes need the image of the series, and it has none, or not yet. Ask again.')
  const { shape } = pixels.header
  const fields: FieldError[] = []
  for (const [n, { id, subjectId, box }] of parts.entries()) {
    const at = `/parts/${n}`
    if (id !== undefined && !held.some((one) => one.id === id))
      fields.push({ pointer: `${at}/id`, message: `Series ${id} is no animal of this scan.`, value: id })
    for (const axis of ['x', 'y', 'z'] as const) {
      const [from = 0, to = 0] = box[axis]
      if (from < to && to <= shape[axis]) continue
      const message = `The image has the voxels 0 to ${shape[axis] - 1} along ${axis}: give FROM below TO, and TO at most ${shape[axis]}.`
      fields.push({ pointer: `${at}/box/${axis}`, message, value: box[axis] })
    }
    const first = parts.findIndex((other) => subjectId !== undefined && other.subjectId === subjectId)
    if (first >= 0 && first < n) {
      const message = `The same animal lies in box ${first + 1}. Choose another one for box ${n + 1}.`
      fields.push({ pointer: `${at}/subjectId`, message, value: subjectId })
    }
  }
  if (fields[0]) throw new AppError('invalid', fields[0].message, { fields })
}

type Given = SplitPart & { label: string }

/** Makes or changes the series of one animal, and orders its image when its box is new. */
async function putPart(
  ctx: Context,
  caller: Caller,
  source: Series,
  before: Series | undefined,
  { label, subjectId, box }: Given,
  t: Transaction,
): Promise<void> {
  const subjectIds = subjectId === undefined ? [] : [subjectId]
  const sourceBox: VoxelBox = { x: box.x, y: box.y, z: box.z }
  const isSame = before && same(before.sourceBox, sourceBox)
  if (isSame && before.label === label && same(before.subjectIds ?? [], subjectIds)) return
  const system = isSame ? {} : { sourceBox, pixels: 'waiting' }
  if (before) {
    const patch = { label, subjectIds }
    await updateRecord(ctx, caller, series, before.id, patch, [before.version], { t, system })
    if (isSame) return
    const { projectId } = source
    const changes = [{ pointer: '/sourceBox', before: before.sourceBox, after: sourceBox }]
    await recordAudit(t, [
      { caller, action: 'cut', entity: series.name, recordId: before.id, projectId, label, changes },
    ])
    await ctx.jobs.enqueue(t, [{ task: deriveTask, payload: { seriesId: before.id } }])
    return
  }
  const inherited = Object.fromEntries(inheritedFields.map((field) => [field, source[field]]))
  const made = await createRecord(
    ctx,
    caller,
    series,
    {
      ...inherited,
      sessionId: source.sessionId,
      label,
      role: 'derived',
      subjectIds,
      sourceSeriesIds: [source.id],
      sources: inheritedFields
        .filter((field) => source[field] !== undefined)
        .map((field) => ({ field, source: 'computed', evidence: 'the scan that it is a part of' })),
    },
    { t, system: { sourceBox, format: source.format, fileCount: 0, byteCount: 0, pixels: 'waiting' } },
  )
  await ctx.jobs.enqueue(t, [{ task: deriveTask, payload: { seriesId: made.id } }])
}

/** The scan shows the animals of its boxes; those who were in no box but named before stay. */
async function nameSubjects(
  ctx: Context,
  caller: Caller,
  source: Series,
  held: readonly Series[],
  wanted: SplitBody,
  t: Transaction,
): Promise<void> {
  const gone = new Set(held.flatMap(({ subjectIds }) => subjectIds ?? []))
  const kept = (source.subjectIds ?? []).filter((id) => !gone.has(id))
  const subjectIds = [...new Set([...kept, ...namedIn(wanted)])]
  if (same(subjectIds.toSorted(), (source.subjectIds ?? []).toSorted())) return
  await updateRecord(ctx, caller, series, source.id, { subjectIds }, 'any', { t })
}

async function viewedFrom(
  ctx: Context,
  caller: Caller,
  { sessionId }: Series,
  from: NonNullable<SplitBody['viewedFrom']>,
  t: Transaction,
): Promise<void> {
  const held = (await getRecord(caller, session, sessionId, t)) as unknown as Session
  if (held.viewedFrom !== from) await updateRecord(ctx, caller, session, sessionId, { viewedFrom: from }, 'any', { t })
}
