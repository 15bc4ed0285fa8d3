import { describe, expect, it } from 'vitest'
import type { SeriesHeader } from '../../../portal/app/viewer/contract.ts'
import { frameMilliseconds, naturalSpeed, speedsOf } from '../../../portal/app/viewer/playSpeed.ts'
import { inQuantity, quantitiesOf } from '../../../portal/app/viewer/quantities.ts'
import { readySamples, samplePlan } from '../../../portal/app/viewer/samples.ts'

const pet = { modality: 'PT', unit: 'Bq/mL' }

describe('quantities', () => {
  it('are the stored one alone where nothing was injected', () => {
    expect(quantitiesOf({ modality: 'CT', unit: 'HU' }, undefined).map(({ label }) => label)).toEqual(['HU'])
  })

  it('tell the reason where the record does not allow them', () => {
    const [stored, suv, idg] = quantitiesOf(pet, {
      suvBodyWeight: { reason: 'There is no body weight.' },
      percentInjectedDosePerGram: { value: 2e-5, basis: '5.0 MBq at injection' },
    })
    expect(stored).toMatchObject({ label: 'Bq/mL', factor: 1 })
    expect(suv).toMatchObject({ factor: null, because: 'There is no body weight.' })
    expect(idg).toMatchObject({ factor: 2e-5, because: '5.0 MBq at injection' })
    expect(quantitiesOf(pet, undefined)[1]!.because).toContain('does not tell')
  })

  it('change every value that is read, drawn or measured', () => {
    const header = {
      sampleType: 'int16',
      samplesPerPixel: 1,
      shape: { x: 2, y: 1, z: 1, t: 1, c: 1 },
      slope: [100],
      intercept: [50],
      unit: 'Bq/mL',
      window: { low: 0, high: 1000 },
      range: { min: 0, max: 2000, low: 10, high: 1800 },
    } as unknown as SeriesHeader
    const suv = { name: 'suv', label: 'SUV', unit: 'SUV', factor: 0.004, because: '' } as const
    const changed = inQuantity(header, suv)
    expect(changed).toMatchObject({ unit: 'SUV', window: { high: 4 }, range: { max: 8, low: 0.04 }, stored: header })
    const values = readySamples(Int16Array.of(10, 20).buffer, samplePlan(changed), 0)
    expect(values[0]).toBeCloseTo(0.004 * (100 * 10 + 50), 6)
    expect(values[1]).toBeCloseTo(0.004 * (100 * 20 + 50), 6)
    expect(inQuantity(header, { ...suv, name: 'stored', factor: 1 } as never)).toBe(header)
  })
})

describe('the speed of a cine', () => {
  const frames = { startSeconds: [0, 10, 30], durationSeconds: [10, 10, 60] }
  it('is that of the recording, pauses included, or so many frames a second', () => {
    expect([0, 1, 2].map((t) => frameMilliseconds('x10', frames, t))).toEqual([1000, 2000, 6000])
    expect(frameMilliseconds('25/s', frames, 1)).toBe(40)
    expect(frameMilliseconds('x1', { startSeconds: [0, 0.001], durationSeconds: [0.001, 0.001] }, 0)).toBeCloseTo(
      16.7,
      1,
    )
  })

  it('is offered as recorded only where the times are known', () => {
    expect(speedsOf(frames).map(({ value }) => value)).toContain('x60')
    expect(speedsOf(null).map(({ value }) => value)).not.toContain('x1')
    expect(naturalSpeed({ startSeconds: [0], durationSeconds: [0.04] })).toBe('x1')
    expect(naturalSpeed(frames)).toBe('5/s')
  })
})
