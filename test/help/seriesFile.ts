/** A stored file of a series, as an import leaves it, and the planes made of it. */
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

export async function seriesFile(
  ctx: Context,
  place: SeriesPlace,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ sha256: string; byteCount: number }> {
  const blob = await ctx.blobs.commit(await ctx.blobs.stage(bytes))
  const now = new Date()
  await ctx.db.write(async (t) => {
    await Blob.upsert({ ...blob, createdAt: now }, { transaction: t })
    const row = { id: ulid(), version: 1, createdAt: now, updatedAt: now, labelSort: path, body: {}, role: 'image' }
    await recordModel({ name: 'File' }).create({ ...row, ...place, path, ...blob } as never, { transaction: t })
    await ctx.jobs.enqueue(t, [{ task: deriveTask, payload: { seriesId: place.seriesId } }])
  })
  await ctx.jobs.idle()
  return blob
}
