import { ImagingError } from '../errors.ts'
import type { CodeStream } from './codeStream.ts'

const damaged = (at: number) =>
  new ImagingError('malformed', `The header of the JPEG 2000 image is damaged at byte ${at}.`)

const unsupported = (what: string) =>
  new ImagingError(
    'unsupported',
    `JPEG 2000 images with ${what} are not decoded here; the original file is kept and can be downloaded.`,
  )

/** Rsiz: bit 14 announces the capabilities of Part 15, high throughput (ITU-T T.800 A.5.1, T.814 A.2). */
const highThroughput = 0x4000
/** OpenJPEG keeps a few kilobytes for each tile; whole-slide tiles are images of their own in DICOM. */
const mostTiles = 4096

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
  // The builds of OpenJPEG and OpenJPH that are used give wrong samples for these two.
  if (precision > 8 && components > 1) throw unsupported(`${components} components of ${precision} bits`)
  if (precision <= 8 && depth & 0x80) throw unsupported(`signed samples of ${precision} bits`)
  return {
    kind: view.getUint16(6) & highThroughput ? 'htj2k' : 'jpeg-2000',
    bytes,
    columns: right - left,
    rows: bottom - top,
    components,
    precision,
    isColourStated: true,
  }
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
