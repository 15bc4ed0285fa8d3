/** Writes the reduced levels of planes that are stored already, in blocks of rows: memory does not grow with the planes. */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { planeBytes, planeCount, sampleBytes } from '#imaging/header.ts'
import type { Header } from '#imaging/header.ts'
import { halved, levelOffset, levelsOf } from '#imaging/render/levels.ts'
import type { PlanesFile } from './regionRows.ts'

const blockBytes = 4 * 2 ** 20

/**
 * @param to   descriptor of an empty file, open for reading and writing
 * @param beat called with each block
 * @throws Error when the file of the planes ends early
 */
export function writeLevels(header: Header, planes: PlanesFile, to: number, beat: () => void): void {
  const levels = levelsOf(header)
  const { samplesPerPixel: samples, sampleType } = header
  const source = openSync(planes.file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    for (const [n, level] of levels.entries()) {
      const before = n === 0 ? header.shape : levels[n - 1]!.shape
      const from = n === 0 ? source : to
      const start = n === 0 ? planes.offset : levelOffset(header, levels, n - 1)
      const rowBytes = before.x * samples * sampleBytes[sampleType]
      const rowsAtOnce = Math.max(2, Math.floor(blockBytes / rowBytes / 2) * 2)
      const size = planeBytes({ ...header, shape: before })
      let position = levelOffset(header, levels, n)
      for (let k = 0; k < planeCount(header); k++) {
        for (let y = 0; y < before.y; y += rowsAtOnce) {
          const block = new Uint8Array(Math.min(rowsAtOnce, before.y - y) * rowBytes)
          readWhole(from, block, start + k * size + y * rowBytes)
          const reduced = halved(sampleType, block, before.x, samples)
          for (let at = 0; at < reduced.length;) at += writeSync(to, reduced, at, reduced.length - at, position + at)
          position += reduced.length
          beat()
        }
      }
      if (position !== levelOffset(header, levels, n) + level.planeBytes * planeCount(header)) {
        throw new Error(`level ${n + 1} has another size than it should have`)
      }
    }
  } finally {
    closeSync(source)
  }
}

function readWhole(handle: number, into: Uint8Array, from: number): void {
  for (let filled = 0; filled < into.length;) {
    const got = readSync(handle, into, filled, into.length - filled, from + filled)
    if (got === 0) throw new Error(`the planes end at byte ${from + filled}`)
    filled += got
  }
}
