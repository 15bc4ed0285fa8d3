/** What can be done to the labels of one time point. Indices run x fastest, as in the file. Nothing is known of the screen. */
import type { Vec3 } from '../geometry.ts'

/** A grid of labels with its voxel size in millimetres (1 where none is known). */
export interface LabelGrid {
  dimensions: Vec3
  spacing: Vec3
}

/** Voxels that get another label: pairs of index and label. */
export class Edit {
  readonly indices: number[] = []
  readonly before: number[] = []
  readonly after: number[] = []

  /** Sets a label and remembers what was there. */
  set(labels: Uint8Array, index: number, label: number): void {
    const was = labels[index]!
    if (was === label) return
    this.indices.push(index)
    this.before.push(was)
    this.after.push(label)
    labels[index] = label
  }

  get empty(): boolean {
    return this.indices.length === 0
  }

  undo(labels: Uint8Array): void {
    for (let n = this.indices.length - 1; n >= 0; n--) labels[this.indices[n]!] = this.before[n]!
  }

  redo(labels: Uint8Array): void {
    for (let n = 0; n < this.indices.length; n++) labels[this.indices[n]!] = this.after[n]!
  }
}

export const indexAt = ({ dimensions: [nx, ny] }: LabelGrid, [i, j, k]: Vec3): number => (k * ny + j) * nx + i

export interface Brush {
  /** Label that is painted; 0 erases. */
  label: number
  /** Radius in millimetres. */
  radius: number
  /** Axis of the grid along which it is one voxel thick; null paints a ball. */
  flat: 0 | 1 | 2 | null
  /** Whether a voxel may be painted, by its value; absent: all. */
  accepts?: (index: number) => boolean
  /** Label that is erased alone; absent: all. */
  only?: number
}

/** Paints around a voxel; `centre` may be between voxels. */
export function paint(grid: LabelGrid, labels: Uint8Array, centre: Vec3, brush: Brush, edit: Edit): void {
  const { dimensions, spacing } = grid
  const { radius, flat, label, accepts, only } = brush
  const low: number[] = []
  const high: number[] = []
  for (const axis of [0, 1, 2] as const) {
    const reach = axis === flat ? 0 : radius / spacing[axis]
    const middle = axis === flat ? Math.round(centre[axis]) : centre[axis]
    low.push(Math.max(Math.ceil(middle - reach), 0))
    high.push(Math.min(Math.floor(middle + reach), dimensions[axis] - 1))
  }
  const nearest: Vec3 = [Math.round(centre[0]), Math.round(centre[1]), Math.round(centre[2])]
  const put = (index: number) => {
    if (only !== undefined && labels[index] !== only) return
    if (!accepts || accepts(index)) edit.set(labels, index, label)
  }
  let any = false
  for (let k = low[2]!; k <= high[2]!; k++) {
    const dz = flat === 2 ? 0 : ((k - centre[2]) * spacing[2]) ** 2
    for (let j = low[1]!; j <= high[1]!; j++) {
      const dy = flat === 1 ? 0 : ((j - centre[1]) * spacing[1]) ** 2
      for (let i = low[0]!; i <= high[0]!; i++) {
        const dx = flat === 0 ? 0 : ((i - centre[0]) * spacing[0]) ** 2
        if (dx + dy + dz > radius * radius) continue
        any = true
        put(indexAt(grid, [i, j, k]))
      }
    }
  }
  // A brush smaller than a voxel still paints the one that it is in.
  if (!any && nearest.every((n, axis) => n >= 0 && n < dimensions[axis]!)) put(indexAt(grid, nearest))
}

/**
 * Smooths the surface of a label: each voxel becomes what most of its 27 neighbours are. Voxels of other labels stay.
 */
export function smooth(grid: LabelGrid, labels: Uint8Array, label: number, edit: Edit): void {
  const {
    dimensions: [nx, ny, nz],
  } = grid
  const box = boxOfLabel(grid, labels, label)
  if (!box) return
  const was = labels.slice()
  const { low, high } = box
  // A single plane is smoothed in itself: without neighbours above and below it would melt away.
  const zReach = nz === 1 || low[2] === high[2] ? 0 : 1
  const needed = zReach === 0 ? 4.5 : 13.5
  for (let k = Math.max(low[2] - zReach, 0); k <= Math.min(high[2] + zReach, nz - 1); k++) {
    for (let j = Math.max(low[1] - 1, 0); j <= Math.min(high[1] + 1, ny - 1); j++) {
      for (let i = Math.max(low[0] - 1, 0); i <= Math.min(high[0] + 1, nx - 1); i++) {
        const index = (k * ny + j) * nx + i
        if (was[index] !== label && was[index] !== 0) continue
        let count = 0
        for (let c = -zReach; c <= zReach; c++) {
          const z = Math.min(Math.max(k + c, 0), nz - 1)
          for (let b = -1; b <= 1; b++) {
            const y = Math.min(Math.max(j + b, 0), ny - 1)
            for (let a = -1; a <= 1; a++) {
              const x = Math.min(Math.max(i + a, 0), nx - 1)
              if (was[(z * ny + y) * nx + x] === label) count++
            }
          }
        }
        edit.set(labels, index, count > needed ? label : 0)
      }
    }
  }
}

/**
 * Fills a label between the planes on which it was drawn, along an axis: by the mean of the signed distances to its edge
 * on both (Raya and Udupa, IEEE Trans. Med. Imaging 9, 1990). Voxels of other labels stay.
 * @returns how many planes were filled
 */
export function fillBetween(grid: LabelGrid, labels: Uint8Array, label: number, axis: 0 | 1 | 2, edit: Edit): number {
  const { dimensions, spacing } = grid
  const [u, v] = ([0, 1, 2] as const).filter((one) => one !== axis) as [0 | 1 | 2, 0 | 1 | 2]
  const strides = [1, dimensions[0], dimensions[0] * dimensions[1]] as const
  const [width, height] = [dimensions[u], dimensions[v]]
  const planeOf = (n: number) => {
    const plane = new Uint8Array(width * height)
    let any = false
    for (let b = 0; b < height; b++) {
      for (let a = 0; a < width; a++) {
        const here = labels[n * strides[axis] + a * strides[u] + b * strides[v]] === label
        if (here) plane[b * width + a] = 1
        any ||= here
      }
    }
    return any ? plane : null
  }
  let filled = 0
  let last: { n: number; distance: Float32Array } | null = null
  for (let n = 0; n < dimensions[axis]; n++) {
    const plane = planeOf(n)
    if (!plane) continue
    const distance = signedDistance(plane, width, height, spacing[u], spacing[v])
    if (last) {
      for (let m = last.n + 1; m < n; m++) {
        const part = (m - last.n) / (n - last.n)
        filled++
        for (let b = 0; b < height; b++) {
          for (let a = 0; a < width; a++) {
            const at = b * width + a
            if (last.distance[at]! * (1 - part) + distance[at]! * part > 0) continue
            const index = m * strides[axis] + a * strides[u] + b * strides[v]
            if (labels[index] === 0) edit.set(labels, index, label)
          }
        }
      }
    }
    last = { n, distance }
  }
  return filled
}

/** Distance of each pixel from the edge of a mask, negative inside; two passes of a chamfer with steps 1 and √2. */
function signedDistance(mask: Uint8Array, width: number, height: number, dx: number, dy: number): Float32Array {
  const far = 1e9
  const diagonal = Math.hypot(dx, dy)
  const to = (wanted: 0 | 1) => {
    const out = new Float32Array(mask.length)
    for (let i = 0; i < mask.length; i++) out[i] = mask[i] === wanted ? 0 : far
    const relax = (a: number, b: number, fromA: number, fromB: number, cost: number) => {
      if (fromA < 0 || fromB < 0 || fromA >= width || fromB >= height) return
      const at = b * width + a
      out[at] = Math.min(out[at]!, out[fromB * width + fromA]! + cost)
    }
    for (let b = 0; b < height; b++) {
      for (let a = 0; a < width; a++) {
        relax(a, b, a - 1, b, dx)
        relax(a, b, a, b - 1, dy)
        relax(a, b, a - 1, b - 1, diagonal)
        relax(a, b, a + 1, b - 1, diagonal)
      }
    }
    for (let b = height - 1; b >= 0; b--) {
      for (let a = width - 1; a >= 0; a--) {
        relax(a, b, a + 1, b, dx)
        relax(a, b, a, b + 1, dy)
        relax(a, b, a + 1, b + 1, diagonal)
        relax(a, b, a - 1, b + 1, diagonal)
      }
    }
    return out
  }
  const [outside, inside] = [to(1), to(0)]
  return outside.map((distance, i) => (mask[i] === 1 ? -inside[i]! : distance))
}

/** The box around a label; null when it has no voxel. */
export function boxOfLabel(
  { dimensions: [nx, ny] }: LabelGrid,
  labels: Uint8Array,
  label: number,
): { low: Vec3; high: Vec3 } | null {
  let [i0, j0, k0, i1, j1, k1] = [Infinity, Infinity, Infinity, -1, -1, -1]
  for (let index = labels.indexOf(label); index >= 0; index = labels.indexOf(label, index + 1)) {
    const i = index % nx
    const j = Math.floor(index / nx) % ny
    const k = Math.floor(index / (nx * ny))
    ;[i0, j0, k0] = [Math.min(i0, i), Math.min(j0, j), Math.min(k0, k)]
    ;[i1, j1, k1] = [Math.max(i1, i), Math.max(j1, j), Math.max(k1, k)]
  }
  return i1 < 0 ? null : { low: [i0, j0, k0], high: [i1, j1, k1] }
}
