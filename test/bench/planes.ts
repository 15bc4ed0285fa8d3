/**
 * How fast planes travel: `node test/bench/planes.ts [slices] [times]`. One series of 512 x 512 8-bit planes is served by
 * the product, with rights checked, and by nginx as a plain file when there is one; the rounds take turns, so that only
 * the ratio depends on them. Prints p50 and p95 of single planes in milliseconds and of chunks in MB/s.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ulid } from 'ulid'
import { entities } from '#ontology/index.ts'
import type { Header } from '#imaging/header.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { system } from '#api/access/caller.ts'
import { Blob, SeriesPixels } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { deriveTask } from '#api/modules/pixels/derivation.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite } from '../help/app.ts'
import { freePort } from '../help/mariadb.ts'

const side = 512
const rounds = 5
const planesAsked = 300

interface Ready {
  port: number
  cookie: string
  base: string
  header: { planeCount: number; planeBytes: number; chunk: { planes: number; count: number }; revision: string }
  /** The file that holds the planes, for the other server. */
  file: string
  offset: number
}

if (process.argv[2] === 'serve') await serve(Number(process.argv[3]), Number(process.argv[4]))
else await measure()

/** The product with one series, in a process of its own. */
async function serve(slices: number, times: number): Promise<void> {
  const site = await openSite()
  const { ctx } = site
  await ctx.jobs.start(ctx)
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  const entity = (name: string) => entities.find((e) => e.name === name)!
  const owner = await site.person('owner')
  const project = await owner.make('projects', { title: 'Bench' })
  const study = await owner.make('studies', { title: 'Bench', projectId: project.id })
  const session = await owner.make('sessions', { studyId: study.id, label: 'Bench' })
  const given = { sessionId: session.id, label: 'Bench' }
  const series = await createRecord(ctx, system, entity('ImageSeries'), given, {
    system: { format: 'nifti', fileCount: 1, byteCount: 0, pixels: 'waiting' },
  })
  const blob = await ctx.blobs.commit(await ctx.blobs.stage(writeNifti(imageOf(slices, times))))
  const now = new Date()
  await ctx.db.write(async (t) => {
    await Blob.create({ ...blob, createdAt: now }, { transaction: t })
    const place = { seriesId: series.id, sessionId: session.id, studyId: study.id, projectId: project.id }
    const row = { id: ulid(), version: 1, createdAt: now, updatedAt: now, labelSort: 'b', body: {}, role: 'image' }
    const values = { ...row, ...place, path: 'b.nii', ...blob }
    await recordModel({ name: 'File' }).create(values as never, { transaction: t })
    await ctx.jobs.enqueue(t, [{ task: deriveTask, payload: { seriesId: series.id } }])
  })
  await ctx.jobs.idle()
  const pixels = await SeriesPixels.findByPk(series.id)
  const header = (await owner.get(`series/${series.id}/header`)).json()
  const { port } = site.app.server.address() as { port: number }
  const ready: Ready = {
    port,
    cookie: owner.headers.cookie!,
    base: `/api/v1/series/${series.id}/r/${header.revision}`,
    header,
    file: await ctx.blobs.localFile(blob.sha256),
    offset: (pixels!.layout as { offset: number }).offset,
  }
  process.send!(ready)
  // The parent says when it is done by closing the channel, also when it fails.
  process.once('disconnect', () => void site.close())
}

function imageOf(slices: number, times: number) {
  const header: Header = {
    format: 'nifti',
    modality: 'MR',
    shape: { x: side, y: side, z: slices, t: times, c: 1 },
    sampleType: 'uint8',
    samplesPerPixel: 1,
    spacing: [0.1, 0.1, 0.2],
    origin: null,
    direction: null,
    orientation: 'unknown',
    slope: [1],
    intercept: [0],
    unit: '',
    frames: null,
    channels: null,
    window: null,
    warnings: [],
  }
  return {
    header,
    *planes() {
      const plane = Uint8Array.from({ length: side * side }, (_, i) => (i * 7 + (i >> 9) * 13) & 255)
      for (let k = 0; k < slices * times; k++) {
        plane.set([k & 255, k >> 8])
        yield plane.slice()
      }
    },
  }
}

async function measure(): Promise<void> {
  const slices = Number(process.argv[2] ?? 94)
  const times = Number(process.argv[3] ?? 8)
  const child = fork(import.meta.filename, ['serve', String(slices), String(times)])
  const [ready] = (await once(child, 'message')) as [Ready]
  const nginx = await startNginx(ready.file)
  try {
    await compare(ready, nginx)
  } finally {
    await nginx?.stop()
    child.disconnect()
    await once(child, 'exit')
  }
}

type Nginx = Awaited<ReturnType<typeof startNginx>>

async function compare(ready: Ready, nginx: Nginx): Promise<void> {
  const { header, offset } = ready
  const own = (name: string) => (n: number) => ({
    port: ready.port,
    path: `${ready.base}/${name}/${n}`,
    headers: { cookie: ready.cookie },
  })
  const part = (bytes: number) => (n: number) => {
    const end = Math.min(offset + header.planeCount * header.planeBytes, offset + (n + 1) * bytes)
    return { port: nginx!.port, path: nginx!.path, headers: { range: `bytes=${offset + n * bytes}-${end - 1}` } }
  }
  const servers: [name: string, chunk: Address, plane: Address][] = [
    ['vivarchive', own('chunks'), own('planes')],
    ...(nginx
      ? [
          ['nginx', part(header.chunk.planes * header.planeBytes), part(header.planeBytes)] as [
            string,
            Address,
            Address,
          ],
        ]
      : []),
  ]
  const results = new Map(servers.map(([name]) => [name, { speeds: [] as number[], planes: [] as number[] }]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, chunk, plane] of servers) {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 2 })
      const started = performance.now()
      let bytes = 0
      const numbers = Array.from({ length: header.chunk.count }, (_, n) => n)
      const drain = async () => {
        for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) bytes += await fetchAll(agent, chunk(n))
      }
      await Promise.all([drain(), drain()])
      const { speeds, planes } = results.get(name)!
      speeds.push(bytes / 1e6 / ((performance.now() - started) / 1000))
      for (let i = 0; i < planesAsked; i++) {
        const before = performance.now()
        await fetchAll(agent, plane((i * 37) % header.planeCount))
        planes.push(performance.now() - before)
      }
      agent.destroy()
    }
  }
  console.log(
    `${header.planeCount} planes of ${side} x ${side}, ${header.chunk.count} chunks of ${header.chunk.planes} planes`,
  )
  for (const [name, { speeds, planes }] of results) {
    const line = [at(planes, 0.5), at(planes, 0.95)].map((ms) => ms.toFixed(2)).join(' / ')
    console.log(`${name.padEnd(12)} chunks ${at(speeds, 0.5).toFixed(0)} MB/s   plane p50 / p95 ${line} ms`)
  }
  const [mine, theirs] = [...results.values()].map(({ speeds }) => at(speeds, 0.5))
  if (theirs) console.log(`chunks at ${(mine! / theirs).toFixed(2)} of nginx`)
  else console.log('no nginx here: install it, or name it in NGINX, to compare')
}

type Address = (n: number) => { port: number; path: string; headers: Record<string, string> }

/** Reads an answer to its end without keeping it; the number of bytes. */
function fetchAll(agent: http.Agent, { port, path: target, headers }: ReturnType<Address>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path: target, headers, agent }, (response) => {
      let bytes = 0
      if (response.statusCode! >= 300) reject(new Error(`${target}: ${response.statusCode}`))
      response.on('data', (data: Buffer) => (bytes += data.length))
      response.on('end', () => resolve(bytes))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}

function at(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(share * (values.length - 1))]!
}

async function startNginx(file: string): Promise<{ port: number; path: string; stop(): Promise<void> } | null> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-nginx-'))
  mkdirSync(path.join(folder, 'temp'))
  const port = await freePort()
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/temp/${kind};`,
  )
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `daemon off; ${process.getuid?.() === 0 ? 'user root; ' : ''}pid ${folder}/pid; error_log stderr warn; worker_processes 1; events {}
http { access_log off; sendfile on; tcp_nopush on; ${temp.join(' ')}
server { listen 127.0.0.1:${port}; root ${path.dirname(file)}; } }\n`,
  )
  const child: ChildProcess = spawn(process.env.NGINX ?? 'nginx', ['-p', folder, '-c', 'nginx.conf'], {
    stdio: 'ignore',
  })
  const lost = new Promise<boolean>((resolve) => child.once('error', () => resolve(true)))
  const isGone = await Promise.race([lost, sleep(500).then(() => child.exitCode !== null)])
  if (isGone) {
    rmSync(folder, { recursive: true, force: true })
    return null
  }
  return {
    port,
    path: `/${path.basename(file)}`,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
