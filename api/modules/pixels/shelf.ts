/** Finds and reads the planes of series; knows for a few seconds what it was asked for. */
import path from 'node:path'
import type { Readable } from 'node:stream'
import { ImageSeries } from '#ontology/entities/series.ts'
import { planeBytes, planeCount, sampleBytes } from '#imaging/header.ts'
import { motionOf, type Motion } from '#imaging/render/animation.ts'
import { levelsOf, type Level } from '#imaging/render/levels.ts'
import { coarseOf, type Coarse } from '#imaging/render/coarse.ts'
import { datasetStates } from '#api/access/bytes.ts'
import type { Standing } from '#api/access/bytes.ts'
import type { Context } from '#api/context.ts'
import { SeriesPixels } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { AppError, notFound } from '#api/errors.ts'
import type { PixelLayout } from '#api/imaging/derive.ts'
import { sharedDescriptors, type Lease } from '#api/storage/descriptors.ts'
import type { Span } from '#api/modules/content/range.ts'
import type { FilePart, Held } from '#api/modules/content/sendFile.ts'
import { orderDerivation } from './derivation.ts'
import { boxSpan, boxStream, type Box, type Voxels } from './box.ts'
import { derivedFile, derivedFolder, noteUses, type Evictable } from './derivedFiles.ts'
import { chunksOf } from './chunks.ts'
import type { Chunks } from './chunks.ts'
import { neighbours } from './neighbours.ts'

/** How long rights and states are believed; a revoked right ends after it. */
const believedMilliseconds = 3000
const believedSeries = 2000
const openPlanes = 64
/** How often uses of derived files are written down. */
const useMilliseconds = 60_000

/** What is asked for again and again while a series is looked at. */
export interface Shelved extends Standing {
  seriesId: string
  /** When it has to be looked up again, as Date.now() counts. */
  until: number
  version: number
  state: 'waiting' | 'ready' | 'failed' | 'none'
  problem: string | null
  planes: {
    revision: string
    /** The file that holds the planes and where plane 0 starts in it; looked up once. */
    place(): Promise<{ file: string; offset: number }>
    bytes: number
    count: number
    chunks: Chunks
    voxels: Voxels
    coarse: Coarse | null
    /** Reduced levels of large planes. */
    levels: Level[]
    /** What moves in its animation; null: it is a single picture. */
    motion: Motion | null
    /** DICOM code, of the record or else of the file. */
    modality: string | null
  } | null
}

export interface Shelf {
  /** @throws AppError notFound */
  look(seriesId: string): Promise<Shelved>
  /** A part of the planes file; `span` counts from plane 0. */
  part(series: Shelved, span: Span): Promise<FilePart>
  /** A part of plane `k`; `span` counts from its first byte. */
  plane(series: Shelved, k: number, span: Span): Promise<FilePart | Held>
  /** A part of the bytes of a box. */
  box(series: Shelved, box: Box, span: Span): Promise<FilePart | Readable>
  /** The same of a level; `n` counts from 0. */
  level(series: Shelved, n: number, box: Box, span: Span): Promise<FilePart | Readable>
  /** A part of time point `n` of the reduced image; they are counted through the channels. */
  coarse(series: Shelved, n: number, span: Span): Promise<FilePart>
  /** Work of others on the file of the planes; when it is gone, it is made anew. */
  file<T>(series: Shelved, work: (planes: { file: string; offset: number }) => Promise<T>): Promise<T>
  /** The same on the file of the reduced image. */
  reduced<T>(series: Shelved, work: (planes: { file: string; offset: number }) => Promise<T>): Promise<T>
  /** Notes that a derived file was used: those that are not go first when space is short. */
  use(seriesId: string, kind: Evictable): void
  /** Writes down what was used, for the last time; before the database is closed. */
  close(): Promise<void>
}

export function openShelf(ctx: Pick<Context, 'config' | 'log' | 'db' | 'blobs' | 'jobs'>): Shelf {
  const believed = new Map<string, { until: number; found: Promise<Shelved> }>()
  const descriptors = sharedDescriptors(openPlanes)
  const near = neighbours()

  async function find(seriesId: string, until: number): Promise<Shelved> {
    const row = await recordModel(ImageSeries).findOne({ where: { id: seriesId, deletedAt: null } })
    if (!row) throw notFound('image series', seriesId)
    const state = row.get('pixels' as never) as Shelved['state']
    const pixels = state === 'ready' ? await SeriesPixels.findByPk(seriesId) : null
    const modality = (row.get('modality' as never) as string | null) ?? pixels?.header.modality ?? null
    return {
      seriesId,
      until,
      version: row.version,
      projectId: row.get('projectId' as never) as string,
      datasets: await datasetStates(seriesId),
      state,
      problem: (row.body.problem as string | undefined) ?? null,
      planes: pixels && {
        revision: pixels.revision,
        place: once(() => placeOf(seriesId, pixels.layout)),
        bytes: planeBytes(pixels.header),
        count: planeCount(pixels.header),
        chunks: chunksOf(pixels.header),
        coarse: coarseOf(pixels.header),
        levels: levelsOf(pixels.header),
        motion: motionOf(pixels.header, modality),
        modality,
        voxels: {
          shape: pixels.header.shape,
          voxelBytes: pixels.header.samplesPerPixel * sampleBytes[pixels.header.sampleType],
        },
      },
    }
  }

  /** The planes, as used just now. */
  async function planesOf({ seriesId, planes }: Shelved): Promise<{ file: string; offset: number }> {
    use(seriesId, 'planes')
    return planes!.place()
  }

  async function placeOf(seriesId: string, layout: PixelLayout): Promise<{ file: string; offset: number }> {
    if (layout.kind === 'direct') return { file: await ctx.blobs.localFile(layout.sha256), offset: layout.offset }
    return { file: path.join(ctx.config.dataFolder, derivedFolder(seriesId), layout.key), offset: 0 }
  }

  /** Uses since they were last written down. */
  const uses = new Map<string, { seriesId: string; kind: Evictable; usedAt: Date }>()
  const use = (seriesId: string, kind: Evictable) =>
    uses.set(`${seriesId} ${kind}`, { seriesId, kind, usedAt: new Date() })

  async function writeUses(): Promise<void> {
    const noted = [...uses.values()]
    uses.clear()
    if (noted.length > 0) await noteUses(ctx, noted)
    await descriptors.closeIdle()
  }

  const writing = setInterval(() => {
    writeUses().catch((error: unknown) => ctx.log.warn(error, 'uses of derived files were not written down'))
  }, useMilliseconds).unref()

  async function acquire(seriesId: string, file: string): Promise<Lease> {
    return descriptors.acquire(file).catch(orderWhenGone(seriesId))
  }

  const orderWhenGone = (seriesId: string) => async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    await orderDerivation(ctx, [seriesId])
    throw new AppError('busy', 'The image of this series is being made anew. Ask again in a few seconds.')
  }

  async function part(series: Shelved, { start, end }: Span): Promise<FilePart> {
    const { file, offset } = await planesOf(series)
    return { lease: await acquire(series.seriesId, file), start: offset + start, end: offset + end }
  }

  return {
    look(seriesId) {
      const now = Date.now()
      const known = believed.get(seriesId)
      if (known && known.until > now) return known.found
      believed.delete(seriesId)
      const [oldest] = believed.keys()
      if (oldest !== undefined && believed.size >= believedSeries) believed.delete(oldest)
      const until = now + believedMilliseconds
      const found = find(seriesId, until)
      believed.set(seriesId, { until, found })
      // What is not there yet may be there at the next request.
      const forget = () => believed.get(seriesId)?.found === found && believed.delete(seriesId)
      found.then((series) => series.state === 'waiting' && forget(), forget)
      return found
    },

    part,

    async plane(series, k, { start, end }) {
      const { bytes, count } = series.planes!
      const { file, offset } = await planesOf(series)
      const planes = { file, offset, planeBytes: bytes, planeCount: count }
      const held = await near.plane(planes, k, () => acquire(series.seriesId, file))
      if (held) return { ...held, bytes: held.bytes.subarray(start, end) }
      return part(series, { start: k * bytes + start, end: k * bytes + end })
    },

    async box(series, box, { start, end }) {
      const { voxels } = series.planes!
      const whole = boxSpan(voxels, box)
      if (whole) return part(series, { start: whole.start + start, end: whole.start + end })
      const { file, offset } = await planesOf(series)
      return boxStream(voxels, box, { start, end }, { offset, acquire: () => acquire(series.seriesId, file) })
    },

    async level({ seriesId, planes }, n, box, { start, end }) {
      const { levels, count, revision, voxels } = planes!
      use(seriesId, 'levels')
      const file = derivedFile(ctx, seriesId, revision, 'levels')
      const offset = levels.slice(0, n).reduce((sum, level) => sum + level.planeBytes * count, 0)
      const reduced = { ...voxels, shape: levels[n]!.shape }
      const whole = boxSpan(reduced, box)
      if (!whole) return boxStream(reduced, box, { start, end }, { offset, acquire: () => acquire(seriesId, file) })
      const from = offset + whole.start
      return { lease: await acquire(seriesId, file), start: from + start, end: from + end }
    },

    async coarse({ seriesId, planes }, n, { start, end }) {
      const { coarse, revision } = planes!
      const offset = n * coarse!.bytes
      use(seriesId, 'coarse')
      const lease = await acquire(seriesId, derivedFile(ctx, seriesId, revision, 'coarse'))
      return { lease, start: offset + start, end: offset + end }
    },

    async file(series, work) {
      return work(await planesOf(series)).catch(orderWhenGone(series.seriesId))
    },

    async reduced({ seriesId, planes }, work) {
      const file = derivedFile(ctx, seriesId, planes!.revision, 'coarse')
      use(seriesId, 'coarse')
      return work({ file, offset: 0 }).catch(orderWhenGone(seriesId))
    },

    use,

    async close() {
      clearInterval(writing)
      await writeUses()
      await descriptors.close()
    },
  }
}

/** Asks when first needed, and keeps the answer. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null
  return () => (asked ??= ask())
}
