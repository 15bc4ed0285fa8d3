/** Puts documents into the tables of one generation. */
import type { SearchDocument, SearchSettings } from '../engine.ts'
import { isGuessable } from '../typos.ts'
import { indexedText, sortKey, wordsOf } from '../words.ts'
import type { Connection, Value } from './connection.ts'
import { signOf } from './facetCodes.ts'
import { noNumber, type Tables } from './tables.ts'

/** Documents whose statements are sent together. */
const batchSize = 500

/** Inserts documents within the transaction of the caller. Their records must be out already. */
export async function insertDocuments(
  connection: Connection,
  tables: Tables,
  settings: SearchSettings,
  documents: readonly SearchDocument[],
): Promise<void> {
  for (let i = 0; i < documents.length; i += batchSize) {
    await insertBatch(connection, tables, settings, documents.slice(i, i + batchSize))
  }
}

async function insertBatch(
  connection: Connection,
  tables: Tables,
  settings: SearchSettings,
  documents: readonly SearchDocument[],
): Promise<void> {
  const audiences = await idsOf(connection, tables.audience, ['keys'], documents.map(audienceOf))
  const values = documents.map((document) => facetValuesOf(document, settings))
  const facets = await idsOf(connection, tables.facet, ['name', 'value'], values.flat())
  const [last] = await connection.all(`SELECT coalesce(max(rowid), 0) AS row FROM ${tables.document}`)
  let row = Number(last?.row)

  const documentRows: Value[][] = []
  const textRows: Value[][] = []
  const payloadRows: Value[][] = []
  const words = new Set<string>()
  for (const [n, document] of documents.entries()) {
    row++
    const signs = new Set((values[n] ?? []).map((value) => signOf(facets.get(JSON.stringify(value)) as number)))
    documentRows.push([
      row,
      document.id,
      document.record,
      audiences.get(JSON.stringify(audienceOf(document))) as number,
      document.type,
      sortKey(document.label),
      ...settings.dates.map((name) => document.dates[name] ?? ''),
      ...settings.numbers.map((name) => document.numbers[name] ?? noNumber),
      [...signs].join(''),
    ])
    const texts = [document.label, ...settings.weights.map((weight) => (document.text[weight] ?? []).join('\n'))]
    textRows.push([row, ...texts.map(indexedText)])
    payloadRows.push([row, JSON.stringify(document.payload ?? null)])
    for (const text of texts) for (const word of wordsOf(text)) if (isGuessable(word.text)) words.add(word.text)
  }
  const columns = settings.weights.map((_, n) => `weight_${n}`).join(', ')
  await insert(connection, `${tables.document}`, null, documentRows)
  await insert(connection, tables.text, `rowid, label, ${columns}`, textRows)
  await insert(connection, tables.payload, null, payloadRows)
  await insert(
    connection,
    tables.word,
    null,
    [...words].map((word) => [word, word.length]),
  )
}

/** Who sees a document, as one value: the same for every order of keys. */
const audienceOf = ({ scope, unless = [] }: SearchDocument): Value[] => [
  JSON.stringify([scope, unless].map((keys) => [...new Set(keys)].toSorted())),
]

const facetValuesOf = (document: SearchDocument, settings: SearchSettings): Value[][] =>
  settings.facets.flatMap((name) => (document.facets[name] ?? []).map((value) => [name, storable(value)]))

/** What SQLite gives back as it got it. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '')

/** Row numbers of values in a table of distinct values, by the JSON of the value; missing ones are added. */
async function idsOf(
  connection: Connection,
  table: string,
  columns: string[],
  values: readonly Value[][],
): Promise<Map<string, number>> {
  const distinct = [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
  await insert(connection, table, columns.join(', '), distinct)
  const rows = await connection.all(
    `SELECT t.id, json_array(${columns.map((c) => `t.${c}`).join(', ')}) AS value
     FROM json_each(?) AS wanted JOIN ${table} AS t
     ON ${columns.map((c, n) => `t.${c} = wanted.value ->> ${n}`).join(' AND ')}`,
    [JSON.stringify(distinct)],
  )
  return new Map(rows.map((row) => [JSON.stringify(JSON.parse(String(row.value))), Number(row.id)]))
}

/** Many rows by one statement; rows that are there already stay. @param columns null: all, in the order of the table */
async function insert(
  connection: Connection,
  table: string,
  columns: string | null,
  rows: readonly Value[][],
): Promise<void> {
  const width = rows[0]?.length
  if (width === undefined) return
  const fields = Array.from({ length: width }, (_, n) => `value ->> ${n}`)
  await connection.run(
    `INSERT OR IGNORE INTO ${table}${columns === null ? '' : ` (${columns})`} SELECT ${fields.join(', ')} FROM json_each(?)`,
    [JSON.stringify(rows)],
  )
}

/** Takes out all documents of these records, and those with these ids. */
export async function removeDocuments(
  connection: Connection,
  tables: Tables,
  records: readonly string[],
  ids: readonly string[],
): Promise<void> {
  const where = `record IN (SELECT value FROM json_each(?)) OR id IN (SELECT value FROM json_each(?))`
  const found = await connection.all(`SELECT rowid FROM ${tables.document} WHERE ${where}`, [
    JSON.stringify(records),
    JSON.stringify(ids),
  ])
  if (found.length === 0) return
  const rows = [JSON.stringify(found.map((row) => row.rowid))]
  for (const table of [tables.text, tables.payload, tables.document]) {
    await connection.run(`DELETE FROM ${table} WHERE rowid IN (SELECT value FROM json_each(?))`, rows)
  }
}
