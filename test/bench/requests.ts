/** p50 and p95 of lists, search, landing pages and planes on the demo facility, beside /healthz as the floor. */
import autocannon from 'autocannon'
import { startServer } from '../help/server.ts'

const seconds = Number(process.argv[2] ?? 5)
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
  console.log(
    `${'request'.padEnd(26)} ${'p50 ms'.padStart(8)} ${'p95 ms'.padStart(8)} ${'req/s'.padStart(8)}   (1 connection, ${seconds} s each)`,
  )
  for (const [name, path, headers] of cases) {
    const result = await autocannon({
      url: server.url + path,
      connections: 1,
      duration: seconds,
      headers: headers ?? {},
    })
    const { p50, p97_5: p95, average } = { ...result.latency, average: result.requests.average }
    const failed = result.non2xx > 0 ? `  ${result.non2xx} answers were no success` : ''
    console.log(
      `${name.padEnd(26)} ${String(p50).padStart(8)} ${String(p95).padStart(8)} ${String(Math.round(average)).padStart(8)}${failed}`,
    )
  }
} finally {
  await server.stop()
}
