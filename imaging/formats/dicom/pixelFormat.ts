import { ImagingError } from '../../errors.ts'
import type { SampleType } from '../../header.ts'
import type { DataSet } from './dataSet.ts'
import type { DicomFile } from './file.ts'
import { readLut, type Lut } from './lut.ts'
import { readPalette } from './palette.ts'
import type { Palette } from './palette.ts'
import { pixelCoding } from './transferSyntax.ts'
import type { PixelCoding } from './transferSyntax.ts'

/** How the pixels of a file are stored, and as what they are served (PS3.3 C.7.6.3). */
export interface PixelFormat {
  rows: number
  columns: number
  /** Stored samples per pixel: 1 or 3. */
  samples: 1 | 3
  bitsAllocated: number
  bitsStored: number
  highBit: number
  isSigned: boolean
  /** RRR...GGG...BBB inside a frame instead of RGBRGB. */
  isPlanar: boolean
  /** Y1 Y2 Cb Cr for each two pixels (YBR_FULL_422 without compression). */
  isHalved: boolean
  photometric: string
  coding: PixelCoding
  littleEndian: boolean
  /** 8-bit samples written as 16-bit words: in big-endian files each pair stands swapped (PS3.5, 8.2). */
  isWordSwapped: boolean
  palette: Palette | null
  /** Modality LUT: what is served are its entries. */
  lut: Lut | null
  /** Bits of one native frame; frames of 1-bit images follow each other without alignment (PS3.5, 8.1.1). */
  frameBits: number
  sampleType: SampleType
  samplesPerPixel: 1 | 3
  /** Whether the stored bytes are served as they are. */
  isExact: boolean
}

/** A plane is held in memory whole. */
const mostPlaneBytes = 1024 * 1024 * 1024

const colours = new Set(['RGB', 'YBR_FULL', 'YBR_FULL_422', 'YBR_RCT', 'YBR_ICT', 'YBR_PARTIAL_420', 'YBR_PARTIAL_422'])

/** @throws ImagingError when the attributes contradict each other or are of a kind that is not read */
export function pixelFormat(file: DicomFile): PixelFormat {
  const { data, pixels } = file
  if (!pixels) {
    throw new ImagingError('unsupported', 'This DICOM object holds no pixels (it is a report, a plan or the like).')
  }
  const isFloat = pixels.tag !== 0x7fe00010
  const rows = whole(data, 0x00280010, 'Rows', 1, 65535)
  const columns = whole(data, 0x00280011, 'Columns', 1, 65535)
  const samples = data.has(0x00280002) ? whole(data, 0x00280002, 'SamplesPerPixel', 1, 255) : 1
  const bitsAllocated = isFloat
    ? pixels.tag === 0x7fe00008
      ? 32
      : 64
    : whole(data, 0x00280100, 'BitsAllocated', 1, 64)
  const bitsStored = data.has(0x00280101) && !isFloat ? whole(data, 0x00280101, 'BitsStored', 1, 64) : bitsAllocated
  const highBit = data.has(0x00280102) && !isFloat ? whole(data, 0x00280102, 'HighBit', 0, 63) : bitsStored - 1
  const isSigned = !isFloat && data.number(0x00280103, 'US') === 1
  const photometric = data.string(0x00280004) ?? (samples === 3 ? 'RGB' : 'MONOCHROME2')
  const coding = pixelCoding(file.transferSyntax)
  if (samples !== 1 && samples !== 3) throw unsupported(`${samples} samples per pixel`)
  if (samples === 3 && !colours.has(photometric))
    throw unsupported(`Photometric interpretation ${photometric} with 3 samples per pixel`)
  if (![1, 8, 16, 32].includes(bitsAllocated) && !isFloat)
    throw unsupported(`${bitsAllocated} bits allocated per sample`)
  if (bitsStored > bitsAllocated || highBit >= bitsAllocated || highBit + 1 < bitsStored) {
    throw new ImagingError(
      'malformed',
      `BitsAllocated ${bitsAllocated}, BitsStored ${bitsStored} and HighBit ${highBit} contradict each other.`,
      data.elements.get(0x00280100)?.offset,
    )
  }
  if ((coding === 'rle' || coding === 'code-stream') && bitsAllocated < 8)
    throw unsupported('Compression of 1-bit pixels')
  if (coding === 'code-stream' && (bitsAllocated > 16 || isFloat))
    throw unsupported(`Compressed pixels of ${bitsAllocated} bits`)
  if (samples === 3 && (isSigned || (bitsAllocated !== 8 && bitsAllocated !== 16))) {
    throw unsupported(`Colour pixels of ${bitsAllocated} bits${isSigned ? ', signed' : ''}`)
  }
  const isNative = coding === 'native'
  // As the frame is laid out once it is inflated.
  const isPlain = isNative || coding === 'deflated'
  if (isPlain && photometric.startsWith('YBR_') && photometric !== 'YBR_FULL' && photometric !== 'YBR_FULL_422') {
    throw unsupported(`Uncompressed pixels of photometric interpretation ${photometric}`)
  }
  if (isPlain && photometric === 'YBR_FULL_422' && (columns % 2 !== 0 || bitsAllocated !== 8)) {
    throw unsupported('YBR_FULL_422 with an odd number of columns or more than 8 bits')
  }
  const palette = samples === 1 && photometric === 'PALETTE COLOR' ? readPalette(data, isSigned) : null
  const samplesPerPixel = samples === 3 || palette ? 3 : 1
  const lut = samplesPerPixel === 1 && !isFloat ? readLut(data.item(0x00283000), isSigned) : null
  const sampleType =
    palette || (lut && lut.bits <= 8)
      ? 'uint8'
      : lut
        ? 'uint16'
        : isFloat
          ? floatType(pixels.tag)
          : storedType({ bitsAllocated, isSigned })
  const planeBytes = rows * columns * samplesPerPixel * Math.max(1, bitsAllocated / 8, lut && lut.bits > 8 ? 2 : 1)
  if (planeBytes > mostPlaneBytes) {
    throw new ImagingError(
      'too-large',
      `Images of ${columns} x ${rows} pixels take ${planeBytes} bytes each, which is not read here.`,
    )
  }
  const littleEndian = file.littleEndian || !isNative
  // RLE frames and code streams are put together interleaved, whatever the attribute says.
  const isPlanar = isPlain && samples === 3 && data.number(0x00280006, 'US') === 1
  const isHalved = isPlain && samples === 3 && photometric === 'YBR_FULL_422'
  return {
    rows,
    columns,
    samples,
    bitsAllocated,
    bitsStored,
    highBit,
    isSigned,
    isPlanar,
    isHalved,
    photometric,
    coding,
    littleEndian,
    isWordSwapped: !littleEndian && bitsAllocated === 8 && pixels.vr === 'OW',
    palette,
    lut,
    frameBits: rows * columns * bitsAllocated * (isHalved ? 2 : samples),
    sampleType,
    samplesPerPixel,
    isExact:
      isNative &&
      (littleEndian || (bitsAllocated === 8 && pixels.vr !== 'OW')) &&
      bitsAllocated >= 8 &&
      bitsStored === bitsAllocated &&
      !isPlanar &&
      !palette &&
      !lut &&
      !photometric.startsWith('YBR_'),
  }
}

function whole(data: DataSet, tag: number, name: string, least: number, most: number): number {
  const value = data.number(tag, 'US')
  if (value === undefined)
    throw new ImagingError('malformed', `The file has pixels but no usable ${name}.`, data.elements.get(tag)?.offset)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ImagingError(
      'malformed',
      `${name} is ${value}; ${least} to ${most} is possible.`,
      data.elements.get(tag)?.offset,
    )
  }
  return value
}

const unsupported = (what: string) =>
  new ImagingError('unsupported', `${what} cannot be shown yet; the original file is kept and can be downloaded.`)

const floatType = (tag: number): SampleType => (tag === 0x7fe00008 ? 'float32' : 'float64')

/** Type of whole numbers once they are unpacked, masked and sign-extended. */
export function storedType({
  bitsAllocated: bits,
  isSigned,
}: Pick<PixelFormat, 'bitsAllocated' | 'isSigned'>): SampleType {
  if (bits <= 8) return isSigned && bits === 8 ? 'int8' : 'uint8'
  if (bits === 16) return isSigned ? 'int16' : 'uint16'
  return isSigned ? 'int32' : 'uint32'
}
