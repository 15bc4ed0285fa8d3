import { assert, constantFrom, double, integer, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  boxesMeet,
  cross,
  directionLetters,
  dot,
  indexOf,
  planesOf,
  rightHanded,
  volumeGeometry,
  voxelAt,
  worldOf,
  type Vec3,
  type VolumeGeometry,
} from '../../../portal/app/viewer/geometry.ts'

const shape = { x: 60, y: 80, z: 40, t: 1, c: 1 }
const plain = { shape, spacing: [0.3, 0.3, 0.5], origin: [1, 2, 3], direction: null, samplesPerPixel: 1 } as const
const box = (change: object = {}) => volumeGeometry({ ...plain, ...change } as never) as VolumeGeometry

describe('the box of a volume', () => {
  it('needs several planes, a voxel size, one sample a pixel, right angles and room on the graphics card', () => {
    const reason = (change: object, side?: number) =>
      (volumeGeometry({ ...plain, ...change } as never, side) as { reason: string }).reason
    expect(reason({ shape: { ...shape, z: 1 } })).toContain('single plane')
    expect(reason({ spacing: null })).toContain('no voxel size')
    expect(reason({ spacing: [0.3, 0, 0.5] })).toContain('not a positive number')
    expect(reason({ samplesPerPixel: 3 })).toContain('Colour')
    expect(reason({ direction: [1, 0, 0, 0, 1, 0, 0.2, 0, 0.98] })).toContain('slant')
    expect(reason({}, 64)).toContain('up to 64')
    expect(box().axes).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ])
  })

  it('is the same box when it is counted from the other end to be right-handed', () => {
    const left = box({ direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1] })
    expect(left.leftHanded).toBe(true)
    const { origin, direction } = rightHanded(left)
    const [u, v, w] = [0, 3, 6].map((at) => direction.slice(at, at + 3)) as unknown as [Vec3, Vec3, Vec3]
    expect(dot(cross(u, v), w)).toBeCloseTo(1)
    // The renderer's last plane is the file's first one.
    const last = [0, 1, 2].map((axis) => origin[axis]! + w[axis]! * 39 * 0.5)
    worldOf(left, [0, 0, 0]).forEach((mm, axis) => expect(last[axis]).toBeCloseTo(mm))
  })

  it('finds voxels where it put them, in any rotation', () => {
    const angle = double({ min: -3, max: 3, noNaN: true })
    assert(
      property(
        angle,
        angle,
        tuple(integer({ min: 0, max: 59 }), integer({ min: 0, max: 79 }), integer({ min: 0, max: 39 })),
        (a, b, index) => {
          const u: Vec3 = [Math.cos(a), Math.sin(a), 0]
          const v: Vec3 = [-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), Math.sin(b)]
          const turned = box({ direction: [...u, ...v, ...cross(u, v)] })
          expect(voxelAt(turned, worldOf(turned, index))).toEqual(index)
          indexOf(turned, worldOf(turned, index)).forEach((i, axis) => expect(i).toBeCloseTo(index[axis]!, 6))
        },
      ),
    )
  })

  it('does not find voxels beside the box', () => {
    expect(voxelAt(box(), worldOf(box(), [-1, 0, 0]))).toBeNull()
    expect(voxelAt(box(), worldOf(box(), [0, 0, 40]))).toBeNull()
  })
})

describe('the three planes', () => {
  it('are cut along the axes of the volume and turned by the radiological convention', () => {
    const { axial, coronal, sagittal } = planesOf(box())
    expect([axial.axis, coronal.axis, sagittal.axis]).toEqual([2, 1, 0])
    expect(axial).toMatchObject({ right: [1, 0, 0], up: [-0, -1, -0] })
    expect(coronal).toMatchObject({ right: [1, 0, 0], up: [0, 0, 1] })
    expect(sagittal).toMatchObject({ right: [0, 1, 0], up: [0, 0, 1] })
  })

  it('are named after the anatomical plane that each axis is nearest to', () => {
    // Planes of a coronal acquisition: x to the left, y to the feet, z to the back.
    const { axial, coronal, sagittal } = planesOf(box({ direction: [1, 0, 0, 0, 0, -1, 0, 1, 0] }))
    expect([axial.axis, coronal.axis, sagittal.axis]).toEqual([1, 2, 0])
    expect(directionLetters(coronal.up)).toBe('Cr')
  })

  it('show each world direction on the same side whatever the order and sense of the file axes', () => {
    const signs = constantFrom(1, -1)
    const orders = constantFrom([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0])
    assert(
      property(orders, tuple(signs, signs, signs), (order, sign) => {
        const direction = order.flatMap((world, n) => [0, 1, 2].map((one) => (one === world ? sign[n]! : 0)))
        const { axial, coronal, sagittal } = planesOf(box({ direction }))
        expect([directionLetters(axial.right), directionLetters(axial.up)]).toEqual(['L', 'V'])
        expect([directionLetters(coronal.right), directionLetters(coronal.up)]).toEqual(['L', 'Cr'])
        expect([directionLetters(sagittal.right), directionLetters(sagittal.up)]).toEqual(['D', 'Cr'])
      }),
    )
  })
})

describe('directions in letters', () => {
  it('are those of animals, two where a direction is slanted', () => {
    expect(directionLetters([-1, 0, 0])).toBe('R')
    expect(directionLetters([0, 0, -1])).toBe('Cd')
    expect(directionLetters([0.3, 0.95, 0])).toBe('D')
    expect(directionLetters([0.8, -0.6, 0])).toBe('L·V')
  })
})

describe('boxes', () => {
  it('meet when they share space', () => {
    expect(boxesMeet(box(), box({ spacing: [0.1, 0.1, 0.1] }))).toBe(true)
    expect(boxesMeet(box(), box({ origin: [1, 2, 300] }))).toBe(false)
  })
})
