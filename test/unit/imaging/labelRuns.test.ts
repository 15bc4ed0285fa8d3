/** Label volumes as runs: what goes in comes out, and damage is told. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { countRuns, decodeRuns, encodeRuns, type LabelShape } from '#imaging/labels/runs.ts'

const volumes = fc
  .tuple(
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 4 }),
  )
  .chain((shape) => {
    const voxels = shape[0] * shape[1] * shape[2]
    const volume = fc.option(fc.uint8Array({ minLength: voxels, maxLength: voxels, max: 4 }))
    return fc.tuple(fc.constant(shape as LabelShape), fc.array(volume, { minLength: shape[3], maxLength: shape[3] }))
  })

test('volumes come back as they were, those without labels as null', () => {
  fc.assert(
    fc.property(volumes, ([shape, given]) => {
      const decoded = decodeRuns(encodeRuns(shape, given as (Uint8Array | null)[]))
      expect(decoded.shape).toEqual(shape)
      decoded.volumes.forEach((volume, t) => {
        const wanted = given[t]?.some((label) => label > 0) ? [...given[t]] : null
        expect(volume && [...volume]).toEqual(wanted)
      })
    }),
  )
})

test('labels are counted at each time point', () => {
  fc.assert(
    fc.property(volumes, ([shape, given]) => {
      const plain = new Map<string, number>()
      given.forEach((volume, t) =>
        volume?.forEach((label) => label > 0 && plain.set(`${label} ${t}`, (plain.get(`${label} ${t}`) ?? 0) + 1)),
      )
      const counted = countRuns(encodeRuns(shape, given as (Uint8Array | null)[]))
      expect(new Map(counted.map(({ number, time, voxels }) => [`${number} ${time}`, voxels]))).toEqual(plain)
    }),
  )
})

test('an empty 4D volume of a billion voxels takes a few bytes', () => {
  const bytes = encodeRuns(
    [512, 512, 94, 40],
    Array.from({ length: 40 }, () => null),
  )
  expect(bytes.length).toBeLessThan(30)
  expect(countRuns(bytes)).toEqual([])
})

test('damaged bytes are refused in words and never read beyond the volume', () => {
  const whole = encodeRuns([4, 4, 2, 1], [new Uint8Array(32).map((_, i) => i % 3)])
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const damaged = whole.slice()
      damaged[at] = byte
      try {
        expect(countRuns(damaged).reduce((sum, { voxels }) => sum + voxels, 0)).toBeLessThanOrEqual(2 ** 40)
      } catch (error) {
        expect(error).toBeInstanceOf(ImagingError)
      }
    }),
  )
  for (let length = 0; length < whole.length; length++)
    expect(() => countRuns(whole.subarray(0, length))).toThrow(ImagingError)
})
