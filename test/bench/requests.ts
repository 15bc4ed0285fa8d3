/** p50 and p95 of lists, search, landing pages and planes on the demo facility, beside /healthz as the floor. */
import { startServer } from '../help/server.ts'

const requests = Number(process.argv[2] ?? 300)
const password = 'bench bench bench'
const server = await startServer({ VIVARCHIVE_DEMO: '1', VIVARCHIVE_DEMO_PASSWORD: password }, 300)
try {
  const json = async (path: string, init?: RequestInit) =>
    (await fetch(server.url + path, init)).json() as Promise<never>
  const signIn = await fetch(`${server.url}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'editor@demo.test', password }),
  })
  const cookie = String(signIn.headers.get('set-cookie')).split(';')[0] as string
  const mine = { cookie }
  const { items: datasets } = (await json('/api/v1/datasets?limit=1')) as {
    items: { id: string; coverSeriesIds: string[] }[]
  }
  const dataset = datasets[0]
  if (!dataset) throw new Error('the demo facility has no dataset')
  const seriesId = dataset.coverSeriesIds[0] as string
  const header = (await json(`/api/v1/series/${seriesId}/header`)) as { revision: string; planeCount: number }
  const pixels = `/api/v1/series/${seriesId}/r/${header.revision}`
  const cases: [name: string, path: string, headers?: Record<string, string>][] = [
    ['health (floor)', '/healthz'],
    ['list of series', '/api/v1/series?limit=50', mine],
    ['one series', `/api/v1/datasets/by-series/${seriesId}`],
    ['search, public, facets', '/api/v1/search?q=mouse+FDG&scope=public'],
    ['search, mine, typo', '/api/v1/search?q=gliobastoma&scope=mine', mine],
    ['plane', `${pixels}/planes/${Math.floor(header.planeCount / 2)}`],
    ['chunk', `${pixels}/chunks/0`],
    ['thumbnail', `/api/v1/series/${seriesId}/thumbnail`],
    ['home page', '/'],
    ['registry page', '/registry'],
    ['landing page', `/datasets/${dataset.id}`],
  ]
  console.log(`${'request'.padEnd(26)}   p50 ms   p95 ms   (${requests} requests, one after the other)`)
  for (const [name, path, headers] of cases) {
    const times: number[] = []
    for (let n = -20; n < requests; n++) {
      const started = performance.now()
      const answer = await fetch(server.url + path, { headers: headers ?? {} })
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
      if (n >= 0) times.push(performance.now() - started)
    }
    times.sort((a, b) => a - b)
    const at = (share: number) => (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(1).padStart(8)
    console.log(`${name.padEnd(26)} ${at(0.5)} ${at(0.95)}`)
  }
} finally {
  await server.stop()
}
