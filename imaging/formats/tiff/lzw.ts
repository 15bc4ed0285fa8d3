const clearCode = 256
const endCode = 257
const mostCodes = 4096

/**
 * TIFF LZW (TIFF 6.0, section 13): codes of 9 to 12 bits, high bit first, each width given up one code early. Files of the
 * first libtiff versions run from the low bit and do not change early; they begin with a zero byte.
 * @param limit bytes that are wanted; the rest is left out
 * @returns what could be decoded, at most `limit` bytes
 */
export function decodeLzw(bytes: Uint8Array, limit: number): Uint8Array {
  const isOld = bytes[0] === 0 && (bytes[1]! & 1) === 1
  const out = new Uint8Array(limit)
  const prefix = new Uint16Array(mostCodes)
  const first = new Uint8Array(mostCodes)
  const last = new Uint8Array(mostCodes)
  const lengths = new Uint16Array(mostCodes)
  for (let i = 0; i < 256; i++) {
    first[i] = last[i] = i
    lengths[i] = 1
  }
  let next = 258
  let width = 9
  let previous = -1
  let made = 0
  let bit = 0
  const total = bytes.length * 8

  /** Writes the string of a code backwards from its end; strings share their beginnings. */
  const write = (code: number): void => {
    let at = made + lengths[code]! - 1
    let walk = code
    for (let i = lengths[code]!; i > 1; i--) {
      if (at < limit) out[at] = last[walk]!
      at--
      walk = prefix[walk]!
    }
    if (at < limit) out[at] = last[walk]!
  }

  while (made < limit && bit + width <= total) {
    const code = isOld ? lowFirst(bytes, bit, width) : highFirst(bytes, bit, width)
    bit += width
    if (code === endCode) break
    if (code === clearCode) {
      next = 258
      width = 9
      previous = -1
      continue
    }
    if (code >= next && (code > next || previous < 0)) break // damaged
    if (previous >= 0 && next < mostCodes) {
      prefix[next] = previous
      lengths[next] = lengths[previous]! + 1
      first[next] = first[previous]!
      // The new string ends with the first character of the string that follows.
      last[next] = first[code === next ? previous : code]!
      next++
    }
    write(code)
    made += lengths[code]!
    previous = code
    const early = isOld ? 0 : 1
    if (next + early >= 1 << width && width < 12) width++
  }
  return out.subarray(0, Math.min(made, limit))
}

function highFirst(bytes: Uint8Array, bit: number, width: number): number {
  const at = bit >> 3
  const three = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
  return (three >> (24 - (bit & 7) - width)) & ((1 << width) - 1)
}

function lowFirst(bytes: Uint8Array, bit: number, width: number): number {
  const at = bit >> 3
  const three = bytes[at]! | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
  return (three >> (bit & 7)) & ((1 << width) - 1)
}
