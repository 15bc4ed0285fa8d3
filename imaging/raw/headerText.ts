import { strFromU8 } from 'fflate'
import { ImagingError } from '../errors.ts'
import type { ByteSource } from '../source.ts'

const mostHeaderBytes = 16 * 2 ** 20
const firstBytes = 4096

/** Sizes and matrices are short; a longer text is something else. */
const mostNumberText = 10_000

/**
 * Reads the text header of a file as Latin-1, so that characters are bytes, without reading what follows it.
 * @param end what closes the header; absent: the file is nothing but header
 * @returns the text up to and with `end`, and the offset after it; `end` is null when the file ends before
 * @throws ImagingError 'too-large' for a header of more than 16 MiB
 */
export async function readHeaderText(source: ByteSource, end?: RegExp): Promise<{ text: string; end: number | null }> {
  let length = Math.min(end ? firstBytes : source.size, source.size)
  for (;;) {
    if (length > mostHeaderBytes) {
      throw new ImagingError(
        'too-large',
        `The text header of this file is longer than ${mostHeaderBytes} bytes, which is not read here.`,
        mostHeaderBytes,
      )
    }
    const text = strFromU8(await source.read(0, length), true)
    const match = end?.exec(text)
    if (match) {
      const after = match.index + match[0].length
      return { text: text.slice(0, after), end: after }
    }
    if (length === source.size) return { text, end: null }
    length = Math.min(source.size, length * 8)
  }
}

/** The numbers of a text that is nothing but numbers (or "nan") with blanks or commas between them; else undefined. */
export function numbersIn(text: string | undefined): number[] | undefined {
  if (text === undefined || text.length > mostNumberText) return undefined
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  const values = words.map((word) => (/^[+-]?nan$/i.test(word) ? NaN : Number(word) + 0)) // + 0: JSON has no -0
  const isAll = values.length > 0 && values.every((v, i) => !Number.isNaN(v) || /nan$/i.test(words[i]!))
  return isAll ? values : undefined
}
