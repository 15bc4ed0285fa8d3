import type { SeriesReader } from '../format.ts'
import { sampleBytes, type Header } from '../header.ts'
import type { Interval } from '../measure/region.ts'

/** Voxels of an image along its stored axes. */
export type Part = Record<'x' | 'y' | 'z', Interval>

/** The header of a part of an image: it lies where it lay in the whole. */
export function croppedHeader(header: Header, { x, y, z }: Part): Header {
  const { spacing, origin, direction, shape } = header
  const from = [x[0], y[0], z[0]]
  const planes = scaledPlanes(header, z)
  return {
    ...header,
    shape: { ...shape, x: x[1] - x[0], y: y[1] - y[0], z: z[1] - z[0] },
    origin:
      spacing && origin && direction
        ? (origin.map((at, row) =>
            from.reduce((sum, n, axis) => sum + n * spacing[axis]! * direction[axis * 3 + row]!, at),
          ) as Header['origin'])
        : origin,
    slope: planes(header.slope),
    intercept: planes(header.intercept),
  }
}

/** Scales of the planes that stay; one for all stays one. */
const scaledPlanes =
  ({ shape }: Header, [from, to]: Interval) =>
  (values: number[]): number[] =>
    values.length === 1 ? values : values.filter((_, k) => k % shape.z >= from && k % shape.z < to)

/**
 * A part of a series as a series: the same channels and time points, fewer voxels.
 * @param part lies inside of the image
 */
export function cropped(reader: SeriesReader, part: Part): SeriesReader {
  const { header: whole, bands } = reader
  const header = croppedHeader(whole, part)
  const pixel = whole.samplesPerPixel * sampleBytes[whole.sampleType]
  const [rowBytes, left, width] = [whole.shape.x * pixel, part.x[0] * pixel, header.shape.x * pixel]
  const planeOf = (k: number): number =>
    Math.floor(k / header.shape.z) * whole.shape.z + part.z[0] + (k % header.shape.z)
  /** Columns of the part, of `count` whole rows that begin at `first`. */
  const columns = (rows: Uint8Array, first: number, count: number): Uint8Array => {
    const out = new Uint8Array(count * width)
    for (let row = 0; row < count; row++) {
      const at = (first + row) * rowBytes + left
      out.set(rows.subarray(at, at + width), row * width)
    }
    return out
  }
  return {
    ...reader,
    header,
    direct: () => null,
    plane: async (k) => columns(await reader.plane(planeOf(k)), part.y[0], header.shape.y),
    ...(bands && {
      bands: {
        rows: bands.rows,
        read: async (k, from, to) =>
          columns(await bands.read(planeOf(k), part.y[0] + from, part.y[0] + to), 0, to - from),
      },
    }),
  }
}
