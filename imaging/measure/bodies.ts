import type { Header } from '../header.ts'
import { inReadingOrder } from '../geometry/places.ts'
import { componentsOf, type CellGrid, type Component } from './components.ts'
import type { Region, Rows } from './region.ts'

/** Bodies that lie apart in an image, as boxes of voxels: from the first to before the second of each pair. */
export interface Bodies {
  boxes: { x: [number, number]; y: [number, number]; z: [number, number] }[]
  /** What counts as body is at least this, in the unit of the header. */
  threshold: number
}

export interface BodySearch {
  /** How many there are; absent: as many as are seen. */
  count?: number
  /** In the unit of the header; absent: chosen from the values. */
  threshold?: number
}

/** Cells along an axis of the reduced image in which bodies are looked for. */
const mostCells = 128
/** A body is at least this share of the largest: hot organs beside it, tubes and markers are smaller. */
const leastShare = 0.15
/** Animals that are told apart without saying how many there are have this share of the cells of the largest, at least, */
const likeShare = 0.3
/** and their boxes together this share of the space of what they were parted from. */
const leastSpace = 0.6
/** Steps of the scale that values are compared on. */
const levels = 256
/** Thresholds that are tried. */
const attempts = 12

/**
 * Finds animals that lie beside each other: cells of at least a threshold that touch. Rows of the picture come
 * first, then its columns, then depth. Memory: one reduced image, however large the series is.
 * @param header one sample per pixel; time points and channels are averaged
 */
export function findBodies(
  header: Pick<Header, 'shape' | 'slope' | 'intercept'>,
  region: Region,
  rows: Rows,
  search: BodySearch,
): Bodies {
  const grid = reduced(header, region, rows)
  const scale = scaleOf(grid.values)
  const start = search.threshold ?? scale.valueAt(otsu(grid.values, scale))
  let best = { found: bodiesAt(grid, start, search.count), threshold: start }
  if (search.threshold !== undefined) return placed(best.found, header, start)
  // Beds and fur that touch join animals at a low threshold; at a high one only organs are left.
  const whole = spaceOf(best.found)
  const from = scale.levelOf(start)
  for (let n = 1; n < attempts && best.found.length < (search.count ?? Infinity); n++) {
    const threshold = scale.valueAt(from + (n * (levels - 1 - from)) / (2 * attempts))
    const found = bodiesAt(grid, threshold, search.count)
    const isWhole = search.count !== undefined || (spaceOf(found) >= leastSpace * whole && areAlike(found))
    if (found.length > best.found.length && isWhole) best = { found, threshold }
  }
  return placed(best.found, header, best.threshold)
}

/** Cells of the boxes around components. */
const spaceOf = (found: readonly Component[]): number =>
  found.reduce((sum, { from, to }) => sum + (to[0] - from[0]) * (to[1] - from[1]) * (to[2] - from[2]), 0)

const areAlike = (found: readonly Component[]): boolean =>
  found.every(({ cells }) => cells >= likeShare * (found[0]?.cells ?? 0))

/** Means of blocks of voxels over all time points and channels; NaN where none is a finite number. */
function reduced(header: Pick<Header, 'shape' | 'slope' | 'intercept'>, region: Region, rows: Rows): CellGrid {
  const { shape } = header
  const factor = (['x', 'y', 'z'] as const).map((axis) => Math.ceil(shape[axis] / mostCells))
  const [fx, fy, fz] = factor as [number, number, number]
  const size: CellGrid['size'] = [Math.ceil(shape.x / fx), Math.ceil(shape.y / fy), Math.ceil(shape.z / fz)]
  const sums = new Float64Array(size[0] * size[1] * size[2])
  const counts = new Uint32Array(sums.length)
  const depth = region.y[1] - region.y[0]
  let row = 0
  rows((k, samples) => {
    const y = Math.floor((region.y[0] + (row++ % depth)) / fy)
    const z = Math.floor((k % shape.z) / fz)
    const [slope, intercept] = [header.slope[k] ?? header.slope[0]!, header.intercept[k] ?? header.intercept[0]!]
    const first = (z * size[1] + y) * size[0]
    for (let i = 0; i < samples.length; i++) {
      const value = slope * samples[i]! + intercept
      if (!Number.isFinite(value)) continue
      const at = first + Math.floor(i / fx)
      sums[at]! += value
      counts[at]!++
    }
  })
  const values = Float64Array.from(sums, (sum, i) => (counts[i]! > 0 ? sum / counts[i]! : Number.NaN))
  return { values, size, factor: [fx, fy, fz] }
}

interface Scale {
  levelOf(value: number): number
  valueAt(level: number): number
}

/**
 * Levels from 0 to 255 that grow with the logarithm above the background, so that hot organs do not make the rest of the
 * body look like air. Background is the 5th percentile, its noise what lies between that and the 25th.
 */
function scaleOf(values: Float64Array): Scale {
  const sorted = values.filter(Number.isFinite).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  const low = at(0.05)
  const high = sorted.at(-1) ?? 0
  const noise = Math.max(at(0.25) - low, (high - low) / 1000, Number.MIN_VALUE)
  const top = Math.log1p(Math.max(high - low, noise) / noise)
  return {
    levelOf: (value) => Math.max(0, Math.min(levels - 1, (Math.log1p(Math.max(0, value - low) / noise) / top) * (levels - 1))), // prettier-ignore
    valueAt: (level) => low + Math.expm1((level / (levels - 1)) * top) * noise,
  }
}

/** The level that parts the values into two classes with the largest variance between them (Otsu, 1979). */
function otsu(values: Float64Array, { levelOf }: Scale): number {
  const counts = new Float64Array(levels)
  for (const value of values) if (Number.isFinite(value)) counts[Math.round(levelOf(value))]!++
  const total = counts.reduce((sum, count) => sum + count, 0)
  const sum = counts.reduce((all, count, level) => all + count * level, 0)
  let [below, belowSum, best, level] = [0, 0, -1, 0]
  for (let n = 0; n < levels - 1; n++) {
    below += counts[n]!
    belowSum += counts[n]! * n
    const above = total - below
    if (below === 0 || above === 0) continue
    const distance = belowSum / below - (sum - belowSum) / above
    const between = below * above * distance * distance
    if (between > best) [best, level] = [between, n + 0.5]
  }
  return level
}

/** Bodies at a threshold, the largest first; those that are small beside the largest are none. */
function bodiesAt(grid: CellGrid, threshold: number, count?: number): Component[] {
  const found = componentsOf(grid, threshold).toSorted((a, b) => b.cells - a.cells)
  const bodies = found.filter(({ cells }) => cells >= leastShare * (found[0]?.cells ?? 0))
  return bodies.slice(0, count)
}

type Axis = keyof Bodies['boxes'][number]
const axes: readonly Axis[] = ['x', 'y', 'z']

/** As boxes of voxels with a cell of air around them where no neighbour is, in the order in which people read a picture. */
function placed(found: readonly Component[], { shape }: Pick<Header, 'shape'>, threshold: number): Bodies {
  const boxOf = ({ from, to, factor }: Component, margin: number): Bodies['boxes'][number] => {
    const along = (axis: 0 | 1 | 2, count: number): [number, number] => [
      Math.max(0, (from[axis] - margin) * factor[axis]),
      Math.min(count, (to[axis] + margin) * factor[axis]),
    ]
    return { x: along(0, shape.x), y: along(1, shape.y), z: along(2, shape.z) }
  }
  const tight = found.map((component) => boxOf(component, 0))
  const boxes = found.map((component) => boxOf(component, 1))
  for (const [a, one] of tight.entries()) {
    for (const [b, other] of tight.entries()) {
      const apart = axes.find((axis) => a !== b && one[axis][1] <= other[axis][0])
      if (!apart) continue
      const between = Math.floor((one[apart][1] + other[apart][0]) / 2)
      boxes[a]![apart][1] = Math.min(boxes[a]![apart][1], between)
      boxes[b]![apart][0] = Math.max(boxes[b]![apart][0], between)
    }
  }
  return { boxes: inReadingOrder(boxes), threshold }
}
