import { ImagingError } from '../../errors.ts'
import { inflateBounded } from '../../inflate.ts'
import { decodeCcitt } from './ccitt.ts'
import { interleavedChroma, isSubsampled, subsampledBytes } from './chroma.ts'
import { number, numbers } from './directory.ts'
import { decodeJpeg } from './jpeg.ts'
import { decodeLzw } from './lzw.ts'
import type { Page } from './page.ts'
import { undoPredictor } from './predictor.ts'
import { decodeZstandard } from './zstandard.ts'

/** Where the strips or tiles of a page stand. */
export interface Blocks {
  offsets: number[]
  lengths: number[]
}

/**
 * Most bytes that one compressed byte can become; what is announced beyond that cannot be true. A run of 2560 pixels takes
 * 12 bits in CCITT coding (ITU-T T.4, table 3), and a block of up to 128 KiB 4 bytes in Zstandard (RFC 8878, 3.1.1.2).
 */
const expansion: Record<number, number> = {
  // Pieces that were never written count as zeros, but something must be there.
  1: 1032,
  2: 256,
  3: 256,
  5: 4096,
  6: 4096,
  7: 4096,
  8: 1032,
  32946: 1032,
  32773: 64,
  50000: 32768,
}

/** CCITT and JPEG code pictures, not bytes: some writers leave the tag in, but nothing was differenced. */
const withoutPredictor = new Set([2, 3, 4, 6, 7])

/** The decoder holds 24 bytes for each pixel. */
const mostJpegPixels = 32 * 1024 * 1024

/** @throws ImagingError when the tables do not fit the page, or announce more than the file can hold */
export async function readBlocks(page: Page): Promise<Blocks> {
  const { file, directory, isTiled, compression } = page
  const wanted = page.blocksAcross * page.blocksDown * (page.isPlanar ? page.samples : 1)
  const offsets = await numbers(file, directory, isTiled && directory.entries.has(324) ? 324 : 273)
  let lengths = await numbers(file, directory, isTiled && directory.entries.has(325) ? 325 : 279)
  if (compression === 6) return oldJpegBlocks(page, offsets, lengths)
  if (offsets.length < wanted) {
    throw new ImagingError(
      'malformed',
      `The page is cut into ${wanted} pieces, but only ${offsets.length} are listed.`,
      directory.offset,
    )
  }
  if (lengths.length < wanted) {
    if (compression !== 1 && wanted > 1)
      throw new ImagingError('malformed', 'The page does not list the lengths of its pieces.', directory.offset)
    // Old writers leave the lengths out; a single compressed strip ends with the file at the latest.
    lengths = offsets.map((offset, i) => (compression === 1 ? blockBytes(page, i) : file.source.size - offset))
  }
  const { size } = file.source
  let total = 0
  for (let i = 0; i < wanted; i++) total += Math.max(0, Math.min(lengths[i]!, size - offsets[i]!))
  const ratio = expansion[compression]
  const needed = (page.width * page.height * page.samples * page.bits) / 8
  // A line like the one above takes at least one bit (ITU-T T.6, 2.2.4).
  const isTooTall = compression === 4 && page.height > total * 8
  if (isTooTall || (ratio !== undefined && needed > total * ratio)) {
    throw new ImagingError(
      'too-large',
      `The page announces ${Math.ceil(needed)} bytes of pixels, which its ${total} bytes in the file cannot hold.`,
      directory.offset,
    )
  }
  if (compression === 1 && total < needed && total === 0)
    throw new ImagingError('truncated', 'The page holds no pixels.', directory.offset)
  return { offsets, lengths }
}

/** Bytes of a decoded block: rows padded to whole bytes; the last strip may be shorter. */
function blockBytes(page: Page, index: number): number {
  return rowBytes(page) * blockRows(page, index)
}

export const rowBytes = (page: Page): number =>
  Math.ceil((page.blockWidth * (page.isPlanar ? 1 : page.samples) * page.bits) / 8)

export function blockRows(page: Page, index: number): number {
  if (page.isTiled) return page.blockHeight
  const row = (index % page.blocksDown) * page.blockHeight
  return Math.min(page.blockHeight, page.height - row)
}

/** Old-style JPEG (TIFF 6.0, section 22) is read where a whole JPEG stream stands in the file. */
async function oldJpegBlocks(page: Page, offsets: number[], lengths: number[]): Promise<Blocks> {
  const { file, directory } = page
  const start = await number(file, directory, 513)
  const length = await number(file, directory, 514)
  if (start !== undefined && page.blocksAcross * page.blocksDown === 1) {
    return { offsets: [start], lengths: [Math.min(length || file.source.size - start, file.source.size - start)] }
  }
  if (offsets.length === 0 || offsets.length !== lengths.length) throw oldJpeg()
  return { offsets, lengths }
}

const oldJpeg = () =>
  new ImagingError(
    'unsupported',
    'Old-style JPEG with separate tables cannot be shown yet; the original file is kept and can be downloaded.',
  )

/**
 * A block as packed rows in the byte order of the file, exactly `rowBytes * blockRows` long. Blocks that were never
 * written (length 0) are zeros, as GDAL and libtiff's sparse files mean them.
 */
export async function decodeBlock(page: Page, blocks: Blocks, index: number): Promise<Uint8Array> {
  if (isSubsampled(page)) {
    const rows = blockRows(page, index)
    return interleavedChroma(page, await storedBlock(page, blocks, index, subsampledBytes(page, rows)), rows)
  }
  return storedBlock(page, blocks, index, blockBytes(page, index))
}

async function storedBlock(page: Page, blocks: Blocks, index: number, size: number): Promise<Uint8Array> {
  const { file, compression } = page
  const offset = blocks.offsets[index]!
  const length = blocks.lengths[index]!
  if (length === 0) return new Uint8Array(size)
  if (compression === 1) {
    const bytes = await file.source.read(offset, Math.min(length, size))
    return complete(page.isReversed && page.bits < 8 ? reversed(bytes) : bytes, size, offset)
  }
  const stored = await file.source.read(offset, length)
  const bytes = page.isReversed && compression !== 7 && compression !== 6 ? reversed(stored) : stored
  const decoded = complete(await decompress(page, bytes, size, index).catch(standingAt(offset)), size, offset)
  return page.predictor === 1 || withoutPredictor.has(compression) ? decoded : undoPredictor(page, decoded)
}

/** Decoders do not know where their bytes stand in the file. */
const standingAt = (offset: number) => (error: unknown) => {
  throw error instanceof ImagingError ? new ImagingError(error.code, error.message, error.offset ?? offset) : error
}

async function decompress(page: Page, bytes: Uint8Array, size: number, index: number): Promise<Uint8Array> {
  switch (page.compression) {
    case 2:
    case 3:
    case 4: {
      if (page.bits !== 1 || page.samples !== 1)
        throw new ImagingError('malformed', 'CCITT compression is for pages of one bit per pixel.')
      const options = page.compression === 3 ? ((await number(page.file, page.directory, 292)) ?? 0) : 0
      return decodeCcitt(bytes, page.blockWidth, blockRows(page, index), page.compression, (options & 1) === 1)
    }
    case 5:
      return decodeLzw(bytes, size)
    case 6:
    case 7:
      return jpegBlock(page, bytes, index)
    case 8:
    case 32946:
      // The two bytes of the zlib header (RFC 1950) say nothing that is needed.
      return inflateBounded(bytes.subarray(2), {
        limit: size,
        beyond: 'stop',
        what: 'the page',
        inflater: page.file.source.inflater,
      })
    case 50000:
      return decodeZstandard(bytes, size)
    default:
      return decodePackBits(bytes, size)
  }
}

async function jpegBlock(page: Page, bytes: Uint8Array, index: number): Promise<Uint8Array> {
  if (page.bits !== 8)
    throw new ImagingError(
      'unsupported',
      `JPEG with ${page.bits} bits per sample cannot be shown yet; the original file is kept and can be downloaded.`,
    )
  if (page.compression === 6 && (bytes[0] !== 0xff || bytes[1] !== 0xd8)) throw oldJpeg()
  const rows = blockRows(page, index)
  if (page.blockWidth * rows > mostJpegPixels) {
    throw new ImagingError('too-large', `JPEG pieces of ${page.blockWidth} x ${rows} pixels are not read here.`)
  }
  const { samples, width, components } = await decodeJpeg(bytes, page.jpegTables, page.blockWidth, rows)
  const wanted = page.isPlanar ? 1 : page.samples
  if (components !== wanted)
    throw new ImagingError('malformed', `The JPEG data have ${components} components where ${wanted} are needed.`)
  if (width === page.blockWidth) return samples
  const out = new Uint8Array(page.blockWidth * rows * wanted)
  for (let y = 0; y < rows; y++) {
    out.set(samples.subarray(y * width * wanted, (y * width + page.blockWidth) * wanted), y * page.blockWidth * wanted)
  }
  return out
}

/** PackBits (TIFF 6.0, section 9). */
function decodePackBits(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  let made = 0
  let at = 0
  while (made < size && at < bytes.length) {
    const code = bytes[at++]!
    if (code < 128) {
      const run = bytes.subarray(at, at + Math.min(code + 1, size - made))
      out.set(run, made)
      made += run.length
      at += code + 1
    } else if (code > 128 && at < bytes.length) {
      out.fill(bytes[at++]!, made, Math.min(made + 257 - code, size))
      made = Math.min(made + 257 - code, size)
    }
  }
  return out.subarray(0, made)
}

/** Extra bytes at the end of a block are left out; missing ones are an error. */
function complete(bytes: Uint8Array, size: number, offset: number): Uint8Array {
  if (bytes.length >= size) return bytes.subarray(0, size)
  throw new ImagingError(
    'truncated',
    `A piece of the page ends after ${bytes.length} of ${size} bytes; bring the complete file again.`,
    offset,
  )
}

const mirror = Uint8Array.from({ length: 256 }, (_, byte) => {
  let out = 0
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) out |= 0x80 >> bit
  return out
})

const reversed = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => mirror[byte]!)
