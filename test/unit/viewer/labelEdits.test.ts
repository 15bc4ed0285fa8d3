/** Edits of labels, against numbers of geometry and plain loops. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Vec3 } from '../../../portal/app/viewer/geometry.ts'
import { grow, removeIslands } from '../../../portal/app/viewer/segmentation/islands.ts'
import {
  Edit,
  boxOfLabel,
  fillBetween,
  indexAt,
  paint,
  smooth,
  type LabelGrid,
} from '../../../portal/app/viewer/segmentation/labelEdits.ts'

const grid: LabelGrid = { dimensions: [40, 36, 30], spacing: [0.5, 0.5, 1] }
const empty = () => new Uint8Array(40 * 36 * 30)
const count = (labels: Uint8Array, label: number) => labels.filter((one) => one === label).length

function ball(labels: Uint8Array, centre: Vec3, radius: number, label: number): void {
  paint(grid, labels, centre, { label, radius, flat: null }, new Edit())
}

describe('a brush', () => {
  it('paints a ball of the volume that geometry says, in millimetres', () => {
    const labels = empty()
    ball(labels, [20, 18, 15], 7, 1)
    expect(count(labels, 1) * 0.25).toBeCloseTo((4 / 3) * Math.PI * 7 ** 3, -1.5)
    expect(Math.abs((count(labels, 1) * 0.25) / ((4 / 3) * Math.PI * 343) - 1)).toBeLessThan(0.02)
  })

  it.each([0, 1, 2] as const)('paints a disc on the planes across axis %s', (flat) => {
    const labels = empty()
    paint(grid, labels, [20, 18, 15], { label: 2, radius: 4, flat }, new Edit())
    const box = boxOfLabel(grid, labels, 2)!
    expect(box.high[flat]! - box.low[flat]!).toBe(0)
    const pixel = [0.5, 0.5, 1].filter((_, axis) => axis !== flat).reduce((a, b) => a * b)
    expect(Math.abs((count(labels, 2) * pixel) / (Math.PI * 16) - 1)).toBeLessThan(0.06)
  })

  it('paints the voxel that it is in however small it is, and nothing beyond the edge', () => {
    const labels = empty()
    paint(grid, labels, [5.3, 6.2, 7.4], { label: 1, radius: 0.01, flat: null }, new Edit())
    expect(labels.indexOf(1)).toBe(indexAt(grid, [5, 6, 7]))
    paint(grid, labels, [-5, 0, 0], { label: 1, radius: 0.01, flat: null }, new Edit())
    paint(grid, labels, [0, 0, 0], { label: 3, radius: 5, flat: null }, new Edit())
    expect(count(labels, 1)).toBe(1)
    expect(labels).toHaveLength(40 * 36 * 30)
  })

  it('keeps to values and erases one label alone', () => {
    const labels = empty()
    const edit = new Edit()
    paint(grid, labels, [20, 18, 15], { label: 1, radius: 5, flat: 2, accepts: (index) => index % 2 === 0 }, edit)
    expect(labels.every((label, index) => label === 0 || index % 2 === 0)).toBe(true)
    ball(labels, [24, 18, 15], 3, 2)
    const [ones, twos] = [count(labels, 1), count(labels, 2)]
    paint(grid, labels, [22, 18, 15], { label: 0, radius: 4, flat: null, only: 2 }, new Edit())
    expect(count(labels, 1)).toBe(ones)
    expect(count(labels, 2)).toBeLessThan(twos)
  })

  it('is undone and redone to the voxel, whatever was painted over whatever', () => {
    const stroke = fc.record({
      centre: fc.tuple(
        fc.integer({ min: 0, max: 39 }),
        fc.integer({ min: 0, max: 35 }),
        fc.integer({ min: 0, max: 29 }),
      ),
      label: fc.integer({ min: 0, max: 3 }),
      radius: fc.double({ min: 0.1, max: 4, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(stroke, { maxLength: 8 }), (strokes) => {
        const labels = empty()
        const states = [labels.slice()]
        const edits = strokes.map(({ centre, label, radius }) => {
          const edit = new Edit()
          paint(grid, labels, centre, { label, radius, flat: null }, edit)
          paint(grid, labels, centre, { label: 3 - label, radius: radius / 2, flat: null }, edit)
          states.push(labels.slice())
          return edit
        })
        for (const [n, edit] of [...edits.entries()].toReversed()) {
          edit.undo(labels)
          expect(labels).toEqual(states[n])
        }
        for (const [n, edit] of edits.entries()) {
          edit.redo(labels)
          expect(labels).toEqual(states[n + 1])
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('growing', () => {
  it('takes what is connected and fits, in space or in a plane, and stops when it is too much', () => {
    const value = empty()
    ball(value, [12, 18, 15], 4, 1)
    ball(value, [32, 18, 15], 3, 1)
    const fits = (index: number) => value[index] === 1
    const labels = empty()
    expect(grow(grid, labels, [12, 18, 15], { label: 2, fits, plane: null, most: 1e6 }, new Edit())).toBe(true)
    const first = empty()
    ball(first, [12, 18, 15], 4, 1)
    expect(labels.map((label) => (label === 2 ? 1 : 0))).toEqual(first)
    const flat = empty()
    grow(grid, flat, [12, 18, 15], { label: 2, fits, plane: 2, most: 1e6 }, new Edit())
    expect(boxOfLabel(grid, flat, 2)).toMatchObject({ low: [expect.anything(), expect.anything(), 15] })
    const edit = new Edit()
    expect(grow(grid, empty(), [12, 18, 15], { label: 2, fits, plane: null, most: 20 }, edit)).toBe(false)
    expect(edit.empty).toBe(true)
  })
})

describe('islands', () => {
  it('go but for the largest, or below a size', () => {
    const make = () => {
      const labels = empty()
      ball(labels, [10, 10, 8], 3, 1)
      ball(labels, [30, 28, 22], 1, 1)
      ball(labels, [30, 10, 22], 1, 2)
      return labels
    }
    const whole = make()
    const edit = new Edit()
    expect(removeIslands(grid, whole, 1, 'largest', edit)).toBe(1)
    const alone = empty()
    ball(alone, [10, 10, 8], 3, 1)
    expect(count(whole, 1)).toBe(count(alone, 1))
    expect(count(whole, 2)).toBe(count(make(), 2))
    edit.undo(whole)
    expect(whole).toEqual(make())
    expect(removeIslands(grid, whole, 1, { fewest: 5 }, new Edit())).toBe(0)
    expect(removeIslands(grid, whole, 1, { fewest: 1e6 }, new Edit())).toBe(2)
  })
})

describe('smoothing', () => {
  it('takes away a hair and closes a pore, and keeps a ball', () => {
    const labels = empty()
    ball(labels, [20, 18, 15], 6, 1)
    const before = count(labels, 1)
    labels[indexAt(grid, [20, 18, 15])] = 0
    for (let i = 33; i < 38; i++) labels[indexAt(grid, [i, 18, 15])] = 1
    smooth(grid, labels, 1, new Edit())
    expect(labels[indexAt(grid, [20, 18, 15])]).toBe(1)
    expect(labels[indexAt(grid, [36, 18, 15])]).toBe(0)
    expect(Math.abs(count(labels, 1) / before - 1)).toBeLessThan(0.05)
  })

  it('does not melt what was drawn on one plane, nor touch other labels', () => {
    const labels = empty()
    paint(grid, labels, [20, 18, 15], { label: 1, radius: 6, flat: 2 }, new Edit())
    ball(labels, [30, 18, 15], 2, 2)
    const [ones, twos] = [count(labels, 1), count(labels, 2)]
    smooth(grid, labels, 1, new Edit())
    expect(count(labels, 1) / ones).toBeGreaterThan(0.9)
    expect(count(labels, 2)).toBe(twos)
  })
})

describe('filling between planes', () => {
  it.each([0, 1, 2] as const)('makes a cylinder of two discs along axis %s', (axis) => {
    const labels = empty()
    const place = (n: number): Vec3 => [20, 18, 15].map((middle, one) => (one === axis ? n : middle)) as unknown as Vec3
    for (const n of [4, 14]) paint(grid, labels, place(n), { label: 1, radius: 5, flat: axis }, new Edit())
    const disc = count(labels, 1) / 2
    expect(fillBetween(grid, labels, 1, axis, new Edit())).toBe(9)
    expect(count(labels, 1)).toBe(disc * 11)
  })

  it('makes a cone of a large and a small disc, near to the volume of geometry', () => {
    const labels = empty()
    paint(grid, labels, [20, 18, 5], { label: 1, radius: 8, flat: 2 }, new Edit())
    paint(grid, labels, [20, 18, 25], { label: 1, radius: 3, flat: 2 }, new Edit())
    fillBetween(grid, labels, 1, 2, new Edit())
    // A frustum over the 20 mm between the middles of the planes, and half a plane beyond each of them.
    const frustum = (Math.PI * 20 * (64 + 24 + 9)) / 3 + (Math.PI * (64 + 9)) / 2
    expect(Math.abs((count(labels, 1) * 0.25) / frustum - 1)).toBeLessThan(0.05)
  })

  it('leaves other labels and does nothing between less than two planes', () => {
    const labels = empty()
    paint(grid, labels, [20, 18, 5], { label: 1, radius: 4, flat: 2 }, new Edit())
    expect(fillBetween(grid, labels, 1, 2, new Edit())).toBe(0)
    paint(grid, labels, [20, 18, 8], { label: 2, radius: 4, flat: 2 }, new Edit())
    paint(grid, labels, [20, 18, 11], { label: 1, radius: 4, flat: 2 }, new Edit())
    const twos = count(labels, 2)
    fillBetween(grid, labels, 1, 2, new Edit())
    expect(count(labels, 2)).toBe(twos)
  })
})
