/** Frozen choices of image series for machine learning: what was asked for, and what was made of it. */
import type { Sequelize } from 'sequelize'

export async function up({ context: sequelize }: { context: Sequelize }): Promise<void> {
  const mariadb = sequelize.getDialect() === 'mariadb'
  const options = mariadb ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin' : ''
  await sequelize.query(`CREATE TABLE IF NOT EXISTS ai_datasets (
    id CHAR(26) NOT NULL PRIMARY KEY,
    title VARCHAR(300) NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    previous_id CHAR(26),
    state VARCHAR(10) NOT NULL CHECK (state IN ('building', 'ready', 'failed')),
    open_to_all INTEGER NOT NULL DEFAULT 0 CHECK (open_to_all IN (0, 1)),
    spec LONGTEXT NOT NULL,
    result LONGTEXT,
    job_id CHAR(26),
    created_by CHAR(26) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    FOREIGN KEY (created_by) REFERENCES users (id),
    FOREIGN KEY (previous_id) REFERENCES ai_datasets (id)
  )${options}`)
  await sequelize.query('CREATE INDEX IF NOT EXISTS ai_datasets_0 ON ai_datasets (created_by, id)')
}

export async function down({ context: sequelize }: { context: Sequelize }): Promise<void> {
  await sequelize.query('DROP TABLE IF EXISTS ai_datasets')
}
