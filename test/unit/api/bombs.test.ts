/**
 * Files made to exhaust a reader: each ends inside its thread with a sentence, the files beside it are read, and the pool
 * goes on. The gzip bomb and the threads themselves are in imagingPool.test.ts and threads.test.ts.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imagingPool } from '#api/imaging/pool.ts'
import type { ImagingPool } from '#api/imaging/pool.ts'
import { niftiHeader } from '../imaging/files.ts'
import { grey, tiffBytes } from '../imaging/tiffFiles.ts'

let folder: string
let pool: ImagingPool
const memoryMebibytes = 128

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'vivarchive-bombs-'))
  mkdirSync(path.join(folder, 'blobs'))
  pool = imagingPool({ workers: 1, memoryMebibytes, blobFolder: path.join(folder, 'blobs') })
})
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, bytes: Uint8Array) {
  const blobPath = path.join(folder, 'blobs', name)
  writeFileSync(blobPath, bytes)
  return { path: name, blobPath, byteCount: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** An explicit little-endian element (PS3.5, 7.1.2); VRs with long lengths have two bytes reserved. */
function element(group: number, number: number, vr: string, value: Uint8Array, length = value.length): Buffer {
  const isLong = ['OB', 'OW', 'SQ', 'UN'].includes(vr)
  const head = Buffer.alloc(isLong ? 12 : 8)
  head.writeUInt16LE(group, 0)
  head.writeUInt16LE(number, 2)
  head.write(vr, 4, 'latin1')
  if (isLong) head.writeUInt32LE(length, 8)
  else head.writeUInt16LE(length, 6)
  return Buffer.concat([head, value])
}

const uid = (text: string) => Buffer.from(text.length % 2 ? `${text}\0` : text)

function dicom(syntax: string, body: Uint8Array): Buffer {
  const meta = Buffer.concat([
    element(2, 2, 'UI', uid('1.2.840.10008.5.1.4.1.1.7')),
    element(2, 3, 'UI', uid('1.2.3')),
    element(2, 0x10, 'UI', uid(syntax)),
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(meta.length)
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), element(2, 0, 'UL', length), meta, body])
}

const explicit = '1.2.840.10008.1.2.1'

/** A sequence inside an item inside a sequence, a million times, of undefined or of exact length. */
function deepSequences(depth: number, isExact: boolean): Buffer {
  const level = Buffer.alloc(20)
  element(8, 0x1140, 'SQ', new Uint8Array(), 0xffffffff).copy(level)
  level.writeUInt16LE(0xfffe, 12)
  level.writeUInt16LE(0xe000, 14)
  level.writeUInt32LE(0xffffffff, 16)
  const out = Buffer.alloc(depth * 20)
  for (let i = 0; i < depth; i++) {
    level.copy(out, i * 20)
    if (!isExact) continue
    out.writeUInt32LE((depth - i) * 20 - 12, i * 20 + 8)
    out.writeUInt32LE((depth - i) * 20 - 20, i * 20 + 16)
  }
  return out
}

/** Pages of one pixel, the first byte of the file, that follow each other; the last one points to `next`. */
function chain(count: number, next: number): Buffer {
  const tags = [[256, 1], [257, 1], [258, 8], [259, 1], [262, 1], [273, 0], [277, 1], [278, 1], [279, 1]] as const // prettier-ignore
  const size = 2 + tags.length * 12 + 4
  const out = Buffer.alloc(8 + count * size)
  out.write('II*\0', 0, 'latin1')
  out.writeUInt32LE(8, 4)
  for (let i = 0; i < count; i++) {
    const at = 8 + i * size
    out.writeUInt16LE(tags.length, at)
    for (const [n, [tag, value]] of tags.entries()) {
      out.writeUInt16LE(tag, at + 2 + n * 12)
      out.writeUInt16LE(3, at + 4 + n * 12)
      out.writeUInt32LE(1, at + 6 + n * 12)
      out.writeUInt32LE(value, at + 10 + n * 12)
    }
    out.writeUInt32LE(i + 1 < count ? at + size : next, at + size - 4)
  }
  return out
}

const side = 16_384
const page = (compression: number, bytes: Uint8Array, width = side, height = side) =>
  tiffBytes([{ entries: grey(width, height, 8, { 256: [4, [width]], 257: [4, [height]], 278: [4, [height]], 259: [3, [compression]] }), blocks: [bytes] }]) // prettier-ignore
const xml = (inside: string) => Buffer.from(`<?xml version="1.0"?><OME xmlns="x">${inside}</OME>`)

const bombs: [name: string, make: () => Uint8Array][] = [
  ['a million sequences of undefined length.dcm', () => dicom(explicit, deepSequences(1_000_000, false))],
  ['a million sequences of exact length.dcm', () => dicom(explicit, deepSequences(1_000_000, true))],
  ['deflated data set of 512 MiB.dcm', () => dicom('1.2.840.10008.1.2.1.99', deflateRawSync(Buffer.alloc(2 ** 29)))],
  ['pages in a circle.tif', () => chain(1000, 8)],
  ['300,000 pages.tif', () => chain(300_000, 0)],
  ['a page of 2^31 columns.tif', () => page(8, deflateSync(Buffer.alloc(1000)), 0x7fffffff, 0x7fffffff)],
  ['copies of copies in a circle.tif', () => tiffBytes([{ entries: grey(2, 1, 8, { 330: [4, [8, 8, 10]] }), blocks: [Buffer.alloc(2)] }])],
  ['OME-XML of a million levels.ome', () => xml('<a>'.repeat(1_000_000))],
  ['OME-XML with entities.ome', () => Buffer.from('<?xml version="1.0"?><!DOCTYPE OME [<!ENTITY a "b">]><OME>&a;</OME>')],
  ['voxels beyond counting.nii', () => niftiHeader({ dim: [7, 32767, 32767, 32767, 32767, 32767, 32767, 32767], datatype: 64 })],
  ['gzip in gzip.nii.gz', () => gzipSync(gzipSync(Buffer.alloc(2 ** 28)))],
] // prettier-ignore

describe('a batch of bombs', () => {
  it('is recognised to the end: each gets a sentence, and a good file beside them is read', async () => {
    const good = file('good.nii', Buffer.concat([niftiHeader({ dim: [3, 4, 4, 1], datatype: 2 }), Buffer.alloc(16)]))
    const files = bombs.map(([name, make]) => file(name, make()))
    const { series, attachments } = await pool.inspect([...files, good])
    const said = new Map<string, string>()
    for (const one of series) said.set(one.files[0]!, one.problem?.message ?? (one.header ? 'shown' : 'nothing'))
    for (const { path: name, reason } of attachments) said.set(name, reason)
    expect(said.get('good.nii')).toBe('shown')
    for (const { path: name } of files) {
      expect(said.get(name), name).toMatch(/\S+ \S+ \S+|^shown$/)
      expect(said.get(name), name).not.toMatch(/stack size|undefined|heap|crash/)
    }
    // Which of them are shown after all: those whose first pages are sound.
    const shown = files.map(({ path: name }) => name).filter((name) => said.get(name) === 'shown')
    expect(shown).toEqual(['pages in a circle.tif', 'copies of copies in a circle.tif'])
    const circle = series.find((one) => one.files[0] === 'pages in a circle.tif')
    expect(circle!.header!.warnings.join()).toContain('circle')
    expect(said.get('300,000 pages.tif')).toContain(`${memoryMebibytes} MiB`)
  }, 240_000)

  it.each([
    ['deflate', 8, () => deflateSync(Buffer.alloc(side * side))],
    ['Zstandard', 50000, () => zstdCompressSync(Buffer.alloc(side * side))],
  ] as const)(
    'a plane of 256 MiB behind %s ends its thread only',
    async (_name, compression, make) => {
      const bomb = file(`plane${compression}.tif`, page(compression, make()))
      expect(bomb.byteCount).toBeLessThan(2 ** 19)
      const order = { format: 'tiff', modality: null, byteLimit: 2 ** 40 }
      await expect(
        pool.derive({ ...order, files: [bomb], folder: path.join(folder, 'derived', String(compression)) }),
      ).rejects.toThrow(new RegExp(`${memoryMebibytes} MiB`))
      const small = file('small.tif', page(8, deflateSync(Buffer.alloc(16)), 4, 4))
      const { byteCount } = await pool.derive({
        ...order,
        files: [small],
        folder: path.join(folder, 'derived', 'small'),
      })
      expect(byteCount).toBe(16)
    },
    120_000,
  )
})
