import { describe, expect, it } from 'vitest'
import { colourMapNames, colourMaps } from '../../../portal/app/viewer/colourMaps.ts'
import type { VolumeGeometry } from '../../../portal/app/viewer/geometry.ts'
import { hang } from '../../../portal/app/viewer/hanging.ts'
import { fusionLayers, orderedLayers, panesOf, possibleArrangement, topOf } from '../../../portal/app/viewer/panes.ts'
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
    expect(panes.map(({ ground, overlays }) => [ground, ...overlays])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ])
  })

  it('show one series where two cannot be laid over each other', () => {
    expect(fusionLayers([ct, far])).toBeNull()
    expect(fusionLayers([ct, stack])).toBeNull()
    expect(fusionLayers([ct, nowhere])).toBeNull()
    expect(possibleArrangement('fusion', [ct, far])).toBe('side')
    expect(possibleArrangement('parts', [ct, null])).toBe('one')
    expect(possibleArrangement('side', [ct, null])).toBe('one')
  })
})

describe('several layers', () => {
  const mr = { ...ct, modality: 'MR' }
  it('are all that share a space, anatomy below, until a person orders them', () => {
    expect(fusionLayers([pet, ct, far, mr])).toEqual([1, 3, 0])
    expect(orderedLayers([1, 3, 0], [])).toEqual([1, 3, 0])
    expect(orderedLayers([1, 3, 0], [0, 1])).toEqual([0, 1, 3])
    const [pane] = panesOf({ ...initialView, arrangement: 'fusion', order: [3, 0, 1] }, [pet, ct, far, mr])
    expect([pane!.ground, ...pane!.overlays]).toEqual([3, 0, 1])
    expect(topOf(pane!)).toBe(1)
  })

  it('can stand each beside their fusion', () => {
    const panes = panesOf({ ...initialView, arrangement: 'parts', layout: 'single', plane: 'coronal' }, [pet, ct])
    expect(panes.map(({ key, column, overlays }) => [key, column, overlays.length])).toEqual([
      ['1-coronal', 0, 0],
      ['0-coronal', 1, 0],
      ['fused-coronal', 2, 1],
    ])
  })

  it('have a body in space in two of the layouts; a stack has none', () => {
    expect(keys({ layout: 'four' }, [ct])).toEqual(['0-axial', '0-sagittal', '0-coronal', '0-body'])
    expect(keys({ layout: 'volume' }, [ct])).toEqual(['0-body'])
    expect(keys({ layout: 'volume' }, [stack])).toEqual(['0-stack'])
  })
})

describe('hanging', () => {
  it('is chosen from what the series are', () => {
    expect(hang([ct])).toEqual({ layout: 'mpr', arrangement: 'one', plane: 'axial' })
    expect(hang([ct, pet])).toEqual({ layout: 'single', arrangement: 'parts', plane: 'coronal' })
    expect(hang([ct, ct]), 'two days of one animal').toMatchObject({ arrangement: 'side', layout: 'single' })
    expect(hang([ct, far]), 'two animals').toMatchObject({ arrangement: 'side' })
    expect(hang([ct, pet, { ...ct, modality: 'MR' }])).toMatchObject({ arrangement: 'fusion', layout: 'mpr' })
    expect(hang([stack, stack])).toMatchObject({ arrangement: 'side' })
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
