/**
 * How text becomes words, in documents and in queries alike. Words are runs of letters and digits in lower case without
 * accents. What is written together ("U-87", "C57BL/6J", "i.p.", "[18F]FDG") counts as its parts and as one joined word,
 * so that "U87", "U-87" and "u 87" meet.
 */

export interface Word {
  /** Folded. */
  text: string
  /** Place in the original text, in UTF-16 code units. */
  start: number
  end: number
}

const wordPattern = /[\p{L}\p{N}\p{M}]+/gu
/** Words with at most two of these signs between them belong together. */
const compoundPattern = /[\p{L}\p{N}\p{M}]+(?:[-_./\\'’‐‑–()[\]<>+]{1,2}[\p{L}\p{N}\p{M}]+)+/gu
const longestCompound = 40

/** Lower case, compatibility forms resolved ("¹⁸F" becomes "18f"), accents taken off. */
export function fold(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase()
  // Marks go last: lower case of some letters (İ) brings one of its own.
  return text.normalize('NFKD').toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '')
}

/** Words of a text in their order. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(wordPattern)) {
    // Some compatibility forms fold to several words ("½" to "1⁄2"): only letters and digits stay.
    const folded = onlyWordSigns(fold(match[0]))
    if (folded !== '') words.push({ text: folded, start: match.index, end: match.index + match[0].length })
  }
  return words
}

/** Joined words of what is written together. */
export function compoundsOf(text: string): Word[] {
  const compounds: Word[] = []
  for (const match of text.matchAll(compoundPattern)) {
    const joined = squeeze(match[0])
    if (joined.length <= longestCompound) {
      compounds.push({ text: joined, start: match.index, end: match.index + match[0].length })
    }
  }
  return compounds
}

const onlyWordSigns = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '')

/** All letters and digits of a text as one word: "Mus musculus" and "U-87 MG" as keys. */
export const squeeze = (text: string): string => onlyWordSigns(fold(text))

/** Text as it is indexed: words between blanks, joined words after them, so that phrases keep their order. */
export const indexedText = (text: string): string =>
  [...wordsOf(text), ...compoundsOf(text)].map((word) => word.text).join(' ')

/** Sort key of a label: folded, with numbers padded so that M-2 comes before M-10. */
export const sortKey = (label: string): string =>
  fold(label)
    .trim()
    .replaceAll(/\d+/g, (digits) => digits.padStart(10, '0'))
    .slice(0, 200)
