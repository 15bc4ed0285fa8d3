/** The reduced image of a time point, drawn while its planes are on their way over a slow link. */
import { sampleBytes, type SampleType } from '#imaging/header.ts'
import type { Reduced } from './contract.ts'

interface Full {
  /** Of one time point. */
  shape: { x: number; y: number; z: number }
  sampleType: SampleType
  samplesPerPixel: number
}

/**
 * A time point in the size of its planes, each block of voxels filled with its mean.
 * @param bytes samples of the reduced time point, x fastest
 * @returns bytes of the same type and order as the planes of the image
 */
export function expanded(bytes: ArrayBuffer, { shape, factor }: Reduced, full: Full): ArrayBuffer {
  const { x, y, z } = full.shape
  const sampleSize = sampleBytes[full.sampleType]
  const pixel = sampleSize * full.samplesPerPixel
  // Copied in units of the samples' size: floats are never read as numbers here, so they stay as they are, bit by bit.
  const Units = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array }[sampleSize] as typeof Uint16Array
  const from = new Units(bytes)
  const out = new Units((x * y * z * pixel) / sampleSize)
  const width = (x * pixel) / sampleSize
  const columns = Int32Array.from({ length: width }, (_, i) => {
    const at = Math.floor(i / full.samplesPerPixel / factor.x)
    return at * full.samplesPerPixel + (i % full.samplesPerPixel)
  })
  const reducedWidth = shape.x * full.samplesPerPixel
  for (let k = 0; k < z; k++) {
    for (let j = 0; j < y; j++) {
      const to = (k * y + j) * width
      if (j % factor.y > 0) out.copyWithin(to, to - width, to)
      else if (k % factor.z > 0 && j === 0) {
        out.copyWithin(to, to - width * y, to)
        break
      } else {
        const row = (Math.floor(k / factor.z) * shape.y + j / factor.y) * reducedWidth
        for (let i = 0; i < width; i++) out[to + i] = from[row + columns[i]!]!
      }
    }
  }
  return out.buffer
}

/** A time point that takes longer than this is shown reduced first. */
const patienceSeconds = 1
/** The reduced image must be worth its own transfer. */
const worthFactor = 3

/** Whether to fetch the reduced image first. @param bytesPerSecond of the link; null while not measured */
export const reducedFirst = (missingBytes: number, reducedBytes: number, bytesPerSecond: number | null): boolean =>
  bytesPerSecond !== null &&
  missingBytes > reducedBytes * worthFactor &&
  missingBytes / bytesPerSecond > patienceSeconds

/** What of a PerformanceResourceTiming counts. */
export interface Transfer {
  transferSize: number
  responseStart: number
  responseEnd: number
}

/** Transfers below this say more about the delay of the link than about its speed. */
const countedBytes = 30_000

/** Bytes in a second that came over the network while something was coming; null when too little came. */
export function linkRate(transfers: readonly Transfer[]): number | null {
  const counted = transfers
    .filter(({ transferSize, responseStart }) => transferSize >= countedBytes && responseStart > 0)
    .toSorted((a, b) => a.responseStart - b.responseStart)
  let [bytes, milliseconds, until] = [0, 0, 0]
  for (const { transferSize, responseStart, responseEnd } of counted) {
    bytes += transferSize
    milliseconds += Math.max(responseEnd - Math.max(responseStart, until), 0)
    until = Math.max(until, responseEnd)
  }
  return counted.length > 0 && milliseconds > 0 ? (bytes / milliseconds) * 1000 : null
}
