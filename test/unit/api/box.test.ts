/** Boxes of voxels: the same bytes as cutting them out of memory, with bounded reads. */
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boxBytes, boxOf, boxSpan, boxStream, type Box, type Voxels } from '#api/modules/pixels/box.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-box-'))
const offset = 11
const content = Buffer.from(Uint32Array.from({ length: 700_000 }, (_, i) => Math.imul(i, 2654435761)).buffer)
let handle: FileHandle

beforeAll(async () => {
  writeFileSync(path.join(folder, 'planes'), Buffer.concat([Buffer.alloc(offset), content]))
  handle = await open(path.join(folder, 'planes'))
})
afterAll(async () => {
  await handle.close()
  rmSync(folder, { recursive: true })
})

/** A lease that counts. */
function counted() {
  const count = { bytes: 0, reads: 0, largest: 0, released: 0 }
  const read = (bytes: Buffer, at: number, length: number, position: number) => {
    count.bytes += length
    count.reads += 1
    count.largest = Math.max(count.largest, length)
    return handle.read(bytes, at, length, position)
  }
  const lease = { handle: { read } as unknown as FileHandle, release: async () => void count.released++ }
  return { count, acquire: async () => lease }
}

function cut({ shape, voxelBytes }: Voxels, { x, y, z, t, c }: Box): Buffer {
  const rows: Buffer[] = []
  for (let k = z[0]; k < z[1]; k++) {
    for (let row = y[0]; row < y[1]; row++) {
      const plane = (c * shape.t + t) * shape.z + k
      const start = ((plane * shape.y + row) * shape.x + x[0]) * voxelBytes
      rows.push(content.subarray(start, start + (x[1] - x[0]) * voxelBytes))
    }
  }
  return Buffer.concat(rows)
}

/** Narrow images and wide ones, whose rows are read one by one; all fit into the content. */
const volume = fc
  .record({
    x: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 40_000, max: 60_000 })),
    y: fc.integer({ min: 1, max: 6 }),
    z: fc.integer({ min: 1, max: 3 }),
    t: fc.integer({ min: 1, max: 2 }),
    c: fc.integer({ min: 1, max: 2 }),
  })
  .chain((shape) => fc.record({ shape: fc.constant(shape), voxelBytes: fc.constantFrom(1, 2, 3, 4) }))
  .filter(({ shape: { x, y, z, t, c }, voxelBytes }) => x * y * z * t * c * voxelBytes <= content.length)

const interval = (length: number) =>
  fc.tuple(fc.nat(length - 1), fc.nat(length - 1)).map(([a, b]) => `${Math.min(a, b)}:${Math.max(a, b) + 1}`)

test('any part of any box', async () => {
  const asked = volume.chain((voxels) =>
    fc.record({
      voxels: fc.constant(voxels),
      query: fc.record(
        {
          x: interval(voxels.shape.x),
          y: interval(voxels.shape.y),
          z: interval(voxels.shape.z),
          t: fc.nat(voxels.shape.t - 1),
          c: fc.nat(voxels.shape.c - 1),
        },
        { requiredKeys: [] },
      ),
      part: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    }),
  )
  await fc.assert(
    fc.asyncProperty(asked, async ({ voxels, query, part }) => {
      const box = boxOf(voxels, query)
      const expected = cut(voxels, box)
      expect(boxBytes(voxels, box)).toBe(expected.length)
      const whole = boxSpan(voxels, box)
      if (whole) expect(content.subarray(whole.start, whole.end).equals(expected)).toBe(true)
      const start = Math.floor(Math.min(...part) * (expected.length - 1))
      const end = Math.min(expected.length, Math.ceil(Math.max(...part) * expected.length) + 1)
      const { count, acquire } = counted()
      const got = await buffer(await boxStream(voxels, box, { start, end }, { offset, acquire }))
      expect(got.equals(expected.subarray(start, end))).toBe(true)
      expect(count.released).toBe(1)
      expect(count.largest).toBeLessThanOrEqual(2 ** 20)
    }),
    { numRuns: 200 },
  )
})

test('a corner of a wide image reads that corner, a column of a narrow one whole rows in few reads', async () => {
  const wide: Voxels = { shape: { x: 50_000, y: 50, z: 1, t: 1, c: 1 }, voxelBytes: 1 }
  const corner = counted()
  const box = boxOf(wide, { x: '49900:50000', y: '40:50' })
  await buffer(await boxStream(wide, box, { start: 0, end: boxBytes(wide, box) }, { offset, ...corner }))
  expect(corner.count).toMatchObject({ bytes: 1000, reads: 10 })

  // 200 planes, one of them in two parts because a block ends inside it.
  const narrow: Voxels = { shape: { x: 100, y: 100, z: 200, t: 1, c: 1 }, voxelBytes: 1 }
  const column = counted()
  const slab = boxOf(narrow, { x: '7:8' })
  await buffer(await boxStream(narrow, slab, { start: 0, end: boxBytes(narrow, slab) }, { offset, ...column }))
  expect(column.count).toMatchObject({ bytes: 2_000_000, reads: 201 })

  const row = counted()
  const coronal = boxOf(narrow, { y: '3:5' })
  await buffer(await boxStream(narrow, coronal, { start: 0, end: boxBytes(narrow, coronal) }, { offset, ...row }))
  expect(row.count).toMatchObject({ bytes: 40_000, reads: 200 })
})

test('a reader that does not read stops the reading; one that goes away gives the file back', async () => {
  const voxels: Voxels = { shape: { x: 500, y: 500, z: 10, t: 1, c: 1 }, voxelBytes: 1 }
  const box = boxOf(voxels, { x: '0:499' })
  const { count, acquire } = counted()
  const stream = await boxStream(voxels, box, { start: 0, end: boxBytes(voxels, box) }, { offset, acquire })
  stream.once('readable', () => undefined)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(count.bytes).toBeGreaterThan(0)
  expect(count.bytes).toBeLessThan(2_500_000)
  stream.destroy()
  await expect.poll(() => count.released).toBe(1)
})

test('more than a server should do at once is refused with a way out', () => {
  const slide: Voxels = { shape: { x: 200_000, y: 100_000, z: 1, t: 1, c: 1 }, voxelBytes: 3 }
  expect(() => boxOf(slide, { x: '0:1' })).toThrow('several parts')
  expect(() => boxOf(slide, {})).not.toThrow()
  expect(() => boxOf(slide, { x: '0:190000' })).toThrow('several parts')
  expect(boxOf(slide, { x: '1000:1512', y: '0:512' }).y).toEqual([0, 512])
})
