import { describe, expect, it } from 'vitest'
import { readySamples, samplePlan } from '../../../portal/app/viewer/samples.ts'

const base = {
  sampleType: 'int16',
  samplesPerPixel: 1,
  shape: { x: 2, y: 1, z: 2, t: 1, c: 1 },
  slope: [1],
  intercept: [0],
  range: { min: 0, max: 100, low: 0, high: 100 },
} as const
const ready = (change: object, bytes: ArrayBufferView, firstPlane = 0) =>
  readySamples(bytes.buffer as ArrayBuffer, samplePlan({ ...base, ...change } as never), firstPlane)

describe('samples', () => {
  it('of the types that graphics cards take are used without a copy', () => {
    const bytes = new Int16Array([-5, 7, 8, 9])
    const samples = ready({}, bytes)
    expect(samples).toBeInstanceOf(Int16Array)
    expect(samples.buffer).toBe(bytes.buffer)
  })

  it('of other types become 32-bit floats', () => {
    expect(ready({ sampleType: 'int8' }, new Int8Array([-5, 7]))).toEqual(new Float32Array([-5, 7]))
    expect(ready({ sampleType: 'float64' }, new Float64Array([0.5, 7]))).toEqual(new Float32Array([0.5, 7]))
    expect(ready({ sampleType: 'uint32' }, new Uint32Array([4_000_000_000]))).toEqual(new Float32Array([4_000_000_000]))
  })

  it('become values with one slope, or with the slope of their plane', () => {
    const stored = new Int16Array([10, 20, 30, 40])
    expect(ready({ slope: [2], intercept: [-1] }, stored)).toEqual(new Float32Array([19, 39, 59, 79]))
    const perPlane = { shape: { ...base.shape, z: 4 }, slope: [1, 2, 3, 4], intercept: [0, 0, 0, 0.5] }
    expect(ready(perPlane, stored, 2)).toEqual(new Float32Array([30, 60, 120.5, 160.5]))
  })

  it('of colour keep their bytes, lose alpha on black, and take sixteen bits down by the greatest value', () => {
    const rgb = new Uint8Array([1, 2, 3, 4, 5, 6])
    expect(ready({ sampleType: 'uint8', samplesPerPixel: 3 }, rgb).buffer).toBe(rgb.buffer)
    const rgba = new Uint8Array([200, 100, 50, 255, 200, 100, 50, 0])
    expect([...ready({ sampleType: 'uint8', samplesPerPixel: 4 }, rgba)]).toEqual([200, 100, 50, 0, 0, 0])
    const wide = { sampleType: 'uint16', samplesPerPixel: 3, range: { min: 0, max: 4095, low: 0, high: 4095 } }
    expect([...ready(wide, new Uint16Array([4095, 0, 2048]))]).toEqual([255, 0, 128])
  })
})
