import { strFromU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { ByteSource } from '../../source.ts'

/** One entry of an image file directory (TIFF 6.0, section 2). */
export interface Entry {
  tag: number
  type: number
  count: number
  /** Offset of the value in the file, also when it stands in the entry itself. */
  offset: number
  /** The value when it stands in the entry. */
  inline: Uint8Array | null
}

export interface Directory {
  offset: number
  entries: Map<number, Entry>
}

export interface TiffFile {
  source: ByteSource
  littleEndian: boolean
  isBig: boolean
  directories: Directory[]
  warnings: string[]
}

/** Bytes of one value of each field type: 1 BYTE ... 12 DOUBLE, 13 IFD, 16 LONG8, 17 SLONG8, 18 IFD8. */
const typeSizes: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
}

const mostDirectories = 200_000
const mostEntries = 4096
/** Of all pages together; overlapping directories could otherwise announce any number. */
const mostEntriesOfFile = 4_000_000
/** Strip tables and OME-XML of large files are some megabytes. */
const mostValueBytes = 128 * 1024 * 1024
const mostNumbers = 8_000_000

/** Whether the first bytes are those of a TIFF or BigTIFF file. */
export function looksLikeTiff(head: Uint8Array): boolean {
  const [a, b, c, d] = head
  const little = a === 0x49 && b === 0x49 && d === 0 && (c === 42 || c === 43)
  const big = a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43)
  return head.length >= 8 && (little || big)
}

/**
 * Walks the chain of directories. A chain that runs in a circle is cut where it meets itself.
 * @param most directories to read; the rest are left alone
 * @throws ImagingError
 */
export async function readTiff(source: ByteSource, most = mostDirectories): Promise<TiffFile> {
  const head = await source.read(0, Math.min(16, source.size))
  if (!looksLikeTiff(head))
    throw new ImagingError(
      'not-this-format',
      'This is not a TIFF file: its first bytes are not II or MM with 42 or 43.',
      0,
    )
  const littleEndian = head[0] === 0x49
  const view = viewOf(head)
  const isBig = view.getUint16(2, littleEndian) === 43
  if (isBig && (head.length < 16 || view.getUint16(4, littleEndian) !== 8)) {
    throw new ImagingError('malformed', 'The BigTIFF header does not announce offsets of 8 bytes.', 4)
  }
  const file: TiffFile = { source, littleEndian, isBig, directories: [], warnings: [] }
  const seen = new Set<number>()
  let offset = isBig ? long8(view, 8, littleEndian) : view.getUint32(4, littleEndian)
  let entries = 0
  while (offset !== 0 && file.directories.length < most) {
    if (seen.has(offset)) {
      file.warnings.push(
        `The chain of pages runs in a circle after page ${file.directories.length}; the pages before that are shown.`,
      )
      break
    }
    seen.add(offset)
    try {
      const { directory, next } = await readDirectory(file, offset)
      file.directories.push(directory)
      entries += directory.entries.size
      if (entries > mostEntriesOfFile)
        throw new ImagingError('too-large', `The pages have more than ${mostEntriesOfFile} tags.`, offset)
      offset = next
    } catch (error) {
      // The pages before a damaged one are still good.
      if (!(error instanceof ImagingError) || file.directories.length === 0) throw error
      file.warnings.push(`Page ${file.directories.length + 1} cannot be read: ${error.message}`)
      break
    }
  }
  if (offset !== 0 && file.directories.length >= mostDirectories) {
    file.warnings.push(`The file has more than ${mostDirectories} pages; the rest is left out.`)
  }
  if (file.directories.length === 0) throw new ImagingError('malformed', 'The TIFF file has no page.', 4)
  return file
}

async function readDirectory(file: TiffFile, offset: number): Promise<{ directory: Directory; next: number }> {
  const { source, littleEndian, isBig } = file
  const countSize = isBig ? 8 : 2
  const entrySize = isBig ? 20 : 12
  const linkSize = isBig ? 8 : 4
  // One read nearly always holds the directory whole: 64 entries are much for TIFF.
  let bytes = await source.read(
    offset,
    Math.min(countSize + 64 * entrySize + linkSize, Math.max(countSize, source.size - offset)),
  )
  let view = viewOf(bytes)
  const count = isBig ? long8(view, 0, littleEndian) : view.getUint16(0, littleEndian)
  if (count === 0 || count > mostEntries)
    throw new ImagingError('malformed', `A page directory announces ${count} entries.`, offset)
  const length = countSize + count * entrySize
  if (bytes.length < length) {
    bytes = await source.read(offset, length)
    view = viewOf(bytes)
  }
  const entries = new Map<number, Entry>()
  for (let i = 0; i < count; i++) {
    const at = countSize + i * entrySize
    const tag = view.getUint16(at, littleEndian)
    const type = view.getUint16(at + 2, littleEndian)
    const size = typeSizes[type]
    if (size === undefined) continue // TIFF 6.0: readers skip unknown types
    const values = isBig ? long8(view, at + 4, littleEndian) : view.getUint32(at + 4, littleEndian)
    const field = at + (isBig ? 12 : 8)
    const isInline = values * size <= (isBig ? 8 : 4)
    const target = isInline
      ? offset + field
      : isBig
        ? long8(view, field, littleEndian)
        : view.getUint32(field, littleEndian)
    if (!entries.has(tag)) {
      entries.set(tag, {
        tag,
        type,
        count: values,
        offset: target,
        inline: isInline ? bytes.slice(field, field + values * size) : null,
      })
    }
  }
  // A file cut after its last entry has no link; libtiff takes that as the end of the chain, too.
  let next = 0
  if (bytes.length >= length + linkSize)
    next = isBig ? long8(view, length, littleEndian) : view.getUint32(length, littleEndian)
  else if (offset + length + linkSize <= source.size) {
    const link = viewOf(await source.read(offset + length, linkSize))
    next = isBig ? long8(link, 0, littleEndian) : link.getUint32(0, littleEndian)
  }
  return { directory: { offset, entries }, next }
}

/** Smaller copies of a page are few: each is a half or a quarter of the one before. */
const mostSubDirectories = 64

/**
 * The directories that hang on another one (tag 330, SubIFDs of TIFF Technical Note 1) and those that follow each of them:
 * the smaller copies of a pyramid, masks, previews. Damaged ones are left out.
 */
export async function subDirectories(file: TiffFile, directory: Directory): Promise<Directory[]> {
  const found: Directory[] = []
  const seen = new Set<number>()
  const starts =
    (directory.entries.get(330)?.count ?? 0) > mostSubDirectories ? [] : await numbers(file, directory, 330)
  for (const start of starts) {
    for (let offset = start; offset !== 0 && !seen.has(offset) && found.length < mostSubDirectories;) {
      seen.add(offset)
      try {
        const { directory: sub, next } = await readDirectory(file, offset)
        found.push(sub)
        offset = next
      } catch (error) {
        if (!(error instanceof ImagingError)) throw error
        break
      }
    }
  }
  return found
}

/** Bytes of a value as they stand in the file. */
async function valueBytes(file: TiffFile, entry: Entry): Promise<Uint8Array> {
  if (entry.inline) return entry.inline
  const length = entry.count * typeSizes[entry.type]!
  if (length > mostValueBytes) {
    throw new ImagingError(
      'too-large',
      `TIFF tag ${entry.tag} announces ${length} bytes, which is not read here.`,
      entry.offset,
    )
  }
  return file.source.read(entry.offset, length)
}

/** Values of a numeric tag; rationals as quotients. Empty when the tag is absent. */
export async function numbers(file: TiffFile, directory: Directory, tag: number): Promise<number[]> {
  const entry = directory.entries.get(tag)
  if (!entry) return []
  if (entry.count > mostNumbers) {
    throw new ImagingError(
      'too-large',
      `TIFF tag ${tag} announces ${entry.count} numbers, which is not read here.`,
      entry.offset,
    )
  }
  const bytes = await valueBytes(file, entry)
  const view = viewOf(bytes)
  const size = typeSizes[entry.type]!
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    read(view, i * size, entry.type, file.littleEndian),
  )
}

/** First value of a numeric tag. */
export async function number(file: TiffFile, directory: Directory, tag: number): Promise<number | undefined> {
  const entry = directory.entries.get(tag)
  if (!entry || entry.count === 0) return undefined
  return (await numbers(file, directory, tag))[0]
}

/** Bytes of an UNDEFINED or BYTE tag. */
export async function rawBytes(file: TiffFile, directory: Directory, tag: number): Promise<Uint8Array | null> {
  const entry = directory.entries.get(tag)
  return entry ? valueBytes(file, entry) : null
}

/** Text of an ASCII tag: UTF-8, else Latin-1 (ImageJ writes the micro sign so). */
export async function text(file: TiffFile, directory: Directory, tag: number): Promise<string | undefined> {
  const entry = directory.entries.get(tag)
  if (!entry) return undefined
  const bytes = await valueBytes(file, entry)
  const decoded = strFromU8(bytes)
  // eslint-disable-next-line no-control-regex -- ASCII values end with NUL
  return (decoded.includes('\ufffd') ? strFromU8(bytes, true) : decoded).replace(/\x00+$/, '')
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const long8 = (view: DataView, at: number, littleEndian: boolean): number => Number(view.getBigUint64(at, littleEndian))

function read(view: DataView, at: number, type: number, littleEndian: boolean): number {
  switch (type) {
    case 3:
      return view.getUint16(at, littleEndian)
    case 4:
    case 13:
      return view.getUint32(at, littleEndian)
    case 5:
      return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian)
    case 6:
      return view.getInt8(at)
    case 8:
      return view.getInt16(at, littleEndian)
    case 9:
      return view.getInt32(at, littleEndian)
    case 10:
      return view.getInt32(at, littleEndian) / view.getInt32(at + 4, littleEndian)
    case 11:
      return view.getFloat32(at, littleEndian)
    case 12:
      return view.getFloat64(at, littleEndian)
    case 16:
    case 18:
      return long8(view, at, littleEndian)
    case 17:
      return Number(view.getBigInt64(at, littleEndian))
    default:
      return view.getUint8(at)
  }
}
