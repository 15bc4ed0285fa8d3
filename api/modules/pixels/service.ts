/** What may be had of the pixels of a series: header, planes, thumbnail, header entries. */
import { readFile } from 'node:fs/promises'
import { withAxes } from '#imaging/geometry/orientation.ts'
import { demandBytes } from '#api/access/bytes.ts'
import type { BytesAccess } from '#api/access/bytes.ts'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { SeriesPixels } from '#api/db/models.ts'
import { AppError } from '#api/errors.ts'
import type { Representation } from '#api/modules/content/sendBytes.ts'
import { boxBytes, boxName, boxOf, type BoxQuery } from './box.ts'
import { orderDerivation } from './derivation.ts'
import { seriesRecord } from './record.ts'
import { derivedFile } from './derivedFiles.ts'
import type { Shelf, Shelved } from './shelf.ts'

const yearSeconds = 31_536_000

type Planes = NonNullable<Shelved['planes']>

/** A series whose pixels are ready, for a caller who may have them. */
export interface Ready {
  series: Shelved
  planes: Planes
  access: BytesAccess
}

/** @throws AppError notFound, gone, busy while the pixels are being made, unsupported when they cannot be */
export async function ready(shelf: Shelf, caller: Caller, seriesId: string): Promise<Ready> {
  const series = await shelf.look(seriesId)
  const access = demandBytes(caller, { title: 'image series', id: seriesId }, series)
  if (series.planes) return { series, planes: series.planes, access }
  if (series.state === 'failed') {
    const why = series.problem ?? 'The files cannot be read as an image.'
    throw new AppError('unsupported', `${why} The original files can be downloaded.`)
  }
  if (series.state === 'none') throw new AppError('notFound', 'This series has no image; its files can be downloaded.')
  throw new AppError('busy', 'The image is still being prepared. Ask again in a few seconds.')
}

/** @throws AppError busy when the pixels are of another revision by now */
export async function pixelsOf(seriesId: string, revision: string): Promise<SeriesPixels> {
  const row = await SeriesPixels.findByPk(seriesId)
  if (row?.revision === revision) return row
  throw new AppError('busy', 'The image has just been prepared anew. Ask again in a second.')
}

/**
 * The header document with what a client needs to ask for planes. Directions that people state replace those of the file;
 * the planes, and the thumbnail, stay as they are stored.
 */
export async function pixelHeader(shelf: Shelf, caller: Caller, seriesId: string) {
  const { series, planes, access } = await ready(shelf, caller, seriesId)
  const row = await pixelsOf(seriesId, planes.revision)
  const record = await seriesRecord(caller, seriesId, series.projectId)
  const { axisDirections } = record
  const document = {
    ...row.header,
    ...(axisDirections && { ...withAxes(row.header, axisDirections), orientation: 'stated' as const }),
    seriesId,
    ...record,
    revision: planes.revision,
    planeBytes: planes.bytes,
    planeCount: planes.count,
    chunk: planes.chunks,
    coarse: planes.coarse,
    levels: planes.levels,
    animation: planes.motion,
    range: row.valueRange,
  }
  return { document, access }
}

/** Chunk `n` of the fixed grid. */
export async function chunk(
  shelf: Shelf,
  caller: Caller,
  { id, revision, number }: PlaneAddress,
): Promise<Representation> {
  const found = await ready(shelf, caller, id)
  const { chunks, count } = found.planes
  if (number >= chunks.count) throw new AppError('notFound', outside('chunk', chunks.count, number))
  const { bytes } = found.planes
  const first = number * chunks.planes * bytes
  const byteCount = Math.min(count * bytes, first + chunks.planes * bytes) - first
  return {
    ...representation(found, revision, `c${number}`),
    byteCount,
    body: ({ start, end }) => shelf.part(found.series, { start: first + start, end: first + end }),
  }
}

/** One plane. */
export async function plane(
  shelf: Shelf,
  caller: Caller,
  { id, revision, number }: PlaneAddress,
): Promise<Representation> {
  const found = await ready(shelf, caller, id)
  if (number >= found.planes.count) throw new AppError('notFound', outside('plane', found.planes.count, number))
  return {
    ...representation(found, revision, `p${number}`),
    byteCount: found.planes.bytes,
    body: (span) => shelf.plane(found.series, number, span),
  }
}

/** One time point of the reduced image, for a first look. */
export async function coarse(
  shelf: Shelf,
  caller: Caller,
  { id, revision, number }: PlaneAddress,
): Promise<Representation> {
  const found = await ready(shelf, caller, id)
  const { coarse: reduced, voxels } = found.planes
  const times = voxels.shape.t * voxels.shape.c
  if (!reduced) throw new AppError('notFound', 'This image is small; there is no reduced one. Load its chunks.')
  if (number >= times) throw new AppError('notFound', outside('time point', times, number))
  return {
    ...representation(found, revision, `l${number}`),
    byteCount: reduced.bytes,
    body: (span) => shelf.coarse(found.series, number, span),
  }
}

/** A box of voxels of one time point of one channel. */
export async function box(
  shelf: Shelf,
  caller: Caller,
  { id, revision }: Omit<PlaneAddress, 'number'>,
  query: BoxQuery,
): Promise<Representation> {
  const found = await ready(shelf, caller, id)
  const { voxels } = found.planes
  const asked = boxOf(voxels, query)
  return {
    ...representation(found, revision, `b${boxName(asked)}`),
    byteCount: boxBytes(voxels, asked),
    body: (span) => shelf.box(found.series, asked, span),
  }
}

/** A box of voxels of a reduced level; levels are counted from 1, the image itself is none of them. */
export async function levelBox(
  shelf: Shelf,
  caller: Caller,
  { id, revision, number }: PlaneAddress,
  query: BoxQuery,
): Promise<Representation> {
  const found = await ready(shelf, caller, id)
  const { levels, voxels } = found.planes
  const level = levels[number - 1]
  if (!level) {
    const some = `This series has the levels 1 to ${levels.length}; there is no level ${number}.`
    throw new AppError('notFound', levels.length > 0 ? some : 'These planes are of a handy size; they have no levels.')
  }
  const reduced = { ...voxels, shape: level.shape }
  const asked = boxOf(reduced, query)
  return {
    ...representation(found, revision, `v${number}${boxName(asked)}`),
    byteCount: boxBytes(reduced, asked),
    body: (span) => shelf.level(found.series, number - 1, asked, span),
  }
}

export interface PlaneAddress {
  id: string
  revision: string
  number: number
}

const outside = (what: string, count: number, number: number): string =>
  `This series has the ${what}s 0 to ${count - 1}; there is no ${what} ${number}.`

/** Strong validator of a part of the planes. */
export const etagOf = (revision: string, name: string): string => `"${revision}-${name}"`

/** What all parts of the planes have in common. */
export function representation({ planes, access }: Ready, revision: string, name: string) {
  if (revision !== planes.revision) {
    throw new AppError('notFound', `The image has the revision ${planes.revision} now; load its header again.`, {
      details: { revision: planes.revision },
    })
  }
  return {
    etag: etagOf(revision, name),
    mediaType: 'application/octet-stream',
    headers: { 'cache-control': `${access}, max-age=${yearSeconds}, immutable` },
  }
}

const noPreview = () => new AppError('notFound', 'There is no preview of this series.')

/** @throws AppError notFound while there is none: lists show a sign in its place */
export async function thumbnail(ctx: Context, caller: Caller, seriesId: string): Promise<Representation> {
  const series = await ctx.shelf.look(seriesId)
  const access = demandBytes(caller, { title: 'image series', id: seriesId }, series)
  if (!series.planes) throw noPreview()
  const { revision } = series.planes
  const bytes = await derived(ctx, seriesId, revision, 'thumbnail')
  if (!bytes) throw noPreview()
  return {
    byteCount: bytes.length,
    etag: `"${revision}-t"`,
    mediaType: 'image/png',
    headers: { 'cache-control': `${access}, max-age=60` },
    body: async ({ start, end }) => bytes.subarray(start, end),
  }
}

/** The header of the files in their own words. */
export async function tags(ctx: Context, caller: Caller, seriesId: string) {
  const { planes, access } = await ready(ctx.shelf, caller, seriesId)
  const bytes = await derived(ctx, seriesId, planes.revision, 'tags')
  if (!bytes) throw new AppError('busy', 'The header entries are being made anew. Ask again in a few seconds.')
  return { json: `{"items":${bytes.toString('utf8')}}`, etag: `"${planes.revision}-h"`, access }
}

/** A derived file; when somebody removed it, it is ordered anew and the answer is null. */
async function derived(ctx: Context, seriesId: string, revision: string, kind: 'thumbnail' | 'tags') {
  try {
    return await readFile(derivedFile(ctx, seriesId, revision, kind))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await orderDerivation(ctx, [seriesId])
    return null
  }
}
