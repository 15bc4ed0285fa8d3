import { strFromU8 } from 'fflate'
import { isInCalendar } from '../../calendar.ts'
import { ImagingError } from '../../errors.ts'
import type { Fact, FactKey, Tag } from '../../format.ts'
import type { ByteSource } from '../../source.ts'
import { attribute, parseXml } from '../tiff/xml.ts'
import type { XmlNode } from '../tiff/xml.ts'

/** The acquisition's parameters by lower-case name, in the order of the file. The first of a name stands. */
export type Parameters = Map<string, { name: string; value: string; units: string }>

const mostBytes = 8 * 2 ** 20
const mostParameters = 20_000
const mostTags = 5000

/**
 * Reads the flat list of parameters: `<parameter name="B-Mode/Samples" value="512" units="" />`.
 * @throws ImagingError 'not-this-format', 'too-large', 'malformed'
 */
export async function readParameters(source: ByteSource): Promise<Parameters> {
  if (source.size > mostBytes) {
    throw new ImagingError(
      'too-large',
      `The parameter file has ${source.size} bytes; more than ${mostBytes} are not read.`,
    )
  }
  const root = parseXml(strFromU8(await source.read(0, source.size)).replace(/^\ufeff/, ''))
  const found: Parameters = new Map()
  collect(root, found)
  if (found.size === 0) {
    throw new ImagingError('not-this-format', 'The XML holds no <parameter name= value=> of a Vevo export.', 0)
  }
  return found
}

function collect(node: XmlNode, found: Parameters): void {
  for (const [key, children] of Object.entries(node)) {
    if (!Array.isArray(children)) continue
    for (const child of children) {
      const name = key.toLowerCase() === 'parameter' ? attribute(child, 'name')?.trim() : undefined
      if (name === undefined) collect(child, found)
      else if (found.size < mostParameters && !found.has(name.toLowerCase())) {
        const units = attribute(child, 'units')?.trim() ?? ''
        found.set(name.toLowerCase(), { name, value: attribute(child, 'value')?.trim() ?? '', units })
      }
    }
  }
}

export const textOf = (parameters: Parameters, name: string): string | undefined =>
  parameters.get(name.toLowerCase())?.value || undefined

/** The number of a parameter; undefined when it is missing or no finite number. */
export function numberOf(parameters: Parameters, name: string): number | undefined {
  const value = textOf(parameters, name)
  return value !== undefined && Number.isFinite(Number(value)) ? Number(value) + 0 : undefined // + 0: JSON has no -0
}

/** The parameters for the header panel. */
export const parameterTags = (parameters: Parameters): Tag[] =>
  [...parameters.values()].slice(0, mostTags).map(({ name, value, units }) => ({
    key: name,
    name: name.replaceAll(/[-/]/g, ' '),
    value: `${value}${units ? ` ${units}` : ''}`.slice(0, 1000),
  }))

/** What the parameters say about the experiment. */
export function parameterFacts(parameters: Parameters): Fact[] {
  const facts: Fact[] = []
  const add = (key: FactKey, value: string | undefined, evidence: string) => {
    if (value) facts.push({ key, value: value.slice(0, 1000), evidence })
  }
  const text = (key: FactKey, ...names: string[]) => {
    const name = names.find((each) => textOf(parameters, each))
    if (name) add(key, textOf(parameters, name), parameters.get(name.toLowerCase())!.name)
  }
  text('study.title', 'Study-Name')
  text('session.label', 'Series-Name')
  text('subject.localId', 'Animal-ID')
  text('subject.name', 'Animal-Name')
  text('series.protocol', 'Mode-Name')
  const acquired = timeOf(textOf(parameters, 'Acquired-Date') ?? '', textOf(parameters, 'Acquired-Time') ?? '')
  add('session.start', acquired, 'Acquired-Date, Acquired-Time')
  add('series.acquiredAt', acquired, 'Acquired-Date, Acquired-Time')
  return facts
}

/**
 * A date and a time as the scanner's language setting writes them. 2024-03-05 is clear, 3/5/2024 only beside a time with
 * AM or PM (month first) or when one number cannot be a month; all else is left alone.
 */
function timeOf(date: string, time: string): string | undefined {
  const [, hourText, minutes, seconds, half] = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*([AP]M)?$/i.exec(time) ?? []
  const isMonthFirst = half !== undefined
  const day = dayOf(date, isMonthFirst)
  if (day === undefined) return undefined
  const hour = half ? (Number(hourText) % 12) + (/p/i.test(half) ? 12 : 0) : Number(hourText)
  if (hourText === undefined || hour > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return day
  return `${day}T${String(hour).padStart(2, '0')}:${minutes}:${seconds ?? '00'}`
}

function dayOf(date: string, isMonthFirst: boolean): string | undefined {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(date)
  const [, first, second, year] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(date) ?? []
  if (iso) return real(iso[1]!, iso[2]!, iso[3]!)
  if (year === undefined) return undefined
  if (isMonthFirst || Number(second) > 12) return real(year, first!, second!)
  return Number(first) > 12 || first === second ? real(year, second!, first!) : undefined
}

/** The day when the calendar has it. */
function real(year: string, month: string, day: string): string | undefined {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isInCalendar(text) && year >= '1990' ? text : undefined
}
