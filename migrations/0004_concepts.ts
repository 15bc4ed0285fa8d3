/** Terms that curators add to the lists that ship. */
import type { Sequelize } from 'sequelize'

export async function up({ context: sequelize }: { context: Sequelize }): Promise<void> {
  const mariadb = sequelize.getDialect() === 'mariadb'
  const options = mariadb ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : ''
  await sequelize.query(`CREATE TABLE IF NOT EXISTS concepts (
    id CHAR(26) NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    created_by CHAR(26),
    deleted_at DATETIME(3),
    deleted_root CHAR(26),
    label_sort VARCHAR(190) NOT NULL,
    body LONGTEXT NOT NULL,
    vocabulary VARCHAR(40) NOT NULL,
    label VARCHAR(200) NOT NULL)${options}`)
  await sequelize.query('CREATE INDEX IF NOT EXISTS concepts_0 ON concepts (label_sort, id)')
  await sequelize.query('CREATE INDEX IF NOT EXISTS concepts_1 ON concepts (vocabulary)')
}

export async function down({ context: sequelize }: { context: Sequelize }): Promise<void> {
  await sequelize.query('DROP TABLE IF EXISTS concepts')
}
