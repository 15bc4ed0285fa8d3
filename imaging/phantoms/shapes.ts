/** A point in the animal: x to its left, y to its back, z to its head, in millimetres. */
export type Point = readonly [number, number, number]

/** A body part: which tissue it is made of and which points belong to it. */
export interface Shape<Tissue extends number = number> {
  tissue: Tissue
  /** Smallest and largest x, y, z. */
  box: readonly [Point, Point]
  has(x: number, y: number, z: number): boolean
}

export function ellipsoid<T extends number>(tissue: T, centre: Point, radii: Point): Shape<T> {
  const [cx, cy, cz] = centre
  const [rx, ry, rz] = radii
  return {
    tissue,
    box: [
      [cx - rx, cy - ry, cz - rz],
      [cx + rx, cy + ry, cz + rz],
    ],
    has: (x, y, z) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 < 1,
  }
}

/** A rounded cone from one point to another. */
export function capsule<T extends number>(
  tissue: T,
  from: Point,
  to: Point,
  radiusFrom: number,
  radiusTo = radiusFrom,
): Shape<T> {
  const axis = [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const
  const square = axis[0] ** 2 + axis[1] ** 2 + axis[2] ** 2 || 1
  const largest = Math.max(radiusFrom, radiusTo)
  const low = from.map((v, i) => Math.min(v, to[i]!) - largest)
  const high = from.map((v, i) => Math.max(v, to[i]!) + largest)
  return {
    tissue,
    box: [low as unknown as Point, high as unknown as Point],
    has(x, y, z) {
      const [dx, dy, dz] = [x - from[0], y - from[1], z - from[2]]
      const along = Math.min(1, Math.max(0, (dx * axis[0] + dy * axis[1] + dz * axis[2]) / square))
      const radius = radiusFrom + (radiusTo - radiusFrom) * along
      return (dx - along * axis[0]) ** 2 + (dy - along * axis[1]) ** 2 + (dz - along * axis[2]) ** 2 < radius * radius
    },
  }
}

/** Capsules along a line of points; the radius runs from the first to the last value. */
export function tube<T extends number>(
  tissue: T,
  points: readonly Point[],
  radiusFrom: number,
  radiusTo = radiusFrom,
): Shape<T>[] {
  const radius = (i: number) => radiusFrom + ((radiusTo - radiusFrom) * i) / Math.max(points.length - 1, 1)
  return points.slice(1).map((to, i) => capsule(tissue, points[i]!, to, radius(i), radius(i + 1)))
}

/** Half width, half height and height of the middle of a body at one z. */
export interface Station {
  z: number
  halfWidth: number
  halfHeight: number
  y: number
}

/** A body with elliptic cross-sections, smooth between stations that are ordered by falling z. */
export function loft<T extends number>(tissue: T, stations: readonly Station[]): Shape<T> {
  const first = stations[0]!
  const last = stations.at(-1)!
  const widest = Math.max(...stations.map((s) => s.halfWidth))
  const highest = Math.max(...stations.map((s) => Math.abs(s.y) + s.halfHeight))
  // Voxels are painted slice by slice: one section serves a whole slice.
  let lastZ = Number.NaN
  let section: ReturnType<typeof stationAt>
  return {
    tissue,
    box: [
      [-widest * 1.1, -highest * 1.1, last.z],
      [widest * 1.1, highest * 1.1, first.z],
    ],
    has(x, y, z) {
      if (z !== lastZ) {
        section = stationAt(stations, z)
        lastZ = z
      }
      const s = section
      return s !== undefined && (x / s.halfWidth) ** 2 + ((y - s.y) / s.halfHeight) ** 2 < 1
    },
  }
}

/** The cross-section at z, by Catmull-Rom interpolation; undefined before the first and after the last station. */
export function stationAt(stations: readonly Station[], z: number): Omit<Station, 'z'> | undefined {
  if (z > stations[0]!.z || z < stations.at(-1)!.z) return undefined
  let i = 0
  while (i < stations.length - 2 && z < stations[i + 1]!.z) i++
  const at = (j: number) => stations[Math.min(Math.max(j, 0), stations.length - 1)]!
  const t = (at(i).z - z) / (at(i).z - at(i + 1).z)
  const mix = (key: 'halfWidth' | 'halfHeight' | 'y') =>
    spline(at(i - 1)[key], at(i)[key], at(i + 1)[key], at(i + 2)[key], t)
  return { halfWidth: Math.max(mix('halfWidth'), 0.05), halfHeight: Math.max(mix('halfHeight'), 0.05), y: mix('y') }
}

const spline = (a: number, b: number, c: number, d: number, t: number) =>
  b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
