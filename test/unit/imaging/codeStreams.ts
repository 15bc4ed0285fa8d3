import codecs from 'dcmjs-codecs'
import type { Context as CodecContext } from 'dcmjs-codecs'
import type { CodeStreamKind } from '#imaging/codecs/codeStream.ts'
import { encapsulatedFile } from './dicomFiles.ts'
import type { Attributes } from './dicomFiles.ts'

const { Context, NativeCodecs } = codecs

/** An image for the encoders of dcmjs-codecs, which are not the decoders under test (but for JPEG of 12 bits). */
export interface Picture {
  columns: number
  rows: number
  samples: 1 | 3
  bits: number
  isSigned: boolean
  /** Little-endian samples of one byte up to 8 bits, of two beyond, interleaved. */
  bytes: Uint8Array
}

export type EncodedKind = Exclude<CodeStreamKind, 'jpeg-12-bit'> | 'htj2k'

/** A picture with flat, smooth and rough parts that reach both ends of the range. */
export function picture(columns: number, rows: number, samples: 1 | 3, bits: number, isSigned = false): Picture {
  const count = columns * rows * samples
  const most = 2 ** bits - 1
  const values = Array.from({ length: count }, (_, i) => {
    const x = Math.floor(i / samples) % columns
    const y = Math.floor(i / samples / columns)
    if (y < rows / 4) return (i % samples) * 3
    if (y < rows / 2) return Math.floor((x / columns) * most)
    return (i * 2654435761) % (most + 1)
  })
  const low = isSigned ? 2 ** (bits - 1) : 0
  const bytes = new Uint8Array(bits > 8 ? count * 2 : count)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => (bits > 8 ? view.setInt16(i * 2, value - low, true) : view.setInt8(i, value - low)))
  return { columns, rows, samples, bits, isSigned, bytes }
}

export async function encodeCodeStream(kind: EncodedKind, image: Picture): Promise<Uint8Array> {
  if (!NativeCodecs.isInitialized()) await NativeCodecs.initializeAsync()
  const context = new Context({
    width: image.columns,
    height: image.rows,
    bitsAllocated: image.bits > 8 ? 16 : 8,
    bitsStored: image.bits,
    samplesPerPixel: image.samples,
    pixelRepresentation: image.isSigned ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation: image.samples === 3 ? 'RGB' : 'MONOCHROME2',
    decodedBuffer: kind === 'jpeg-lossless' ? withoutSign(image) : image.bytes,
  })
  return Uint8Array.from(encoders[kind](context).getEncodedBuffer()!)
}

/** Lossless JPEG knows no sign: its encoder wants nothing outside of the bits. */
function withoutSign({ bytes, bits }: Picture): Uint8Array {
  if (bits <= 8) return bytes
  const words = new Uint16Array(bytes.slice().buffer)
  return new Uint8Array(words.map((word) => word & (2 ** bits - 1)).buffer)
}

const encoders: Record<EncodedKind, (context: CodecContext) => CodecContext> = {
  jpeg: (context) => NativeCodecs.encodeJpeg(context, { lossy: true, quality: 95 }),
  'jpeg-lossless': (context) => NativeCodecs.encodeJpeg(context, { lossy: false, predictor: 6, pointTransform: 0 }),
  'jpeg-ls': (context) => NativeCodecs.encodeJpegLs(context, { lossy: false }),
  'jpeg-2000': (context) => NativeCodecs.encodeJpeg2000(context, { lossy: false }),
  htj2k: (context) => NativeCodecs.encodeHtJpeg2000(context, { lossy: false }),
}

export const transferSyntaxes: Record<CodeStreamKind | 'htj2k', string> = {
  jpeg: '1.2.840.10008.1.2.4.50',
  'jpeg-12-bit': '1.2.840.10008.1.2.4.51',
  'jpeg-lossless': '1.2.840.10008.1.2.4.57',
  'jpeg-ls': '1.2.840.10008.1.2.4.80',
  'jpeg-2000': '1.2.840.10008.1.2.4.90',
  htj2k: '1.2.840.10008.1.2.4.201',
}

/** A file of one frame. */
export function codeStreamFile(
  kind: CodeStreamKind | 'htj2k',
  image: Omit<Picture, 'bytes'>,
  stream: Uint8Array,
  more: Attributes = [],
): Uint8Array {
  const padded = stream.length % 2 ? Buffer.concat([stream, Buffer.alloc(1)]) : stream
  return encapsulatedFile(
    transferSyntaxes[kind],
    [
      [0x00280002, 'US', image.samples],
      [0x00280004, 'CS', image.samples === 3 ? 'RGB' : 'MONOCHROME2'],
      [0x00280010, 'US', image.rows],
      [0x00280011, 'US', image.columns],
      [0x00280100, 'US', image.bits > 8 ? 16 : 8],
      [0x00280101, 'US', image.bits],
      [0x00280102, 'US', image.bits - 1],
      [0x00280103, 'US', image.isSigned ? 1 : 0],
      ...more,
    ],
    [padded],
  )
}

const joined = (parts: number[][]): Uint8Array => Uint8Array.from(parts.flat())

/** JPEG of 12 bits with one flat block of 8 x 8: a DC difference of 800 at a quantiser of 1 is 100 above the middle of 2048. */
export function flatJpeg12(): Uint8Array {
  const marker = (code: number, ...content: number[]) => [0xff, code, 0, content.length + 2, ...content]
  // One code each of one bit: DC category 10 as 0, AC end of block as 0.
  const lengths = [1, ...Array.from({ length: 15 }, () => 0)]
  return joined([
    [0xff, 0xd8],
    marker(0xdb, 0, ...Array.from({ length: 64 }, () => 1)),
    marker(0xc1, 12, 0, 8, 0, 8, 1, 1, 0x11, 0),
    marker(0xc4, 0x00, ...lengths, 10),
    marker(0xc4, 0x10, ...lengths, 0),
    marker(0xda, 1, 1, 0x00, 0, 63, 0),
    // 0, then 800 in ten bits (1100100000), then 0, then ones to the end of the byte.
    [0b01100100, 0b00001111],
    [0xff, 0xd9],
  ])
}

const bigEndian = (value: number, size: number) =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256)

/** A JPEG 2000 image of little content and free layout (ITU-T T.800 annex A); sizes are those of the markers. */
export function hostileJpeg2000(layout: {
  side: number
  tile: number
  /** Exponents of precinct height and width, four bits each. */
  precinct: number
  levels: number
  layers: number
  /** Exponent of code block sides, less two. */
  block: number
}): Uint8Array {
  const { side, tile, precinct, levels, layers, block } = layout
  const sizes = [side, side, 0, 0, tile, tile, 0, 0].flatMap((value) => bigEndian(value, 4))
  const perLevel = Array.from({ length: levels + 1 }, () => precinct)
  const body = Array.from({ length: 64 }, () => 0x55)
  return joined([
    [0xff, 0x4f],
    [0xff, 0x51, 0, 41, 0, 0, ...sizes, 0, 1, 7, 1, 1],
    [0xff, 0x52, 0, 13 + levels, 1, 0, ...bigEndian(layers, 2), 0, levels, block, block, 0, 1, ...perLevel],
    [0xff, 0x5c, 0, 4 + 3 * levels, 0x40, ...Array.from({ length: 1 + 3 * levels }, () => 8 << 3)],
    [0xff, 0x90, 0, 10, 0, 0, ...bigEndian(14 + body.length, 4), 0, 1, 0xff, 0x93, ...body],
    [0xff, 0xd9],
  ])
}
