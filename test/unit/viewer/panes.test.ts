import { describe, expect, it } from 'vitest'
import { colourMapNames, colourMaps } from '../../../portal/app/viewer/colourMaps.ts'
import type { VolumeGeometry } from '../../../portal/app/viewer/geometry.ts'
import { fusionPair, panesOf, possibleArrangement } from '../../../portal/app/viewer/panes.ts'
import { initialView } from '../../../portal/app/viewer/viewState.ts'

const geometry: VolumeGeometry = {
  dimensions: [10, 10, 10],
  spacing: [1, 1, 1],
  origin: [0, 0, 0],
  axes: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  leftHanded: false,
}
const ct = { modality: 'CT', geometry, placed: true }
const pet = { modality: 'PT', geometry, placed: true }
const far = { modality: 'PT', geometry: { ...geometry, origin: [500, 0, 0] as const }, placed: true }
const nowhere = { ...pet, placed: false }
const stack = { modality: 'SM', geometry: null, placed: false }
const keys = (state: object, series: Parameters<typeof panesOf>[1]) =>
  panesOf({ ...initialView, ...state }, series).map(({ key }) => key)

describe('panes', () => {
  it('are three planes of a volume and one picture of a stack', () => {
    expect(keys({}, [ct])).toEqual(['0-axial', '0-sagittal', '0-coronal'])
    expect(keys({ layout: 'single', plane: 'coronal' }, [ct])).toEqual(['0-coronal'])
    expect(keys({}, [stack])).toEqual(['0-stack'])
    expect(keys({}, [null])).toEqual([])
  })

  it('of several series stand side by side', () => {
    expect(keys({ arrangement: 'side', layout: 'single' }, [ct, stack])).toEqual(['0-axial', '1-stack'])
  })

  it('of a fusion lay activity over anatomy, in whatever order they were asked for', () => {
    const panes = panesOf({ ...initialView, arrangement: 'fusion', active: 0 }, [pet, ct])
    expect(panes.map(({ ground, overlay }) => [ground, overlay])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ])
  })

  it('show one series where two cannot be laid over each other', () => {
    expect(fusionPair([ct, far])).toBeNull()
    expect(fusionPair([ct, stack])).toBeNull()
    expect(fusionPair([ct, nowhere])).toBeNull()
    expect(possibleArrangement('fusion', [ct, far])).toBe('one')
    expect(possibleArrangement('side', [ct, null])).toBe('one')
  })
})

describe('colour maps that claim even steps', () => {
  it.each(colourMapNames.filter((name) => name !== 'inverse'))('%s gets brighter all the way', (name) => {
    const luminance = colourMaps[name].points.map(
      ([r, g, b]) => 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2,
    )
    expect(luminance).toEqual(luminance.toSorted((a, b) => a - b))
  })
})
