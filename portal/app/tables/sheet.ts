/** The rows of a grid while a person edits them: what changed, what is wrong, undo. No component, no server. */
import { readCell, textOf, type Cell, type Lookup, type Reading } from '#ontology/table/cells.ts'
import type { Column } from '#ontology/table/columns.ts'
import { meaningsOf } from '#ontology/table/headers.ts'

export type Cells = Readonly<Record<string, string>>

/** A row; replaced as a whole when something in it changes. */
export interface SheetRow {
  /** Tells rows apart on the page. */
  readonly key: number
  readonly id?: string | undefined
  readonly version?: number | undefined
  readonly cells: Cells
  /** The cells as they were saved. */
  readonly saved: Cells
  /** What the server said about cells, by column; '' is the whole row. Gone when the row changes. */
  readonly refused?: Readonly<Record<string, string>> | undefined
}

/** What the cells may name: GET …/rows. */
export type Names = Record<string, { id: string; label: string; names: string[] }[]>

let lastKey = 0
export const newRow = (cells: Cells = {}): SheetRow => ({ key: ++lastKey, cells, saved: {} })

export function rowsOf(items: readonly { id: string; version: number; cells: Record<string, Cell> }[]): SheetRow[] {
  return items.map(({ id, version, cells }) => {
    const texts = Object.fromEntries(Object.entries(cells).map(([key, cell]) => [key, textOf(cell)]))
    return { key: ++lastKey, id, version, cells: texts, saved: texts }
  })
}

export const lookupOf = (names: Names): Lookup => {
  const indexes = new Map(
    Object.entries(names).map(([entity, all]) => {
      const index = new Map<string, Set<string>>()
      for (const one of all)
        for (const name of one.names) {
          const key = name.trim().toLowerCase()
          index.set(key, (index.get(key) ?? new Set()).add(one.id))
        }
      return [entity, index] as const
    }),
  )
  const labels = new Map(Object.values(names).flatMap((all) => all.map(({ id, label }) => [id, label] as const)))
  return {
    find: (entity, text) => [...(indexes.get(entity)?.get(text.trim().toLowerCase()) ?? [])],
    label: (_entity, id) => labels.get(id),
  }
}

/** A row with a cell set; an empty text empties it. */
export function withCell(row: SheetRow, key: string, text: string | null | undefined): SheetRow {
  const plain = text ?? ''
  if ((row.cells[key] ?? '') === plain) return row
  const { [key]: _held, ...others } = row.cells
  return { ...row, refused: undefined, cells: plain === '' ? others : { ...others, [key]: plain } }
}

export const isEmptyRow = ({ cells }: SheetRow): boolean => Object.keys(cells).length === 0

export const changedKeys = ({ cells, saved }: SheetRow): string[] =>
  [...new Set([...Object.keys(cells), ...Object.keys(saved)])].filter(
    (key) => (cells[key] ?? '') !== (saved[key] ?? ''),
  )

/** Rows that are to be sent. */
export const changedRows = (rows: readonly SheetRow[]): SheetRow[] =>
  rows.filter((row) => changedKeys(row).length > 0 && !(row.id === undefined && isEmptyRow(row)))

/** What is wrong in a row, by column. Rows are never changed in place, so each is looked at once. */
export function checker(
  columns: readonly Column[],
  reading: Reading,
): (row: SheetRow) => Readonly<Record<string, string>> {
  const held = new WeakMap<SheetRow, Readonly<Record<string, string>>>()
  const needed = columns.filter(({ level }) => level === 'record')
  return (row) => {
    const known = held.get(row)
    if (known) return known
    const problems: Record<string, string> = {}
    const changed = new Set(changedKeys(row))
    if (changed.size > 0 && !(row.id === undefined && isEmptyRow(row))) {
      for (const column of columns) {
        if (!changed.has(column.key)) continue
        const read = readCell(column, row.cells[column.key] ?? null, reading)
        if ('problem' in read) problems[column.key] = read.problem
      }
      for (const { key, label } of needed) if (!row.cells[key]) problems[key] ??= `“${label}” is needed to save.`
    }
    const all = { ...problems, ...row.refused }
    held.set(row, all)
    return all
  }
}

/** Copies the first row of a selection into the others. */
export function fillDown(
  rows: readonly SheetRow[],
  selection: { min: { row: number; col: number }; max: { row: number; col: number } },
  columns: readonly Column[],
): SheetRow[] {
  const first = rows[selection.min.row]
  const keys = columns.slice(selection.min.col, selection.max.col + 1).map(({ key }) => key)
  return rows.map((row, n) =>
    !first || n <= selection.min.row || n > selection.max.row
      ? row
      : keys.reduce((filled, key) => withCell(filled, key, first.cells[key]), row),
  )
}

/**
 * Rows that were copied with their headers out of a spreadsheet: put under the columns that the headers mean. Rows of
 * records that are here already, by the first column, change those; others are added.
 * @returns null when the first line is no line of headers
 */
export function pastedTable(text: string, rows: readonly SheetRow[], columns: readonly Column[]): SheetRow[] | null {
  const lines = text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => line.split('\t'))
  const [headers = [], ...below] = lines
  if (headers.length < 2 || below.length === 0) return null
  const meanings = meaningsOf(headers, columns)
  const meant = meanings.filter(({ key }) => key !== null).length
  if (meant < 2 || meant < headers.length / 2) return null
  const naming = columns[0]?.key ?? ''
  const isName = columns[0]?.kind === 'text'
  const result = rows.filter((row) => row.id !== undefined || !isEmptyRow(row))
  for (const line of below) {
    const cells: Record<string, string> = {}
    for (const [place, meaning] of meanings.entries()) {
      const cell = line[place]?.trim() ?? ''
      if (cell === '' || meaning.key === null || 'part' in meaning) continue
      const unit = 'unit' in meaning && meaning.unit && /^[\d.,\s]+$/.test(cell) ? ` ${meaning.unit}` : ''
      cells[meaning.key] = cell + unit
    }
    if (Object.keys(cells).length === 0) continue
    const at = isName
      ? result.findIndex((row) => row.cells[naming] !== undefined && row.cells[naming] === cells[naming])
      : -1
    const start = result[at] ?? newRow()
    const filled = Object.entries(cells).reduce((row, [key, cell]) => withCell(row, key, cell), start)
    if (at >= 0) result[at] = filled
    else result.push(filled)
  }
  return result
}

/** Steps back and forth; at most a hundred. */
export interface History {
  past: readonly (readonly SheetRow[])[]
  now: readonly SheetRow[]
  future: readonly (readonly SheetRow[])[]
}
export type Step = { to: readonly SheetRow[] } | { replace: readonly SheetRow[] } | 'undo' | 'redo'

const mostSteps = 100

export function stepped(history: History, step: Step): History {
  const { past, now, future } = history
  if (step === 'undo') {
    const before = past.at(-1)
    return before ? { past: past.slice(0, -1), now: before, future: [now, ...future] } : history
  }
  if (step === 'redo') {
    const [next, ...rest] = future
    return next ? { past: [...past, now], now: next, future: rest } : history
  }
  // After saving, going back would bring versions that are no more.
  if ('replace' in step) return { past: [], now: step.replace, future: [] }
  return { past: [...past, now].slice(-mostSteps), now: step.to, future: [] }
}
