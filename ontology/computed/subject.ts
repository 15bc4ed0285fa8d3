/** What follows from a subject and its events: age, weight, days after induction, dose per body weight. */
import type { Event } from '../entities/event.ts'
import type { Subject } from '../entities/subject.ts'
import { dimensionOf, valueIn } from '../units.ts'
import type { WhenStamp } from '../values.ts'
import type { ComputedValue } from './shapes.ts'
import { dayMilliseconds, dayOf, daysBetween, instantOf } from './time.ts'
import type { Administration } from './tracer.ts'

/** Weights further away than this say little of a growing or sick animal (metadata model E6). */
export const weightWindowDays = 3

/** Age on the day of `at`, in days. */
export function ageAt({ kind, animal }: Pick<Subject, 'kind' | 'animal'>, at: WhenStamp | undefined): ComputedValue {
  if (kind !== 'animal') return { reason: 'Only animals have an age.' }
  if (!at) return { reason: 'The time is not known.' }
  if (animal?.birthDate) {
    const days = daysBetween(animal.birthDate, dayOf(at))
    return days >= 0
      ? { value: days, unit: 'd', basis: `born ${animal.birthDate}` }
      : { reason: 'It lies before the birth.' }
  }
  if (animal?.ageAtArrival && animal.arrivalDate) {
    const then = valueIn(animal.ageAtArrival, 'd') as number
    const days = Math.round(then) + daysBetween(animal.arrivalDate, dayOf(at))
    return { value: days, unit: 'd', basis: `${animal.ageAtArrival.value} ${animal.ageAtArrival.unit} at arrival` }
  }
  return { reason: 'The date of birth is not recorded.' }
}

/** Body weight nearest in time, in g. Events of other kinds are passed over. */
export function weightAt(events: readonly Event[], at: WhenStamp | undefined): ComputedValue {
  if (!at) return { reason: 'The time is not known.' }
  const weights = events.flatMap(({ kind, measurement, start }) =>
    kind === 'measurement' && measurement?.what === 'body weight' ? [{ quantity: measurement.value, start }] : [],
  )
  const distance = (start: WhenStamp): number =>
    start.precision === 'day' || at.precision === 'day'
      ? Math.abs(daysBetween(dayOf(start), dayOf(at))) * dayMilliseconds
      : Math.abs(instantOf(start) - instantOf(at))
  const nearest = weights.toSorted((a, b) => distance(a.start) - distance(b.start))[0]
  if (!nearest) return { reason: 'No body weight is recorded.' }
  const days = distance(nearest.start) / dayMilliseconds
  if (days > weightWindowDays)
    return {
      reason: `The nearest body weight is ${Math.round(days)} days away; at most ${weightWindowDays} are allowed.`,
    }
  return { value: valueIn(nearest.quantity, 'g') as number, unit: 'g', basis: `weighed on ${dayOf(nearest.start)}` }
}

/** Days from the newest induction of a model that lies before `at`. */
export function daysAfterInduction(events: readonly Event[], at: WhenStamp | undefined): ComputedValue {
  if (!at) return { reason: 'The time is not known.' }
  const inductions = events.filter(({ kind, start }) => kind === 'modelInduction' && dayOf(start) <= dayOf(at))
  const newest = inductions.toSorted((a, b) => instantOf(b.start) - instantOf(a.start))[0]
  if (!newest) return { reason: 'No disease model was induced before.' }
  return { value: daysBetween(dayOf(newest.start), dayOf(at)), unit: 'd', basis: `induced on ${dayOf(newest.start)}` }
}

/** Dose per kg of body weight: from the dose, or from volume and concentration, and the nearest weight. */
export function dosePerWeight(given: Administration, weight: ComputedValue): ComputedValue {
  const { dose, volume, concentration } = given
  if (dose && dimensionOf(dose.unit)?.includes('per body weight'))
    return { value: dose.value, unit: dose.unit, basis: 'as entered' }
  const milligrams = dose
    ? valueIn(dose, 'mg')
    : volume && concentration && dimensionOf(concentration.unit) === 'mass concentration'
      ? (valueIn(volume, 'mL') as number) * (valueIn(concentration, 'mg/mL') as number)
      : undefined
  if (milligrams === undefined) return { reason: 'No dose is recorded as a mass, nor volume and concentration.' }
  if (weight.value === undefined) return { reason: weight.reason ?? 'There is no body weight.' }
  const value = Number((milligrams / (weight.value / 1000)).toPrecision(12))
  return { value, unit: 'mg/kg', basis: `${Number(milligrams.toPrecision(6))} mg and ${weight.value} g` }
}

/** Injected activity per kg of body weight, in MBq/kg. */
export function activityPerWeight(net: ComputedValue, weight: ComputedValue): ComputedValue {
  if (net.value === undefined) return net
  if (weight.value === undefined) return { reason: weight.reason ?? 'There is no body weight.' }
  return {
    value: Number(((net.value * 1000) / weight.value).toPrecision(12)),
    unit: 'MBq/kg',
    basis: `${weight.value} g`,
  }
}
