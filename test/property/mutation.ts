import * as fc from 'fast-check'

/** Changes that damaged, cut, or hostile files show; positions are shares of the file, half of them in its first 600 bytes. */
export type Mutation =
  | { kind: 'set'; at: number; early: boolean; values: number[] }
  | { kind: 'cut'; at: number; early: boolean }
  | { kind: 'repeat'; at: number; early: boolean; length: number }
  | { kind: 'zero'; at: number; early: boolean; length: number }
  | { kind: 'copy'; at: number; early: boolean; length: number; from: number }
  | { kind: 'number'; at: number; early: boolean; text: string }

/** Even over the file. (fc.double is even over the representations of numbers, of which nearly all lie next to 0.) */
const share = fc.nat(1_000_000).map((part) => part / 1_000_000)
const at = { at: share, early: fc.boolean() }
/** Largest and smallest numbers, infinity and NaN, and 64-bit words. */
const extremes: fc.Arbitrary<number[]> = fc.constantFrom<number[][]>(
  [0xff, 0xff, 0xff, 0x7f],
  [0x7f, 0xff, 0xff, 0xff],
  [0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0xc0, 0x7f],
  [0, 0, 0x80, 0x7f],
)

const textNumbers = fc.constantFrom('', '0', '1', '2', '3', '4', '-1', '0.5', '1e-308', '1e308', '1e999', 'nan', '-inf', '0x10', '65536', '2147483648', '4294967295', '9007199254740993') // prettier-ignore

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    ...at,
    values: fc.oneof(extremes, fc.array(fc.nat(255), { minLength: 1, maxLength: 8 })),
  }),
  fc.record({ kind: fc.constant('cut' as const), ...at }),
  fc.record({ kind: fc.constant('repeat' as const), ...at, length: fc.nat(64) }),
  fc.record({ kind: fc.constant('zero' as const), ...at, length: fc.nat(64) }),
  fc.record({
    kind: fc.constant('copy' as const),
    ...at,
    length: fc.nat(64),
    from: share,
  }),
  // Most headers of the laboratory are text: the next number in it becomes another one.
  fc.record({ kind: fc.constant('number' as const), ...at, text: fc.oneof(textNumbers, fc.integer().map(String)) }),
)

/** A changed copy. */
export function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  const position = Math.floor(change.at * (change.early ? Math.min(600, bytes.length) : bytes.length))
  if (change.kind === 'cut') return bytes.slice(0, position)
  if (change.kind === 'repeat') {
    const part = bytes.subarray(position, position + change.length)
    return Uint8Array.from(Buffer.concat([bytes.subarray(0, position), part, bytes.subarray(position)]))
  }
  if (change.kind === 'number') return replaceNumber(bytes, position, change.text)
  const out = new Uint8Array(bytes)
  if (change.kind === 'set') change.values.forEach((v, i) => position + i < out.length && (out[position + i] = v))
  if (change.kind === 'zero') out.fill(0, position, position + change.length)
  if (change.kind === 'copy') {
    const from = Math.floor(change.from * bytes.length)
    out.set(bytes.subarray(from, from + Math.min(change.length, bytes.length - position)), position)
  }
  return out
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 48 && byte <= 57
const inNumber = (byte: number | undefined) => isDigit(byte) || byte === 46 || byte === 45

/** The first number written in digits from `position` on becomes `text`. */
function replaceNumber(bytes: Uint8Array, position: number, text: string): Uint8Array {
  let start = position
  while (start < bytes.length && !isDigit(bytes[start])) start++
  while (start > 0 && inNumber(bytes[start - 1])) start--
  let end = start
  while (inNumber(bytes[end])) end++
  return Uint8Array.from(Buffer.concat([bytes.subarray(0, start), Buffer.from(text), bytes.subarray(end)]))
}
