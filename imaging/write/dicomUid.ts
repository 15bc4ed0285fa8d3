/** FNV-1a, 128 bits (offset basis and prime of draft-eastlake-fnv). */
const basis = 0x6c62272e07bb014262b821756295c58dn
const prime = 0x0000000001000000000000000000013bn
const mask = (1n << 128n) - 1n

/**
 * A DICOM UID under 2.25 (PS3.5 B.2) that depends on the given words alone: the same words give the same UID, so that
 * what is written twice is recognised as the same.
 */
export function dicomUid(...words: string[]): string {
  let hash = basis
  for (const character of words.join('\0')) {
    hash ^= BigInt(character.codePointAt(0)!)
    hash = (hash * prime) & mask
  }
  // Version 8 (custom) and variant of RFC 9562, so that the number is that of a UUID.
  hash = (hash & ~(0xfn << 76n)) | (0x8n << 76n)
  hash = (hash & ~(0x3n << 62n)) | (0x2n << 62n)
  return `2.25.${hash}`
}
