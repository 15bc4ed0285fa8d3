import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computedOfEvent, computedOfSeries, uidOf, type Around } from '#ontology/computed/index.ts'
import { decayed, halfLifeOf } from '#ontology/computed/decay.ts'
import { ageAt, daysAfterInduction, dosePerWeight, weightAt } from '#ontology/computed/subject.ts'
import { netActivity, type Administration } from '#ontology/computed/tracer.ts'
import type { Agent } from '#ontology/entities/agent.ts'
import type { Event } from '#ontology/entities/event.ts'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import type { WhenStamp } from '#ontology/values.ts'

const at = (time: string, precision: WhenStamp['precision'] = 'minute'): WhenStamp => ({
  dateTime: `2025-03-14T${time}:00+01:00`,
  precision,
})
const F18 = 6586.2
const megabecquerel = (value: number) => ({ value, unit: 'MBq' as const })
const given = (more: Partial<Administration>): Administration => ({ agentId: 'A', purpose: 'imaging', ...more })

describe('decay', () => {
  it('halves in a half-life and takes nothing in no time', () => {
    expect(decayed(10, F18, F18)).toBeCloseTo(5, 12)
    expect(decayed(10, F18, 0)).toBe(10)
    expect(halfLifeOf('F-18')).toBe(F18)
    expect(halfLifeOf('Xx-1')).toBeUndefined()
  })

  it('is undone by going back, and adds up over time', () => {
    const time = fc.double({ min: -1e5, max: 1e5, noNaN: true })
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e4, noNaN: true }), time, time, (activity, a, b) => {
        expect(decayed(decayed(activity, F18, a), F18, -a) / activity).toBeCloseTo(1, 9)
        expect(decayed(decayed(activity, F18, a), F18, b) / decayed(activity, F18, a + b)).toBeCloseTo(1, 9)
      }),
    )
  })
})

describe('net injected activity', () => {
  // By hand: 12 MBq ten minutes before, 1 MBq twenty minutes after, 0.2 MBq in the tail thirty minutes after.
  const administration = given({
    activityBefore: megabecquerel(12),
    activityBeforeAt: at('09:50'),
    activityAfter: megabecquerel(1),
    activityAfterAt: at('10:20'),
    activityResidue: megabecquerel(0.2),
    activityResidueAt: at('10:30'),
  })

  it('brings each measurement to the time of injection', () => {
    const expected = 12 * 2 ** (-600 / F18) - 1 * 2 ** (1200 / F18) - 0.2 * 2 ** (1800 / F18)
    expect(netActivity(administration, at('10:00'), F18)).toMatchObject({ unit: 'MBq' })
    expect(netActivity(administration, at('10:00'), F18).value).toBeCloseTo(expected, 9)
  })

  it('follows a corrected injection time', () => {
    const [early, late] = [at('10:00'), at('10:10')].map(
      (time) => netActivity(administration, time, F18).value as number,
    )
    expect(late! / early!).toBeCloseTo(2 ** (-600 / F18), 9)
  })

  it('says why there is none', () => {
    expect(netActivity(given({}), at('10:00'), F18).reason).toMatch(/Neither/)
    expect(netActivity(administration, at('10:00'), undefined).reason).toMatch(/half-life/)
    expect(netActivity(administration, at('10:00', 'day'), F18).reason).toMatch(/minute/)
    expect(netActivity({ ...administration, activityBeforeAt: undefined as never }, at('10:00'), F18).reason).toMatch(
      /syringe before/,
    )
    expect(netActivity({ ...administration, activityAfter: megabecquerel(50) }, at('10:00'), F18).reason).toMatch(
      /left/,
    )
    expect(netActivity(given({ activity: { value: 1, unit: 'mCi' } }), undefined, undefined)).toMatchObject({
      value: 37,
    })
  })

  it('is the same whatever unit the calibrator shows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 500, noNaN: true }), (value) => {
        const a = netActivity(
          given({ activityBefore: megabecquerel(value), activityBeforeAt: at('10:00') }),
          at('10:00'),
          F18,
        )
        const other = { value: value / 37, unit: 'mCi' as const }
        const b = netActivity(given({ activityBefore: other, activityBeforeAt: at('10:00') }), at('10:00'), F18)
        expect((b.value as number) / (a.value as number)).toBeCloseTo(1, 9)
      }),
    )
  })
})

const event = (kind: Event['kind'], start: WhenStamp, details: object, id = 'E'): Event =>
  ({ id, kind, start, subjectId: 'S', projectId: 'P', [kind]: details }) as unknown as Event
const weighed = (start: WhenStamp, value: number, unit = 'g') =>
  event('measurement', start, { what: 'body weight', value: { value, unit } })
const mouse = {
  kind: 'animal',
  animal: { sex: 'F', birthDate: '2025-01-03' },
  species: { label: 'Mus musculus' },
} as Subject

describe('age, weight and days', () => {
  it('counts calendar days on the clock of the place', () => {
    expect(ageAt(mouse, at('00:30'))).toMatchObject({ value: 70, unit: 'd' })
    expect(ageAt(mouse, undefined).reason).toBeDefined()
    const bought = {
      kind: 'animal',
      animal: { sex: 'F', arrivalDate: '2025-03-07', ageAtArrival: { value: 8, unit: 'wk' } },
    }
    expect(ageAt(bought as Subject, at('10:00'))).toMatchObject({ value: 63 })
    expect(ageAt({ kind: 'phantom' } as Subject, at('10:00')).reason).toBeDefined()
  })

  it('takes the nearest weight, within three days', () => {
    const far = { dateTime: '2025-03-01T10:00:00+01:00', precision: 'minute' } as const
    expect(weightAt([weighed(far, 20), weighed(at('08:00'), 0.0213, 'kg')], at('10:00'))).toMatchObject({ value: 21.3 })
    expect(weightAt([weighed(far, 20)], at('10:00')).reason).toMatch(/13 days/)
    expect(weightAt([], at('10:00')).reason).toMatch(/No body weight/)
  })

  it('counts from the newest induction before', () => {
    const start = { dateTime: '2025-03-01T18:00:00+01:00', precision: 'day' } as const
    const graft = event('modelInduction', start, { modelType: 'cell-line graft' })
    expect(daysAfterInduction([graft], at('08:00'))).toMatchObject({ value: 13 })
    expect(daysAfterInduction([], at('08:00')).reason).toBeDefined()
  })

  it('gives the dose per weight from a mass, or from volume and concentration', () => {
    const weight = { value: 20, unit: 'g' }
    expect(dosePerWeight(given({ dose: { value: 2, unit: 'mg' } }), weight)).toMatchObject({
      value: 100,
      unit: 'mg/kg',
    })
    const mixed = given({ volume: { value: 100, unit: 'uL' }, concentration: { value: 2, unit: 'mg/mL' } })
    expect(dosePerWeight(mixed, weight)).toMatchObject({ value: 10, unit: 'mg/kg' })
    expect(dosePerWeight(given({ dose: { value: 5, unit: 'mg/kg' } }), weight)).toMatchObject({ value: 5 })
    expect(dosePerWeight(given({ dose: { value: 5, unit: 'mg' } }), { reason: 'why' }).reason).toBe('why')
  })
})

describe('SUV and %ID/g of a series', () => {
  const fdg = { id: 'A', name: '[18F]FDG', radionuclide: 'F-18' } as Agent
  const injection = event('agentAdministration', at('10:00'), given({ activity: megabecquerel(8) }), 'I')
  const around = (more: Partial<Around> = {}): Around => ({
    subject: mouse,
    events: [injection, weighed(at('09:00'), 20)],
    agents: new Map([['A', fdg]]),
    ...more,
  })
  const scan = (more: Partial<ImageSeries> = {}): ImageSeries =>
    ({
      id: 'X',
      modality: 'PT',
      acquiredAt: at('11:00'),
      decayCorrection: 'injection',
      image: { unit: 'Bq/mL' },
      subjectIds: ['S'],
      ...more,
    }) as ImageSeries

  it('is 1 on average when the activity is spread over the whole animal', () => {
    const { suvBodyWeight, percentInjectedDosePerGram, uptakeTime } = computedOfSeries(scan(), around())
    const spread = 8e6 / 20 // Bq per g, at 1 g/mL
    expect(suvBodyWeight!.value! * spread).toBeCloseTo(1, 9)
    expect(percentInjectedDosePerGram!.value! * spread).toBeCloseTo(5, 9)
    expect(uptakeTime).toEqual({ value: 60, unit: 'min' })
  })

  it('counts from the start of the scan when the values do, and in other units', () => {
    const injected = computedOfSeries(scan(), around()).suvBodyWeight!.value!
    const started = computedOfSeries(scan({ decayCorrection: 'scan start' }), around()).suvBodyWeight!.value!
    expect(started / injected).toBeCloseTo(2 ** (3600 / F18), 9)
    const kilo = computedOfSeries(scan({ image: { unit: 'kBq/mL' } as never }), around()).suvBodyWeight!.value!
    expect(kilo / injected).toBeCloseTo(1000, 6)
  })

  it.each([
    ['no decay reference', scan({ decayCorrection: undefined as never }), around(), /corrected for decay/],
    ['not corrected', scan({ decayCorrection: 'none' }), around(), /not corrected/],
    ['no unit', scan({ image: {} as never }), around(), /unit of the values/],
    ['counts', scan({ image: { unit: 'counts' } as never }), around(), /counts/],
    ['no injection', scan(), around({ events: [weighed(at('09:00'), 20)] }), /No injection/],
    ['no weight', scan(), around({ events: [injection] }), /No body weight/],
    ['two injections', scan(), around({ events: [injection, { ...injection, id: 'J' }] }), /2 injections/],
    ['two animals', scan({ subjectIds: ['S', 'T'] }), around({ subject: undefined }), /Several subjects/],
    ['no start', scan({ acquiredAt: undefined as never }), around(), /start of the scan/],
  ])('says why there is none: %s', (_what, series, surroundings, reason) => {
    const { suvBodyWeight } = computedOfSeries(series, surroundings)
    expect(suvBodyWeight?.value).toBeUndefined()
    expect(suvBodyWeight?.reason).toMatch(reason)
  })

  it('gives hints where something looks wrong', () => {
    expect(computedOfSeries(scan({ acquiredAt: at('09:50') }), around()).suvBodyWeight?.reason).toMatch(/No injection/)
    const dynamic = scan({
      acquiredAt: at('09:58'),
      image: { unit: 'Bq/mL', frameStartSeconds: [0], frameDurationSeconds: [3600] } as never,
    })
    expect(computedOfSeries(dynamic, around()).warnings?.[0]).toMatch(/2 min after the start/)
    const huge = event('agentAdministration', at('10:00'), given({ activity: { value: 5, unit: 'GBq' } }))
    expect(computedOfEvent(huge, around()).warnings?.[0]).toMatch(/5000 MBq is more/)
    const litre = event(
      'agentAdministration',
      at('10:00'),
      given({ volume: { value: 20, unit: 'mL' }, route: { label: 'intravenous' } }),
    )
    expect(computedOfEvent(litre, around()).warnings?.[0]).toMatch(/1000 mL\/kg/)
  })

  it('makes a DICOM UID of an identifier', () => {
    expect(uidOf('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toMatch(/^2\.25\.[1-9]\d{0,38}$/)
    expect(uidOf('00000000000000000000000010')).toBe('2.25.32')
  })
})
