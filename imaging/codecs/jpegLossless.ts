import { Decoder } from '@cornerstonejs/jpeg-lossless-decoder-js'
import { ImagingError } from '../errors.ts'
import type { CodeStream } from './codeStream.ts'

/**
 * Decodes lossless JPEG (ITU-T T.81, process 14, every predictor).
 * @returns samples of one byte up to 8 bits, of two bytes beyond, little-endian, interleaved
 * @throws ImagingError 'malformed', 'unsupported'
 */
export function decodeJpegLossless({ bytes, components, precision }: CodeStream): Uint8Array {
  if (components > 1 && (precision > 8 || components !== 3)) {
    throw new ImagingError(
      'unsupported',
      `JPEG Lossless images of ${components} components with ${precision} bits are not decoded here; the original file is kept and can be downloaded.`,
    )
  }
  try {
    const decoder = new Decoder()
    const samples = new Uint8Array(decoder.decompress(bytes.slice().buffer, 0, bytes.length))
    // The decoder stops at a mark that stands too early, and leaves the rest 0.
    if (decoder.yLoc < decoder.yDim) throw new RangeError('too few lines')
    return samples
  } catch {
    // The decoder runs over the end of its buffer (RangeError) or meets what is not there (TypeError).
    throw new ImagingError('malformed', 'The JPEG Lossless image is damaged; bring the complete file again.')
  }
}
