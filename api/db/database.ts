/** The connection: SQLite in the data folder or MariaDB, behaving the same. */
import path from 'node:path'
import { Sequelize, Transaction, type Options } from 'sequelize'
import type { Logger } from 'pino'
import type { Config } from '#api/config.ts'
import { AppError } from '#api/errors.ts'
import { defineModels } from './models.ts'
import { defineRecordModels } from './recordModels.ts'

export interface Database {
  readonly sequelize: Sequelize
  readonly dialect: 'sqlite' | 'mariadb'
  /**
   * The only way to write: one transaction, committed when `work` resolves. On SQLite writers queue up here, because a
   * second writer would block a thread of the driver and starve the first. Never stream files inside.
   */
  write<T>(work: (t: Transaction) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export async function openDatabase(config: Pick<Config, 'database' | 'dataFolder'>, log: Logger): Promise<Database> {
  const dialect = config.database === '' ? 'sqlite' : 'mariadb'
  const sequelize = new Sequelize({
    ...(dialect === 'sqlite' ? sqliteOptions(config.dataFolder) : mariadbOptions(config.database)),
    logging: (sql) => log.trace({ sql }, 'sql'),
    define: { underscored: true, timestamps: false, freezeTableName: true },
  })
  try {
    if (dialect === 'sqlite') await keepTwoConnections(sequelize)
    await sequelize.authenticate()
  } catch (error) {
    throw new AppError('busy', `The database does not answer: ${(error as Error).message}`)
  }
  defineModels(sequelize)
  defineRecordModels(sequelize)

  let last: Promise<unknown> = Promise.resolve()
  const transaction = <T>(work: (t: Transaction) => Promise<T>) =>
    sequelize.transaction({ type: Transaction.TYPES.IMMEDIATE }, work)
  return {
    sequelize,
    dialect,
    write<T>(work: (t: Transaction) => Promise<T>): Promise<T> {
      if (dialect === 'mariadb') return retried(() => transaction(work))
      const turn = last.then(
        () => transaction(work),
        () => transaction(work),
      )
      last = turn.catch(() => undefined)
      return turn
    },
    close: () => sequelize.close(),
  }
}

function sqliteOptions(dataFolder: string): Options {
  return {
    dialect: 'sqlite',
    storage: path.join(dataFolder, 'vivarchive.sqlite'),
  }
}

type SqliteConnection = { exec(sql: string, done: (error: Error | null) => void): void; close(): void }
interface SqliteManager {
  connections: Record<string, SqliteConnection>
  getConnection(options?: { uuid?: string }): Promise<SqliteConnection>
  releaseConnection(connection: SqliteConnection): void
  destroyConnection(connection: SqliteConnection): Promise<void>
}

/**
 * Sequelize calls no connection hook for SQLite and opens a new connection for each transaction. Two are enough and stay
 * open: one reads, one writes, because transactions queue up in `write`.
 */
async function keepTwoConnections(sequelize: Sequelize): Promise<void> {
  const manager = sequelize.connectionManager as unknown as SqliteManager
  const open = manager.getConnection.bind(manager)
  const connect = async (uuid: string) => {
    const connection = await open({ uuid })
    const settings =
      'PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON'
    await new Promise<void>((resolve, reject) =>
      connection.exec(settings, (error) => (error ? reject(error) : resolve())),
    )
    return connection
  }
  const kept = { default: Promise.resolve(await connect('default')), writer: Promise.resolve(await connect('writer')) }
  manager.getConnection = (options) => kept[(options?.uuid ?? 'default') === 'default' ? 'default' : 'writer']
  manager.releaseConnection = () => undefined
  // After a commit that failed, nobody knows what the connection holds.
  manager.destroyConnection = async (connection) => {
    connection.close()
    delete manager.connections.writer
    kept.writer = connect('writer')
    kept.writer.catch(() => undefined)
  }
}

function mariadbOptions(address: string): Options {
  const url = new URL(address)
  return {
    dialect: 'mariadb',
    host: url.hostname,
    port: url.port ? Number(url.port) : 3306,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    timezone: '+00:00',
    isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED,
    pool: { max: 10, idle: 10_000, acquire: 30_000 },
    dialectOptions: { charset: 'utf8mb4', collation: 'utf8mb4_bin', connectTimeout: 5000 },
  }
}

/** InnoDB may choose a transaction as the victim of a deadlock; it is safe to run it again. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const code = (error as { original?: { code?: string } }).original?.code
      if (attempt >= 4 || (code !== 'ER_LOCK_DEADLOCK' && code !== 'ER_LOCK_WAIT_TIMEOUT')) throw error
    }
  }
}
