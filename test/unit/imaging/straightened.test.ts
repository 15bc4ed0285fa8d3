/** Sheared images resampled: a picture that is a plane in space stays that plane, wherever the new voxels are. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SeriesReader } from '#imaging/format.ts'
import { dicom } from '#imaging/formats/dicom/index.ts'
import { placed } from '#imaging/geometry/placement.ts'
import { straightened } from '#imaging/geometry/straightened.ts'
import type { Header, SampleType } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { bytesOf, newSamples, samplesOf } from '#imaging/samples.ts'
import { dicomEntry, image, type Attributes } from './dicomFiles.ts'

const plain = phantom('mouse-ct', { resolution: 0.1 }).header
type Point = [number, number, number]

/** A sheared image whose values are a linear function of the place in space. */
function slanted(
  steps: Point[],
  [x, y, z]: Point,
  valueAt: (place: number[]) => number,
  given: Partial<Header> = {},
): SeriesReader {
  const warnings: string[] = []
  const origin = [5, -7, 11]
  const { sampleType = 'float64' as SampleType, slope = [1], intercept = [0] } = given
  const header: Header = {
    ...plain,
    modality: null,
    unit: '',
    ...placed(steps, origin, 'affine', warnings),
    sampleType,
    slope,
    intercept,
    shape: { x, y, z, t: 2, c: 1 },
    warnings,
    ...given,
  }
  const plane = async (k: number) => {
    const samples = newSamples(sampleType, x * y)
    for (let i = 0; i < samples.length; i++) {
      const voxel = [i % x, Math.floor(i / x), k % z]
      const place = origin.map((o, axis) => o + voxel.reduce((sum, n, a) => sum + n * steps[a]![axis]!, 0))
      samples[i] = (valueAt(place) + 100 * Math.floor(k / z) - intercept[0]!) / slope[0]!
    }
    return bytesOf(samples)
  }
  return { header, facts: [], tags: async () => [], plane, direct: () => ({ file: 0, offset: 352 }) }
}

/** Centre of a voxel in LPS mm. */
const placeOf = ({ origin, direction, spacing }: Header, voxel: number[]) =>
  origin!.map((o, axis) => o + voxel.reduce((sum, n, a) => sum + n * spacing![a]! * direction![a * 3 + axis]!, 0))

const angle = fc.double({ min: -0.7, max: 0.7, noNaN: true })

describe('a sheared image', () => {
  it('has right-angled axes that hold all of it, and at each new voxel the value of its place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(angle, angle, angle),
        fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0.2, max: 3, noNaN: true }))),
        fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 2, max: 6 }))),
        async ([a, b, c], spacing, shape) => {
          const [dx, dy, dz] = spacing as Point
          const steps: Point[] = [
            [dx, 0, 0],
            [dy * Math.sin(a), dy * Math.cos(a), 0],
            [dz * Math.sin(b) * Math.cos(c), dz * Math.sin(c), dz * Math.cos(b) * Math.cos(c)],
          ]
          fc.pre(Math.max(Math.abs(a), Math.abs(b), Math.abs(c)) > 0.01)
          const valueAt = ([x, y, z]: number[]) => 3 * x! - 2 * y! + 0.5 * z! + 1000
          const stored = slanted(steps, shape as Point, valueAt)
          fc.pre(stored.header.sheared !== undefined)
          const reader = straightened(stored)
          const { header } = reader
          if (header.orientation === 'assumed') return // too slanted
          expect(header.sheared).toBeUndefined()
          expect(reader.direct()).toBeNull()
          const d = header.direction!
          for (const [u, v] of [[0, 3], [0, 6], [3, 6]] as const) expect(d[u]! * d[v]! + d[u + 1]! * d[v + 1]! + d[u + 2]! * d[v + 2]!).toBeCloseTo(0, 9) // prettier-ignore
          let known = 0
          const { x, y, z } = header.shape
          for (let k = 0; k < 2 * z; k++) {
            const values = samplesOf('float64', await reader.plane(k))
            expect(values).toHaveLength(x * y)
            for (const [i, value] of values.entries()) {
              if (value === 0) continue
              known++
              const place = placeOf(header, [i % x, Math.floor(i / x), k % z])
              // The outer half of outer voxels takes the value of their centre.
              const edge = (3 * dx + 5 * dy + 2 * dz) / 2
              expect(Math.abs(value - valueAt(place) - 100 * Math.floor(k / z))).toBeLessThan(edge + 1e-6)
            }
          }
          const [sx, sy, sz] = shape as Point
          // All corners of the old image are in the new one.
          for (const corner of [[0, 0, 0], [sx - 1, 0, 0], [0, sy - 1, 0], [sx - 1, sy - 1, sz - 1]]) {
            const place = [5, -7, 11].map((o, axis) => o + corner.reduce((sum, n, a2) => sum + n * steps[a2]![axis]!, 0))
            for (const [axis, size] of [x, y, z].entries()) {
              const at = [0, 1, 2].reduce((sum, n) => sum + (place[n]! - header.origin![n]!) * d[axis * 3 + n]!, 0) / header.spacing![axis]!
              expect(at).toBeGreaterThan(-0.01)
              expect(at).toBeLessThan(size - 1 + 0.01)
            }
          }
          expect(known).toBeGreaterThan(0)
        },
      ),
      { numRuns: 60 },
    )
  }) // prettier-ignore

  it('is exact between voxels, and says what was done and what lies outside', async () => {
    // Each plane lies half a voxel further to the left than the one before.
    const steps: Point[] = [[1, 0, 0], [0, 1, 0], [0.5, 0, 2]] // prettier-ignore
    const reader = straightened(slanted(steps, [6, 3, 5], ([x]) => 10 * x!, { unit: 'HU', sampleType: 'int16', intercept: [-24], slope: [2] })) // prettier-ignore
    const { header } = reader
    expect(header.shape).toMatchObject({ x: 8, y: 3, z: 5, t: 2 })
    expect([header.spacing, header.origin, header.orientation]).toEqual([[1, 1, 2], [5, -7, 11], 'known'])
    expect(header.warnings).toEqual([expect.stringContaining('resampled to right-angled axes')])
    const rowOf = async (k: number) =>
      [...samplesOf('int16', await reader.plane(k)).subarray(0, 8)].map((v) => 2 * v - 24)
    expect(await rowOf(0)).toEqual([50, 60, 70, 80, 90, 100, -1000, -1000])
    expect(await rowOf(2)).toEqual([-1000, 60, 70, 80, 90, 100, 110, -1000])
    // Plane 1 starts at 5.5: its voxels lie on either side of the new ones.
    expect((await rowOf(1)).slice(1, 6)).toEqual([60, 70, 80, 90, 100])
    expect(await rowOf(5 + 2)).toEqual([-1000, 160, 170, 180, 190, 200, 210, -1000])
  })

  it('with right-angled axes is left as it is; one that would be mostly empty too, and says so', async () => {
    const straight = slanted([[1, 0, 0], [0, 1, 0], [0, 0, 2]], [4, 4, 4], () => 1) // prettier-ignore
    expect(straightened(straight)).toBe(straight)
    const flat = straightened(slanted([[1, 0, 0], [0, 1, 0], [20, 0, 1]], [4, 4, 9], () => 1)) // prettier-ignore
    expect(flat.header).toMatchObject({ shape: { x: 4, y: 4, z: 9 }, orientation: 'assumed' })
    expect(flat.header.sheared).toBeUndefined()
    expect(flat.header.warnings.join()).toContain('nearest right-angled')
    expect(flat.direct()).not.toBeNull()
  })
})

describe('a stack of DICOM files', () => {
  const slice = (n: number, y: number, more: Attributes = []) =>
    dicomEntry(
      image([
        [0x00080018, 'UI', `1.2.3.${n}`],
        [0x00200013, 'IS', String(n)],
        [0x00200032, 'DS', `0\\${y}\\${n * 2}`],
        [0x00200037, 'DS', '1\\0\\0\\0\\1\\0'],
        [0x00280030, 'DS', '1\\1'],
        ...more,
      ]),
      `${n}.dcm`,
    )

  it('of a tilted gantry is put upright', async () => {
    const reader = straightened(await dicom.open([0, 1, 2, 3].map((n) => slice(n, n))))
    const { header } = reader
    expect(header.shape).toMatchObject({ x: 2, y: 5, z: 4 })
    expect([header.spacing, header.origin]).toEqual([[1, 1, 2], [0, 0, 0]]) // prettier-ignore
    for (const k of [0, 1, 2, 3]) {
      const rows = [...samplesOf('uint16', await reader.plane(k))]
      expect(rows).toEqual([...Array(2 * k).fill(0), 1, 2, 3, 4, ...Array(6 - 2 * k).fill(0)])
    }
  })

  it('that is shifted unevenly, or has several scales, is shown with words', async () => {
    const crooked = straightened(await dicom.open([0, 4, 0, 4, 9].map((y, n) => slice(n, y))))
    expect(crooked.header.shape).toMatchObject({ x: 2, y: 2, z: 5 })
    expect(crooked.header.warnings.join()).toContain('not evenly')
    const scales = await dicom.open([0, 1, 2].map((n) => slice(n, 0, n === 2 ? [[0x00280030, 'DS', '0.5\\0.5']] : [])))
    expect(scales.header).toMatchObject({ shape: { z: 3 }, spacing: null, direction: null, orientation: 'unknown' })
    expect(scales.header.warnings.join()).toContain('different pixel spacings (1.00 x 1.00, 0.500 x 0.500 mm)')
  })
})
