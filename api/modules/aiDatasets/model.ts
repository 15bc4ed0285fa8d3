import { DataTypes, Model, type Sequelize } from 'sequelize'
import { idColumn, instantColumn, jsonColumn } from '#api/db/columns.ts'
import type { Result, Spec } from './types.ts'

/** A frozen choice of image series for machine learning. A later version is a row of its own. */
export class AiDataset extends Model {
  declare id: string
  declare title: string
  /** 1 for the first, then up. */
  declare number: number
  declare previousId: string | null
  declare state: 'building' | 'ready' | 'failed'
  /** 1 when every series is public: then everybody with the address may read it. */
  declare openToAll: number
  declare spec: Spec
  declare result: Result | null
  declare jobId: string | null
  declare createdBy: string
  declare createdAt: Date
}

export function defineAiDatasetModel(sequelize: Sequelize): void {
  AiDataset.init(
    {
      id: idColumn({ primaryKey: true }),
      title: DataTypes.STRING(300),
      number: DataTypes.INTEGER,
      previousId: idColumn(),
      state: DataTypes.STRING(10),
      openToAll: DataTypes.INTEGER,
      spec: jsonColumn('spec'),
      result: jsonColumn('result'),
      jobId: idColumn(),
      createdBy: idColumn(),
      createdAt: instantColumn(),
    },
    { sequelize, tableName: 'ai_datasets' },
  )
}
