/** A volume seen from all sides. */
import type { PlaneReader } from '../format.ts'
import { nearestAxes } from '../geometry/orientation.ts'
import { samplesOf } from '../samples.ts'
import type { ValuePicture } from './picture.ts'

/** Columns of a picture at most; finer volumes are sampled at this width. */
const mostColumns = 256

export interface Seen {
  /** The largest value along each line of sight. */
  maximum: ValuePicture
  /** The mean of what lies on it. */
  mean: ValuePicture
}

/**
 * Time point 0 of channel 0, turned about the axis from head to tail; the first picture is seen from the front, as
 * `project` has it, then the viewer walks round to the animal's left side. When directions are not known, the stored x, y
 * and z axes are taken for L, P and S. Holds the whole volume, so give a reduced one. Values that are no finite numbers
 * count as the lowest one.
 * @param angles number of pictures of one round
 */
export async function* turned(reader: PlaneReader, angles: number): AsyncGenerator<Seen> {
  const { values, lowest, size, step } = await upright(reader)
  const [columns, depths, rows] = size
  const widest = Math.hypot(columns * step[0], depths * step[1])
  const pixel = Math.max(Math.min(step[0], step[1]), widest / mostColumns)
  const width = Math.max(1, Math.round(widest / pixel))
  for (let n = 0; n < angles; n++) {
    const { starts, corners, shares } = linesOfSight((2 * Math.PI * n) / angles, width, pixel, size, step)
    const maximum = new Float32Array(width * rows).fill(lowest)
    const mean = new Float32Array(width * rows).fill(lowest)
    for (let row = 0; row < rows; row++) {
      const base = row * columns * depths
      for (let column = 0; column < width; column++) {
        const [from, to] = [starts[column]!, starts[column + 1]!]
        if (from === to) continue
        let largest = lowest
        let sum = 0
        for (let i = from; i < to; i += 4) {
          let value = 0
          for (let j = i; j < i + 4; j++) value += shares[j]! * values[base + corners[j]!]!
          if (value > largest) largest = value
          sum += value
        }
        maximum[row * width + column] = largest
        mean[row * width + column] = (4 * sum) / (to - from)
      }
    }
    const picture = (of: Float32Array): ValuePicture => ({
      width,
      height: rows,
      values: of,
      stepX: pixel,
      stepY: step[2],
    })
    yield { maximum: picture(maximum), mean: picture(mean) }
  }
}

type Three = [across: number, deep: number, down: number]

/** The volume in value units with columns towards the animal's left, depth towards its back, rows from head to tail. */
async function upright(
  reader: PlaneReader,
): Promise<{ values: Float32Array; lowest: number; size: Three; step: Three }> {
  const { shape, sampleType, spacing, slope, intercept, direction } = reader.header
  const axes = nearestAxes({ direction }) ?? nearestAxes({ direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] })!
  const stored = [shape.x, shape.y, shape.z]
  /** The stored axis that runs along L, P and S. */
  const order = ([0, 1, 2] as const).map((world) => axes.findIndex((axis) => axis.world === world))
  const size = order.map((axis) => stored[axis]!) as Three
  const step = order.map((axis) => spacing?.[axis] ?? 1) as Three
  const strides = [1, size[0], size[0] * size[1]]
  /** Where a step along x, y, z goes, and where the first voxel stands. */
  const moves = [0, 0, 0]
  let first = 0
  for (const [place, axis] of order.entries()) {
    // Rows run down, from head to tail.
    const isForward = axes[axis]!.sign > 0 !== (place === 2)
    moves[axis] = isForward ? strides[place]! : -strides[place]!
    if (!isForward) first += (size[place]! - 1) * strides[place]!
  }
  const values = new Float32Array(size[0] * size[1] * size[2])
  let lowest = Infinity
  for (let z = 0; z < shape.z; z++) {
    const samples = samplesOf(sampleType, await reader.plane(z))
    const [scale, offset] = [slope[z] ?? slope[0]!, intercept[z] ?? intercept[0]!]
    for (let y = 0, i = 0; y < shape.y; y++) {
      let at = first + z * moves[2]! + y * moves[1]!
      for (let x = 0; x < shape.x; x++, i++, at += moves[0]!) {
        const value = scale * samples[i]! + offset
        values[at] = value
        if (value < lowest && value > -Infinity) lowest = value
      }
    }
  }
  if (lowest === Infinity) lowest = 0
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) values[i] = lowest
  return { values, lowest, size, step }
}

/**
 * What lies on the line of sight of each column, in one slice: places a pixel apart, each between four voxels.
 * `starts[column]` is where its places begin in `corners` (offsets of the four voxels) and `shares` (which add up to 1).
 */
function linesOfSight(angle: number, width: number, pixel: number, [columns, depths]: Three, [stepX, stepY]: Three) {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  const places = Math.max(1, Math.ceil(Math.hypot(columns * stepX, depths * stepY) / pixel))
  const starts = new Uint32Array(width + 1)
  const corners = new Uint32Array(4 * width * places)
  const shares = new Float32Array(corners.length)
  let count = 0
  for (let column = 0; column < width; column++) {
    const across = (column - (width - 1) / 2) * pixel
    for (let k = 0; k < places; k++) {
      const deep = (k - (places - 1) / 2) * pixel
      const x = (across * cosine - deep * sine) / stepX + (columns - 1) / 2
      const y = (across * sine + deep * cosine) / stepY + (depths - 1) / 2
      // Half a voxel beyond the centres of the outer voxels the volume ends.
      if (x < -0.5 || y < -0.5 || x > columns - 0.5 || y > depths - 0.5) continue
      const [x0, x1, east] = between(x, columns)
      const [y0, y1, south] = between(y, depths)
      for (const [offset, share] of [
        [y0 * columns + x0, (1 - south) * (1 - east)],
        [y0 * columns + x1, (1 - south) * east],
        [y1 * columns + x0, south * (1 - east)],
        [y1 * columns + x1, south * east],
      ] as const) {
        corners[count] = offset
        shares[count++] = share
      }
    }
    starts[column + 1] = count
  }
  return { starts, corners, shares }
}

/** The two voxels on either side of a place on an axis, and how far it is on the way to the second. */
function between(place: number, length: number): [first: number, second: number, share: number] {
  const inside = Math.min(Math.max(place, 0), length - 1)
  const first = Math.floor(inside)
  return [first, Math.min(first + 1, length - 1), inside - first]
}
