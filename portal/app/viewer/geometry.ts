/**
 * Where voxels are: from the header of a series to planes, indices and positions. World coordinates are DICOM patient
 * coordinates, LPS, in millimetres (PS3.3 C.7.6.2.1.1).
 */
import { nearestAxes } from '#imaging/geometry/orientation.ts'
import type { Header } from '#imaging/header.ts'

export type Vec3 = readonly [number, number, number]
export type PlaneName = 'axial' | 'coronal' | 'sagittal'
export const planeNames: readonly PlaneName[] = ['axial', 'coronal', 'sagittal']

/** A right-handed box of voxels. Indices are those of the file: (0,0,0) is the first voxel of the first plane. */
export interface VolumeGeometry {
  dimensions: Vec3
  /** Millimetres between voxel centres. */
  spacing: Vec3
  /** LPS position of the file's voxel (0,0,0). */
  origin: Vec3
  /** Unit vectors of the file's axes in LPS, as stored. */
  axes: readonly [Vec3, Vec3, Vec3]
  /** The file's axes are left-handed: the renderer gets the planes in reverse, because it knows right-handed boxes only. */
  leftHanded: boolean
}

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]
export const scaled = (a: Vec3, factor: number): Vec3 => [a[0] * factor, a[1] * factor, a[2] * factor]
export const plus = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

type GeometryHeader = Pick<Header, 'shape' | 'spacing' | 'origin' | 'direction' | 'samplesPerPixel'>

/** Axes further from a right angle than this (cosine) are not drawn as a box. */
const skewTolerance = 2e-3

/**
 * The box of a series, or the reason why it can be shown plane by plane only.
 * @param maximumSide largest side of a volume that the graphics card takes; Infinity when not known
 */
export function volumeGeometry(header: GeometryHeader, maximumSide = Infinity): VolumeGeometry | { reason: string } {
  const { x, y, z } = header.shape
  if (header.samplesPerPixel > 1) return { reason: 'Colour pictures are shown plane by plane.' }
  if (z < 2) return { reason: 'The series has a single plane.' }
  if (!header.spacing)
    return { reason: 'The file states no voxel size, so planes across the stack would be distorted.' }
  if (header.spacing.some((mm) => !(mm > 0))) return { reason: 'The voxel size in the file is not a positive number.' }
  if (Math.max(x, y, z) > maximumSide) {
    return {
      reason: `This graphics card takes volumes up to ${maximumSide} voxels a side; this one has ${Math.max(x, y, z)}.`,
    }
  }
  const d = header.direction ?? [1, 0, 0, 0, 1, 0, 0, 0, 1]
  const axes: [Vec3, Vec3, Vec3] = [
    [d[0]!, d[1]!, d[2]!],
    [d[3]!, d[4]!, d[5]!],
    [d[6]!, d[7]!, d[8]!],
  ]
  const skew = Math.max(...[dot(axes[0], axes[1]), dot(axes[1], axes[2]), dot(axes[0], axes[2])].map(Math.abs))
  if (skew > skewTolerance) return { reason: 'The planes are stacked at a slant, so they are shown one by one.' }
  return {
    dimensions: [x, y, z],
    spacing: header.spacing,
    origin: header.origin ?? [0, 0, 0],
    axes,
    leftHanded: dot(cross(axes[0], axes[1]), axes[2]) < 0,
  }
}

/** Whether the file or a person states where its voxels are, so that two series can be brought together by their coordinates. */
export const isPlaced = (header: Pick<Header, 'origin' | 'direction'> & { placement?: string }): boolean =>
  (header.origin !== null && header.direction !== null) || header.placement !== undefined

/** The same box as a right-handed one: third axis turned and planes counted from the other end where needed. */
export function rightHanded(geometry: VolumeGeometry): { origin: Vec3; direction: number[] } {
  const [u, v, w] = geometry.axes
  const depth = (geometry.dimensions[2] - 1) * geometry.spacing[2]
  const origin = geometry.leftHanded ? plus(geometry.origin, scaled(w, depth)) : geometry.origin
  // The third axis is computed, because the renderer assumes it to be exactly normal to the other two.
  return { origin, direction: [...u, ...v, ...cross(u, v)] }
}

/** LPS position of a voxel centre; indices may be fractions. */
export function worldOf(geometry: VolumeGeometry, index: Vec3): Vec3 {
  let point = geometry.origin
  for (const axis of [0, 1, 2] as const)
    point = plus(point, scaled(geometry.axes[axis], index[axis] * geometry.spacing[axis]))
  return point
}

/** Fractional voxel index of an LPS position. */
export function indexOf(geometry: VolumeGeometry, point: Vec3): Vec3 {
  const offset = plus(point, scaled(geometry.origin, -1))
  const along = (axis: 0 | 1 | 2) => dot(offset, geometry.axes[axis]) / geometry.spacing[axis]
  return [along(0), along(1), along(2)]
}

/** Index of the voxel that holds a position, or null outside of the box. */
export function voxelAt(geometry: VolumeGeometry, point: Vec3): Vec3 | null {
  // Adding zero turns the minus zero that rounding can give into zero.
  const index = indexOf(geometry, point).map((i) => Math.round(i) + 0) as unknown as Vec3
  return index.every((i, axis) => i >= 0 && i < geometry.dimensions[axis]!) ? index : null
}

/** The voxel nearest to an index, inside of the box. */
export function clampIndex(dimensions: Vec3, index: Vec3): Vec3 {
  const clamp = (axis: 0 | 1 | 2) => Math.min(Math.max(Math.round(index[axis]), 0), dimensions[axis] - 1)
  return [clamp(0), clamp(1), clamp(2)]
}

/** How one of the three orthogonal planes lies in its volume and on the screen. */
export interface Plane {
  name: PlaneName
  /** Axis of the volume that the plane is stacked along. */
  axis: 0 | 1 | 2
  /** LPS direction to the right of the screen. */
  right: Vec3
  /** LPS direction to the top of the screen. */
  up: Vec3
  /** Turned out of the axes of the volume. */
  oblique?: boolean
}

/** Radiological convention: the LPS axis (0 L, 1 P, 2 S) along the plane's normal, to the right, and up. */
const convention = {
  axial: { normal: 2, right: 0, up: 1, upSign: -1 },
  coronal: { normal: 1, right: 0, up: 2, upSign: 1 },
  sagittal: { normal: 0, right: 1, up: 2, upSign: 1 },
} as const

/**
 * The three planes along the axes of the volume, so that every picture shows voxels as they were acquired; each is
 * named after the anatomical plane that it is nearest to.
 */
export function planesOf(geometry: VolumeGeometry): Record<PlaneName, Plane> {
  const nearest = nearestAxes({ direction: geometry.axes.flat() })!
  const along = (world: 0 | 1 | 2) => {
    const axis = nearest.findIndex((one) => one.world === world) as 0 | 1 | 2
    return { axis, positive: scaled(geometry.axes[axis], nearest[axis].sign) }
  }
  const plane = (name: PlaneName): Plane => {
    const { normal, right, up, upSign } = convention[name]
    return {
      name,
      axis: along(normal).axis,
      right: along(right).positive,
      up: scaled(along(up).positive, upSign),
    }
  }
  return { axial: plane('axial'), coronal: plane('coronal'), sagittal: plane('sagittal') }
}

/** A plane turned about the axes of its volume, by degrees about x, then y, then z. */
export function tilted(plane: Plane, { axes }: VolumeGeometry, degrees: Vec3): Plane {
  if (degrees.every((angle) => angle === 0)) return plane
  const turn = (vector: Vec3) =>
    degrees.reduce<Vec3>((turned, angle, axis) => rotated(turned, axes[axis as 0 | 1 | 2], angle), vector)
  return { ...plane, right: turn(plane.right), up: turn(plane.up), oblique: true }
}

/** A vector turned about a unit vector by the right-hand rule (Rodrigues). */
export function rotated(vector: Vec3, about: Vec3, degrees: number): Vec3 {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)]
  const along = scaled(about, dot(about, vector) * (1 - cos))
  return plus(plus(scaled(vector, cos), scaled(cross(about, vector), sin)), along)
}

/** Direction from the screen to the viewer. */
export const towardsViewer = (plane: Plane): Vec3 => cross(plane.right, plane.up)

/**
 * Letters of an LPS direction as used for animals: L left, R right, D dorsal, V ventral, Cr cranial, Cd caudal
 * (DICOM PS3.3 C.7.6.1.1.1 names them LE, RT, D, V, CR, CD for quadrupeds). A slanted direction has two, the greater first.
 */
export function directionLetters(direction: Vec3): string {
  const parts = [
    { size: Math.abs(direction[0]), letter: direction[0] > 0 ? 'L' : 'R' },
    { size: Math.abs(direction[1]), letter: direction[1] > 0 ? 'D' : 'V' },
    { size: Math.abs(direction[2]), letter: direction[2] > 0 ? 'Cr' : 'Cd' },
  ].sort((a, b) => b.size - a.size)
  return parts
    .filter(({ size }, n) => n === 0 || size > 0.38)
    .slice(0, 2)
    .map(({ letter }) => letter)
    .join('·')
}

/** Whether two boxes share space, so that one can be laid over the other. */
export function boxesMeet(a: VolumeGeometry, b: VolumeGeometry): boolean {
  const extent = (geometry: VolumeGeometry) => {
    const corners = [0, 1].flatMap((i) =>
      [0, 1].flatMap((j) =>
        [0, 1].map((k) =>
          worldOf(geometry, [
            i * (geometry.dimensions[0] - 1),
            j * (geometry.dimensions[1] - 1),
            k * (geometry.dimensions[2] - 1),
          ]),
        ),
      ),
    )
    return ([0, 1, 2] as const).map((axis) => {
      const along = corners.map((corner) => corner[axis])
      return [Math.min(...along), Math.max(...along)] as const
    })
  }
  const [one, other] = [extent(a), extent(b)]
  return one.every(([low, high], axis) => low <= other[axis]![1] && other[axis]![0] <= high)
}
