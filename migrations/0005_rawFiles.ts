/** Files may be raw data: the check of their role learns a third word. SQLite changes a check only with a new table. */
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize'

const roles = (...words: string[]): string => `('${words.join("', '")}')`
const [before, after] = [roles('image', 'attachment'), roles('image', 'attachment', 'raw')]

export const up = ({ context }: { context: Sequelize }): Promise<void> => change(context, before, after)

export async function down({ context }: { context: Sequelize }): Promise<void> {
  await context.query("UPDATE files SET role = 'attachment' WHERE role = 'raw'")
  await change(context, after, before)
}

async function change(sequelize: Sequelize, from: string, to: string): Promise<void> {
  if (sequelize.getDialect() === 'mariadb') {
    await sequelize.query(`ALTER TABLE files MODIFY role VARCHAR(12) NOT NULL CHECK (role IN ${to})`)
    return
  }
  await sequelize.transaction(async (transaction) => {
    const [table] = await definitions(sequelize, 'table', transaction)
    if (!table?.includes(from)) return
    const indexes = await definitions(sequelize, 'index', transaction)
    const renamed = table.replace(/^CREATE TABLE\s+["`]?files["`]?/, 'CREATE TABLE files_next').replace(from, to)
    const steps = [
      renamed,
      'INSERT INTO files_next SELECT * FROM files',
      'DROP TABLE files',
      'ALTER TABLE files_next RENAME TO files',
      ...indexes,
    ]
    for (const step of steps) await sequelize.query(step, { transaction })
  })
}

/** The statements that made the table or its indexes. */
async function definitions(sequelize: Sequelize, type: string, transaction: Transaction): Promise<string[]> {
  const rows = await sequelize.query<{ sql: string }>(
    "SELECT sql FROM sqlite_master WHERE type = :type AND tbl_name = 'files' AND sql IS NOT NULL ORDER BY name",
    { replacements: { type }, type: QueryTypes.SELECT, transaction },
  )
  return rows.map(({ sql }) => sql)
}
