/** Animals beside each other in a scan: found, put in order, and cut out of it. */
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { cropped, croppedHeader, type Part } from '#imaging/geometry/cropped.ts'
import { indexToWorld } from '#imaging/geometry/affine.ts'
import { inReadingOrder, placesOf } from '#imaging/geometry/places.ts'
import type { Header } from '#imaging/header.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { findBodies } from '#imaging/measure/bodies.ts'
import { componentsOf } from '#imaging/measure/components.ts'
import { planesOf, type Region, type Rows } from '#imaging/measure/region.ts'
import { phantom, type PhantomKind } from '#imaging/phantoms/index.ts'
import { bytesOf, newSamples, samplesOf, type Samples } from '#imaging/samples.ts'

async function found(kind: PhantomKind, seed: number, search: Parameters<typeof findBodies>[3] = {}) {
  const { header, planes } = phantom(kind, { seed, resolution: 0.4 })
  const held: Samples[] = []
  for await (const plane of planes()) held.push(samplesOf(header.sampleType, plane))
  const { x, y, z, t, c } = header.shape
  const region: Region = { x: [0, x], y: [0, y], z: [0, z], t: [0, t], c: [0, c] }
  const rows: Rows = (use) => {
    for (const k of planesOf(header.shape, region))
      for (let row = 0; row < y; row++) use(k, held[k]!.subarray(row * x, (row + 1) * x))
  }
  return { ...findBodies(header, region, rows, search), header }
}

describe('bodies in a scan', () => {
  it.each(['four-mice-pet', 'four-mice-ct'] as const)('finds the four animals of %s where they lie', async (kind) => {
    for (const seed of [1, 4]) {
      const { boxes, header } = await found(kind, seed)
      expect(boxes, `seed ${seed}`).toHaveLength(4)
      const across = boxes.map(({ x }) => ((x[0] + x[1]) / 2 / header.shape.x - 0.5) * 124)
      for (const [n, at] of [-45, -15, 15, 45].entries()) expect(Math.abs(across[n]! - at)).toBeLessThan(5)
    }
  })

  it.each(['mouse-pet', 'mouse-ct', 'mouse-mr'] as const)('does not take %s apart', async (kind) => {
    expect((await found(kind, 1)).boxes).toHaveLength(1)
  })

  it('looks for as many as are told, and keeps to a threshold', async () => {
    expect((await found('four-mice-ct', 4, { count: 3 })).boxes).toHaveLength(3)
    const joined = await found('four-mice-ct', 4, { threshold: -900 })
    expect(joined).toMatchObject({ threshold: -900, boxes: [expect.anything()] })
    expect((await found('four-mice-ct', 4, { threshold: 30_000 })).boxes).toEqual([])
  })

  it('counts cells that touch by a corner as one body', () => {
    const values = Float64Array.from([9, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 9])
    const parts = componentsOf({ values, size: [4, 3, 1], factor: [2, 2, 1] }, 5)
    expect(parts.map(({ cells, from, to }) => [cells, from, to])).toEqual([
      [2, [0, 0, 0], [1, 2, 1]],
      [1, [3, 2, 0], [4, 3, 1]],
    ])
  })
})

const at = (x: number, y: number, z = 0): Part => ({ x: [x, x + 4], y: [y, y + 4], z: [z, z + 4] })

describe('places', () => {
  it('counts columns from the left, rows from the top, depths from the front', () => {
    expect(placesOf([at(10, 0), at(0, 1), at(1, 10), at(10, 11), at(10, 11, 8)])).toEqual([
      [2, 1, 1],
      [1, 1, 1],
      [1, 2, 1],
      [2, 2, 1],
      [2, 2, 2],
    ])
    expect(placesOf([])).toEqual([])
  })

  it('reads row by row, whatever the order was', () => {
    const boxes = [at(0, 0), at(10, 1), at(0, 10), at(10, 10), at(10, 10, 8)]
    fc.assert(
      fc.property(fc.shuffledSubarray(boxes, { minLength: 5 }), (mixed) => {
        expect(inReadingOrder(mixed)).toEqual(boxes)
      }),
    )
  })
})

const base = phantom('cells', { resolution: 0.1 }).header
const interval = (length: number) =>
  fc
    .tuple(fc.nat(length - 1), fc.nat(length - 1))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b) + 1])

describe('a part of an image', () => {
  const header: Header = {
    ...base,
    shape: { x: 5, y: 4, z: 3, t: 2, c: 2 },
    sampleType: 'int16',
    samplesPerPixel: 1,
    spacing: [0.5, 0.7, 2],
    origin: [1, -2, 3],
    direction: [0, 1, 0, -1, 0, 0, 0, 0, -1],
    slope: Array.from({ length: 12 }, (_, k) => k + 1),
    intercept: [0],
  }
  const planes = Array.from({ length: planeCount(header) }, (_, k) => {
    const samples = newSamples('int16', 20)
    return bytesOf(samples.map((_, i) => k * 100 + i) as Samples)
  })
  const reader = (bands: boolean) =>
    ({
      header,
      facts: [],
      tags: async () => [],
      plane: async (k: number) => planes[k]!,
      direct: () => ({ file: 0, offset: 0 }),
      ...(bands && {
        bands: {
          rows: 1,
          read: async (k: number, from: number, to: number) => planes[k]!.subarray(from * 10, to * 10),
        },
      }),
    }) as never

  it('has the values, scales and places that it has in the whole, by planes and by bands', async () => {
    const part = fc.record({ x: interval(5), y: interval(4), z: interval(3) })
    await fc.assert(
      fc.asyncProperty(part, async (box) => {
        const cut = cropped(reader(true), box)
        const count = planeCount(cut.header)
        expect(cut.direct()).toBeNull()
        for (let k = 0; k < count; k++) {
          const z = box.z[0] + (k % cut.header.shape.z)
          const source = Math.floor(k / cut.header.shape.z) * 3 + z
          const bytes = await cut.plane(k)
          expect(bytes.length).toBe(planeBytes(cut.header))
          expect(cut.header.slope[k]).toBe(source + 1)
          const values = [...samplesOf('int16', bytes)]
          const wanted = []
          for (let y = box.y[0]; y < box.y[1]; y++)
            for (let x = box.x[0]; x < box.x[1]; x++) wanted.push(source * 100 + y * 5 + x)
          expect(values).toEqual(wanted)
          expect(await cut.bands!.read(k, 0, cut.header.shape.y)).toEqual(bytes)
        }
        // Voxel 0 of the part, in mm, is where it is in the whole.
        const whole = indexToWorld(header)!
        const own = indexToWorld(croppedHeader(header, box))!
        for (const row of [0, 1, 2]) {
          const there = [0, 1, 2].reduce((sum, axis) => sum + whole[row * 4 + axis]! * [box.x, box.y, box.z][axis]![0], whole[row * 4 + 3]!) // prettier-ignore
          expect(own[row * 4 + 3]).toBeCloseTo(there, 9)
        }
      }),
    )
  })
})
