/** The words of a query as things that were asked for; every engine makes its own expression of them. */
import type { MatchedWord } from './engine.ts'
import type { QueryItem } from './query.ts'
import type { Synonyms } from './synonyms.ts'
import { compoundsOf, squeeze, wordsOf } from './words.ts'

/** One thing that a person asked for: a word, a compound such as "U-87", or a phrase. */
export interface Unit {
  /** As typed. */
  text: string
  parts: string[]
  /** Joined word of a compound. */
  joined: string | null
  phrase: boolean
  /** The word that is still being typed. */
  open: boolean
}

/** An abbreviation of fewer signs is understood, but not searched in place of a name: "ID" is in too many texts. */
export const shortestSynonym = 3

/** Shortest beginning of a word that is searched as one. */
export const shortestPrefix = 2

/** Things asked for by an item, in their order. */
function unitsOf(item: QueryItem): Unit[] {
  const words = wordsOf(item.text)
  const unit = (text: string, parts: string[], joined: string | null): Unit => ({
    text,
    parts,
    joined,
    phrase: item.phrase,
    open: false,
  })
  if (item.phrase) {
    const parts = words.map((w) => w.text)
    return parts.length === 0 ? [] : [unit(item.text, parts, null)]
  }
  const compounds = compoundsOf(item.text)
  const units: (Unit & { start: number })[] = compounds.map((compound) => ({
    ...unit(
      item.text.slice(compound.start, compound.end),
      words.filter((w) => w.start >= compound.start && w.end <= compound.end).map((w) => w.text),
      compound.text,
    ),
    start: compound.start,
  }))
  for (const word of words) {
    if (compounds.some((c) => word.start >= c.start && word.end <= c.end)) continue
    units.push({ ...unit(item.text.slice(word.start, word.end), [word.text], null), start: word.start })
  }
  return units.toSorted((a, b) => a.start - b.start)
}

/** Units of all items. @param open whether the last word may still go on */
export function unitsOfItems(items: readonly QueryItem[], open: boolean): Unit[] {
  const units = items.flatMap(unitsOf)
  const last = units.at(-1)
  if (last && open && !last.phrase && !items.at(-1)?.negated) last.open = true
  return units
}

/** Synonyms of the longest name that begins at a unit, and how many units it takes. */
export function namesAt(units: readonly Unit[], at: number, synonyms: Synonyms): { names: string[]; length: number } {
  if (units[at]?.phrase) return { names: [], length: 1 }
  for (let length = Math.min(synonyms.longest, units.length - at); length > 0; length--) {
    const run = units.slice(at, at + length)
    if (run.some((unit) => unit.phrase)) continue
    const name = run.map((unit) => unit.text).join(' ')
    const names = synonyms.of(name).filter((other) => squeeze(other).length >= shortestSynonym)
    if (names.length > 0) return { names, length }
  }
  return { names: [], length: 1 }
}

/** Words to be marked in what was found. */
export function matchedWords(units: readonly Unit[], synonyms: Synonyms): MatchedWord[] {
  const words: MatchedWord[] = []
  const mark = ({ parts, joined, open }: Unit) => {
    const own = joined === null ? parts : [joined]
    words.push(...own.map((text, n) => ({ text, prefix: open && n === own.length - 1 })))
  }
  for (let i = 0; i < units.length;) {
    const { names, length } = namesAt(units, i, synonyms)
    for (const unit of units.slice(i, i + length)) mark(unit)
    // Names that hold the typed word are marked by it already.
    const typed = squeeze(units[i]?.text ?? '')
    const others = names.filter((name) => !squeeze(name).includes(typed))
    for (const text of others) for (const unit of unitsOf({ text, negated: false, phrase: false })) mark(unit)
    i += length
  }
  return words
}
