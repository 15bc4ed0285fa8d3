import type { SeriesReader } from '../format.ts'
import type { Header } from '../header.ts'
import { planeBytes } from '../header.ts'
import { bytesOf, newSamples, samplesOf, type Samples } from '../samples.ts'
import { nearestAxesNote } from './placement.ts'

/** A slant beyond this makes a picture that is mostly empty; it is left as it is stored. */
const mostGrowth = 4

const dot = (a: readonly number[], b: readonly number[]) => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!
const less = (a: readonly number[], b: readonly number[], factor: number) => a.map((v, i) => v - factor * b[i]!)
const unit = (a: readonly number[]) => a.map((v) => v / Math.hypot(...a) + 0)

/**
 * A series with sheared axes (a tilted gantry, a slanted affine) resampled to right-angled ones; any other as it is. The
 * new x axis runs along the old one and the new y axis in the old planes, so that every old plane becomes one new plane:
 * rows and columns are shifted in it, linearly between voxels, and nothing is mixed across planes. The new planes hold
 * all of the old ones; places outside of them have the value 0, or that of air (-1000 HU) in CT.
 * @param modality DICOM modality when the header does not say and the caller knows
 */
export function straightened(reader: SeriesReader, modality: string | null = reader.header.modality): SeriesReader {
  const { sheared, ...header } = reader.header
  if (!sheared) return reader
  const grid = gridOf(sheared, header.shape)
  const { x, y } = header.shape
  if (grid.columns * grid.rows > mostGrowth * x * y) {
    return {
      ...reader,
      header: { ...header, orientation: header.orientation === 'known' ? 'assumed' : header.orientation },
    }
  }
  const outside = header.unit === 'HU' || modality === 'CT' ? -1000 : 0
  const warnings = header.warnings.filter((sentence) => !sentence.endsWith(nearestAxesNote))
  warnings.push(
    `The axes of the file are not at right angles. The image was resampled to right-angled axes, linearly within its planes; what lies outside of them is ${outside}. The original files are as they were.`,
  )
  const origin = header.origin && header.origin.map((v, i) => v + grid.left * grid.axes[0]![i]! + grid.top * grid.axes[1]![i]! + 0) // prettier-ignore
  const straight: Header = {
    ...header,
    shape: { ...header.shape, x: grid.columns, y: grid.rows },
    spacing: grid.spacing,
    origin: origin as Header['origin'],
    direction: grid.axes.flat(),
    warnings,
  }
  const { bands: _, ...whole } = reader
  return {
    ...whole,
    header: straight,
    direct: () => null,
    async plane(k) {
      const stored = samplesOf(header.sampleType, await reader.plane(k))
      const [slope, intercept] = [header.slope[k] ?? header.slope[0]!, header.intercept[k] ?? header.intercept[0]!]
      const fill = header.samplesPerPixel === 1 ? (outside - intercept) / slope : 0
      return resampled(stored, header, straight, grid, k % header.shape.z, Number.isFinite(fill) ? fill : 0)
    },
  }
}

/** Right-angled axes and the part of space that the sheared image takes up, in mm along them from its first voxel. */
function gridOf(sheared: readonly number[], shape: Header['shape']) {
  const [x, y, z] = [0, 3, 6].map((i) => sheared.slice(i, i + 3)) as [number[], number[], number[]]
  const across = unit(x)
  const down = unit(less(y, across, dot(y, across)))
  const through = unit(less(less(z, across, dot(z, across)), down, dot(z, down)))
  // One step along each old axis, in the new axes: an upper triangle.
  const [xx, yx, zx, yy, zy, zz] = [dot(x, across), dot(y, across), dot(z, across), dot(y, down), dot(z, down), dot(z, through)] // prettier-ignore
  const ends = (step: number, count: number): [number, number] => [Math.min(0, step * (count - 1)), Math.max(0, step * (count - 1))] // prettier-ignore
  const spans = (steps: [number, number][]) => {
    const all = steps.map(([step, count]) => ends(step, count))
    return [all.reduce((sum, [low]) => sum + low, 0), all.reduce((sum, [, high]) => sum + high, 0)] as const
  }
  const [left, right] = spans([[xx, shape.x], [yx, shape.y], [zx, shape.z]]) // prettier-ignore
  const [top, bottom] = spans([[yy, shape.y], [zy, shape.z]]) // prettier-ignore
  const count = (length: number, step: number) => Math.ceil(length / step - 1e-3) + 1
  return {
    axes: [across, down, through],
    spacing: [xx, yy, zz] as [number, number, number],
    left,
    top,
    columns: count(right - left, xx),
    rows: count(bottom - top, yy),
    /** How far, in new voxels, a plane and a row move everything. */
    columnsPerRow: yx / xx,
    columnsPerPlane: zx / xx,
    rowsPerPlane: zy / yy,
  }
}

function resampled(
  stored: Samples,
  from: Header,
  to: Header,
  grid: ReturnType<typeof gridOf>,
  z: number,
  fill: number,
): Uint8Array {
  const { x: width, y: height } = from.shape
  const { x: columns, y: rows } = to.shape
  const size = from.samplesPerPixel
  const out = newSamples(to.sampleType, columns * rows * size)
  const isWhole = !to.sampleType.startsWith('float')
  out.fill(isWhole ? withinType(out, Math.round(fill)) : fill)
  const between = (a: number, b: number, share: number) => (share === 0 ? a : a + (b - a) * share)
  const firstRow = grid.top / grid.spacing[1] - grid.rowsPerPlane * z
  for (let row = 0; row < rows; row++) {
    const j = placeOn(row + firstRow, height)
    if (!j) continue
    const first = grid.left / grid.spacing[0] - grid.columnsPerRow * (row + firstRow) - grid.columnsPerPlane * z
    for (let column = 0; column < columns; column++) {
      const i = placeOn(column + first, width)
      if (!i) continue
      for (let s = 0; s < size; s++) {
        const at = (line: number, place: number) => stored[(line * width + place) * size + s]!
        const upper = between(at(j.low, i.low), at(j.low, i.high), i.share)
        const value = j.share === 0 ? upper : between(upper, between(at(j.high, i.low), at(j.high, i.high), i.share), j.share) // prettier-ignore
        out[(row * columns + column) * size + s] = isWhole ? Math.round(value) : value
      }
    }
  }
  const bytes = bytesOf(out)
  if (bytes.length !== planeBytes(to)) throw new Error('a resampled plane has another size than its header')
  return bytes
}

/** The voxels on either side of a place on an axis; null beyond the outer halves of the last voxels. */
function placeOn(place: number, length: number): { low: number; high: number; share: number } | null {
  if (place < -0.5 || place > length - 0.5) return null
  // What rounding of the affine leaves is no place between voxels.
  const nearest = Math.round(place)
  const exact = Math.abs(place - nearest) < 1e-4 ? nearest : place
  const inside = Math.min(Math.max(exact, 0), length - 1)
  const low = Math.floor(inside)
  return { low, high: Math.min(low + 1, length - 1), share: inside - low }
}

/** The nearest number that a type of whole numbers holds. */
function withinType(samples: Samples, value: number): number {
  const bits = samples.BYTES_PER_ELEMENT * 8
  const isSigned = samples instanceof Int8Array || samples instanceof Int16Array || samples instanceof Int32Array
  const [low, high] = isSigned ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]
  return Math.min(Math.max(value, low), high)
}
