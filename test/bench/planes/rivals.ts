/** The servers that the product is measured beside, each in a folder of its own on a free port. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../help/mariadb.ts'
import { family } from './client.ts'

export interface Rival {
  port: number
  /** Processes that do its work. */
  pids: number[]
  version: string
  stop(): Promise<void>
}

const answerSeconds = 30

/**
 * Installs Debian packages when this is root; programs that stay away make a line in the output, not a failure.
 * @returns whether the program is there
 */
export function provided(program: string, packages: string[]): boolean {
  const has = () => spawnSync('which', [program], { stdio: 'ignore' }).status === 0
  if (has()) return true
  if (process.getuid?.() !== 0 || spawnSync('which', ['apt-get'], { stdio: 'ignore' }).status !== 0) return false
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: 'ignore', env })
  return has()
}

/** Serves the whole file system to this machine, as a static server would serve the planes: sendfile, no log. */
export async function startNginx(): Promise<Rival> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-nginx-'))
  mkdirSync(path.join(folder, 'temp'))
  const port = await freePort()
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const temp = kinds.map((kind) => `${kind}_temp_path ${folder}/temp/${kind};`).join(' ')
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `daemon off; ${process.getuid?.() === 0 ? 'user root; ' : ''}pid ${folder}/pid; error_log stderr warn; worker_processes 1; events {}
http { access_log off; sendfile on; sendfile_max_chunk 2m; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100; ${temp}
server { listen 127.0.0.1:${port}; root /; add_header Cache-Control "public, max-age=31536000, immutable"; } }\n`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf'], { stdio: 'ignore' })
  await answering(`http://127.0.0.1:${port}/`, child)
  const version = /nginx\/([\d.]+)/.exec(spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr)?.[1] ?? '?'
  return { port, pids: family(child.pid!), version, stop: () => stopped(child, folder) }
}

/** Orthanc with its DICOMweb plugin and one stored object. */
export async function startOrthanc(object: Buffer): Promise<Rival> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-orthanc-'))
  const port = await freePort()
  const settings = {
    Name: 'bench',
    StorageDirectory: `${folder}/db`,
    IndexDirectory: `${folder}/db`,
    Plugins: ['/usr/share/orthanc/plugins'],
    HttpPort: port,
    DicomServerEnabled: false,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    HttpThreadsCount: 50,
    HttpCompressionEnabled: false,
    StorageCompression: false,
    KeepAlive: true,
    TcpNoDelay: true,
    DicomWeb: { Enable: true, Root: '/dicom-web/' },
  }
  writeFileSync(path.join(folder, 'orthanc.json'), JSON.stringify(settings))
  const child = spawn('Orthanc', [path.join(folder, 'orthanc.json')], { stdio: 'ignore' })
  const address = `http://127.0.0.1:${port}`
  await answering(`${address}/system`, child)
  const { Version: version } = (await (await fetch(`${address}/system`)).json()) as { Version: string }
  const stored = await fetch(`${address}/instances`, { method: 'POST', body: new Uint8Array(object) })
  if (!stored.ok) throw new Error(`Orthanc refuses the object: ${await stored.text()}`)
  return { port, pids: [child.pid!], version, stop: () => stopped(child, folder) }
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < answerSeconds * 10; waited++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return
    if (child.exitCode !== null) break
    await sleep(100)
  }
  throw new Error(`${child.spawnfile} does not answer at ${url}`)
}

async function stopped(child: ChildProcess, folder: string): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  rmSync(folder, { recursive: true, force: true })
}
