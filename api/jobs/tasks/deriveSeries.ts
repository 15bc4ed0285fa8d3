/** Makes header, planes, range, thumbnail and header entries of one series from its files. */
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { File } from '#ontology/entities/file.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import type { VoxelBox } from '#ontology/values.ts'
import { ImagingError } from '#imaging/errors.ts'
import type { Context } from '#api/context.ts'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import { derivedNames, type DeriveInput } from '#api/imaging/derive.ts'
import { deriveTask, pixelsFailed, pixelsReady } from '#api/modules/pixels/derivation.ts'
import type { DerivePayload } from '#api/modules/pixels/derivation.ts'
import { derivedFolder } from '#api/modules/pixels/derivedFiles.ts'
import type { RunningJob, Task } from '../task.ts'

/** Bytes of planes that one series may have; a header that says more is taken for damaged. */
const byteLimit = 256 * 2 ** 30

export const deriveSeries: Task<DerivePayload> = {
  name: deriveTask,
  lane: 'background',
  attempts: 3,

  async run(ctx, job) {
    const { seriesId } = job.payload
    const series = await recordModel(ImageSeries).findOne({ where: { id: seriesId, deletedAt: null } })
    const box = series?.body.sourceBox as VoxelBox | undefined
    const source = series && box ? await sourceOf(seriesId) : series
    const files = source ? await filesOf(ctx, source.id) : []
    if (!series || !source || files.length === 0) {
      await ctx.db.write((t) => job.complete(t))
      return
    }
    const folder = path.join(ctx.config.dataFolder, derivedFolder(seriesId))
    try {
      const derived = await ctx.imaging.derive(
        {
          files,
          format: source.get('format' as never) as string,
          part: source.body.part as string | undefined,
          box: box as DeriveInput['box'],
          modality: (series.get('modality' as never) as string | null) ?? null,
          folder,
          byteLimit,
        },
        { onProgress: (share) => job.progress(share, 'Preparing the image'), signal: job.signal },
      )
      const hashes = files.map((file) => file.sha256)
      await finish(ctx, job, (t) => pixelsReady(t, seriesId, derived, hashes))
      await removeOthers(folder, derived.revision)
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      await finish(ctx, job, (t) => pixelsFailed(t, seriesId, error.message))
    }
  },

  async ended(_ctx, t, { payload }, { problem }) {
    await pixelsFailed(t, payload.seriesId, problem.detail)
  },
}

const finish = (
  ctx: Context,
  job: RunningJob<DerivePayload>,
  write: (t: Parameters<Parameters<Context['db']['write']>[0]>[0]) => Promise<void>,
): Promise<void> =>
  ctx.db.write(async (t) => {
    await write(t)
    await job.complete(t)
  })

/**
 * What an earlier derivation made from other files, and the animation, which is made of what is new when it is asked for.
 * Parts belong to a derivation at work.
 */
async function removeOthers(folder: string, revision: string): Promise<void> {
  const { animation } = derivedNames(revision)
  for (const name of await readdir(folder)) {
    const isOld = !name.startsWith(revision) || name === animation
    if (isOld && !name.endsWith('.part')) await rm(path.join(folder, name), { force: true })
  }
}

/** The series that one without files of its own is a part of. */
async function sourceOf(seriesId: string) {
  const link = await linkModel('series_sources').findOne({ where: { seriesId } })
  const id = link?.get('sourceId') as string | undefined
  return id === undefined ? null : recordModel(ImageSeries).findOne({ where: { id, deletedAt: null } })
}

/** Image files of a series in the order of their paths. */
async function filesOf(ctx: Context, seriesId: string) {
  const rows = await recordModel(File).findAll({
    where: { seriesId, role: 'image', deletedAt: null } as never,
    order: [
      ['path', 'ASC'],
      ['id', 'ASC'],
    ],
  })
  const files = []
  for (const row of rows) {
    const [sha256, byteCount, name] = ['sha256', 'byteCount', 'path'].map((field) => row.get(field as never))
    files.push({
      path: name as unknown as string,
      sha256: sha256 as unknown as string,
      byteCount: byteCount as unknown as number,
      blobPath: await ctx.blobs.localFile(sha256 as unknown as string),
    })
  }
  return files
}
