/**
 * The records of a dataset as tables: one row for each record, columns from the schema, in its order. Values are plain:
 * a term is its label with a column for its code, a quantity its number with a column for its unit.
 */
import { fieldsOf } from '#ontology/entity.ts'
import { entities } from '#ontology/index.ts'
import type { CodedTerm, Quantity, WhenStamp } from '#ontology/values.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { filesOf, type Published, type Site, type View } from './published.ts'

export interface Column {
  name: string
  title: string
  description?: string
  type: 'string' | 'number' | 'integer' | 'boolean' | 'date' | 'datetime'
  read(record: View): string | number | boolean | undefined
}

export interface Table {
  /** Also the name of its file: subjects.csv */
  name: string
  title: string
  columns: Column[]
  rows: View[]
  /** Columns that hold the id of a row of another table. */
  references: { column: string; table: string }[]
}

/** Records that make a table of their own; what else there is stands in the JSON form. */
const tabled = ['Subject', 'ImagingSession', 'ImageSeries', 'Event', 'Agent', 'Instrument'] as const

export function tablesOf(dataset: Published, site: Site): Table[] {
  const tables = tabled.flatMap((name) => {
    const entity = entities.find((one) => one.name === name)
    if (!entity) throw new Error(`${name} is no entity`)
    const rows = (dataset.snapshot[entity.plural] ?? []) as View[]
    if (rows.length === 0) return []
    const columns = columnsOf(entity.record as Node).filter(({ read }) => rows.some((row) => read(row) !== undefined))
    return [
      { name: entity.plural, title: entity.title, columns, rows, references: referencesOf(entity.record as Node) },
    ]
  })
  const files: Table = {
    name: 'files',
    title: 'File',
    columns: fileColumns,
    rows: filesOf(dataset, site) as unknown as View[],
    references: [{ column: 'seriesId', table: 'series' }],
  }
  const all = [...tables, files]
  // A reference to a table that this dataset has no rows for would hang in the air.
  const present = (table: Table) => (column: { column: string; table: string }) =>
    all.some(({ name }) => name === column.table) && table.columns.some(({ name }) => name === column.column)
  return all.map((table) => ({ ...table, references: table.references.filter(present(table)) }))
}

const plain = (name: string, title: string, type: Column['type'] = 'string'): Column => ({
  name,
  title,
  type,
  read: (record) => record[name] as string | number | undefined,
})
const fileColumns: Column[] = [
  plain('id', 'Identifier'),
  plain('seriesId', 'Image series'),
  plain('path', 'Path'),
  plain('byteCount', 'Size in bytes', 'integer'),
  plain('mediaType', 'Media type'),
  plain('sha256', 'SHA-256'),
  plain('address', 'Address'),
]

function columnsOf(schema: Node, path: readonly string[] = []): Column[] {
  return fieldsOf(schema).flatMap(([name, field]): Column[] => {
    if (field['x-private'] || ['version', 'createdAt', 'updatedAt', 'nullReasons', 'sources'].includes(name)) return []
    const at = [...path, name]
    const get = (record: View) => at.reduce<unknown>((held, step) => (held as View | undefined)?.[step], record)
    const column = (suffix: string, type: Column['type'], read: (held: unknown) => unknown): Column => ({
      name: [...at, ...(suffix ? [suffix] : [])].join('.'),
      title: field.title ?? name,
      ...(field.description && { description: field.description }),
      type,
      read: (record) => {
        const held = get(record)
        return held === undefined || held === null ? undefined : (read(held) as string | undefined)
      },
    })
    switch (field['x-type']) {
      case 'CodedTerm':
        return [
          column('', 'string', (held) => (held as CodedTerm).label),
          column('code', 'string', (held) => codeOf(held as CodedTerm)),
        ]
      case 'Quantity':
        return [
          column('', 'number', (held) => (held as Quantity).value),
          column('unit', 'string', (held) => (held as Quantity).unit),
        ]
      case 'WhenStamp':
        return [
          column('', 'datetime', (held) => (held as WhenStamp).dateTime),
          column('precision', 'string', (held) => (held as WhenStamp).precision),
        ]
    }
    if (field.type === 'object' && field.properties) return columnsOf(field, at)
    if (field.type === 'array') {
      const items = (field.items ?? {}) as Node
      if (items['x-type'] === 'CodedTerm')
        return [column('', 'string', (held) => (held as CodedTerm[]).map(({ label }) => label).join('; '))]
      if (items.type === 'object') return []
      return [column('', 'string', (held) => (held as unknown[]).join('; '))]
    }
    const type = field.type === 'integer' || field.type === 'number' || field.type === 'boolean' ? field.type : 'string'
    const dated = field.format === 'date' ? 'date' : field.format === 'date-time' ? 'datetime' : type
    return [column('', dated as Column['type'], (held) => held)]
  })
}

const codeOf = ({ codings }: CodedTerm): string | undefined => {
  const coding = codings?.[0]
  return coding && (coding.code.includes(':') ? coding.code : `${coding.scheme}:${coding.code}`)
}

function referencesOf(schema: Node): Table['references'] {
  return fieldsOf(schema).flatMap(([name, field]) => {
    const target = entities.find((one) => one.name === field['x-ref'])
    return target ? [{ column: name, table: target.plural }] : []
  })
}

/** RFC 4180, UTF-8. Text that a spreadsheet would run as a formula is led by an apostrophe. */
export function csvOf({ columns, rows }: Table): string {
  const line = (cells: unknown[]) => `${cells.map(csvCell).join(',')}\r\n`
  return [line(columns.map(({ name }) => name)), ...rows.map((row) => line(columns.map(({ read }) => read(row))))].join(
    '',
  )
}

/** RFC 4180; a cell that a spreadsheet would run as a formula starts with an apostrophe. */
export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
