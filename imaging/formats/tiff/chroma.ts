import type { Page } from './page.ts'

/** Whether chroma is stored for groups of pixels (TIFF 6.0, section 21). JPEG streams say so themselves, and are not meant. */
export const isSubsampled = ({ photometric, compression, subsampling: [across, down] }: Page): boolean =>
  photometric === 6 && compression !== 6 && compression !== 7 && (across > 1 || down > 1)

/** Bytes of a block of `rows` rows: for each group of pixels its luma values, then one Cb and one Cr; groups at the edges are whole. */
export function subsampledBytes({ blockWidth, subsampling: [across, down] }: Page, rows: number): number {
  return Math.ceil(blockWidth / across) * Math.ceil(rows / down) * (across * down + 2)
}

/** Y, Cb and Cr of every pixel; the pixels of a group share its chroma. */
export function interleavedChroma(page: Page, bytes: Uint8Array, rows: number): Uint8Array {
  const {
    blockWidth: width,
    subsampling: [across, down],
  } = page
  const out = new Uint8Array(width * rows * 3)
  const groups = Math.ceil(width / across)
  const size = across * down + 2
  for (let y = 0; y < rows; y++) {
    const line = Math.floor(y / down) * groups * size + (y % down) * across
    for (let x = 0; x < width; x++) {
      const luma = line + Math.floor(x / across) * size + (x % across)
      const chroma = Math.floor(y / down) * groups * size + Math.floor(x / across) * size + across * down
      const to = (y * width + x) * 3
      out[to] = bytes[luma]!
      out[to + 1] = bytes[chroma]!
      out[to + 2] = bytes[chroma + 1]!
    }
  }
  return out
}
