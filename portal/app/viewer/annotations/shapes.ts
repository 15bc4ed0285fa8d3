/** How drawings are made by hand and what they look like. Positions in world coordinates of their series. */
import type { AnnotationTool } from '#ontology/entities/annotation.ts'
import { cross, dot, plus, scaled, type Vec3 } from '../geometry.ts'
import type { Basis } from './drawn.ts'

export const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
export const size = (a: Vec3): number => Math.hypot(a[0], a[1], a[2])
export const middle = (...points: readonly Vec3[]): Vec3 => scaled(points.reduce(plus), 1 / points.length)
const along = (at: Vec3, direction: Vec3, length: number): Vec3 => plus(at, scaled(direction, length))
const unit = (a: Vec3): Vec3 => scaled(a, 1 / (size(a) || 1))

/** How a tool is drawn: with one drag, point by point, or along the pointer. */
export const drawingWay: Record<AnnotationTool, 'drag' | 'points' | 'trace' | 'click'> = {
  length: 'drag',
  angle: 'points',
  bidirectional: 'drag',
  ellipse: 'drag',
  rectangle: 'drag',
  polygon: 'points',
  freehand: 'trace',
  sphere: 'drag',
  probe: 'click',
  arrow: 'drag',
}

/** The points of a drawing after a drag. */
export function dragged(tool: AnnotationTool, from: Vec3, to: Vec3, { right, up }: Basis): Vec3[] {
  const by = minus(to, from)
  const [du, dv] = [dot(by, right), dot(by, up)]
  switch (tool) {
    case 'ellipse': {
      const centre = middle(from, to)
      const ends = (direction: Vec3, length: number) =>
        [-0.5, 0.5].map((half) => along(centre, direction, half * Math.abs(length)))
      return [...ends(up, dv), ...ends(right, du)]
    }
    case 'rectangle':
      return [from, along(from, right, du), to, along(from, up, dv)]
    case 'bidirectional': {
      const across = unit(cross(cross(right, up), by))
      const centre = middle(from, to)
      return [from, to, ...[-0.25, 0.25].map((part) => along(centre, across, part * size(by)))]
    }
    default:
      return [from, to]
  }
}

/** The points after one of them was moved; what must stay straight does. */
export function moved(tool: AnnotationTool, points: readonly Vec3[], n: number, to: Vec3): Vec3[] {
  const replaced = points.map((point, m) => (m === n ? to : point))
  switch (tool) {
    case 'ellipse': {
      // An end goes along its axis, the other end goes the other way.
      const first = n < 2 ? 0 : 2
      const [one, other] = [points[first]!, points[first + 1]!]
      const centre = middle(one, other)
      const axis = unit(minus(other, one))
      const half = Math.max(Math.abs(dot(minus(to, centre), axis)), 1e-6)
      return points.map((point, m) =>
        m === first ? along(centre, axis, -half) : m === first + 1 ? along(centre, axis, half) : point,
      )
    }
    case 'rectangle': {
      const fixed = points[(n + 2) % 4]!
      const [before, after] = [points[(n + 3) % 4]!, points[(n + 1) % 4]!]
      const [e, f] = [unit(minus(before, fixed)), unit(minus(after, fixed))]
      const by = minus(to, fixed)
      const ends: Record<number, Vec3> = {
        [n]: to,
        [(n + 3) % 4]: along(fixed, e, dot(by, e)),
        [(n + 1) % 4]: along(fixed, f, dot(by, f)),
      }
      return points.map((point, m) => ends[m] ?? point)
    }
    case 'bidirectional': {
      const [from, end, left, right] = points as [Vec3, Vec3, Vec3, Vec3]
      const axis = unit(minus(end, from))
      const across = unit(minus(right, left))
      const foot = (at: Vec3, start: Vec3, direction: Vec3) => dot(minus(at, start), direction)
      if (n > 1) {
        const place = Math.min(Math.max(foot(to, from, axis), 0), size(minus(end, from)))
        const distances = [left, right].map((point) => dot(minus(point, from), across))
        distances[n - 2] = dot(minus(to, from), across)
        return [from, end, ...distances.map((distance) => along(along(from, axis, place), across, distance))]
      }
      // The short diameter turns with the long one and keeps its place on it.
      const [a, b] = n === 0 ? [to, end] : [from, to]
      const length = size(minus(end, from)) || 1
      const part = foot(left, from, axis) / length
      const normal = unit(cross(axis, across))
      const turned = unit(cross(normal, unit(minus(b, a))))
      const base = along(a, unit(minus(b, a)), part * size(minus(b, a)))
      return [a, b, ...[left, right].map((point) => along(base, turned, dot(minus(point, from), across)))]
    }
    case 'sphere':
      return n === 0 ? points.map((point) => plus(point, minus(to, points[0]!))) : replaced
    default:
      return replaced
  }
}

export const shifted = (points: readonly Vec3[], by: Vec3): Vec3[] => points.map((point) => plus(point, by))

/** A line to draw. */
export interface Outline {
  points: Vec3[]
  closed: boolean
}

const roundness = 72

/**
 * The lines of a drawing on a picture.
 * @param at a point of the plane of the picture, which cuts through a sphere
 */
export function outlinesOf(tool: AnnotationTool, points: readonly Vec3[], at: Vec3, { right, up }: Basis): Outline[] {
  switch (tool) {
    case 'ellipse': {
      const [a, b, c, d] = points as [Vec3, Vec3, Vec3, Vec3]
      return [round(middle(a, b), scaled(minus(d, c), 0.5), scaled(minus(b, a), 0.5))]
    }
    case 'sphere': {
      const [centre, end] = points as [Vec3, Vec3]
      const normal = cross(right, up)
      const away = dot(minus(at, centre), normal)
      const radius = Math.sqrt(Math.max(size(minus(end, centre)) ** 2 - away ** 2, 0))
      return [round(along(centre, normal, away), scaled(right, radius), scaled(up, radius))]
    }
    case 'bidirectional':
      return [
        { points: points.slice(0, 2), closed: false },
        { points: points.slice(2, 4), closed: false },
      ]
    case 'rectangle':
    case 'polygon':
    case 'freehand':
      return [{ points: [...points], closed: true }]
    case 'probe':
      return []
    default:
      return [{ points: [...points], closed: false }]
  }
}

function round(centre: Vec3, a: Vec3, b: Vec3): Outline {
  const points = Array.from({ length: roundness }, (_, n) => {
    const angle = (n / roundness) * 2 * Math.PI
    return plus(centre, plus(scaled(a, Math.cos(angle)), scaled(b, Math.sin(angle))))
  })
  return { points, closed: true }
}

/** Points that can be taken by hand; an outline drawn along the pointer has too many. */
export const handlesOf = (tool: AnnotationTool, points: readonly Vec3[]): readonly Vec3[] =>
  tool === 'freehand' ? [] : points

/**
 * Whether a drawing is seen on a plane.
 * @param reach half of the distance to the next plane
 */
export function isOnPlane(
  { tool, points }: { tool: AnnotationTool; points: readonly Vec3[] },
  at: Vec3,
  { right, up }: Basis,
  reach: number,
): boolean {
  const normal = cross(right, up)
  const away = (point: Vec3) => Math.abs(dot(minus(point, at), normal))
  if (tool === 'sphere') return away(points[0]!) < Math.max(size(minus(points[1]!, points[0]!)), reach)
  return points.every((point) => away(point) <= reach * 1.001)
}

/** Distance of a point of the screen from a line of the screen. */
export function distanceToLine(
  [x, y]: readonly [number, number],
  line: readonly (readonly [number, number])[],
  closed: boolean,
): number {
  let nearest = Infinity
  const last = closed ? line.length : line.length - 1
  for (let n = 0; n < last; n++) {
    const [[x1, y1], [x2, y2]] = [line[n]!, line[(n + 1) % line.length]!]
    const [dx, dy] = [x2 - x1, y2 - y1]
    const part = Math.min(Math.max(((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1), 0), 1)
    nearest = Math.min(nearest, Math.hypot(x - x1 - part * dx, y - y1 - part * dy))
  }
  return nearest
}
