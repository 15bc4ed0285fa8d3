import { ImagingError } from '../../errors.ts'
import type { DataSet } from './dataSet.ts'

/** A colour table: stored value `first` has the colour of entry 0. */
export interface Palette {
  first: number
  /** Red, green, blue of each entry, 8 bits. */
  entries: Uint8Array
}

/** Reads the three lookup tables of a PALETTE COLOR image (PS3.3 C.7.6.3.1.5, C.7.9.2). */
export function readPalette(data: DataSet, isSigned: boolean): Palette {
  let palette: Palette | null = null
  for (let channel = 0; channel < 3; channel++) {
    const descriptor = data.numbers(0x00281101 + channel, 'US').map((value) => value & 0xffff)
    const [stated, firstWord, bits] = descriptor
    if (stated === undefined || firstWord === undefined || bits === undefined) throw broken('descriptor')
    const count = stated === 0 ? 65536 : stated
    const first = isSigned && firstWord > 32767 ? firstWord - 65536 : firstWord
    const table = tableOf(data, channel, count, bits)
    palette ??= { first, entries: new Uint8Array(count * 3) }
    if (palette.entries.length !== count * 3) throw broken('length')
    for (let i = 0; i < count; i++) palette.entries[i * 3 + channel] = table[i]!
  }
  return palette!
}

const broken = (what: string) => new ImagingError('malformed', `The colour palette of the image has no usable ${what}.`)

/** The entries of one channel as 8-bit values. */
function tableOf(data: DataSet, channel: number, count: number, bits: number): ArrayLike<number> {
  const plain = data.bytes(0x00281201 + channel)
  const segmented = data.bytes(0x00281221 + channel)
  // Eight-bit tables stand as bytes, two entries to a word, except where a writer spent a word on each.
  if (plain && bits <= 8 && plain.length < count * 2) {
    if (plain.length < count) throw broken('table')
    return plain
  }
  const words = plain ? data.numbers(0x00281201 + channel, 'OW') : segmented ? expand(data, channel, count) : []
  if (words.length < count) throw broken('table')
  // Some writers announce 16 bits and fill in values of 8.
  const isWide = bits > 8 && words.some((value) => value > 255)
  return isWide ? words.map((value) => value >> 8) : words
}

/** Segmented tables: runs that are discrete (0), linear (1) or copies of earlier segments (2). */
function expand(data: DataSet, channel: number, count: number): number[] {
  const source = data.numbers(0x00281221 + channel, 'OW')
  const out: number[] = []
  const run = (at: number, copies: boolean): number => {
    const [kind, length = 0, third = 0, fourth = 0] = source.slice(at, at + 4)
    if (kind === 0) {
      for (let i = 0; i < length && out.length < count; i++) out.push(source[at + 2 + i] ?? 0)
      return at + 2 + length
    }
    if (kind === 1) {
      const from = out.at(-1) ?? 0
      for (let i = 1; i <= length && out.length < count; i++) out.push(Math.round(from + ((third - from) * i) / length))
      return at + 3
    }
    if (kind !== 2 || copies) throw broken('segment')
    // Offset of the first copied segment in bytes, as two words, low first.
    let from = (third + fourth * 65536) / 2
    for (let i = 0; i < length && out.length < count; i++) from = run(from, true)
    return at + 4
  }
  let at = 0
  while (at < source.length && out.length < count) at = run(at, false)
  return out
}
