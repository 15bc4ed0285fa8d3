/** Reads the rows of a region from a file of planes, in a thread: memory does not grow with the region. */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { sampleBytes } from '#imaging/header.ts'
import type { Header } from '#imaging/header.ts'
import { lengthOf, planesOf } from '#imaging/measure/region.ts'
import type { Region, Rows } from '#imaging/measure/region.ts'
import { samplesOf } from '#imaging/samples.ts'

/** Bytes of planes that are read at once. */
export const blockBytes = 2 ** 20
/** Reading on over a gap of this size is cheaper than a read for each row. */
export const gapBytes = 32 * 1024

/** Where planes stand one after the other, as they are served. */
export interface PlanesFile {
  file: string
  /** Where plane 0 starts. */
  offset: number
}

/**
 * Opens the file for `work`, which may go over the rows as often as it needs to.
 * @param header one sample per pixel
 * @param beat   called with each block
 * @throws Error when the file ends early, ENOENT when it is gone
 */
export function withRows<T>(
  { file, offset }: PlanesFile,
  header: Pick<Header, 'shape' | 'sampleType'>,
  region: Region,
  beat: () => void,
  work: (rows: Rows) => T,
): T {
  const { shape, sampleType } = header
  const size = sampleBytes[sampleType]
  const rowBytes = shape.x * size
  const outBytes = lengthOf(region.x) * size
  const rowsAtOnce = rowBytes - outBytes > gapBytes ? 1 : Math.max(1, Math.floor(blockBytes / rowBytes))
  const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const block = new Uint8Array(Math.min(rowsAtOnce, lengthOf(region.y)) * rowBytes)
    return work((use) => {
      for (const k of planesOf(shape, region)) {
        for (let y = region.y[0]; y < region.y[1]; y += rowsAtOnce) {
          const rows = Math.min(rowsAtOnce, region.y[1] - y)
          const from = offset + (k * shape.y + y) * rowBytes + region.x[0] * size
          readWhole(handle, block, (rows - 1) * rowBytes + outBytes, from)
          for (let r = 0; r < rows; r++) {
            use(k, samplesOf(sampleType, block.subarray(r * rowBytes, r * rowBytes + outBytes)))
          }
          beat()
        }
      }
    })
  } finally {
    closeSync(handle)
  }
}

function readWhole(handle: number, into: Uint8Array, length: number, from: number): void {
  for (let filled = 0; filled < length;) {
    const got = readSync(handle, into, filled, length - filled, from + filled)
    if (got === 0) throw new Error(`the planes end at byte ${from + filled}`)
    filled += got
  }
}
