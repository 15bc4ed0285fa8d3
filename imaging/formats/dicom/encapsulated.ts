import { readCodeStream, codeStreamNames } from '../../codecs/codeStream.ts'
import type { CodeStream } from '../../codecs/codeStream.ts'
import { decodeCodeStream } from '../../codecs/decode.ts'
import { ImagingError } from '../../errors.ts'
import { inflateBounded } from '../../inflate.ts'
import type { Inflater } from '../../inflater.ts'
import { servedPlane, unpackBits } from './decode.ts'
import { frameFragments, joinFragments } from './fragments.ts'
import type { Encapsulated } from './fragments.ts'
import type { PixelFormat } from './pixelFormat.ts'
import { decodeRle } from './rle.ts'
import { transferSyntaxText } from './transferSyntax.ts'

/**
 * The planes of compressed pixels.
 * @param count frames that the file announces
 * @returns the frame as it is served; throws ImagingError
 */
export function encapsulatedPlanes(
  pixels: Encapsulated,
  format: PixelFormat,
  count: number,
  transferSyntax: string,
): (frame: number) => Promise<Uint8Array> {
  const decode = decoders[format.coding]
  if (!decode) {
    return async () => {
      throw new ImagingError(
        'unsupported',
        `${transferSyntaxText(transferSyntax)} is not decoded here; the original file is kept and can be downloaded.`,
        pixels.offset,
      )
    }
  }
  let index: ReturnType<typeof frameFragments> | null = null
  return async (frame) => {
    index ??= frameFragments(pixels, count)
    const { source } = pixels
    return decode(await joinFragments(source, (await index)[frame]!), format, source.inflater)
  }
}

type FrameDecoder = (
  bytes: Uint8Array,
  format: PixelFormat,
  inflater: Inflater | undefined,
) => Promise<Uint8Array> | Uint8Array

const decoders: Partial<Record<PixelFormat['coding'], FrameDecoder>> = {
  rle: (bytes, format) =>
    servedPlane(format, decodeRle(bytes, format.rows * format.columns, format.samples, format.bitsAllocated / 8)),

  deflated(bytes, format, inflater) {
    const length = Math.ceil(format.frameBits / 8)
    const frame = inflateBounded(bytes, { limit: length, beyond: 'stop', what: 'the image', inflater })
    if (frame.length < length) {
      throw new ImagingError(
        'truncated',
        `A deflated image gives ${frame.length} bytes where ${length} are needed; bring the complete file again.`,
      )
    }
    const pixels = format.rows * format.columns * format.samples
    return servedPlane(format, format.bitsAllocated === 1 ? unpackBits(frame, 0, pixels) : frame)
  },

  async 'code-stream'(bytes, format) {
    const stream = fitting(readCodeStream(bytes), format)
    const { kind, precision } = stream
    const isByLibjpeg = kind === 'jpeg'
    const samples = await decodeCodeStream(
      isByLibjpeg && format.photometric === 'RGB' && !stream.isColourStated ? statedAsRgb(stream) : stream,
    )
    return servedPlane(
      {
        ...format,
        // Encoders take the samples, not the words around them; only a code stream wider than BitsStored has the words.
        highBit: precision > format.bitsStored ? format.highBit : format.bitsStored - 1,
        // libjpeg makes RGB by itself, and the colour transforms of JPEG 2000 are undone by its decoders.
        photometric: isByLibjpeg && format.samples === 3 ? 'RGB' : format.photometric,
      },
      precision <= 8 && format.bitsAllocated === 16 ? widened(samples) : samples,
    )
  },
}

/**
 * Compares the header of a code stream with the data set, before anything is decoded.
 * @throws ImagingError 'malformed'
 */
function fitting(stream: CodeStream, format: PixelFormat): CodeStream {
  const { columns, rows, components, precision } = stream
  if (columns !== format.columns || rows !== format.rows || components !== format.samples) {
    throw new ImagingError(
      'malformed',
      `The ${codeStreamNames[stream.kind]} image has ${columns} x ${rows} pixels of ${samplesText(components)}, the file says ${format.columns} x ${format.rows} of ${samplesText(format.samples)}.`,
    )
  }
  if (precision > format.bitsAllocated) {
    throw new ImagingError(
      'malformed',
      `The ${codeStreamNames[stream.kind]} image has samples of ${precision} bits, for which the file allocates ${format.bitsAllocated}.`,
    )
  }
  return stream
}

const samplesText = (count: number): string => `${count} ${count === 1 ? 'sample' : 'samples'}`

/**
 * A JPEG with an Adobe segment that says "no colour transform" (Adobe Technical Note 5116, 18): without any statement
 * libjpeg takes three components for YCbCr, but the data set says RGB.
 */
function statedAsRgb(stream: CodeStream): CodeStream {
  const segment = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0]
  const bytes = new Uint8Array(stream.bytes.length + segment.length)
  bytes.set(stream.bytes.subarray(0, 2))
  bytes.set(segment, 2)
  bytes.set(stream.bytes.subarray(2), 2 + segment.length)
  return { ...stream, bytes }
}

/** Bytes to words, little-endian. */
function widened(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length * 2)
  bytes.forEach((value, i) => (out[i * 2] = value))
  return out
}
