import { ImagingError } from '../errors.ts'
import { interleaved } from '../samples.ts'
import { codeStreamNames } from './codeStream.ts'
import type { CodeStream } from './codeStream.ts'
import { decodeJpeg12 } from './jpeg12.ts'
import { withoutSign } from './jpeg2000.ts'
import { decodeJpegLossless } from './jpegLossless.ts'
import { beyondLimit, decodeWithWasm } from './wasmCodec.ts'
import type { Decoded, MemoryLimit } from './wasmCodec.ts'

/** Codecs hold an image several times in an address space of 2 GiB. */
const mostSamples = 128 * 1024 * 1024
/** What codecs need beside the image: tables, and for JPEG 2000 wavelet coefficients of four bytes and their code blocks. */
const baseBytes = 96 * 1024 * 1024
const bytesPerSample = 20
/** Codecs that have no limit of their own keep the samples and what they are made of, a few bytes for each. */
const leastBytesPerSample = 6
/** The address space of WebAssembly as these codecs are built; a thread that may take less sets less. */
let mostBytes = 2 ** 31

/**
 * Memory of WebAssembly counts nowhere as memory of a thread, and a codec does not come back before it is done: threads with a
 * limit set it here.
 */
export function limitCodecMemory(bytes: number): void {
  mostBytes = Math.min(2 ** 31, bytes)
}

/**
 * Decodes a code stream whose header has been compared with what is expected of it.
 * @returns samples of one byte up to a precision of 8 bits, of two bytes beyond; little-endian; interleaved; RGB for JPEG
 *   and for the colour transforms of JPEG 2000
 * @throws ImagingError 'malformed', 'too-large', 'unsupported'
 */
export async function decodeCodeStream(stream: CodeStream): Promise<Uint8Array> {
  const { columns, rows, components, precision, kind } = stream
  const samples = columns * rows * components
  if (samples > mostSamples) {
    throw new ImagingError(
      'too-large',
      `Compressed images of ${columns} x ${rows} pixels are not decoded here; the original file is kept and can be downloaded.`,
    )
  }
  const isLimited = kind !== 'jpeg-12-bit' && kind !== 'jpeg-lossless'
  if (!isLimited && samples * leastBytesPerSample > mostBytes) throw beyondLimit(codeStreamNames[kind], mostBytes)
  const limit = { wanted: baseBytes + samples * bytesPerSample, allowed: mostBytes }
  const { bytes, isPlanar } = await decoded(stream, limit)
  const size = precision > 8 ? 2 : 1
  if (bytes.length !== samples * size) {
    throw new ImagingError(
      'malformed',
      `The ${codeStreamNames[kind]} image gives ${bytes.length} bytes where ${samples * size} are needed; bring the complete file again.`,
    )
  }
  return isPlanar && components > 1 ? interleaved(bytes, columns * rows, components, size) : bytes
}

async function decoded(stream: CodeStream, limit: MemoryLimit): Promise<Decoded> {
  const { kind, bytes } = stream
  if (kind === 'jpeg-12-bit') return { bytes: await decodeJpeg12(stream), isPlanar: false }
  if (kind === 'jpeg-lossless') return { bytes: decodeJpegLossless(stream), isPlanar: false }
  // The build of OpenJPEG that is used cuts negative samples of one byte off at 0.
  if (!stream.isSigned || stream.precision > 8) return decodeWithWasm(kind, bytes, limit)
  const found = await decodeWithWasm(kind, withoutSign(bytes, stream.components), limit)
  const shift = 2 ** (stream.precision - 1)
  return { ...found, bytes: found.bytes.map((sample) => sample - shift) }
}
