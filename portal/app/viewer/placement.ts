/** Images that people moved over others: a shift and a turn, kept with the record and never baked into voxels. */
import { plus, rotated, scaled, worldOf, type Vec3, type VolumeGeometry } from './geometry.ts'

export interface Placement {
  /** Millimetres to the left, dorsally and to the head (LPS). */
  shift: Vec3
  /** Degrees about the same axes through the middle of the image, in this order. */
  turn: Vec3
}

export const unmoved: Placement = { shift: [0, 0, 0], turn: [0, 0, 0] }

/** @param text six numbers as in the record; what is not understood moves nothing */
export function readPlacement(text: string | undefined): Placement {
  const numbers = (text ?? '').split(' ').map(Number)
  if (numbers.length !== 6 || !numbers.every(Number.isFinite)) return unmoved
  return { shift: numbers.slice(0, 3) as unknown as Vec3, turn: numbers.slice(3) as unknown as Vec3 }
}

/** Undefined for an image that is not moved. */
export function writePlacement({ shift, turn }: Placement): string | undefined {
  const numbers = [...shift, ...turn].map((value) => Math.round(value * 1e5) / 1e5 + 0)
  return numbers.some((value) => value !== 0) ? numbers.join(' ') : undefined
}

const world: readonly Vec3[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]

/** The box where the placement puts it. */
export function placed(geometry: VolumeGeometry, { shift, turn }: Placement): VolumeGeometry {
  const turned = (vector: Vec3) =>
    turn.reduce<Vec3>((now, degrees, axis) => rotated(now, world[axis]!, degrees), vector)
  const middle = worldOf(geometry, scaled(geometry.dimensions.map((count) => count - 1) as unknown as Vec3, 0.5))
  const arm = turned(plus(geometry.origin, scaled(middle, -1)))
  const [u, v, w] = geometry.axes
  return { ...geometry, axes: [turned(u), turned(v), turned(w)], origin: plus(plus(middle, arm), shift) }
}
