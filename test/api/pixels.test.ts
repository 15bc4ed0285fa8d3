import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { strFromU8, unzipSync } from 'fflate'
import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { entities } from '#ontology/index.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { writeTiff } from '#imaging/write/tiff.ts'
import { system } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { Blob, Dataset, DatasetSeries, SeriesPixels } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { deriveSeries } from '#api/jobs/tasks/deriveSeries.ts'
import { orderRebuild } from '#api/modules/pixels/derivation.ts'
import { derivedFile } from '#api/modules/pixels/derivedFiles.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite } from '../help/app.ts'
import type { Person, TestSite } from '../help/app.ts'

const entity = (name: string) => entities.find((e) => e.name === name)!
const image = phantom('mouse-ct', { seed: 3, resolution: 0.4 })
const planes = [...image.planes()].map((plane) => Buffer.from(plane))
const all = Buffer.concat(planes)
const stored = { header: image.header, planes: () => planes }

let site: TestSite
let ctx: Context
let viewer: Person
let stranger: Person
/** Whoever asks in the running test. */
let who: Person
let projectId: string
let studyId: string
let sessionId: string

async function keep(parts: AsyncIterable<Uint8Array>): Promise<{ sha256: string; byteCount: number }> {
  const blob = await ctx.blobs.commit(await ctx.blobs.stage(parts))
  await ctx.db.write((t) => Blob.upsert({ ...blob, createdAt: new Date() }, { transaction: t }))
  return blob
}

async function seriesOf(files: Record<string, AsyncIterable<Uint8Array>>, format = 'nifti'): Promise<string> {
  const { id } = await createRecord(
    ctx,
    system,
    entity('ImageSeries'),
    { sessionId, label: 'CT whole body', modality: 'CT' },
    { system: { format, fileCount: 0, byteCount: 0, pixels: 'waiting' } },
  )
  for (const [name, parts] of Object.entries(files)) {
    const blob = await keep(parts)
    const now = new Date()
    await recordModel({ name: 'File' }).create({
      id: ulid(),
      version: 1,
      createdAt: now,
      updatedAt: now,
      labelSort: name,
      body: { mediaType: 'application/x-nifti' },
      seriesId: id,
      sessionId,
      studyId,
      projectId,
      path: name,
      role: 'image',
      ...blob,
    } as never)
  }
  return id
}

async function derived(seriesId: string): Promise<string> {
  await ctx.db.write((t) => ctx.jobs.enqueue(t, [{ task: deriveSeries.name, payload: { seriesId } }]))
  await ctx.jobs.idle()
  return seriesId
}

const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  site.app.inject({ method, url: `/api/v1${url}`, headers: { ...who.headers, ...headers } })

let direct: string
let gzipped: string

beforeAll(async () => {
  site = await openSite()
  ctx = site.ctx
  await ctx.jobs.start(ctx)
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  const owner = await site.person('owner')
  viewer = await site.person('viewer')
  stranger = await site.person('stranger')
  projectId = (await owner.make('projects', { title: 'Glioma' })).id
  await owner.put(`projects/${projectId}/members`, { email: viewer.email, role: 'viewer' })
  studyId = (await owner.make('studies', { title: 'U87', projectId })).id
  sessionId = (await owner.make('sessions', { studyId, label: 'Day 7' })).id
  direct = await derived(await seriesOf({ 'm1.nii': writeNifti(stored) }))
  gzipped = await derived(await seriesOf({ 'm1.nii.gz': writeNifti(stored, { gzip: true }) }))
})

afterAll(() => site.close())

test('the header says what is there, and the series record says so too', async () => {
  who = viewer
  const answer = await get(`/series/${direct}/header`)
  expect(answer.statusCode).toBe(200)
  const header = answer.json()
  expect(header).toMatchObject({
    seriesId: direct,
    label: 'CT whole body',
    displayName: 'Day 7 · CT whole body',
    // NIfTI does not tell; the record does.
    modality: 'CT',
    shape: image.header.shape,
    sampleType: image.header.sampleType,
    planeBytes: planeBytes(image.header),
    planeCount: planeCount(image.header),
  })
  const { min, max, low, high } = header.range
  expect(min).toBeLessThanOrEqual(low)
  expect(low).toBeLessThan(high)
  expect(high).toBeLessThanOrEqual(max)
  expect(answer.headers['cache-control']).toBe('private, no-cache')
  const again = await get(`/series/${direct}/header`, { 'if-none-match': answer.headers.etag as string })
  expect(again.statusCode).toBe(304)
  const row = await recordModel({ name: 'ImageSeries' }).findByPk(direct)
  expect(row!.get('pixels' as never)).toBe('ready')
  expect(row!.body.image).toMatchObject({ sampleType: image.header.sampleType })
})

test('uncompressed little-endian files are served where they are, others from one derived file', async () => {
  expect((await SeriesPixels.findByPk(direct))!.layout).toMatchObject({ kind: 'direct', offset: 352 })
  expect((await SeriesPixels.findByPk(gzipped))!.layout).toMatchObject({ kind: 'derived', byteCount: all.length })
})

test.each(['direct', 'gzipped'])('every plane and chunk of the %s series has the bytes of the image', async (which) => {
  who = viewer
  const id = which === 'direct' ? direct : gzipped
  const { revision, chunk, planeCount: count } = (await get(`/series/${id}/header`)).json()
  for (let k = 0; k < count; k++) {
    const { rawPayload, statusCode } = await get(`/series/${id}/r/${revision}/planes/${k}`)
    expect(statusCode).toBe(200)
    expect(rawPayload.equals(planes[k]!)).toBe(true)
  }
  const chunks: Buffer[] = []
  for (let n = 0; n < chunk.count; n++) chunks.push((await get(`/series/${id}/r/${revision}/chunks/${n}`)).rawPayload)
  expect(Buffer.concat(chunks).equals(all)).toBe(true)
})

test('planes are immutable, can be asked for in part, and are not sent again', async () => {
  who = viewer
  const { revision } = (await get(`/series/${direct}/header`)).json()
  const url = `/series/${direct}/r/${revision}/planes/2`
  const whole = await get(url)
  expect(whole.headers).toMatchObject({
    'cache-control': 'private, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-length': String(planes[2]!.length),
  })
  const etag = whole.headers.etag as string
  expect(etag).toMatch(/^"[^"]+"$/)
  expect((await get(url, { 'if-none-match': etag })).statusCode).toBe(304)
  expect((await get(url, { 'if-none-match': `W/${etag}, "x"` })).statusCode).toBe(304)
  expect((await get(url, { 'if-none-match': '"other"' })).statusCode).toBe(200)

  const part = await get(url, { range: 'bytes=10-19' })
  expect(part.statusCode).toBe(206)
  expect(part.headers['content-range']).toBe(`bytes 10-19/${planes[2]!.length}`)
  expect(part.rawPayload.equals(planes[2]!.subarray(10, 20))).toBe(true)
  const tail = await get(url, { range: 'bytes=-5' })
  expect(tail.rawPayload.equals(planes[2]!.subarray(-5))).toBe(true)
  const rest = await get(url, { range: 'bytes=100-' })
  expect(rest.rawPayload.equals(planes[2]!.subarray(100))).toBe(true)
  const beyond = await get(url, { range: `bytes=${planes[2]!.length}-` })
  expect(beyond.statusCode).toBe(416)
  expect(beyond.headers['content-range']).toBe(`bytes */${planes[2]!.length}`)
  expect((await get(url, { range: 'bytes=0-1, 5-6' })).statusCode).toBe(200)
  expect((await get(url, { range: 'bytes=0-1', 'if-range': etag })).statusCode).toBe(206)
  expect((await get(url, { range: 'bytes=0-1', 'if-range': '"old"' })).statusCode).toBe(200)

  const head = await get(url, {}, 'HEAD')
  expect(head.headers['content-length']).toBe(String(planes[2]!.length))
  expect(head.rawPayload.length).toBe(0)
})

test('chunks are compressed for who asks for it and accepts it, under a validator of their own', async () => {
  who = viewer
  const { revision, chunk } = (await get(`/series/${direct}/header`)).json()
  const url = `/series/${direct}/r/${revision}/chunks/0`
  const wanted = all.subarray(0, chunk.planes * planeBytes(image.header))
  const plain = await get(url, { 'accept-encoding': 'gzip, zstd' })
  expect(plain.headers['content-encoding']).toBeUndefined()

  const coded = await get(`${url}?coding=zstd`, { 'accept-encoding': 'gzip, br, ZSTD;q=0.5', range: 'bytes=0-9' })
  expect(coded.statusCode).toBe(200)
  expect(coded.headers).toMatchObject({
    'content-encoding': 'zstd',
    'content-type': 'application/octet-stream',
    'cache-control': plain.headers['cache-control'],
    vary: 'accept-encoding',
  })
  expect(coded.rawPayload.length).toBeLessThan(wanted.length)
  expect(zstdDecompressSync(coded.rawPayload).equals(wanted)).toBe(true)
  const { etag } = coded.headers
  expect(etag).not.toBe(plain.headers.etag)
  const accepted = { 'accept-encoding': 'zstd' }
  expect((await get(`${url}?coding=zstd`, { ...accepted, 'if-none-match': etag as string })).statusCode).toBe(304)
  expect(
    (await get(`${url}?coding=zstd`, { ...accepted, 'if-none-match': plain.headers.etag as string })).statusCode,
  ).toBe(200)

  for (const unwilling of ['gzip', 'zstd;q=0', 'zstdx']) {
    const answer = await get(`${url}?coding=zstd`, { 'accept-encoding': unwilling })
    expect(answer.headers).toMatchObject({ vary: 'accept-encoding', etag: plain.headers.etag })
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(answer.rawPayload.equals(wanted)).toBe(true)
  }
  expect((await get(`${url}?coding=br`)).statusCode).toBe(422)
})

test('planes, refusals and repeated answers carry the same protection as every answer', async () => {
  const protection = async (person: Person, url: string, headers: Record<string, string> = {}) => {
    who = person
    const answer = await get(url, headers)
    return Object.entries(answer.headers).filter(([name]) =>
      /^(content-security|cross-origin|origin-agent|referrer|x-)/.test(name),
    )
  }
  const usual = await protection(viewer, '/me')
  expect(usual.map(([name]) => name)).toEqual(
    expect.arrayContaining(['content-security-policy', 'cross-origin-resource-policy', 'x-content-type-options']),
  )
  who = viewer
  const { revision } = (await get(`/series/${direct}/header`)).json()
  const url = `/series/${direct}/r/${revision}/planes/1`
  for (const [person, headers] of [
    [viewer, {}],
    [viewer, { range: 'bytes=0-9' }],
    [viewer, { 'if-none-match': `"${revision}-p1"` }],
    [stranger, {}],
  ] as const) {
    expect(await protection(person, url, headers)).toEqual(expect.arrayContaining(usual))
  }
})

test('numbers and revisions that are not there get a problem that says what is', async () => {
  who = viewer
  const { revision, planeCount: count } = (await get(`/series/${direct}/header`)).json()
  const outside = await get(`/series/${direct}/r/${revision}/planes/${count}`)
  expect(outside.statusCode).toBe(404)
  expect(outside.json().detail).toContain(`planes 0 to ${count - 1}`)
  expect((await get(`/series/${direct}/r/${revision}/chunks/9999`)).json().code).toBe('not-found')
  expect((await get(`/series/${direct}/r/${revision}/planes/-1`)).json().code).toBe('invalid')
  const old = await get(`/series/${direct}/r/0123456789abcdef/planes/0`)
  expect(old.statusCode).toBe(404)
  expect(old.json().revision).toBe(revision)
})

/** The box cut out of the planes in memory. */
function cut([x0, x1]: [number, number], [y0, y1]: [number, number], [z0, z1]: [number, number], first = 0): Buffer {
  const { x } = image.header.shape
  const bytes = planeBytes(image.header) / (x * image.header.shape.y)
  const rows: Buffer[] = []
  for (let z = z0; z < z1; z++) {
    for (let y = y0; y < y1; y++) {
      rows.push(planes[first + z]!.subarray((y * x + x0) * bytes, (y * x + x1) * bytes))
    }
  }
  return Buffer.concat(rows)
}

test.each(['direct', 'gzipped'])(
  'boxes and slabs of the %s series along any axis, whole and in part',
  async (which) => {
    who = viewer
    const id = which === 'direct' ? direct : gzipped
    const { revision } = (await get(`/series/${id}/header`)).json()
    const { x, y, z } = image.header.shape
    const url = `/series/${id}/r/${revision}/box`
    const all3: [[number, number], [number, number], [number, number]] = [
      [0, x],
      [0, y],
      [0, z],
    ]
    const boxes = new Map<string, typeof all3>([
      ['', all3],
      ['?x=3:4', [[3, 4], all3[1], all3[2]]],
      [`?x=${x - 1}:${x}`, [[x - 1, x], all3[1], all3[2]]],
      ['?y=5:7', [all3[0], [5, 7], all3[2]]],
      ['?z=1:3', [all3[0], all3[1], [1, 3]]],
      [
        '?x=2:9&y=1:4&z=2:5&t=0&c=0',
        [
          [2, 9],
          [1, 4],
          [2, 5],
        ],
      ],
      [
        '?x=2:3&y=1:2&z=2:3',
        [
          [2, 3],
          [1, 2],
          [2, 3],
        ],
      ],
    ])
    for (const [query, [bx, by, bz]] of boxes) {
      const answer = await get(url + query)
      const expected = cut(bx, by, bz)
      expect([query, answer.statusCode, answer.headers['content-length']]).toEqual([
        query,
        200,
        String(expected.length),
      ])
      expect(answer.rawPayload.equals(expected), query).toBe(true)
      const etag = answer.headers.etag as string
      expect((await get(url + query, { 'if-none-match': etag })).statusCode).toBe(304)
      const head = await get(url + query, {}, 'HEAD')
      expect([head.headers['content-length'], head.rawPayload.length]).toEqual([String(expected.length), 0])
      const [from, to] = [Math.floor(expected.length / 3), Math.ceil(expected.length / 2)]
      const part = await get(url + query, { range: `bytes=${from}-${to}` })
      expect(part.rawPayload.equals(expected.subarray(from, to + 1)), query).toBe(true)
    }
    expect((await get(`${url}?z=1:3`)).headers.etag).not.toBe((await get(`${url}?z=1:2`)).headers.etag)
  },
)

test('boxes that are not there name the parameter, the value and what is there', async () => {
  who = viewer
  const { revision, shape } = (await get(`/series/${direct}/header`)).json()
  const url = `/series/${direct}/r/${revision}/box`
  for (const [query, pointer] of [
    [`x=0:${shape.x + 1}`, '?x'],
    ['y=5:5', '?y'],
    ['z=7:2', '?z'],
    ['z=4', '?z'],
    ['t=1', '?t'],
    ['c=9', '?c'],
    ['x=-1:3', '?x'],
    ['w=0:1', '?w'],
  ]) {
    const answer = await get(`${url}?${query}`)
    expect([query, answer.statusCode, answer.json().errors?.[0]?.pointer]).toEqual([query, 422, pointer])
  }
  expect((await get(`/series/${direct}/r/0123456789abcdef/box`)).statusCode).toBe(404)
})

test('a large series has a reduced image of each time point, which is made again when it is lost', async () => {
  who = viewer
  const [x, y, z, t] = [200, 160, 50, 2]
  const header = { ...image.header, sampleType: 'uint8' as const, shape: { x, y, z, t, c: 1 }, frames: null }
  // Every voxel has the number of its block, so that means are exact.
  const plane = (k: number) =>
    Uint8Array.from(
      { length: x * y },
      (_, i) => ((i % x) >> 1) + (Math.floor(i / x) >> 1) + ((k % z) >> 1) + (k < z ? 0 : 9),
    )
  const volume = Array.from({ length: z * t }, (_, k) => plane(k))
  const id = await derived(await seriesOf({ 'large.nii': writeNifti({ header, planes: () => volume }) }))
  const { revision, coarse } = (await get(`/series/${id}/header`)).json()
  expect(coarse).toEqual({ shape: { x: 100, y: 80, z: 50, t, c: 1 }, factor: { x: 2, y: 2, z: 1 }, bytes: 400_000 })
  const reduced = (time: number) =>
    Buffer.from(
      Uint8Array.from({ length: coarse.bytes }, (_, i) => {
        const [u, v, w] = [i % 100, Math.floor(i / 100) % 80, Math.floor(i / 8000)]
        return u + v + (w >> 1) + 9 * time
      }),
    )
  const url = `/series/${id}/r/${revision}/coarse`
  for (const time of [0, 1]) {
    const answer = await get(`${url}/${time}`)
    expect(answer.rawPayload.equals(reduced(time))).toBe(true)
    expect(answer.headers['cache-control']).toBe('private, max-age=31536000, immutable')
  }
  expect((await get(`${url}/1`, { range: 'bytes=5-9' })).rawPayload.equals(reduced(1).subarray(5, 10))).toBe(true)
  expect((await get(`${url}/2`)).json().detail).toContain('time points 0 to 1')
  expect((await get(`/series/${direct}/header`)).json().coarse).toBeNull()
  const { revision: small } = (await get(`/series/${direct}/header`)).json()
  expect((await get(`/series/${direct}/r/${small}/coarse/0`)).statusCode).toBe(404)

  // Nobody has asked for this one yet, so no descriptor keeps its file alive.
  const folder = path.join(site.folder, 'derived', id.slice(-2), id)
  const again = await derived(
    await seriesOf({ 'other.nii': writeNifti({ header, planes: () => volume.toReversed() }) }),
  )
  await rm(path.join(site.folder, 'derived', again.slice(-2), again), { recursive: true })
  const other = (await get(`/series/${again}/header`)).json().revision
  expect((await get(`/series/${again}/r/${other}/coarse/0`)).statusCode).toBe(503)
  await ctx.jobs.idle()
  expect((await get(`/series/${again}/r/${other}/coarse/0`)).statusCode).toBe(200)
  expect((await readdir(folder)).filter((name) => name.endsWith('.coarse'))).toEqual([`${revision}.coarse`])
})

test('thumbnail and header entries', async () => {
  who = viewer
  const picture = await get(`/series/${direct}/thumbnail?size=256`)
  expect(picture.headers['content-type']).toBe('image/png')
  expect(picture.rawPayload.subarray(1, 4).toString()).toBe('PNG')
  expect(Math.max(picture.rawPayload.readUInt32BE(16), picture.rawPayload.readUInt32BE(20))).toBe(256)
  const etag = picture.headers.etag as string
  expect((await get(`/series/${direct}/thumbnail`, { 'if-none-match': etag })).statusCode).toBe(304)
  const { items } = (await get(`/series/${direct}/tags`)).json()
  expect(items).toContainEqual(
    expect.objectContaining({ file: 'm1.nii', key: expect.any(String), value: expect.any(String) }),
  )
})

test('the animation is made once when it is first asked for, kept, and made anew with the planes', async () => {
  who = viewer
  const { revision, animation } = (await get(`/series/${gzipped}/header`)).json()
  expect(animation).toBe('turn')
  const made = vi.spyOn(ctx.measuring, 'animate')
  const [first, second] = await Promise.all([1, 2].map(() => get(`/series/${gzipped}/animation`)))
  expect(first!.statusCode, first!.body.slice(0, 300)).toBe(200)
  expect(first!.headers).toMatchObject({ 'content-type': 'image/apng', 'cache-control': 'private, max-age=60' })
  expect(first!.rawPayload.includes('acTL')).toBe(true)
  expect(Math.max(first!.rawPayload.readUInt32BE(16), first!.rawPayload.readUInt32BE(20))).toBe(192)
  expect(second!.rawPayload).toEqual(first!.rawPayload)
  const etag = first!.headers.etag as string
  expect((await get(`/series/${gzipped}/animation`, { 'if-none-match': etag })).statusCode).toBe(304)
  expect(made).toHaveBeenCalledTimes(1)

  const file = derivedFile(ctx, gzipped, revision, 'animation')
  await rm(file)
  expect((await get(`/series/${gzipped}/animation`)).rawPayload).toEqual(first!.rawPayload)
  expect(made).toHaveBeenCalledTimes(2)
  await derived(gzipped)
  expect(await stat(file).catch(() => null)).toBeNull()
  expect((await get(`/series/${gzipped}/animation`)).statusCode).toBe(200)

  // Its planes are gone: they are made again first.
  await rm(path.dirname(file), { recursive: true })
  const gone = await get(`/series/${gzipped}/animation`)
  expect([gone.statusCode, gone.json().code]).toEqual([503, 'busy'])
  await ctx.jobs.idle()
  expect((await get(`/series/${gzipped}/animation`)).statusCode).toBe(200)
  made.mockRestore()

  const flat = { ...stored.header, shape: { ...stored.header.shape, z: 1 } }
  const still = await derived(
    await seriesOf({ 'flat.nii': writeNifti({ header: flat, planes: () => [[...stored.planes()][0]!] }) }),
  )
  expect((await get(`/series/${still}/header`)).json().animation).toBeNull()
  const single = await get(`/series/${still}/animation`)
  expect([single.statusCode, single.json().detail]).toEqual([404, expect.stringContaining('nothing in it moves')])
})

test('whoever may not see the series gets 404 for all of it', async () => {
  who = viewer
  const { revision } = (await get(`/series/${direct}/header`)).json()
  const file = await recordModel({ name: 'File' }).findOne({ where: { seriesId: direct } as never })
  const addresses = [
    `/series/${direct}/header`,
    `/series/${direct}/thumbnail`,
    `/series/${direct}/animation`,
    `/series/${direct}/tags`,
    `/series/${direct}/archive.zip`,
    `/series/${direct}/r/${revision}/planes/0`,
    `/series/${direct}/r/${revision}/chunks/0`,
    `/series/${direct}/r/${revision}/box?x=0:1`,
    `/series/${direct}/r/${revision}/coarse/0`,
    `/series/${direct}/r/${revision}/levels/1/box`,
    `/files/${file!.id}/content`,
    `/studies/${studyId}/archive.zip`,
  ]
  for (const someone of [site.anonymous, stranger]) {
    who = someone
    for (const url of addresses) expect([url, (await get(url)).statusCode]).toEqual([url, 404])
  }
})

test('what is published is open to everybody, under its published names, until it is withdrawn', async () => {
  const id = await derived(await seriesOf({ 'p.nii': writeNifti(stored) }))
  const dataset = ulid()
  const now = new Date()
  await ctx.db.write(async (t) => {
    const base = { title: 'x', labelSort: 'x', version: 1, versionNumber: 1, body: {}, createdAt: now, updatedAt: now }
    await Dataset.create({ id: dataset, projectId, state: 'published', publishedAt: now, ...base }, { transaction: t })
    await DatasetSeries.create({ datasetId: dataset, seriesId: id }, { transaction: t })
  })
  await new Promise((resolve) => setTimeout(resolve, 3100)) // states are believed for 3 seconds
  who = site.anonymous
  const header = await get(`/series/${id}/header`)
  expect(header.statusCode).toBe(200)
  expect(header.json().displayName).not.toContain('Day 7')
  const plane = await get(`/series/${id}/r/${header.json().revision}/planes/0`)
  expect(plane.headers['cache-control']).toBe('public, max-age=31536000, immutable')

  await ctx.db.write((t) => Dataset.update({ state: 'withdrawn' }, { where: { id: dataset }, transaction: t }))
  await new Promise((resolve) => setTimeout(resolve, 3100))
  expect((await get(`/series/${id}/header`)).statusCode).toBe(410)
  who = viewer
  expect((await get(`/series/${id}/header`)).statusCode).toBe(200)
}, 20_000)

test('a series that waits says so and when to ask again; one that failed says why', async () => {
  who = viewer
  const waiting = await seriesOf({ 'w.nii': writeNifti(stored) })
  const busy = await get(`/series/${waiting}/header`)
  expect(busy.statusCode).toBe(503)
  expect(busy.headers['retry-after']).toBeDefined()
  expect((await get(`/series/${waiting}/thumbnail`)).statusCode).toBe(404)

  const cut = writeNifti({ header: image.header, planes: () => planes.slice(0, 3) })
  const failed = await derived(await seriesOf({ 'cut.nii': cut }))
  const problem = await get(`/series/${failed}/header`)
  expect(problem.json()).toMatchObject({ code: 'unsupported' })
  const row = await recordModel({ name: 'ImageSeries' }).findByPk(failed)
  expect(row!.get('pixels' as never)).toBe('failed')
  expect(problem.json().detail).toContain(row!.body.problem)
})

test('derived files that somebody removed are made again', async () => {
  who = viewer
  const id = await derived(await seriesOf({ 'again.nii.gz': writeNifti(stored, { gzip: true }) }))
  const { revision } = (await get(`/series/${id}/header`)).json()
  await rm(path.join(site.folder, 'derived'), { recursive: true })
  const gone = await get(`/series/${id}/r/${revision}/planes/0`)
  expect(gone.statusCode).toBe(503)
  await ctx.jobs.idle()
  expect((await get(`/series/${id}/r/${revision}/planes/0`)).rawPayload.equals(planes[0]!)).toBe(true)

  const count = await orderRebuild(ctx)
  await ctx.jobs.idle()
  expect(count).toBeGreaterThanOrEqual(3)
  expect(
    (await readdir(path.join(site.folder, 'derived'), { recursive: true })).some((name) => name.includes(direct)),
  ).toBe(true)
})

/** Open files of this process below the data folder, without the database. */
const openFiles = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes(`${site.folder}/blobs/`)
    } catch {
      return false // closed in the meantime
    }
  }).length

/** Asks and goes away after the first bytes; how many arrived. */
const leave = (url: string) =>
  new Promise<number>((resolve, reject) => {
    const { port } = site.app.server.address() as AddressInfo
    const headers = { ...who.headers, 'accept-encoding': 'zstd' }
    const options = { host: '127.0.0.1', port, path: `/api/v1${url}`, headers }
    const request = http.get(options, (response) => {
      response.once('data', (part: Buffer) => {
        resolve(part.length)
        request.destroy()
      })
    })
    request.on('error', (error) => (request.destroyed ? undefined : reject(error)))
  })

test('a client that goes away ends what was sent to it, and the next one gets everything', async () => {
  who = viewer
  const big = phantom('mouse-mr', { seed: 1 })
  const once = [...big.planes()]
  const t = Math.ceil((24 * 2 ** 20) / (once.length * planeBytes(big.header)))
  const header = { ...big.header, shape: { ...big.header.shape, t }, frames: null }
  const id = await derived(
    await seriesOf({ 'big.nii': writeNifti({ header, planes: () => Array.from({ length: t }, () => once).flat() }) }),
  )
  const { revision, chunk } = (await get(`/series/${id}/header`)).json()
  const [file] = await recordModel({ name: 'File' }).findAll({ where: { seriesId: id } as never })
  // One descriptor for the planes stays open, shared by all who look at the series.
  await get(`/series/${id}/r/${revision}/planes/0`)
  const before = openFiles()
  for (const url of [
    `/series/${id}/r/${revision}/chunks/0`,
    `/series/${id}/r/${revision}/chunks/0?coding=zstd`,
    `/series/${id}/r/${revision}/box?x=1:${header.shape.x}`,
    `/files/${file!.id}/content`,
    `/series/${id}/archive.zip`,
  ]) {
    for (let i = 0; i < 5; i++) expect(await leave(url)).toBeGreaterThan(0)
  }
  await expect.poll(openFiles).toBe(before)
  const whole = await get(`/series/${id}/r/${revision}/chunks/0`)
  expect(whole.rawPayload.length).toBe(chunk.planes * planeBytes(header))
  expect(whole.rawPayload.subarray(0, once[0]!.length).equals(Buffer.from(once[0]!))).toBe(true)
})

/** Bytes that this process has read from files and sockets. */
const bytesRead = () => Number(/^rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1])

test('a client that takes nothing makes the server read nothing more', async () => {
  who = viewer
  const header = { ...image.header, sampleType: 'uint8' as const, shape: { x: 1024, y: 1024, z: 30, t: 1, c: 1 } }
  const slice = new Uint8Array(2 ** 20).fill(7)
  const id = await derived(
    await seriesOf({ 'slow.nii': writeNifti({ header, planes: () => Array<Uint8Array>(30).fill(slice) }) }),
  )
  const { revision, chunk } = (await get(`/series/${id}/header`)).json()
  const total = chunk.planes * 2 ** 20
  expect(total).toBeGreaterThan(24 * 2 ** 20)
  const { port } = site.app.server.address() as AddressInfo
  const before = bytesRead()
  const socket = net.connect({ host: '127.0.0.1', port })
  socket.pause()
  socket.write(
    `GET /api/v1/series/${id}/r/${revision}/chunks/0 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: ${who.headers.cookie}\r\n\r\n`,
  )
  try {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const read = bytesRead() - before
    expect(read).toBeGreaterThan(0)
    // What the sockets hold, and two blocks.
    expect(read).toBeLessThan(total / 2)
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.resume()
    await once(socket, 'end')
    const answer = Buffer.concat(parts)
    expect(answer.length - answer.indexOf('\r\n\r\n') - 4).toBe(total)
  } finally {
    // The server would wait for it at the end.
    socket.destroy()
  }
})

test('a file has its digest, its name and its bytes', async () => {
  who = viewer
  const [file] = await recordModel({ name: 'File' }).findAll({ where: { seriesId: direct } as never })
  const content = await get(`/files/${file!.id}/content`)
  const sha256 = createHash('sha256').update(content.rawPayload).digest()
  expect(content.headers).toMatchObject({
    etag: `"sha256:${sha256.toString('hex')}"`,
    'repr-digest': `sha-256=:${sha256.toString('base64')}:`,
    'content-disposition': `attachment; filename="m1.nii"; filename*=UTF-8''m1.nii`,
    'x-content-type-options': 'nosniff',
  })
  const part = await get(`/files/${file!.id}/content`, {
    range: 'bytes=352-',
    'if-range': content.headers.etag as string,
  })
  expect(part.statusCode).toBe(206)
  expect(part.rawPayload.equals(all)).toBe(true)
})

test('archives are as long as announced and hold every file with its checksum', async () => {
  who = viewer
  const head = await get(`/studies/${studyId}/archive.zip`, {}, 'HEAD')
  const zip = await get(`/studies/${studyId}/archive.zip`)
  expect(zip.statusCode).toBe(200)
  expect(zip.headers['content-length']).toBe(String(zip.rawPayload.length))
  expect(head.headers['content-length']).toBe(String(zip.rawPayload.length))
  const entries = unzipSync(zip.rawPayload)
  const manifest = strFromU8(entries['U87/manifest-sha256.txt']!).trimEnd().split('\n')
  expect(manifest.length).toBe(Object.keys(entries).filter((name) => name.startsWith('U87/data/')).length)
  for (const line of manifest) {
    const [hash, name] = line.split('  ') as [string, string]
    expect(createHash('sha256').update(entries[`U87/${name}`]!).digest('hex')).toBe(hash)
  }
  expect(Object.keys(entries)).toContain('U87/data/Day 7/CT whole body/m1.nii')
  expect(Object.keys(entries)).toContain('U87/data/Day 7/CT whole body (2)/m1.nii.gz')
})

test('large planes have reduced levels that are sent in tiles', async () => {
  who = viewer
  const shape = { x: 2500, y: 40, z: 2, t: 1, c: 1 }
  const large = [0, 1].map((k) => Uint8Array.from({ length: 2500 * 40 }, (_, i) => (i * 7 + k * 50) % 256))
  const header = { ...image.header, shape, sampleType: 'uint8' as const, slope: [1], intercept: [0] }
  const id = await derived(await seriesOf({ 'large.nii': writeNifti({ header, planes: () => large }) }))
  const { levels, revision } = (await get(`/series/${id}/header`)).json()
  expect(levels).toEqual([
    { shape: { ...shape, x: 1250, y: 20 }, factor: 2, planeBytes: 25_000 },
    { shape: { ...shape, x: 625, y: 10 }, factor: 4, planeBytes: 6250 },
  ])
  const half = (from: Uint8Array, width: number, height: number) =>
    Array.from({ length: (width / 2) * (height / 2) }, (_, i) => {
      const at = Math.floor(i / (width / 2)) * 2 * width + (i % (width / 2)) * 2
      return Math.round((from[at]! + from[at + 1]! + from[at + width]! + from[at + width + 1]!) / 4)
    })
  const first = half(large[1]!, 2500, 40)
  const second = half(Uint8Array.from(first), 1250, 20)
  const base = `/series/${id}/r/${revision}/levels`
  const whole = await get(`${base}/1/box?z=1:2`)
  expect([whole.statusCode, whole.headers['cache-control']]).toEqual([200, 'private, max-age=31536000, immutable'])
  expect([...whole.rawPayload]).toEqual(first)
  expect([...(await get(`${base}/2/box?z=1:2`)).rawPayload]).toEqual(second)
  const tile = await get(`${base}/2/box?z=1:2&x=512:625&y=3:7`)
  expect([...tile.rawPayload]).toEqual([3, 4, 5, 6].flatMap((y) => second.slice(y * 625 + 512, y * 625 + 625)))
  expect((await get(`${base}/2/box?z=1:2&x=512:625&y=3:7`, { range: 'bytes=5-9' })).rawPayload).toEqual(tile.rawPayload.subarray(5, 10)) // prettier-ignore
  expect(tile.headers.etag).not.toBe((await get(`${base}/1/box?z=1:2&x=512:625&y=3:7`)).headers.etag)
  const beyond = await get(`${base}/2/box?x=0:626`)
  expect([beyond.statusCode, beyond.json().errors[0].pointer]).toEqual([422, '?x'])
  const none = await get(`${base}/3/box`)
  expect([none.statusCode, none.json().detail]).toEqual([404, expect.stringContaining('levels 1 to 2; there is no level 3')]) // prettier-ignore
  const small = (await get(`/series/${direct}/header`)).json()
  expect(small.levels).toEqual([])
  expect((await get(`/series/${direct}/r/${small.revision}/levels/1/box`)).json().detail).toContain('handy size')
  expect((await get(`/series/${id}/thumbnail`)).rawPayload.readUInt32BE(16)).toBe(256)
})

test('a plane that is read in bands has the range, the levels and the reduced image of the whole', async () => {
  who = viewer
  const [x, y] = [9000, 8001]
  // Brighter from row to row, by steps that a mean of rows keeps.
  const plane = new Uint8Array(x * y)
  for (let row = 0; row < y; row++) plane.fill(row >> 6, row * x, (row + 1) * x)
  const header = { ...image.header, shape: { x, y, z: 1, t: 1, c: 1 }, sampleType: 'uint8' as const, slope: [1], intercept: [0], unit: '' } // prettier-ignore
  const bytes = await writeTiff({ header, planes: () => [plane] }, { compression: 'deflate' })
  const id = await derived(await seriesOf({ 'slide.tif': one(bytes) }, 'tiff'))
  const found = (await get(`/series/${id}/header`)).json()
  expect(found.shape).toMatchObject({ x, y })
  expect(found.range).toMatchObject({ min: 0, max: 8000 >> 6 })
  const base = `/series/${id}/r/${found.revision}`
  expect(found.levels.map((level: { shape: { y: number } }) => level.shape.y)).toEqual([4001, 2001, 1001, 501])
  for (const [k, factor] of [2, 4, 8, 16].entries()) {
    const column = (await get(`${base}/levels/${k + 1}/box?x=7:8`)).rawPayload
    expect([...column]).toEqual(Array.from({ length: Math.ceil(y / factor) }, (_, row) => (row * factor) >> 6))
  }
  const full = (await get(`${base}/box?x=8999:9000`)).rawPayload
  expect([...full]).toEqual(Array.from({ length: y }, (_, row) => row >> 6))
  const { coarse } = found
  const reduced = (await get(`${base}/coarse/0`)).rawPayload
  expect(reduced).toHaveLength(coarse.shape.x * coarse.shape.y)
  expect(reduced.at(coarse.shape.x * 10)).toBe((10 * coarse.factor.y) >> 6)
}, 120_000)

test('an image with sheared axes is served upright', async () => {
  who = viewer
  const bytes = await blobOf(writeNifti(stored))
  // sform: the third axis leans to the side by half a voxel for each slice (NIfTI-1, srow_x at offset 280).
  const { spacing, shape } = image.header
  bytes.writeFloatLE(-spacing![0] / 2, 280 + 8)
  const id = await derived(await seriesOf({ 'tilted.nii': one(bytes) }))
  const header = (await get(`/series/${id}/header`)).json()
  expect(header.sheared).toBeUndefined()
  expect(header.shape).toEqual({ ...shape, x: shape.x + Math.ceil((shape.z - 1) / 2) })
  expect(header.spacing.map((v: number) => v.toFixed(5))).toEqual(spacing!.map((v) => v.toFixed(5)))
  expect(header.warnings.join()).toContain('resampled to right-angled axes')
  const plane = new Int16Array(
    new Uint8Array((await get(`/series/${id}/r/${header.revision}/planes/4`)).rawPayload).buffer,
  )
  const original = new Int16Array(new Uint8Array(planes[4]!).buffer)
  // Two whole voxels to the side; -1000 HU beside the slice.
  const row = (from: Int16Array, width: number, y: number) => [...from.subarray(y * width, (y + 1) * width)]
  for (const y of [0, shape.y >> 1]) {
    const found = row(plane, header.shape.x, y)
    expect(found.slice(2, 2 + shape.x)).toEqual(row(original, shape.x, y))
    expect(new Set([...found.slice(0, 2), ...found.slice(2 + shape.x)])).toEqual(new Set([-1000]))
  }
})

async function blobOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return Buffer.concat(all)
}
async function* one(bytes: Uint8Array) {
  yield bytes
}
