/** What a schema cannot say: relations between fields and values that cannot be true. One function per entity. */
import type { FieldError } from '#api/errors.ts'
import { eventKinds, type Event } from '#ontology/entities/event.ts'
import { measurementUnits } from '#ontology/entities/events/measurement.ts'
import { subjectKinds, type Subject } from '#ontology/entities/subject.ts'
import type { WhenStamp } from '#ontology/values.ts'
import { findTerms } from '#ontology/terms.ts'

type Body = Record<string, unknown>

/** Other records that a rule may need; read by the service. */
export interface Surroundings {
  subject?: Subject
}

export function ruleProblems(entity: string, record: Body, around: Surroundings = {}): FieldError[] {
  switch (entity) {
    case 'Subject':
      return subjectProblems(record as unknown as Subject)
    case 'Event':
      return eventProblems(record as unknown as Event, around)
    case 'Project':
      return ordered(record, 'startDate', 'endDate', 'The project ends before it starts.')
    case 'ImagingSession':
      return notInFuture('/start', record.start as WhenStamp | undefined)
    case 'Person':
      return orcidProblems(record.orcid as string | undefined)
    default:
      return []
  }
}

function subjectProblems(subject: Subject): FieldError[] {
  const problems = onlyDetailsOf(subject as unknown as Body, subject.kind, subjectKinds, 'a subject')
  if (subject.animal) {
    problems.push(
      ...ordered(subject.animal as Body, 'birthDate', 'deathDate', 'The animal died before it was born.', '/animal'),
    )
    const today = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    if (subject.animal.birthDate && subject.animal.birthDate > today) {
      problems.push({
        pointer: '/animal/birthDate',
        message: 'The date of birth lies in the future.',
        value: subject.animal.birthDate,
      })
    }
  }
  return problems
}

function eventProblems(event: Event, around: Surroundings): FieldError[] {
  const problems = [
    ...onlyDetailsOf(event as unknown as Body, event.kind, Object.keys(eventKinds), 'an event'),
    ...notInFuture('/start', event.start),
  ]
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
  return [...problems, ...measurementProblems(event, around)]
}

function measurementProblems({ measurement }: Event, { subject }: Surroundings): FieldError[] {
  if (!measurement) return []
  const { what, value } = measurement
  const units = measurementUnits[what] ?? []
  if (!units.includes(value.unit)) {
    return [
      {
        pointer: '/measurement/value/unit',
        message: `${what} is given in ${units.join(' or ')}, not in ${value.unit}.`,
        value: value.unit,
      },
    ]
  }
  const species = subject?.species?.label
  if (what !== 'body weight' || !species) return []
  const range = findTerms('species', species, 1)[0]?.bodyMassGrams
  const grams = value.unit === 'kg' ? value.value * 1000 : value.value
  if (!range || (grams >= range[0] && grams <= range[1])) return []
  const message = `${value.value} ${value.unit} cannot be the weight of ${species} (${range[0]} g to ${range[1]} g). Check the number and the unit${
    value.unit === 'kg' && value.value >= range[0] && value.value <= range[1] ? `: was it ${value.value} g?` : '.'
  }`
  return [{ pointer: '/measurement/value', message, value: `${value.value} ${value.unit}` }]
}

/** The details of its kind and no others. */
function onlyDetailsOf(record: Body, kind: string, kinds: readonly string[], what: string): FieldError[] {
  const problems: FieldError[] = []
  const needsDetails = !(kind === 'specimen')
  if (needsDetails && !record[kind])
    problems.push({
      pointer: `/${kind}`,
      message: `“${kind}” is missing: ${what} of the kind ${kind} needs its details.`,
    })
  for (const other of kinds) {
    if (other !== kind && record[other]) {
      problems.push({
        pointer: `/${other}`,
        message: `“${other}” does not belong to ${what} of the kind ${kind}. Remove it or change the kind.`,
      })
    }
  }
  return problems
}

function ordered(record: Body, first: string, second: string, message: string, path = ''): FieldError[] {
  const [a, b] = [record[first] as string | undefined, record[second] as string | undefined]
  return a && b && b < a ? [{ pointer: `${path}/${second}`, message, value: b }] : []
}

/** Clocks differ by a day at most; what lies further ahead has not happened. */
function notInFuture(pointer: string, when: WhenStamp | undefined): FieldError[] {
  if (!when || Date.parse(when.dateTime) < Date.now() + 86_400_000) return []
  return [{ pointer: `${pointer}/dateTime`, message: `${when.dateTime} lies in the future.`, value: when.dateTime }]
}

/** ISO 7064 mod 11-2, as ORCID uses it. */
function orcidProblems(orcid: string | undefined): FieldError[] {
  if (!orcid) return []
  const digits = orcid.replaceAll('-', '')
  let total = 0
  for (const digit of digits.slice(0, 15)) total = (total + Number(digit)) * 2
  const check = (12 - (total % 11)) % 11
  if ((check === 10 ? 'X' : String(check)) === digits[15]) return []
  return [
    {
      pointer: '/orcid',
      message: `${orcid} is no ORCID: its last character does not fit the others. Check for a typing error.`,
      value: orcid,
    },
  ]
}
