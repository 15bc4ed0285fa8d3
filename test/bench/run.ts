/** All measurements, one after the other: npm run bench [name ...]. They print; they never fail for being slow. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'

const folder = import.meta.dirname
const chosen = process.argv.slice(2)
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => path.basename(file, '.ts'))
  .filter((name) => chosen.length === 0 || chosen.includes(name))

for (const name of names) {
  console.log(`\n=== ${name} ===`)
  const { status } = spawnSync(process.execPath, [path.join(folder, `${name}.ts`)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
