/** Reduced images, compared with means that are computed voxel by voxel. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SampleType } from '#imaging/header.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { coarseOf, createCoarse } from '#imaging/render/coarse.ts'
import { bytesOf, newSamples, samplesOf } from '#imaging/samples.ts'

const header = (
  x: number,
  y: number,
  z: number,
  more: { t?: number; sampleType?: SampleType; scales?: number } = {},
) => ({
  shape: { x, y, z, t: more.t ?? 1, c: 1 },
  sampleType: more.sampleType ?? ('uint8' as const),
  samplesPerPixel: 1 as 1 | 3,
  slope: Array<number>(more.scales ?? 1).fill(1),
  intercept: [0],
})

test('a time point has a mebibyte at most, thin stacks keep their slices, small images are left alone', () => {
  expect(coarseOf(header(512, 512, 94))).toEqual({
    shape: { x: 64, y: 64, z: 47, t: 1, c: 1 },
    factor: { x: 8, y: 8, z: 2 },
    bytes: 64 * 64 * 47,
  })
  expect(coarseOf(header(2048, 2048, 3, { sampleType: 'uint16' }))).toMatchObject({ factor: { x: 8, y: 8, z: 1 } })
  expect(coarseOf(header(100, 100, 100))).toBeNull()
  // PET with a scale for each slice: the stored values of different slices cannot be averaged.
  expect(coarseOf(header(256, 256, 256, { sampleType: 'int16', scales: 256 }))?.factor.z).toBe(1)
})

test('any image: size, order and means', () => {
  const images = fc.record({
    x: fc.integer({ min: 1, max: 23 }),
    y: fc.integer({ min: 1, max: 23 }),
    z: fc.integer({ min: 1, max: 9 }),
    t: fc.integer({ min: 1, max: 3 }),
    components: fc.constantFrom<1 | 3>(1, 3),
    sampleType: fc.constantFrom<SampleType>('uint8', 'int16', 'uint32', 'float32'),
    factor: fc.record({
      x: fc.integer({ min: 1, max: 5 }),
      y: fc.integer({ min: 1, max: 5 }),
      z: fc.integer({ min: 1, max: 4 }),
    }),
    seed: fc.nat(),
  })
  fc.assert(
    fc.property(images, ({ x, y, z, t, components, sampleType, factor, seed }) => {
      const h = { ...header(x, y, z, { t, sampleType }), samplesPerPixel: components }
      const shape = { ...h.shape, x: Math.ceil(x / factor.x), y: Math.ceil(y / factor.y), z: Math.ceil(z / factor.z) }
      const planes = Array.from({ length: planeCount(h) }, (_, k) => {
        const samples = newSamples(sampleType, x * y * components)
        for (let i = 0; i < samples.length; i++) samples[i] = Math.imul(seed + k * 7919 + i, 2654435761) >>> 25
        return samples
      })
      const made: Uint8Array[] = []
      const coarse = createCoarse(h, { shape, factor, bytes: 0 }, (plane) => made.push(plane))
      planes.forEach((plane, k) => coarse.add(k, bytesOf(plane)))
      expect(made.length).toBe(shape.z * t)
      made.forEach((bytes, n) => {
        expect(bytes.length).toBe(planeBytes({ ...h, shape }))
        const samples = samplesOf(sampleType, bytes)
        const [time, w] = [Math.floor(n / shape.z), n % shape.z]
        for (let v = 0; v < shape.y; v++) {
          for (let u = 0; u < shape.x; u++) {
            for (let c = 0; c < components; c++) {
              const block: number[] = []
              for (let k = w * factor.z; k < Math.min(z, (w + 1) * factor.z); k++) {
                for (let j = v * factor.y; j < Math.min(y, (v + 1) * factor.y); j++) {
                  for (let i = u * factor.x; i < Math.min(x, (u + 1) * factor.x); i++) {
                    block.push(planes[time * z + k]![(j * x + i) * components + c]!)
                  }
                }
              }
              const mean = block.reduce((sum, value) => sum + value, 0) / block.length
              const expected = sampleType === 'float32' ? Math.fround(mean) : Math.round(mean)
              expect(samples[(v * shape.x + u) * components + c]).toBe(expected)
            }
          }
        }
      })
    }),
    { numRuns: 60 },
  )
})
