/** Cells of a reduced image, x fastest, then y, then z. */
export interface CellGrid {
  values: Float64Array
  size: [x: number, y: number, z: number]
  /** Voxels of the image for one cell along each axis. */
  factor: [x: number, y: number, z: number]
}

/** Cells that hang together. */
export interface Component {
  cells: number
  /** First cell along each axis, and the one after the last. */
  from: [number, number, number]
  to: [number, number, number]
  factor: CellGrid['factor']
}

/** Cells with at least a value that touch each other by a side, an edge or a corner. */
export function componentsOf({ values, size, factor }: CellGrid, threshold: number): Component[] {
  const [nx, ny, nz] = size
  const isOpen = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) isOpen[i] = values[i]! >= threshold ? 1 : 0
  const found: Component[] = []
  const waiting: number[] = []
  for (let start = 0; start < isOpen.length; start++) {
    if (isOpen[start] === 0) continue
    isOpen[start] = 0
    waiting.push(start)
    const one: Component = { cells: 0, from: [nx, ny, nz], to: [0, 0, 0], factor }
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const place = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))] as const
      one.cells++
      for (const axis of [0, 1, 2] as const) {
        one.from[axis] = Math.min(one.from[axis], place[axis])
        one.to[axis] = Math.max(one.to[axis], place[axis] + 1)
      }
      for (let z = Math.max(0, place[2] - 1); z <= Math.min(nz - 1, place[2] + 1); z++) {
        for (let y = Math.max(0, place[1] - 1); y <= Math.min(ny - 1, place[1] + 1); y++) {
          for (let x = Math.max(0, place[0] - 1); x <= Math.min(nx - 1, place[0] + 1); x++) {
            const next = (z * ny + y) * nx + x
            if (isOpen[next] === 0) continue
            isOpen[next] = 0
            waiting.push(next)
          }
        }
      }
    }
    found.push(one)
  }
  return found
}
