/** How the body in space is drawn: opacity and colour over the values, and where it is looked at from. */
import { cross, dot, plus, rotated, scaled, worldOf, type Vec3, type VolumeGeometry } from './geometry.ts'
import type { Window } from './window.ts'

export const bodyStyles = ['maximum', 'glow', 'surface', 'bone', 'skin'] as const
export type BodyStyle = (typeof bodyStyles)[number]

export interface BodyLook {
  label: string
  /** The greatest value along each line of sight instead of light through a body. */
  maximum: boolean
  shade: boolean
  /** In values for Hounsfield units, else in parts of the window. */
  hounsfield: boolean
  /** Opacity of a voxel's side length of material. */
  opacity: readonly (readonly [at: number, opacity: number])[]
  /** Own colours at values; absent: the colour map of the series over its window. */
  colours?: readonly (readonly [at: number, r: number, g: number, b: number])[]
}

const tissue = [
  [-600, 0.62, 0.4, 0.32],
  [-100, 0.86, 0.62, 0.5],
  [150, 0.9, 0.72, 0.6],
  [400, 0.95, 0.9, 0.78],
  [1500, 1, 0.99, 0.94],
] as const

export const bodyLooks: Record<BodyStyle, BodyLook> = {
  maximum: {
    label: 'Maximum (MIP)',
    maximum: true,
    shade: false,
    hounsfield: false,
    opacity: [
      [0, 0],
      [1, 1],
    ],
  },
  glow: {
    label: 'Glow',
    maximum: false,
    shade: false,
    hounsfield: false,
    opacity: [
      [0, 0],
      [0.15, 0],
      [1, 0.35],
    ],
  },
  surface: {
    label: 'Surface',
    maximum: false,
    shade: true,
    hounsfield: false,
    opacity: [
      [0, 0],
      [0.3, 0],
      [0.5, 0.4],
      [1, 0.9],
    ],
  },
  bone: {
    label: 'Bone',
    maximum: false,
    shade: true,
    hounsfield: true,
    opacity: [
      [150, 0],
      [350, 0.25],
      [900, 0.85],
    ],
    colours: tissue,
  },
  skin: {
    label: 'Skin and bone',
    maximum: false,
    shade: true,
    hounsfield: true,
    opacity: [
      [-500, 0],
      [-250, 0.12],
      [100, 0.12],
      [350, 0.5],
      [900, 0.9],
    ],
    colours: tissue,
  },
}

interface Described {
  modality: string | null
  unit: string
}

const isHounsfield = ({ unit }: Described): boolean => unit === 'HU' || unit === "[hnsf'U]"

/** Styles that mean something for a series, the first is the one to start with. */
export function stylesOf(header: Described): BodyStyle[] {
  if (isHounsfield(header)) return ['bone', 'skin', 'maximum', 'glow', 'surface']
  return ['maximum', 'glow', 'surface']
}

/** Opacity over values: parts of the window become values. */
export function opacityPoints({ hounsfield, opacity }: BodyLook, { low, high }: Window): [number, number][] {
  return opacity.map(([at, value]) => [hounsfield ? at : low + at * (high - low), value])
}

export interface Eye {
  /** Degrees about the long axis of the body: 0 looks at the ventral side, 90 at its left. */
  azimuth: number
  /** Degrees above the middle, up to 90. */
  elevation: number
}

/** A parallel view on the middle of a volume, head up. */
export function cameraOf(geometry: VolumeGeometry, { azimuth, elevation }: Eye) {
  const last = geometry.dimensions.map((count) => count - 1) as unknown as Vec3
  const middle = worldOf(geometry, scaled(last, 0.5))
  const radius = Math.hypot(...last.map((count, axis) => ((count + 1) * geometry.spacing[axis]!) / 2))
  // LPS: -y is the ventral side, +x the left, +z the head.
  const level = rotated([0, -1, 0], [0, 0, 1], azimuth)
  const right = cross([0, 0, 1], level)
  const towards = rotated(level, right, -elevation)
  const up = cross(towards, right)
  return {
    focalPoint: middle,
    position: plus(middle, scaled(towards, radius * 4)),
    viewUp: dot(up, [0, 0, 1]) >= -1e-9 ? up : scaled(up, -1),
    viewPlaneNormal: towards,
    radius,
  }
}
