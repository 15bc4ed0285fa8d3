/** Stored files of a series, as an import leaves them, and the planes made of them. */
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import { Blob } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { deriveTask } from '#api/modules/pixels/derivation.ts'

export interface SeriesPlace {
  seriesId: string
  sessionId: string
  studyId: string
  projectId: string
}

export interface FileOfSeries {
  path: string
  bytes: AsyncIterable<Uint8Array>
}

export async function seriesFile(
  ctx: Context,
  place: SeriesPlace,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ sha256: string; byteCount: number }> {
  const [blob] = await seriesFiles(ctx, place, [{ path, bytes }])
  return blob!
}

export async function seriesFiles(
  ctx: Context,
  place: SeriesPlace,
  files: Iterable<FileOfSeries> | AsyncIterable<FileOfSeries>,
): Promise<{ sha256: string; byteCount: number }[]> {
  const now = new Date()
  const stored: { path: string; sha256: string; byteCount: number }[] = []
  for await (const { path, bytes } of files) {
    stored.push({ path, ...(await ctx.blobs.commit(await ctx.blobs.stage(bytes))) })
  }
  const rows = stored.map(({ path, sha256, byteCount }) => {
    const row = { id: ulid(), version: 1, createdAt: now, updatedAt: now, labelSort: path, body: {}, role: 'image' }
    return { ...row, ...place, path, sha256, byteCount }
  })
  await ctx.db.write(async (t) => {
    for (const { sha256, byteCount } of stored) {
      await Blob.upsert({ sha256, byteCount, createdAt: now }, { transaction: t })
    }
    await recordModel({ name: 'File' }).bulkCreate(rows as never, { transaction: t })
    await ctx.jobs.enqueue(t, [{ task: deriveTask, payload: { seriesId: place.seriesId } }])
  })
  await ctx.jobs.idle()
  return stored
}
