import { describe, expect, it } from 'vitest'
import type { Vec3, VolumeGeometry } from '../../../portal/app/viewer/geometry.ts'
import { ellipseArea, ellipseStatistics } from '../../../portal/app/viewer/regionStatistics.ts'

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
const circle = (centre: Vec3, radius: number) => ({ centre, a: [radius, 0, 0] as Vec3, b: [0, radius, 0] as Vec3 })

describe('statistics in an ellipse', () => {
  it('count the voxels whose centre is inside, on the plane that it was drawn on', () => {
    const seen: Vec3[] = []
    const found = ellipseStatistics(box, circle([10, 10, 6], 3), (index) => (seen.push(index), index[2]))!
    // Voxel centres of a grid with a step of 1/6 of the radius: counted by hand from the inequality.
    const expected = Array.from({ length: 40 }, (_, i) => Array.from({ length: 40 }, (_, j) => [i, j])).flat()
    expect(found.count).toBe(expected.filter(([i, j]) => (i! / 2 - 10) ** 2 + (j! / 2 - 10) ** 2 <= 9).length)
    expect(found).toMatchObject({ mean: 3, standardDeviation: 0, min: 3, max: 3 })
    expect(seen.every((index) => index[2] === 3)).toBe(true)
  })

  it('are those of the textbook', () => {
    const found = ellipseStatistics(box, circle([10, 10, 6], 0.6), ([i, j]) => (i - 20) * 10 + (j - 20) + 1e6)!
    // The middle and its four neighbours: differences -10, -1, 0, 1, 10.
    expect(found).toMatchObject({ count: 5, mean: 1e6, min: 1e6 - 10, max: 1e6 + 10 })
    expect(found.standardDeviation).toBeCloseTo(Math.sqrt(202 / 4), 10)
  })

  it('take one layer where the plane lies between two, as of a coarser overlay', () => {
    const layers = new Set<number>()
    ellipseStatistics(box, circle([10, 10, 7], 3), ([, , k]) => (layers.add(k), 0))
    expect(layers.size).toBe(1)
  })

  it('work on planes across the stack', () => {
    const across = { centre: [10, 10, 10] as Vec3, a: [4, 0, 0] as Vec3, b: [0, 0, 6] as Vec3 }
    const rows = new Set<number>()
    const found = ellipseStatistics(box, across, ([, j, k]) => (rows.add(j), k))!
    expect([...rows]).toEqual([20])
    expect(found).toMatchObject({ mean: 5, min: 2, max: 8 })
  })

  it('wait for voxels that are not in memory, and say nothing outside of the box', () => {
    expect(ellipseStatistics(box, circle([10, 10, 6], 3), () => null)).toBeNull()
    expect(ellipseStatistics(box, circle([100, 10, 6], 3), () => 1)).toBeNull()
    expect(ellipseStatistics(box, circle([10, 10, 6], 0), () => 1)).toBeNull()
  })

  it('have the area of an ellipse', () => {
    expect(ellipseArea({ centre: [0, 0, 0], a: [3, 0, 0], b: [0, 2, 0] })).toBeCloseTo(18.849556)
  })
})
