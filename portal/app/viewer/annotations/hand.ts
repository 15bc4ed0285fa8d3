/** A hand on a picture: starts drawings, moves them, and tells what it touches. Positions on the screen in CSS pixels. */
import { annotationTools, type AnnotationTool } from '#ontology/entities/annotation.ts'
import type { Vec3 } from '../geometry.ts'
import type { Point } from '../gestures.ts'
import type { Basis, Drawn } from './drawn.ts'
import {
  distanceToLine,
  dragged,
  drawingWay,
  handlesOf,
  isOnPlane,
  minus,
  moved,
  outlinesOf,
  shifted,
} from './shapes.ts'

/** The picture as the hand needs it. */
export interface Surface {
  basis: Basis
  /** A point of its plane. */
  at: Vec3
  /** Half of the distance to the next plane, in units of its coordinates. */
  reach: number
  /** Plane of a stack; null on volumes. */
  plane: number | null
  toWorld(at: Point): Vec3
  toScreen(point: Vec3): Point
}

/** Whether a drawing is seen on a picture. */
export const isSeen = (drawn: Drawn, surface: Surface): boolean =>
  surface.plane === null
    ? drawn.plane === null && isOnPlane(drawn, surface.at, surface.basis, surface.reach)
    : drawn.plane === surface.plane

/** What is under a point of the screen: a handle of a drawing, or its outline (handle null). */
export interface Touched {
  drawn: Drawn
  handle: number | null
}

const reachOf = (coarse: boolean): number => (coarse ? 18 : 8)

/** @param first key of the drawing whose handles are asked for first */
export function touched(
  all: readonly Drawn[],
  surface: Surface,
  at: Point,
  { first, coarse }: { first: string | null; coarse: boolean },
): Touched | null {
  const near = reachOf(coarse)
  const seen = all.filter((drawn) => isSeen(drawn, surface))
  const ordered = [...seen.filter(({ key }) => key === first), ...seen.filter(({ key }) => key !== first).toReversed()]
  const away = (point: Vec3) => {
    const [x, y] = surface.toScreen(point)
    return Math.hypot(x - at[0], y - at[1])
  }
  for (const drawn of ordered) {
    const handle = handlesOf(drawn.tool, drawn.points).findIndex((point) => away(point) <= near)
    if (handle >= 0) return { drawn, handle }
  }
  for (const drawn of ordered) {
    const lines = outlinesOf(drawn.tool, drawn.points, surface.at, surface.basis)
    const distance = Math.min(
      ...lines.map(({ points, closed }) => distanceToLine(at, points.map(surface.toScreen), closed)),
    )
    if (distance <= near) return { drawn, handle: null }
  }
  return null
}

/** What is being done to a drawing; `points` are those that it has meanwhile. */
export interface Draft {
  tool: AnnotationTool
  points: Vec3[]
  /** The drawing that is being moved; null for a new one. */
  of: Drawn | null
  /** Point by point: the last point follows the pointer until it is set. */
  open: boolean
  /** Where the drag began; null between two points. */
  from: Vec3 | null
  handle: number | null
}

/** The hand goes down: a drawing is started, continued or taken. */
export function begun(tool: AnnotationTool | null, before: Draft | null, hit: Touched | null, at: Vec3): Draft | null {
  if (before?.open) return { ...before, points: [...before.points.slice(0, -1), at], from: at }
  if (hit) {
    const { drawn, handle } = hit
    return { tool: drawn.tool, points: [...drawn.points], of: drawn, open: false, from: at, handle }
  }
  if (!tool) return null
  const start = { tool, of: null, from: at, handle: null }
  if (drawingWay[tool] === 'points') return { ...start, points: [at, at], open: true }
  if (drawingWay[tool] === 'trace') return { ...start, points: [at], open: false }
  return { ...start, points: Array.from({ length: annotationTools[tool].points[0] }, () => at), open: false }
}

/** The hand moves, down or over the picture. */
export function followed(draft: Draft, to: Vec3, basis: Basis): Draft {
  const { tool, of, from, handle, points } = draft
  if (of && from) {
    if (handle !== null) return { ...draft, points: moved(tool, of.points, handle, to) }
    return { ...draft, points: shifted(of.points, minus(to, from)) }
  }
  if (draft.open) return { ...draft, points: [...points.slice(0, -1), to] }
  if (!from) return draft
  if (drawingWay[tool] === 'trace') return { ...draft, points: [...points, to] }
  if (drawingWay[tool] === 'click') return { ...draft, points: [to] }
  return { ...draft, points: dragged(tool, from, to, basis) }
}

/**
 * The hand goes up.
 * @param travelled pixels that it has moved since it went down
 * @returns a draft that wants more points, the finished one, or null when nothing came of it
 */
export function released(draft: Draft, travelled: number): { draft: Draft; finished: boolean } | null {
  const { tool, of, points } = draft
  if (of) return { draft, finished: travelled > 2 }
  if (drawingWay[tool] === 'click') return { draft, finished: true }
  if (draft.open) {
    const [, most] = annotationTools[tool].points
    // The first press sets the first point; a drag sets the second one too.
    const set = draft.points.length === 2 && travelled <= 2 && draft.from === points[0] ? 1 : points.length
    if (set >= most) return { draft: { ...draft, open: false, from: null }, finished: true }
    const next = set < points.length ? points : [...points, points.at(-1)!]
    return { draft: { ...draft, points: next, from: null }, finished: false }
  }
  if (drawingWay[tool] === 'trace') {
    if (points.length < 3 || travelled <= 4) return null
    return { draft: { ...draft, points: thinned(points) }, finished: true }
  }
  return travelled <= 3 ? null : { draft, finished: true }
}

/** Ends a drawing that is made point by point. */
export function closed(draft: Draft): Draft | null {
  if (!draft.open) return null
  const points = draft.points.slice(0, -1).filter((point, n, all) => n === 0 || size2(point, all[n - 1]!) > 0)
  const [fewest] = annotationTools[draft.tool].points
  return points.length < fewest ? null : { ...draft, points, open: false }
}

const size2 = (a: Vec3, b: Vec3): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2

const mostTraced = 1000

/** A trace has a point for each move of the pointer; those on one spot say nothing, and a record holds so many only. */
function thinned(points: readonly Vec3[]): Vec3[] {
  const apart = points.filter((point, n) => n === 0 || size2(point, points[n - 1]!) > 0)
  const every = Math.ceil(apart.length / mostTraced)
  return apart.filter((_, n) => n % every === 0)
}
