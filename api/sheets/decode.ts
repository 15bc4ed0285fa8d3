/** Bytes of a text file as text, whatever program wrote it. */
import { AppError } from '#api/errors.ts'

/** UTF-8 and UTF-16 with or without byte order mark; else Windows-1252, which old Excel writes. */
export function decodeText(bytes: Uint8Array): string {
  const [a, b, c] = bytes
  if (a === 0xff && b === 0xfe) return strict('utf-16le', bytes.subarray(2))
  if (a === 0xfe && b === 0xff) return strict('utf-16be', bytes.subarray(2))
  if (a === 0xef && b === 0xbb && c === 0xbf) return strict('utf-8', bytes.subarray(3))
  // Without a mark, nearly every second byte of Latin text in UTF-16 is zero.
  const head = bytes.subarray(0, 512)
  const zeros = (odd: number) => head.filter((byte, n) => n % 2 === odd && byte === 0).length / (head.length / 2)
  if (zeros(1) > 0.5 && zeros(0) < 0.1) return strict('utf-16le', bytes)
  if (zeros(0) > 0.5 && zeros(1) < 0.1) return strict('utf-16be', bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function strict(encoding: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new AppError(
      'invalid',
      `The file says that it is ${encoding.toUpperCase()}, but it is not. Save it again as CSV UTF-8.`,
    )
  }
}
