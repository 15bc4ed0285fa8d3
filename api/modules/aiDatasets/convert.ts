/** Makes NIfTI files of image series, at another spacing when asked for. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Context } from '#api/context.ts'
import { SeriesPixels } from '#api/db/models.ts'
import { AppError } from '#api/errors.ts'
import { orderDerivation } from '#api/modules/pixels/derivation.ts'
import { derivedFolder } from '#api/modules/pixels/derivedFiles.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { resampled } from '#imaging/resample.ts'
import { writeNifti } from '#imaging/write/nifti.ts'

/** Folder of what was made for a dataset. */
export const filesFolder = (ctx: Context, id: string): string => path.join(ctx.config.dataFolder, 'derived', 'ai', id)

/**
 * Writes `file` below the folder of a dataset. It appears under its name only when it is whole.
 * @param spacing mm; null keeps the voxels as they are
 * @throws ImagingError for what NIfTI cannot hold or cannot be resampled, AppError busy when the planes are being made anew
 */
export async function writeSeries(
  ctx: Context,
  id: string,
  seriesId: string,
  file: string,
  spacing: readonly [number, number, number] | null,
  signal: AbortSignal,
): Promise<{ byteCount: number; sha256: string }> {
  const pixels = await SeriesPixels.findByPk(seriesId)
  if (!pixels) throw new NoPixels('Its image is not ready, or it has none; the original files are there.')
  const { header, layout } = pixels
  const place =
    layout.kind === 'direct'
      ? { file: await ctx.blobs.localFile(layout.sha256), offset: layout.offset }
      : { file: path.join(ctx.config.dataFolder, derivedFolder(seriesId), layout.key), offset: 0 }
  const length = planeBytes(header)
  const handle = await open(place.file).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    // Derived planes are taken away when space is short; the job is tried again when they are there.
    await orderDerivation(ctx, [seriesId])
    throw new AppError('busy', 'The planes of a series are being made anew.')
  })
  try {
    const plane = async (k: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(length)
      const { bytesRead } = await handle.read(bytes, 0, length, place.offset + k * length)
      if (bytesRead !== length) throw new Error(`plane ${k} of series ${seriesId} ends early`)
      return bytes
    }
    async function* planes() {
      for (let k = 0; k < planeCount(header); k++) yield await plane(k)
    }
    const image = spacing ? resampled({ header, plane }, spacing) : { header, planes }
    const target = path.join(filesFolder(ctx, id), file)
    await mkdir(path.dirname(target), { recursive: true })
    const hash = createHash('sha256')
    let byteCount = 0
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        byteCount += chunk.length
        done(null, chunk)
      },
    })
    const bytes = Readable.from(writeNifti(image, { gzip: file.endsWith('.gz'), description: 'Vivarchive' }))
    await pipeline(bytes, measure, createWriteStream(`${target}.part`), { signal })
    await rename(`${target}.part`, target)
    return { byteCount, sha256: hash.digest('hex') }
  } finally {
    await handle.close()
  }
}

export class NoPixels extends Error {}
