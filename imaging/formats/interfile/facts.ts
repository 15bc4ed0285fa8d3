import { isInCalendar } from '../../calendar.ts'
import type { Fact, FactKey } from '../../format.ts'
import { table } from '../../table.ts'
import { valueOf } from './text.ts'
import type { InterfileText } from './text.ts'

const entries = table<string>({ head_in: 'HF', feet_in: 'FF' })
const rotations = table<string>({ supine: 'S', prone: 'P' })

/** What the header says about the experiment. */
export function readFacts(text: InterfileText): Fact[] {
  const facts: Fact[] = []
  const add = (key: FactKey, value: Fact['value'] | undefined, evidence: string) => {
    if (value !== undefined) facts.push({ key, value, evidence })
  }
  const plain = (key: FactKey, ...names: string[]) => {
    const name = names.find((each) => valueOf(text, each) !== undefined)
    const value = name === undefined ? undefined : valueOf(text, name)
    if (name && value && !/^(unknown|none|n\/a|anonymous|-|0)$/i.test(value)) add(key, value.slice(0, 1000), name)
  }
  plain('subject.localId', 'patient id')
  plain('subject.name', 'patient name')
  const sex = /^(m|f)(ale|emale)?$/i.exec(valueOf(text, 'patient sex') ?? '')?.[1]?.toUpperCase()
  add('subject.sex', sex, 'patient sex')
  add('subject.birthDate', dateOf(text, 'patient dob'), 'patient dob')
  const entry = entries[valueOf(text, 'patient orientation')?.toLowerCase() ?? '']
  const rotation = rotations[valueOf(text, 'patient rotation')?.toLowerCase() ?? '']
  add('subject.position', entry && rotation && entry + rotation, 'patient orientation, patient rotation')
  plain('session.label', 'study id')
  const date = dateOf(text, 'study date')
  const time = /^(\d\d):(\d\d):(\d\d)/.exec(valueOf(text, 'study time', 'study time (hh:mm:ss)') ?? '')
  const isTime = time && Number(time[1]) < 24 && Number(time[2]) < 60 && Number(time[3]) < 60
  const start = date && (isTime ? `${date}T${time[0]}` : date)
  add('session.start', start, 'study date')
  add('series.acquiredAt', start, 'study date')
  plain('instrument.model', 'originating system')
  plain('instrument.institution', 'original institution')
  plain('series.bodyPart', 'organ')
  plain('series.protocol', 'exam type')
  plain('administration.agent', 'radiopharmaceutical')
  plain('administration.radionuclide', 'isotope name', 'isotope')
  return facts
}

/** RFC 3339 date of `yyyy:mm:dd`, or of `dd:mm:yyyy` where the key names that order. */
function dateOf(text: InterfileText, key: string): string | undefined {
  const stated = /^(\d{4})[:-](\d\d)[:-](\d\d)$/.exec(valueOf(text, key, `${key} (yyyy:mm:dd)`) ?? '')
  const turned = /^(\d\d):(\d\d):(\d{4})$/.exec(valueOf(text, `${key} (dd:mm:yryr)`) ?? '')
  const parts = stated ? stated.slice(1) : turned?.slice(1).toReversed()
  if (!parts || Number(parts[0]) < 1900) return undefined
  const date = parts.join('-')
  return isInCalendar(date) ? date : undefined
}
