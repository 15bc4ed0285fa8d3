/** Voxels in drawings, and their statistics, against numbers made by hand. */
import { describe, expect, it } from 'vitest'
import { regionOf, regionStatistics } from '../../../portal/app/viewer/annotations/region.ts'
import { angleOf } from '../../../portal/app/viewer/annotations/measure.ts'
import type { Vec3, VolumeGeometry } from '../../../portal/app/viewer/geometry.ts'

const box: VolumeGeometry = {
  dimensions: [40, 40, 10],
  spacing: [0.5, 0.5, 2],
  origin: [0, 0, 0],
  axes: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  leftHanded: false,
}
/** The ends of the vertical axis, then of the horizontal one. */
const circle = ([x, y, z]: Vec3, r: number) =>
  regionOf('ellipse', [
    [x, y - r, z],
    [x, y + r, z],
    [x - r, y, z],
    [x + r, y, z],
  ])

describe('statistics in an ellipse', () => {
  it('count the voxels whose centre is inside, on the plane that it was drawn on', () => {
    const seen: Vec3[] = []
    const found = regionStatistics(box, circle([10, 10, 6], 3)!, (index) => (seen.push(index), index[2]))!
    const expected = Array.from({ length: 40 }, (_, i) => Array.from({ length: 40 }, (_, j) => [i, j])).flat()
    expect(found.count).toBe(expected.filter(([i, j]) => (i! / 2 - 10) ** 2 + (j! / 2 - 10) ** 2 <= 9).length)
    expect(found).toMatchObject({ mean: 3, standardDeviation: 0, min: 3, max: 3 })
    expect(seen.every((index) => index[2] === 3)).toBe(true)
  })

  it('are those of the textbook', () => {
    const found = regionStatistics(box, circle([10, 10, 6], 0.6)!, ([i, j]) => (i - 20) * 10 + (j - 20) + 1e6)!
    // The middle and its four neighbours: differences -10, -1, 0, 1, 10.
    expect(found).toMatchObject({ count: 5, mean: 1e6, min: 1e6 - 10, max: 1e6 + 10 })
    expect(found.standardDeviation).toBeCloseTo(Math.sqrt(202 / 4), 10)
  })

  it('take one layer where the plane lies between two, as of a coarser overlay', () => {
    const layers = new Set<number>()
    regionStatistics(box, circle([10, 10, 7], 3)!, ([, , k]) => (layers.add(k), 0))
    expect(layers.size).toBe(1)
  })

  it('work on planes across the stack', () => {
    const across = regionOf('ellipse', [
      [10, 10, 4],
      [10, 10, 16],
      [6, 10, 10],
      [14, 10, 10],
    ])!
    const rows = new Set<number>()
    const found = regionStatistics(box, across, ([, j, k]) => (rows.add(j), k))!
    expect([...rows]).toEqual([20])
    expect(found).toMatchObject({ mean: 5, min: 2, max: 8 })
  })

  it('wait for voxels that are not in memory, and say nothing outside of the box', () => {
    expect(regionStatistics(box, circle([10, 10, 6], 3)!, () => null)).toBeNull()
    expect(regionStatistics(box, circle([100, 10, 6], 3)!, () => 1)).toBeNull()
    expect(circle([10, 10, 6], 0)).toBeNull()
  })

  it('leave out what is no number', () => {
    const found = regionStatistics(box, circle([10, 10, 6], 0.6)!, ([i]) => (i === 20 ? 7 : Number.NaN))!
    expect(found).toMatchObject({ count: 3, mean: 7, standardDeviation: 0 })
  })
})

describe('extents', () => {
  it('are the areas and volumes of geometry', () => {
    const square: Vec3[] = [
      [0, 0, 0],
      [4, 0, 0],
      [4, 4, 0],
      [0, 4, 0],
    ]
    expect(regionOf('rectangle', square)!.extent).toBeCloseTo(16)
    // A notch cut into the square.
    expect(Math.abs(regionOf('polygon', [...square.slice(0, 3), [2, 2, 0], [0, 4, 0]])!.extent)).toBeCloseTo(12)
    expect(circle([0, 0, 0], 3)!.extent).toBeCloseTo(Math.PI * 9)
    expect(
      regionOf('sphere', [
        [1, 2, 3],
        [1, 2, 5],
      ])!.extent,
    ).toBeCloseTo((4 / 3) * Math.PI * 8)
    expect(regionOf('length', square)).toBeNull()
  })

  it('of a sphere are near the volume of the voxels that it holds', () => {
    const cubes = { ...box, dimensions: [60, 60, 60] as Vec3, spacing: [0.5, 0.5, 0.5] as Vec3 }
    const region = regionOf('sphere', [
      [15, 15, 15],
      [15, 15, 22],
    ])!
    const found = regionStatistics(cubes, region, () => 1)!
    expect(Math.abs((found.count * 0.125) / region.extent - 1)).toBeLessThan(0.01)
  })

  it('of a polygon with a hole count the voxels of the ring', () => {
    const concave: Vec3[] = [
      [5, 5, 4],
      [15, 5, 4],
      [15, 15, 4],
      [10, 10, 4],
      [5, 15, 4],
    ]
    const found = regionStatistics(box, regionOf('polygon', concave)!, ([i, j]) => (j > 20 && i === 20 ? 1000 : 0))!
    expect(found.max).toBe(0)
    expect(Math.abs(found.count * 0.25 - 75)).toBeLessThan(6)
  })
})

it('angles are measured at the second point', () => {
  expect(
    angleOf([
      [1, 0, 0],
      [0, 0, 0],
      [0, 2, 0],
    ]),
  ).toBeCloseTo(90)
  expect(
    angleOf([
      [1, 0, 0],
      [0, 0, 0],
      [1, 1, 0],
    ]),
  ).toBeCloseTo(45)
  expect(
    angleOf([
      [1, 0, 0],
      [0, 0, 0],
      [-3, 0, 0],
    ]),
  ).toBeCloseTo(180)
})
