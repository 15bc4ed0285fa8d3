import { DataTypes, Model, type Sequelize } from 'sequelize'
import { idColumn, instantColumn, jsonColumn } from '#api/db/columns.ts'
import type { JobProblem } from '#api/jobs/task.ts'

export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
type JobState = (typeof jobStates)[number]

/** One piece of background work (api/jobs/queue.ts). */
export class Job extends Model {
  declare id: string
  declare task: string
  declare state: JobState
  declare payload: unknown
  declare progress: number
  declare message: string | null
  declare problem: JobProblem | null
  declare userId: string | null
  declare projectId: string | null
  declare attempts: number
  declare runAfter: Date
  declare leaseUntil: Date | null
  declare leaseOwner: string | null
  declare createdAt: Date
  declare updatedAt: Date
}

export function defineJobModel(sequelize: Sequelize): void {
  Job.init(
    {
      id: idColumn({ primaryKey: true }),
      task: DataTypes.STRING(60),
      state: DataTypes.STRING(10),
      payload: jsonColumn('payload'),
      progress: DataTypes.DOUBLE,
      message: DataTypes.STRING(500),
      problem: jsonColumn('problem'),
      userId: idColumn(),
      projectId: idColumn(),
      attempts: DataTypes.INTEGER,
      runAfter: instantColumn(),
      leaseUntil: instantColumn(),
      leaseOwner: DataTypes.STRING(64),
      createdAt: instantColumn(),
      updatedAt: instantColumn(),
    },
    { sequelize, tableName: 'jobs' },
  )
}
