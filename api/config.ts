/** The configuration: one schema, read once, the only reader of process.env. */
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

interface Key<T> {
  /** Sentence for docs/configuration.md and .env.example. */
  about: string
  secret?: boolean
  fallback: T
  /** Returns the value, or throws an Error with a sentence. */
  read(text: string): T
}

const text = (about: string, fallback: string, secret = false): Key<string> => ({
  about,
  fallback,
  secret,
  read: (t) => t,
})
const whole = (about: string, fallback: number, min: number, max: number): Key<number> => ({
  about,
  fallback,
  read(t) {
    const n = Number(t)
    if (!Number.isInteger(n) || n < min || n > max)
      throw new Error(`must be a whole number from ${min} to ${max}, not "${t}"`)
    return n
  },
})
const flag = (about: string, fallback: boolean): Key<boolean> => ({
  about,
  fallback,
  read(t) {
    if (!['0', '1', 'true', 'false'].includes(t)) throw new Error(`must be 0 or 1, not "${t}"`)
    return t === '1' || t === 'true'
  },
})

/** Every key with what it is for and the value that works without being set. */
export const keys = {
  PORT: whole('Port of the web server; 0 takes a free one.', 8080, 0, 65535),
  HOST: text('Address to listen on.', '127.0.0.1'),
  VIVARCHIVE_DATA: text('Folder for everything that the embedded default stores.', 'data'),
  VIVARCHIVE_DATABASE: {
    ...text('Database: empty for SQLite in the data folder, or mariadb://user:password@host:port/name.', '', true),
    read(t: string) {
      if (t === '') return t
      let url: URL
      try {
        url = new URL(t)
      } catch {
        throw new Error('must look like mariadb://user:password@host:port/name')
      }
      if (url.protocol !== 'mariadb:' || url.pathname.length < 2)
        throw new Error('must look like mariadb://user:password@host:port/name')
      return t
    },
  },
  VIVARCHIVE_MEILISEARCH: {
    ...text('Search server: empty for the embedded index in the data folder, or the address of a Meilisearch.', ''),
    read(t: string) {
      if (t !== '' && !/^https?:\/\/[^/?#]+$/.test(t))
        throw new Error(`must look like http://host:7700, without a path, not "${t}"`)
      return t
    },
  },
  VIVARCHIVE_MEILISEARCH_KEY: text('Key for the indexes vivarchive-* of that server.', '', true),
  VIVARCHIVE_PUBLIC_URL: {
    ...text('Address under which people reach the site; empty: http://localhost:PORT.', ''),
    read(t: string) {
      if (t !== '' && !/^https?:\/\/[^/]+$/.test(t))
        throw new Error(`must be an http or https origin without a path, not "${t}"`)
      return t
    },
  },
  VIVARCHIVE_SECRET: text('Key that signs cursors and grants; empty: made once and kept in the data folder.', '', true),
  VIVARCHIVE_DEMO: flag('Fill an empty database with the demo facility.', false),
  VIVARCHIVE_DEMO_PASSWORD: text('Password of the demo accounts; empty: random, printed once.', '', true),
  VIVARCHIVE_ADMIN_EMAIL: text('First administrator, made at start when there is no user yet.', ''),
  VIVARCHIVE_ADMIN_PASSWORD: text('Password of the first administrator.', '', true),
  VIVARCHIVE_REVIEW: flag('1: what owners send to the registry waits for a curator; 0: it is public at once.', false),
  VIVARCHIVE_SITE_NAME: text('Name of the site as publisher of its datasets.', 'Vivarchive'),
  VIVARCHIVE_CONTACT: {
    ...text(
      'E-mail address that harvesters are told; empty: VIVARCHIVE_ADMIN_EMAIL, or webmaster@ the public host.',
      '',
    ),
    read(t: string) {
      if (!/^[^\s@<>]+@[^\s@<>]+$/.test(t)) throw new Error(`must be an e-mail address, not "${t}"`)
      return t
    },
  },
  VIVARCHIVE_ARK_NAAN: {
    ...text(
      'Name assigning authority number of the ARK identifiers; 99999 is for trying out, the ARK Alliance gives real ones.',
      '99999',
    ),
    read(t: string) {
      if (!/^[0-9bcdfghjkmnpqrstvwxz]{5,10}$/.test(t))
        throw new Error(`must be 5 to 10 digits or consonants as the ARK Alliance gives them, not "${t}"`)
      return t
    },
  },
  VIVARCHIVE_TRUST_PROXY: whole(
    'Proxies in front whose X-Forwarded-* are believed; what lies beyond them could have been written by anybody.',
    0,
    0,
    16,
  ),
  VIVARCHIVE_WORKERS: whole('Threads that read image files, and as many that measure regions of images.', 2, 1, 64),
  VIVARCHIVE_WORKER_MEMORY_MB: whole('Memory limit of such a thread in MiB.', 1024, 64, 65536),
  VIVARCHIVE_DERIVED_MAX_GB: whole(
    'Space for files that are made of the originals, in GiB: planes and animations that were not used for longest make room; they are made again when somebody looks. 0: no limit.',
    0,
    0,
    1_000_000,
  ),
  VIVARCHIVE_MAX_FILE_GB: whole('Largest file that is accepted, in GiB.', 200, 1, 100000),
  VIVARCHIVE_LOG: {
    ...text('Least level that is logged: fatal, error, warn, info, debug, silent.', 'info'),
    read(t: string) {
      if (!['fatal', 'error', 'warn', 'info', 'debug', 'silent'].includes(t))
        throw new Error(`must be fatal, error, warn, info, debug or silent, not "${t}"`)
      return t
    },
  },
} satisfies Record<string, Key<unknown>>

export interface Config {
  readonly port: number
  readonly host: string
  /** Absolute path. */
  readonly dataFolder: string
  /** Empty for SQLite. */
  readonly database: string
  /** Address of a Meilisearch and a key for it; both empty for the embedded index. */
  readonly meilisearch: string
  readonly meilisearchKey: string
  /** Origin without a slash at the end. */
  readonly publicUrl: string
  readonly secret: string
  readonly demo: boolean
  readonly demoPassword: string
  readonly adminEmail: string
  readonly adminPassword: string
  readonly review: boolean
  readonly siteName: string
  /** E-mail address. */
  readonly contact: string
  readonly arkNaan: string
  /** Number of proxies in front. */
  readonly trustProxy: number
  readonly workers: number
  readonly workerMemoryMebibytes: number
  /** 0: no limit. */
  readonly derivedMaxBytes: number
  readonly maxFileBytes: number
  readonly logLevel: string
  /** NODE_ENV is "production", as in the container: a site that strangers reach. */
  readonly production: boolean
}

export class ConfigError extends Error {}

/**
 * Reads the configuration; makes the data folder and, when none is given, the secret in it.
 * @param fallbacks values that make trying out easy; they do not hold in production
 * @throws ConfigError that lists everything that is wrong, one line each
 */
export function readConfig(
  env: Record<string, string | undefined> = process.env,
  fallbacks: Record<string, string> = {},
): Config {
  const problems: string[] = []
  const production = env.NODE_ENV === 'production'
  const get = <K extends keyof typeof keys>(name: K): (typeof keys)[K]['fallback'] => {
    const key = keys[name] as Key<(typeof keys)[K]['fallback']>
    let given = env[name]
    const file = env[`${name}_FILE`]
    if (key.secret && file) {
      if (given) problems.push(`${name} and ${name}_FILE are both set; keep one of them.`)
      try {
        given = readFileSync(file, 'utf8').trim()
      } catch (error) {
        problems.push(`${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code}).`)
      }
    }
    given ??= production ? undefined : fallbacks[name]
    if (given === undefined || given === '') return key.fallback
    try {
      return key.read(given)
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}.`)
      return key.fallback
    }
  }
  const port = get('PORT')
  const values = {
    port,
    host: get('HOST'),
    dataFolder: path.resolve(get('VIVARCHIVE_DATA')),
    database: get('VIVARCHIVE_DATABASE'),
    meilisearch: get('VIVARCHIVE_MEILISEARCH'),
    meilisearchKey: get('VIVARCHIVE_MEILISEARCH_KEY'),
    publicUrl: get('VIVARCHIVE_PUBLIC_URL') || `http://localhost:${port}`,
    demo: get('VIVARCHIVE_DEMO'),
    demoPassword: get('VIVARCHIVE_DEMO_PASSWORD'),
    adminEmail: get('VIVARCHIVE_ADMIN_EMAIL'),
    adminPassword: get('VIVARCHIVE_ADMIN_PASSWORD'),
    review: get('VIVARCHIVE_REVIEW'),
    siteName: get('VIVARCHIVE_SITE_NAME'),
    contact: get('VIVARCHIVE_CONTACT') || get('VIVARCHIVE_ADMIN_EMAIL'),
    arkNaan: get('VIVARCHIVE_ARK_NAAN'),
    trustProxy: get('VIVARCHIVE_TRUST_PROXY'),
    workers: get('VIVARCHIVE_WORKERS'),
    workerMemoryMebibytes: get('VIVARCHIVE_WORKER_MEMORY_MB'),
    derivedMaxBytes: get('VIVARCHIVE_DERIVED_MAX_GB') * 2 ** 30,
    maxFileBytes: get('VIVARCHIVE_MAX_FILE_GB') * 2 ** 30,
    logLevel: get('VIVARCHIVE_LOG'),
    production,
  }
  if (values.production && values.demo)
    problems.push(
      'VIVARCHIVE_DEMO is 1 where NODE_ENV is production; demo accounts are for trying out only. Set it to 0.',
    )
  const secret = get('VIVARCHIVE_SECRET')
  if ((values.adminEmail === '') !== (values.adminPassword === ''))
    problems.push('VIVARCHIVE_ADMIN_EMAIL and VIVARCHIVE_ADMIN_PASSWORD go together.')
  if (secret !== '' && secret.length < 32) problems.push('VIVARCHIVE_SECRET must have at least 32 characters.')
  for (const [name, least, password] of [
    ['VIVARCHIVE_ADMIN_PASSWORD', 12, values.adminPassword],
    ['VIVARCHIVE_DEMO_PASSWORD', 8, values.demoPassword],
  ] as const) {
    if (password !== '' && password.length < least) problems.push(`${name} must have at least ${least} characters.`)
  }
  try {
    mkdirSync(values.dataFolder, { recursive: true })
    accessSync(values.dataFolder, constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    problems.push(`VIVARCHIVE_DATA: the folder ${values.dataFolder} cannot be made or written to (${code}).`)
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  const contact = values.contact || `webmaster@${new URL(values.publicUrl).hostname}`
  return Object.freeze({ ...values, contact, secret: secret || keptSecret(values.dataFolder) })
}

/** Names in the environment that look like settings and are none: typing errors, told at start. */
export function unknownSettings(env: Record<string, string | undefined> = process.env): string[] {
  const isSecret = (name: string) => name in keys && (keys[name as keyof typeof keys] as Key<unknown>).secret === true
  const known = (name: string) => name in keys || (name.endsWith('_FILE') && isSecret(name.slice(0, -5)))
  return Object.keys(env).filter(
    (name) => name.startsWith('VIVARCHIVE_') && !name.startsWith('VIVARCHIVE_TEST_') && !known(name),
  )
}

function keptSecret(folder: string): string {
  const file = path.join(folder, 'secret')
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  return readFileSync(file, 'utf8').trim()
}
