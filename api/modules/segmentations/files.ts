/** A segmentation as a file that other programs read. */
import { withAxes } from '#imaging/geometry/orientation.ts'
import { ImagingError } from '#imaging/errors.ts'
import type { Header } from '#imaging/header.ts'
import { decodeRuns } from '#imaging/labels/runs.ts'
import { dicomUid } from '#imaging/write/dicomUid.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import { Segmentation } from '#ontology/entities/segmentation.ts'
import type { CodedTerm } from '#ontology/values.ts'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import { dicomMetadata } from '#api/exports/dicomMetadata.ts'
import { gather, snapshotOf } from '#api/modules/datasets/snapshot.ts'
import { entityNamed, getRecord } from '#api/records/read.ts'
import { imageOf, runsOf } from './labels.ts'

/** Forms of a segmentation, by the ending of the file. */
export const segmentationForms = {
  'nii.gz': { title: 'NIfTI labels, all time points', mediaType: 'application/gzip' },
  dcm: { title: 'DICOM Segmentation of one time point', mediaType: 'application/dicom' },
} as const
export type SegmentationForm = keyof typeof segmentationForms

const methods = { manual: 'MANUAL', semiautomatic: 'SEMIAUTOMATIC', automatic: 'AUTOMATIC' } as const

/** @throws AppError notFound, unsupported when the form cannot hold it */
export async function segmentationFile(
  ctx: Context,
  caller: Caller,
  id: string,
  form: SegmentationForm,
  time: number,
): Promise<{ name: string; bytes: Uint8Array }> {
  const record = (await getRecord(caller, entityNamed(Segmentation.name), id)) as unknown as Segmentation
  const runs = await runsOf(ctx, record)
  const header = await placedHeader(caller, record.seriesId)
  try {
    const bytes =
      form === 'dcm' ? await dicomOf(caller, record, header, runs, time) : await niftiOf(record, header, runs)
    return { name: record.label, bytes }
  } catch (error) {
    if (error instanceof ImagingError) throw new AppError('unsupported', error.message)
    throw error
  }
}

/** The header of the image, with the directions that people state. */
async function placedHeader(caller: Caller, seriesId: string): Promise<Header> {
  const header = await imageOf(seriesId)
  const series = await getRecord(caller, entityNamed(ImageSeries.name), seriesId)
  const axes = series.axisDirections as string | undefined
  return axes ? { ...header, ...withAxes(header, axes) } : header
}

async function niftiOf({ label }: Segmentation, header: Header, runs: Uint8Array): Promise<Uint8Array> {
  const { x, y, z, t } = header.shape
  const { volumes } = decodeRuns(runs)
  const blank = new Uint8Array(x * y)
  const image = {
    header: {
      ...header,
      shape: { x, y, z, t, c: 1 },
      sampleType: 'uint8' as const,
      samplesPerPixel: 1 as const,
      slope: [1],
      intercept: [0],
      unit: '',
      channels: null,
      window: null,
    },
    *planes() {
      for (const volume of volumes)
        for (let k = 0; k < z; k++) yield volume ? volume.subarray(k * x * y, (k + 1) * x * y) : blank
    },
  }
  const parts: Uint8Array[] = []
  for await (const part of writeNifti(image, { gzip: true, description: label })) parts.push(part)
  return Buffer.concat(parts)
}

async function dicomOf(
  caller: Caller,
  { id, version, seriesId, label, author, method, segments }: Segmentation,
  header: Header,
  runs: Uint8Array,
  time: number,
): Promise<Uint8Array> {
  const { writeDicomSegmentation } = await import('#imaging/write/dicomSegmentation.ts')
  const { volumes } = decodeRuns(runs)
  if (time >= volumes.length)
    throw new AppError('invalid', `The image has the time points 0 to ${volumes.length - 1}; there is no ${time}.`)
  const labels = volumes[time] ?? new Uint8Array()
  const metadata = dicomMetadata(snapshotOf(await gather(caller, [seriesId])), seriesId, 'segmented')
  const about = {
    seriesUid: dicomUid('segmentation', id, String(version), String(time)),
    label,
    creator: author,
    method: methods[method ?? 'manual'],
    segments: segments.map(({ number, label: name, structure }) => {
      const code = structure && codeOf(structure)
      return { number, label: name, ...(code && { code }) }
    }),
  }
  return writeDicomSegmentation(header, metadata, about, labels)
}

function codeOf({ label, codings }: CodedTerm) {
  const [coding] = codings ?? []
  return coding && { value: coding.code, scheme: coding.scheme, meaning: label.slice(0, 64) }
}
