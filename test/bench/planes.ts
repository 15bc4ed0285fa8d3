/**
 * How fast planes travel: `node test/bench/planes.ts [times=40] [rounds=5] [sets=all]`. Time points of 94 planes of 512 x 512
 * (40 make the 3760 planes of the founding paper's 4D set), stored in each form that the repository takes, are served by
 * the product as people start it, with rights checked, and by nginx as plain files; one time point also by Orthanc. Servers
 * take turns in every round, so that only ratios depend on the rounds; medians are printed. Everything is in the page
 * cache, over the loopback, and the client is on the same machine. A quick look: `times=4 rounds=3 sets=nifti,inveon`.
 */
import { cpus, loadavg } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { Connection, at, load, memory, type Load, type Target } from './planes/client.ts'
import { dicomUids, multiFrameDicom } from './planes/dicomObject.ts'
import { forms, type SampleSize } from './planes/forms.ts'
import { benchImage, slices } from './planes/images.ts'
import { options } from './planes/options.ts'
import { report } from './planes/report.ts'
import { provided, startNginx, startOrthanc, type Rival } from './planes/rivals.ts'
import { startSite, type BenchSite } from './planes/site.ts'

const { times, rounds, sets } = options({ times: 40, rounds: 5, sets: 'all' })
/** Answers in each round: enough for a steady state, few enough for a few minutes in all. */
const planesAsked = 2000
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

const bars = report({
  chunks: { title: 'chunks, ours / nginx', least: 0.9 },
  planes: { title: 'single planes, ours / nginx', least: 0.7 },
  frames: { title: 'single planes, ours / Orthanc frame by frame', least: 5 },
  whole: { title: 'chunks, ours / the best way of Orthanc', least: 2.5 },
  memory: { title: 'resident memory of the server at its peak, MiB', most: 300 },
})

const chosen = (['uint8', 'int16'] as const).flatMap((type) =>
  Object.keys(forms)
    .filter((form) => [form, `${type}:${form}`, 'all'].some((name) => sets.split(',').includes(name)))
    .map((form): [form: string, type: SampleSize] => [form, type]),
)
if (chosen.length === 0)
  throw new Error(`sets: all, or some of ${Object.keys(forms).join(',')}, or uint8:NAME, int16:NAME`)
const nginx = provided('nginx', ['nginx-light']) ? await startNginx() : null
try {
  console.log(`${cpus().length} cores, ${rounds} rounds, medians; nginx ${nginx?.version ?? 'is not here'}`)
  for (const [n, [form, type]] of chosen.entries()) {
    const site = await startSite(form, type, times)
    try {
      await compare(site)
      if (n === 0) await compareWithOrthanc(site)
    } finally {
      await site.stop()
    }
  }
  bars.print()
} finally {
  await nginx?.stop()
}

function ours({ port, pid, cookie, set }: BenchSite): Way {
  const target = (path: string) => ({ port, path, headers: { cookie } })
  const chunks = Array.from({ length: set.chunk.count }, (_, n) => target(`${set.base}/chunks/${n}`))
  const planes = Array.from({ length: set.planeCount }, (_, n) => target(`${set.base}/planes/${n}`))
  return { pids: [pid], chunks, planes, first: [target(set.header), planes[slices >> 1]!] }
}

function asFiles(server: Rival, { set }: BenchSite): Way {
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

async function compare(site: BenchSite): Promise<void> {
  const { set, pid } = site
  const ways: [name: string, way: Way][] = [['ours', ours(site)]]
  if (nginx) ways.push(['nginx', asFiles(nginx, site)])
  const chunkCount = Math.max(16, Math.ceil(chunkBytesAsked / (set.chunk.planes * set.planeBytes)))
  const before = memory(pid)
  const results = new Map<string, Map<string, Load[]>>()
  const keep = (what: string, name: string, found: Load) => {
    const byServer = results.get(what) ?? new Map<string, Load[]>()
    results.set(what, byServer.set(name, [...(byServer.get(name) ?? []), found]))
  }
  const firsts = new Map<string, number[]>()
  for (let round = 0; round < rounds; round++) {
    const turns = round % 2 === 0 ? ways : ways.toReversed()
    for (const [name, way] of turns) {
      for (let n = 0; n < firstAsked / rounds; n++) {
        firsts.set(name, [...(firsts.get(name) ?? []), await firstPlane(way)])
      }
    }
    const take = async (what: string, clients: number, targets: (way: Way) => Target[]) => {
      const title = `${what}, ${clients} client${clients > 1 ? 's' : ''}`
      for (const [name, way] of turns) keep(title, name, await load(targets(way), clients, way.pids))
    }
    for (const clients of [1, 4, 16]) await take('chunks', clients, (way) => around(way.chunks, chunkCount))
    for (const clients of [1, 4, 16]) await take('planes', clients, (way) => around(way.planes, planesAsked))
    await take('planes scattered', 4, (way) => around(scattered(way.planes), planesAsked))
  }
  const after = memory(pid)
  console.log(
    `\n${set.name}: ${set.planeCount} planes of ${set.planeBytes} bytes, ${set.chunk.count} chunks of ${set.chunk.planes} planes; stored and made ready in ${set.seconds.toFixed(1)} s; load ${loadavg()[0]!.toFixed(1)}`,
  )
  for (const [what, byServer] of results) print(set.name, what, byServer)
  const first = [...firsts].map(([name, ms]) => `${name} ${at(ms, 0.5).toFixed(1)} ms`)
  console.log(`  first plane on a new connection, ours with the header document: ${first.join(', ')}`)
  const mark = bars.note('memory', set.name, after.peak)
  console.log(
    `  resident memory of ours ${before.now.toFixed(0)} -> ${after.now.toFixed(0)} MiB, peak since start ${after.peak.toFixed(0)} MiB${mark}`,
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

function print(set: string, what: string, byServer: Map<string, Load[]>): void {
  const parts = [...byServer].map(([name, loads]) => {
    const speed = middle(loads, (l) => l.speed).toFixed(0)
    const milliseconds = middle(loads, (l) => at(l.times, 0.5)).toFixed(2)
    const cpu = middle(loads, (l) => l.cpuSecondsPerGigabyte).toFixed(2)
    return `${name} ${speed.padStart(5)} MB/s, ${milliseconds} ms, ${cpu} CPU s/GB`
  })
  const [mine, theirs] = [...byServer.values()].map((loads) => middle(loads, (l) => l.speed))
  let ratio = ''
  if (theirs) {
    const mark = bars.note(what.startsWith('chunks') ? 'chunks' : 'planes', `${set}: ${what}`, mine! / theirs)
    ratio = `   ratio ${(mine! / theirs).toFixed(2)}${mark}`
  }
  console.log(`  ${what.padEnd(27)} ${parts.join('   ')}${ratio}`)
}

/** One time point, stored in Orthanc as one multi-frame object: what its DICOMweb clients do. */
async function compareWithOrthanc(site: BenchSite): Promise<void> {
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
  const { chunks, planes } = ours(site)
  try {
    console.log(`\nOrthanc ${orthanc.version}, ${slices} planes of 262144 bytes in one object; ours: ${site.set.name}`)
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
      const who = `${clients} client${clients > 1 ? 's' : ''}`
      const [one, whole] = [speed('planes') / speed('frames'), speed('chunks') / best]
      console.log(
        `  ${who}: plane by plane ours ${speed('planes').toFixed(0)}, Orthanc ${speed('frames').toFixed(0)} MB/s, ratio ${one.toFixed(1)}${bars.note('frames', who, one)};` +
          ` whole ours ${speed('chunks').toFixed(0)}, Orthanc frame list ${speed('list').toFixed(0)}, object ${speed('object').toFixed(0)} MB/s, ratio to its best ${whole.toFixed(1)}${bars.note('whole', who, whole)}`,
      )
    }
  } finally {
    await orthanc.stop()
  }
}
