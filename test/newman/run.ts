/**
 * The Postman collection made from the OpenAPI document, run by newman against a live server: first a hand-written walk
 * through the main job, then every reading request of the document with assertions that hold for all of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import newman from 'newman'
import { convertV2 } from 'openapi-to-postmanv2'
import { startServer } from '../help/server.ts'
import { mainWay } from './mainWay.ts'

const output = path.resolve(import.meta.dirname, '../output')
const admin = { email: 'admin@example.org', password: 'correct horse battery' }

interface Item {
  name: string
  item?: Item[]
  request?: { method: string; url?: { path?: string[] } }
  event?: unknown[]
}

/** Holds for every answer of the API. */
const always = [
  'pm.test("no mistake of ours", () => pm.expect(pm.response.code).to.be.below(500))',
  'pm.test("errors are problem documents", () => { if (pm.response.code >= 400) { pm.expect(pm.response.headers.get("content-type")).to.include("application/problem+json"); pm.expect(pm.response.json()).to.include.keys("type", "title", "status", "code", "detail") } })',
  'pm.test("nobody guesses types", () => pm.expect(pm.response.headers.get("x-content-type-options")).to.equal("nosniff"))',
]

const server = await startServer({ VIVARCHIVE_ADMIN_EMAIL: admin.email, VIVARCHIVE_ADMIN_PASSWORD: admin.password })
let failed: number
try {
  const openapi = await (await fetch(`${server.url}/openapi.json`)).text()
  const converted = await new Promise<{ result: boolean; reason?: string; output: { data: { item: Item[] } }[] }>(
    (resolve, reject) =>
      convertV2(
        { type: 'string', data: openapi },
        { folderStrategy: 'Tags', requestParametersResolution: 'Example' },
        ((error: Error | null, result: never) => (error ? reject(error) : resolve(result))) as never,
      ),
  )
  if (!converted.result) throw new Error(`The OpenAPI document gives no collection: ${converted.reason}`)
  const reading = readingItems(converted.output[0]?.data.item ?? [])
  const collection = {
    info: { name: 'Vivarchive', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
    item: [
      { name: 'The main way', item: mainWay },
      { name: 'Every reading request', item: reading, event: [{ listen: 'test', script: { exec: always } }] },
    ],
    variable: [
      { key: 'baseUrl', value: server.url },
      { key: 'email', value: admin.email },
      { key: 'password', value: admin.password },
    ],
  }
  mkdirSync(output, { recursive: true })
  writeFileSync(path.join(output, 'collection.json'), JSON.stringify(collection, null, 2))
  const summary = await new Promise<newman.NewmanRunSummary>((resolve, reject) =>
    newman.run({ collection: collection as never, reporters: [], timeoutRequest: 20_000 }, (error, result) =>
      error ? reject(error) : resolve(result),
    ),
  )
  const { assertions } = summary.run.stats
  failed = (assertions.failed ?? 0) + summary.run.failures.filter((f) => f.error.name !== 'AssertionError').length
  for (const failure of summary.run.failures)
    console.error(`${failure.source?.name}: ${failure.error.test ?? failure.error.name}: ${failure.error.message}`)
  const passed = (assertions.total ?? 0) - (assertions.failed ?? 0)
  console.log(`newman: ${summary.run.stats.requests.total} requests, ${passed} assertions passed, ${failed} failed`)
  writeFileSync(path.join(output, 'newman.json'), JSON.stringify({ passed, failed, skipped: 0 }))
} finally {
  await server.stop()
}
process.exitCode = failed === 0 ? 0 : 1

/** GET requests of the collection, flattened; the base address and the bearer token come from variables. */
function readingItems(items: Item[]): Item[] {
  return items.flatMap((item) => {
    if (item.item) return readingItems(item.item)
    if (item.request?.method !== 'GET') return []
    const request = {
      ...item.request,
      auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    }
    return [{ name: item.name, request }]
  })
}
