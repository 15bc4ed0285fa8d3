import { strFromU8 } from 'fflate'
import { isInCalendar, monthOf } from '../../calendar.ts'
import { ImagingError } from '../../errors.ts'
import type { Fact, FactKey, Tag } from '../../format.ts'
import type { ByteSource } from '../../source.ts'

/** The parameters of an acquisition by name, as text. */
export type Procpar = Map<string, string[]>

const mostBytes = 16 * 2 ** 20
const mostValues = 10_000
const mostTags = 4000

/**
 * First line of a parameter: name, subtype, basic type (1 real, 2 string), maximum, minimum, step, two groups, protection,
 * active, internal.
 */
const heading = /^([A-Za-z_]\w*) -?\d+ ([12])(?: \S+){8}\s*$/

/**
 * Reads the parameter file that lies beside the images: a heading, a line of values, a line of allowed values.
 * @throws ImagingError 'too-large', 'malformed'
 */
export async function readProcpar(source: ByteSource): Promise<Procpar> {
  if (source.size > mostBytes) {
    throw new ImagingError('too-large', `procpar has ${source.size} bytes; more than ${mostBytes} are not read.`)
  }
  const lines = strFromU8(await source.read(0, source.size), true).split(/\r\n|\n|\r/)
  const found: Procpar = new Map()
  for (let i = 0; i < lines.length; i++) {
    const [, name, type] = heading.exec(lines[i]!) ?? []
    const [, count, rest] = /^(\d+)(?: (.*))?$/.exec(lines[i + 1] ?? '') ?? []
    if (name === undefined || count === undefined) continue
    i++
    if (type === '1') {
      found.set(name, (rest ?? '').split(' ').filter(Boolean).slice(0, mostValues))
      continue
    }
    const values = [unquoted(rest ?? '')]
    while (values.length < Math.min(Number(count), mostValues) && lines[i + 1]?.startsWith('"')) {
      values.push(unquoted(lines[++i]!))
    }
    found.set(name, values)
  }
  if (found.size === 0) throw new ImagingError('malformed', 'procpar holds no parameters.', 0)
  return found
}

const unquoted = (text: string): string => text.trim().replace(/^"|"$/g, '').replaceAll('\\"', '"')

/** What the parameters say about the experiment. `weight` has no unit and is left to the header panel. */
export function procparFacts(procpar: Procpar): Fact[] {
  const facts: Fact[] = []
  const add = (key: FactKey, names: string[], read: (text: string) => string | undefined = (text) => text) => {
    for (const name of names) {
      const value = read((procpar.get(name)?.[0] ?? '').trim().slice(0, 1000))
      if (value) {
        facts.push({ key, value, evidence: `procpar ${name}` })
        return
      }
    }
  }
  add('subject.localId', ['ident'])
  add('subject.name', ['name'])
  add('study.title', ['comment'])
  add('session.label', ['studyid_'])
  add('session.start', ['time_run', 'date'], timeOf)
  add('series.acquiredAt', ['time_run', 'date'], timeOf)
  add('series.protocol', ['pslabel', 'seqfil'])
  return facts
}

/** The parameters for the header panel. */
export const procparTags = (procpar: Procpar): Tag[] =>
  [...procpar]
    .slice(0, mostTags)
    .map(([name, values]) => ({ key: `procpar/${name}`, name, value: values.join(' ').slice(0, 1000) }))

/** "20120301T101500" (time_run) with its seconds, "Mar  1 2012" (date) as a day. */
function timeOf(text: string): string | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
  if (second !== undefined) return real(`${year}-${month}-${day}`, `T${hour}:${minute}:${second}`)
  const [, name, date, inYear] = /^([A-Za-z]{3})\s+(\d{1,2})\s+(\d{4})$/.exec(text) ?? []
  return date && real(`${inYear}-${monthOf(name)}-${date.padStart(2, '0')}`, '')
}

/** The text when it is a time of a year when there were such scanners. */
const real = (date: string, time: string): string | undefined =>
  isInCalendar(date + time) && date >= '1980' ? date + time : undefined
