/** The animation of a series: made when it is first asked for, kept beside the other derived files. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import { derivedNames } from '#api/imaging/derive.ts'
import type { Representation } from '#api/modules/content/sendBytes.ts'
import { countDerived, derivedFile } from './derivedFiles.ts'
import { pixelsOf, ready, type Ready } from './service.ts'

/** Those that are being made, by their files: whoever asks meanwhile waits for the same one. */
const making = new Map<string, Promise<void>>()

/** @throws AppError notFound for a single picture, busy when many are being made or the planes are made anew */
export async function animation(ctx: Context, caller: Caller, seriesId: string): Promise<Representation> {
  const found = await ready(ctx.shelf, caller, seriesId)
  const { revision, motion } = found.planes
  if (!motion) throw new AppError('notFound', 'This image is a single picture; nothing in it moves. See its thumbnail.')
  const file = derivedFile(ctx, seriesId, revision, 'animation')
  ctx.shelf.use(seriesId, 'animation')
  const bytes = (await kept(file)) ?? (await made(ctx, found, file))
  return {
    byteCount: bytes.length,
    etag: `"${revision}-v"`,
    mediaType: 'image/apng',
    headers: { 'cache-control': `${found.access}, max-age=60` },
    body: async ({ start, end }) => bytes.subarray(start, end),
  }
}

async function kept(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return null
  }
}

async function made(ctx: Context, found: Ready, file: string): Promise<Buffer> {
  const known = making.get(file)
  const work = known ?? make(ctx, found)
  if (!known) making.set(file, work)
  try {
    await work
  } finally {
    if (!known) making.delete(file)
  }
  const bytes = await kept(file)
  if (bytes) return bytes
  throw new AppError('busy', 'The animation is being made anew. Ask again in a few seconds.')
}

/** It is made to its end, though the one who asked may leave: others will ask. */
async function make(ctx: Context, { series, planes }: Ready): Promise<void> {
  const { seriesId } = series
  const { revision, coarse, modality, motion } = planes
  const { header } = await pixelsOf(seriesId, revision)
  const { signal } = new AbortController()
  const input = {
    modality,
    motion: motion!,
    folder: path.dirname(derivedFile(ctx, seriesId, revision, 'animation')),
    name: derivedNames(revision).animation,
  }
  const counted = (byteCount: number) => ctx.db.write((t) => countDerived(t, seriesId, { animation: byteCount }))
  if (!coarse) {
    await ctx.shelf
      .file(series, (whole) => ctx.measuring.animate({ ...input, header, planes: whole }, signal))
      .then(counted)
    return
  }
  const { shape, factor } = coarse
  const spacing = header.spacing?.map((step, i) => step * [factor.x, factor.y, factor.z][i]!) ?? null
  const reduced = { ...header, shape, spacing: spacing as typeof header.spacing }
  await ctx.shelf
    .reduced(series, (file) => ctx.measuring.animate({ ...input, header: reduced, planes: file }, signal))
    .then(counted)
}
