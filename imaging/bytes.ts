/** Copies `bytes` with the byte order of every sample of `size` bytes reversed. */
export function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let i = 0; i + size <= bytes.length; i += size) {
    for (let j = 0; j < size; j++) out[i + j] = bytes[i + size - 1 - j]!
  }
  return out
}

/** Bytes of a fixed-length text field up to the first NUL, as Latin-1, without blanks at the ends. */
export function fixedText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    if (byte === 0) break
    text += String.fromCharCode(byte)
  }
  return text.trim()
}
