import { ImagingError } from '../../errors.ts'

/**
 * Decodes baseline or progressive JPEG of 8 bits to its components as they are coded (YCbCr stays YCbCr).
 * @param tables abbreviated stream with shared tables (TIFF tag 347), or null
 * @param width  pixels that the stream must have at least; more are cut off by the caller
 * @returns components interleaved, and the size of the coded picture
 * @throws ImagingError
 */
export async function decodeJpeg(
  bytes: Uint8Array,
  tables: Uint8Array | null,
  width: number,
  height: number,
): Promise<{ samples: Uint8Array; width: number; components: number }> {
  const frame = frameOf(bytes)
  // The decoder allocates what the stream announces.
  if (frame.width < width || frame.width > width + 64 || frame.height > height + 64 || frame.height < 1) {
    throw new ImagingError(
      'malformed',
      `A JPEG piece is ${frame.width} x ${frame.height} pixels large; ${width} x ${height} were expected.`,
    )
  }
  const { getDecoder } = await import('geotiff')
  try {
    const decoder = await getDecoder(7, {
      tileWidth: width,
      tileHeight: height,
      predictor: 1,
      bitsPerSample: 8,
      planarConfiguration: 1,
      ...(tables ? { JPEGTables: tables } : {}),
    })
    const decoded = await decoder.decode(bytes.slice().buffer)
    return { samples: new Uint8Array(decoded as ArrayBuffer), width: frame.width, components: frame.components }
  } catch {
    // The decoder throws texts and whatever it runs into; none of it is of use to people.
    throw new ImagingError('malformed', 'The JPEG data of the page are damaged; bring the complete file again.')
  }
}

/** Size of the picture from the frame header; only one frame of a kind that can be decoded is let through. */
function frameOf(bytes: Uint8Array): { width: number; height: number; components: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let found: { width: number; height: number; components: number } | null = null
  let at = 2
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) {
      at++
      continue
    }
    const marker = bytes[at + 1]!
    if (marker === 0xff || marker === 0 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2
      continue
    }
    if (marker === 0xd9) break
    const length = view.getUint16(at + 2)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) {
      if (found || at + 10 > bytes.length || length < 8)
        throw new ImagingError('malformed', 'The JPEG data of the page have no clear frame header.')
      const components = bytes[at + 9]!
      if (marker > 0xc2 || bytes[at + 4] !== 8)
        throw new ImagingError(
          'unsupported',
          'JPEG of this kind (lossless, arithmetic or more than 8 bits) cannot be shown yet; the original file is kept and can be downloaded.',
        )
      if (components < 1 || components > 4 || at + 10 + components * 3 > bytes.length)
        throw new ImagingError('malformed', `The JPEG data have ${components} components.`)
      for (let c = 0; c < components; c++) {
        const factors = bytes[at + 11 + c * 3]!
        if (factors >> 4 < 1 || factors >> 4 > 4 || (factors & 15) < 1 || (factors & 15) > 4)
          throw new ImagingError('malformed', 'The JPEG data have impossible sampling factors.')
      }
      found = { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components }
    }
    at += 2 + length
    // Coded data follow a scan header; inside them only FF00 and restart marks stand (skipped above).
  }
  if (!found) throw new ImagingError('malformed', 'The JPEG data of the page have no frame header.')
  return found
}
