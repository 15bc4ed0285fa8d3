import { ImagingError } from '../errors.ts'
import type { Shape } from '../header.ts'
import type { Encoding } from './encoding.ts'

/** What an axis of a stored array runs along; 'sample' are the colours of one pixel, 'c' channels or components. */
export type AxisRole = 'sample' | 'x' | 'y' | 'z' | 't' | 'c'

export interface Axis {
  size: number
  role: AxisRole
}

/** How often reading all planes in order goes over the data, and how much of what it reads for one plane is of others. */
export interface ReadingCost {
  passes: number
  scatter: number
}

export interface Arrangement {
  shape: Shape
  /** Samples from one pixel to the next along x and y. */
  steps: { x: number; y: number }
  /** Index of the first sample of plane k. */
  indexOf(k: number): number
  cost: ReadingCost
}

/** Order in which planes are asked for: z within t within c. */
const rank: Record<AxisRole, number> = { sample: 0, x: 0, y: 0, z: 1, t: 2, c: 3 }

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
  /** Product of the sizes of axes that are faster than one of those ranked before them. */
  const early = (isInner: (other: Axis, axis: Axis) => boolean) =>
    strided.reduce((product, axis, i) => {
      const isEarly = strided.slice(i + 1).some((other) => other.size > 1 && isInner(other, axis))
      return isEarly ? product * axis.size : product
    }, 1)
  return {
    shape,
    steps: { x, y: of('y')[0]?.stride ?? x * shape.x },
    indexOf: (k) =>
      position(planes, k % shape.z) +
      position(frames, Math.floor(k / shape.z) % shape.t) +
      position(components, Math.floor(k / (shape.z * shape.t))),
    cost: {
      passes: early((other, axis) => rank[other.role] < rank[axis.role]),
      scatter: early((other, axis) => rank[other.role] === 0 && rank[axis.role] > 0),
    },
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

/** Components between the samples of one plane are read with it; passes over compressed data decode everything again. */
const mostScatter = 256
const mostPasses = 64

/** @throws ImagingError 'unsupported' when the order of the axes makes reading planes too costly */
export function checkCost({ passes, scatter }: ReadingCost, encoding: Encoding): void {
  if (encoding === 'raw' ? scatter <= mostScatter : passes <= mostPasses) return
  throw new ImagingError(
    'unsupported',
    encoding === 'raw'
      ? `Each pixel of this file has ${scatter} components side by side; at most ${mostScatter} are read here. Store the axis of the components last.`
      : `The order of the axes in this compressed file needs ${passes} passes over it; at most ${mostPasses} are made here. Store the axes as x, y, z, time, components, or without compression.`,
  )
}
