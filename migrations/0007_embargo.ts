/** A day before which the files of an accepted dataset stay closed. */
import type { Sequelize } from 'sequelize'

export async function up({ context: sequelize }: { context: Sequelize }): Promise<void> {
  await sequelize.query('ALTER TABLE datasets ADD COLUMN embargo_until DATETIME(3)')
  await sequelize.query('CREATE INDEX datasets_embargo ON datasets (embargo_until)')
}

export async function down({ context: sequelize }: { context: Sequelize }): Promise<void> {
  const of = sequelize.getDialect() === 'mariadb' ? ' ON datasets' : ''
  await sequelize.query(`DROP INDEX datasets_embargo${of}`)
  await sequelize.query('ALTER TABLE datasets DROP COLUMN embargo_until')
}
