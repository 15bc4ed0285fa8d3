/** The words of the embedded index, for corrections. */
import type { Spelling } from '../corrections.ts'
import type { Synonyms } from '../synonyms.ts'
import type { Condition } from './conditions.ts'
import type { Connection } from './connection.ts'
import { expressionOf, matchOf } from './match.ts'
import type { Tables } from './tables.ts'

/** @param seen what the caller may see */
export function spellingOf(connection: Connection, tables: Tables, seen: Condition, synonyms: Synonyms): Spelling {
  const hits = async (match: string): Promise<number> => {
    const [row] = await connection.all(
      `SELECT count(*) AS n FROM ${tables.text} AS t JOIN ${tables.document} AS d ON d.rowid = t.rowid
       WHERE ${tables.text} MATCH ? AND ${seen.sql}`,
      [match, ...seen.values],
    )
    return Number(row?.n)
  }
  return {
    hits: (unit) => hits(matchOf([unit], synonyms)),
    exactHits: (unit) => hits(expressionOf(unit)),
    async vocabulary(word, edits, open) {
      const [row] = await connection.all(
        `SELECT group_concat(text, ' ') AS words FROM ${tables.word} WHERE length BETWEEN ? AND ?`,
        [word.length - edits, open ? word.length + 20 : word.length + edits],
      )
      return row?.words ? String(row.words).split(' ') : []
    },
  }
}
