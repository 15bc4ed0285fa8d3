/**
 * Derived files are counted in the database, where their last use stands too. When they need more space than they may,
 * those that were not used for longest go, and are made again when somebody asks for them. Thumbnails and header entries
 * stay: lists need them, and they are small. Files go before their rows do, so a process that ends in between leaves
 * a count that is too high until the next sweep, never bytes that nobody knows of.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Op, type Transaction } from 'sequelize'
import { ImageSeries } from '#ontology/entities/series.ts'
import type { Context } from '#api/context.ts'
import { DerivedFile, SeriesPixels } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { derivedNames, type DerivedKind } from '#api/imaging/derive.ts'

/** Folder of the derived files of a series, relative to the data folder. */
export const derivedFolder = (seriesId: string): string => path.join('derived', seriesId.slice(-2), seriesId)

/** Absolute path of a derived file of a revision. */
export const derivedFile = (
  ctx: Pick<Context, 'config'>,
  seriesId: string,
  revision: string,
  kind: keyof ReturnType<typeof derivedNames>,
): string => path.join(ctx.config.dataFolder, derivedFolder(seriesId), derivedNames(revision)[kind])

/** What can go. */
export const evictable = ['planes', 'coarse', 'levels', 'animation'] as const
export type Evictable = (typeof evictable)[number]

/** What was used within this time stays: somebody may be looking at it. Longer than uses wait to be written down. */
const graceMilliseconds = 10 * 60_000
const some = 200

/** Counts files that are there now, as just used. */
export async function countDerived(
  t: Transaction,
  seriesId: string,
  sizes: Partial<Record<DerivedKind, number>>,
  usedAt = new Date(),
): Promise<void> {
  const rows = Object.entries(sizes).map(([kind, byteCount]) => ({ seriesId, kind, byteCount, usedAt }))
  await DerivedFile.bulkCreate(rows, { updateOnDuplicate: ['byteCount', 'usedAt'], transaction: t })
}

/** Writes down uses of files, each with its newest time. */
export async function noteUses(
  ctx: Pick<Context, 'db'>,
  uses: readonly { seriesId: string; kind: Evictable; usedAt: Date }[],
): Promise<void> {
  await ctx.db.write(async (transaction) => {
    for (const { seriesId, kind, usedAt } of uses) {
      await DerivedFile.update({ usedAt }, { where: { seriesId, kind, usedAt: { [Op.lt]: usedAt } }, transaction })
    }
  })
}

/** Bytes of all derived files. */
export const derivedBytes = async (): Promise<number> => Number((await DerivedFile.sum('byteCount')) ?? 0)

/**
 * Removes what was not used for longest until all derived files together have at most `limitBytes`, or nothing is left
 * that may go.
 * @returns how many files went, and the bytes that are left
 */
export async function evictDerived(
  ctx: Context,
  limitBytes: number,
  signal?: AbortSignal,
): Promise<{ files: number; bytes: number }> {
  let bytes = await derivedBytes()
  let files = 0
  while (bytes > limitBytes && !signal?.aborted) {
    const rows = await DerivedFile.findAll({
      where: { kind: { [Op.in]: evictable }, usedAt: { [Op.lt]: new Date(Date.now() - graceMilliseconds) } },
      order: [['usedAt', 'ASC']],
      limit: some,
    })
    const pixels = await SeriesPixels.findAll({
      attributes: ['seriesId', 'revision'],
      where: { seriesId: rows.map((row) => row.seriesId) },
    })
    const revisions = new Map(pixels.map((row) => [row.seriesId, row.revision]))
    for (const { seriesId, kind, byteCount, usedAt } of rows) {
      if (bytes <= limitBytes) break
      const revision = revisions.get(seriesId)
      if (revision) await rm(derivedFile(ctx, seriesId, revision, kind), { force: true })
      // It is counted anew when it was made again meanwhile.
      const where = { seriesId, kind, usedAt }
      await ctx.db.write((transaction) => DerivedFile.destroy({ where, transaction }))
      bytes -= byteCount
      files++
    }
    if (rows.length < some) break
  }
  return { files, bytes }
}

/** Makes the count what the disk says, and removes files of series that are gone; returns how many series were wrong. */
export async function recountDerived(ctx: Context, signal: AbortSignal): Promise<number> {
  const root = path.join(ctx.config.dataFolder, 'derived')
  let count = 0
  for (const part of await namesIn(root)) {
    for (const seriesId of await namesIn(path.join(root, part))) {
      if (signal.aborted) return count
      if (await recountSeries(ctx, seriesId)) count++
    }
  }
  return count
}

async function recountSeries(ctx: Context, seriesId: string): Promise<boolean> {
  const folder = path.join(ctx.config.dataFolder, derivedFolder(seriesId))
  if ((await recordModel(ImageSeries).count({ where: { id: seriesId } })) === 0) {
    await rm(folder, { recursive: true, force: true })
    return true
  }
  const pixels = await SeriesPixels.findByPk(seriesId, { attributes: ['revision'] })
  if (!pixels) return false
  const rows = new Map((await DerivedFile.findAll({ where: { seriesId } })).map((row) => [row.kind, row]))
  let wrong = false
  for (const [kind, name] of Object.entries(derivedNames(pixels.revision)) as [DerivedKind, string][]) {
    const found = await stat(path.join(folder, name)).catch(() => null)
    const row = rows.get(kind)
    if (found?.size === row?.byteCount) continue
    wrong = true
    await ctx.db.write(async (t) => {
      if (found) return countDerived(t, seriesId, { [kind]: found.size }, row?.usedAt ?? found.mtime)
      await DerivedFile.destroy({ where: { seriesId, kind, usedAt: row!.usedAt }, transaction: t })
    })
  }
  return wrong
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
