/** What is measured in a box of voxels, against plain loops over the planes and against numbers that are known before. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Header, SampleType, Shape } from '#imaging/header.ts'
import { regionCurve } from '#imaging/measure/curve.ts'
import { projectedValues, projectionAxes, projectionKinds, regionProjection } from '#imaging/measure/projection.ts'
import { planesOf, regionVolume, valueCount, type Region, type Rows } from '#imaging/measure/region.ts'
import { regionStatistics } from '#imaging/measure/statistics.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { newSamples, samplesOf, type Samples } from '#imaging/samples.ts'

const base = { ...phantom('cells', { resolution: 0.1 }).header, samplesPerPixel: 1 as const, frames: null }
const unbinned = { bins: 1, range: null }

/** The rows of planes in memory. */
const rowsOf =
  (shape: Shape, planes: readonly Samples[], region: Region): Rows =>
  (use) => {
    for (const k of planesOf(shape, region)) {
      for (let y = region.y[0]; y < region.y[1]; y++) {
        use(k, planes[k]!.subarray(y * shape.x + region.x[0], y * shape.x + region.x[1]))
      }
    }
  }
const whole = ({ x, y, z, t, c }: Shape): Region => ({ x: [0, x], y: [0, y], z: [0, z], t: [0, t], c: [0, c] })

/** One row of values. */
function line(
  values: number[],
  given: Partial<Header> = {},
  histogram: Parameters<typeof regionStatistics>[3] = unbinned,
) {
  const shape = { x: values.length, y: 1, z: 1, t: 1, c: 1 }
  const header = { ...base, shape, slope: [1], intercept: [0], ...given }
  const region = whole(shape)
  return regionStatistics(header, region, rowsOf(shape, [Float64Array.from(values)], region), histogram)
}

const interval = (length: number) =>
  fc
    .tuple(fc.nat(length - 1), fc.nat(length - 1))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b) + 1])

const image = fc
  .record({
    x: fc.integer({ min: 1, max: 7 }),
    y: fc.integer({ min: 1, max: 5 }),
    z: fc.integer({ min: 1, max: 4 }),
    t: fc.integer({ min: 1, max: 4 }),
    c: fc.integer({ min: 1, max: 2 }),
  })
  .chain((shape) => {
    const count = shape.z * shape.t * shape.c
    const each = (of: fc.Arbitrary<number>) =>
      fc.oneof(
        of.map((one) => [one]),
        fc.array(of, { minLength: count, maxLength: count }),
      )
    return fc.record({
      shape: fc.constant(shape),
      region: fc.record({
        x: interval(shape.x),
        y: interval(shape.y),
        z: interval(shape.z),
        t: interval(shape.t),
        c: interval(shape.c),
      }),
      sampleType: fc.constantFrom<SampleType>('uint8', 'int16', 'float32', 'float64'),
      slope: each(fc.constantFrom(-2.5, 0.001, 1, 40)),
      intercept: each(fc.constantFrom(-1024, 0, 0.5)),
      seed: fc.integer(),
    })
  })

/** Samples without an order, some of them no numbers where the type can say so. */
function samples(sampleType: SampleType, length: number, seed: number): Samples {
  const out = newSamples(sampleType, length)
  for (let i = 0; i < length; i++) {
    const n = Math.imul(i + seed, 2654435761) >>> 8
    out[i] = n % 11 === 0 && sampleType.startsWith('float') ? [NaN, Infinity, -Infinity][n % 3]! : (n % 5000) - 2000
  }
  return out
}

/** Every value of a region by its five indices, with the rule of the header written out. */
function valuesOf(header: Header, planes: Samples[], { x, y, z, t, c }: Region, time?: number): number[] {
  const values: number[] = []
  for (let ci = c[0]; ci < c[1]; ci++)
    for (let ti = t[0]; ti < t[1]; ti++)
      for (let zi = z[0]; zi < z[1]; zi++)
        for (let yi = y[0]; yi < y[1]; yi++)
          for (let xi = x[0]; xi < x[1]; xi++) {
            if (time !== undefined && ti !== time) continue
            const k = (ci * header.shape.t + ti) * header.shape.z + zi
            const of = (scale: number[]) => (scale.length === 1 ? scale[0]! : scale[k]!)
            values.push(of(header.slope) * planes[k]![yi * header.shape.x + xi]! + of(header.intercept))
          }
  return values
}

function expectMoments(
  found: ReturnType<typeof line> | ReturnType<typeof regionCurve>['points'][number],
  all: number[],
) {
  const values = all.filter((value) => Number.isFinite(value))
  expect([found.count, found.notFinite]).toEqual([values.length, all.length - values.length])
  if (values.length === 0) {
    expect([found.mean, found.standardDeviation, found.minimum, found.maximum, found.sum]).toEqual(Array(5).fill(null))
    return
  }
  const sum = values.reduce((a, b) => a + b, 0)
  const mean = sum / values.length
  const squares = values.reduce((a, value) => a + (value - mean) ** 2, 0)
  const size = Math.max(...values.map(Math.abs), 1)
  expect(found.minimum).toBe(Math.min(...values))
  expect(found.maximum).toBe(Math.max(...values))
  expect(Math.abs(found.mean! - mean)).toBeLessThan(1e-10 * size)
  expect(Math.abs(found.sum! - sum)).toBeLessThan(1e-10 * size * values.length)
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0
  expect(Math.abs(found.standardDeviation! - deviation)).toBeLessThan(1e-9 * size)
}

describe('statistics and curves', () => {
  it('of any region, type and scale are those of a loop over its voxels', () => {
    fc.assert(
      fc.property(image, ({ shape, region, sampleType, slope, intercept, seed }) => {
        const count = shape.z * shape.t * shape.c
        const planes = Array.from({ length: count }, (_, k) => samples(sampleType, shape.x * shape.y, seed + 97 * k))
        const header = { ...base, shape, sampleType, slope, intercept }
        const rows = rowsOf(shape, planes, region)
        const all = valuesOf(header, planes, region)
        expect(valueCount(region)).toBe(all.length)
        const found = regionStatistics(header, region, rows, { bins: 5, range: [-100, 900] })
        expectMoments(found, all)
        const finite = all.filter((value) => Number.isFinite(value))
        expect(found.histogram).toEqual({
          low: -100,
          high: 900,
          counts: [0, 1, 2, 3, 4].map(
            (bin) =>
              finite.filter(
                (value) => value >= -100 + 200 * bin && (value < 100 + 200 * bin || (bin === 4 && value === 900)),
              ).length,
          ),
          below: finite.filter((value) => value < -100).length,
          above: finite.filter((value) => value > 900).length,
        })
        const { points } = regionCurve(header, region, rows)
        expect(points.map((point) => point.t)).toEqual(
          Array.from({ length: region.t[1] - region.t[0] }, (_, i) => region.t[0] + i),
        )
        for (const point of points) expectMoments(point, valuesOf(header, planes, region, point.t))
      }),
    )
  })

  it('keep the digits of large values that are close together (NIST StRD NumAcc4)', () => {
    // 1001 values around 10000000.2; certified standard deviation 0.1.
    const values = [10000000.2, ...Array.from({ length: 1000 }, (_, i) => (i % 2 ? 10000000.3 : 10000000.1))]
    const { mean, standardDeviation } = line(values)
    expect(mean).toBeCloseTo(10000000.2, 6)
    expect(standardDeviation).toBeCloseTo(0.1, 8)
    const byRows = regionCurve(
      { ...base, shape: { x: 1, y: 1001, z: 1, t: 1, c: 1 }, slope: [1], intercept: [0] },
      { x: [0, 1], y: [0, 1001], z: [0, 1], t: [0, 1], c: [0, 1] },
      (use) => values.forEach((value) => use(0, Float64Array.of(value))),
    ).points[0]!
    expect(byRows.standardDeviation).toBeCloseTo(0.1, 8)
  })

  it('tell what does not count, and say nothing of nothing', () => {
    expect(line([NaN, 1, Infinity, 3])).toMatchObject({ count: 2, notFinite: 2, mean: 2, sum: 4 })
    expect(line([NaN, NaN])).toMatchObject({ count: 0, notFinite: 2, mean: null, sum: null, histogram: null })
    // The product with the slope is beyond a double.
    expect(line([1e308, 1], { slope: [100] })).toMatchObject({ count: 1, notFinite: 1, mean: 100 })
    expect(line([5])).toMatchObject({ mean: 5, standardDeviation: 0 })
    expect(line([1.7e308, 1.7e308])).toMatchObject({ sum: null, maximum: 1.7e308 })
  })
})

describe('a projection', () => {
  it('of any region along any axis has, for each line, what a loop over its voxels finds', () => {
    fc.assert(
      fc.property(
        image,
        fc.constantFrom(...projectionAxes),
        fc.constantFrom(...projectionKinds),
        ({ shape, region, sampleType, slope, intercept, seed }, along, kind) => {
          const count = shape.z * shape.t * shape.c
          const planes = Array.from({ length: count }, (_, k) => samples(sampleType, shape.x * shape.y, seed + 97 * k))
          const header = { ...base, shape, sampleType, slope, intercept }
          const found = regionProjection(header, region, rowsOf(shape, planes, region), { along, kind })
          const [columns, lines] = projectionAxes.filter((axis) => axis !== along)
          const expected: number[] = []
          for (let c = region.c[0]; c < region.c[1]; c++)
            for (let t = region.t[0]; t < region.t[1]; t++)
              for (let v = region[lines!][0]; v < region[lines!][1]; v++)
                for (let u = region[columns!][0]; u < region[columns!][1]; u++) {
                  const point = { t: [t, t + 1], c: [c, c + 1] } as const
                  const line: Region = { ...region, ...point, [lines!]: [v, v + 1], [columns!]: [u, u + 1] }
                  const values = valuesOf(header, planes, line).filter((value) => Number.isFinite(value))
                  const mean = values.reduce((a, b) => a + b, 0) / values.length
                  const extremes = { maximum: Math.max(...values), minimum: Math.min(...values), mean }
                  expected.push(values.length === 0 ? Number.NaN : Math.fround(extremes[kind]))
                }
          expect(projectedValues(region, along)).toBe(expected.length)
          expect([...found]).toEqual(expected)
        },
      ),
    )
  })
})

describe('a histogram', () => {
  it('reaches from minimum to maximum; the highest value is in the last bin', () => {
    expect(line([0, 1, 2, 3, 4], {}, { bins: 4, range: null }).histogram).toEqual({
      low: 0,
      high: 4,
      counts: [1, 1, 1, 2],
      below: 0,
      above: 0,
    })
    expect(line([7, 7, 7], {}, { bins: 3, range: null }).histogram).toMatchObject({
      low: 7,
      high: 7,
      counts: [0, 0, 3],
    })
  })

  it.each([
    [[-1.7e308, 0, 1.7e308], 'beyond a double'],
    [[0, 5e-324, 1e-323], 'at its smallest'],
    [[1, 1 + 2 ** -52], 'without a number between them'],
  ])('loses nothing where the range is %s %s', (values) => {
    const { histogram, count } = line(values, {}, { bins: 64, range: null })
    expect(histogram!.counts.reduce((a, b) => a + b, 0)).toBe(count)
  })
})

describe('the volume of a region', () => {
  const region: Region = { x: [0, 2], y: [1, 4], z: [0, 5], t: [0, 9], c: [0, 2] }
  const shape = { x: 4, y: 4, z: 5, t: 9, c: 2 }

  it('is that of its box in space, in mm3', () => {
    expect(regionVolume({ shape, spacing: [0.5, 0.5, 0.8], direction: null }, region)).toBeCloseTo(30 * 0.2, 12)
  })
  it('of a tilted gantry is that of the parallelepiped', () => {
    const tilt = Math.PI / 6
    const direction = [1, 0, 0, 0, 1, 0, 0, Math.sin(tilt), Math.cos(tilt)]
    expect(regionVolume({ shape, spacing: [1, 1, 1], direction }, region)).toBeCloseTo(30 * Math.cos(tilt), 12)
  })
  it('is not known without a spacing, and of a single picture', () => {
    expect(regionVolume({ shape, spacing: null, direction: null }, region)).toBeNull()
    const picture = { shape: { ...shape, z: 1 }, spacing: [1, 1, 1] as [number, number, number], direction: null }
    expect(regionVolume(picture, { ...region, z: [0, 1] })).toBeNull()
  })
})

describe('PET of the uniform cylinder', () => {
  const { header, planes } = phantom('cylinder-pet')
  const all = [...planes()].map((plane) => samplesOf(header.sampleType, plane))
  const measured = (region: Region) => regionStatistics(header, region, rowsOf(header.shape, all, region), unbinned)
  const concentration = 3.7e6 / 20.7 // Bq/mL of the fill

  it('has the concentration of its fill inside', () => {
    const inside = measured({ x: [30, 58], y: [30, 58], z: [30, 80], t: [0, 1], c: [0, 1] })
    expect(inside.unit).toBe('Bq/mL')
    expect(inside.mean! / concentration).toBeCloseTo(1, 2)
    // Noise is 5 % of the fill.
    expect(inside.standardDeviation! / concentration).toBeCloseTo(0.05, 2)
  })
  it('has the activity that its fill has in all: the sum times the volume of a voxel', () => {
    const { sum, count, volumeCubicMillimetres } = measured(whole(header.shape))
    const millilitresOfVoxel = volumeCubicMillimetres! / 1000 / count
    const filled = (Math.PI * 15 ** 2 * 50) / 1000 // mL
    expect(Math.abs((sum! * millilitresOfVoxel) / (concentration * filled) - 1)).toBeLessThan(0.015)
  })
})
