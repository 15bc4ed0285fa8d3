/** Voxels of one label that hang together over their faces: growing them, and removing the small ones. */
import type { Vec3 } from '../geometry.ts'
import { indexAt, type Edit, type LabelGrid } from './labelEdits.ts'

/**
 * Gives a label to all voxels that are connected with one and fit, over their six faces.
 * @param plane axis to stay in the plane of; null grows in space
 * @param most voxels after which it stops
 * @returns false when it stopped because it had become too large; nothing is changed then
 */
export function grow(
  grid: LabelGrid,
  labels: Uint8Array,
  from: Vec3,
  {
    label,
    fits,
    plane,
    most,
  }: { label: number; fits: (index: number) => boolean; plane: 0 | 1 | 2 | null; most: number },
  edit: Edit,
): boolean {
  const found = connected(grid, indexAt(grid, from), fits, plane, most)
  if (!found) return false
  for (const index of found) edit.set(labels, index, label)
  return true
}

/** Indices connected with one; null when there are more than `most`. */
function connected(
  { dimensions: [nx, ny, nz] }: LabelGrid,
  start: number,
  fits: (index: number) => boolean,
  plane: 0 | 1 | 2 | null,
  most: number,
): number[] | null {
  if (!fits(start)) return []
  const seen = new Uint8Array(nx * ny * nz)
  seen[start] = 1
  const found = [start]
  const visit = (index: number) => {
    if (seen[index] || !fits(index)) return
    seen[index] = 1
    found.push(index)
  }
  for (let n = 0; n < found.length; n++) {
    if (found.length > most) return null
    const index = found[n]!
    const i = index % nx
    const j = Math.floor(index / nx) % ny
    const k = Math.floor(index / (nx * ny))
    if (plane !== 0) {
      if (i > 0) visit(index - 1)
      if (i < nx - 1) visit(index + 1)
    }
    if (plane !== 1) {
      if (j > 0) visit(index - nx)
      if (j < ny - 1) visit(index + nx)
    }
    if (plane !== 2) {
      if (k > 0) visit(index - nx * ny)
      if (k < nz - 1) visit(index + nx * ny)
    }
  }
  return found
}

/** Removes the islands of a label but its largest, or those of fewer voxels than `fewest`. Returns how many went. */
export function removeIslands(
  grid: LabelGrid,
  labels: Uint8Array,
  label: number,
  keep: 'largest' | { fewest: number },
  edit: Edit,
): number {
  const islands: number[][] = []
  const done = new Uint8Array(labels.length)
  for (let index = 0; index < labels.length; index++) {
    if (labels[index] !== label || done[index]) continue
    const island = connected(grid, index, (one) => labels[one] === label, null, Infinity)!
    for (const one of island) done[one] = 1
    islands.push(island)
  }
  const largest = Math.max(0, ...islands.map((island) => island.length))
  let kept = false
  const gone = islands.filter((island) => {
    if (keep !== 'largest') return island.length < keep.fewest
    const stays = island.length === largest && !kept
    kept ||= stays
    return !stays
  })
  for (const island of gone) for (const index of island) edit.set(labels, index, 0)
  return gone.length
}
