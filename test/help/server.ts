/** The product as a process of its own, as people start it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './mariadb.ts'

export interface RunningServer {
  url: string
  dataFolder: string
  process: ChildProcess
  /** What it printed. */
  output(): string
  /** Ends it as an operator would; the data folder goes too unless it was given. */
  stop(): Promise<void>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

const root = path.resolve(import.meta.dirname, '../..')

/**
 * Starts a server and waits until it is ready.
 * @param settings environment variables; VIVARCHIVE_DATA makes it use a folder that stays
 * @throws Error with what it printed when it does not get ready
 */
export async function startServer(settings: Record<string, string> = {}, seconds = 300): Promise<RunningServer> {
  const port = Number(settings.PORT ?? (await freePort()))
  const own = settings.VIVARCHIVE_DATA === undefined
  const dataFolder = settings.VIVARCHIVE_DATA ?? mkdtempSync(path.join(tmpdir(), 'vivarchive-server-'))
  const url = `http://127.0.0.1:${port}`
  const child = spawn(path.join(root, 'api/cli.ts'), ['start'], {
    cwd: root,
    env: {
      // The Node that runs this comes first, as npm has it.
      PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      HOME: process.env.HOME,
      VIVARCHIVE_DEMO: '0',
      VIVARCHIVE_LOG: 'warn',
      VIVARCHIVE_PUBLIC_URL: url,
      ...settings,
      PORT: String(port),
      VIVARCHIVE_DATA: dataFolder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), 30_000)
    await exit
    clearTimeout(late)
  }
  const server: RunningServer = {
    url,
    dataFolder,
    process: child,
    output: () => printed.join(''),
    async stop() {
      await end('SIGTERM')
      if (own) rmSync(dataFolder, { recursive: true, force: true })
    },
    kill: () => end('SIGKILL'),
  }
  const deadline = Date.now() + seconds * 1000
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => null)
    if (answer?.ok) return server
    await sleep(150)
  }
  await server.stop()
  throw new Error(`The server did not get ready:\n${server.output().slice(-4000)}`)
}
