import { swapped } from '../bytes.ts'
import { ImagingError } from '../errors.ts'
import type { SeriesReader } from '../format.ts'
import { checkPlane, planeBytes, planeCount, sampleBytes } from '../header.ts'
import type { Header } from '../header.ts'
import type { ByteSource } from '../source.ts'
import { isWide, storedBytes } from './sampleType.ts'
import type { StoredType } from './sampleType.ts'

/** Samples that stand in a file (or in what it decodes to) one after the other, described by a header elsewhere. */
export interface RawBlock {
  source: ByteSource
  stored: StoredType
  littleEndian: boolean
  /** Byte offset in the source of the first sample of plane k. */
  offsetOf(k: number): number
  /** Samples from one pixel to the next along x and along y; absent: the pixels of a plane follow each other. */
  steps?: { x: number; y: number }
}

/** Planes of a series; more are a mistake of the file, and their list would fill memory. */
export const mostPlanes = 1_000_000
const mostPlaneBytes = 2 ** 31 - 1

/**
 * Planes of a raw block.
 * @param file index of the file whose bytes the source is; null when the source decodes something
 */
export function rawPlanes(
  header: Header,
  block: RawBlock,
  file: number | null,
): Pick<SeriesReader, 'plane' | 'direct'> {
  const { source, stored, littleEndian, offsetOf } = block
  const { x, y } = header.shape
  const samples = header.samplesPerPixel
  const size = storedBytes[stored]
  const steps = block.steps ?? { x: samples, y: samples * x }
  const isDense = (x === 1 || steps.x === samples) && (y === 1 || steps.y === samples * x)
  const inOrder = littleEndian || size === 1
  const bytesPerPlane = x * y * samples * size
  const span = isDense ? bytesPerPlane : ((x - 1) * steps.x + (y - 1) * steps.y + samples) * size
  const first = offsetOf(0)
  return {
    async plane(k) {
      checkPlane(header, k)
      const bytes = await source.read(offsetOf(k), span)
      const dense = isDense ? bytes : gathered(bytes, header, steps, size)
      const ordered = inOrder ? dense : swapped(dense, size)
      return isWide(stored) ? asFloat64(ordered, stored) : ordered
    },
    direct() {
      if (file === null || !isDense || !inOrder || isWide(stored)) return null
      for (let k = 1; k < planeCount(header); k++) if (offsetOf(k) !== first + k * bytesPerPlane) return null
      return { file, offset: first }
    },
  }
}

/**
 * Refuses sizes that cannot be true or that no plane could be served of.
 * @param what   the sizes in the words of the file
 * @param offset where the file states them
 * @throws ImagingError 'too-large'
 */
export function checkExtent(
  h: Pick<Header, 'shape' | 'samplesPerPixel' | 'sampleType'>,
  what: string,
  offset?: number,
): void {
  if (Number.isSafeInteger(planeBytes(h) * planeCount(h)) && planeCount(h) <= mostPlanes) {
    if (planeBytes(h) <= mostPlaneBytes) return
  }
  throw new ImagingError(
    'too-large',
    `The header announces ${what}; that is more than ${mostPlanes} planes or ${mostPlaneBytes} bytes in one plane.`,
    offset,
  )
}

function gathered(bytes: Uint8Array, h: Header, steps: { x: number; y: number }, size: number): Uint8Array {
  const { x, y } = h.shape
  const pixel = h.samplesPerPixel * size
  const out = new Uint8Array(x * y * pixel)
  let to = 0
  for (let row = 0; row < y; row++) {
    for (let column = 0; column < x; column++) {
      const from = (row * steps.y + column * steps.x) * size
      for (let i = 0; i < pixel; i++) out[to++] = bytes[from + i]!
    }
  }
  return out
}

function asFloat64(bytes: Uint8Array, stored: 'int64' | 'uint64'): Uint8Array {
  const out = new Uint8Array(bytes.length)
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const to = new DataView(out.buffer)
  for (let at = 0; at < bytes.length; at += sampleBytes.float64) {
    to.setFloat64(at, Number(stored === 'int64' ? from.getBigInt64(at, true) : from.getBigUint64(at, true)), true)
  }
  return out
}
