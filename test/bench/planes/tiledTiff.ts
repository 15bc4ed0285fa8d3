/** OME-TIFF in tiles, as microscopes and pyramids have it, plane by plane: the product writes strips, and into memory. */
import { planeBytes, planeCount, sampleBytes } from '#imaging/header.ts'
import { omeXml } from '#imaging/write/omeXml.ts'
import type { BenchImage } from './images.ts'

const tileSide = 256

/** BigTIFF, little-endian: the directories of all planes, the OME-XML, then the tiles. */
export async function* tiledOmeTiff({ header, planes }: BenchImage): AsyncGenerator<Uint8Array> {
  const { shape, sampleType } = header
  const sample = sampleBytes[sampleType]
  const count = planeCount(header)
  const [across, down] = [shape.x / tileSide, shape.y / tileSide]
  const tiles = across * down
  const tileBytes = tileSide * tileSide * sample
  const xml = Buffer.from(`${omeXml(header, { name: 'Bench' })}\0`)
  const tagCount = 11
  // Count, entries of 20 bytes, link; behind them offsets and lengths of the tiles, 8 bytes each.
  const directoryBytes = 8 + tagCount * 20 + 8
  const pageBytes = directoryBytes + 2 * tiles * 8
  const xmlAt = 16 + count * pageBytes
  const pixelsAt = Math.ceil((xmlAt + xml.length) / 16) * 16

  const head = Buffer.alloc(pixelsAt)
  head.write('II')
  head.writeUInt16LE(43, 2)
  head.writeUInt16LE(8, 4)
  head.writeBigUInt64LE(16n, 8)
  xml.copy(head, xmlAt)
  for (let k = 0; k < count; k++) {
    const page = 16 + k * pageBytes
    const [offsetsAt, lengthsAt] = [page + directoryBytes, page + directoryBytes + tiles * 8]
    head.writeBigUInt64LE(BigInt(tagCount), page)
    // [tag, type (2 ASCII, 3 SHORT, 4 LONG, 16 LONG8), count, value or where the values are]
    const entries: [tag: number, type: number, count: number, value: number][] = [
      [256, 4, 1, shape.x],
      [257, 4, 1, shape.y],
      [258, 3, 1, sample * 8],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
      // Readers take it from the first page; on the others it is a name.
      k === 0 ? [270, 2, xml.length, xmlAt] : [270, 2, 2, 0x78],
      [322, 4, 1, tileSide],
      [323, 4, 1, tileSide],
      [324, 16, tiles, offsetsAt],
      [325, 16, tiles, lengthsAt],
      [339, 3, 1, sampleType.startsWith('uint') ? 1 : 2],
    ]
    for (const [i, [tag, type, items, value]] of entries.entries()) {
      const at = page + 8 + i * 20
      head.writeUInt16LE(tag, at)
      head.writeUInt16LE(type, at + 2)
      head.writeBigUInt64LE(BigInt(items), at + 4)
      head.writeBigUInt64LE(BigInt(value), at + 12)
    }
    head.writeBigUInt64LE(BigInt(k + 1 < count ? page + pageBytes : 0), page + directoryBytes - 8)
    for (let tile = 0; tile < tiles; tile++) {
      head.writeBigUInt64LE(BigInt(pixelsAt + (k * tiles + tile) * tileBytes), offsetsAt + tile * 8)
      head.writeBigUInt64LE(BigInt(tileBytes), lengthsAt + tile * 8)
    }
  }
  yield head
  for (const plane of planes()) {
    const tiled = new Uint8Array(planeBytes(header))
    let at = 0
    for (let tile = 0; tile < tiles; tile++) {
      const [left, top] = [(tile % across) * tileSide, Math.floor(tile / across) * tileSide]
      for (let row = 0; row < tileSide; row++) {
        const from = ((top + row) * shape.x + left) * sample
        tiled.set(plane.subarray(from, from + tileSide * sample), at)
        at += tileSide * sample
      }
    }
    yield tiled
  }
}
