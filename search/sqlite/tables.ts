/**
 * Tables of one generation of the index. A rebuild makes the next generation beside the live one; `meta` says which is
 * live, so that every process changes over at once.
 */
import { createHash } from 'node:crypto'
import type { SearchSettings } from '../engine.ts'
import type { Connection } from './connection.ts'

/** Rises with the shape of these tables or with the way text becomes words: older files are then rebuilt. */
const tableVersion = 2

export const settingsHash = (settings: SearchSettings): string =>
  createHash('sha256')
    .update(JSON.stringify([tableVersion, settings]))
    .digest('hex')

/** Names of a generation's tables and columns. */
export interface Tables {
  generation: number
  /** Words, one column for the label and one for each weight. No content: what is shown is in `payload`. */
  text: string
  /** One narrow row per document: all that filters, counts and sorts. */
  document: string
  payload: string
  /** Distinct sets of keys that open documents and that hide them. */
  audience: string
  facet: string
  /** Words that a typing error may have meant. */
  word: string
}

export const tablesOf = (generation: number): Tables => ({
  generation,
  text: `text_${generation}`,
  document: `document_${generation}`,
  payload: `payload_${generation}`,
  audience: `audience_${generation}`,
  facet: `facet_${generation}`,
  word: `word_${generation}`,
})

/** Columns of ranges and sort orders, by the place of their name in the settings: a name is never part of SQL. */
export function columnsOf(settings: SearchSettings): Map<string, string> {
  return new Map([
    ['label', 'label_key'],
    ...settings.dates.map((name, n) => [name, `date_${n}`] as const),
    ...settings.numbers.map((name, n) => [name, `number_${n}`] as const),
  ])
}

/** Stands for a missing number in sort columns. */
export const noNumber = -1e308

export function createTables(tables: Tables, settings: SearchSettings): string {
  const weights = settings.weights.map((_, n) => `weight_${n}`)
  return `
    CREATE VIRTUAL TABLE ${tables.text} USING fts5(label, ${weights.join(', ')},
      content='', contentless_delete=1, tokenize='ascii', prefix='2 3');
    CREATE TABLE ${tables.document} (
      rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL,
      audience INTEGER NOT NULL, type TEXT NOT NULL, label_key TEXT NOT NULL,
      ${settings.dates.map((_, n) => `date_${n} TEXT NOT NULL,`).join(' ')}
      ${settings.numbers.map((_, n) => `number_${n} REAL NOT NULL,`).join(' ')}
      facets TEXT NOT NULL);
    CREATE INDEX ${tables.document}_record ON ${tables.document} (record);
    CREATE INDEX ${tables.document}_audience ON ${tables.document} (audience);
    ${[...columnsOf(settings).values()]
      .map((column) => `CREATE INDEX ${tables.document}_${column} ON ${tables.document} (${column});`)
      .join(' ')}
    CREATE TABLE ${tables.payload} (rowid INTEGER PRIMARY KEY, body TEXT NOT NULL);
    CREATE TABLE ${tables.audience} (id INTEGER PRIMARY KEY, keys TEXT NOT NULL UNIQUE);
    CREATE TABLE ${tables.facet} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (name, value));
    CREATE TABLE ${tables.word} (text TEXT PRIMARY KEY, length INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX ${tables.word}_length ON ${tables.word} (length);`
}

/** Drops every generation but `keep`, also one that a killed rebuild left behind. */
export async function dropOthers(connection: Connection, keep: number): Promise<void> {
  const rows = await connection.all(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '*_[0-9]*' AND name NOT GLOB 'text_*_*'`,
  )
  for (const { name } of rows) {
    if (!String(name).endsWith(`_${keep}`)) await connection.exec(`DROP TABLE IF EXISTS ${name}`)
  }
}
