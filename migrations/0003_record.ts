/**
 * The record in full: enrolments of subjects in studies, parents of subjects, and what a series was made from. Everything
 * else of the record is in the JSON bodies and needs no column.
 */
import type { Sequelize } from 'sequelize'

const id = 'CHAR(26) NOT NULL'
const idOrNull = 'CHAR(26)'
const instant = 'DATETIME(3) NOT NULL'
const instantOrNull = 'DATETIME(3)'

const tables: { name: string; columns: string; keys: [column: string, table: string][]; indexes: string[] }[] = [
  {
    name: 'enrolments',
    columns: `
      id ${id} PRIMARY KEY,
      version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
      created_at ${instant},
      updated_at ${instant},
      created_by ${idOrNull},
      deleted_at ${instantOrNull},
      deleted_root ${idOrNull},
      label_sort VARCHAR(190) NOT NULL,
      body LONGTEXT NOT NULL,
      study_id ${id},
      project_id ${id},
      subject_id ${id},
      subject_number VARCHAR(60),
      \`group\` VARCHAR(120)`,
    keys: [
      ['study_id', 'studies'],
      ['project_id', 'projects'],
      ['subject_id', 'subjects'],
    ],
    indexes: ['study_id, label_sort, id', 'subject_id', 'project_id'],
  },
  {
    name: 'series_sources',
    columns: `
      series_id ${id},
      source_id ${id},
      PRIMARY KEY (series_id, source_id)`,
    keys: [
      ['series_id', 'series'],
      ['source_id', 'series'],
    ],
    indexes: ['source_id'],
  },
]

const parents = ['sire_id', 'dam_id'] as const

export async function up({ context: sequelize }: { context: Sequelize }): Promise<void> {
  const mariadb = sequelize.getDialect() === 'mariadb'
  const options = mariadb ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : ''
  for (const { name, columns, keys, indexes } of tables) {
    const foreign = keys.map(([column, table]) => `FOREIGN KEY (${column}) REFERENCES ${table} (id)`)
    await sequelize.query(`CREATE TABLE IF NOT EXISTS ${name} (${[columns, ...foreign].join(', ')})${options}`)
    for (const [n, index] of indexes.entries())
      await sequelize.query(`CREATE INDEX IF NOT EXISTS ${name}_${n} ON ${name} (${index})`)
  }
  // SQLite has no ADD COLUMN IF NOT EXISTS; a start that was cut off must be able to go on.
  const held = await sequelize.getQueryInterface().describeTable('subjects')
  for (const column of parents) {
    if (!(column in held))
      await sequelize.query(`ALTER TABLE subjects ADD COLUMN ${column} ${idOrNull} REFERENCES subjects (id)`)
    await sequelize.query(`CREATE INDEX IF NOT EXISTS subjects_${column} ON subjects (${column})`)
  }
  await sequelize.query('CREATE INDEX IF NOT EXISTS subjects_parent ON subjects (parent_subject_id)')
}

export async function down({ context: sequelize }: { context: Sequelize }): Promise<void> {
  for (const { name } of tables.toReversed()) await sequelize.query(`DROP TABLE IF EXISTS ${name}`)
}
