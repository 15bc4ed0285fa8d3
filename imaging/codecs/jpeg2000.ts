import { ImagingError } from '../errors.ts'
import type { CodeStream } from './codeStream.ts'

const damaged = (at: number) =>
  new ImagingError('malformed', `The header of the JPEG 2000 image is damaged at byte ${at}.`)

const unsupported = (what: string) =>
  new ImagingError(
    'unsupported',
    `JPEG 2000 images with ${what} are not decoded here; the original file is kept and can be downloaded.`,
  )

/** OpenJPEG keeps a few kilobytes for each tile; whole-slide tiles are images of their own in DICOM. */
const mostTiles = 4096
/** An image of 32768 x 32768 in precincts of 128 x 128 and ten layers has a million. */
const mostPackets = 1_000_000
/** An image of 32768 x 32768 in the usual blocks of 64 x 64. */
const mostBlocks = 262_144

const [codingStyle, componentStyle, startOfTilePart, startOfData] = [0xff52, 0xff53, 0xff90, 0xff93]

/**
 * Image and tile size marker (SIZ, ITU-T T.800 A.5.1) of a bare code stream or of a JP2 file.
 * @throws ImagingError 'malformed', 'unsupported'
 */
export function readJpeg2000(given: Uint8Array): CodeStream {
  const bytes = given.subarray(startOf(given))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // SOC, SIZ, Lsiz, Rsiz, then eight numbers and the count of components.
  if (bytes.length < 42 || view.getUint32(0) !== 0xff4fff51) throw damaged(0)
  const [right, bottom, left, top, tileWidth, tileHeight, tileLeft, tileTop] = Array.from({ length: 8 }, (_, i) =>
    view.getUint32(8 + i * 4),
  ) as [number, number, number, number, number, number, number, number]
  const components = view.getUint16(40)
  if (components === 0 || view.getUint16(4) !== 38 + 3 * components || bytes.length < 42 + 3 * components)
    throw damaged(4)
  if (left >= right || top >= bottom || tileWidth === 0 || tileHeight === 0 || tileLeft > left || tileTop > top)
    throw damaged(8)
  const tiles = Math.ceil((right - tileLeft) / tileWidth) * Math.ceil((bottom - tileTop) / tileHeight)
  if (tiles > mostTiles) throw unsupported(`${tiles} tiles`)
  const depth = bytes[42]!
  for (let i = 0; i < components; i++) {
    const [bits, across, down] = bytes.subarray(42 + i * 3)
    if (bits !== depth) throw unsupported('components of different depths')
    if (across !== 1 || down !== 1) throw unsupported('subsampled components')
  }
  // The highest bit is the sign, the others are the depth less one.
  const precision = (depth & 0x7f) + 1
  if (precision > 16) throw unsupported(`${precision} bits per sample`)
  checkPackets(bytes, {
    width: Math.min(right - left, tileWidth),
    height: Math.min(bottom - top, tileHeight),
    tiles,
    components,
  })
  return {
    kind: 'jpeg-2000',
    bytes,
    columns: right - left,
    rows: bottom - top,
    components,
    precision,
    isSigned: (depth & 0x80) !== 0,
    isColourStated: true,
  }
}

/**
 * The same image with samples without a sign: each is greater by half of the range, which is what a decoder adds to them
 * (DC level shift, ITU-T T.800 G.1).
 */
export function withoutSign(bytes: Uint8Array, components: number): Uint8Array {
  const out = Uint8Array.from(bytes)
  for (let i = 0; i < components; i++) out[42 + i * 3]! &= 0x7f
  return out
}

interface Extent {
  /** Of a tile. */
  width: number
  height: number
  tiles: number
  components: number
}

/**
 * Refuses what would keep a decoder busy for hours with a few bytes: packets are layers times precincts (ITU-T T.800
 * A.6.1, B.6). Only coding styles of the main header are taken.
 */
function checkPackets(bytes: Uint8Array, extent: Extent): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let layers = 0
  let at = 2
  let isInTile = false
  for (let tilePart = 0; at + 4 <= bytes.length;) {
    const marker = view.getUint16(at)
    if (marker >>> 8 !== 0xff) throw damaged(at)
    if (marker === startOfData || marker === 0xffd9) {
      if (layers === 0 || !isInTile) throw damaged(at)
      // The length of the last tile part may be left open.
      const length = view.getUint32(tilePart + 6)
      if (length === 0 || marker === 0xffd9) return
      if (length < at + 2 - tilePart) throw damaged(tilePart)
      at = tilePart + length
      if (at + 4 > bytes.length || view.getUint16(at) !== startOfTilePart) return
      continue
    }
    const length = view.getUint16(at + 2)
    if (length < 2 || at + 2 + length > bytes.length) throw damaged(at)
    if (marker === startOfTilePart) {
      if (length !== 10) throw damaged(at)
      tilePart = at
      isInTile = true
    } else if (marker === codingStyle || marker === componentStyle) {
      if (isInTile) throw unsupported('a coding style of their own for tiles')
      const isCommon = marker === codingStyle
      // COD: Scod, progression, layers, transform. COC: component of one or two bytes, Scoc. Then the same five bytes.
      const styles = isCommon ? at + 9 : at + (extent.components < 257 ? 6 : 7)
      const hasPrecincts = (bytes[isCommon ? at + 4 : styles - 1]! & 1) === 1
      if (isCommon) layers = view.getUint16(at + 6)
      const levels = bytes[styles]!
      if (levels > 32 || styles + 5 + (hasPrecincts ? levels + 1 : 0) > at + 2 + length) throw damaged(at)
      const precincts = hasPrecincts ? bytes.subarray(styles + 5, styles + 6 + levels) : null
      const packets = Math.max(1, layers) * extent.tiles * extent.components * precinctCount(extent, levels, precincts)
      if (packets > mostPackets) throw unsupported(`${packets} packets`)
      // Exponents of the sides of a code block, less two.
      const blockPixels = 2 ** (bytes[styles + 1]! + bytes[styles + 2]! + 4)
      const blocks = (extent.tiles * extent.components * extent.width * extent.height) / blockPixels
      if (blocks > mostBlocks) throw unsupported(`${Math.ceil(blocks)} code blocks`)
    }
    at += 2 + length
  }
  throw damaged(at)
}

/** Precincts of one component of one tile, over all resolutions from the smallest; sizes are exponents of two, 4 bits each. */
function precinctCount({ width, height }: Extent, levels: number, sizes: Uint8Array | null): number {
  let count = 0
  for (let resolution = 0; resolution <= levels; resolution++) {
    const size = sizes?.[resolution] ?? 0xff
    const scale = 2 ** (levels - resolution)
    count += Math.ceil(width / scale / 2 ** (size & 15)) * Math.ceil(height / scale / 2 ** (size >> 4))
  }
  return count
}

/** Offset of the code stream: 0, or the content of the box 'jp2c' (ITU-T T.800 I.5.4). */
function startOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // The signature box: its length 12, 'jP  '.
  if (bytes.length < 12 || view.getUint32(0) !== 12 || view.getUint32(4) !== 0x6a502020) return 0
  let at = 12
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 4) === 0x6a703263) return at + (length === 1 ? 16 : 8)
    if (length < 8) throw damaged(at)
    at += length
  }
  throw damaged(at)
}
