/** kill -9 at any moment: nothing acknowledged is gone, nothing half done is visible. */
import { createReadStream } from 'node:fs'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newDatabase } from '../help/app.ts'
import { startServer, type ServerProcess } from '../help/process.ts'
import { dicomSeries, type MadeFile } from '../help/scanner.ts'
import { metadata, patchHeaders, sha256, tusHeaders } from '../help/upload.ts'

// eslint-disable-next-line typescript/no-explicit-any -- tests read whatever is there
type Json = any

const minutes = 60_000
const admin = { email: 'admin@example.org', password: 'correct horse battery' }
let folder: string
let database: { address: string; drop(): Promise<void> }
let server: ServerProcess
let token: string
let projectId: string

const start = async () => {
  server = await startServer({
    VIVARCHIVE_DATA: folder,
    VIVARCHIVE_DATABASE: database.address,
    VIVARCHIVE_ADMIN_EMAIL: admin.email,
    VIVARCHIVE_ADMIN_PASSWORD: admin.password,
  })
}
const call = (
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: Uint8Array | string,
): Promise<Response> =>
  fetch(server.address + (url.startsWith('/') ? url : `/api/v1/${url}`), {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body: body as BodyInit }),
  })
const get = async (url: string): Promise<Json> => (await call('GET', url)).json()
const make = async (url: string, body: unknown = {}): Promise<Json> => {
  const answer = await call('POST', url, { 'content-type': 'application/json' }, JSON.stringify(body))
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
const all = async (url: string): Promise<Json[]> => {
  const items: Json[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Json = await get(
      `${url}${url.includes('?') ? '&' : '?'}limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    items.push(...page.items)
    cursor = page.next
  }
  return items
}
const post = (importId: string, file: MadeFile) =>
  call(
    'POST',
    'uploads',
    {
      ...tusHeaders,
      'content-type': 'application/offset+octet-stream',
      'upload-length': String(file.bytes.length),
      'upload-metadata': metadata({ importId, path: file.path }),
    },
    file.bytes,
  )
const newImport = async () => {
  const study = await make('studies', { projectId, title: `S ${randomBytes(4).toString('hex')}` })
  return { studyId: study.id as string, importId: (await make('imports', { studyId: study.id })).id as string }
}

/** What the disk holds under a hash. */
async function bytesOf(hash: string): Promise<{ sha256: string; byteCount: number } | null> {
  const file = path.join(folder, 'blobs', hash.slice(0, 2), hash.slice(2, 4), hash)
  const found = await stat(file).catch(() => null)
  if (!found) return null
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer)
  return { sha256: digest.digest('hex'), byteCount: found.size }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vivarchive-kill-'))
  database = await newDatabase()
  await start()
  const signIn = await fetch(`${server.address}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.address },
    body: JSON.stringify(admin),
  })
  const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] as string
  const made = await fetch(`${server.address}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.address, cookie },
    body: JSON.stringify({ label: 'kill', scopes: ['read', 'write', 'publish', 'admin'] }),
  })
  token = ((await made.json()) as { token: string }).token
  projectId = (await make('projects', { title: 'Kill' })).id
}, 2 * minutes)
afterEach(() => server.kill())
afterAll(async () => {
  await server.kill()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

describe('kill -9', () => {
  it('during uploads', { timeout: 5 * minutes }, async () => {
    const { importId } = await newImport()
    const big = randomBytes(96 * 2 ** 20)
    const part = 4 * 2 ** 20
    const acknowledged = new Map<string, string>()
    const begun = await call('POST', 'uploads', {
      ...tusHeaders,
      'upload-length': String(big.length),
      'upload-metadata': metadata({ importId, path: 'big.img', sha256: sha256(big) }),
    })
    const address = begun.headers.get('location') as string
    let offset = 0
    for (let round = 0; round < 3; round++) {
      if (round > 0) await start()
      // What was acknowledged before the kill is still there, byte for byte.
      const shown = await all(`imports/${importId}/files`)
      const byPath = new Map(shown.map((file) => [file.path, file]))
      for (const [name, hash] of acknowledged) expect(byPath.get(name)?.sha256, name).toBe(hash)
      // What is shown is whole.
      for (const file of shown) {
        expect(file.state).toBe('stored')
        expect(await bytesOf(file.sha256)).toEqual({ sha256: file.sha256, byteCount: file.byteCount })
      }
      const held = Number((await call('HEAD', address, tusHeaders)).headers.get('upload-offset'))
      expect(held).toBeGreaterThanOrEqual(offset)
      offset = held

      let alive = true
      const small = async (lane: number) => {
        for (let i = 0; alive; i++) {
          const bytes = randomBytes(2000 + i)
          const name = `small/${round}-${lane}-${i}`
          const answer = await post(importId, { path: name, bytes }).catch(() => null)
          if (answer?.status === 201) acknowledged.set(name, sha256(bytes))
        }
      }
      const large = async () => {
        while (alive && offset + 2 * part < big.length) {
          const answer = await call('PATCH', address, patchHeaders(offset), big.subarray(offset, offset + part)).catch(
            () => null,
          )
          if (answer?.status === 204) offset = Number(answer.headers.get('upload-offset'))
          await sleep(20)
        }
      }
      const work = Promise.all([small(0), small(1), large()])
      const before = acknowledged.size
      while (acknowledged.size < before + 20) await sleep(5)
      await sleep(round * 37)
      await server.kill()
      alive = false
      await work
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(60)

    await start()
    const held = Number((await call('HEAD', address, tusHeaders)).headers.get('upload-offset'))
    expect(held).toBeGreaterThanOrEqual(offset)
    const rest = await call('PATCH', address, patchHeaders(held), big.subarray(held))
    expect(rest.status, server.output()).toBe(204)
    const shown = await all(`imports/${importId}/files`)
    expect(shown.find((file) => file.path === 'big.img')).toMatchObject({ sha256: sha256(big), state: 'stored' })
    expect(await bytesOf(sha256(big))).toEqual({ sha256: sha256(big), byteCount: big.length })
  })

  it('during inspection and commit of an import', { timeout: 10 * minutes }, async () => {
    const seriesCount = 12
    for (const [round, delays] of [
      [0, 0],
      [150, 60],
      [400, 200],
    ].entries()) {
      await start()
      const { studyId, importId } = await newImport()
      for (let s = 0; s < seriesCount; s++) {
        const files = await dicomSeries({
          folder: `s${s}`,
          study: `${round}-${s % 3}`,
          subject: `K${round}-${s % 3}`,
          label: `Series ${s}`,
        })
        for (const file of files) expect((await post(importId, file)).status).toBe(201)
      }
      await make(`imports/${importId}/inspect`)
      await sleep(delays[0])
      await server.kill()
      await start()
      const planned = await settled(importId, 'inspecting')
      expect(planned).toMatchObject({ state: 'planned', problem: null, fileCount: seriesCount * 3 })
      expect(planned.plan.series).toHaveLength(seriesCount)

      await make(`imports/${importId}/commit`)
      await sleep(delays[1])
      await server.kill()
      await start()
      // All or nothing, whenever somebody looks.
      for (;;) {
        const count = (await all(`series?studyId=${studyId}`)).length
        expect([0, seriesCount]).toContain(count)
        if ((await get(`imports/${importId}`)).state !== 'committing') break
        await sleep(20)
      }
      const done = await get(`imports/${importId}`)
      expect(done).toMatchObject({ state: 'committed', problem: null })
      const series = await all(`series?studyId=${studyId}`)
      expect(series.map((each) => each.id).toSorted()).toEqual(done.result.seriesIds.toSorted())
      expect(await all(`sessions?studyId=${studyId}`)).toHaveLength(3)
      expect(await all(`subjects?studyId=${studyId}`)).toHaveLength(3)
      expect(await all(`files?studyId=${studyId}`)).toHaveLength(seriesCount * 3)

      // Pixels are derived by whichever process comes next.
      let waiting = series
      while (waiting.length > 0) {
        await sleep(100)
        waiting = (await all(`series?studyId=${studyId}`)).filter((each) => each.pixels === 'waiting')
      }
      expect((await all(`series?studyId=${studyId}`)).every((each) => each.pixels === 'ready')).toBe(true)
      await server.kill()
    }
  })

  it('during publication', { timeout: 5 * minutes }, async () => {
    await start()
    const person = await make('people', { givenName: 'Ada', familyName: 'Lovelace' })
    const study = await make('studies', { projectId, title: 'Published', description: 'Killed while it is published.' })
    const session = await make('sessions', { studyId: study.id, label: 'Day 1' })
    const series = await make('series', { sessionId: session.id, label: 'PET' })
    const order = {
      seriesIds: [series.id],
      send: true,
      creators: [person.id],
      licence: 'CC0-1.0',
      excuseMissing: 'notRecorded',
    }
    const acknowledged: string[] = []
    for (let round = 0; round < 4; round++) {
      if (round > 0) await start()
      let over = false
      const publishing = Array.from({ length: 3 }, async () => {
        while (!over) {
          const made = await make('datasets', order).catch(() => null)
          if (made) acknowledged.push(made.id)
        }
      })
      // However slow the machine is, some are published before the kill.
      const before = acknowledged.length
      while (acknowledged.length < before + 2) await sleep(5)
      await sleep(Math.random() * 300)
      await server.kill()
      over = true
      await Promise.all(publishing)
    }
    await start()
    const found = await all('datasets')
    expect(acknowledged.length).toBeGreaterThan(4)
    expect(acknowledged.filter((id) => !found.some((dataset) => dataset.id === id))).toEqual([])
    for (const { id, state, versionNumber } of found) {
      expect({ state, versionNumber }).toEqual({ state: 'published', versionNumber: 1 })
      const whole: Json = await (await fetch(`${server.address}/api/v1/datasets/${id}`)).json()
      expect(whole.snapshot.series).toHaveLength(1)
      expect((await get(`datasets/${id}/versions`)).items).toHaveLength(1)
    }
  })

  it('of a process that waits: its jobs are taken over at once', { timeout: 2 * minutes }, async () => {
    await start()
    const jobs = await all('jobs')
    expect(jobs.filter((job) => job.state === 'running' || job.state === 'failed')).toEqual([])
  })
})

async function settled(importId: string, state: string): Promise<Json> {
  for (;;) {
    const found = await get(`imports/${importId}`)
    if (found.state !== state) return found
    await sleep(30)
  }
}
