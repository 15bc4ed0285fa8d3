import { ImagingError } from '../../errors.ts'
import type { Page } from './page.ts'

/**
 * Undoes horizontal differencing (predictor 2, TIFF 6.0 section 14) or floating point differencing (predictor 3, TIFF
 * Technical Note 3) in packed rows of whole-byte samples.
 * @returns samples in the byte order of the file
 */
export function undoPredictor(page: Page, bytes: Uint8Array): Uint8Array {
  const { bits, predictor, blockWidth, isPlanar, file } = page
  if (bits % 8 !== 0 || (predictor !== 2 && predictor !== 3)) {
    throw new ImagingError(
      'unsupported',
      `TIFF predictor ${predictor} with ${bits} bits per sample cannot be shown yet; the original file is kept and can be downloaded.`,
    )
  }
  const size = bits / 8
  const stride = isPlanar ? 1 : page.samples
  const row = blockWidth * stride * size
  const out = bytes.slice()
  for (let start = 0; start + row <= out.length; start += row) {
    const line = out.subarray(start, start + row)
    if (predictor === 2) addLeft(line, size, stride, file.littleEndian)
    else joinFloats(line, size, stride, file.littleEndian)
  }
  return out
}

/** Adds to each sample its left neighbour, with wrap-around at the width of the sample. */
function addLeft(line: Uint8Array, size: number, stride: number, littleEndian: boolean): void {
  const step = stride * size
  for (let at = step; at < line.length; at += size) {
    let carry = 0
    for (let i = 0; i < size; i++) {
      const byte = littleEndian ? at + i : at + size - 1 - i
      carry += line[byte]! + line[byte - step]!
      line[byte] = carry & 0xff
      carry >>= 8
    }
  }
}

/** Sums the bytes of the row, which stand most significant bytes first, and puts each sample together again. */
function joinFloats(line: Uint8Array, size: number, stride: number, littleEndian: boolean): void {
  for (let at = stride; at < line.length; at++) line[at] = (line[at]! + line[at - stride]!) & 0xff
  const planes = line.slice()
  const count = line.length / size
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < size; b++) line[i * size + (littleEndian ? size - 1 - b : b)] = planes[b * count + i]!
  }
}
