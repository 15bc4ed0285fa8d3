import { ImagingError } from '../errors.ts'
import type { CodeStream } from './codeStream.ts'

/**
 * Decodes JPEG of 12 bits with libjpeg inside dcmjs-codecs, the one library for JavaScript that has it built for them.
 * @returns samples of two bytes, little-endian
 * @throws ImagingError 'malformed', 'unsupported'
 */
export async function decodeJpeg12(stream: CodeStream): Promise<Uint8Array> {
  const { columns, rows, components, precision, bytes } = stream
  if (components !== 1) {
    throw new ImagingError(
      'unsupported',
      'Colour JPEG images of 12 bits are not decoded here; the original file is kept and can be downloaded.',
    )
  }
  // A CommonJS module in which Node finds no names: everything is in `default`.
  const { Context, NativeCodecs } = (await import('dcmjs-codecs')).default
  if (!NativeCodecs.isInitialized()) await NativeCodecs.initializeAsync()
  try {
    const context = new Context({
      width: columns,
      height: rows,
      bitsAllocated: 16,
      bitsStored: precision,
      samplesPerPixel: 1,
      pixelRepresentation: 0,
      planarConfiguration: 0,
      photometricInterpretation: 'MONOCHROME2',
      encodedBuffer: bytes,
    })
    return Uint8Array.from(NativeCodecs.decodeJpeg(context).getDecodedBuffer() ?? [])
  } catch {
    // The next image gets a fresh module: the memory of this one may be damaged.
    NativeCodecs.release()
    throw new ImagingError('malformed', 'The 12-bit JPEG image is damaged; bring the complete file again.')
  }
}
