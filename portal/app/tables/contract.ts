/** Shapes of the API's answers about tables. */
import type { Cell } from '#ontology/table/cells.ts'
import type { HeaderMeaning } from '#ontology/table/headers.ts'
import type { Names } from './sheet.ts'

/** GET /studies/:id/tables/:table/rows */
export interface TableRows {
  columns: { key: string; label: string; kind: string }[]
  items: { id: string; version: number; cells: Record<string, Cell> }[]
  names: Names
  more: boolean
}

export type Outcome = 'added' | 'changed' | 'untouched' | 'refused'

/** POST /studies/:id/tables/:table/rows */
export interface RowsResult {
  saved: boolean
  rows: {
    outcome: Outcome
    id?: string
    version?: number
    problems: { pointer: string; message: string }[]
  }[]
}

/** GET /table-imports/:id */
export interface TableImport {
  id: string
  studyId: string
  projectId: string
  table: string
  label: string
  state: 'reading' | 'planned' | 'writing' | 'written' | 'undoing' | 'undone' | 'failed'
  version: number
  headers: string[]
  meanings: HeaderMeaning[]
  zone: string
  counts: Record<Outcome | 'rows' | 'kept', number> | null
  jobId: string | null
  problem: { code: string; detail: string } | null
  createdAt: string
}

/** GET /table-imports/:id/rows */
export interface ImportRows {
  items: {
    number: number
    outcome: Outcome | 'kept'
    label: string
    recordId: string | null
    changes: { key: string; label: string; before: string; after: string }[]
    problems: { key: string; label: string; cell: string; message: string; note: boolean }[]
    cells: string[]
  }[]
  next: number | null
}

/** GET /projects/:id/entry-templates */
export interface EntryTemplate {
  id: string
  table: string
  name: string
  cells: Record<string, string>
}
