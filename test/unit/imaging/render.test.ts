import { execFileSync } from 'node:child_process'
import { crc32, inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SeriesReader } from '#imaging/format.ts'
import { axisLetters, nearestAxes } from '#imaging/geometry/orientation.ts'
import type { Header, SampleType } from '#imaging/header.ts'
import { phantom, phantomKinds } from '#imaging/phantoms/index.ts'
import type { Phantom, PhantomKind, PhantomOptions } from '#imaging/phantoms/index.ts'
import { displayRange } from '#imaging/render/displayRange.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import { thumbnail } from '#imaging/render/thumbnail.ts'
import { bytesOf, newSamples } from '#imaging/samples.ts'
import { encodePng } from '#imaging/write/png.ts'

const readerOf = ({ header, planes }: Phantom): SeriesReader => {
  const all = [...planes()]
  return { header, facts: [], tags: async () => [], plane: async (k) => all[k]!, direct: () => null }
}
const plain = phantom('mouse-ct', { resolution: 0.1 }).header
/** A volume of given values with axes along L, P and S. */
const volume = (
  shape: [number, number, number],
  sampleType: SampleType,
  value: (x: number, y: number, z: number) => number,
  given: Partial<Header> = {},
) => {
  // prettier-ignore
  const [x, y, z] = shape
  const planes = Array.from({ length: z }, (_, k) => {
    const samples = newSamples(sampleType, x * y)
    for (let i = 0; i < samples.length; i++) samples[i] = value(i % x, Math.floor(i / x), k)
    return bytesOf(samples)
  })
  const header: Header = { ...plain, modality: null, unit: '', window: null, spacing: [1, 1, 1], shape: { x, y, z, t: 1, c: 1 }, sampleType, ...given } // prettier-ignore
  return readerOf({ header, planes: () => planes })
}
const red = (picture: { width: number; rgb: Uint8Array }, x: number, y: number) =>
  picture.rgb[(y * picture.width + x) * 3]!

describe('statistics', () => {
  const of = (sampleType: SampleType, planes: number[][], slope = [1], intercept = [0]) => {
    const statistics = createStatistics({ sampleType, slope, intercept })
    planes.forEach((values, k) => {
      const samples = newSamples(sampleType, values.length)
      samples.set(values as never)
      statistics.add(k, bytesOf(samples))
    })
    return statistics.result()
  }

  it('are exact for small integers, with the slope of each plane', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i)
    expect(of('int16', [values])).toEqual({
      minimum: 0,
      maximum: 999,
      mean: 499.5,
      percentile1: 9,
      percentile99: 989,
      count: 1000,
    })
    expect(of('uint8', [[1, 2], [3, 4]], [1, 10], [0, 5])).toMatchObject({ minimum: 1, maximum: 45, mean: 20.75 }) // prettier-ignore
  })

  it('leave out what is no number, and are null without any', () => {
    expect(of('float32', [[NaN, Infinity, 2, -Infinity]])).toMatchObject({ minimum: 2, maximum: 2, count: 1 })
    expect(of('float32', [[NaN]])).toBeNull()
  })

  it('do not depend on the order of planes, whatever the range', () => {
    const number = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constant(0),
      fc.float({ min: -1, max: 1, noNaN: true }),
    )
    fc.assert(
      fc.property(
        fc.array(fc.array(number, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 6 }),
        (planes) => {
          const a = of('float32', planes)!
          const b = of('float32', planes.toReversed())!
          const sorted = planes.flat().map(Math.fround).sort((x, y) => x - y) // prettier-ignore
          const bin = ((a.maximum - a.minimum) / 32768) * 1.001
          for (const [found, share] of [
            [a.percentile1, 0.01],
            [a.percentile99, 0.99],
            [b.percentile1, 0.01],
            [b.percentile99, 0.99],
          ] as const) {
            // prettier-ignore
            const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
            expect(Math.abs(found - exact)).toBeLessThanOrEqual(bin + Math.abs(exact) * 1e-4)
          }
          expect([b.minimum, b.maximum, b.count]).toEqual([a.minimum, a.maximum, a.count])
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('orientation', () => {
  it.each([
    [[1, 0, 0, 0, 1, 0, 0, 0, 1], 'LPS'],
    [[-1, 0, 0, 0, 0, 1, 0, -1, 0], 'RSA'],
    [[0.8, 0.6, 0, -0.6, 0.8, 0, 0, 0, -1], 'LPI'],
    [[0.7, 0.714, 0, 0.714, -0.7, 0, 0, 0, 1], 'PLS'],
  ])('%o runs to %s', (direction, letters) => {
    expect(axisLetters({ direction })!.join('')).toBe(letters)
    expect(new Set(nearestAxes({ direction })!.map(({ world }) => world)).size).toBe(3)
  })

  it('is null without directions', () => expect(axisLetters({ direction: null })).toBeNull())
})

describe('the first display range', () => {
  const values = { minimum: -5, maximum: 12, percentile1: -1, percentile99: 9 }
  it.each([
    [{ low: 0, high: 100 }, values, { low: 0, high: 100 }],
    [{ low: 3, high: 25_500 }, values, { low: -1, high: 9 }],
    [{ low: 50, high: 60 }, values, { low: -1, high: 9 }],
    [null, values, { low: -1, high: 9 }],
    [null, { ...values, percentile1: 0, percentile99: 0 }, { low: -5, high: 12 }],
    [null, { minimum: 4, maximum: 4, percentile1: 4, percentile99: 4 }, { low: 4, high: 5 }],
  ])('%o for %o', (window, found, range) => expect(displayRange(window, found)).toEqual(range))
})

describe('thumbnails', () => {
  it('have square pixels and the asked size on the longer side', async () => {
    const picture = await thumbnail(
      volume([40, 20, 1], 'uint8', (x) => x, { spacing: [1, 4, 1] }),
      { size: 100 },
    )
    expect([picture.width, picture.height, picture.rgb.length]).toEqual([50, 100, 15000])
  })

  it('show left on the right and posterior below, however the image is stored', async () => {
    const bright = (x: number, y: number) => (x < 8 && y < 8 ? 200 : 10)
    const upright = await thumbnail(volume([32, 32, 1], 'uint8', bright), { size: 32 })
    const turned = await thumbnail(volume([32, 32, 1], 'uint8', bright, { direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] }), {
      size: 32,
    })
    expect([red(upright, 3, 3) > 200, red(upright, 28, 28) < 50]).toEqual([true, true])
    expect([red(turned, 28, 28) > 200, red(turned, 3, 3) < 50]).toEqual([true, true])
  })

  it('project nuclear volumes with the hot spot bright on black, head up', async () => {
    const hot = (x: number, y: number, z: number) => (x < 6 && y === 20 && z > 25 ? 100 : 0)
    for (const modality of ['PT', 'NM']) {
      const { width, height, rgb } = await thumbnail(volume([32, 32, 32], 'float32', hot), { size: 32, modality })
      const colour = (x: number, y: number) => [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
      expect(Math.min(...colour(2, 2))).toBeGreaterThan(200)
      expect(colour(2, height - 3)).toEqual([0, 0, 0])
    }
  })

  it('of nuclear volumes grow brighter with the activity, in every step', async () => {
    const ramp = (x: number) => x
    const { width, rgb } = await thumbnail(volume([32, 32, 32], 'float32', ramp), { size: 32, modality: 'PT' })
    // Relative luminance of Rec. 709.
    const brightness = Array.from({ length: width }, (_, x) => {
      const [r = 0, g = 0, b = 0] = rgb.subarray(x * 3)
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    })
    for (const [x, value] of brightness.entries()) if (x > 0) expect(value).toBeGreaterThanOrEqual(brightness[x - 1]!)
    expect(brightness.at(-1)! - brightness[0]!).toBeGreaterThan(200)
  })

  it('use the display range of the file only when it meets the values', async () => {
    const ramp = (x: number) => x
    const narrow = await thumbnail(volume([32, 32, 1], 'int16', ramp, { window: { low: 0, high: 8 } }), { size: 32 })
    expect(red(narrow, 16, 16)).toBe(255)
    const foreign = await thumbnail(volume([32, 32, 1], 'int16', ramp, { window: { low: 5000, high: 9000 } }), {
      size: 32,
    })
    expect(red(foreign, 28, 16)).toBeGreaterThan(red(foreign, 4, 16) + 100)
  })

  it.each([
    ['one value', () => 7],
    ['no numbers', () => NaN],
    ['huge numbers', (x: number) => (x - 4) * 3e37],
  ])('of %s are pictures too', async (_, value) => {
    for (const modality of ['PT', 'CT', 'MR']) {
      const picture = await thumbnail(volume([9, 9, 9], 'float32', value), { size: 16, modality })
      expect(picture.rgb).toHaveLength(16 * 16 * 3)
    }
  })

  it('look for a slice with something in it', async () => {
    const spot = (x: number, y: number, z: number) => (z === 10 && x > 2 && x < 6 && y > 2 && y < 6 ? 9 : 0)
    const picture = await thumbnail(volume([8, 8, 16], 'uint8', spot), { size: 8 })
    expect(red(picture, 4, 4)).toBe(255)
  })

  it('add channels up in their colours and keep colour images as they are', async () => {
    const cells = await thumbnail(readerOf(phantom('cells', { resolution: 0.3 })), { size: 64 })
    const sums = [0, 1, 2].map((j) => cells.rgb.filter((_, i) => i % 3 === j).reduce((sum, v) => sum + v, 0))
    expect(Math.min(...sums)).toBeGreaterThan(0)
    const plate = await thumbnail(readerOf(phantom('well-plate', { resolution: 0.3 })), { size: 64 })
    expect([plate.width, red(plate, 32, 1)]).toEqual([64, expect.any(Number)])
    const rgba = volume([4, 4, 1], 'uint8', () => 255)
    const half = {
      header: { ...rgba.header, samplesPerPixel: 4 as const },
      planes: () => [Uint8Array.from({ length: 64 }, (_, i) => (i % 4 === 3 ? 128 : 255))],
    }
    expect(red(await thumbnail(readerOf(half), { size: 8 }), 4, 4)).toBe(128)
  })
})

describe('PNG', () => {
  it.each([1, 3, 4] as const)('with %i samples per pixel unpacks to the same rows', (samples) => {
    const [width, height] = [7, 5]
    const pixels = Uint8Array.from({ length: width * height * samples }, (_, i) => (i * 97) % 256)
    const png = Buffer.from(encodePng(width, height, samples, pixels))
    expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([
      width,
      height,
      8,
      { 1: 0, 3: 2, 4: 6 }[samples],
    ])
    const length = png.readUInt32BE(33)
    expect(png.readUInt32BE(41 + length)).toBe(crc32(png.subarray(37, 41 + length)))
    const rows = inflateSync(png.subarray(41, 41 + length))
    const row = width * samples
    for (let y = 0; y < height; y++) {
      const filter = rows[y * (row + 1)]
      for (let i = 0; i < row; i++) {
        const above = filter === 2 ? pixels[(y - 1) * row + i]! : 0
        expect((rows[y * (row + 1) + 1 + i]! + above) & 255).toBe(pixels[y * row + i])
      }
    }
    expect(png.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082')
  })
})

const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import PIL'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (!python) console.warn('skipped: Pillow not installed')

it.runIf(python)('Pillow reads the pictures that are written', () => {
  const script =
    'import sys, io, PIL.Image as I; i = I.open(io.BytesIO(sys.stdin.buffer.read())); i.load(); print(i.mode, *i.size, i.tobytes().hex())'
  for (const [samples, mode] of [
    [1, 'L'],
    [3, 'RGB'],
    [4, 'RGBA'],
  ] as const) {
    for (const [width, height] of [
      [1, 1],
      [7, 5],
      [300, 2],
    ] as const) {
      const pixels = Uint8Array.from({ length: width * height * samples }, (_, i) => (i * 97) % 256)
      const found = execFileSync(python!, ['-c', script], {
        input: encodePng(width, height, samples, pixels),
        encoding: 'utf8',
      })
      expect(found.trim()).toBe(`${mode} ${width} ${height} ${Buffer.from(pixels).toString('hex')}`)
    }
  }
})

describe('phantoms', () => {
  const small: PhantomOptions = { resolution: 0.3, frames: 3, seed: 4 }
  const digest = (kind: PhantomKind, options: PhantomOptions) => Buffer.concat([...phantom(kind, options).planes()])

  it.each(phantomKinds)('%s is what its header says, the same each time and another for another seed', (kind) => {
    const { header, planes } = phantom(kind, small)
    const all = [...planes()]
    const { shape } = header
    expect(all).toHaveLength(shape.z * shape.t * shape.c)
    expect(Buffer.compare(Buffer.concat(all), digest(kind, small))).toBe(0)
    expect(Buffer.compare(Buffer.concat(all), digest(kind, { ...small, seed: 5 }))).not.toBe(0)
    expect(header.warnings).toEqual([])
  })

  it('shows bone, lung and air in CT, and more activity in larger tumours and later bladders in PET', () => {
    const ct = createStatistics(plain)
    const body = phantom('mouse-ct', { resolution: 0.5 })
    let k = 0
    for (const plane of body.planes()) ct.add(k++, plane)
    expect(ct.result()!.minimum).toBeLessThan(-950)
    expect(ct.result()!.maximum).toBeGreaterThan(900)
    const total = (options: PhantomOptions) => {
      const { header, planes } = phantom('mouse-pet', { resolution: 0.5, ...options })
      return (
        [...planes()].flatMap((plane) => [...new Int16Array(plane.buffer)]).reduce((sum, v) => sum + v, 0) *
        header.slope[0]!
      )
    }
    expect(total({ tumourVolume: 800 })).toBeGreaterThan(total({ tumourVolume: 0 }) * 1.02)
    expect(total({ activityMegabecquerel: 14 }) / total({ activityMegabecquerel: 7 })).toBeCloseTo(2, 1)
  })
})
