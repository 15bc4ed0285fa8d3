import { ImagingError } from '../../errors.ts'

/**
 * Decodes one RLE frame (PS3.5 annex G).
 * @param bytes   the frame: 64-byte header, then one PackBits segment for each byte of each sample
 * @param pixels  rows * columns
 * @param samples samples per pixel
 * @param size    bytes per sample
 * @returns pixels, little-endian, samples interleaved
 */
export function decodeRle(bytes: Uint8Array, pixels: number, samples: number, size: number): Uint8Array {
  const segments = samples * size
  // Two bytes make at most 128; checked before the frame is allocated.
  if (bytes.length < 64 || pixels * segments > bytes.length * 64) {
    throw new ImagingError(
      'truncated',
      `An RLE frame of ${bytes.length} bytes cannot hold ${pixels} pixels of ${segments} bytes.`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getUint32(0, true)
  if (count !== segments) {
    throw new ImagingError('malformed', `An RLE frame has ${count} segments where ${segments} are needed.`)
  }
  const out = new Uint8Array(pixels * segments)
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + segment * 4, true)
    const end = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : bytes.length
    if (start < 64 || end < start || end > bytes.length) {
      throw new ImagingError(
        'malformed',
        `RLE segment ${segment} lies outside its frame (${start} to ${end} of ${bytes.length}).`,
      )
    }
    // Segments run through the samples, and through the bytes of a sample from the most significant.
    const sample = Math.floor(segment / size)
    const byte = size - 1 - (segment % size)
    unpack(bytes.subarray(start, end), out, sample * size + byte, segments, pixels)
  }
  return out
}

/** PackBits into every `step`-th byte of `out`. */
function unpack(bytes: Uint8Array, out: Uint8Array, first: number, step: number, pixels: number): void {
  let from = 0
  let made = 0
  while (made < pixels && from < bytes.length) {
    const code = bytes[from++]!
    if (code < 128) {
      for (let i = 0; i <= code && made < pixels && from < bytes.length; i++)
        out[first + made++ * step] = bytes[from++]!
    } else if (code > 128) {
      const value = bytes[from++]
      if (value === undefined) break
      for (let i = 257 - code; i > 0 && made < pixels; i--) out[first + made++ * step] = value
    }
  }
  if (made < pixels) {
    throw new ImagingError(
      'truncated',
      `An RLE segment ends after ${made} of ${pixels} pixels; bring the complete file again.`,
    )
  }
}
