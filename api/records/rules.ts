/** What a schema cannot say: relations between fields and values that cannot be true. One function per entity. */
import type { FieldError } from '#api/errors.ts'
import { annotationTools, type Annotation } from '#ontology/entities/annotation.ts'
import { eventKinds, type Event } from '#ontology/entities/event.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Segmentation } from '#ontology/entities/segmentation.ts'
import { subjectKinds, type Subject } from '#ontology/entities/subject.ts'
import type { WhenStamp } from '#ontology/values.ts'
import { eventTimeProblems, measurementProblems, type Surroundings } from './eventRules.ts'

type Body = Record<string, unknown>

export function ruleProblems(entity: string, record: Body, around: Surroundings = {}): FieldError[] {
  switch (entity) {
    case 'Subject':
      return subjectProblems(record as unknown as Subject)
    case 'Event':
      return eventProblems(record as unknown as Event, around)
    case 'Project':
      return ordered(record, 'startDate', 'endDate', 'The project ends before it starts.')
    case 'ImagingSession':
      return sessionProblems(record as unknown as ImagingSession)
    case 'Person':
      return orcidProblems(record.orcid as string | undefined)
    case 'Organization':
      return rorProblems(record.ror as string | undefined)
    case 'Annotation':
      return annotationProblems(record as unknown as Annotation)
    case 'Segmentation':
      return segmentationProblems(record as unknown as Segmentation)
    default:
      return []
  }
}

function annotationProblems({ tool, points, space, plane }: Annotation): FieldError[] {
  const { title, points: range } = annotationTools[tool]
  const [fewest, most] = range
  const problems: FieldError[] = []
  if (points.length < fewest || points.length > most) {
    const wanted = fewest === most ? String(fewest) : `${fewest} to ${most}`
    const message = `${title} has ${wanted} points, not ${points.length}.`
    problems.push({ pointer: '/points', message, value: points.length })
  }
  if ((space === 'picture') !== (plane !== undefined)) {
    const message =
      space === 'picture'
        ? 'Say which plane it is on: the coordinates are those of one picture.'
        : 'Coordinates of the patient say by themselves which plane it is on. Leave “plane” out.'
    problems.push({ pointer: '/plane', message })
  }
  return problems
}

function segmentationProblems({ segments }: Segmentation): FieldError[] {
  const numbers = segments.map((segment) => segment.number)
  return numbers.flatMap((number, n) =>
    numbers.indexOf(number) < n
      ? [
          {
            pointer: `/segments/${n}/number`,
            message: `There are two segments with the number ${number}.`,
            value: number,
          },
        ]
      : [],
  )
}

function subjectProblems(subject: Subject): FieldError[] {
  const problems = onlyDetailsOf(subject as unknown as Body, subject.kind, subjectKinds, 'a subject')
  if (subject.animal) {
    problems.push(
      ...ordered(subject.animal as Body, 'birthDate', 'deathDate', 'The animal died before it was born.', '/animal'),
    )
    problems.push(
      ...ordered(
        subject.animal as Body,
        'birthDate',
        'arrivalDate',
        'The animal arrived before it was born.',
        '/animal',
      ),
      ...ordered(subject.animal as Body, 'arrivalDate', 'deathDate', 'The animal died before it arrived.', '/animal'),
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
  return [
    ...onlyDetailsOf(event as unknown as Body, event.kind, Object.keys(eventKinds), 'an event'),
    ...notInFuture('/start', event.start),
    ...eventTimeProblems(event, around),
    ...measurementProblems(event, around),
  ]
}

function sessionProblems(session: ImagingSession): FieldError[] {
  const problems = notInFuture('/start', session.start)
  if (session.start && session.end && Date.parse(session.end.dateTime) < Date.parse(session.start.dateTime))
    problems.push({
      pointer: '/end/dateTime',
      message: 'The session ends before it starts.',
      value: session.end.dateTime,
    })
  const places = new Map<string, number>()
  for (const [n, { position }] of (session.placements ?? []).entries()) {
    const place = position?.join(', ')
    const other = place === undefined ? undefined : places.get(place)
    if (other !== undefined)
      problems.push({
        pointer: `/placements/${n}/position`,
        message: `Place ${place} is taken by number ${other + 1} of the list. Two subjects cannot lie in one place.`,
        value: place,
      })
    else if (place !== undefined) places.set(place, n)
  }
  return problems
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

/** The last two digits follow from the others: 98 - (100 n mod 97), n in Crockford's base 32 (ror.readme.io, "ROR identifier pattern"). */
function rorProblems(ror: string | undefined): FieldError[] {
  const id = /^https:\/\/ror\.org\/(\w{9})$/.exec(ror ?? '')?.[1]
  if (!id) return []
  let number = 0
  for (const character of id.slice(0, 7)) number = number * 32 + '0123456789abcdefghjkmnpqrstvwxyz'.indexOf(character)
  if (String(98 - ((number * 100) % 97)).padStart(2, '0') === id.slice(7)) return []
  const message = `${ror} is no ROR: its last digits do not fit the others. Check for a typing error.`
  return [{ pointer: '/ror', message, value: ror }]
}
