#!/usr/bin/env -S UV_THREADPOOL_SIZE=16 node --max-semi-space-size=8 --heap-growing-percent=30
/**
 * Command line: start, migrate, user. The only place that prints. Young objects get 2 x 8 MiB: by itself V8 takes up to
 * 2 x 64 MiB for them, and keeps them, for the work of the start alone. For the same reason the heap grows by 30 %
 * between collections, not to its double: 262 instead of 304 MB at rest, for a tenth more work at the start. Sixteen
 * threads wait for disks: with the usual four, the syncs of a few small files that arrive together wait for one another
 * instead of sharing a write.
 */
import { ConfigError, unknownSettings } from './config.ts'
import { AppError } from './errors.ts'

const [command = 'help', ...rest] = process.argv.slice(2)

/** Commands with what they do; the help text is made of this. */
const commands: Record<string, [about: string, run: () => Promise<void>]> = {
  start: [
    'serve the portal and the API',
    async () => (await import('./server.ts')).start({ dev: rest.includes('--dev') }),
  ],
  migrate: ['bring the database to the newest schema', async () => (await import('./commands/migrate.ts')).run()],
  settings: [
    'list all settings',
    async () => (await import('./commands/settings.ts')).run(rest.includes('--env') ? 'env' : 'table'),
  ],
  formats: ['list the image formats', async () => (await import('./commands/formats.ts')).run()],
  healthy: ['ask the running site whether it can serve', async () => (await import('./commands/healthy.ts')).run()],
  reindex: ['make the search index anew', async () => (await import('./commands/reindex.ts')).run()],
  rebuild: [
    'make planes and thumbnails anew from the original files',
    async () => (await import('./commands/rebuild.ts')).run(),
  ],
  evict: [
    'remove planes and animations that were not used for longest; --all: all of them',
    async () => (await import('./commands/evict.ts')).run({ all: rest.includes('--all') }),
  ],
  help: ['this list', async () => printHelp()],
}

function printHelp(): void {
  console.log('Usage: node api/cli.ts <command>\n')
  for (const [name, [about]] of Object.entries(commands)) console.log(`  ${name.padEnd(12)} ${about}`)
}

try {
  const entry = commands[command]
  if (!entry)
    throw new AppError('invalid', `There is no command "${command}". Commands: ${Object.keys(commands).join(', ')}.`)
  for (const name of unknownSettings())
    console.error(`warning: ${name} is set, but there is no such setting (see docs/configuration.md).`)
  await entry[1]()
} catch (error) {
  if (error instanceof ConfigError) {
    console.error(`The configuration has problems:\n${error.message.replaceAll(/^/gm, '  ')}`)
    process.exitCode = 78
  } else {
    console.error(error instanceof AppError ? error.message : error)
    process.exitCode = 1
  }
}
