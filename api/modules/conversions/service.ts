/**
 * A series in another file format, written while it is sent: values, geometry, frames and what the record says go along.
 * Planes are read one by one from where they are served, so memory does not depend on the size of the series.
 */
import { open } from 'node:fs/promises'
import { Op } from 'sequelize'
import { ImagingError } from '#imaging/errors.ts'
import { withAxes } from '#imaging/geometry/orientation.ts'
import { planeBytes, planeCount, type Header } from '#imaging/header.ts'
import { bidsSidecar, encodeSidecar } from '#imaging/write/bidsSidecar.ts'
import type { DicomMetadata } from '#imaging/write/dicomMetadata.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { writeNrrd } from '#imaging/write/nrrd.ts'
import type { Image } from '#imaging/write/planes.ts'
import { quantised } from '#imaging/write/quantise.ts'
import type { Target } from '#imaging/write/targets.ts'
import { omeTiffParts } from '#imaging/write/tiff.ts'
import type { ValueRange } from '#api/imaging/derive.ts'
import type { BytesAccess } from '#api/access/bytes.ts'
import type { Caller } from '#api/access/caller.ts'
import { can } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { linkModel, recordModel } from '#api/db/recordModels.ts'
import { AppError } from '#api/errors.ts'
import { dicomMetadata } from '#api/exports/dicomMetadata.ts'
import { datasetOfSeries } from '#api/modules/datasets/read.ts'
import { gather, snapshotOf } from '#api/modules/datasets/snapshot.ts'
import { pixelsOf, ready } from '#api/modules/pixels/service.ts'
import type { Shelf } from '#api/modules/pixels/shelf.ts'

/** Objects that are made in memory as a whole. */
const mostWhole = 256 * 2 ** 20

/** One file of a conversion; `name` is its path in an archive when there are several. */
export interface ConvertedFile {
  name: string
  parts: AsyncIterable<Uint8Array>
}

type Write = (image: Image, metadata: DicomMetadata, range: ValueRange) => AsyncIterable<ConvertedFile>

const description = ({ series }: DicomMetadata) => ({ description: series.label ?? '' })

const writers: Record<Target, Write> = {
  // Compressed while it is sent.
  'nii.gz': (image, metadata) => one(writeNifti(image, description(metadata))),
  nii: (image, metadata) => one(writeNifti(image, description(metadata))),
  json: (image, metadata) => one(whole(encodeSidecar(bidsSidecar(image.header, metadata)))),
  // The library that writes DICOM is large; it is loaded when first used.
  async *'dcm.zip'(image, metadata, range) {
    const { writeDicom } = await import('#imaging/write/dicom.ts')
    for await (const { name, bytes } of writeDicom(sixteenBits(image, range), metadata))
      yield { name, parts: whole(bytes) }
  },
  async *dcm(image, metadata, range) {
    if (planeBytes(image.header) * planeCount(image.header) > mostWhole) {
      const limit = `${mostWhole / 2 ** 20} MiB`
      throw new ImagingError('too-large', `One DICOM object is written up to ${limit}; take dcm.zip, one file a plane.`)
    }
    const { writeEnhancedDicom } = await import('#imaging/write/dicomEnhanced.ts')
    const { name, bytes } = await writeEnhancedDicom(sixteenBits(image, range), metadata)
    yield { name, parts: whole(bytes) }
  },
  'ome.tiff': (image, { series: { label = '', start }, instrument: { manufacturer, model } = {} }) =>
    one(
      omeTiffParts(image, {
        name: label,
        acquiredAt: start,
        ...((manufacturer || model) && {
          microscope: { ...(manufacturer && { manufacturer }), ...(model && { model }) },
        }),
      }),
    ),
  nrrd: (image) => one(writeNrrd(image)),
}

/** DICOM has whole numbers of 16 bits; classic MR objects have one scale for all. */
const sixteenBits = (image: Image, { min, max }: ValueRange): Image =>
  quantised(image, {
    negative: min < 0,
    ...(image.header.modality === 'MR' && { oneScale: Math.max(Math.abs(min), Math.abs(max)) }),
  })

async function* one(parts: AsyncIterable<Uint8Array>): AsyncGenerator<ConvertedFile> {
  yield { name: '', parts }
}
async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

export interface Converted {
  /** Base name for people. */
  name: string
  revision: string
  access: BytesAccess
  files: AsyncIterable<ConvertedFile>
}

/**
 * @throws AppError notFound, gone, busy as for the planes; unsupported with the reason when the format cannot hold the
 * series: found out before the first byte is sent
 */
export async function convert(ctx: Context, caller: Caller, seriesId: string, target: Target): Promise<Converted> {
  const { series, planes, access } = await ready(ctx.shelf, caller, seriesId)
  const { header: stored, valueRange } = await pixelsOf(seriesId, planes.revision)
  const records = can(caller, 'read', series.projectId)
    ? snapshotOf(await gather(caller, [seriesId, ...(await relatives(seriesId))]))
    : (await datasetOfSeries(ctx, caller, seriesId)).snapshot
  const record = (records.series ?? []).find(({ id }) => id === seriesId) ?? {}
  const { axisDirections, modality, label } = record as Record<string, string | undefined>
  const header: Header = {
    ...stored,
    ...(axisDirections && { ...withAxes(stored, axisDirections), orientation: 'known' as const }),
    ...(modality && { modality }),
  }
  const image: Image = { header, planes: () => planesOf(ctx.shelf, series, header) }
  try {
    const files = writers[target](image, dicomMetadata(records, seriesId, planes.revision), valueRange)
    return {
      name: label ?? seriesId,
      revision: planes.revision,
      access,
      files: await begun(files),
    }
  } catch (error) {
    if (!(error instanceof ImagingError)) throw error
    throw new AppError(error.code === 'too-large' ? 'tooLarge' : 'unsupported', error.message)
  }
}

/** The scan that a series is a part of, and its parts: what ties them together is written with them. */
async function relatives(seriesId: string): Promise<string[]> {
  const links = await linkModel('series_sources').findAll({
    where: { [Op.or]: [{ seriesId }, { sourceId: seriesId }] },
  })
  const ids = links.flatMap((link) => [link.get('seriesId'), link.get('sourceId')] as string[])
  const rows = await recordModel({ name: 'ImageSeries' }).findAll({ where: { id: { [Op.in]: ids }, deletedAt: null } })
  const isTied = rows.some(({ body }) => body.sourceBox)
  return isTied ? rows.map(({ id }) => id).filter((id) => id !== seriesId) : []
}

/** Planes as they are stored, read one after the other from one file. */
async function* planesOf(
  shelf: Shelf,
  series: Parameters<Shelf['file']>[0],
  header: Header,
): AsyncGenerator<Uint8Array> {
  const { handle, offset } = await shelf.file(series, async (planes) => ({
    handle: await open(planes.file, 'r'),
    offset: planes.offset,
  }))
  try {
    const bytes = planeBytes(header)
    for (let k = 0; k < planeCount(header); k++) {
      const plane = Buffer.allocUnsafe(bytes)
      const { bytesRead } = await handle.read(plane, 0, bytes, offset + k * bytes)
      if (bytesRead !== bytes) throw new Error(`plane ${k} of series ${series.seriesId} is cut short`)
      yield plane
    }
  } finally {
    await handle.close()
  }
}

/** The same files, once the first bytes of the first are there: what a format cannot hold is known by then. */
async function begun(files: AsyncIterable<ConvertedFile>): Promise<AsyncIterable<ConvertedFile>> {
  const list = files[Symbol.asyncIterator]()
  const first = await list.next()
  if (first.done) return (async function* () {})()
  const parts = first.value.parts[Symbol.asyncIterator]()
  const start = await parts.next()
  return (async function* () {
    yield {
      name: first.value.name,
      parts: (async function* () {
        try {
          for (let next = start; !next.done; next = await parts.next()) yield next.value
        } finally {
          await parts.return?.()
        }
      })(),
    }
    for (let next = await list.next(); !next.done; next = await list.next()) yield next.value
  })()
}
