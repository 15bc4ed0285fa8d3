/**
 * What a person meant by words that nothing has. Candidates come from the words of the index, and only those count that
 * a document has which the caller may see: a guess must not tell what is written where they may not look.
 */
import type { Synonyms } from '../synonyms.ts'
import { fold } from '../words.ts'
import { forgivenEdits, nearWords } from '../typos.ts'
import type { Condition } from './conditions.ts'
import type { Connection } from './connection.ts'
import { expressionOf, matchOf, type Unit } from './match.ts'
import type { Tables } from './tables.ts'

/** Candidates whose hits are counted for one word. */
const mostCandidates = 8

export interface Correction {
  units: Unit[]
  /** The query as it should have been typed. */
  rewrite(text: string): string
}

/** @returns null when no word could be corrected */
export async function correctUnits(
  connection: Connection,
  tables: Tables,
  seen: Condition,
  units: readonly Unit[],
  synonyms: Synonyms,
): Promise<Correction | null> {
  const hits = async (match: string): Promise<number> => {
    const [row] = await connection.all(
      `SELECT count(*) AS n FROM ${tables.text} AS t JOIN ${tables.document} AS d ON d.rowid = t.rowid
       WHERE ${tables.text} MATCH ? AND ${seen.sql}`,
      [match, ...seen.values],
    )
    return Number(row?.n)
  }
  const replaced = new Map<string, string>()
  const corrected: Unit[] = []
  for (const unit of units) {
    const [word] = unit.parts
    const edits = unit.phrase || unit.parts.length !== 1 || !word ? 0 : forgivenEdits(word)
    if (edits === 0 || !word || (await hits(matchOf([unit], synonyms))) > 0) {
      corrected.push(unit)
      continue
    }
    const words = await vocabulary(connection, tables, word.length, edits, unit.open)
    let best: { word: string; distance: number; hits: number } | undefined
    for (const near of nearWords(word, words, edits, unit.open).slice(0, mostCandidates)) {
      if (best && near.distance > best.distance) break
      const found = await hits(expressionOf({ ...unit, parts: [near.word], open: false }))
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

/** Words of the index of about this length; longer ones too when only their beginning was typed. */
async function vocabulary(
  connection: Connection,
  tables: Tables,
  length: number,
  edits: number,
  open: boolean,
): Promise<string[]> {
  const [row] = await connection.all(
    `SELECT group_concat(text, ' ') AS words FROM ${tables.word} WHERE length BETWEEN ? AND ?`,
    [length - edits, open ? length + 20 : length + edits],
  )
  return row?.words ? String(row.words).split(' ') : []
}
