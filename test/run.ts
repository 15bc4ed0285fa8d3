/**
 * The whole test: checks, then every runner, then one line with the counts. Installs what Debian's packages can give
 * when it may (root, apt-get) and says what is missing otherwise.
 * Arguments name runners to run alone: node test/run.ts unit api-sqlite
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { startMariadb, type Server } from './help/mariadb.ts'

const root = path.resolve(import.meta.dirname, '..')
const output = path.join(root, 'test/output')
const bin = (name: string) => path.join(root, 'node_modules/.bin', name)
const only = process.argv.slice(2)

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const results: [name: string, counts: Counts, seconds: number][] = []

/** Programs that the runners need, and the Debian package that has them. */
const programs: [runner: string, program: string, pkg: string][] = [
  ['api-mariadb', 'mariadbd', 'mariadb-server'],
  ['e2e', 'chromium', 'chromium'],
]

function provision(): void {
  const wanted = programs.filter(([runner, program]) => chosen(runner) && !has(program))
  if (wanted.length === 0) return
  const packages = wanted.map(([, , pkg]) => pkg)
  if (process.getuid?.() !== 0 || !has('apt-get')) {
    throw new Error(
      `Missing: ${wanted.map(([, program]) => program).join(', ')}. Install them first: sudo apt-get install ${packages.join(' ')}`,
    )
  }
  console.log(`installing ${packages.join(', ')} from Debian's packages`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  })
}

const has = (program: string): boolean => spawnSync('which', [program], { stdio: 'ignore' }).status === 0
const chosen = (runner: string): boolean => only.length === 0 || only.includes(runner)

function step(command: string, args: string[], env: Record<string, string> = {}): Counts {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 }
}

/** What is used of vitest's JSON report. */
interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

function vitest(name: string, project: string, env: Record<string, string> = {}): Counts {
  const report = path.join(output, `${name}.json`)
  rmSync(report, { force: true })
  const args = [
    'run',
    '--config',
    'test/vitest.config.ts',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const { passed } = step(bin('vitest'), args, env)
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const counts = JSON.parse(readFileSync(report, 'utf8')) as VitestReport
  // A file that fails outside of its tests (in a hook, at an import) has no failed test.
  const broken = counts.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  return {
    passed: counts.numPassedTests,
    failed: counts.numFailedTests + broken || (passed ? 0 : 1),
    skipped: counts.numPendingTests,
  }
}

async function run(name: string, work: () => Counts | Promise<Counts>): Promise<void> {
  if (!chosen(name)) return
  console.log(`\n=== ${name} ===`)
  const started = Date.now()
  let counts: Counts
  try {
    counts = await work()
  } catch (error) {
    console.error(error)
    counts = { passed: 0, failed: 1, skipped: 0 }
  }
  results.push([name, counts, Math.round((Date.now() - started) / 1000)])
}

mkdirSync(output, { recursive: true })
let mariadb: Server | undefined
try {
  provision()
  for (const [name, command, args] of [
    ['types', bin('tsc'), ['-b']],
    ['lint', bin('oxlint'), ['--deny-warnings']],
    ['format', bin('prettier'), ['--check', '--log-level=warn', '.']],
    ['unused', bin('knip'), []],
  ] as const) {
    await run(name, () => {
      if (name === 'types') step(bin('react-router'), ['typegen', '--config', 'portal/vite.config.ts', 'portal'])
      return step(command, [...args])
    })
  }
  await run('unit', () => vitest('unit', 'unit'))
  await run('api-sqlite', () => vitest('api-sqlite', 'api'))
  await run('api-mariadb', async () => {
    mariadb = await startMariadb()
    return vitest('api-mariadb', 'api', {
      VIVARCHIVE_TEST_DATABASE: 'mariadb',
      VIVARCHIVE_TEST_MARIADB: mariadb.address,
    })
  })
  await run('build', () => step('npm', ['run', '--silent', 'build']))
  await run('newman', () => {
    const report = path.join(output, 'newman.json')
    rmSync(report, { force: true })
    const plain = step(process.execPath, ['test/newman/run.ts'])
    return existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Counts) : plain
  })
  await run('e2e', () => vitest('e2e', 'e2e'))
} finally {
  await mariadb?.stop()
}

console.log('\nrunner            passed failed skipped seconds')
for (const [name, c, seconds] of results) {
  console.log(
    `${name.padEnd(16)} ${String(c.passed).padStart(7)} ${String(c.failed).padStart(6)} ${String(c.skipped).padStart(7)} ${String(seconds).padStart(7)}`,
  )
}
const sum = (key: keyof Counts) => results.reduce((total, [, counts]) => total + counts[key], 0)
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`)
process.exitCode = sum('failed') === 0 && results.length > 0 ? 0 : 1
