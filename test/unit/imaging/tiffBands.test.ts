/** Rows of TIFF planes: the same as those of the whole plane, and no more of the file is read than they need. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { deflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { tiff } from '#imaging/formats/tiff/index.ts'
import { planeBytes } from '#imaging/header.ts'
import { memorySource, type ByteSource } from '#imaging/source.ts'
import { entry } from './files.ts'

const folder = path.resolve(import.meta.dirname, '../../../../shared/samples/tiff')
if (!existsSync(folder)) console.warn('skipped in part: no sample files')

it
  .skipIf(!existsSync(folder))
  .each([
    'tile_rgb_deflate.tif',
    'tiff_tiled_planar_16bit_RGB.tiff',
    'tiff_tiled_ycbcr_jpeg_2x2_sampling.tif',
    'tiff_tiled_raw.tif',
    'tiff_strip_planar_lzw.tiff',
    'palette.tif',
    'hopper.tif',
    'miniswhite-1c-1b.tiff',
    'float32.tif',
  ])('bands of %s are rows of its planes', async (name) => {
  const reader = await tiff.open([entry(name, Uint8Array.from(readFileSync(path.join(folder, name))))])
  const { y } = reader.header.shape
  const plane = await reader.plane(0)
  const row = planeBytes(reader.header) / y
  const { rows, read } = reader.bands!
  expect(rows).toBeGreaterThan(0)
  for (const [from, to] of [
    [0, y],
    [0, Math.min(rows, y)],
    [y - 1, y],
    [y >> 1, (y >> 1) + 1],
    [y >> 2, y - (y >> 2)],
  ] as const) {
    expect(Buffer.compare(await read(0, from, to), plane.subarray(from * row, to * row))).toBe(0)
  }
})

/** A tiled grey TIFF of 8 bits with deflated tiles of 16 x 16 pixels; pixel = (x + 3 y) mod 256. */
function tiled(width: number, height: number): Uint8Array {
  const [across, down] = [width / 16, height / 16]
  const tiles = Array.from(
    { length: across * down },
    (_, n) =>
    deflateSync(Buffer.from(Uint8Array.from({ length: 256 }, (_v, i) => ((n % across) * 16 + (i % 16) + 3 * (Math.floor(n / across) * 16 + (i >> 4))) % 256))), // prettier-ignore
  )
  const first = 8 + 2 + 9 * 12 + 4
  const count = tiles.length
  const data = first + count * 8
  const out = Buffer.alloc(data)
  out.write('II', 0)
  out.writeUInt16LE(42, 2)
  out.writeUInt32LE(8, 4)
  const entries = [[256, 4, 1, width], [257, 4, 1, height], [258, 3, 1, 8], [259, 3, 1, 8], [262, 3, 1, 1], [322, 3, 1, 16], [323, 3, 1, 16], [324, 4, count, first], [325, 4, count, first + count * 4]] as const // prettier-ignore
  out.writeUInt16LE(entries.length, 8)
  for (const [i, [tag, type, n, value]] of entries.entries()) {
    out.writeUInt16LE(tag, 10 + i * 12)
    out.writeUInt16LE(type, 12 + i * 12)
    out.writeUInt32LE(n, 14 + i * 12)
    out.writeUInt32LE(value, 18 + i * 12)
  }
  let at = data
  for (const [i, bytes] of tiles.entries()) {
    out.writeUInt32LE(at, first + i * 4)
    out.writeUInt32LE(bytes.length, first + count * 4 + i * 4)
    at += bytes.length
  }
  return Uint8Array.from(Buffer.concat([out, ...tiles]))
}

it('only the tiles that hold rows of a band are read', async () => {
  const bytes = tiled(64, 160)
  const memory = memorySource(bytes)
  const reads: [number, number][] = []
  const source: ByteSource = {
    size: memory.size,
    read: (offset, length) => {
      reads.push([offset, length])
      return memory.read(offset, length)
    },
  }
  const reader = await tiff.open([{ path: 'tiled.tif', source }])
  expect(reader.bands!.rows).toBe(16)
  const tilesFrom = 8 + 2 + 9 * 12 + 4 + 40 * 8
  reads.length = 0
  const band = await reader.bands!.read(0, 32, 64)
  expect([...band]).toEqual(Array.from({ length: 64 * 32 }, (_, i) => ((i % 64) + 3 * (32 + Math.floor(i / 64))) % 256))
  expect(reads.filter(([offset]) => offset >= tilesFrom)).toHaveLength(2 * 4)
})
