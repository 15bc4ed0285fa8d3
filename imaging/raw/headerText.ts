import { strFromU8 } from 'fflate'
import { ImagingError } from '../errors.ts'
import type { ByteSource } from '../source.ts'

const mostHeaderBytes = 4 * 2 ** 20
const firstBytes = 4096

/**
 * Reads the text header of a file as Latin-1, so that characters are bytes, without reading what follows it.
 * @param end what closes the header; absent: the file is nothing but header
 * @returns the text up to and with `end`, and the offset after it; `end` is null when the file ends before
 * @throws ImagingError 'too-large' for a header of more than 4 MiB
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

/** All numbers of a text that is nothing but numbers with blanks or commas between them; undefined otherwise. */
export function numbersIn(text: string | undefined): number[] | undefined {
  const parts = text?.trim().split(/[\s,]+/)
  if (!parts || parts.length === 0 || parts[0] === '') return undefined
  const values = parts.map((part) => (/^[+-]?nan$/i.test(part) ? NaN : Number(part)))
  return values.every((v, i) => !Number.isNaN(v) || /nan/i.test(parts[i]!)) ? values.map((v) => v + 0) : undefined
}
