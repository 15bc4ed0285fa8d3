import { strFromU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import { HeaderFields, linesOf } from '../../raw/headerFields.ts'
import { readHeaderText } from '../../raw/headerText.ts'
import type { ByteSource } from '../../source.ts'

/** The header of a MetaImage before anything is derived from it. */
export interface MetaText {
  /** By the key in lower case; the first one stands. */
  fields: HeaderFields
  /** Lines after `ElementDataFile = LIST`. */
  listed: string[]
  /** Offset of the byte after the line of ElementDataFile. */
  end: number
  tags: Tag[]
}

const mostTags = 5000

/** Keys with which headers begin; the rest follows in any order. */
const openingKeys = /^\s*(ObjectType|ObjectSubType|TransformType|NDims|Name|ID|ParentID|Comment|AcquisitionDate|BinaryData\w*|CompressedData\w*|DimSize|ElementType|ElementSpacing|HeaderSize|Modality)\s*=/i // prettier-ignore
const dataLine = /^[ \t]*ElementDataFile[ \t]*[=:].*(\n|$(?![\s\S]))/im

/** Whether the bytes start like a MetaImage: a known key, and the sizes of an image among the first lines. */
export function isMetaImage(head: Uint8Array): boolean {
  const text = strFromU8(head, true)
  if (!openingKeys.test(text) || !/^[ \t]*(NDims|DimSize)[ \t]*=/im.test(text)) return false
  const type = /^[ \t]*ObjectType[ \t]*=[ \t]*(\w*)/im.exec(text)?.[1]
  return type === undefined || /^image$/i.test(type)
}

/**
 * Reads the header: `Key = Value` lines in any order, of which ElementDataFile is the last.
 * @throws ImagingError 'not-this-format', 'truncated', 'too-large'
 */
export async function readMetaText(source: ByteSource): Promise<MetaText> {
  if (!isMetaImage(await source.read(0, Math.min(4096, source.size)))) {
    throw new ImagingError('not-this-format', 'The file does not start like the header of a MetaImage.', 0)
  }
  const head = await readHeaderText(source, dataLine)
  if (head.end === null) {
    throw new ImagingError(
      'truncated',
      'The header has no ElementDataFile, which says where the data are; bring the complete file again.',
      source.size,
    )
  }
  const found: MetaText = { fields: new HeaderFields(), listed: [], end: head.end, tags: [] }
  for (const { line, offset } of linesOf(head.text)) {
    const [, key, rest] = /^([^=:\s]+)\s*[=:](.*)$/.exec(line.trim()) ?? []
    if (key === undefined || rest === undefined) continue
    const value = rest.trim()
    found.fields.add(key.toLowerCase(), value, offset)
    if (found.tags.length < mostTags) found.tags.push({ key, name: key, value: value.slice(0, 1000) })
  }
  if (/^LIST\b/.test(found.fields.get('elementdatafile') ?? '')) {
    const whole = (await readHeaderText(source)).text
    found.listed = whole
      .slice(head.end)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
  }
  return found
}
