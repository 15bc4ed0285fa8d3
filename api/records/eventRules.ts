/** Rules of events: times that cannot be, values that cannot be true, units of what is measured. */
import type { FieldError } from '#api/errors.ts'
import { instantOf, isExact } from '#ontology/computed/time.ts'
import type { Event } from '#ontology/entities/event.ts'
import { measurementUnits } from '#ontology/entities/events/measurement.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import { findTerms } from '#ontology/terms.ts'
import { convert, unitProblem } from '#ontology/units.ts'
import type { WhenStamp } from '#ontology/values.ts'

/** Other records that a rule may need; read by the service. */
export interface Surroundings {
  subject?: Subject
  /** When the last image of the event's session was complete. */
  lastImage?: { end: number; dateTime: string }
}

/** Clocks of calibrator, scanner and wall differ by that much at most. */
const clockToleranceMilliseconds = 2 * 60_000

export function eventTimeProblems(event: Event, around: Surroundings): FieldError[] {
  const problems: FieldError[] = []
  if (event.end && Date.parse(event.end.dateTime) < Date.parse(event.start.dateTime)) {
    problems.push({ pointer: '/end/dateTime', message: 'The event ends before it starts.', value: event.end.dateTime })
  }
  const animal = around.subject?.animal
  const day = event.start.dateTime.slice(0, 10)
  if (animal?.birthDate && day < animal.birthDate) {
    problems.push({
      pointer: '/start/dateTime',
      message: `This lies before the birth of the animal on ${animal.birthDate}.`,
      value: event.start.dateTime,
    })
  }
  if (animal?.deathDate && day > animal.deathDate && event.kind !== 'measurement') {
    problems.push({
      pointer: '/start/dateTime',
      message: `This lies after the death of the animal on ${animal.deathDate}.`,
      value: event.start.dateTime,
    })
  }
  return [...problems, ...injectionProblems(event, around), ...syringeProblems(event)]
}

/** What was given to be seen must be given before the last image is complete. Times from headers are only hinted at. */
function injectionProblems(event: Event, { lastImage }: Surroundings): FieldError[] {
  const fromFile = event.sources?.some(({ field, source }) => field.startsWith('start') && source === 'header')
  if (event.agentAdministration?.purpose !== 'imaging' || !lastImage || fromFile || !isExact(event.start)) return []
  if (instantOf(event.start) <= lastImage.end + clockToleranceMilliseconds) return []
  const message = `The injection at ${clock(event.start)} lies after the last scan of its session, which started at ${clock(lastImage)}. Check the date and the time, or tie it to another session.`
  return [{ pointer: '/start/dateTime', message, value: event.start.dateTime }]
}

const clock = ({ dateTime }: Pick<WhenStamp, 'dateTime'>): string =>
  `${dateTime.slice(0, 10)} ${dateTime.slice(11, 16)}`

/** The syringe is measured before the injection and after it. */
function syringeProblems({ agentAdministration: given, start }: Event): FieldError[] {
  if (!given || !isExact(start)) return []
  const problems: FieldError[] = []
  const measured = (field: 'activityBeforeAt' | 'activityAfterAt' | 'activityResidueAt', before: boolean) => {
    const at = given[field]
    if (!isExact(at)) return
    const late = instantOf(at) - instantOf(start)
    const wrong = before ? late > clockToleranceMilliseconds : late < -clockToleranceMilliseconds
    if (!wrong) return
    const message = `The syringe was measured ${before ? 'before' : 'after'} the injection, but ${clock(at)} lies ${before ? 'after' : 'before'} it (${clock(start)}). Check both times.`
    problems.push({ pointer: `/agentAdministration/${field}/dateTime`, message, value: at.dateTime })
  }
  measured('activityBeforeAt', true)
  measured('activityAfterAt', false)
  measured('activityResidueAt', false)
  return problems
}

/** Values outside of these cannot be of a living thing or of the quantity at all. */
const possible: Partial<Record<string, [low: number, high: number, unit: string]>> = {
  'body temperature': [5, 46, 'Cel'],
  'heart rate': [10, 1200, '/min'],
  'respiratory rate': [1, 600, '/min'],
  'blood pH': [6, 8.5, '[pH]'],
  'oxygen saturation': [0, 100, '%'],
  haematocrit: [0, 90, '%'],
  'blood glucose': [0.1, 80, 'mmol/L'],
  'tumour length': [0.05, 150, 'mm'],
  'tumour width': [0.05, 150, 'mm'],
}
/** mg/dL of glucose in one mmol/L: its molar mass is 180.16 g/mol. */
const glucoseMilligramPerDecilitre = 18.016

export function measurementProblems({ measurement }: Event, { subject }: Surroundings): FieldError[] {
  if (!measurement) return []
  const { what, value } = measurement
  const units: readonly string[] = measurementUnits[what] ?? []
  if (!units.includes(value.unit)) {
    const message = unitProblem(what, value.unit, units)
    return [{ pointer: '/measurement/value/unit', message, value: value.unit }]
  }
  const range = possible[what]
  if (range) {
    const [low, high, unit] = range
    const same =
      what === 'blood glucose' && value.unit === 'mg/dL'
        ? value.value / glucoseMilligramPerDecilitre
        : convert(value.value, value.unit, unit)
    if (same !== undefined && (same < low || same > high)) {
      const message = `${value.value} ${value.unit} cannot be a ${what} (${low} to ${high} ${unit}). Check the number and the unit.`
      return [{ pointer: '/measurement/value', message, value: `${value.value} ${value.unit}` }]
    }
  }
  return what === 'body weight' ? weightProblems(value, subject?.species?.label) : []
}

/** A weight that no animal of its species has; most often the unit is that of another scale. */
function weightProblems(value: { value: number; unit: string }, species: string | undefined): FieldError[] {
  const range = species === undefined ? undefined : findTerms('species', species, 1)[0]?.bodyMassGrams
  const grams = convert(value.value, value.unit, 'g') as number
  const fits = (other: number): boolean => range !== undefined && other >= range[0] && other <= range[1]
  if (!range || fits(grams)) return []
  const meant = value.unit === 'kg' ? value.value : value.value * 1000
  const guess = fits(meant) ? `: was it ${Number(meant.toPrecision(6))} g?` : '.'
  const message = `${value.value} ${value.unit} cannot be the weight of ${species} (${range[0]} g to ${range[1]} g). Check the number and the unit${guess}`
  return [{ pointer: '/measurement/value', message, value: `${value.value} ${value.unit}` }]
}
