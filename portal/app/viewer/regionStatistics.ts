/** Statistics of the voxels inside of an ellipse drawn on a plane. */
import { clampIndex, cross, dot, indexOf, plus, scaled, worldOf, type Vec3, type VolumeGeometry } from './geometry.ts'

/** An ellipse in space: its middle and its two half axes, in millimetres. */
export interface Ellipse {
  centre: Vec3
  a: Vec3
  b: Vec3
}

export interface RegionStatistics {
  /** Voxels whose centre is inside. */
  count: number
  mean: number
  /** Of the sample (n - 1); 0 for a single voxel. */
  standardDeviation: number
  min: number
  max: number
}

const size = (vector: Vec3): number => Math.hypot(...vector)

/** Area of the ellipse in the square of the unit of its half axes. */
export const ellipseArea = ({ a, b }: Ellipse): number => Math.PI * size(a) * size(b)

/**
 * Voxels count when their centre is inside of the ellipse and the plane of the ellipse passes through their layer.
 * @param valueAt value of a voxel, or null while it is not in memory
 * @returns null when a voxel is not in memory or none is inside
 */
export function ellipseStatistics(
  geometry: VolumeGeometry,
  ellipse: Ellipse,
  valueAt: (index: Vec3) => number | null,
): RegionStatistics | null {
  const { centre, a, b } = ellipse
  const [ra, rb] = [size(a), size(b)]
  if (!(ra > 0) || !(rb > 0)) return null
  const normal = scaled(cross(a, b), 1 / size(cross(a, b)))
  // Half of the layer along the plane's normal; half-open, so that a plane between two layers takes one of them.
  const thickness = [0, 1, 2].reduce(
    (sum, axis) => sum + Math.abs(dot(geometry.axes[axis]!, normal)) * geometry.spacing[axis]!,
    0,
  )
  const { low, high } = bounds(geometry, ellipse)
  let [count, mean, squares, min, max] = [0, 0, 0, Infinity, -Infinity]
  for (let k = low[2]; k <= high[2]; k++) {
    for (let j = low[1]; j <= high[1]; j++) {
      for (let i = low[0]; i <= high[0]; i++) {
        const offset = plus(worldOf(geometry, [i, j, k]), scaled(centre, -1))
        const away = dot(offset, normal)
        if (away < -thickness / 2 || away >= thickness / 2) continue
        if ((dot(offset, a) / ra ** 2) ** 2 + (dot(offset, b) / rb ** 2) ** 2 > 1) continue
        const value = valueAt([i, j, k])
        if (value === null) return null
        count += 1
        // Welford's running mean and sum of squared differences: exact also where values are large and close together.
        const difference = value - mean
        mean += difference / count
        squares += difference * (value - mean)
        min = Math.min(min, value)
        max = Math.max(max, value)
      }
    }
  }
  if (count === 0) return null
  return { count, mean, standardDeviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, min, max }
}

/** Indices of the box of voxels that can be inside. */
function bounds(geometry: VolumeGeometry, { centre, a, b }: Ellipse): { low: Vec3; high: Vec3 } {
  const corners = [1, -1].flatMap((s) =>
    [1, -1].map((t) => indexOf(geometry, plus(centre, plus(scaled(a, s), scaled(b, t))))),
  )
  const along = (axis: 0 | 1 | 2) => corners.map((corner) => corner[axis])
  const low = ([0, 1, 2] as const).map((axis) => Math.floor(Math.min(...along(axis))) - 1) as unknown as Vec3
  const high = ([0, 1, 2] as const).map((axis) => Math.ceil(Math.max(...along(axis))) + 1) as unknown as Vec3
  return { low: clampIndex(geometry.dimensions, low), high: clampIndex(geometry.dimensions, high) }
}
