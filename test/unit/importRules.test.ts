/** Who may import whom. Between rooms the compiler sees to it; the finer rules inside the API are checked here. */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

/** Files of the API with what they import, as paths from the root. */
const imports = globSync('api/**/*.ts', { cwd: root }).map((file) => {
  const text = readFileSync(path.join(root, file), 'utf8')
  const names = [...text.matchAll(/(?:from|import) '([^']+)'|import\('([^']+)'\)/g)].map((m) => m[1] ?? m[2] ?? '')
  const targets = names.map((name) =>
    name.startsWith('#') ? name.slice(1) : name.startsWith('.') ? path.join(path.dirname(file), name) : name,
  )
  return { file, text, targets }
})

const found = (rule: (file: string, target: string) => boolean) =>
  imports.flatMap(({ file, targets }) =>
    targets.filter((target) => rule(file, target)).map((target) => `${file} -> ${target}`),
  )

describe('inside the API', () => {
  it('a module keeps its model to itself', () => {
    const moduleOf = (file: string) => /^api\/modules\/(\w+)\//.exec(file)?.[1]
    // The queue is the service of the jobs module; the demo facility looks for imports that it was interrupted in.
    const allowed = (file: string) => /^api\/(jobs|demo)\//.test(file)
    expect(
      found(
        (file, target) =>
          /modules\/\w+\/model\.ts$/.test(target) && moduleOf(target) !== moduleOf(file) && !allowed(file),
      ),
    ).toEqual([])
  })

  it('services, records and rights know nothing of HTTP', () => {
    const quiet = /^api\/(records\/(?!\w*[rR]outes)|modules\/\w+\/service|audit\/record|access\/rights|ingest|db)/
    expect(
      found(
        (file, target) =>
          quiet.test(file) && (target === 'fastify' || target.endsWith('routes.ts') || target.includes('api/plugins/')),
      ),
    ).toEqual([])
  })

  it('only the configuration reads the environment, only the command line prints', () => {
    const readers = imports
      .filter(({ file, text }) => /process\.env\b/.test(text) && !['api/config.ts', 'api/server.ts'].includes(file))
      .map((i) => i.file)
    expect(readers).toEqual([])
    const printers = imports
      .filter(({ file, text }) => /\bconsole\./.test(text) && file !== 'api/cli.ts')
      .map((i) => i.file)
    expect(printers).toEqual([])
  })
})

describe('between rooms', () => {
  it.each([
    ['imaging', "import { readFile } from 'node:fs/promises'\nexport const x = readFile\n"],
    ['imaging', "import { Project } from '#ontology/entities/project.ts'\nexport const x = Project\n"],
    ['ontology', "import { labelSort } from '#api/records/label.ts'\nexport const x = labelSort\n"],
    ['search', "import { labelSort } from '#api/records/label.ts'\nexport const x = labelSort\n"],
    ['portal', "import { labelSort } from '#api/records/label.ts'\nexport const x = labelSort\n"],
  ])('a wrong import in %s does not compile', (room, text) => {
    const folder = mkdtempSync(path.join(root, room, 'wrong-'))
    try {
      writeFileSync(path.join(folder, 'wrong.ts'), text)
      const base = JSON.parse(readFileSync(path.join(root, room, 'tsconfig.json'), 'utf8')) as {
        compilerOptions: object
        references: { path: string }[]
      }
      const config = {
        extends: '../tsconfig.json',
        compilerOptions: {
          ...base.compilerOptions,
          rootDir: '../..',
          outDir: path.join(folder, 'out'),
          noEmit: false,
          types: room === 'imaging' || room === 'ontology' ? [] : ['node'],
        },
        include: ['wrong.ts'],
        references: base.references.map(({ path: p }) => ({ path: path.join('..', p) })),
      }
      writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config))
      const { status, stdout } = spawnSync(path.join(root, 'node_modules/.bin/tsc'), ['-p', folder], {
        encoding: 'utf8',
      })
      expect(status, stdout).not.toBe(0)
      expect(stdout).toMatch(/TS6307|TS2591|TS2307|TS2580|TS6059/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
