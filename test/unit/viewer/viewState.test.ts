import { array, assert, boolean, constantFrom, double, integer, property, record, string, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { colourMapNames } from '../../../portal/app/viewer/colourMaps.ts'
import { planeNames } from '../../../portal/app/viewer/geometry.ts'
import { bodyStyles } from '../../../portal/app/viewer/bodyLook.ts'
import {
  arrangements,
  blends,
  initialView,
  layouts,
  maximumSeries,
  plainLayer,
  readLink,
  writeLink,
} from '../../../portal/app/viewer/viewState.ts'
import {
  defaultWindow,
  draggedWindow,
  roundedWindow,
  usable,
  windowPresets,
} from '../../../portal/app/viewer/window.ts'

const index = integer({ min: 0, max: 4000 })
const number = double({ min: -1e6, max: 1e6, noNaN: true })
const view = record({
  index: tuple(index, index, index),
  t: index,
  c: integer({ min: 0, max: 40 }),
  window: tuple(number, double({ min: 1, max: 1e6, noNaN: true })).map(([low, width]) => ({
    low: Number(low.toPrecision(9)) + 0,
    high: Number((low + width).toPrecision(9)) + 0,
  })),
  map: constantFrom(...colourMapNames),
  mix: constantFrom(null, [
    { visible: true, window: { low: 0, high: 300 }, colour: '3b6cff' },
    { visible: false, window: { low: -0.5, high: 1e-7 }, colour: 'ff3030' },
  ]),
  quantity: constantFrom('stored' as const, 'suv' as const),
  visible: boolean(),
  opacity: integer({ min: 0, max: 100 }).map((percent) => percent / 100),
  blend: constantFrom(...blends),
})
const state = record({
  layout: constantFrom(...layouts),
  arrangement: constantFrom(...arrangements),
  plane: constantFrom(...planeNames),
  active: constantFrom(0, 1),
  smooth: boolean(),
  order: constantFrom([], [0, 1], [1, 0]),
  together: boolean(),
  slab: constantFrom(initialView.slab, { kind: 'minimum' as const, thickness: 2.5 }),
  tilt: constantFrom(initialView.tilt, [10, -22.5, 180] as const),
  body: constantFrom(null, ...bodyStyles),
  eye: constantFrom({ azimuth: 0, elevation: 0 }, { azimuth: 270.5, elevation: -30 }),
})

describe('a link', () => {
  it('restores what it was made from', () => {
    assert(
      property(state, tuple(view, view), (shown, views) => {
        const back = readLink(new URLSearchParams(writeLink(['01ABC', '01DEF'], shown, views)))
        const all = {
          ...initialView,
          ...back,
          views: back.views.map((one) => ({ t: 0, c: 0, mix: null, ...plainLayer, ...one })),
        }
        expect(all).toEqual({ series: ['01ABC', '01DEF'], ...shown, views })
      }),
    )
  })

  it('may say anything without harm', () => {
    const text = string({ maxLength: 30 })
    assert(
      property(
        array(
          tuple(
            constantFrom(
              'series',
              'layout',
              'at',
              't',
              'c',
              'w',
              'map',
              'opacity',
              'active',
              'show',
              'order',
              'slab',
              'tilt',
              'eye',
              'q',
            ),
            text,
          ),
        ),
        (pairs) => {
          const link = readLink(new URLSearchParams(pairs))
          expect(link.series.length).toBeLessThanOrEqual(maximumSeries)
          expect(link.series.every((id) => /^[\w-]+$/.test(id))).toBe(true)
          for (const one of link.views) {
            if (one.window) expect(one.window.high).toBeGreaterThan(one.window.low)
            if (one.index) expect(one.index.every((i) => Number.isInteger(i) && i >= 0)).toBe(true)
          }
        },
      ),
    )
  })

  it('leaves out what is as usual', () => {
    const views = [
      { mix: null, index: [1, 2, 3], t: 0, c: 0, window: { low: 0, high: 10 }, map: 'grey', ...plainLayer },
    ] as const
    expect(writeLink(['01ABC'], initialView, views as never)).toBe('series=01ABC&layout=mpr&at=1.2.3&w=0:10&map=grey')
  })
})

const range = { min: -1000, max: 2000, low: -950, high: 1200 }
const header = { modality: 'CT', unit: 'HU', window: null, range, samplesPerPixel: 1, sampleType: 'int16' } as const

describe('windows', () => {
  it('start with what the file recommends, else with the range without its ends', () => {
    expect(defaultWindow({ ...header, window: { low: 1, high: 2 } })).toEqual({ low: 1, high: 2 })
    expect(defaultWindow(header)).toEqual({ low: -950, high: 1200 })
    expect(defaultWindow({ ...header, modality: 'PT', range: { min: 0, max: 90, low: 2, high: 50 } })).toEqual({
      low: 0,
      high: 50,
    })
    expect(defaultWindow({ ...header, samplesPerPixel: 3 })).toEqual({ low: 0, high: 255 })
  })

  it('are never empty, whatever the values', () => {
    for (const [low, high] of [
      [0, 0],
      [5, 5],
      [7, 3],
      [NaN, 1],
      [-Infinity, 4],
      [1e30, 1e30],
    ] as const) {
      const window = usable(low, high)
      expect(window.high).toBeGreaterThan(window.low)
    }
  })

  it('are written with the digits that their width deserves', () => {
    expect(roundedWindow({ low: -160.333333, high: 240.777777 })).toEqual({ low: -160, high: 241 })
    expect(roundedWindow({ low: 0.123456789, high: 0.123556789 })).toEqual({ low: 0.123457, high: 0.123557 })
  })

  it('are offered by modality and unit', () => {
    const labels = (change: object) => windowPresets({ ...header, ...change } as never).map(({ label }) => label)
    expect(labels({})).toContain('Bone')
    expect(labels({ unit: '' })).not.toContain('Bone')
    expect(labels({ modality: 'PT', unit: 'kBq/mL' })).toContain('0 to half')
    expect(labels({ modality: 'MR', unit: '' })).toEqual(['1 % to 99 %', 'Full range'])
  })

  it('get wider to the right and brighter upwards, and never turn around', () => {
    const window = { low: 0, high: 100 }
    const width = ({ low, high }: { low: number; high: number }) => high - low
    expect(width(draggedWindow(window, range, 50, 0))).toBeGreaterThan(100)
    expect(draggedWindow(window, range, 0, -50).low).toBeLessThan(0)
    expect(width(draggedWindow(window, range, -100_000, 0))).toBeGreaterThan(0)
  })
})
