/** A server process that a test may kill, and a client that survives it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface ServerProcess {
  address: string
  /** Ends it at once, without any chance to tidy up. */
  kill(): Promise<void>
  /** What it printed so far. */
  output(): string
}

/**
 * Starts the API on a data folder (and a database when the address of one is given).
 * @throws Error with the output of the process when it does not come up
 */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./serve.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, VIVARCHIVE_LOG: 'error', VIVARCHIVE_WORKERS: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const output: string[] = []
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output.push(chunk.toString())
      const found = /^port (\d+)$/m.exec(output.join(''))?.[1]
      if (found) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output.join('')}`)))
  })
  return { address: `http://127.0.0.1:${port}`, kill: () => killed(child), output: () => output.join('') }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exit
}
