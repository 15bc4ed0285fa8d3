/**
 * How fast planes travel: `node test/bench/planes.ts [time points] [rounds]`. Sets of 94 planes of 512 x 512 for each time
 * point (40 make the 3760 planes of the founding paper's 4D set) are served by the product, with rights checked, and by
 * nginx as plain files; one time point also by Orthanc. Servers take turns in every round, so that only ratios depend on
 * the rounds; medians are printed. Everything is in the page cache, over the loopback, and the client is on the same
 * machine.
 */
import { cpus, loadavg } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { Connection, at, load, memory, type Load, type Target } from './planes/client.ts'
import { benchImage, dicomUids, multiFrameDicom, slices } from './planes/images.ts'
import { provided, startNginx, startOrthanc, type Rival } from './planes/rivals.ts'
import { startSite, type BenchSet } from './planes/site.ts'

const [times = 40, rounds = 5] = process.argv.slice(2).map(Number)
/** Answers in each round: enough for a steady state, few enough for a few minutes in all. */
const planesAsked = 500
const chunkBytesAsked = 5e8
const firstAsked = 20

/** One server as it is asked for one set. */
interface Way {
  pids: number[]
  chunks: Target[]
  planes: Target[]
  /** What a viewer asks for before it has a plane. */
  first: Target[]
}

const site = await startSite(times)
const nginx = provided('nginx', ['nginx-light']) ? await startNginx() : null
try {
  console.log(
    `${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}, ${rounds} rounds, medians; nginx ${nginx?.version ?? 'is not here'}`,
  )
  for (const set of site.sets) await compare(set)
  await compareWithOrthanc()
} finally {
  await nginx?.stop()
  await site.stop()
}

function ours(set: BenchSet): Way {
  const target = (path: string) => ({ port: site.port, path, headers: { cookie: site.cookie } })
  const chunks = Array.from({ length: set.chunk.count }, (_, n) => target(`${set.base}/chunks/${n}`))
  const planes = Array.from({ length: set.planeCount }, (_, n) => target(`${set.base}/planes/${n}`))
  return { pids: [site.pid], chunks, planes, first: [target(set.header), planes[slices >> 1]!] }
}

function asFiles(server: Rival, set: BenchSet): Way {
  const end = set.offset + set.planeCount * set.planeBytes
  const part = (bytes: number) => (_: unknown, n: number) => {
    const from = set.offset + n * bytes
    const range = `bytes=${from}-${Math.min(end, from + bytes) - 1}`
    return { port: server.port, path: set.file, headers: { range } }
  }
  const chunks = Array.from({ length: set.chunk.count }, part(set.chunk.planes * set.planeBytes))
  const planes = Array.from({ length: set.planeCount }, part(set.planeBytes))
  return { pids: server.pids, chunks, planes, first: [planes[slices >> 1]!] }
}

/** As many targets as asked for, in the order in which a person goes through planes: forwards, then again. */
function around(targets: readonly Target[], count: number): Target[] {
  return Array.from({ length: count }, (_, n) => targets[n % targets.length]!)
}

/** In no order that a server could follow. */
function scattered(targets: readonly Target[]): Target[] {
  return targets.map((_, n) => targets[(n * 37 + 11) % targets.length]!)
}

async function compare(set: BenchSet): Promise<void> {
  const ways: [name: string, way: Way][] = [['ours', ours(set)]]
  if (nginx) ways.push(['nginx', asFiles(nginx, set)])
  const chunkCount = Math.max(16, Math.ceil(chunkBytesAsked / (set.chunk.planes * set.planeBytes)))
  const before = memory(site.pid)
  const results = new Map<string, Map<string, Load[]>>()
  const keep = (what: string, name: string, found: Load) => {
    const byServer = results.get(what) ?? new Map<string, Load[]>()
    results.set(what, byServer.set(name, [...(byServer.get(name) ?? []), found]))
  }
  const firsts = new Map<string, number[]>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of round % 2 === 0 ? ways : ways.toReversed()) {
      for (let n = 0; n < firstAsked / rounds; n++) {
        firsts.set(name, [...(firsts.get(name) ?? []), await firstPlane(way)])
      }
    }
    const turns = round % 2 === 0 ? ways : ways.toReversed()
    const take = async (what: string, clients: number, targets: (way: Way) => Target[]) => {
      const title = `${what}, ${clients} client${clients > 1 ? 's' : ''}`
      for (const [name, way] of turns) keep(title, name, await load(targets(way), clients, way.pids))
    }
    for (const clients of [1, 4, 16]) await take('chunks', clients, (way) => around(way.chunks, chunkCount))
    for (const clients of [1, 4, 16]) await take('planes', clients, (way) => around(way.planes, planesAsked))
    await take('scattered', 4, (way) => around(scattered(way.planes), planesAsked))
  }
  const after = memory(site.pid)
  console.log(
    `\n${set.name}: ${set.planeCount} planes of ${set.planeBytes} bytes, ${set.chunk.count} chunks of ${set.chunk.planes} planes`,
  )
  for (const [what, byServer] of results) print(what, byServer)
  const first = [...firsts].map(([name, ms]) => `${name} ${at(ms, 0.5).toFixed(1)} ms`)
  console.log(`  first plane on a new connection, ours with the header document: ${first.join(', ')}`)
  console.log(
    `  resident memory of ours ${before.now.toFixed(0)} -> ${after.now.toFixed(0)} MiB, peak since start ${after.peak.toFixed(0)} MiB`,
  )
}

async function firstPlane({ first }: Way): Promise<number> {
  const connection = new Connection()
  const started = performance.now()
  for (const target of first) await connection.get(target)
  const milliseconds = performance.now() - started
  connection.close()
  return milliseconds
}

function middle(loads: readonly Load[], of: (load: Load) => number): number {
  return at(loads.map(of), 0.5)
}

function print(what: string, byServer: Map<string, Load[]>): void {
  const parts = [...byServer].map(
    ([name, loads]) =>
      `${name} ${middle(loads, (l) => l.speed)
        .toFixed(0)
        .padStart(
          5,
        )} MB/s, ${middle(loads, (l) => at(l.times, 0.5)).toFixed(2)} ms, ${middle(loads, (l) => l.cpuSecondsPerGigabyte).toFixed(2)} CPU s/GB`,
  )
  const [mine, theirs] = [...byServer.values()].map((loads) => middle(loads, (l) => l.speed))
  console.log(`  ${what.padEnd(18)} ${parts.join('   ')}${theirs ? `   ratio ${(mine! / theirs).toFixed(2)}` : ''}`)
}

/** One time point of the first set, stored in Orthanc as one multi-frame object: what its DICOMweb clients do. */
async function compareWithOrthanc(): Promise<void> {
  if (!provided('Orthanc', ['orthanc', 'orthanc-dicomweb'])) {
    console.log('\nOrthanc is not here: install orthanc and orthanc-dicomweb to compare')
    return
  }
  const orthanc = await startOrthanc(await buffer(multiFrameDicom(benchImage('uint8', 1))))
  const { study, series, instance } = dicomUids
  const target = (path: string, type: string): Target => ({
    port: orthanc.port,
    path: `/dicom-web/studies/${study}/series/${series}/instances/${instance}${path}`,
    headers: { accept: `multipart/related; type="${type}"` },
  })
  const octets = 'application/octet-stream'
  const frames = Array.from({ length: slices }, (_, n) => target(`/frames/${n + 1}`, octets))
  const all = target(`/frames/${frames.map((_, n) => n + 1).join(',')}`, octets)
  const { chunks, planes } = ours(site.sets[0]!)
  try {
    console.log(`\nOrthanc ${orthanc.version}, ${slices} planes of 262144 bytes in one object`)
    for (const clients of [1, 4]) {
      const found = {
        frames: [] as Load[],
        list: [] as Load[],
        object: [] as Load[],
        planes: [] as Load[],
        chunks: [] as Load[],
      }
      for (let round = 0; round < rounds; round++) {
        found.planes.push(await load(around(planes, slices * 4), clients, [site.pid]))
        found.frames.push(await load(frames.slice(0, 24), clients, orthanc.pids))
        found.chunks.push(await load(around(chunks.slice(0, 1), 24), clients, [site.pid]))
        found.list.push(await load(around([all], 8), clients, orthanc.pids))
        found.object.push(await load(around([target('', 'application/dicom')], 8), clients, orthanc.pids))
      }
      const speed = (name: keyof typeof found) => middle(found[name], (l) => l.speed)
      const best = Math.max(speed('list'), speed('object'))
      console.log(
        `  ${clients} client${clients > 1 ? 's' : ''}: plane by plane ours ${speed('planes').toFixed(0)}, Orthanc ${speed('frames').toFixed(0)} MB/s, ratio ${(speed('planes') / speed('frames')).toFixed(1)};` +
          ` whole ours ${speed('chunks').toFixed(0)}, Orthanc frame list ${speed('list').toFixed(0)}, object ${speed('object').toFixed(0)} MB/s, ratio to its best ${(speed('chunks') / best).toFixed(1)}`,
      )
    }
  } finally {
    await orthanc.stop()
  }
}
