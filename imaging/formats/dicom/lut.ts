import type { Header } from '../../header.ts'
import type { DataSet } from './dataSet.ts'

/** A lookup table (PS3.3 C.11.1, C.11.2): the value `first` becomes entry 0; what lies outside takes the nearest entry. */
export interface Lut {
  first: number
  entries: Uint16Array
  /** Bits that an entry may have. */
  bits: number
}

/** Points of a display curve at most; longer tables are sampled evenly. */
const mostLevels = 1024

/**
 * Reads an item of a Modality LUT Sequence (0028,3000) or of a VOI LUT Sequence (0028,3010).
 * @param isSigned whether the values that go in may be negative, where the file does not say (implicit VR)
 * @returns null when there is none, or none that can be used
 */
export function readLut(item: DataSet | undefined, isSigned: boolean): Lut | null {
  if (!item) return null
  const [stated, mapped, bits] = item.numbers(0x00283002, isSigned ? 'SS' : 'US')
  if (stated === undefined || mapped === undefined || bits === undefined || bits < 1 || bits > 16) return null
  // The number of entries is unsigned whatever the others are, and 65536 does not fit.
  const count = stated & 0xffff || 65536
  const words = item.numbers(0x00283006, 'OW')
  const bytes = item.bytes(0x00283006)
  // Entries of eight bits may stand two to a word.
  const list = bits <= 8 && words.length < count && bytes && bytes.length >= count ? bytes : words
  if (list.length < count) return null
  return { first: mapped, bits, entries: Uint16Array.from({ length: count }, (_, i) => list[i]! & 0xffff) }
}

/** Entry of a value. */
export const lookUp = ({ first, entries }: Lut, value: number): number =>
  entries[Math.min(Math.max(Math.round(value) - first, 0), entries.length - 1)]!

/** What a VOI LUT says about showing values, as brightness at even steps. */
export function curveOf({ first, entries, bits }: Lut): NonNullable<Header['curve']> | null {
  if (entries.length < 2) return null
  const count = Math.min(entries.length, mostLevels)
  const full = 2 ** bits - 1
  const levels = Array.from({ length: count }, (_, i) => {
    const entry = entries[Math.round((i * (entries.length - 1)) / (count - 1))]!
    return Math.round(Math.min(1, entry / full) * 1e5) / 1e5
  })
  return { low: first, high: first + entries.length - 1, levels }
}
