/** Brings the schema to the newest state. The migrations are reached by path only: history knows nothing of the code. */
import path from 'node:path'
import { SequelizeStorage, Umzug } from 'umzug'
import type { Logger } from 'pino'
import { QueryTypes, type Sequelize } from 'sequelize'
import type { Database } from './database.ts'

type Migration = {
  up: (p: { context: Sequelize }) => Promise<void>
  down: (p: { context: Sequelize }) => Promise<void>
}

export async function migrate(db: Database, log: Logger): Promise<void> {
  const umzug = migrations(db.sequelize, log)
  if (db.dialect === 'sqlite') {
    await umzug.up()
    return
  }
  // Several processes may start at once: one of them migrates, the others wait for it.
  await db.sequelize.transaction(async (t) => {
    await db.sequelize.query("SELECT GET_LOCK('vivarchive-migrate', 60)", { transaction: t, type: QueryTypes.SELECT })
    try {
      await umzug.up()
    } finally {
      await db.sequelize.query("SELECT RELEASE_LOCK('vivarchive-migrate')", { transaction: t, type: QueryTypes.SELECT })
    }
  })
}

export function migrations(sequelize: Sequelize, log: Logger): Umzug<Sequelize> {
  const folder = path.resolve(import.meta.dirname, '../../migrations')
  return new Umzug<Sequelize>({
    migrations: {
      glob: ['[0-9]*.ts', { cwd: folder }],
      resolve: ({ name, path: file, context }) => {
        const load = (): Promise<Migration> => import(file as string)
        return {
          name,
          up: async () => (await load()).up({ context }),
          down: async () => (await load()).down({ context }),
        }
      },
    },
    context: sequelize,
    storage: new SequelizeStorage({ sequelize, tableName: 'migrations' }),
    logger: {
      info: (m) => log.info(m, 'migration'),
      debug: (m) => log.debug(m, 'migration'),
      warn: (m) => log.warn(m, 'migration'),
      error: (m) => log.error(m, 'migration'),
    },
  })
}
