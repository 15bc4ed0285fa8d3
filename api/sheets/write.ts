/** Tables as CSV and XLSX: streamed, with drop-downs where a file is small enough to hold them, and harmless in Excel. */
import { Readable } from 'node:stream'
import { writeCsvStream } from 'hucre/csv'
import { vocabularies } from '#ontology/terms.ts'
import { headerOf, type Column } from '#ontology/table/columns.ts'
import { recordHeaders } from '#ontology/table/headers.ts'

export type FileCell = string | number | null
export const formats = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const
export type SheetFormat = keyof typeof formats

/** Rows up to which a workbook is made whole, with drop-downs; longer ones are streamed without. */
const wholeRows = 5000
const emptyRows = 500

export interface TableFile {
  title: string
  columns: readonly Column[]
  /** Whether the first two cells of a row are the identifier and version of its record. */
  identified: boolean
  rows: AsyncIterable<FileCell[]>
  rowCount: number
}

/** Headers as they stand in the file. */
export const headersOf = ({ columns, identified }: Pick<TableFile, 'columns' | 'identified'>): string[] => [
  ...(identified ? [recordHeaders.id, recordHeaders.version] : []),
  ...columns.map(headerOf),
]

export async function tableFile(format: SheetFormat, file: TableFile): Promise<Readable> {
  if (format === 'csv') {
    const rows = withHeaders(headersOf(file), file.rows)
    // The mark tells Excel that it is UTF-8; a quote before = + - @ keeps cells from being run as formulas.
    return fromWeb(writeCsvStream(rows, { bom: true, headers: false, escapeFormulae: true }))
  }
  if (file.rowCount > wholeRows) {
    const { writeXlsxStream } = await import('hucre/xlsx')
    const headers = headersOf(file).map((header) => ({ header }))
    return fromWeb(
      writeXlsxStream(file.rows, { name: sheetName(file.title), columns: headers, freezePane: { rows: 1 } }),
    )
  }
  return Readable.from([Buffer.from(await workbook(file))])
}

const fromWeb = (stream: ReadableStream<Uint8Array>): Readable => Readable.fromWeb(stream as never)

async function* withHeaders(headers: string[], rows: AsyncIterable<FileCell[]>): AsyncGenerator<FileCell[]> {
  yield headers
  yield* rows
}

/** Excel allows 31 characters without these. */
const sheetName = (title: string): string => title.replaceAll(/[[\]:*?/\\]/g, ' ').slice(0, 31)

async function workbook(file: TableFile): Promise<Uint8Array> {
  const { title, columns, identified } = file
  const headers = headersOf(file)
  const rows: FileCell[][] = []
  for await (const row of file.rows) rows.push(row)
  const last = rows.length + emptyRows
  const lists: string[][] = []
  const first = identified ? 2 : 0
  const dataValidations = columns.flatMap((column, n) => {
    const choices = choicesOf(column)
    if (choices.length === 0) return []
    lists.push(choices)
    const own = letters(lists.length - 1)
    const place = letters(first + n)
    return [
      {
        type: 'list' as const,
        formula1: `Lists!$${own}$1:$${own}$${choices.length}`,
        allowBlank: true,
        range: `${place}2:${place}${last + 1}`,
        showErrorMessage: true,
        // Closed lists refuse; open ones only ask again.
        errorStyle: column.options ? ('stop' as const) : ('warning' as const),
        errorTitle: column.label.slice(0, 30),
        errorMessage: 'This is not in the list.',
      },
    ]
  })
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  const { writeXlsx } = await import('hucre/xlsx')
  return writeXlsx({
    sheets: [
      {
        name: sheetName(title),
        columns: headers.map((header, n) => ({
          width: Math.min(40, Math.max(11, header.length + 3)),
          hidden: n < first,
        })),
        rows: [headers, ...rows],
        dataValidations,
        freezePane: { rows: 1 },
        cells: new Map(
          headers.map((_, n) => {
            const level = columns[n - first]?.level
            return [
              `0,${n}`,
              { style: { font: { bold: true, ...(level === 'record' && { color: { rgb: '0B7285' } }) } } },
            ]
          }),
        ),
      },
      { name: 'Help', rows: helpRows(columns), columns: [{ width: 34 }, { width: 18 }, { width: 40 }, { width: 80 }] },
      {
        name: 'Lists',
        hidden: true,
        rows: Array.from({ length: longest }, (_, row) => lists.map((list) => list[row] ?? null)),
      },
    ],
  })
}

const choicesOf = ({ options, vocabulary, kind }: Column): string[] =>
  kind === 'terms' ? [] : [...(options ?? vocabularies.get(vocabulary ?? '')?.terms.map(({ label }) => label) ?? [])]

const helpRows = (columns: readonly Column[]): FileCell[][] => [
  ['Column', 'Needed', 'Example or choices', 'What it means'],
  ...columns.map((column): FileCell[] => [
    headerOf(column),
    column.level === 'record' ? 'to save' : column.level === 'publish' ? 'to publish' : 'no',
    column.options?.join(', ') ?? (column.units ? `units: ${column.units.join(', ')}` : (column.example ?? '')),
    column.help ?? (column.kind === 'when' ? 'Like 2025-03-14 10:30; a day alone is known to the day.' : ''),
  ]),
]

/** Name of a column in a spreadsheet: A, B … Z, AA. */
export function letters(place: number): string {
  const rest = place % 26
  return (place >= 26 ? letters(Math.floor(place / 26) - 1) : '') + String.fromCharCode(65 + rest)
}
