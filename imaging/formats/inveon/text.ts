import { strFromU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import { HeaderFields, linesOf } from '../../raw/headerFields.ts'
import { readHeaderText } from '../../raw/headerText.ts'
import type { ByteSource } from '../../source.ts'
import { codeMeaning } from './codes.ts'

/** The text header: one block for the acquisition, one per frame. Keys are unique inside a block; the first one stands. */
export interface InveonText {
  main: HeaderFields
  frames: HeaderFields[]
  tags: Tag[]
}

const mostTags = 5000

/** Whether the first bytes are such a header: text with the vendor's comment, or with the keys that describe data. */
export function isInveonText(head: Uint8Array): boolean {
  if (head.length < 32 || head.subarray(0, 512).includes(0)) return false
  const text = strFromU8(head, true)
  if (/^#.*header file for data file/im.test(text)) return true
  return /^version\s+\S/m.test(text) && /^file_type\s+\d/m.test(text) && /^(model|modality|file_name)\s/m.test(text)
}

/**
 * Reads and splits the header: lines of `key value`, `#` for comments, blocks closed by `end_of_header`.
 * @throws ImagingError 'not-this-format', 'too-large'
 */
export async function readText(source: ByteSource): Promise<InveonText> {
  const head = await source.read(0, Math.min(4096, source.size))
  if (!isInveonText(head)) throw new ImagingError('not-this-format', 'The file is not a Siemens Inveon text header.', 0)
  const { text } = await readHeaderText(source)
  const main = new HeaderFields()
  const frames: HeaderFields[] = []
  const tags: Tag[] = []
  let block: HeaderFields | null = main
  let prefix = ''
  for (const { line, offset } of linesOf(text)) {
    if (line.startsWith('#')) continue
    const [, key, value] = /^(\S+)\s*(.*)$/.exec(line.trim()) ?? []
    if (key === undefined || value === undefined) continue
    if (key === 'end_of_header') {
      block = null
      continue
    }
    if (key === 'frame') {
      block = new HeaderFields(main)
      frames.push(block)
      prefix = `frame ${frames.length - 1}/`
      continue
    }
    if (!block) continue
    block.add(key, value, offset)
    if (tags.length < mostTags) {
      const meaning = codeMeaning(key, value)
      tags.push({
        key: prefix + key,
        name: key.replaceAll('_', ' '),
        value: (meaning ? `${value} (${meaning})` : value).slice(0, 1000),
      })
    }
  }
  return { main, frames, tags }
}

/** The number of a key, or undefined when it is missing or no finite number. */
export function numberOf(block: Map<string, string> | undefined, key: string): number | undefined {
  const text = block?.get(key)?.split(/\s+/)[0]
  const value = text ? Number(text) : NaN
  return Number.isFinite(value) ? value + 0 : undefined // + 0: JSON has no -0
}
