import { bytesOf, interleaved, samplesOf } from '../../samples.ts'
import { lookUp, type Lut } from './lut.ts'
import { storedType } from './pixelFormat.ts'
import type { PixelFormat } from './pixelFormat.ts'

/**
 * Turns the stored bytes of one frame into the plane that is served: little-endian, masked to BitsStored, sign-extended,
 * interleaved, in RGB when it is colour.
 * @param stored exactly one frame; 1-bit frames already as one byte per pixel
 */
export function servedPlane(format: PixelFormat, stored: Uint8Array): Uint8Array {
  if (format.isExact) return stored
  let bytes = stored
  if (!format.littleEndian && format.bitsAllocated > 8) bytes = swap(bytes, format.bitsAllocated / 8)
  if (format.bitsStored < format.bitsAllocated && format.bitsAllocated > 1) bytes = masked(format, bytes)
  if (format.palette) return coloured(format, bytes)
  if (format.lut) return mapped(format, format.lut, bytes)
  if (format.samples === 3) {
    if (format.isHalved) bytes = doubled(bytes, format.rows * format.columns)
    else if (format.isPlanar) bytes = interleaved(bytes, format.rows * format.columns, 3, format.bitsAllocated / 8)
    if (format.photometric === 'YBR_FULL' || format.photometric === 'YBR_FULL_422')
      return rgb(bytes, format.bitsAllocated)
  }
  return bytes
}

/** The entries of the Modality LUT for the stored values. */
function mapped(format: PixelFormat, lut: Lut, bytes: Uint8Array): Uint8Array {
  const stored = samplesOf(storedType(format), bytes)
  const values = lut.bits <= 8 ? new Uint8Array(stored.length) : new Uint16Array(stored.length)
  for (let i = 0; i < stored.length; i++) values[i] = lookUp(lut, stored[i]!)
  return bytesOf(values)
}

/** Unpacks `count` pixels of one bit, first pixel in the lowest bit (PS3.5, 8.1.1). */
export function unpackBits(bytes: Uint8Array, firstBit: number, count: number): Uint8Array {
  const out = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const bit = firstBit + i
    out[i] = (bytes[bit >> 3]! >> (bit & 7)) & 1
  }
  return out
}

function swap(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) out[i] = bytes[i - (i % size) + size - 1 - (i % size)]!
  return out
}

/** A typed view of a copy: the bytes given may stand at an odd offset of a larger buffer. */
const copyOf = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer

/** Samples with the bits outside BitsStored removed, and the sign taken from the highest stored bit. */
function masked(format: PixelFormat, bytes: Uint8Array): Uint8Array {
  const { bitsAllocated, bitsStored, highBit, isSigned } = format
  const shift = highBit + 1 - bitsStored
  const buffer = copyOf(bytes)
  const samples =
    bitsAllocated === 8
      ? new Uint8Array(buffer)
      : bitsAllocated === 16
        ? new Uint16Array(buffer)
        : new Uint32Array(buffer)
  const up = 32 - bitsStored
  for (let i = 0; i < samples.length; i++) {
    const value = (samples[i]! >>> shift) << up
    samples[i] = isSigned ? value >> up : value >>> up
  }
  return new Uint8Array(buffer)
}

function coloured(format: PixelFormat, bytes: Uint8Array): Uint8Array {
  const { first, entries } = format.palette!
  const count = format.rows * format.columns
  const last = entries.length / 3 - 1
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = Math.max(1, format.bitsAllocated / 8)
  const out = new Uint8Array(count * 3)
  for (let i = 0; i < count; i++) {
    const stored = sample(view, i * size, size, format.isSigned)
    // Values outside the table have the colour of its nearest end (PS3.3 C.7.6.3.1.5).
    const entry = Math.min(Math.max(stored - first, 0), last) * 3
    out[i * 3] = entries[entry]!
    out[i * 3 + 1] = entries[entry + 1]!
    out[i * 3 + 2] = entries[entry + 2]!
  }
  return out
}

function sample(view: DataView, at: number, size: number, isSigned: boolean): number {
  if (size === 1) return isSigned ? view.getInt8(at) : view.getUint8(at)
  if (size === 2) return isSigned ? view.getInt16(at, true) : view.getUint16(at, true)
  return isSigned ? view.getInt32(at, true) : view.getUint32(at, true)
}

/** Y1 Y2 Cb Cr for each two pixels to Y Cb Cr for each one (PS3.3 C.7.6.3.1.2). */
function doubled(bytes: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels * 3)
  for (let i = 0; i < pixels; i += 2) {
    const from = i * 2
    const to = i * 3
    out[to] = bytes[from]!
    out[to + 3] = bytes[from + 1]!
    out[to + 1] = out[to + 4] = bytes[from + 2]!
    out[to + 2] = out[to + 5] = bytes[from + 3]!
  }
  return out
}

/** YBR_FULL to RGB: the inverse of the equations of PS3.3 C.7.6.3.1.2 (ITU-R BT.601 luma, full range). */
function rgb(bytes: Uint8Array, bits: number): Uint8Array {
  const buffer = copyOf(bytes)
  const samples = bits === 8 ? new Uint8ClampedArray(buffer) : new Uint16Array(buffer)
  const most = 2 ** bits - 1
  const middle = 2 ** (bits - 1)
  const clamp = (value: number) => Math.min(Math.max(Math.round(value), 0), most)
  for (let i = 0; i + 2 < samples.length; i += 3) {
    const y = samples[i]!
    const blue = samples[i + 1]! - middle
    const red = samples[i + 2]! - middle
    samples[i] = clamp(y + 1.402 * red)
    samples[i + 1] = clamp(y - 0.344136 * blue - 0.714136 * red)
    samples[i + 2] = clamp(y + 1.772 * blue)
  }
  return new Uint8Array(buffer)
}
