/** What people draw on images: annotations, segmentations, and each version of the label volume of a segmentation. */
import type { Sequelize } from 'sequelize'

const id = 'CHAR(26) NOT NULL'
const instant = 'DATETIME(3) NOT NULL'

const markup = `
  id ${id} PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at ${instant},
  updated_at ${instant},
  created_by CHAR(26),
  deleted_at DATETIME(3),
  deleted_root CHAR(26),
  label_sort VARCHAR(190) NOT NULL,
  body LONGTEXT NOT NULL,
  series_id ${id},
  session_id ${id},
  study_id ${id},
  project_id ${id},
  audience VARCHAR(10) NOT NULL CHECK (audience IN ('me', 'project', 'public')),
  label VARCHAR(300) NOT NULL`

const parents: [column: string, table: string][] = [
  ['series_id', 'series'],
  ['session_id', 'sessions'],
  ['study_id', 'studies'],
  ['project_id', 'projects'],
]

const tables: [name: string, columns: string, keys: [string, string, string?][], indexes: string[]][] = [
  [
    'annotations',
    `${markup}, tool VARCHAR(20) NOT NULL`,
    parents,
    ['series_id, label_sort, id', 'study_id, label_sort, id', 'project_id', 'session_id'],
  ],
  [
    'segmentations',
    markup,
    parents,
    ['series_id, label_sort, id', 'study_id, label_sort, id', 'project_id', 'session_id'],
  ],
  [
    'segmentation_versions',
    `segmentation_id ${id},
    version INTEGER NOT NULL,
    sha256 CHAR(64) NOT NULL,
    created_at ${instant},
    created_by CHAR(26),
    PRIMARY KEY (segmentation_id, version)`,
    [
      ['segmentation_id', 'segmentations'],
      ['sha256', 'blobs', 'sha256'],
    ],
    ['sha256'],
  ],
]

export async function up({ context: sequelize }: { context: Sequelize }): Promise<void> {
  const mariadb = sequelize.getDialect() === 'mariadb'
  const options = mariadb ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : ''
  for (const [table, columns, keys, indexes] of tables) {
    const foreign = keys.map(([column, other, key = 'id']) => `FOREIGN KEY (${column}) REFERENCES ${other} (${key})`)
    await sequelize.query(`CREATE TABLE IF NOT EXISTS ${table} (${[columns, ...foreign].join(', ')})${options}`)
    for (const [n, index] of indexes.entries()) {
      await sequelize.query(`CREATE INDEX IF NOT EXISTS ${table}_${n} ON ${table} (${index})`)
    }
  }
}

export async function down({ context: sequelize }: { context: Sequelize }): Promise<void> {
  for (const [table] of tables.toReversed()) await sequelize.query(`DROP TABLE IF EXISTS ${table}`)
}
