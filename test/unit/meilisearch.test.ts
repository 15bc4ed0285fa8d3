/**
 * How the Meilisearch engine behaves towards a server that is slow, refuses or is away. What it asks a real server for
 * is proved by the conformance suite, where VIVARCHIVE_MEILISEARCH names one.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { SearchUnavailable, type SearchSettings } from '#search/engine.ts'
import { MeilisearchEngine } from '#search/meilisearch.ts'
import { batchesOf } from '#search/meilisearch/batches.ts'
import { audienceIs, rangesOf, valueIs } from '#search/meilisearch/filters.ts'
import { settingsHash, storedOf } from '#search/meilisearch/stored.ts'

const settings: SearchSettings = { weights: [1], facets: ['Species'], dates: ['date'], numbers: ['age'], synonyms: [] }
const one = {
  id: 'x',
  record: 'ImageSeries:x',
  type: 'series',
  scope: ['public'],
  label: 'X',
  text: {},
  facets: { Species: ['Mus musculus'] },
  dates: { date: '2024-02-29' },
  numbers: {},
  payload: null,
}

/** Answers as the API reference says: writes are queued, tasks are asked for by their number. */
class Double {
  readonly seen: { method: string; path: string; body: string; key: string | undefined }[] = []
  readonly #server: Server
  /** Last state of each task, after two answers that it is not done. */
  outcome: { status: 'succeeded' } | { status: 'failed'; error: { message: string; code: string } } = {
    status: 'succeeded',
  }
  #asked = new Map<string, number>()

  constructor(refuse?: number) {
    this.#server = createServer(async (request, response) => {
      const body = await text(request)
      const path = request.url ?? ''
      this.seen.push({ method: request.method ?? '', path, body, key: request.headers.authorization })
      const send = (status: number, value: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      if (refuse) return send(refuse, { message: 'no', code: 'invalid_api_key', type: 'auth', link: '' })
      if (path.startsWith('/tasks/')) {
        const asked = (this.#asked.get(path) ?? 0) + 1
        this.#asked.set(path, asked)
        return send(200, {
          uid: 1,
          type: 'documentAdditionOrUpdate',
          ...(asked > 2 ? this.outcome : { status: 'processing' }),
        })
      }
      if (request.method === 'GET')
        return send(404, { message: 'not found', code: 'index_not_found', type: '', link: '' })
      return send(202, { taskUid: this.seen.length, indexUid: 'x', status: 'enqueued', type: 'x', enqueuedAt: '' })
    })
  }

  async listen(): Promise<MeilisearchEngine> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const { port } = this.#server.address() as AddressInfo
    return engineAt(`http://127.0.0.1:${port}`)
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.#server.close(resolve))
  }
}

const engineAt = (address: string) =>
  new MeilisearchEngine({ address, key: 'scoped', prefix: 'vivarchive', lock: () => Promise.resolve(null) })

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

describe('the Meilisearch engine', () => {
  let double: Double
  afterEach(() => double.close())

  it('names its indexes by a hash of their settings and sends its key with every request', async () => {
    double = new Double()
    const engine = await double.listen()
    expect(await engine.ensure(settings)).toBe('stale')
    const made = double.seen.filter(({ method, path }) => method === 'POST' && path === '/indexes').map((r) => r.body)
    const uid = `vivarchive-${settingsHash(settings)}`
    expect(made.map((body) => JSON.parse(body) as unknown)).toEqual([
      { uid, primaryKey: 'key' },
      { uid: `${uid}-words`, primaryKey: 'key' },
    ])
    expect(new Set(double.seen.map(({ key }) => key))).toEqual(new Set(['Bearer scoped']))
    expect(settingsHash({ ...settings, facets: ['Strain'] })).not.toBe(settingsHash(settings))
  })

  it('follows a write until it is done, and throws the reason of one that failed', async () => {
    double = new Double()
    const engine = await double.listen()
    await engine.ensure(settings)
    await engine.replace(['ImageSeries:x'], [one])
    const asked = double.seen.filter(({ path }) => path.startsWith('/tasks/'))
    expect(asked.length % 3).toBe(0)
    const order = double.seen
      .filter(({ path }) => path.includes('/documents'))
      .map(({ path }) => path.replace(/.*documents/, ''))
    expect(order.at(-1)).toBe('/delete')
    double.outcome = { status: 'failed', error: { message: 'disk is full', code: 'no_space_left_on_device' } }
    await expect(engine.replace([], [one])).rejects.toThrow(/failed: disk is full/)
  })

  it.each([401, 403, 429, 500, 503])('is unavailable when the server answers %s', async (status) => {
    double = new Double(status)
    const engine = await double.listen()
    await expect(engine.ensure(settings)).rejects.toThrow(SearchUnavailable)
    await expect(engine.query({ keys: 'all', limit: 1 })).rejects.toThrow(SearchUnavailable)
  })

  it('is unavailable when there is no server', async () => {
    double = new Double()
    await double.listen()
    const engine = engineAt('http://127.0.0.1:9')
    await expect(engine.ensure(settings)).rejects.toThrow(SearchUnavailable)
  })
})

describe('what Meilisearch is given', () => {
  it('holds nothing in filters that a person typed', () => {
    const typed = `x" OR scope = "private`
    const filters = [...audienceIs([typed]), valueIs('Species', [typed])].join()
    expect(filters).not.toMatch(/private|"/)
    expect(filters).toMatch(/^scope IN \[[0-9a-f]{32}\],NOT unless IN \[[0-9a-f]{32}\],marks IN \[[0-9a-f]{32}\]$/)
    const names = new Map([['date', 'date_0']])
    expect(rangesOf({ keys: [], limit: 1, dates: { date: { from: typed } } }, names)).toEqual(['key IN []'])
  })

  it('includes the whole of a period', () => {
    const names = new Map([['date', 'date_0']])
    const to = (end: string) => rangesOf({ keys: [], limit: 1, dates: { date: { to: end } } }, names)[0]
    expect(to('2024')).toContain(`<= "${Date.parse('2024-12-31T23:59:59.999Z')}"`)
    expect(to('2024-02')).toContain(`<= "${Date.parse('2024-02-29T23:59:59.999Z')}"`)
    expect(to('2024-02-29')).toContain(`<= "${Date.parse('2024-02-29T23:59:59.999Z')}"`)
  })

  it('keeps values apart that differ by case alone, and text that no JSON reader refuses', () => {
    const stored = storedOf({ ...one, facets: { Species: ['Mouse', 'mouse', 'odd \ud800'] } }, settings)
    expect(new Set((stored.facet_0 as string[]).map((value) => value.slice(0, 32))).size).toBe(3)
    expect(JSON.stringify(stored)).not.toMatch(/\\ud800/)
    expect(stored.date_0).toBe(Date.parse('2024-02-29T00:00:00Z'))
  })

  it('comes in bodies below the limit', () => {
    const documents = Array.from({ length: 100 }, (_, n) => ({ n, text: 'é'.repeat(50) }))
    const bodies = [...batchesOf(documents, 1000)]
    expect(bodies.length).toBeGreaterThan(10)
    for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1000)
    expect(bodies.join('\n').split('\n').map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(documents.map(({ n }) => n)) // prettier-ignore
    expect([...batchesOf([{ text: 'x'.repeat(5000) }], 1000)]).toHaveLength(1)
  })
})
