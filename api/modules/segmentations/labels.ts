/** The label volumes of segmentations: each version is kept, as a blob of its own. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Transaction } from 'sequelize'
import { ImagingError } from '#imaging/errors.ts'
import type { Header } from '#imaging/header.ts'
import { countRuns, shapeOfRuns, type LabelShape } from '#imaging/labels/runs.ts'
import { Segmentation } from '#ontology/entities/segmentation.ts'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { Blob, SegmentationVersion, SeriesPixels } from '#api/db/models.ts'
import type { RecordRow } from '#api/db/recordModels.ts'
import { AppError, notFound } from '#api/errors.ts'
import { demandEdit } from '#api/records/place.ts'
import { findRow, toRecords, type Rec } from '#api/records/read.ts'
import { demandVersion, saveNext, tell, type Expected } from '#api/records/row.ts'
import type { BlobFacts } from '#api/storage/blobStore.ts'
import type { Representation } from '#api/modules/content/sendBytes.ts'

/** Compressed, as it is sent. */
export const mostBytes = 32 * 2 ** 20
/** Unpacked runs; a brush makes some kilobytes, noise in which every voxel differs two bytes a voxel. */
const mostRunBytes = 128 * 2 ** 20

const unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip)

/** What is held of labels in the body of the record. */
type Held = NonNullable<Segmentation['labels']>

/** The runs of packed labels. @throws AppError invalid, tooLarge */
export async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpack(bytes, { maxOutputLength: mostRunBytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new AppError('tooLarge', `The label volume has more than ${mostRunBytes} bytes of runs.`)
    throw new AppError('invalid', 'The label volume is not compressed with gzip, or it is damaged. Send it again.')
  }
}

/** The header of the image that a segmentation belongs to. @throws AppError unsupported */
export async function imageOf(seriesId: string, t?: Transaction): Promise<Header> {
  const pixels = await SeriesPixels.findByPk(seriesId, { transaction: t ?? null })
  if (!pixels) throw new AppError('unsupported', 'This series has no image that could be segmented.')
  return pixels.header
}

/**
 * Replaces the label volume.
 * @param bytes runs (imaging/labels/runs.ts), compressed with gzip
 * @throws AppError notFound, forbidden, stale, invalid when the volume is not one of this image
 */
export async function putLabels(
  ctx: Context,
  caller: Caller,
  id: string,
  expected: Expected,
  bytes: Uint8Array,
): Promise<Rec> {
  await ctx.db.write(async (t) => {
    const row = await findRow(caller, entity, id, t)
    await demandEdit(caller, entity, row, t)
    demandVersion(entity.title, row, expected)
  })
  const runs = await unpacked(bytes)
  const blob = await storeLabels(ctx, bytes)
  return ctx.db.write(async (t) => {
    const row = await findRow(caller, entity, id, t, true)
    await demandEdit(caller, entity, row, t)
    demandVersion(entity.title, row, expected)
    await setLabels(caller, row, { blob, runs }, t)
    return (await toRecords(caller, entity, [row], t))[0] as Rec
  })
}

const entity = Segmentation as never as Parameters<typeof findRow>[1]

/** Puts labels into a row that may be changed; the transaction is the caller's. */
export async function setLabels(
  caller: Caller,
  row: RecordRow,
  { blob, runs }: { blob: BlobFacts; runs: Uint8Array },
  t: Transaction,
): Promise<void> {
  const { shape, spacing } = await imageOf(row.get('seriesId' as never) as string, t)
  const labels = countedLabels([shape.x, shape.y, shape.z, shape.t], spacing, runs)
  const now = new Date()
  await Blob.upsert({ ...blob, createdAt: now }, { transaction: t })
  const before = row.body.labels as Held | undefined
  row.body = { ...row.body, labels: { ...blob, ...labels } }
  row.updatedAt = now
  await saveNext(entity, row, t)
  const version = { segmentationId: row.id, version: row.version, sha256: blob.sha256 }
  await SegmentationVersion.create({ ...version, createdAt: now, createdBy: caller.userId }, { transaction: t })
  const change = { pointer: '/labels/sha256', before: before?.sha256 ?? null, after: blob.sha256 }
  await tell(t, caller, entity, row, 'update', [change])
}

/** Keeps packed labels; nobody sees them before a record names them. */
export const storeLabels = async (ctx: Context, bytes: Uint8Array): Promise<BlobFacts> =>
  ctx.blobs.commit(await ctx.blobs.stage(once(bytes)))

async function* once(bytes: Uint8Array) {
  yield bytes
}

/** @throws AppError invalid */
function countedLabels(
  wanted: LabelShape,
  spacing: Header['spacing'],
  runs: Uint8Array,
): Pick<Held, 'shape' | 'counts'> {
  try {
    const shape = shapeOfRuns(runs)
    if (shape.some((count, n) => count !== wanted[n])) {
      throw new AppError(
        'invalid',
        `The label volume has ${shape.join(' × ')} labels along x, y, z and time; the image has ${wanted.join(' × ')}.`,
      )
    }
    const voxel = spacing && spacing[0] * spacing[1] * spacing[2]
    const counts = countRuns(runs).map((count) => ({
      ...count,
      ...(voxel !== null && { cubicMillimetres: count.voxels * voxel }),
    }))
    return { shape: [...shape], counts }
  } catch (error) {
    if (error instanceof ImagingError) throw new AppError('invalid', error.message)
    throw error
  }
}

/** @param version of the record, whose labels of then are wanted; absent: the present ones */
export async function labelsOf(ctx: Context, caller: Caller, id: string, version?: number): Promise<Representation> {
  const row = await findRow(caller, entity, id)
  const sha256 = version === undefined ? (row.body.labels as Held | undefined)?.sha256 : await hashOf(id, version)
  if (sha256 === undefined) throw notFound('label volume of this segmentation')
  const found = await ctx.blobs.stat(sha256)
  if (!found) throw new AppError('gone', 'The bytes of this label volume are not in the store. Tell the administrator.')
  return {
    byteCount: found.byteCount,
    etag: `"sha256:${sha256}"`,
    mediaType: 'application/gzip',
    headers: { 'cache-control': 'private, no-cache' },
    body: (span) => ctx.blobs.createReadStream(sha256, span),
  }
}

/** The present labels as runs. @throws AppError notFound when there are none */
export async function runsOf(ctx: Context, { labels }: Pick<Segmentation, 'labels'>): Promise<Uint8Array> {
  if (!labels) throw notFound('label volume of this segmentation')
  const reader = await ctx.blobs.open(labels.sha256)
  try {
    return await unpacked(await reader.read(0, reader.byteCount))
  } finally {
    await reader.close()
  }
}

const hashOf = async (segmentationId: string, version: number): Promise<string | undefined> =>
  (await SegmentationVersion.findOne({ where: { segmentationId, version } }))?.sha256

/** Versions of the labels, newest first. */
export async function versionsOf(caller: Caller, id: string) {
  await findRow(caller, entity, id)
  const rows = await SegmentationVersion.findAll({
    where: { segmentationId: id },
    order: [['version', 'DESC']],
    limit: 1000,
  })
  return rows.map(({ version, sha256, createdAt }) => ({ version, sha256, createdAt: createdAt.toISOString() }))
}
