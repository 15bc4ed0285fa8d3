import { strFromU8, strToU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import type { ByteSource } from '../../source.ts'
import { valuesOf } from './values.ts'
import type { Value } from './values.ts'

// TextDecoder is in every runtime that this room runs in (WHATWG Encoding), but in no TypeScript library without DOM or Node.
declare const TextDecoder: { new (label: string, options: { fatal: boolean }): { decode(bytes: Uint8Array): string } }

const mostBytes = 16 * 2 ** 20

/**
 * A parameter file of ParaVision (JCAMP-DX 4.24 with private records). Values are taken apart when they are asked for:
 * the files of diffusion scans have megabytes. Names are given without `$`.
 */
export interface Parameters {
  /** Offset from universal time of the computer that wrote the file ("-05:00"), '' when it does not say. */
  readonly zone: string
  /** False when the closing `##END=` is missing. */
  readonly isComplete: boolean
  has(name: string): boolean
  /** All values; undefined when there is no such record. @throws ImagingError */
  values(name: string): readonly Value[] | undefined
  /** @throws ImagingError 'malformed' when a value is no finite number, or there are more or fewer than announced */
  numbers(name: string): number[] | undefined
  /** Strings and words; of `(Name, <Display name>)` the name. @throws ImagingError */
  words(name: string): string[] | undefined
  /** The first number. @throws ImagingError */
  number(name: string): number | undefined
  /** The first word without blanks at its ends, undefined when it is empty. @throws ImagingError */
  text(name: string): string | undefined
  /** Where the record stands in the file. */
  offset(name: string): number | undefined
  /** An error about this record, with its place in the file. */
  malformed(name: string, what: string): ImagingError
  /** Every record in the file's own words. */
  tags(file: string): Tag[]
}

/** Whether the first bytes are such a file. */
export const isParameterText = (head: Uint8Array): boolean => strFromU8(head.subarray(0, 8), true) === '##TITLE='

/**
 * Reads a parameter file.
 * @param name of the file, for sentences
 * @throws ImagingError 'not-this-format', 'too-large'
 */
export async function readParameters(source: ByteSource, name: string): Promise<Parameters> {
  const head = await source.read(0, Math.min(8, source.size))
  if (!isParameterText(head)) {
    throw new ImagingError('not-this-format', `${name} is not a parameter file of ParaVision (it lacks ##TITLE=).`, 0)
  }
  if (source.size > mostBytes) {
    throw new ImagingError(
      'too-large',
      `${name} has ${source.size} bytes; parameter files of more than ${mostBytes} bytes are not read.`,
    )
  }
  return parametersOf(await source.read(0, source.size), name)
}

/** What a record says that is of use but not needed: undefined when it is damaged. */
export function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ImagingError) return undefined
    throw error
  }
}

interface Entry {
  raw: string
  offset: number
}

/** As `readParameters`, of bytes in memory. */
function parametersOf(bytes: Uint8Array, file: string): Parameters {
  // Latin-1 keeps one character per byte, so that places in the text are places in the file; ParaVision 360 writes UTF-8.
  const text = strFromU8(bytes, true)
  const isUtf8 = decodes(bytes)
  const worded = (words: string) => (isUtf8 ? strFromU8(strToU8(words, true)) : words)
  const { records, zone, isComplete } = recordsOf(text)
  const parts = new Map<string, { sizes: number[] | null; values: readonly Value[] }>()

  const part = (name: string) => {
    const record = records.get(name)
    if (!record) return undefined
    const known = parts.get(name)
    if (known) return known
    const { sizes, rest } = withoutSize(record.raw)
    const made = { sizes, values: valuesOf(rest, `${name} in ${file}`, record.offset) }
    parts.set(name, made)
    return made
  }
  const malformed = (name: string, what: string) =>
    new ImagingError('malformed', `${name} in ${file} ${what}.`, records.get(name)?.offset)
  const words = (name: string) =>
    part(name)?.values.map((value) => {
      const word = typeof value === 'string' ? value : value[0]
      return typeof word === 'string' ? worded(word) : ''
    })
  const numbers = (name: string) => {
    const found = part(name)
    if (!found) return undefined
    const announced = found.sizes?.reduce((product, size) => product * size, 1) ?? 1
    if (announced !== found.values.length) {
      throw malformed(name, `announces ${announced} values and has ${found.values.length}`)
    }
    return found.values.map((value) => {
      const number = typeof value === 'string' && value !== '' ? Number(value) : NaN
      if (!Number.isFinite(number))
        throw malformed(name, `holds ${JSON.stringify(value).slice(0, 40)}, which is no number`)
      return number + 0 // + 0: JSON has no -0
    })
  }
  return {
    zone,
    isComplete,
    has: (name) => records.has(name),
    values: (name) => part(name)?.values,
    numbers,
    words,
    number: (name) => numbers(name)?.[0],
    text: (name) => words(name)?.[0]?.trim() || undefined,
    offset: (name) => records.get(name)?.offset,
    malformed,
    tags: (label) =>
      [...records].map(([name, { raw }]) => ({
        key: `${label}/${name}`,
        name,
        value: worded(raw.slice(0, 4000)).replaceAll(/\s+/g, ' ').trim().slice(0, 1000),
      })),
  }
}

/**
 * `##NAME=value` up to the next line that begins with `##`. Lines that begin with `$$` are comments, inside values too; one
 * near the top has the zone: "$$ Wed Nov 30 12:21:00 2011 EST (UT-5h)  nmrsu".
 */
function recordsOf(text: string): { records: Map<string, Entry>; zone: string; isComplete: boolean } {
  const records = new Map<string, Entry>()
  let zone = ''
  let isComplete = false
  let lines: string[] = []
  let name = ''
  let start = 0
  const close = () => {
    if (name !== '' && !records.has(name)) records.set(name, { raw: lines.join('\n'), offset: start })
  }
  const ends = /\r\n|\n|\r|$/g
  for (let at = 0; at < text.length; at = ends.lastIndex) {
    ends.lastIndex = at
    const end = ends.exec(text)!.index
    const line = text.slice(at, end)
    if (end === text.length) ends.lastIndex = text.length
    if (line.startsWith('$$')) {
      const [, sign, hours = ''] = /\(UT([+-])(\d{1,2})h\)/.exec(line) ?? []
      if (sign && zone === '' && Number(hours) <= 14) zone = `${sign}${hours.padStart(2, '0')}:00`
    } else if (line.startsWith('##')) {
      close()
      const equals = line.indexOf('=')
      name = equals < 0 ? '' : line.slice(2, equals).replace(/^\$/, '').trim()
      lines = [line.slice(equals + 1)]
      start = at
      if (name === 'END') isComplete = true
    } else lines.push(line)
  }
  close()
  records.delete('END')
  return { records, zone, isComplete }
}

/**
 * Splits `( 5, 3 )` and the values on the lines after it. A struct alone, `(1, 1)`, has no size line, and is written without
 * blanks inside the bracket.
 */
function withoutSize(raw: string): { sizes: number[] | null; rest: string } {
  const [head = '', list = ''] = /^\s*\(\s*(\d+(?:\s*,\s*\d+)*)\s*\)[ \t]*(?:\n|$)/.exec(raw) ?? []
  const rest = raw.slice(head.length)
  if (head === '' || (rest.trim() === '' && !/^\s*\(\s/.test(head))) return { sizes: null, rest: raw }
  return { sizes: list.split(',').map(Number), rest }
}

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
