import { DataTypes, Model, type Sequelize } from 'sequelize'
import { bytesColumn, idColumn, instantColumn, jsonColumn } from '#api/db/columns.ts'
import type { Plan } from '#api/ingest/plan.ts'
import type { JobProblem } from '#api/jobs/task.ts'
import type { ImportResult } from './result.ts'

export const importStates = [
  'collecting',
  'inspecting',
  'planned',
  'committing',
  'committed',
  'undone',
  'failed',
  'cancelled',
] as const
export type ImportState = (typeof importStates)[number]

/** A batch of files on its way into a study. */
export class Import extends Model {
  declare id: string
  declare studyId: string
  declare projectId: string
  declare userId: string
  declare label: string
  declare state: ImportState
  declare version: number
  declare plan: Plan | null
  declare result: ImportResult | null
  declare jobId: string | null
  declare problem: JobProblem | null
  declare createdAt: Date
  declare updatedAt: Date
}

/** A file of an import: stored, or refused with the reason. */
export class ImportFile extends Model {
  declare id: string
  declare importId: string
  declare path: string
  declare pathKey: string
  declare byteCount: number
  declare sha256: string | null
  declare state: 'stored' | 'refused'
  declare problem: JobProblem | null
  declare createdAt: Date
}

export function defineImportModels(sequelize: Sequelize): void {
  Import.init(
    {
      id: idColumn({ primaryKey: true }),
      studyId: idColumn(),
      projectId: idColumn(),
      userId: idColumn(),
      label: DataTypes.STRING(300),
      state: DataTypes.STRING(12),
      version: DataTypes.INTEGER,
      plan: jsonColumn('plan'),
      result: jsonColumn('result'),
      jobId: idColumn(),
      problem: jsonColumn('problem'),
      createdAt: instantColumn(),
      updatedAt: instantColumn(),
    },
    { sequelize, tableName: 'imports' },
  )
  ImportFile.init(
    {
      id: idColumn({ primaryKey: true }),
      importId: idColumn(),
      path: DataTypes.STRING(1000),
      pathKey: DataTypes.CHAR(64),
      byteCount: bytesColumn('byteCount'),
      sha256: DataTypes.CHAR(64),
      state: DataTypes.STRING(10),
      problem: jsonColumn('problem'),
      createdAt: instantColumn(),
    },
    { sequelize, tableName: 'import_files' },
  )
}
