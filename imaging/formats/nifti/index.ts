import { ImagingError } from '../../errors.ts'
import type { FileEntry, FileScan, Format, SeriesReader } from '../../format.ts'
import { gunzipped } from '../../gunzip.ts'
import { rawPlanes } from '../../raw/planes.ts'
import type { RawBlock } from '../../raw/planes.ts'
import type { ByteSource } from '../../source.ts'
import { formatLabels } from '../labels.ts'
import { readExtensions } from './extensions.ts'
import { niftiKind, readFields } from './fields.ts'
import type { NiftiFields } from './fields.ts'
import { layOut } from './layout.ts'
import type { Layout } from './layout.ts'
import { readSidecar, sidecarPath } from './sidecar.ts'

/** NIfTI-1.1 and NIfTI-2, one file or header and image apart, plain or gzip (nifti.nimh.nih.gov), with its BIDS sidecar. */
export const nifti: Format = {
  id: 'nifti',
  label: formatLabels.nifti,
  mediaType: 'application/x-nifti',
  extensions: ['.nii.gz', '.hdr.gz', '.img.gz', '.nii', '.hdr', '.img'],
  verified: true,
  sniff: (_name, head) => niftiKind(head) !== undefined,

  async scan(file, find, _siblings, source): Promise<FileScan> {
    const bytes = await gunzipped(file.source)
    const fields = await readFields(bytes)
    const found: FileScan = { seriesKey: file.path, role: 'image', companions: [], facts: [] }
    try {
      const layout = layOut(fields)
      if (!fields.isPair) checkSize(layout, bytes, bytes !== file.source)
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      found.problem = error
    }
    if (fields.isPair) {
      const stem = stemOf(file.path)
      const image = [`${stem}.img`, `${stem}.img.gz`].map(find).find((path) => path !== undefined)
      found.companions.push(image ?? `${stem}.img`)
    }
    const sidecar = find(sidecarPath(file.path))
    const beside = sidecar === undefined ? undefined : source?.(sidecar)
    if (sidecar !== undefined) {
      found.companions.push(sidecar)
      if (beside) found.facts = (await readSidecar({ path: sidecar, source: beside }, 1)).facts
    }
    return found
  },

  async open(given): Promise<SeriesReader> {
    const files = given.filter(({ path }) => !path.toLowerCase().endsWith('.json'))
    const opened = await Promise.all(files.map(async (file) => ({ file, source: await gunzipped(file.source) })))
    let headerAt = -1
    for (const [i, { source }] of opened.entries()) {
      if (niftiKind(await source.read(0, Math.min(348, source.size)).catch(() => new Uint8Array())) === undefined)
        continue
      headerAt = i
      break
    }
    const header = opened[headerAt]
    if (!header) {
      throw new ImagingError('not-this-format', `${names(files)}: no file here starts with a NIfTI header.`, 0)
    }
    const fields = await readFields(header.source)
    const dataAt = fields.isPair ? imageOf(files, headerAt) : headerAt
    const data = opened[dataAt]
    if (!data) {
      throw new ImagingError(
        'missing-companion',
        `${header.file.path} is the header of a NIfTI pair; its image ${stemOf(header.file.path)}.img is not there. Add it.`,
      )
    }
    const layout = layOut(fields)
    const compressed = data.source !== data.file.source
    checkSize(layout, data.source, compressed)
    const held = compressed ? null : given.indexOf(data.file)
    const open = reader(fields, layout, header.source, data.source, held)
    const beside = given.find(({ path }) => path.toLowerCase() === sidecarPath(header.file.path).toLowerCase())
    if (!beside) return open
    const sidecar = await readSidecar(beside, open.header.shape.t)
    const warnings = [...open.header.warnings, ...sidecar.warnings]
    return { ...open, header: { ...open.header, ...sidecar.header, warnings }, facts: sidecar.facts }
  },
}

function reader(
  fields: NiftiFields,
  layout: Layout,
  headerSource: ByteSource,
  data: ByteSource,
  file: number | null,
): SeriesReader {
  const { header, stored, dataOffset } = layout
  const { x, y, z, t } = header.shape
  const parts = stored.isComplex ? 2 : 1
  const storedPlane = x * y * stored.bytes
  const block: RawBlock = {
    source: data,
    stored: stored.type,
    littleEndian: fields.littleEndian,
    // A complex component is one stored plane and two served ones: real and imaginary parts take turns in the file.
    offsetOf(k) {
      const channel = Math.floor(k / (z * t))
      const plane = Math.floor(channel / parts) * z * t + (k % (z * t))
      return dataOffset + plane * storedPlane + (channel % parts) * (stored.bytes / parts)
    },
    ...(stored.isComplex && { steps: { x: 2, y: 2 * x } }),
  }
  const extensionsEnd = fields.isPair ? headerSource.size : dataOffset
  return {
    header,
    facts: [],
    tags: async () => [...fields.tags, ...(await readExtensions(headerSource, fields, extensionsEnd))],
    ...rawPlanes(header, block, file),
  }
}

/** @throws ImagingError 'truncated' when the header announces more than the file can hold */
function checkSize(layout: Layout, source: ByteSource, compressed: boolean): void {
  const { dataOffset, dataBytes, header, stored } = layout
  if (dataOffset + dataBytes <= source.size) return
  const { x, y, z, t, c } = header.shape
  throw new ImagingError(
    'truncated',
    `The header announces ${[x, y, z, t, c].join(' x ')} voxels of ${stored.bytes} bytes (${dataBytes} bytes from byte ${dataOffset}), ` +
      `but the file ${compressed ? 'can inflate to at most' : 'has'} ${source.size} bytes; bring the complete file again.`,
    source.size,
  )
}

const stemOf = (path: string) => path.replace(/\.(hdr|img)(\.gz)?$/i, '')
const names = (files: FileEntry[]) => files.map((file) => file.path).join(', ')

/** Index of the image of a pair: the one with the header's stem, else the only other file. */
function imageOf(files: FileEntry[], headerAt: number): number {
  const stem = stemOf(files[headerAt]!.path).toLowerCase()
  const named = files.findIndex(({ path }, i) => i !== headerAt && stemOf(path).toLowerCase() === stem)
  return named >= 0 || files.length !== 2 ? named : 1 - headerAt
}
