/** Which voxels a drawing holds, and statistics of their values. */
import type { AnnotationTool } from '#ontology/entities/annotation.ts'
import { cross, dot, indexOf, plus, scaled, type Vec3, type VolumeGeometry } from '../geometry.ts'
import { middle, minus, size } from './shapes.ts'

export interface RegionStatistics {
  /** Voxels whose centre is inside. */
  count: number
  mean: number
  /** Of the sample (n - 1); 0 for a single voxel. */
  standardDeviation: number
  min: number
  max: number
}

/** A part of space. */
export interface Region {
  /** Of the plane that it lies in, with a point of that; null for a body. */
  plane: { normal: Vec3; at: Vec3 } | null
  /** Corners of a box around it. */
  corners: Vec3[]
  /** Whether a point that is in the box, and on the plane where there is one, is inside. */
  holds(x: number, y: number, z: number): boolean
  /** Area in the square, or volume in the cube, of the unit of its points. */
  extent: number
}

/** The region of a drawing; null for tools that enclose nothing, and for what has no extent. */
export function regionOf(tool: AnnotationTool, points: readonly Vec3[]): Region | null {
  if (tool === 'ellipse') {
    const [bottom, top, left, right] = points as [Vec3, Vec3, Vec3, Vec3]
    return ellipse(middle(bottom, top), scaled(minus(top, bottom), 0.5), scaled(minus(right, left), 0.5))
  }
  if (tool === 'sphere') return sphere(points[0]!, size(minus(points[1]!, points[0]!)))
  if (tool === 'rectangle' || tool === 'polygon' || tool === 'freehand') return polygon(points)
  return null
}

function ellipse(centre: Vec3, a: Vec3, b: Vec3): Region | null {
  const [ra, rb] = [size(a), size(b)]
  if (!(ra > 0) || !(rb > 0)) return null
  const [u, v] = [scaled(a, 1 / ra ** 2), scaled(b, 1 / rb ** 2)]
  return {
    plane: { normal: scaled(cross(a, b), 1 / size(cross(a, b))), at: centre },
    corners: [1, -1].flatMap((s) => [1, -1].map((t) => plus(centre, plus(scaled(a, s), scaled(b, t))))),
    holds: (x, y, z) => {
      const d: Vec3 = [x - centre[0], y - centre[1], z - centre[2]]
      return dot(d, u) ** 2 + dot(d, v) ** 2 <= 1
    },
    extent: Math.PI * ra * rb,
  }
}

function sphere(centre: Vec3, radius: number): Region | null {
  if (!(radius > 0)) return null
  return {
    plane: null,
    corners: [-1, 1].flatMap((i) =>
      [-1, 1].flatMap((j) => [-1, 1].map((k) => plus(centre, scaled([i, j, k], radius)))),
    ),
    holds: (x, y, z) => (x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2 <= radius ** 2,
    extent: (4 / 3) * Math.PI * radius ** 3,
  }
}

/** Even-odd rule, so that an outline that crosses itself has a hole. */
function polygon(points: readonly Vec3[]): Region | null {
  // Newell's normal is that of the area and stands for corners that are not quite in one plane.
  const around = points.map((point, n) =>
    cross(minus(point, points[0]!), minus(points[(n + 1) % points.length]!, points[0]!)),
  )
  const whole = around.reduce(plus)
  const area = size(whole) / 2
  if (!(area > 0)) return null
  const normal = scaled(whole, 1 / size(whole))
  const at = middle(...points)
  const u = scaled(
    minus(
      points.find((point) => size(minus(point, at)) > 0)!,
      at,
    ),
    1,
  )
  const right = scaled(u, 1 / size(u))
  const up = cross(normal, right)
  const flat = points.map((point) => [dot(minus(point, at), right), dot(minus(point, at), up)] as const)
  return {
    plane: { normal, at },
    corners: [...points],
    holds: (x, y, z) => {
      const d: Vec3 = [x - at[0], y - at[1], z - at[2]]
      const [px, py] = [dot(d, right), dot(d, up)]
      let inside = false
      for (let n = 0, m = flat.length - 1; n < flat.length; m = n++) {
        const [[x1, y1], [x2, y2]] = [flat[n]!, flat[m]!]
        if (y1 > py !== y2 > py && px < ((x2 - x1) * (py - y1)) / (y2 - y1) + x1) inside = !inside
      }
      return inside
    },
    extent: flat.reduce((sum, [x, y], n) => {
      const [x2, y2] = flat[(n + 1) % flat.length]!
      return sum + (x * y2 - x2 * y) / 2
    }, 0),
  }
}

/**
 * Voxels count when their centre is inside; of a flat region those whose layer its plane passes through.
 * @param valueAt value of a voxel, or null while it is not in memory
 * @returns null when a voxel is not in memory or none is inside
 */
export function regionStatistics(
  geometry: VolumeGeometry,
  region: Region,
  valueAt: (index: Vec3) => number | null,
): RegionStatistics | null {
  let [count, mean, squares, min, max] = [0, 0, 0, Infinity, -Infinity]
  const whole = eachVoxel(geometry, region, (index) => {
    const value = valueAt(index)
    if (value === null) return false
    if (!Number.isFinite(value)) return true
    count += 1
    // Welford's running mean and sum of squared differences: exact also where values are large and close together.
    const difference = value - mean
    mean += difference / count
    squares += difference * (value - mean)
    min = Math.min(min, value)
    max = Math.max(max, value)
    return true
  })
  if (!whole || count === 0) return null
  return { count, mean, standardDeviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, min, max }
}

/** Calls for each voxel of a region until that says false; whether it never did. */
export function eachVoxel(geometry: VolumeGeometry, region: Region, each: (index: Vec3) => boolean): boolean {
  const { origin, axes, spacing } = geometry
  const step = [0, 1, 2].map((axis) => scaled(axes[axis]!, spacing[axis]!)) as [Vec3, Vec3, Vec3]
  const { plane } = region
  // Half of the layer along the plane's normal; half-open, so that a plane between two layers takes one of them.
  const reach = plane ? step.reduce((sum, one) => sum + Math.abs(dot(one, plane.normal)), 0) / 2 : Infinity
  const { low, high } = bounds(geometry, region.corners)
  for (let k = low[2]; k <= high[2]; k++) {
    for (let j = low[1]; j <= high[1]; j++) {
      for (let i = low[0]; i <= high[0]; i++) {
        const x = origin[0] + i * step[0][0] + j * step[1][0] + k * step[2][0]
        const y = origin[1] + i * step[0][1] + j * step[1][1] + k * step[2][1]
        const z = origin[2] + i * step[0][2] + j * step[1][2] + k * step[2][2]
        if (plane) {
          const { at, normal } = plane
          const away = (x - at[0]) * normal[0] + (y - at[1]) * normal[1] + (z - at[2]) * normal[2]
          if (away < -reach || away >= reach) continue
        }
        if (region.holds(x, y, z) && !each([i, j, k])) return false
      }
    }
  }
  return true
}

/** Indices of the voxels that can be inside. */
function bounds(geometry: VolumeGeometry, corners: readonly Vec3[]): { low: Vec3; high: Vec3 } {
  const indices = corners.map((corner) => indexOf(geometry, corner))
  const axis = (n: 0 | 1 | 2) => {
    const all = indices.map((index) => index[n])
    const last = geometry.dimensions[n] - 1
    return [Math.max(Math.floor(Math.min(...all)) - 1, 0), Math.min(Math.ceil(Math.max(...all)) + 1, last)] as const
  }
  const [x, y, z] = [axis(0), axis(1), axis(2)]
  return { low: [x[0], y[0], z[0]], high: [x[1], y[1], z[1]] }
}
