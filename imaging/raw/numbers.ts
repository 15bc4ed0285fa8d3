import { strFromU8 } from 'fflate'
import { ImagingError } from '../errors.ts'
import { forwardSource } from '../forward.ts'
import type { ForwardSource } from '../forward.ts'
import type { SampleType } from '../header.ts'
import { bytesOf, newSamples } from '../samples.ts'
import type { ByteSource } from '../source.ts'
import { table } from '../table.ts'
import { decodedBound } from './encoding.ts'

const mostDigits = 64
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const words = table<number>({ nan: NaN, inf: Infinity, infinity: Infinity })

/**
 * Numbers written as text with blanks or commas between them, as little-endian samples.
 * @param from offset of the text
 */
export function textSource(file: ByteSource, from: number, type: SampleType): ForwardSource {
  return forwardSource(file, {
    from,
    size: decodedBound('text', file.size - from, type),
    async *decode(pieces) {
      let rest = ''
      let at = from
      for await (const bytes of pieces) {
        const text = rest + strFromU8(bytes, true)
        const end = lastBlank(text)
        rest = text.slice(end)
        if (rest.length > mostDigits) throw wrong(rest, at, type)
        yield* samplesOf(text.slice(0, end), at, type)
        at += bytes.length
      }
      yield* samplesOf(rest, at - rest.length, type)
    },
  })
}

/** The numbers of a text; those before one that is none come first. */
function* samplesOf(text: string, at: number, type: SampleType): Generator<Uint8Array> {
  const found = text.split(/[\s,]+/).filter((word) => word !== '')
  const samples = newSamples(type, found.length)
  for (const [i, word] of found.entries()) {
    const value = numberOf(word)
    samples[i] = value ?? 0
    const isKept = type.startsWith('float') || samples[i] === value
    if (value !== undefined && isKept) continue
    yield bytesOf(samples.slice(0, i))
    throw wrong(word, at, type)
  }
  yield bytesOf(samples)
}

const lastBlank = (text: string) => {
  let i = text.length
  while (i > 0 && !/[\s,]/.test(text[i - 1]!)) i--
  return i
}

function numberOf(word: string): number | undefined {
  if (decimal.test(word)) return Number(word)
  const special = words[word.toLowerCase().replace(/^[+-]/, '')]
  return special === undefined ? undefined : word.startsWith('-') ? -special : special
}

const wrong = (word: string, at: number, type: string) =>
  new ImagingError(
    'malformed',
    `Among the numbers of the image stands "${word.slice(0, 20)}", which is no value of type ${type}.`,
    at,
  )

/** Bytes written as pairs of hexadecimal digits; blanks between them do not count. */
export function hexSource(file: ByteSource, from: number): ForwardSource {
  return forwardSource(file, {
    from,
    size: decodedBound('hex', file.size - from, 'uint8'),
    async *decode(pieces) {
      let half = -1
      let at = from
      for await (const bytes of pieces) {
        const out = new Uint8Array((bytes.length >> 1) + 1)
        let filled = 0
        for (const [i, byte] of bytes.entries()) {
          const digit = digitOf(byte)
          if (digit === -1) continue
          if (digit === undefined) {
            yield out.subarray(0, filled)
            throw wrong(String.fromCharCode(byte), at + i, 'hex')
          }
          if (half < 0) half = digit
          else {
            out[filled++] = half * 16 + digit
            half = -1
          }
        }
        yield out.subarray(0, filled)
        at += bytes.length
      }
    },
  })
}

/** Value of a hexadecimal digit; -1 for a blank, undefined for anything else. */
function digitOf(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48
  if (byte >= 97 && byte <= 102) return byte - 87
  if (byte >= 65 && byte <= 70) return byte - 55
  return byte === 32 || (byte >= 9 && byte <= 13) ? -1 : undefined
}
