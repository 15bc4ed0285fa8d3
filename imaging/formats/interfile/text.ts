import { strFromU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import { HeaderFields, linesOf } from '../../raw/headerFields.ts'
import { readHeaderText } from '../../raw/headerText.ts'
import type { ByteSource } from '../../source.ts'
import type { OtherThanImage } from '../../raw/textFormat.ts'

/** The header before anything is derived from it. */
export interface InterfileText {
  /** By the key in lower case without "!" and without a blank before "["; every value, in order. */
  fields: HeaderFields<string[]>
  tags: Tag[]
}

const mostTags = 5000

/** Whether the first key is INTERFILE, which no other key may precede. */
export const isInterfile = (head: Uint8Array): boolean =>
  /^\s*!?\s*INTERFILE\s*:=/i.test(strFromU8(head.subarray(0, 256), true))

/**
 * Reads the header: `key := value` lines, `;` for comments.
 * @throws ImagingError 'not-this-format', 'too-large'
 */
export async function readInterfileText(source: ByteSource): Promise<InterfileText> {
  if (!isInterfile(await source.read(0, Math.min(256, source.size)))) {
    throw new ImagingError('not-this-format', 'The file does not start with the key INTERFILE.', 0)
  }
  const { text } = await readHeaderText(source, /^[ \t]*!?[ \t]*END OF INTERFILE[ \t]*:=/im)
  const found: InterfileText = { fields: new HeaderFields(), tags: [] }
  for (const { line, offset } of linesOf(text)) {
    const [, written, rest] = line.trimStart().startsWith(';') ? [] : (/^(.*?):=(.*)$/.exec(line) ?? [])
    if (written === undefined || rest === undefined) continue
    const name = written.replace('!', '').trim().replace(/\s+/g, ' ')
    const value = rest.replace(/;.*$/, '').trim()
    const key = name.toLowerCase().replace(/ \[/g, '[')
    const values = found.fields.get(key)
    if (values) values.push(value)
    else found.fields.add(key, [value], offset)
    if (found.tags.length < mostTags) found.tags.push({ key: name, name, value: value.slice(0, 1000) })
  }
  return found
}

/** The first value of the first of these keys that has one. */
export function valueOf({ fields }: InterfileText, ...keys: string[]): string | undefined {
  return keys.map((key) => fields.get(key)?.[0]).find((value) => value !== undefined && value !== '')
}

/** The finite number of the first of these keys that has a value, or undefined. */
export function numberOf(text: InterfileText, ...keys: string[]): number | undefined {
  const value = valueOf(text, ...keys)
  const number = value === undefined ? NaN : Number(value)
  return Number.isFinite(number) ? number + 0 : undefined // + 0: JSON has no -0
}

/** What the header describes when it is no image (raw data of a scan, curves, regions), and its data file. */
export function otherThanImage(text: InterfileText): OtherThanImage | undefined {
  const what = kindOf(text)
  const isRaw = what !== undefined && !/^(curve|roi)$/i.test(what)
  return what === undefined ? undefined : { what, isRaw, file: valueOf(text, 'name of data file') }
}

function kindOf(text: InterfileText): string | undefined {
  const petType = valueOf(text, 'pet data type')
  if (petType !== undefined && !/^image$/i.test(petType)) return `PET data of type ${petType}`
  const type = valueOf(text, 'type of data') ?? ''
  if (/^(curve|roi)$/i.test(type)) return type
  const isAcquired = /^acquired$/i.test(valueOf(text, 'process status') ?? '')
  return isAcquired && /^tomographic$/i.test(type) ? 'projections of a tomographic scan' : undefined
}
