import { ImagingError } from '../../errors.ts'
import type { SampleType } from '../../header.ts'
import { number, numbers, rawBytes } from './directory.ts'
import type { Directory, TiffFile } from './directory.ts'

/** How a page stores its pixels (TIFF 6.0; tag numbers in the reader below). */
export interface Page {
  file: TiffFile
  directory: Directory
  width: number
  height: number
  samples: number
  bits: number
  /** 1 unsigned, 2 signed, 3 float. */
  sampleFormat: number
  compression: number
  predictor: number
  photometric: number
  /** Samples of a pixel stand in separate blocks. */
  isPlanar: boolean
  /** Bits of a byte run from the lowest. */
  isReversed: boolean
  isTiled: boolean
  blockWidth: number
  blockHeight: number
  /** Blocks of one sample plane (of all samples when not planar). */
  blocksAcross: number
  blocksDown: number
  orientation: number
  /** Red, green, blue of each index, 8 bits; null when the page has no palette. */
  palette: Uint8Array | null
  jpegTables: Uint8Array | null
  /** Horizontal and vertical subsampling of chroma. */
  subsampling: [number, number]
  /** Type of the unpacked samples. */
  sampleType: SampleType
}

/** What is held in memory at once: a plane, a band of one, a block. */
export const mostHeldBytes = 1024 * 1024 * 1024
/** Larger pages are taken for damaged. */
const mostPageBytes = 64 * 2 ** 30
const mostBlocks = 4_000_000

const compressions: Record<number, string> = {
  32809: 'ThunderScan',
  34661: 'JBIG',
  34676: 'SGILog',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  33003: 'Aperio JPEG 2000',
  33005: 'Aperio JPEG 2000',
  34713: 'Nikon NEF',
  50001: 'WebP',
  50002: 'JPEG XL',
}
const decoded = new Set([1, 2, 3, 4, 5, 6, 7, 8, 32946, 32773, 50000])
const photometrics: Record<number, string> = {
  5: 'CMYK',
  8: 'CIE L*a*b*',
  9: 'ICC L*a*b*',
  10: 'ITU L*a*b*',
  32803: 'colour filter array',
  34892: 'linear raw',
}

/** @throws ImagingError 'malformed', 'unsupported', 'too-large' */
export async function readPage(file: TiffFile, directory: Directory): Promise<Page> {
  const value = (tag: number, absent: number) => number(file, directory, tag).then((found) => found ?? absent)
  const width = await value(256, 0)
  const height = await value(257, 0)
  const samples = await value(277, 1)
  const allBits = await numbers(file, directory, 258)
  const bits = allBits[0] ?? 1
  const formats = await numbers(file, directory, 339)
  const sampleFormat = formats[0] === 4 ? 1 : (formats[0] ?? 1)
  const compression = await value(259, 1)
  const photometric = await value(262, samples >= 3 ? 2 : 1)
  if (!isWhole(width, 0x7fffffff) || !isWhole(height, 0x7fffffff))
    throw bad(directory, `The page is ${width} x ${height} pixels large.`)
  if (!isWhole(samples, 4096)) throw bad(directory, `The page has ${samples} samples per pixel.`)
  if (!isWhole(bits, 64)) throw bad(directory, `The page has ${bits} bits per sample.`)
  if (allBits.some((other) => other !== bits) || formats.some((other) => other !== formats[0]))
    throw notRead('Samples of different kinds in one pixel')
  if (!decoded.has(compression))
    throw notRead(
      `TIFF compression ${compression}${compressions[compression] ? ` (${compressions[compression]})` : ''}`,
    )
  if (photometrics[photometric]) throw notRead(`Colours given as ${photometrics[photometric]}`)
  const sampleType = typeOf(bits, sampleFormat)
  if (width * height * samples * Math.ceil(bits / 8) > mostPageBytes) {
    throw new ImagingError(
      'too-large',
      `A page of ${width} x ${height} pixels takes more than ${mostPageBytes} bytes, which is not read here.`,
      directory.offset,
    )
  }
  const isTiled = directory.entries.has(322) || directory.entries.has(324)
  const rowsPerStrip = await value(278, height)
  const blockWidth = isTiled ? await value(322, 0) : width
  const blockHeight = isTiled ? await value(323, 0) : Math.min(rowsPerStrip || height, height)
  if (!isWhole(blockWidth, 65536 * 16) || !isWhole(blockHeight, 0x7fffffff))
    throw bad(directory, `The page has tiles of ${blockWidth} x ${blockHeight} pixels.`)
  if (blockWidth * blockHeight * samples * Math.ceil(bits / 8) > mostHeldBytes)
    throw new ImagingError(
      'too-large',
      `The page is cut into pieces of ${blockWidth} x ${blockHeight} pixels; more than ${mostHeldBytes} bytes of one are not read here.`,
      directory.offset,
    )
  const blocksAcross = Math.ceil(width / blockWidth)
  const blocksDown = Math.ceil(height / blockHeight)
  if (blocksAcross * blocksDown * samples > mostBlocks)
    throw bad(directory, `The page is cut into ${blocksAcross * blocksDown} pieces.`)
  const subsampling = photometric === 6 ? await numbers(file, directory, 530) : []
  return {
    file,
    directory,
    width,
    height,
    samples,
    bits,
    sampleFormat,
    compression,
    predictor: await value(317, 1),
    photometric,
    isPlanar: samples > 1 && (await value(284, 1)) === 2,
    isReversed: (await value(266, 1)) === 2,
    isTiled,
    blockWidth,
    blockHeight,
    blocksAcross,
    blocksDown,
    orientation: await value(274, 1),
    palette: photometric === 3 ? await readPalette(file, directory, bits) : null,
    jpegTables: compression === 7 ? await rawBytes(file, directory, 347) : null,
    subsampling: [subsampling[0] ?? 2, subsampling[1] ?? 2],
    sampleType,
  }
}

const isWhole = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most

const bad = (directory: Directory, message: string) => new ImagingError('malformed', message, directory.offset)

const notRead = (what: string) =>
  new ImagingError('unsupported', `${what} cannot be shown yet; the original file is kept and can be downloaded.`)

/** Type that holds the samples without loss; 64-bit integers become double, which is exact to 2^53. */
function typeOf(bits: number, sampleFormat: number): SampleType {
  if (sampleFormat === 3 && (bits === 16 || bits === 32)) return 'float32'
  if (sampleFormat === 3 && bits === 64) return 'float64'
  const isSigned = sampleFormat === 2
  if (sampleFormat > 2 || (isSigned && ![8, 16, 32, 64].includes(bits)) || (bits > 32 && bits !== 64)) {
    throw notRead(`Samples of ${bits} bits with sample format ${sampleFormat}`)
  }
  if (bits <= 8) return isSigned ? 'int8' : 'uint8'
  if (bits <= 16) return isSigned ? 'int16' : 'uint16'
  if (bits <= 32) return isSigned ? 'int32' : 'uint32'
  return 'float64'
}

/** ColorMap: all red values first, then green, then blue, 16 bits each. */
async function readPalette(file: TiffFile, directory: Directory, bits: number): Promise<Uint8Array | null> {
  const map = await numbers(file, directory, 320)
  const count = 2 ** bits
  if (bits > 16 || map.length < count * 3) throw bad(directory, 'The colour map of the page is not complete.')
  // Old writers put 8-bit values into the 16-bit table.
  const shift = map.some((value) => value > 255) ? 8 : 0
  return Uint8Array.from({ length: count * 3 }, (_, i) => map[(i % 3) * count + Math.floor(i / 3)]! >> shift)
}
