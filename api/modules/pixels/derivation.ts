/** Ordering the derivation of planes, and writing down how it ended. */
import type { Transaction } from 'sequelize'
import { Op } from 'sequelize'
import { ImageSeries } from '#ontology/entities/series.ts'
import type { Context } from '#api/context.ts'
import { DerivedFile, SeriesPixels } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import type { Derived, PixelLayout } from '#api/imaging/derive.ts'
import { derivedNames } from '#api/imaging/derive.ts'
import { setSystemFields } from '#api/records/write.ts'
import { countDerived } from './derivedFiles.ts'

/** Name of the task, also in the job table. */
export const deriveTask = 'deriveSeries'

export interface DerivePayload {
  seriesId: string
}

const reorderMilliseconds = 60_000
const pageSize = 500
const ordered = new Map<string, number>()

/** Orders the derivation of series whose derived files are gone; at most once a minute for each. */
export async function orderDerivation(ctx: Pick<Context, 'db' | 'jobs'>, seriesIds: readonly string[]): Promise<void> {
  const now = Date.now()
  for (const [id, at] of ordered) if (now - at > reorderMilliseconds) ordered.delete(id)
  const fresh = seriesIds.filter((id) => !ordered.has(id))
  if (fresh.length === 0) return
  for (const id of fresh) ordered.set(id, now)
  await ctx.db.write((t) => ctx.jobs.enqueue(t, fresh.map(orderOf)))
}

const orderOf = (seriesId: string) => ({ task: deriveTask, payload: { seriesId } satisfies DerivePayload })

/** Orders the derivation of all series that have files, whatever their state; returns how many. */
export async function orderRebuild(ctx: Context): Promise<number> {
  let count = 0
  for (let last = ''; ;) {
    const rows = await recordModel(ImageSeries).findAll({
      attributes: ['id'],
      where: { id: { [Op.gt]: last }, deletedAt: null, pixels: { [Op.ne]: 'none' } } as never,
      order: [['id', 'ASC']],
      limit: pageSize,
    })
    if (rows.length === 0) return count
    await ctx.db.write((t) =>
      ctx.jobs.enqueue(
        t,
        rows.map((row) => orderOf(row.id)),
      ),
    )
    last = rows.at(-1)!.id
    count += rows.length
  }
}

/** Where the planes of a derived series stand, given the hashes of its files in the order in which they were read. */
export function layoutOf(derived: Derived, hashes: readonly string[]): PixelLayout {
  const { direct, revision, byteCount } = derived
  if (direct) return { kind: 'direct', sha256: hashes[direct.file]!, offset: direct.offset }
  return { kind: 'derived', key: derivedNames(revision).planes, byteCount }
}

/** Makes the pixels of a series ready. */
export async function pixelsReady(
  t: Transaction,
  seriesId: string,
  derived: Derived,
  hashes: readonly string[],
): Promise<void> {
  const { header, revision, range } = derived
  await SeriesPixels.destroy({ where: { seriesId }, transaction: t })
  await SeriesPixels.create(
    { seriesId, revision, header, layout: layoutOf(derived, hashes), valueRange: range, createdAt: new Date() },
    { transaction: t },
  )
  await DerivedFile.destroy({ where: { seriesId }, transaction: t })
  await countDerived(t, seriesId, derived.sizes)
  const { shape } = header
  const image = {
    shape: [shape.x, shape.y, shape.z, shape.t, shape.c],
    sampleType: header.sampleType,
    samplesPerPixel: header.samplesPerPixel,
    ...(header.spacing && { spacingMillimetres: header.spacing }),
    orientation: header.orientation,
    ...(header.unit && { unit: header.unit }),
    ...(header.frames && {
      frameStartSeconds: header.frames.startSeconds,
      frameDurationSeconds: header.frames.durationSeconds,
    }),
  }
  await setSystemFields(ImageSeries, seriesId, { pixels: 'ready', problem: null, image }, t)
}

/** Marks the pixels of a series as failed, when it is still there; what an earlier derivation made stays out of sight. */
export async function pixelsFailed(t: Transaction, seriesId: string, problem: string): Promise<void> {
  const held = await recordModel(ImageSeries).count({ where: { id: seriesId }, transaction: t })
  if (held > 0) await setSystemFields(ImageSeries, seriesId, { pixels: 'failed', problem }, t)
}
