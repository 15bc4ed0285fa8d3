/** Tables that come in as CSV or XLSX: the import, its rows as they were read and what became of them, remembered layouts. */
import type { Sequelize } from 'sequelize'

const id = 'CHAR(26) NOT NULL'
const instant = 'DATETIME(3) NOT NULL'

const tables: [name: string, columns: string, keys: string[], indexes: string[]][] = [
  [
    'table_imports',
    `id ${id} PRIMARY KEY,
    study_id ${id},
    project_id ${id},
    user_id ${id},
    label VARCHAR(300) NOT NULL,
    table_name VARCHAR(60) NOT NULL,
    state VARCHAR(10) NOT NULL CHECK (state IN
      ('reading', 'planned', 'writing', 'written', 'undoing', 'undone', 'failed')),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    layout LONGTEXT NOT NULL,
    counts LONGTEXT,
    job_id CHAR(26),
    problem LONGTEXT,
    created_at ${instant},
    updated_at ${instant}`,
    [
      'FOREIGN KEY (study_id) REFERENCES studies (id)',
      'FOREIGN KEY (project_id) REFERENCES projects (id)',
      'FOREIGN KEY (user_id) REFERENCES users (id)',
    ],
    ['study_id, id', 'project_id, id'],
  ],
  [
    'table_rows',
    `import_id ${id},
    number INTEGER NOT NULL,
    cells LONGTEXT NOT NULL,
    outcome VARCHAR(10) CHECK (outcome IN ('added', 'changed', 'untouched', 'refused', 'kept')),
    label VARCHAR(300),
    record_id CHAR(26),
    version INTEGER,
    changes LONGTEXT,
    problems LONGTEXT,
    PRIMARY KEY (import_id, number)`,
    ['FOREIGN KEY (import_id) REFERENCES table_imports (id)'],
    ['import_id, outcome, number'],
  ],
  [
    'table_layouts',
    `project_id ${id},
    fingerprint CHAR(64) NOT NULL,
    meanings LONGTEXT NOT NULL,
    updated_at ${instant},
    PRIMARY KEY (project_id, fingerprint)`,
    ['FOREIGN KEY (project_id) REFERENCES projects (id)'],
    [],
  ],
  [
    'entry_templates',
    `id ${id} PRIMARY KEY,
    project_id ${id},
    table_name VARCHAR(60) NOT NULL,
    name VARCHAR(200) NOT NULL,
    cells LONGTEXT NOT NULL,
    created_by CHAR(26),
    created_at ${instant}`,
    ['FOREIGN KEY (project_id) REFERENCES projects (id)'],
    ['project_id, table_name, name'],
  ],
]

export async function up({ context: sequelize }: { context: Sequelize }): Promise<void> {
  const options =
    sequelize.getDialect() === 'mariadb' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : ''
  for (const [table, columns, keys, indexes] of tables) {
    await sequelize.query(`CREATE TABLE IF NOT EXISTS ${table} (${[columns, ...keys].join(', ')})${options}`)
    for (const [n, index] of indexes.entries())
      await sequelize.query(`CREATE INDEX IF NOT EXISTS ${table}_${n} ON ${table} (${index})`)
  }
}

export async function down({ context: sequelize }: { context: Sequelize }): Promise<void> {
  for (const [table] of tables.toReversed()) await sequelize.query(`DROP TABLE IF EXISTS ${table}`)
}
