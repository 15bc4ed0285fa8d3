import utif from 'utif'

const { _lens: runCodes, _dmap: verticalCodes } = utif.decode

/** Run lengths by code: white, black (ITU-T T.4, tables 2 and 3). */
const runs = runCodes.map((table) => compact(table))
/** Mode codes of two-dimensional coding (ITU-T T.4, table 4) as offsets a1 - b1. */
const vertical = compact(verticalCodes)
const passCode = key(4, 0b0001)
const horizontalCode = key(3, 0b001)

/** Longer than any code but the end-of-line mark, which is looked for apart. */
const longestCode = 13

function key(length: number, code: number): number {
  return (length << 16) | code
}

function compact(table: Record<string, number>): Map<number, number> {
  return new Map(Object.entries(table).map(([bits, value]) => [key(bits.length, Number.parseInt(bits, 2)), value]))
}

interface Reader {
  bytes: Uint8Array
  bit: number
}

/** Value of the code at the reader in `table`; null when there is none, or the data end. */
function readCode(reader: Reader, table: Map<number, number>): number | null {
  let code = 0
  for (let length = 1; length <= longestCode; length++) {
    const bit = reader.bit + length - 1
    const byte = reader.bytes[bit >> 3]
    if (byte === undefined) return null
    code = (code << 1) | ((byte >> (7 - (bit & 7))) & 1)
    const value = table.get(key(length, code))
    if (value !== undefined) {
      reader.bit += length
      return value
    }
  }
  return null
}

/** One run: make-up codes of 64 and more, then a terminating code. */
function readRun(reader: Reader, colour: number): number | null {
  let total = 0
  for (;;) {
    const length = readCode(reader, runs[colour]!)
    if (length === null) return null
    total += length
    if (length < 64) return total
  }
}

/**
 * Decodes CCITT bi-level coding into packed rows (first pixel in the highest bit, 1 = black).
 * @param kind    2 = modified Huffman (TIFF compression 2), 3 = T.4 (Group 3), 4 = T.6 (Group 4)
 * @param isMixed lines of Group 3 are coded in one or two dimensions (T4Options, bit 0)
 * @returns rows that could be decoded, `Math.ceil(width / 8)` bytes each
 */
export function decodeCcitt(
  bytes: Uint8Array,
  width: number,
  height: number,
  kind: 2 | 3 | 4,
  isMixed: boolean,
): Uint8Array {
  const stride = Math.ceil(width / 8)
  const out = new Uint8Array(stride * height)
  const reader: Reader = { bytes, bit: 0 }
  // Changing elements of the line above: positions where the colour changes, white first.
  let above: number[] = []
  let y = 0
  for (; y < height; y++) {
    const marked = kind === 3 && skipEndOfLine(reader)
    // After the mark one bit tells how the line is coded (T.4, 4.2.2).
    const isFlat = isMixed && marked ? matches(reader, key(1, 1)) || !matches(reader, key(1, 0)) : kind !== 4
    const line = isFlat ? readFlat(reader, width) : readTwoDimensional(reader, width, above)
    if (!line) break
    if (kind === 2) reader.bit = (reader.bit + 7) & ~7
    paint(out, y * stride, line, width)
    above = line
  }
  return out.subarray(0, y * stride)
}

/** Moves past fill bits and the end-of-line mark (eleven zeros and a one); false when there is none here. */
function skipEndOfLine(reader: Reader): boolean {
  let zeros = 0
  for (let bit = reader.bit; bit < reader.bytes.length * 8; bit++) {
    if (((reader.bytes[bit >> 3]! >> (7 - (bit & 7))) & 1) === 0) zeros++
    else if (zeros < 11) return false
    else {
      reader.bit = bit + 1
      return true
    }
  }
  return false
}

function readFlat(reader: Reader, width: number): number[] | null {
  const line: number[] = []
  let at = 0
  let colour = 0
  while (at < width) {
    const run = readRun(reader, colour)
    if (run === null) return null
    at += run
    line.push(Math.min(at, width))
    colour = 1 - colour
  }
  return line
}

/** Two-dimensional coding against the line above (ITU-T T.6, 2.2). */
function readTwoDimensional(reader: Reader, width: number, above: number[]): number[] | null {
  const line: number[] = []
  let a0 = -1
  let colour = 0
  let from = 0
  while (a0 < width) {
    // b1: first change on the line above to the right of a0 towards the other colour; b2: the next one.
    while (from > 0 && (above[from - 1] ?? width) > a0) from--
    while (from < above.length && (above[from]! <= a0 || (from & 1) !== colour)) from++
    const b1 = above[from] ?? width
    const b2 = above[from + 1] ?? width
    const offset = readCode(reader, vertical)
    if (offset !== null) {
      const a1 = b1 + offset
      if (a1 < Math.max(a0, 0)) return null
      line.push(Math.min(a1, width))
      a0 = a1
      colour = 1 - colour
    } else if (matches(reader, horizontalCode)) {
      const first = readRun(reader, colour)
      const second = first === null ? null : readRun(reader, 1 - colour)
      if (first === null || second === null) return null
      a0 = Math.max(a0, 0) + first
      line.push(Math.min(a0, width))
      a0 += second
      line.push(Math.min(a0, width))
    } else if (matches(reader, passCode)) {
      a0 = b2
    } else return null
    if (line.length > width + 2) return null
  }
  return line
}

function matches(reader: Reader, wanted: number): boolean {
  const length = wanted >> 16
  let code = 0
  for (let i = 0; i < length; i++) {
    const bit = reader.bit + i
    const byte = reader.bytes[bit >> 3]
    if (byte === undefined) return false
    code = (code << 1) | ((byte >> (7 - (bit & 7))) & 1)
  }
  if (code !== (wanted & 0xffff)) return false
  reader.bit += length
  return true
}

/** Sets the black runs of a line: between its 1st and 2nd change, 3rd and 4th, and so on. */
function paint(out: Uint8Array, start: number, line: number[], width: number): void {
  for (let i = 0; i < line.length; i += 2) {
    const end = line[i + 1] ?? width
    for (let x = line[i]!; x < end; x++) out[start + (x >> 3)]! |= 0x80 >> (x & 7)
  }
}
