/** The product in a private data folder, on SQLite or on the MariaDB named in VIVARCHIVE_TEST_MARIADB. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { Sequelize } from 'sequelize'
import { system, type SiteRole } from '../../api/access/caller.ts'
import { buildApp } from '../../api/app.ts'
import { readConfig, type Config } from '../../api/config.ts'
import type { Context } from '../../api/context.ts'
import { createUser } from '../../api/modules/users/service.ts'

export const password = 'correct horse battery'

/** Address of a MariaDB that tests may make databases on (mariadb://user:password@host:port), or empty for SQLite. */
export const mariadbServer =
  process.env.VIVARCHIVE_TEST_DATABASE === 'mariadb' ? (process.env.VIVARCHIVE_TEST_MARIADB ?? '') : ''

export interface TestSite {
  app: FastifyInstance
  ctx: Context
  config: Config
  folder: string
  /** Somebody with an account, signed in. */
  person(name: string, siteRole?: SiteRole): Promise<Person>
  anonymous: Person
  close(): Promise<void>
}

type Answer = LightMyRequestResponse

/** Requests as a browser of one person sends them. */
export interface Person {
  email: string
  userId: string
  headers: Record<string, string>
  get(url: string, headers?: Record<string, string>): Promise<Answer>
  post(url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(url: string, body: unknown, version?: number): Promise<Answer>
  put(url: string, body: unknown): Promise<Answer>
  delete(url: string, version?: number): Promise<Answer>
  /** POST that must work; the body. */
  // eslint-disable-next-line typescript/no-explicit-any -- tests read whatever is there
  make(url: string, body: unknown): Promise<any>
}

/** Opens a site of its own; `settings` are environment variables. */
export async function openSite(settings: Record<string, string> = {}): Promise<TestSite> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-test-'))
  const database = await newDatabase()
  const config = readConfig({
    VIVARCHIVE_DATA: folder,
    VIVARCHIVE_LOG: process.env.VIVARCHIVE_TEST_LOG ?? 'silent',
    VIVARCHIVE_DATABASE: database.address,
    VIVARCHIVE_WORKERS: '1',
    ...settings,
  })
  const { app, ctx } = await buildApp(config)
  await app.ready()
  return {
    app,
    ctx,
    config,
    folder,
    anonymous: personOf(app, config, { email: '', userId: '', headers: {} }),
    async person(name, siteRole = 'user') {
      const email = `${name}-${randomBytes(3).toString('hex')}@example.org`
      const user = await createUser(ctx, system, { email, name, password, siteRole })
      const answer = await app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email, password } })
      if (answer.statusCode !== 200) throw new Error(`sign-in failed: ${answer.body}`)
      const cookie = String(answer.headers['set-cookie']).split(';')[0] as string
      return personOf(app, config, { email, userId: user.id, headers: { cookie, origin: config.publicUrl } })
    },
    async close() {
      await app.close()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function personOf(
  app: FastifyInstance,
  config: Config,
  who: { email: string; userId: string; headers: Record<string, string> },
): Person {
  const inject = (method: string, url: string, payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: method as 'GET',
      url: url.startsWith('/') ? url : `/api/v1/${url}`,
      ...(payload !== undefined && { payload: payload as object }),
      headers: { ...who.headers, ...headers },
    })
  const match = (version?: number): Record<string, string> =>
    version === undefined ? {} : { 'if-match': `"${version}"` }
  const person: Person = {
    ...who,
    get: (url, headers) => inject('GET', url, undefined, headers),
    post: (url, body = {}, headers) => inject('POST', url, body, headers),
    patch: (url, body, version) => inject('PATCH', url, body, match(version)),
    put: (url, body) => inject('PUT', url, body),
    delete: (url, version) => inject('DELETE', url, undefined, match(version)),
    async make(url, body) {
      const answer = await person.post(url, body)
      if (answer.statusCode >= 300) throw new Error(`POST ${url}: ${answer.statusCode} ${answer.body}`)
      return answer.json()
    },
  }
  return person
}

/** A database of its own on the test server, or nothing for SQLite. */
export async function newDatabase(): Promise<{ address: string; drop(): Promise<void> }> {
  if (mariadbServer === '') return { address: '', drop: async () => undefined }
  const name = `viv_${randomBytes(6).toString('hex')}`
  const url = new URL(mariadbServer)
  const options = {
    dialect: 'mariadb' as const,
    host: url.hostname,
    port: Number(url.port),
    username: url.username,
    password: url.password,
    logging: false as const,
  }
  const run = async (sql: string) => {
    const server = new Sequelize(options)
    await server.query(sql)
    await server.close()
  }
  await run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  return { address: `${mariadbServer}/${name}`, drop: () => run(`DROP DATABASE ${name}`) }
}
