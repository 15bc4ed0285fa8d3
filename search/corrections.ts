/**
 * What a person meant by words that nothing has. Candidates come from the words of the index, and only those count that
 * a document has which the caller may see: a guess must not tell what is written where they may not look.
 */
import { forgivenEdits, nearWords } from './typos.ts'
import type { Unit } from './units.ts'
import { fold } from './words.ts'

/** Candidates whose hits are counted for one word. */
const mostCandidates = 8

export interface Correction {
  units: Unit[]
  /** The query as it should have been typed. */
  rewrite(text: string): string
}

/** What is asked of an index to correct words. */
export interface Spelling {
  /** Documents that the caller sees and that have this, or one of its other names. */
  hits(unit: Unit): Promise<number>
  /** Documents that the caller sees and that have this word itself. */
  exactHits(unit: Unit): Promise<number>
  /** Words of the index that may be meant by one of this length, also longer ones when only the beginning was typed. */
  vocabulary(word: string, edits: number, open: boolean): Promise<string[]>
}

/** @returns null when no word could be corrected */
export async function correctUnits(spelling: Spelling, units: readonly Unit[]): Promise<Correction | null> {
  const replaced = new Map<string, string>()
  const corrected: Unit[] = []
  for (const unit of units) {
    const [word] = unit.parts
    const edits = unit.phrase || unit.parts.length !== 1 || !word ? 0 : forgivenEdits(word)
    if (edits === 0 || !word || (await spelling.hits(unit)) > 0) {
      corrected.push(unit)
      continue
    }
    const words = await spelling.vocabulary(word, edits, unit.open)
    let best: { word: string; distance: number; hits: number } | undefined
    for (const near of nearWords(word, words, edits, unit.open).slice(0, mostCandidates)) {
      if (best && near.distance > best.distance) break
      const found = await spelling.exactHits({ ...unit, parts: [near.word], open: false })
      if (found > (best?.hits ?? 0)) best = { ...near, hits: found }
    }
    if (best) replaced.set(word, best.word)
    corrected.push(best ? { ...unit, text: best.word, parts: [best.word], open: false } : unit)
  }
  if (replaced.size === 0) return null
  return {
    units: corrected,
    rewrite: (text) => text.replaceAll(/[\p{L}\p{N}\p{M}]+/gu, (typed) => replaced.get(fold(typed)) ?? typed),
  }
}
