import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import { HeaderFields, linesOf } from '../../raw/headerFields.ts'
import { readHeaderText } from '../../raw/headerText.ts'
import type { ByteSource } from '../../source.ts'

/** The header of a NRRD file before anything is derived from it (teem.sourceforge.net/nrrd/format.html). */
export interface NrrdText {
  /** Fields by their name in lower case without blanks, because both "data file" and "datafile" are in use. */
  fields: HeaderFields
  /** `key:=value` pairs. */
  pairs: Map<string, string>
  /** Lines after `data file: LIST`. */
  listed: string[]
  /** Offset of the data after the blank line; null when the file is nothing but header. */
  dataOffset: number | null
  tags: Tag[]
}

const mostTags = 5000
const mostVectorText = 10_000

/** Whether the bytes start like NRRD: the magic of versions 1 to 9, alone on its line. */
export const isNrrd = (head: Uint8Array): boolean =>
  /^NRRD000[1-9]\r?\n/.test(String.fromCharCode(...head.subarray(0, 10)))

/**
 * Reads the header: `field: value` and `key:=value` lines, `#` for comments, closed by a blank line.
 * @throws ImagingError 'not-this-format', 'too-large'
 */
export async function readNrrdText(source: ByteSource): Promise<NrrdText> {
  if (!isNrrd(await source.read(0, Math.min(16, source.size)))) {
    throw new ImagingError('not-this-format', 'The file does not start with the NRRD magic.', 0)
  }
  const { text, end } = await readHeaderText(source, /\n\r?\n/)
  const [magic = ''] = text.split(/\r?\n/, 1)
  const found: NrrdText = {
    fields: new HeaderFields(),
    pairs: new Map(),
    listed: [],
    dataOffset: end,
    tags: [{ key: 'magic', name: 'Format', value: magic }],
  }
  const tag = (key: string, value: string) => {
    if (found.tags.length < mostTags) found.tags.push({ key, name: key, value: value.slice(0, 1000) })
  }
  let isList = false
  for (const { line, offset } of linesOf(text, magic.length)) {
    if (isList) {
      if (line.trim() !== '') found.listed.push(line.trim())
      continue
    }
    const [, key, mark, rest] = line.startsWith('#') ? [] : (/^([^:]+)(:=|:)(.*)$/.exec(line) ?? [])
    if (key === undefined || rest === undefined) continue
    if (mark === ':=') {
      const value = rest.replace(/\\([n\\])/g, (_, escaped) => (escaped === 'n' ? '\n' : '\\'))
      if (!found.pairs.has(key)) found.pairs.set(key, value)
      tag(`${key}:=`, value)
      continue
    }
    const name = key.toLowerCase().replace(/\s/g, '')
    const value = rest.trim()
    found.fields.add(name, value, offset)
    tag(key, value)
    isList = name === 'datafile' && /^LIST(\s|$)/.test(value)
  }
  return found
}

/** Texts in quotation marks, as labels and units are written. */
export const quoted = (text: string | undefined): string[] =>
  [...(text ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!.replace(/\\(.)/g, '$1').trim())

/**
 * Vectors written `(1,0,0) (0,1,0) none`; null for each `none`.
 * @returns undefined when the text is not of this form
 */
export function vectors(text: string | undefined): (number[] | null)[] | undefined {
  if (text === undefined || text.length > mostVectorText) return undefined
  const parts = text.match(/\([^()]*\)|[^\s()]+/g) ?? []
  const read = parts.map((part) => {
    if (part.toLowerCase() === 'none') return null
    if (!part.startsWith('(')) return undefined
    const values = part
      .slice(1, -1)
      .split(',')
      .map((v) => (/^\s*[+-]?nan\s*$/i.test(v) ? NaN : v.trim() === '' ? undefined : Number(v) + 0))
    return values.some((v) => v === undefined) ? undefined : (values as number[])
  })
  return read.includes(undefined) ? undefined : (read as (number[] | null)[])
}
