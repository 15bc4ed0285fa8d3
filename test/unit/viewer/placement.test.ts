import { describe, expect, it } from 'vitest'
import { worldOf, type VolumeGeometry } from '../../../portal/app/viewer/geometry.ts'
import { placed, readPlacement, unmoved, writePlacement } from '../../../portal/app/viewer/placement.ts'

const box: VolumeGeometry = {
  dimensions: [11, 21, 31],
  spacing: [1, 0.5, 2],
  origin: [-5, -5, -30],
  axes: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  leftHanded: false,
}

describe('an image that was moved by hand', () => {
  it('is shifted by millimetres', () => {
    const moved = placed(box, readPlacement('1 -2 3.5 0 0 0'))
    expect(worldOf(moved, [0, 0, 0])).toEqual([-4, -7, -26.5])
    expect(moved.axes).toEqual(box.axes)
  })

  it('is turned about its middle, by the right-hand rule', () => {
    const moved = placed(box, readPlacement('0 0 0 0 0 90'))
    const close = (index: readonly [number, number, number], to: number[]) =>
      worldOf(moved, index).forEach((at, axis) => expect(at).toBeCloseTo(to[axis]!, 9))
    close([5, 10, 15], [0, 0, 0])
    close([10, 10, 15], [0, 5, 0])
    close([5, 20, 15], [-5, 0, 0])
    close([5, 10, 30], [0, 0, 30])
  })

  it('is written as the record keeps it', () => {
    expect(writePlacement(unmoved)).toBeUndefined()
    expect(writePlacement({ shift: [1.5, 0, -2], turn: [0, 0, 15] })).toBe('1.5 0 -2 0 0 15')
    expect(readPlacement('1.5 0 -2 0 0 15')).toEqual({ shift: [1.5, 0, -2], turn: [0, 0, 15] })
    for (const text of [undefined, '', '1 2 3', 'a b c d e f']) expect(readPlacement(text)).toEqual(unmoved)
  })
})
