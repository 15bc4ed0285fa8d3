/** Turning by letters, compared with how the planes are drawn. */
import { describe, expect, it } from 'vitest'
import { withAxes } from '#imaging/geometry/orientation.ts'
import { flipped, turned } from '../../../portal/app/viewer/axisTurns.ts'
import {
  dot,
  planeNames,
  planesOf,
  scaled,
  volumeGeometry,
  type VolumeGeometry,
} from '../../../portal/app/viewer/geometry.ts'

const unplaced = { shape: { x: 30, y: 40, z: 50, t: 1, c: 1 }, spacing: [1, 1, 1], samplesPerPixel: 1 } as const
const drawn = (axes: readonly string[]) => {
  const placement = withAxes({ origin: null, direction: null }, axes.join(''))
  const geometry = volumeGeometry({ ...unplaced, ...placement } as never) as VolumeGeometry
  return { axes: geometry.axes, planes: planesOf(geometry) }
}

describe.each(['LPS', 'RPS', 'SAL', 'IRA'].map((name) => [...name]))('axes towards %s%s%s', (...axes) => {
  it.each(planeNames)('a turn of the %s picture brings to its right what was at its top', (plane) => {
    const [before, after] = [drawn(axes), drawn(turned(axes, plane))]
    for (const axis of [0, 1, 2] as const) {
      const [was, is] = [before.axes[axis], after.axes[axis]]
      expect(dot(is, after.planes[plane].right)).toBeCloseTo(dot(was, before.planes[plane].up))
      expect(dot(is, scaled(after.planes[plane].up, -1))).toBeCloseTo(dot(was, before.planes[plane].right))
    }
    expect([1, 2, 3, 4].reduce((all) => turned(all, plane), axes)).toEqual(axes)
  })

  it.each(['LR', 'SI', 'PA'])('a flip exchanges %s and nothing else, and is undone by another', (pair) => {
    const once = flipped(axes, pair)
    expect(once.filter((letter, n) => letter !== axes[n])).toHaveLength(1)
    expect(once.every((letter, n) => letter === axes[n] || pair.includes(letter))).toBe(true)
    expect(flipped(once, pair)).toEqual(axes)
  })
})
