/** What is measured in a box of voxels: statistics, a curve over time, projections. Threads read and compute; here is decided what. */
import type { Shape } from '#imaging/header.ts'
import type { Bodies, BodySearch } from '#imaging/measure/bodies.ts'
import type { RegionCurve } from '#imaging/measure/curve.ts'
import { projectedValues, type ProjectionAxis, type ProjectionKind } from '#imaging/measure/projection.ts'
import { lengthOf, valueCount } from '#imaging/measure/region.ts'
import type { Region } from '#imaging/measure/region.ts'
import type { RegionStatistics } from '#imaging/measure/statistics.ts'
import type { Caller } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { AppError, invalidField } from '#api/errors.ts'
import type { MeasureInput } from '#api/imaging/measuring.ts'
import { intervalOf } from './box.ts'
import { pixelsOf, ready, representation, type PlaneAddress } from './service.ts'

/** Values that are measured at once, about half a minute of one thread. */
const mostValues = 2 ** 31
/** Time points of one curve. */
const mostPoints = 10_000
/** Values of the pictures of one projection: 64 MiB. */
const mostProjected = 2 ** 24

/** As it is asked for: intervals as "from:to", absent ones are the whole axis. */
export type RegionQuery = Partial<Record<keyof Shape, string>>

export interface StatisticsQuery extends RegionQuery {
  bins: number
  /** Ends of the histogram as "low:high". */
  range?: string
}

export interface ProjectionQuery extends RegionQuery {
  along: ProjectionAxis
  kind: ProjectionKind
}

/** An answer that still has to be computed, and its validator. */
export interface Measure<T> {
  etag: string
  headers: Record<string, string>
  run(signal: AbortSignal): Promise<T>
}

type Address = Omit<PlaneAddress, 'number'>

/** @throws AppError as the box of the same voxels does, tooLarge, unsupported for colour images */
export async function statistics(
  ctx: Context,
  caller: Caller,
  address: Address,
  { bins, range: ends, ...query }: StatisticsQuery,
): Promise<Measure<RegionStatistics>> {
  const range = ends === undefined ? null : rangeOf(ends)
  const name = `s${bins}_${range ? range.join('_') : ''}`
  return measure(ctx, caller, address, query, { name }, (input, signal) =>
    ctx.measuring.statistics({ ...input, histogram: { bins, range } }, signal),
  )
}

/** @throws AppError as the box of the same voxels does, tooLarge, unsupported for colour images */
export async function curve(
  ctx: Context,
  caller: Caller,
  address: Address,
  query: RegionQuery,
): Promise<Measure<RegionCurve>> {
  return measure(ctx, caller, address, query, { name: 'a', check: checkPoints }, (input, signal) =>
    ctx.measuring.curve(input, signal),
  )
}

/**
 * A picture for each time point of each channel of the box: 32-bit floats, little-endian, as `regionProjection` has them.
 * @throws AppError as the box of the same voxels does, tooLarge, unsupported for colour images
 */
export async function projection(
  ctx: Context,
  caller: Caller,
  address: Address,
  { along, kind, ...query }: ProjectionQuery,
): Promise<Measure<Buffer>> {
  const check = (region: Region) => {
    const values = projectedValues(region, along)
    if (values <= mostProjected) return
    throw new AppError(
      'tooLarge',
      `The projection has ${values} values; at most ${mostProjected} are made at once. Ask for a smaller box or for parts along t.`,
    )
  }
  return measure(ctx, caller, address, query, { name: `m${along}${kind}`, check }, (input, signal) =>
    ctx.measuring
      .projection({ ...input, along, kind }, signal)
      .then(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
}

/** @throws AppError as the box of all voxels does, tooLarge, unsupported for colour images */
export async function bodies(
  ctx: Context,
  caller: Caller,
  address: Address,
  search: BodySearch,
): Promise<Measure<Bodies>> {
  const name = `b${search.count ?? ''}_${search.threshold ?? ''}`
  return measure(ctx, caller, address, {}, { name }, (input, signal) =>
    ctx.measuring.bodies({ ...input, search }, signal),
  )
}

async function measure<T>(
  { shelf }: Context,
  caller: Caller,
  { id, revision }: Address,
  query: RegionQuery,
  { name, check }: { name: string; check?: (region: Region) => void },
  compute: (input: MeasureInput, signal: AbortSignal) => Promise<T>,
): Promise<Measure<T>> {
  const found = await ready(shelf, caller, id)
  const region = regionOf(found.planes.voxels.shape, query)
  check?.(region)
  const { etag, headers } = representation(found, revision, `${name}_${Object.values(region).flat().join('_')}`)
  const { header } = await pixelsOf(id, found.planes.revision)
  if (header.samplesPerPixel !== 1) {
    throw new AppError('unsupported', 'Colours are not measured: what they stand for is not known. Ask for the box.')
  }
  return {
    etag,
    headers,
    run: (signal) =>
      shelf.file(found.series, (planes) => {
        const { shape, sampleType, slope, intercept, spacing, direction, unit, frames } = header
        const measured = { shape, sampleType, slope, intercept, spacing, direction, unit, frames }
        return compute({ planes, header: measured, region }, signal)
      }),
  }
}

function checkPoints({ t }: Region): void {
  const times = lengthOf(t)
  if (times <= mostPoints) return
  throw new AppError('tooLarge', `A curve has at most ${mostPoints} points, not ${times}. Ask for parts along t.`)
}

function regionOf(shape: Shape, query: RegionQuery): Region {
  const along = (axis: keyof Shape) => intervalOf(shape, axis, query[axis])
  const region = { x: along('x'), y: along('y'), z: along('z'), t: along('t'), c: along('c') }
  const values = valueCount(region)
  if (values <= mostValues) return region
  throw new AppError(
    'tooLarge',
    `The region has ${values} values; at most ${mostValues} are measured at once. Ask for parts along z or t.`,
  )
}

function rangeOf(ends: string): [low: number, high: number] {
  const [low = Number.NaN, high = Number.NaN] = ends.split(':').map((end) => (end === '' ? Number.NaN : Number(end)))
  if (Number.isFinite(low) && Number.isFinite(high) && low < high) return [low, high]
  throw invalidField('?range', 'Give the ends of the histogram as LOW:HIGH, two numbers, LOW below HIGH.', ends)
}
