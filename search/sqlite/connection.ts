/** One connection to an SQLite file, as promises. */
import sqlite3 from 'sqlite3'

export type Value = string | number | null
export type Row = Record<string, Value>

export class Connection {
  readonly #database: sqlite3.Database
  #last: Promise<unknown> = Promise.resolve()

  private constructor(database: sqlite3.Database) {
    this.#database = database
  }

  static async open(file: string): Promise<Connection> {
    const database = await new Promise<sqlite3.Database>((resolve, reject) => {
      const opened = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve(opened)))
    })
    return new Connection(database)
  }

  /** Rows of one statement. */
  all(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    return this.#next((done) => this.#database.all<Row>(sql, values, done))
  }

  /** Runs statements that give no rows. */
  async exec(sql: string): Promise<void> {
    await this.#next<void>((done) => this.#database.exec(sql, (error) => done(error, undefined)))
  }

  /** Runs one statement with values. */
  async run(sql: string, values: readonly Value[]): Promise<void> {
    await this.#next<void>((done) => this.#database.run(sql, values, (error) => done(error, undefined)))
  }

  async close(): Promise<void> {
    await this.#next<void>((done) => this.#database.close((error) => done(error, undefined)))
  }

  /** One statement at a time: a second one would only block a thread of the pool until the first has ended. */
  #next<T>(start: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
    const turn = this.#last.then(
      () =>
        new Promise<T>((resolve, reject) => {
          start((error, result) => (error ? reject(error) : resolve(result)))
        }),
    )
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** SQLite result code of an error, such as 'SQLITE_BUSY'. */
export const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code
