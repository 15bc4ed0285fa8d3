/** Drawing by hand, event by event, as the pictures hand them over. */
import { describe, expect, it } from 'vitest'
import { annotationTools, type AnnotationTool } from '#ontology/entities/annotation.ts'
import {
  begun,
  closed,
  followed,
  released,
  touched,
  type Draft,
  type Surface,
} from '../../../portal/app/viewer/annotations/hand.ts'
import type { Drawn } from '../../../portal/app/viewer/annotations/drawn.ts'
import { dragged, isOnPlane, minus, moved, outlinesOf, size } from '../../../portal/app/viewer/annotations/shapes.ts'
import { dot, type Vec3 } from '../../../portal/app/viewer/geometry.ts'

/** A picture of a tenth of a millimetre a pixel, looked at from above. */
const basis = { right: [1, 0, 0] as Vec3, up: [0, -1, 0] as Vec3 }
const surface: Surface = {
  basis,
  at: [0, 0, 5],
  reach: 0.5,
  plane: null,
  toWorld: ([x, y]) => [x / 10, y / 10, 5],
  toScreen: ([x, y]) => [x * 10, y * 10],
}
const drags = ['length', 'bidirectional', 'ellipse', 'rectangle', 'sphere', 'arrow'] as const

function drag(tool: AnnotationTool, ...places: [number, number][]): Draft | null {
  const [start, ...rest] = places.map(surface.toWorld)
  let draft = begun(tool, null, null, start!)!
  for (const place of rest) draft = followed(draft, place, basis)
  const end = released(draft, 100)
  return end?.finished ? end.draft : null
}

describe('each tool', () => {
  it.each([...drags, 'freehand'] as const)(
    '%s has the points that its record wants, from the first touch on',
    (tool) => {
      const [fewest, most] = annotationTools[tool].points
      const started = begun(tool, null, null, [1, 1, 5])!
      // What is drawn from the first touch on must never lack a point.
      expect(() => outlinesOf(tool, started.points, surface.at, basis)).not.toThrow()
      const done = drag(tool, [100, 100], [140, 130], [160, 120], [150, 170])!
      expect(done.points.length).toBeGreaterThanOrEqual(fewest)
      expect(done.points.length).toBeLessThanOrEqual(most)
      for (const point of done.points) expect(point[2]).toBeCloseTo(5)
    },
  )

  it('nothing comes of a touch without a drag, but for a point', () => {
    for (const tool of drags) expect(released(begun(tool, null, null, [1, 1, 5])!, 0)).toBeNull()
    expect(released(begun('probe', null, null, [1, 1, 5])!, 0)).toMatchObject({ finished: true })
  })

  it('a thousand events of a pointer make an outline that a record holds', () => {
    const circle = Array.from({ length: 20_000 }, (_, n): [number, number] => [
      200 + 50 * Math.cos(n / 3000),
      200 + 50 * Math.sin(n / 3000),
    ])
    const { points } = drag('freehand', ...circle)!
    expect(points.length).toBeLessThanOrEqual(annotationTools.freehand.points[1])
    expect(points.length).toBeGreaterThan(500)
  })
})

describe('point by point', () => {
  const press = (draft: Draft | null, tool: AnnotationTool, at: Vec3, travelled = 0) =>
    released(begun(tool, draft, null, at)!, travelled)!

  it('an angle is done with its third point, whether by clicks or with a first drag', () => {
    let step = press(null, 'angle', [0, 0, 5])
    step = press(step.draft, 'angle', [3, 0, 5])
    expect(step.finished).toBe(false)
    step = press(step.draft, 'angle', [3, 4, 5])
    expect(step.finished).toBe(true)
    expect(step.draft.points).toEqual([
      [0, 0, 5],
      [3, 0, 5],
      [3, 4, 5],
    ])
    const started = followed(begun('angle', null, null, [0, 0, 5])!, [3, 0, 5], basis)
    const first = released(started, 30)!
    const second = press(first.draft, 'angle', [3, 4, 5])
    expect(second).toMatchObject({ finished: true, draft: { points: step.draft.points } })
  })

  it('a polygon follows the pointer and is closed without the point that only followed', () => {
    let draft: Draft | null = null
    for (const at of [
      [0, 0, 5],
      [4, 0, 5],
      [4, 4, 5],
      [0, 4, 5],
    ] as Vec3[])
      draft = press(draft, 'polygon', at).draft
    draft = followed(draft!, [9, 9, 5], basis)
    expect(draft.points.at(-1)).toEqual([9, 9, 5])
    expect(closed(draft)!.points).toHaveLength(4)
    expect(closed(press(press(null, 'polygon', [0, 0, 5]).draft, 'polygon', [1, 0, 5]).draft)).toBeNull()
  })
})

describe('handles', () => {
  const right = (points: readonly Vec3[], a: number, b: number, c: number, d: number) =>
    Math.abs(dot(minus(points[b]!, points[a]!), minus(points[d]!, points[c]!)))

  it('keep a rectangle a rectangle and its far corner where it is', () => {
    const points = dragged('rectangle', [0, 0, 5], [6, 4, 5], basis)
    for (const n of [0, 1, 2, 3]) {
      const next = moved('rectangle', points, n, [9, 7, 5])
      expect(next[(n + 2) % 4]).toEqual(points[(n + 2) % 4])
      expect(right(next, 0, 1, 1, 2)).toBeCloseTo(0)
      expect(right(next, 1, 2, 2, 3)).toBeCloseTo(0)
    }
  })

  it('keep the diameters at right angles and the lengths of the one that is not moved', () => {
    const points = dragged('bidirectional', [0, 0, 5], [8, 0, 5], basis)
    expect(size(minus(points[3]!, points[2]!))).toBeCloseTo(4)
    const turned = moved('bidirectional', points, 1, [0, 8, 5])
    expect(right(turned, 0, 1, 2, 3)).toBeCloseTo(0)
    expect(size(minus(turned[3]!, turned[2]!))).toBeCloseTo(4)
    const wider = moved('bidirectional', points, 3, [6, 5, 5])
    expect(right(wider, 0, 1, 2, 3)).toBeCloseTo(0)
    expect(wider[2]![0]).toBeCloseTo(6)
  })

  it('leave the middle of an ellipse where it is', () => {
    const points = dragged('ellipse', [0, 0, 5], [6, 4, 5], basis)
    const wider = moved('ellipse', points, 3, [9, 2, 5])
    expect(wider[0]).toEqual(points[0])
    expect((wider[2]![0] + wider[3]![0]) / 2).toBeCloseTo(3)
    expect(size(minus(wider[3]!, wider[2]!))).toBeCloseTo(12)
  })
})

describe('a hand on the picture', () => {
  const length: Drawn = {
    key: 'a',
    seriesId: 's',
    tool: 'length',
    label: 'Length 1',
    colour: '#ffffff',
    points: [
      [1, 1, 5],
      [11, 1, 5],
    ],
    time: 0,
    channel: 0,
    plane: null,
    audience: 'project',
  }
  const touch = (at: [number, number], all: Drawn[] = [length], coarse = false) =>
    touched(all, surface, at, { first: null, coarse })

  it('touches handles before lines, and a finger reaches further than a pointer', () => {
    expect(touch([110, 12])).toMatchObject({ handle: 1 })
    expect(touch([60, 14])).toMatchObject({ handle: null })
    expect(touch([60, 24])).toBeNull()
    expect(touch([60, 24], [length], true)).not.toBeNull()
  })

  it('touches nothing of another plane, but a sphere wherever it is cut', () => {
    const below = { ...length, points: length.points.map(([x, y]) => [x, y, 7] as Vec3) }
    expect(touch([60, 14], [below])).toBeNull()
    const sphere: Vec3[] = [
      [5, 5, 7],
      [8, 5, 7],
    ]
    expect(isOnPlane({ tool: 'sphere', points: sphere }, surface.at, basis, 0.5)).toBe(true)
    const [cut] = outlinesOf('sphere', sphere, surface.at, basis)
    expect(size(minus(cut!.points[0]!, [5, 5, 5]))).toBeCloseTo(Math.sqrt(5))
  })
})
