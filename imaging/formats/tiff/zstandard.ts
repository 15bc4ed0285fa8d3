import { ImagingError } from '../../errors.ts'

/**
 * Decodes Zstandard (RFC 8878; TIFF compression 50000 as libtiff writes it).
 * @param size bytes of the block; the decoder gets no more room than that, whatever the frame announces
 * @returns what could be decoded, empty for damaged data
 * @throws ImagingError 'malformed'
 */
export async function decodeZstandard(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const { ZSTDDecoder } = await import('zstddec')
  const decoder = new ZSTDDecoder()
  await decoder.init()
  try {
    const out = decoder.decode(bytes, size)
    // An error code of the decoder is a length that cannot be.
    return out.length <= size ? out : new Uint8Array()
  } catch {
    // A trap of the WebAssembly module.
    throw new ImagingError('malformed', 'The Zstandard data of the page are damaged; bring the complete file again.')
  }
}
