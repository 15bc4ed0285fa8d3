import type { Header } from '../header.ts'

/**
 * The matrix that takes voxel indices (x, y, z) to LPS millimetres: 16 numbers, row after row. Null when the header does
 * not know where its voxels are.
 */
export function indexToWorld(h: Pick<Header, 'spacing' | 'origin' | 'direction'>): number[] | null {
  const { spacing, origin, direction } = h
  if (!spacing || !origin || !direction) return null
  const rows = [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((axis) => direction[axis * 3 + row]! * spacing[axis]!),
    origin[row]!,
  ])
  return [...rows, 0, 0, 0, 1]
}
