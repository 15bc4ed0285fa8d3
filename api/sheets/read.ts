/** A sheet of somebody's CSV or XLSX file as rows of cells. */
import { unzipSync } from 'fflate'
import { detectDelimiter, parseCsv } from 'hucre/csv'
import { AppError } from '#api/errors.ts'
import { textProblem } from '#api/records/storable.ts'
import { textOf, type Cell } from '#ontology/table/cells.ts'
import { decodeText } from './decode.ts'

export interface Sheet {
  headers: string[]
  /** Rows below the headers; each knows its number in the file, counted from 1 as spreadsheets do. */
  rows: { number: number; cells: Cell[] }[]
  /** Whether the file writes 21,3 for 21.3; absent where numbers are numbers. */
  decimalComma?: boolean
}

export const mostRows = 200_000
export const mostColumns = 300
/** Unpacked size of a workbook; a hundred thousand rows of thirty columns need a third of it. */
const mostUnpackedBytes = 512 * 2 ** 20

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b
/** Compound file of Excel 97 to 2003, and of encrypted workbooks. */
const isCompound = (bytes: Uint8Array): boolean => bytes[0] === 0xd0 && bytes[1] === 0xcf

/**
 * Reads the first sheet that holds something.
 * @throws AppError invalid or tooLarge with what to do about it
 */
export async function readSheet(bytes: Uint8Array): Promise<Sheet> {
  if (bytes.length === 0) throw new AppError('invalid', 'The file is empty.')
  if (isCompound(bytes))
    throw new AppError('invalid', 'This is an old or encrypted Excel file. Save it as .xlsx without a password.')
  const { table, decimalComma } = isZip(bytes) ? await readWorkbook(bytes) : readText(bytes)
  const first = table.findIndex((row) => row.some((cell) => textOf(cell) !== ''))
  if (first < 0) throw new AppError('invalid', 'The file holds no cells. Fill in the template and send it again.')
  const headers = trimmed(table[first] ?? []).map((cell) => textOf(cell).slice(0, 200))
  if (headers.length > mostColumns)
    throw new AppError('tooLarge', `The sheet has ${headers.length} columns; ${mostColumns} are the most.`)
  const rows = table.slice(first + 1).flatMap((cells, n) => {
    const own = Array.from({ length: headers.length }, (_, place) => cells[place] ?? null)
    return own.every((cell) => textOf(cell) === '') ? [] : [{ number: first + n + 2, cells: own }]
  })
  if (rows.length > mostRows)
    throw new AppError('tooLarge', `The sheet has ${rows.length} rows; ${mostRows} are the most. Split the file.`)
  for (const { number, cells } of rows)
    for (const cell of cells)
      if (typeof cell === 'string') {
        const problem = textProblem(cell)
        if (problem) throw new AppError('invalid', `Row ${number} ${problem}`)
      }
  return { headers, rows, ...(decimalComma !== undefined && { decimalComma }) }
}

interface Table {
  table: Cell[][]
  decimalComma?: boolean
}

function readText(bytes: Uint8Array): Table {
  let text = decodeText(bytes)
  // Excel names the separator in a first line of its own.
  const named = /^sep=(.)\r?\n/i.exec(text)
  if (named) text = text.slice(named[0].length)
  const delimiter = named?.[1] ?? detectDelimiter(text.slice(0, 20_000))
  const table = parseCsv(text, { delimiter, skipBom: true, unescapeFormulae: true, maxRows: mostRows + 2 }) as Cell[][]
  // Programs that write decimal commas separate cells by semicolons; with commas between cells numbers have points.
  return { table, ...(delimiter === ';' && { decimalComma: true }), ...(delimiter === ',' && { decimalComma: false }) }
}

async function readWorkbook(bytes: Uint8Array): Promise<Table> {
  let unpacked = 0
  try {
    // Nothing is unpacked: the filter sees the sizes of the directory, beyond which the reader does not unpack.
    unzipSync(bytes, {
      filter: ({ originalSize }) => {
        unpacked += originalSize
        return false
      },
    })
  } catch {
    throw new AppError('invalid', 'This file is damaged: it is no whole XLSX workbook. Save it again.')
  }
  if (unpacked > mostUnpackedBytes)
    throw new AppError(
      'tooLarge',
      `Unpacked, this workbook has ${Math.round(unpacked / 2 ** 20)} MiB; 512 are the most.`,
    )
  try {
    const { readXlsx } = await import('hucre/xlsx')
    const { sheets } = await readXlsx(bytes, { sheets: ({ hidden, veryHidden }) => !hidden && !veryHidden })
    const sheet = sheets.find(({ rows }) => rows.length > 0)
    const table = (sheet?.rows ?? []) as Cell[][]
    for (const [place, cell] of sheet?.cells ?? []) {
      if (cell.type !== 'formula') continue
      const [row, column] = place.split(',').map(Number) as [number, number]
      const held = (table[row] ??= [])
      // A formula whose result was saved is read as its result; one without a result is told as what it is.
      if ((held[column] ?? null) === null) held[column] = (cell.formulaResult as Cell) ?? `=${cell.formula ?? ''}`
    }
    return { table }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('invalid', `This workbook cannot be read: ${(error as Error).message.slice(0, 200)}`)
  }
}

function trimmed(cells: readonly Cell[]): Cell[] {
  let end = cells.length
  while (end > 0 && textOf(cells[end - 1] ?? null) === '') end--
  return cells.slice(0, end)
}
