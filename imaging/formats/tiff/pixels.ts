import { swapped } from '../../bytes.ts'
import { ImagingError } from '../../errors.ts'
import { sampleBytes } from '../../header.ts'
import { blockRows, decodeBlock, readBlocks, rowBytes } from './blocks.ts'
import type { Blocks } from './blocks.ts'
import { isSubsampled } from './chroma.ts'
import { mostHeldBytes } from './page.ts'
import type { Page } from './page.ts'

/**
 * Samples of a page as served: little-endian, rows top to bottom, the wanted samples of a pixel interleaved.
 * @param wanted indices of samples, rising
 * @param from   first row; only the blocks that hold rows of the part are read
 * @param to     the row after the last one
 * @throws ImagingError 'too-large' when the part is beyond what is held at once
 */
export async function readSamples(page: Page, wanted: number[], from = 0, to = page.height): Promise<Uint8Array> {
  const { width, samples, isPlanar, blocksAcross, blocksDown, blockWidth, blockHeight } = page
  const size = sampleBytes[page.sampleType]
  if (width * (to - from) * Math.max(samples, wanted.length) * size > mostHeldBytes) {
    throw new ImagingError(
      'too-large',
      `A page of ${width} x ${page.height} pixels takes more than ${mostHeldBytes} bytes; it is read in parts only.`,
      page.directory.offset,
    )
  }
  const blocks = await readBlocks(page)
  if (isPlain(page) && wanted.length === samples) {
    const run = contiguous(page, blocks)
    if (run !== null) {
      const row = width * samples * (page.bits / 8)
      const bytes = await page.file.source.read(run + from * row, (to - from) * row)
      return page.file.littleEndian || page.bits === 8 ? bytes : swapped(bytes, page.bits / 8)
    }
  }
  const out = new Uint8Array(width * (to - from) * wanted.length * size)
  const perPlane = blocksAcross * blocksDown
  const planes = isPlanar ? wanted : [0]
  for (const [slot, plane] of planes.entries()) {
    const [first, last] = [Math.floor(from / blockHeight), Math.ceil(to / blockHeight)]
    for (let i = first * blocksAcross; i < last * blocksAcross; i++) {
      const index = (isPlanar ? plane * perPlane : 0) + i
      const rows = blockRows(page, index)
      const block = unpack(page, await decodeBlock(page, blocks, index), rows)
      const x0 = (i % blocksAcross) * blockWidth
      const y0 = Math.floor(i / blocksAcross) * blockHeight
      const columns = Math.min(blockWidth, width - x0)
      for (let y = Math.max(0, from - y0); y < Math.min(rows, to - y0); y++) {
        const target = ((y0 + y - from) * width + x0) * wanted.length
        const source = y * blockWidth
        if (isPlanar) scatter(block, source, 1, 0, out, target + slot, wanted.length, columns, size)
        else if (wanted.length === samples) {
          out.set(block.subarray(source * samples * size, (source + columns) * samples * size), target * size)
        } else
          wanted.forEach((sample, s) =>
            scatter(block, source, samples, sample, out, target + s, wanted.length, columns, size),
          )
      }
    }
  }
  return out
}

/** Copies one sample of each of `count` pixels. Positions and steps count samples. */
function scatter(
  from: Uint8Array,
  firstPixel: number,
  fromStep: number,
  sample: number,
  to: Uint8Array,
  start: number,
  toStep: number,
  count: number,
  size: number,
): void {
  for (let i = 0; i < count; i++) {
    const source = ((firstPixel + i) * fromStep + sample) * size
    const target = (start + i * toStep) * size
    for (let b = 0; b < size; b++) to[target + b] = from[source + b]!
  }
}

/** Whether the stored bytes are those that are served, but for byte order and place. */
export const isPlain = (page: Page): boolean =>
  page.compression === 1 &&
  !page.isPlanar &&
  !page.isTiled &&
  !isSubsampled(page) &&
  page.bits % 8 === 0 &&
  page.bits === sampleBytes[page.sampleType] * 8 &&
  !(page.bits === 64 && page.sampleFormat !== 3)

/** Offset of the first pixel when the strips follow each other without gaps; null when they do not. */
export function contiguous(page: Page, { offsets, lengths }: Blocks): number | null {
  const row = rowBytes(page)
  for (let i = 0; i < page.blocksDown; i++) {
    const needed = row * blockRows(page, i)
    if (lengths[i]! < needed) return null
    if (i + 1 < page.blocksDown && offsets[i + 1] !== offsets[i]! + needed) return null
  }
  return offsets[0]!
}

/** Packed rows in file order to little-endian samples of the served type. */
function unpack(page: Page, bytes: Uint8Array, rows: number): Uint8Array {
  const { bits, sampleFormat, sampleType, file } = page
  const perRow = page.blockWidth * (page.isPlanar ? 1 : page.samples)
  if (bits === 64 && sampleFormat !== 3) return fromLong(bytes, sampleFormat === 2, file.littleEndian)
  if (bits === 16 && sampleFormat === 3) return fromHalf(bytes, file.littleEndian)
  if (bits === sampleBytes[sampleType] * 8) return file.littleEndian || bits === 8 ? bytes : swapped(bytes, bits / 8)
  if (bits % 8 === 0) return widened(bytes, bits / 8, sampleBytes[sampleType], file.littleEndian)
  return fromBits(bytes, bits, perRow, rows, sampleBytes[sampleType])
}

/** Samples of any number of bits, highest bit first, rows padded to whole bytes. */
function fromBits(bytes: Uint8Array, bits: number, perRow: number, rows: number, size: number): Uint8Array {
  const out = new Uint8Array(perRow * rows * size)
  const stride = Math.ceil((perRow * bits) / 8)
  if (bits === 1) {
    for (let y = 0, to = 0; y < rows; y++) {
      for (let x = 0; x < perRow; x++) out[to++] = (bytes[y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1
    }
    return out
  }
  for (let y = 0; y < rows; y++) {
    let bit = y * stride * 8
    for (let i = 0; i < perRow; i++) {
      let value = 0
      for (let left = bits; left > 0;) {
        const inByte = bit & 7
        const take = Math.min(8 - inByte, left)
        value = value * 2 ** take + ((bytes[bit >> 3]! >> (8 - inByte - take)) & ((1 << take) - 1))
        bit += take
        left -= take
      }
      const to = (y * perRow + i) * size
      for (let b = 0; b < size; b++) {
        out[to + b] = value % 256
        value = Math.floor(value / 256)
      }
    }
  }
  return out
}

/** 24-bit integers to 32. */
function widened(bytes: Uint8Array, from: number, to: number, littleEndian: boolean): Uint8Array {
  const count = Math.floor(bytes.length / from)
  const out = new Uint8Array(count * to)
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < from; b++) out[i * to + b] = bytes[i * from + (littleEndian ? b : from - 1 - b)]!
  }
  return out
}

function fromLong(bytes: Uint8Array, isSigned: boolean, littleEndian: boolean): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out = new Float64Array(bytes.length >> 3)
  for (let i = 0; i < out.length; i++)
    out[i] = Number(isSigned ? view.getBigInt64(i * 8, littleEndian) : view.getBigUint64(i * 8, littleEndian))
  return new Uint8Array(out.buffer)
}

/** IEEE half precision to single. */
function fromHalf(bytes: Uint8Array, littleEndian: boolean): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out = new Float32Array(bytes.length >> 1)
  for (let i = 0; i < out.length; i++) {
    const half = view.getUint16(i * 2, littleEndian)
    const exponent = (half >> 10) & 31
    const fraction = half & 1023
    const magnitude =
      exponent === 31
        ? fraction
          ? Number.NaN
          : Infinity
        : exponent === 0
          ? fraction * 2 ** -24
          : (1 + fraction / 1024) * 2 ** (exponent - 15)
    out[i] = half & 0x8000 ? -magnitude : magnitude
  }
  return new Uint8Array(out.buffer)
}

/** YCbCr to RGB, full range, 8 bits (TIFF 6.0 section 21 with the coefficients of ITU-R BT.601). */
export function rgbFromYcbcr(bytes: Uint8Array): Uint8Array {
  const out = new Uint8ClampedArray(bytes.length)
  for (let i = 0; i + 2 < bytes.length; i += 3) {
    const y = bytes[i]!
    const blue = bytes[i + 1]! - 128
    const red = bytes[i + 2]! - 128
    out[i] = y + 1.402 * red
    out[i + 1] = y - 0.344136 * blue - 0.714136 * red
    out[i + 2] = y + 1.772 * blue
  }
  return new Uint8Array(out.buffer)
}

/** Palette indices to RGB. */
export function rgbFromPalette(indices: Uint8Array, size: number, palette: Uint8Array): Uint8Array {
  const count = indices.length / size
  const out = new Uint8Array(count * 3)
  for (let i = 0; i < count; i++) {
    const index = (size === 1 ? indices[i]! : indices[i * 2]! + indices[i * 2 + 1]! * 256) * 3
    out[i * 3] = palette[index]!
    out[i * 3 + 1] = palette[index + 1]!
    out[i * 3 + 2] = palette[index + 2]!
  }
  return out
}

/** YCbCr outside of JPEG is read as TIFF 6.0 has it: 8 bits, interleaved. */
export function checkColour(page: Page): void {
  const isJpeg = page.compression === 6 || page.compression === 7
  if (page.photometric !== 6 || isJpeg) return
  const isKnown = page.subsampling.every((v) => v === 1 || v === 2 || v === 4)
  if (!isKnown || page.bits !== 8 || page.samples !== 3 || page.isPlanar) {
    throw new ImagingError(
      'unsupported',
      'YCbCr pages that are not 8 bits, interleaved, with chroma for 1, 2 or 4 pixels cannot be shown yet; the original file is kept and can be downloaded.',
    )
  }
}
