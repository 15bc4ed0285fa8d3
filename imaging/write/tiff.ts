import { strToU8, zlibSync } from 'fflate'
import { ImagingError } from '../errors.ts'
import type { Header } from '../header.ts'
import { planeBytes, planeCount, sampleBytes } from '../header.ts'
import { omeXml } from './omeXml.ts'
import type { OmeMetadata } from './omeXml.ts'
import type { Image } from './planes.ts'

interface TiffOptions {
  compression?: 'none' | 'deflate'
  /** ImageDescription of the first page. */
  description?: string
  software?: string
  /** RFC 3339 without zone. */
  dateTime?: string
  make?: string
  model?: string
  /** Writes XResolution, YResolution and ResolutionUnit (cm) from the spacing of the header. */
  withResolution?: boolean
}

/** Offsets of classic TIFF have 32 bits. */
const mostBytes = 0xffffffff

/** Rows of a strip: about 64 KiB, as TIFF 6.0 advises for readers with little memory, when it is compressed. */
const stripBytes = 64 * 1024

/**
 * Writes an image as TIFF 6.0, little-endian, one page for each plane in the order of the header.
 * @throws ImagingError 'too-large' beyond 4 GiB
 */
export async function writeTiff(image: Image, options: TiffOptions = {}): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const source = options.compression === 'deflate' ? deflated(image, options) : tiffParts(image, options)
  for await (const part of source) parts.push(part)
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/**
 * The same without compression, part by part: the directories, then each plane as it comes. One strip for each page, and
 * all pages' pixels one after the other, so that planes stand as they are served.
 * @throws ImagingError 'too-large' beyond 4 GiB, before the first part
 */
export async function* tiffParts(
  { header, planes }: Image,
  options: Omit<TiffOptions, 'compression'> = {},
): AsyncGenerator<Uint8Array> {
  const lengths = Array.from({ length: planeCount(header) }, () => [planeBytes(header)])
  yield directoriesOf(header, lengths, header.shape.y, options)
  yield* planes()
}

/** All planes are compressed before the first byte is written: the directories, which come first, say where they are. */
async function* deflated({ header, planes }: Image, options: TiffOptions): AsyncGenerator<Uint8Array> {
  const rowBytes = planeBytes(header) / header.shape.y
  const rowsPerStrip = Math.max(1, Math.min(header.shape.y, Math.floor(stripBytes / rowBytes)))
  const pages: Uint8Array[][] = []
  for await (const plane of planes()) {
    const strips: Uint8Array[] = []
    for (let row = 0; row < header.shape.y; row += rowsPerStrip)
      strips.push(zlibSync(plane.subarray(row * rowBytes, (row + rowsPerStrip) * rowBytes)))
    pages.push(strips)
  }
  const lengths = pages.map((strips) => strips.map((strip) => strip.length))
  yield directoriesOf(header, lengths, rowsPerStrip, options)
  yield* pages.flat()
}

/** @param pages lengths of the strips of each page */
function directoriesOf(header: Header, pages: number[][], rowsPerStrip: number, options: TiffOptions): Uint8Array {
  const directories = (pixelStart: number) => encodeDirectories(header, pages, rowsPerStrip, options, pixelStart)
  // How long the directories are does not depend on where the pixels begin.
  const pixelStart = directories(0).length
  const length = pages.flat().reduce((sum, strip) => sum + strip, pixelStart)
  if (length > mostBytes) throw new ImagingError('too-large', 'A TIFF file of more than 4 GiB is not written.')
  return directories(pixelStart)
}

/** File header and all directories; `pixelStart` is where the strips follow. */
function encodeDirectories(
  header: Header,
  pages: number[][],
  rowsPerStrip: number,
  options: TiffOptions,
  pixelStart: number,
): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x49, 0x49, 42, 0, 0, 0, 0, 0)]
  let size = 8
  /** Values and directories begin on a word boundary (TIFF 6.0, section 2). */
  const append = (bytes: Uint8Array): number => {
    const offset = size
    parts.push(bytes, new Uint8Array(bytes.length % 2))
    size += bytes.length + (bytes.length % 2)
    return offset
  }
  /** Where the offset of the next directory goes. */
  let link = new DataView(parts[0]!.buffer, 4)
  let offset = pixelStart
  for (const [i, lengths] of pages.entries()) {
    const page = { offsets: [] as number[], lengths }
    for (const length of lengths) {
      page.offsets.push(offset)
      offset += length
    }
    const directory = encodeDirectory(entriesOf(header, page, rowsPerStrip, i === 0, options), append)
    link.setUint32(0, append(directory), true)
    link = new DataView(directory.buffer, directory.length - 4)
  }
  const out = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Writes an image as OME-TIFF (2016-06 schema): the same pages, described by OME-XML. */
export async function writeOmeTiff(
  image: Image,
  metadata: OmeMetadata,
  options: Omit<TiffOptions, 'description'> = {},
): Promise<Uint8Array> {
  return writeTiff(image, { ...options, description: omeXml(image.header, metadata) })
}

/** The same without compression, part by part. @throws ImagingError 'too-large' beyond 4 GiB */
export const omeTiffParts = (
  image: Image,
  metadata: OmeMetadata,
  options: Omit<TiffOptions, 'description' | 'compression'> = {},
): AsyncGenerator<Uint8Array> => tiffParts(image, { ...options, description: omeXml(image.header, metadata) })

interface EntryValue {
  tag: number
  /** 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL */
  type: 2 | 3 | 4 | 5
  /** Rationals as numerator and denominator. */
  values: number[] | string
}

/** Pixels per centimetre of a spacing in millimetres, as the largest fraction of two 32-bit numbers. */
function perCentimetre(spacing: number): number[] {
  const scale = 4e9 / Math.max(10, spacing)
  return [Math.round(10 * scale), Math.round(spacing * scale)]
}

const short = (tag: number, ...values: number[]): EntryValue => ({ tag, type: 3, values })
const long = (tag: number, values: number[]): EntryValue => ({ tag, type: 4, values })
const ascii = (tag: number, values: string | undefined): EntryValue[] => (values ? [{ tag, type: 2, values }] : [])

function entriesOf(
  header: Header,
  page: { offsets: number[]; lengths: number[] },
  rowsPerStrip: number,
  isFirst: boolean,
  options: TiffOptions,
): EntryValue[] {
  const isDeflated = options.compression === 'deflate'
  const first: TiffOptions = isFirst ? options : {}
  const { shape, sampleType, samplesPerPixel: samples, spacing } = header
  const bits = sampleBytes[sampleType] * 8
  const format = sampleType.startsWith('uint') ? 1 : sampleType.startsWith('int') ? 2 : 3
  const repeated = (value: number) => Array.from({ length: samples }, () => value)
  const resolution = options.withResolution ? spacing : null
  return [
    short(254, 0),
    long(256, [shape.x]),
    long(257, [shape.y]),
    short(258, ...repeated(bits)),
    short(259, isDeflated ? 8 : 1),
    short(262, samples >= 3 ? 2 : 1),
    ...ascii(270, first.description),
    ...ascii(271, first.make),
    ...ascii(272, first.model),
    long(273, page.offsets),
    short(277, samples),
    long(278, [rowsPerStrip]),
    long(279, page.lengths),
    ...(resolution
      ? [
          { tag: 282, type: 5 as const, values: perCentimetre(resolution[0]) },
          { tag: 283, type: 5 as const, values: perCentimetre(resolution[1]) },
        ]
      : []),
    short(284, 1),
    ...(resolution ? [short(296, 3)] : []),
    ...ascii(305, first.software),
    ...ascii(306, first.dateTime?.slice(0, 19).replace('T', ' ').replaceAll('-', ':')),
    ...(samples === 4 ? [short(338, 2)] : []),
    short(339, ...repeated(format)),
  ]
}

/** A directory whose longer values have been appended to the file; the link to the next one is its last four bytes. */
function encodeDirectory(entries: EntryValue[], append: (bytes: Uint8Array) => number): Uint8Array {
  const out = new Uint8Array(2 + entries.length * 12 + 4)
  const view = new DataView(out.buffer)
  view.setUint16(0, entries.length, true)
  for (const [i, { tag, type, values }] of entries.entries()) {
    const bytes = encodeValues(type, values)
    const at = 2 + i * 12
    view.setUint16(at, tag, true)
    view.setUint16(at + 2, type, true)
    view.setUint32(at + 4, type === 2 ? bytes.length : type === 5 ? values.length / 2 : values.length, true)
    if (bytes.length <= 4) out.set(bytes, at + 8)
    else view.setUint32(at + 8, append(bytes), true)
  }
  return out
}

function encodeValues(type: EntryValue['type'], values: number[] | string): Uint8Array {
  if (typeof values === 'string') return strToU8(`${values}\0`)
  const size = type === 3 ? 2 : 4
  const out = new Uint8Array(values.length * size)
  const view = new DataView(out.buffer)
  for (const [i, value] of values.entries()) {
    if (type === 3) view.setUint16(i * 2, value, true)
    else view.setUint32(i * 4, value, true)
  }
  return out
}
