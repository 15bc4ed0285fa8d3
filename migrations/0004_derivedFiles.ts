/** Derived files are counted, and know when they were last used, so that the least recently used ones can go first. */
import type { Sequelize } from 'sequelize'

export async function up({ context: sequelize }: { context: Sequelize }): Promise<void> {
  await sequelize.query(`CREATE TABLE IF NOT EXISTS derived_files (
    series_id CHAR(26) NOT NULL,
    kind VARCHAR(12) NOT NULL,
    byte_count BIGINT NOT NULL CHECK (byte_count >= 0),
    used_at DATETIME(3) NOT NULL,
    PRIMARY KEY (series_id, kind),
    FOREIGN KEY (series_id) REFERENCES series (id)
  )`)
  await sequelize.query('CREATE INDEX IF NOT EXISTS derived_files_used ON derived_files (used_at)')
}

export async function down({ context: sequelize }: { context: Sequelize }): Promise<void> {
  await sequelize.query('DROP TABLE IF EXISTS derived_files')
}
