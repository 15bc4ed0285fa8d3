import { isInCalendar, monthOf } from '../../calendar.ts'
import type { Fact, FactKey } from '../../format.ts'
import { codeMeaning } from './codes.ts'
import { numberOf } from './text.ts'
import type { InveonText } from './text.ts'

const megabecquerel: Record<number, number> = { 1: 37, 2: 1 } // mCi, MBq
const grams: Record<number, number> = { 1: 1, 2: 28.349523125, 3: 1000, 4: 453.59237 } // g, oz, kg, lb

/** DICOM Patient Position (0018,5100) of the subject_orientation codes. */
const positions = ['', 'FFP', 'HFP', 'FFS', 'HFS', 'FFDR', 'HFDR', 'FFDL', 'HFDL']

/** The DICOM Patient Position of the animal, or undefined when the header does not say. */
export const patientPosition = (main: Map<string, string>): string | undefined =>
  positions[numberOf(main, 'subject_orientation') ?? 0] || undefined

/** What the header says about the experiment. */
export function readFacts({ main }: InveonText): Fact[] {
  const facts: Fact[] = []
  const add = (key: FactKey, value: Fact['value'] | undefined, evidence: string) => {
    if (value !== undefined && value !== '') facts.push({ key, value, evidence })
  }
  const text = (key: FactKey, name: string) => {
    const value = main.get(name)
    if (value && !/^(unknown|none|n\/a|-|0)$/i.test(value)) add(key, value.slice(0, 1000), name)
  }
  text('subject.localId', 'subject_identifier')
  text('subject.species', 'subject_genus')
  add('subject.sex', sexOf(main.get('subject_sex')), 'subject_sex')
  add('subject.birthDate', dateOf(main.get('subject_date_of_birth')), 'subject_date_of_birth')
  add('subject.weight', weightOf(main), 'subject_weight')
  add('subject.position', patientPosition(main), 'subject_orientation')
  text('study.title', 'study')
  text('session.label', 'study_identifier')
  text('session.operator', 'operator')
  text('instrument.manufacturer', 'manufacturer')
  add('instrument.model', codeMeaning('model', main.get('model')), 'model')
  text('instrument.institution', 'institution')
  text('series.bodyPart', 'subject_scan_region')
  add('series.protocol', codeMeaning('acquisition_mode', main.get('acquisition_mode')), 'acquisition_mode')
  const zone = zoneOf(main)
  const scanned = timeOf(main.get('scan_time'), zone)
  add('session.start', scanned, 'scan_time')
  add('series.acquiredAt', scanned, 'scan_time')
  text('administration.agent', 'injected_compound')
  text('administration.radionuclide', 'isotope')
  const dose = doseOf(main)
  if (dose) add('administration.activity', { value: dose.value, unit: 'MBq' }, dose.evidence)
  add('administration.start', timeOf(main.get('injection_time'), zone), 'injection_time')
  return facts
}

const sexOf = (value: string | undefined) =>
  /^m(ale)?$/i.test(value ?? '') ? 'M' : /^f(emale)?$/i.test(value ?? '') ? 'F' : undefined

function weightOf(main: Map<string, string>) {
  const weight = numberOf(main, 'subject_weight')
  const factor = grams[numberOf(main, 'subject_weight_units') ?? 0]
  return weight && weight > 0 && factor ? { value: significant(weight * factor), unit: 'g' } : undefined
}

/** Injected activity in MBq: `dose`, or what was in the syringe less what stayed in it, both at injection time. */
function doseOf(main: Map<string, string>): { value: number; evidence: string } | undefined {
  const dose = numberOf(main, 'dose')
  const doseFactor = megabecquerel[numberOf(main, 'dose_units') ?? 0]
  if (dose && dose > 0 && doseFactor) return { value: significant(dose * doseFactor), evidence: 'dose' }

  const factor = megabecquerel[numberOf(main, 'activity_units') ?? 0]
  const halfLifeSeconds = numberOf(main, 'isotope_half_life')
  const injected = instantOf(main.get('injection_time'))
  const atInjection = (key: string) => {
    const activity = numberOf(main, key)
    const measured = instantOf(main.get(`${key}_time`))
    if (activity === undefined || measured === undefined || injected === undefined) return undefined
    return activity * 2 ** (-(injected - measured) / 1000 / halfLifeSeconds!)
  }
  if (!factor || !halfLifeSeconds || halfLifeSeconds <= 0) return undefined
  const before = atInjection('activity_before_injection')
  if (!before || !(before > 0)) return undefined
  const value = (before - (atInjection('residual_activity') ?? 0)) * factor
  if (!Number.isFinite(value) || value <= 0) return undefined
  return { value: significant(value), evidence: 'activity_before_injection, residual_activity' }
}

const significant = (value: number) => Number(value.toPrecision(12))

/** Milliseconds of C ctime text ("Fri Jan  7 14:16:31 2005"), read as if it were UTC. */
function instantOf(text: string | undefined): number | undefined {
  const match = /^\S+\s+([A-Za-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d\d):(\d\d)\s+(\d{4})/.exec(text?.trim() ?? '')
  if (!match) return undefined
  const month = Number(monthOf(match[1]) ?? 0) - 1
  const [day, hour, minute, second, year] = match.slice(2).map(Number) as [number, number, number, number, number]
  if (month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 || year < 1980) return undefined
  return Date.UTC(year, month, day, hour, minute, second)
}

/** RFC 3339 text of ctime text, with the zone when it is known. */
function timeOf(text: string | undefined, zone: string): string | undefined {
  const instant = instantOf(text)
  return instant === undefined ? undefined : new Date(instant).toISOString().slice(0, 19) + zone
}

/** scan_time is local; with gmt_scan_time beside it the difference is the zone. */
function zoneOf(main: Map<string, string>): string {
  const local = instantOf(main.get('scan_time'))
  const universal = instantOf(main.get('gmt_scan_time'))
  if (local === undefined || universal === undefined) return ''
  const minutes = Math.round((local - universal) / 60_000)
  if (Math.abs(minutes) > 14 * 60 || minutes % 15 !== 0) return ''
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}

const two = (v: number) => String(Math.floor(v)).padStart(2, '0')

/** A date written as 2024-03-01, 20240301 or ctime text; other ways of writing are ambiguous and left alone. */
function dateOf(text: string | undefined): string | undefined {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text?.trim() ?? '')
  if (!match) return timeOf(text, '')?.slice(0, 10)
  const iso = `${match[1]}-${match[2]}-${match[3]}`
  return Number(match[1]) > 1900 && isInCalendar(iso) ? iso : undefined
}
