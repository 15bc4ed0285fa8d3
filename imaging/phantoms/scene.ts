import type { Shape } from './shapes.ts'

/** A box of voxels along L, P and S; `origin` is the centre of the first voxel in mm. */
export interface Grid {
  shape: readonly [number, number, number]
  spacing: readonly [number, number, number]
  origin: readonly [number, number, number]
}

/** Grid with its middle at `centre`. */
export const gridAround = (
  shape: Grid['shape'],
  spacing: Grid['spacing'],
  centre: Grid['origin'] = [0, 0, 0],
): Grid => ({
  shape,
  spacing,
  origin: shape.map((n, i) => centre[i]! - ((n - 1) / 2) * spacing[i]!) as unknown as Grid['origin'],
})

export const voxelCount = ({ shape }: Grid): number => shape[0] * shape[1] * shape[2]

/** Where and how an animal lies: moved, scaled, and bent sideways along its length. */
export interface Pose {
  offset: readonly [number, number, number]
  scale: number
  /** Largest sideways bend in mm. */
  bend: number
}

const bendAt = (z: number, bend: number) => bend * Math.sin((z + 12) / 16)

/** Paints shapes into a grid of tissue numbers, in order, each inside its own box only. */
export function paint(grid: Grid, labels: Uint8Array, shapes: readonly Shape[], pose: Pose): void {
  const [nx, ny, nz] = grid.shape
  const { offset, scale, bend } = pose
  const range = (axis: 0 | 1 | 2, low: number, high: number, count: number) => {
    const slack = axis === 0 ? Math.abs(bend) : 0
    const index = (v: number) => (v * scale + offset[axis] - grid.origin[axis]) / grid.spacing[axis]
    return [Math.max(0, Math.ceil(index(low - slack))), Math.min(count - 1, Math.floor(index(high + slack)))] as const
  }
  for (const shape of shapes) {
    const [low, high] = shape.box
    const [x0, x1] = range(0, low[0], high[0], nx)
    const [y0, y1] = range(1, low[1], high[1], ny)
    const [z0, z1] = range(2, low[2], high[2], nz)
    for (let k = z0; k <= z1; k++) {
      const z = (grid.origin[2] + k * grid.spacing[2] - offset[2]) / scale
      const side = bendAt(z, bend)
      for (let j = y0; j <= y1; j++) {
        const y = (grid.origin[1] + j * grid.spacing[1] - offset[1]) / scale
        for (let i = x0; i <= x1; i++) {
          const x = (grid.origin[0] + i * grid.spacing[0] - offset[0]) / scale - side
          if (shape.has(x, y, z)) labels[(k * ny + j) * nx + i] = shape.tissue
        }
      }
    }
  }
}

/**
 * Blurs a volume in place by a Gaussian, axis by axis.
 * @param sigma standard deviation in voxels along each axis; 0 leaves an axis alone
 */
export function blur(values: Float32Array, shape: Grid['shape'], sigma: readonly [number, number, number]): void {
  const strides = [1, shape[0], shape[0] * shape[1]]
  for (const axis of [0, 1, 2] as const) {
    if (sigma[axis] > 0 && shape[axis] > 1) blurAxis(values, shape[axis], strides[axis]!, sigma[axis])
  }
}

function blurAxis(values: Float32Array, length: number, stride: number, sigma: number): void {
  const radius = Math.ceil(sigma * 2.5)
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)))
  const total = kernel.reduce((sum, v) => sum + v, 0)
  const line = new Float32Array(length + 2 * radius)
  const lines = values.length / length
  for (let n = 0; n < lines; n++) {
    const start = Math.floor(n / stride) * stride * length + (n % stride)
    // The ends are continued with their last value.
    for (let i = 0; i < line.length; i++) {
      line[i] = values[start + Math.min(Math.max(i - radius, 0), length - 1) * stride]!
    }
    for (let i = 0; i < length; i++) {
      let sum = 0
      for (let j = 0; j < kernel.length; j++) sum += line[i + j]! * kernel[j]!
      values[start + i * stride] = sum / total
    }
  }
}
