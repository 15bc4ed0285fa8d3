/** Builds the portal when there is no build of the present sources; run before `npm start`. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const marker = path.join(root, 'portal/build/sources.sha256')

/** Digest of everything that goes into the build. */
function sources(): string {
  const hash = createHash('sha256')
  const patterns = ['portal/**/*.{ts,tsx,css,svg}', 'ontology/**/*.{ts,json}', 'imaging/**/*.ts', 'package-lock.json']
  for (const file of globSync(patterns, {
    cwd: root,
    exclude: (name) => /(^|\/)(build|\.react-router)$/.test(name),
  }).toSorted()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

const present = sources()
if (!existsSync(marker) || readFileSync(marker, 'utf8') !== present) {
  process.stdout.write('Building the portal (once after each change, about 20 seconds) ...\n')
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) {
    process.stderr.write(`${stdout}\n${stderr}\nThe portal could not be built.\n`)
    process.exit(1)
  }
  writeFileSync(marker, present)
}
