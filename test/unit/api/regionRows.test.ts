/** The rows of a region come from the file as they stand in it, whatever its shape, and nothing is read twice. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Header, SampleType } from '#imaging/header.ts'
import { planesOf, type Region } from '#imaging/measure/region.ts'
import { newSamples, bytesOf, type Samples } from '#imaging/samples.ts'
import { withRows } from '#api/imaging/regionRows.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-rows-'))
const file = path.join(folder, 'planes')
afterAll(() => rmSync(folder, { recursive: true }))

const offset = 13 // no multiple of a sample

test.each<[string, Header['shape'], SampleType, Region]>([
  [
    'a narrow image',
    { x: 9, y: 7, z: 3, t: 2, c: 2 },
    'int16',
    { x: [2, 5], y: [1, 6], z: [1, 3], t: [0, 2], c: [1, 2] },
  ],
  [
    'whole planes',
    { x: 300, y: 500, z: 2, t: 2, c: 1 },
    'float64',
    { x: [0, 300], y: [0, 500], z: [0, 2], t: [1, 2], c: [0, 1] },
  ],
  [
    'a wide image, row by row',
    { x: 60_000, y: 6, z: 2, t: 1, c: 1 },
    'uint16',
    { x: [59_990, 60_000], y: [4, 6], z: [0, 2], t: [0, 1], c: [0, 1] },
  ],
])('%s', (_, shape, sampleType, region) => {
  const planes: Samples[] = Array.from({ length: shape.z * shape.t * shape.c }, (__, k) => {
    const plane = newSamples(sampleType, shape.x * shape.y)
    for (let i = 0; i < plane.length; i++) plane[i] = (i * 7 + k * 101) % 30_011
    return plane
  })
  writeFileSync(file, Buffer.concat([Buffer.alloc(offset, 255), ...planes.map(bytesOf)]))
  const expected: [number, number[]][] = []
  for (const k of planesOf(shape, region)) {
    for (let y = region.y[0]; y < region.y[1]; y++) {
      expected.push([k, [...planes[k]!.subarray(y * shape.x + region.x[0], y * shape.x + region.x[1])]])
    }
  }
  let beats = 0
  const twice = withRows(
    { file, offset },
    { shape, sampleType },
    region,
    () => beats++,
    (rows) =>
      [1, 2].map(() => {
        const seen: [number, number[]][] = []
        rows((k, row) => seen.push([k, [...row]]))
        return seen
      }),
  )
  expect(twice).toEqual([expected, expected])
  expect(beats).toBeGreaterThan(0)
})

test('a file that ends early, and one that is gone', () => {
  const shape = { x: 10, y: 10, z: 10, t: 1, c: 1 }
  const region: Region = { x: [0, 10], y: [0, 10], z: [9, 10], t: [0, 1], c: [0, 1] }
  const read = (name: string) =>
    withRows(
      { file: name, offset: 0 },
      { shape, sampleType: 'uint8' },
      region,
      () => undefined,
      (rows) => rows(() => undefined),
    )
  writeFileSync(file, Buffer.alloc(999))
  expect(() => read(file)).toThrow('end at byte 999')
  expect(() => read(path.join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})
