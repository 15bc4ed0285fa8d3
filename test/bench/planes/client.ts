/**
 * An HTTP client that costs as little as one can in this language: one buffer, answers are counted and dropped. What a
 * client costs is in every number here, and is the same for all servers.
 */
import { readFileSync, readdirSync } from 'node:fs'
import net from 'node:net'

const bufferBytes = 2 ** 20
/** Of /proc/PID/stat, on every Linux that matters. */
const ticksPerSecond = 100

export interface Target {
  port: number
  path: string
  headers: Record<string, string>
}

/** One connection, opened when it is needed and again when the server has closed it. */
export class Connection {
  readonly #buffer = Buffer.allocUnsafe(bufferBytes)
  #socket: net.Socket | null = null
  /** Head of the running answer; null while its body comes. */
  #head: Buffer | null = null
  /** Bytes of the body that came, and that will; it ends with the connection where no length is told. */
  #bytes = 0
  #length = 0
  #waiting: { resolve(bytes: number): void; reject(error: Error): void } | null = null

  /** Asks and reads to the end; bytes of the body. */
  get({ port, path, headers }: Target): Promise<number> {
    this.#socket ??= this.#open(port)
    this.#head = Buffer.alloc(0)
    this.#bytes = 0
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join('')}\r\n`)
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }))
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open(port: number): net.Socket {
    const buffer = this.#buffer
    const callback = (bytes: number) => {
      this.#take(buffer.subarray(0, bytes))
      return true
    }
    const socket = net.connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer, callback } })
    socket.once('error', (error) => this.#settle(error))
    socket.once('close', () => {
      this.#socket = null
      this.#settle(this.#head === null && this.#length === Infinity ? null : new Error('the server closed too early'))
    })
    return socket
  }

  #take(part: Buffer): void {
    let body = part
    if (this.#head) {
      this.#head = this.#head.length > 0 ? Buffer.concat([this.#head, part]) : part
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) {
        this.#head = Buffer.from(this.#head)
        return
      }
      const text = this.#head.toString('latin1', 0, end)
      body = this.#head.subarray(end + 4)
      this.#head = null
      if (!/^HTTP\/1\.1 20[06]/.test(text)) return this.#settle(new Error(text))
      this.#length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? Infinity)
    }
    this.#bytes += body.length
    if (this.#bytes >= this.#length) this.#settle(null)
  }

  #settle(error: Error | null): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (error) waiting?.reject(error)
    else waiting?.resolve(this.#bytes)
  }
}

export interface Load {
  /** MB/s, 10^6 bytes. */
  speed: number
  /** Answers a second. */
  rate: number
  /** Milliseconds of each answer. */
  times: number[]
  cpuSecondsPerGigabyte: number
}

/** Asks with `clients` connections at once, each as soon as it has its answer, until all are asked. */
export async function load(targets: readonly Target[], clients: number, pids: readonly number[]): Promise<Load> {
  const connections = Array.from({ length: clients }, () => new Connection())
  const times: number[] = []
  let next = 0
  let bytes = 0
  const cpu = cpuSeconds(pids)
  const started = performance.now()
  await Promise.all(
    connections.map(async (connection) => {
      while (next < targets.length) {
        const target = targets[next++]!
        const asked = performance.now()
        // `bytes += await ...` would take the sum of before the wait.
        const got = await connection.get(target)
        bytes += got
        times.push(performance.now() - asked)
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  const used = cpuSeconds(pids) - cpu
  for (const connection of connections) connection.close()
  return {
    speed: bytes / 1e6 / seconds,
    rate: targets.length / seconds,
    times,
    cpuSecondsPerGigabyte: used / (bytes / 1e9),
  }
}

/** Processor time that the processes have used, in their own code and in the kernel. */
function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond
}

/** Resident memory now and at its highest, MiB. */
export function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024
  return { now: field('VmRSS'), peak: field('VmHWM') }
}

/** A process and those that it started. */
export function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children]
}

export function at(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(share * (values.length - 1))] ?? Number.NaN
}
