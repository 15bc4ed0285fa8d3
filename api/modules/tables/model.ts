import { DataTypes, Model, type Sequelize } from 'sequelize'
import { idColumn, instantColumn, jsonColumn } from '#api/db/columns.ts'
import type { FieldError } from '#api/errors.ts'
import type { JobProblem } from '#api/jobs/task.ts'
import type { Outcome } from '#api/records/many.ts'
import type { Cell } from '#ontology/table/cells.ts'
import type { HeaderMeaning } from '#ontology/table/headers.ts'

export const tableImportStates = ['reading', 'planned', 'writing', 'written', 'undoing', 'undone', 'failed'] as const
export type TableImportState = (typeof tableImportStates)[number]

/** How the cells of a file are to be read. */
export interface Layout {
  headers: string[]
  meanings: HeaderMeaning[]
  /** Time zone (IANA) of times without an offset. */
  zone: string
  decimalComma?: boolean
}

export type Counts = Record<Outcome | 'rows' | 'kept', number>

/** A field of a record before and after, by the key of its column. */
export interface CellChange {
  key: string
  before: unknown
  after: unknown
}

/** A file of rows on its way into a study. */
export class TableImport extends Model {
  declare id: string
  declare studyId: string
  declare projectId: string
  declare userId: string
  declare label: string
  declare tableName: string
  declare state: TableImportState
  declare version: number
  declare layout: Layout
  declare counts: Counts | null
  declare jobId: string | null
  declare problem: JobProblem | null
  declare createdAt: Date
  declare updatedAt: Date
}

/** A row as it stands in the file, and what becomes of it. */
export class TableRow extends Model {
  declare importId: string
  /** Row of the file, counted from 1. */
  declare number: number
  declare cells: Cell[]
  /** `kept`: an undo left it as it was. */
  declare outcome: Outcome | 'kept' | null
  declare label: string | null
  declare recordId: string | null
  /** Version that the import wrote. */
  declare version: number | null
  declare changes: CellChange[] | null
  /** Pointers name the key of a column. */
  declare problems: FieldError[] | null
}

/** What a person said that the headers of a layout mean. */
export class TableLayout extends Model {
  declare projectId: string
  declare fingerprint: string
  declare meanings: HeaderMeaning[]
  declare updatedAt: Date
}

/** Cells that a project enters again and again. */
export class EntryTemplate extends Model {
  declare id: string
  declare projectId: string
  declare tableName: string
  declare name: string
  declare cells: Record<string, string>
  declare createdBy: string | null
  declare createdAt: Date
}

export function defineTableModels(sequelize: Sequelize): void {
  TableImport.init(
    {
      id: idColumn({ primaryKey: true }),
      studyId: idColumn(),
      projectId: idColumn(),
      userId: idColumn(),
      label: DataTypes.STRING(300),
      tableName: DataTypes.STRING(60),
      state: DataTypes.STRING(10),
      version: DataTypes.INTEGER,
      layout: jsonColumn('layout'),
      counts: jsonColumn('counts'),
      jobId: idColumn(),
      problem: jsonColumn('problem'),
      createdAt: instantColumn(),
      updatedAt: instantColumn(),
    },
    { sequelize, tableName: 'table_imports' },
  )
  TableRow.init(
    {
      importId: idColumn({ primaryKey: true }),
      number: { type: DataTypes.INTEGER, primaryKey: true },
      cells: jsonColumn('cells'),
      outcome: DataTypes.STRING(10),
      label: DataTypes.STRING(300),
      recordId: idColumn(),
      version: DataTypes.INTEGER,
      changes: jsonColumn('changes'),
      problems: jsonColumn('problems'),
    },
    { sequelize, tableName: 'table_rows' },
  )
  TableLayout.init(
    {
      projectId: idColumn({ primaryKey: true }),
      fingerprint: { type: DataTypes.CHAR(64), primaryKey: true },
      meanings: jsonColumn('meanings'),
      updatedAt: instantColumn(),
    },
    { sequelize, tableName: 'table_layouts' },
  )
  EntryTemplate.init(
    {
      id: idColumn({ primaryKey: true }),
      projectId: idColumn(),
      tableName: DataTypes.STRING(60),
      name: DataTypes.STRING(200),
      cells: jsonColumn('cells'),
      createdBy: idColumn(),
      createdAt: instantColumn(),
    },
    { sequelize, tableName: 'entry_templates' },
  )
}
