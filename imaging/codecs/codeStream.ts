import { ImagingError } from '../errors.ts'
import { readJpeg2000 } from './jpeg2000.ts'

/** What the header of a compressed image says; read by ourselves, so that nothing is decoded that does not fit. */
export interface CodeStream {
  kind: CodeStreamKind
  /** From the start mark on, without the boxes of a JP2 file. */
  bytes: Uint8Array
  columns: number
  rows: number
  components: number
  /** Bits of a sample. */
  precision: number
  /** JPEG 2000 only: samples may be negative. */
  isSigned?: boolean
  /** JPEG only: whether a marker or the names of the components tell RGB from YCbCr. */
  isColourStated: boolean
}

/** The decoder that a code stream needs; HTJ2K is a part of JPEG 2000. */
export type CodeStreamKind = 'jpeg' | 'jpeg-12-bit' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000'

export const codeStreamNames: Record<CodeStreamKind, string> = {
  jpeg: 'JPEG',
  'jpeg-12-bit': '12-bit JPEG',
  'jpeg-lossless': 'JPEG Lossless',
  'jpeg-ls': 'JPEG-LS',
  'jpeg-2000': 'JPEG 2000',
}

/** Markers without a length: TEM and RST0-7 (ITU-T T.81, B.1.1.3). */
const standsAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)

const startOfScan = 0xda
const endOfImage = 0xd9
const jpegLsFrame = 0xf7
const mostPadding = 64

/**
 * Reads the header of a JPEG, JPEG-LS, JPEG 2000 or HTJ2K image (ITU-T T.81, T.87, T.800, T.814).
 * @throws ImagingError 'malformed', 'truncated', 'unsupported'
 */
export function readCodeStream(bytes: Uint8Array): CodeStream {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8
  const stream = isJpeg ? readJpeg(bytes) : readJpeg2000(bytes)
  if (!hasEnd(stream.bytes)) {
    throw new ImagingError(
      'truncated',
      `The ${codeStreamNames[stream.kind]} image has no end mark; bring the complete file again.`,
    )
  }
  return stream
}

/** EOI and EOC are the same mark. Behind it stands padding to an even length; some writers pad with more, and with anything. */
function hasEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= Math.max(0, bytes.length - mostPadding); at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === endOfImage) return true
  }
  return false
}

function readJpeg(bytes: Uint8Array): CodeStream {
  let at = 2
  let isColourStated = false
  for (;;) {
    if (bytes[at] !== 0xff) throw damaged('JPEG', at)
    while (bytes[at] === 0xff) at++ // a marker may be preceded by any number of fill bytes
    const marker = bytes[at++]
    if (marker === undefined || marker === 0 || marker === startOfScan || marker === endOfImage)
      throw damaged('JPEG', at)
    if (standsAlone(marker)) continue
    const length = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
    if (length < 2 || at + length > bytes.length) throw damaged('JPEG', at)
    const segment = bytes.subarray(at + 2, at + length)
    // JFIF means YCbCr, an Adobe segment says what it is; libjpeg goes by both.
    if (marker === 0xe0 && startsWith(segment, 'JFIF')) isColourStated = true
    if (marker === 0xee && startsWith(segment, 'Adobe')) isColourStated = true
    const isFrame = marker === jpegLsFrame || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
    if (isFrame) return frame(bytes, marker, segment, isColourStated)
    at += length
  }
}

/** Start of frame: precision, lines, samples per line, then three bytes for each component. */
function frame(bytes: Uint8Array, marker: number, segment: Uint8Array, isColourStated: boolean): CodeStream {
  const [precision = 0, high = 0, low = 0, wide = 0, narrow = 0, components = 0] = segment
  if (segment.length < 6 + components * 3 || components === 0) throw damaged('JPEG', segment.byteOffset)
  const names = Array.from({ length: components }, (_, i) => String.fromCharCode(segment[6 + i * 3]!)).join('')
  const [columns, rows] = [wide * 256 + narrow, high * 256 + low]
  const kind = kindOf(marker, precision)
  return { kind, bytes, columns, rows, components, precision, isColourStated: isColourStated || names === 'RGB' }
}

function kindOf(marker: number, precision: number): CodeStreamKind {
  if (marker === jpegLsFrame && precision >= 2 && precision <= 16) return 'jpeg-ls'
  if (marker === 0xc3 && precision >= 2 && precision <= 16) return 'jpeg-lossless'
  // Baseline, extended sequential, progressive.
  if (marker <= 0xc2 && precision === 8) return 'jpeg'
  if (marker === 0xc1 && precision === 12) return 'jpeg-12-bit'
  throw new ImagingError(
    'unsupported',
    `JPEG images of process ${marker.toString(16).toUpperCase()} with ${precision} bits are not decoded here; the original file is kept and can be downloaded.`,
  )
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((character, i) => bytes[i] === character.charCodeAt(0))

const damaged = (name: string, at: number) =>
  new ImagingError('malformed', `The header of the ${name} image is damaged at byte ${at}.`)
