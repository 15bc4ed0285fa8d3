import { strFromU8 } from 'fflate'
import { ImagingError } from '../../errors.ts'
import type { Tag } from '../../format.ts'
import { HeaderFields, linesOf } from '../../raw/headerFields.ts'
import type { ByteSource } from '../../source.ts'

/** The numbers and strings of one declaration: `float  span[] = {2.0, 2.0};`, `char  *storage = "float";`. */
interface Declaration {
  numbers: number[]
  strings: string[]
}

/** The text before the samples. The first declaration of a name stands. */
export interface FdfHeader {
  declared: HeaderFields<Declaration>
  tags: Tag[]
  /** Bytes up to and with the NUL that ends the text. */
  length: number
}

export const magic = '#!/usr/local/fdf/startup'

const stepBytes = 4096
/** The vendor's writer takes a few thousand bytes. */
const mostHeaderBytes = 256 * 1024
const longestLine = 4096
const mostValues = 1024

/** One declaration on a line in the style of C; the closing bracket and the semicolon may be missing. */
const declaration = /^\s*(?:float|double|int|short|long|char)\s*\*?\s*([A-Za-z_]\w*)\s*(?:\[\s*\d*\s*\])?\s*=\s*(\S.*)$/

/** Whether the first bytes are those of an FDF file. */
export const looksLikeFdf = (head: Uint8Array): boolean => strFromU8(head.subarray(0, magic.length), true) === magic

/**
 * Reads the text up to its NUL, and nothing behind it.
 * @throws ImagingError 'not-this-format', 'malformed' when no NUL ends the text, 'too-large'
 */
export async function readHeader(source: ByteSource): Promise<FdfHeader> {
  let bytes = await source.read(0, Math.min(stepBytes, source.size))
  if (!looksLikeFdf(bytes)) {
    throw new ImagingError('not-this-format', `The file does not begin with ${magic}; it is not an FDF image.`, 0)
  }
  let end = bytes.indexOf(0)
  while (end < 0) {
    if (bytes.length === source.size) {
      throw new ImagingError(
        'malformed',
        'The FDF header has no end: no NUL byte follows its text. Bring the file again.',
        source.size,
      )
    }
    if (bytes.length >= mostHeaderBytes) {
      throw new ImagingError(
        'too-large',
        `The FDF header is longer than ${mostHeaderBytes} bytes; such headers are not read.`,
        mostHeaderBytes,
      )
    }
    bytes = await source.read(0, Math.min(bytes.length * 4, mostHeaderBytes, source.size))
    end = bytes.indexOf(0)
  }
  const declared = new HeaderFields<Declaration>()
  const tags: Tag[] = []
  for (const { line, offset } of linesOf(strFromU8(bytes.subarray(0, end), true))) {
    const [, name, body] = (line.length <= longestLine && declaration.exec(line)) || []
    if (name === undefined || body === undefined || declared.has(name)) continue
    declared.add(name, valuesOf(body), offset)
    const value = body
      .replace(/;\s*$/, '')
      .replace(/^\{\s*|\s*\}$/g, '')
      .trim()
    tags.push({ key: name, name: name.replaceAll('_', ' ').trim(), value: value.slice(0, 1000) })
  }
  return { declared, tags, length: end + 1 }
}

function valuesOf(body: string): Declaration {
  const strings = [...body.matchAll(/"([^"]*)"/g)].slice(0, mostValues).map(([, text = '']) => text.trim())
  const bare = strings.length > 0 ? '' : body
  const numbers = bare
    .split(/[{}[\](),;\s]+/)
    .filter((word) => word !== '')
    .slice(0, mostValues)
    .map(Number)
  return { strings, numbers: numbers.every(Number.isFinite) ? numbers.map((value) => value + 0) : [] } // + 0: JSON has no -0
}

/** The numbers of a declaration; empty when it is missing or not made of finite numbers. */
export const numbersOf = ({ declared }: FdfHeader, name: string): number[] => declared.get(name)?.numbers ?? []

export const numberOf = (header: FdfHeader, name: string): number | undefined => numbersOf(header, name)[0]

/** The strings of a declaration; empty when it is missing. */
export const stringsOf = ({ declared }: FdfHeader, name: string): string[] => declared.get(name)?.strings ?? []

export const stringOf = (header: FdfHeader, name: string): string | undefined => stringsOf(header, name)[0] || undefined
