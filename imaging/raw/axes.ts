import type { Shape } from '../header.ts'

/** What an axis of a stored array runs along; 'sample' are the colours of one pixel, 'c' channels or components. */
export type AxisRole = 'sample' | 'x' | 'y' | 'z' | 't' | 'c'

export interface Axis {
  size: number
  role: AxisRole
}

interface Arrangement {
  shape: Shape
  /** Samples from one pixel to the next along x and y. */
  steps: { x: number; y: number }
  /** Index of the first sample of plane k. */
  indexOf(k: number): number
}

/**
 * How planes lie in an array whose axes are given fastest first. Each of x, y, z, t stands for at most one axis; several
 * axes of components count as one, the faster one first.
 */
export function arrange(axes: readonly Axis[]): Arrangement {
  let stride = 1
  const strided = axes.map(({ size, role }) => {
    const axis = { size, role, stride }
    stride *= size
    return axis
  })
  const of = (role: AxisRole) => strided.filter((axis) => axis.role === role)
  const size = (role: AxisRole) => of(role).reduce((product, axis) => product * axis.size, 1)
  const shape = { x: size('x'), y: size('y'), z: size('z'), t: size('t'), c: size('c') }
  const [planes, frames, components] = [of('z'), of('t'), of('c')]
  const x = of('x')[0]?.stride ?? 1
  return {
    shape,
    steps: { x, y: of('y')[0]?.stride ?? x * shape.x },
    indexOf: (k) =>
      position(planes, k % shape.z) +
      position(frames, Math.floor(k / shape.z) % shape.t) +
      position(components, Math.floor(k / (shape.z * shape.t))),
  }
}

function position(axes: readonly { size: number; stride: number }[], index: number): number {
  let rest = index
  let sum = 0
  for (const { size, stride } of axes) {
    sum += (rest % size) * stride
    rest = Math.floor(rest / size)
  }
  return sum
}
