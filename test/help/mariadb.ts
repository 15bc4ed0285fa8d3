/** A MariaDB server of our own: private data folder, free port, stopped at the end. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Server {
  /** mariadb://user:password@127.0.0.1:port, for an account that may make databases called viv_... */
  address: string
  stop(): Promise<void>
}

/** @throws Error when the server does not come up; its log is in the message */
export async function startMariadb(): Promise<Server> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-mariadb-'))
  const data = path.join(folder, 'data')
  const socket = path.join(folder, 's')
  const user = userInfo().username
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  const base = ['--no-defaults', `--datadir=${data}`, `--user=${user}`]
  execFileSync('mariadb-install-db', [...base, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    stdio: 'ignore',
  })
  const log: string[] = []
  const server = spawn(
    'mariadbd',
    [
      ...base,
      `--socket=${socket}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--pid-file=${path.join(folder, 'pid')}`,
      '--innodb-flush-log-at-trx-commit=2',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  const sql = `CREATE USER 'viv'@'127.0.0.1' IDENTIFIED BY '${password}'; GRANT ALL ON \`viv\\_%\`.* TO 'viv'@'127.0.0.1'; GRANT RELOAD ON *.* TO 'viv'@'127.0.0.1'`
  for (let attempt = 0; ; attempt++) {
    try {
      execFileSync('mariadb', ['--no-defaults', `--socket=${socket}`, '--user=root', '--execute', sql], {
        stdio: 'pipe',
      })
      break
    } catch (error) {
      if (attempt > 100 || server.exitCode !== null)
        throw new Error(`MariaDB did not start:\n${log.join('').slice(-2000)}`, { cause: error })
      await sleep(200)
    }
  }
  return {
    address: `mariadb://viv:${password}@127.0.0.1:${port}`,
    async stop() {
      await ended(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  const exit = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  const late = setTimeout(() => server.kill('SIGKILL'), 15_000)
  await exit
  clearTimeout(late)
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
