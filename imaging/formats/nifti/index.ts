import { swapped } from '../../bytes.ts'
import { ImagingError } from '../../errors.ts'
import type { FileEntry, FileScan, Format, SeriesReader } from '../../format.ts'
import { gunzipSource, isGzip } from '../../gunzip.ts'
import { checkPlane, sampleBytes } from '../../header.ts'
import type { ByteSource } from '../../source.ts'
import { readExtensions } from './extensions.ts'
import { niftiKind, readFields } from './fields.ts'
import type { NiftiFields } from './fields.ts'
import { layOut } from './layout.ts'
import type { Layout } from './layout.ts'
import { readSidecar, sidecarPath } from './sidecar.ts'

/** NIfTI-1.1 and NIfTI-2, one file or header and image apart, plain or gzip (nifti.nimh.nih.gov), with its BIDS sidecar. */
export const nifti: Format = {
  id: 'nifti',
  label: 'NIfTI',
  mediaType: 'application/x-nifti',
  extensions: ['.nii.gz', '.hdr.gz', '.img.gz', '.nii', '.hdr', '.img'],
  verified: true,
  sniff: (_name, head) => niftiKind(head) !== undefined,

  async scan(file, find, _siblings, source): Promise<FileScan> {
    const bytes = await inflated(file.source)
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
    const opened = await Promise.all(files.map(async (file) => ({ file, source: await inflated(file.source) })))
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
    const held = compressed ? -1 : given.indexOf(data.file)
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
  file: number,
): SeriesReader {
  const { header, stored, dataOffset } = layout
  const storedPlane = header.shape.x * header.shape.y * stored.bytes
  const planesPerComponent = header.shape.z * header.shape.t
  const word = stored.samplesPerPixel > 1 ? 1 : stored.kind === 'complex' ? stored.bytes / 2 : stored.bytes
  const isDirect = file >= 0 && stored.kind === 'plain' && (fields.littleEndian || word === 1)
  const extensionsEnd = fields.isPair ? headerSource.size : dataOffset
  return {
    header,
    facts: [],
    tags: async () => [...fields.tags, ...(await readExtensions(headerSource, fields, extensionsEnd))],
    async plane(k) {
      checkPlane(header, k)
      // A complex component is one stored plane and two served ones.
      const part = stored.kind === 'complex' ? Math.floor(k / planesPerComponent) % 2 : 0
      const index =
        stored.kind === 'complex'
          ? Math.floor(k / (2 * planesPerComponent)) * planesPerComponent + (k % planesPerComponent)
          : k
      const bytes = await data.read(dataOffset + index * storedPlane, storedPlane)
      const ordered = fields.littleEndian || word === 1 ? bytes : swapped(bytes, word)
      if (stored.kind === 'complex') return everySecond(ordered, word, part)
      return stored.kind === 'plain' ? ordered : asFloat64(ordered, stored.kind)
    },
    direct: () => (isDirect ? { file, offset: dataOffset } : null),
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

async function inflated(source: ByteSource): Promise<ByteSource> {
  if (source.size < 18) return source
  return isGzip(await source.read(0, 3)) ? gunzipSource(source) : source
}

const stemOf = (path: string) => path.replace(/\.(hdr|img)(\.gz)?$/i, '')
const names = (files: FileEntry[]) => files.map((file) => file.path).join(', ')

/** Index of the image of a pair: the one with the header's stem, else the only other file. */
function imageOf(files: FileEntry[], headerAt: number): number {
  const stem = stemOf(files[headerAt]!.path).toLowerCase()
  const named = files.findIndex(({ path }, i) => i !== headerAt && stemOf(path).toLowerCase() === stem)
  return named >= 0 || files.length !== 2 ? named : 1 - headerAt
}

/** Samples 0, 2, 4 ... (part 0) or 1, 3, 5 ... (part 1) of `word` bytes each. */
function everySecond(bytes: Uint8Array, word: number, part: number): Uint8Array {
  const out = new Uint8Array(bytes.length / 2)
  for (let at = 0; at < out.length; at += word) {
    const from = at * 2 + part * word
    out.set(bytes.subarray(from, from + word), at)
  }
  return out
}

function asFloat64(bytes: Uint8Array, kind: 'int64' | 'uint64'): Uint8Array {
  const out = new Uint8Array(bytes.length)
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const to = new DataView(out.buffer)
  for (let at = 0; at < bytes.length; at += sampleBytes.float64) {
    to.setFloat64(at, Number(kind === 'int64' ? from.getBigInt64(at, true) : from.getBigUint64(at, true)), true)
  }
  return out
}
