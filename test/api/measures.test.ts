/** Statistics and curves over HTTP: the numbers of plain loops over the planes of real files, for whoever may have the planes. */
import { createReadStream, existsSync } from 'node:fs'
import { readFile, rm, truncate } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { Value } from 'typebox/value'
import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { entities } from '#ontology/index.ts'
import type { Header } from '#imaging/header.ts'
import { phantom, type Phantom } from '#imaging/phantoms/index.ts'
import { samplesOf } from '#imaging/samples.ts'
import { writeInveon } from '#imaging/write/inveon.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { system } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { Dataset, DatasetSeries, SeriesPixels } from '#api/db/models.ts'
import { RegionCurve, RegionStatistics } from '#api/modules/pixels/schemas.ts'
import { derivedFile } from '#api/modules/pixels/derivedFiles.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/samples')
if (!existsSync(samples)) console.warn('skipped in part: no sample files')

let site: TestSite
let ctx: Context
let viewer: Person
let stranger: Person
let place: { projectId: string; studyId: string; sessionId: string }

/** PET over 16 frames, each with its own slope. */
const pet = phantom('mouse-pet-dynamic', { seed: 5, resolution: 0.5 })
/** CT as NIfTI: one slope and an intercept. */
const ct = phantom('mouse-ct', { seed: 3, resolution: 0.4 })
let petId: string
let ctId: string

async function seriesOf(format: string, files: Record<string, AsyncIterable<Uint8Array>>): Promise<string> {
  const { id } = await createRecord(
    ctx,
    system,
    entities.find((each) => each.name === 'ImageSeries')!,
    { sessionId: place.sessionId, label: format },
    { system: { format, fileCount: 0, byteCount: 0, pixels: 'waiting' } },
  )
  for (const [name, bytes] of Object.entries(files)) await seriesFile(ctx, { seriesId: id, ...place }, name, bytes)
  return id
}

async function* one(bytes: Uint8Array) {
  yield bytes
}

beforeAll(async () => {
  site = await openSite()
  ctx = site.ctx
  await ctx.jobs.start(ctx)
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  const owner = await site.person('owner')
  viewer = await site.person('viewer')
  stranger = await site.person('stranger')
  const projectId = (await owner.make('projects', { title: 'Kinetics' })).id
  await owner.put(`projects/${projectId}/members`, { email: viewer.email, role: 'viewer' })
  const studyId = (await owner.make('studies', { title: 'FDG', projectId })).id
  const sessionId = (await owner.make('sessions', { studyId, label: 'Day 1' })).id
  place = { projectId, studyId, sessionId }
  const { header, image } = writeInveon(pet, { fileName: 'm.pet.img' })
  petId = await seriesOf('inveon', { 'm.pet.img': image, 'm.pet.img.hdr': one(header) })
  ctId = await seriesOf('nifti', { 'm.nii.gz': writeNifti(ct, { gzip: true }) })
})
afterAll(() => site.close())

async function baseOf(id: string): Promise<{ base: string; header: Header & { revision: string } }> {
  const header = (await viewer.get(`series/${id}/header`)).json()
  return { base: `series/${id}/r/${header.revision}`, header }
}

/** The values of a box of one time point, read plane by plane over HTTP and cut with the rule of the header. */
async function valuesOf(
  id: string,
  [x0, x1]: number[],
  [y0, y1]: number[],
  [z0, z1]: number[],
  t: number,
): Promise<number[]> {
  const { base, header } = await baseOf(id)
  const values: number[] = []
  for (let z = z0!; z < z1!; z++) {
    const k = t * header.shape.z + z
    const plane = samplesOf(header.sampleType, (await viewer.get(`${base}/planes/${k}`)).rawPayload)
    const [slope, intercept] = [header.slope[k] ?? header.slope[0]!, header.intercept[k] ?? header.intercept[0]!]
    for (let y = y0!; y < y1!; y++) {
      for (let x = x0!; x < x1!; x++) values.push(slope * plane[y * header.shape.x + x]! + intercept)
    }
  }
  return values
}

const sumOf = (values: number[]) => values.reduce((a, b) => a + b, 0)
function expectMoments(found: Record<string, number>, values: number[]) {
  const mean = sumOf(values) / values.length
  expect(found.count).toBe(values.length)
  expect(found.notFinite).toBe(0)
  expect(found.mean).toBeCloseTo(mean, 6)
  const squares = sumOf(values.map((value) => (value - mean) ** 2))
  expect(found.standardDeviation).toBeCloseTo(Math.sqrt(squares / (values.length - 1)), 6)
  expect(found.minimum).toBe(Math.min(...values))
  expect(found.maximum).toBe(Math.max(...values))
  expect(found.sum! / values.length).toBeCloseTo(mean, 6)
}

test('statistics of a box are those of a loop over its planes', async () => {
  const { base, header } = await baseOf(ctId)
  const answer = await viewer.get(`${base}/statistics?x=3:9&y=2:11&z=1:5&bins=8`)
  expect(answer.statusCode, answer.body).toBe(200)
  const found = answer.json()
  expect(Value.Errors(RegionStatistics, found)).toEqual([])
  const values = await valuesOf(ctId, [3, 9], [2, 11], [1, 5], 0)
  expectMoments(found, values)
  const [dx, dy, dz] = header.spacing!
  expect(found.volumeCubicMillimetres).toBeCloseTo(6 * 9 * 4 * dx * dy * dz, 6)
  const { low, high, counts, below, above } = found.histogram
  expect([low, high, below, above]).toEqual([Math.min(...values), Math.max(...values), 0, 0])
  const width = (high - low) / 8
  expect(counts).toEqual(
    Array.from(
      { length: 8 },
      (_, bin) => values.filter((v) => Math.min(7, Math.floor((v - low) / width)) === bin).length,
    ),
  )

  const air = (await viewer.get(`${base}/statistics?x=3:9&y=2:11&z=1:5&bins=2&range=-1100:-0.9e3`)).json()
  const inRange = values.filter((v) => v >= -1100 && v <= -900)
  expect(air.histogram).toMatchObject({ low: -1100, high: -900, above: values.filter((v) => v > -900).length })
  expect(sumOf(air.histogram.counts)).toBe(inRange.length)
  const all = (await viewer.get(`${base}/statistics`)).json()
  const { x, y, z } = header.shape
  expectMoments(all, await valuesOf(ctId, [0, x], [0, y], [0, z], 0))
  expect(all.histogram.counts).toHaveLength(64)
})

test('a time-activity curve has the frames of the file and, for each, the values of its planes', async () => {
  const { base, header } = await baseOf(petId)
  expect(new Set(header.slope).size).toBe(header.shape.t) // else the test would not see a wrong slope
  const answer = await viewer.get(`${base}/curve?x=8:16&y=9:15&z=10:20`)
  expect(answer.statusCode, answer.body).toBe(200)
  expect(Value.Errors(RegionCurve, answer.json())).toEqual([])
  const { unit, points, volumeCubicMillimetres } = answer.json()
  const [dx, dy, dz] = pet.header.spacing!
  expect(unit).toBe('Bq/mL')
  expect(volumeCubicMillimetres).toBeCloseTo(8 * 6 * 10 * dx * dy * dz, 4)
  const { startSeconds, durationSeconds } = pet.header.frames!
  expect(points).toHaveLength(16)
  for (const [t, point] of points.entries()) {
    expect(point).toMatchObject({ t, startSeconds: startSeconds[t], durationSeconds: durationSeconds[t] })
    expectMoments(point, await valuesOf(petId, [8, 16], [9, 15], [10, 20], t))
  }
  const part = (await viewer.get(`${base}/curve?x=8:16&y=9:15&z=10:20&t=3:5`)).json()
  expect(part.points).toEqual(points.slice(3, 5))
  // The same box over several frames at once.
  const both = (await viewer.get(`${base}/statistics?x=8:16&y=9:15&z=10:20&t=3:5`)).json()
  expect(both.count).toBe(points[3].count + points[4].count)
  expect(both.sum).toBeCloseTo(points[3].sum + points[4].sum, 2)
  expect(both.volumeCubicMillimetres).toBe(volumeCubicMillimetres)

  // A still image without frame times has one point that says so.
  const still = (await viewer.get(`${(await baseOf(ctId)).base}/curve`)).json()
  expect(still.points).toHaveLength(1)
  expect(still.points[0]).toMatchObject({ t: 0, startSeconds: null, durationSeconds: null })
})

test('a projection of a slab or a box has, for each line of sight, the value of a loop over its planes', async () => {
  const { base } = await baseOf(petId)
  const answer = await viewer.get(`${base}/projection?along=y&x=8:16&y=9:15&z=10:20&t=3:5`)
  expect(answer.statusCode, answer.body).toBe(200)
  expect(answer.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-length': '640' })
  const found = new Float32Array(new Uint8Array(answer.rawPayload).buffer)
  const expected = []
  for (const t of [3, 4]) {
    for (let z = 10; z < 20; z++) {
      for (let x = 8; x < 16; x++) {
        expected.push(Math.fround(Math.max(...(await valuesOf(petId, [x, x + 1], [9, 15], [z, z + 1], t)))))
      }
    }
  }
  expect([...found]).toEqual(expected)
  // Along z when nothing is asked for, the whole image, one picture for each of its frames.
  const { header, base: all } = await baseOf(ctId)
  const { x, y, z } = header.shape
  const mean = new Float32Array(new Uint8Array((await viewer.get(`${all}/projection?kind=mean`)).rawPayload).buffer)
  expect(mean).toHaveLength(x * y)
  const middle = (y >> 1) * x + (x >> 1)
  const line = await valuesOf(ctId, [x >> 1, (x >> 1) + 1], [y >> 1, (y >> 1) + 1], [0, z], 0)
  expect(mean[middle]).toBeCloseTo(sumOf(line) / z, 2)
  const lowest = (await viewer.get(`${all}/projection?kind=minimum&along=x&y=3:4&z=2:3`)).rawPayload.readFloatLE()
  expect(lowest).toBe(Math.min(...(await valuesOf(ctId, [0, x], [3, 4], [2, 3], 0))))
  for (const wrong of ['along=t', 'kind=median', 'along=']) {
    const refused = await viewer.get(`${all}/projection?${wrong}`)
    expect([wrong, refused.statusCode, refused.json().errors[0].pointer]).toEqual([
      wrong,
      422,
      `?${wrong.split('=')[0]}`,
    ])
  }
})

test('the uniform cylinder holds the activity that was filled in', async () => {
  const cylinder = phantom('cylinder-pet')
  const { header, image } = writeInveon(cylinder, { fileName: 'c.pet.img' })
  const id = await seriesOf('inveon', { 'c.pet.img': image, 'c.pet.img.hdr': one(header) })
  const { base } = await baseOf(id)
  const filled = 3.7e6 / 20.7 // Bq/mL (NEMA NU 4-2008)
  const inside = (await viewer.get(`${base}/statistics?x=30:58&y=30:58&z=30:80`)).json()
  expect(inside.unit).toBe('Bq/mL')
  expect(Math.abs(inside.mean / filled - 1)).toBeLessThan(0.01)
  const all = (await viewer.get(`${base}/statistics`)).json()
  const activity = all.sum * (all.volumeCubicMillimetres / all.count / 1000)
  expect(Math.abs(activity / ((filled * Math.PI * 15 ** 2 * 50) / 1000) - 1)).toBeLessThan(0.015)
})

test.skipIf(!existsSync(samples))('real files have the numbers that nibabel and numpy found in them', async () => {
  const expected = JSON.parse(await readFile(path.join(samples, 'expected.json'), 'utf8'))
  const sample = (name: string) => createReadStream(path.join(samples, name))
  const nifti = await baseOf(await seriesOf('nifti', { 'functional.nii': sample('nifti/functional.nii') }))
  const inveon = await baseOf(
    await seriesOf('inveon', {
      'dynamic.pet.img': sample('inveon/dynamic.pet.img'),
      'dynamic.pet.img.hdr': sample('inveon/dynamic.pet.img.hdr'),
    }),
  )
  for (const [{ base }, numbers] of [
    [nifti, expected['nifti/functional.nii'].expected.plane_real_min_max_mean],
    [inveon, expected['inveon/dynamic.pet.img'].expected.plane_scaled_min_max_mean],
  ] as const) {
    const { minimum, maximum, mean } = (await viewer.get(`${base}/statistics?z=1:2&t=0:1`)).json()
    for (const [i, value] of [minimum, maximum, mean].entries()) expect(value).toBeCloseTo(numbers[i], 4)
    const [first] = (await viewer.get(`${base}/curve?z=1:2`)).json().points
    expect([first.minimum, first.maximum, first.mean]).toEqual([minimum, maximum, mean])
  }
  const { points } = (await viewer.get(`${inveon.base}/curve`)).json()
  const { frame_start_s: starts, frame_duration_s: durations } = expected['inveon/dynamic.pet.img'].expected
  const times = points.slice(0, starts.length) as { startSeconds: number; durationSeconds: number }[]
  expect(times.map((each) => each.startSeconds)).toEqual(starts)
  expect(times.map((each) => each.durationSeconds)).toEqual(durations)
})

test('values that are no numbers are told and do not count; colours are not measured', async () => {
  const shape = { x: 4, y: 4, z: 2, t: 1, c: 1 }
  const plane = Float32Array.from({ length: 16 }, (_, i) => (i === 3 ? NaN : i === 7 ? Infinity : i))
  const broken: Phantom = {
    header: { ...ct.header, shape, sampleType: 'float32', slope: [1], intercept: [0] },
    planes: () => [new Uint8Array(plane.buffer), new Uint8Array(plane.buffer)],
  }
  const id = await seriesOf('nifti', { 'n.nii': writeNifti(broken) })
  const { base } = await baseOf(id)
  const row = (await viewer.get(`${base}/statistics?y=0:2&z=0:1`)).json()
  expect(row).toMatchObject({ count: 6, notFinite: 2, sum: 0 + 1 + 2 + 4 + 5 + 6, minimum: 0, maximum: 6 })
  expect((await viewer.get(`${base}/statistics?x=3:4&y=0:2&z=0:1`)).json()).toMatchObject({
    count: 0,
    notFinite: 2,
    mean: null,
    standardDeviation: null,
    histogram: null,
  })
  const colour: Phantom = {
    header: { ...ct.header, shape, sampleType: 'uint8', samplesPerPixel: 3, slope: [1], intercept: [0] },
    planes: () => [new Uint8Array(48), new Uint8Array(48)],
  }
  const rgb = await baseOf(await seriesOf('nifti', { 'rgb.nii': writeNifti(colour) }))
  const refused = await viewer.get(`${rgb.base}/statistics`)
  expect([refused.statusCode, refused.json().code]).toEqual([415, 'unsupported'])
})

test('answers never change under their address, and are not computed again for who has them', async () => {
  const { base } = await baseOf(petId)
  for (const [what, type] of [
    ['statistics', 'application/json; charset=utf-8'],
    ['curve', 'application/json; charset=utf-8'],
    ['projection', 'application/octet-stream'],
  ]) {
    const url = `${base}/${what}?z=1:3`
    const answer = await viewer.get(url)
    expect(answer.headers).toMatchObject({
      'cache-control': 'private, max-age=31536000, immutable',
      'content-type': type,
    })
    const etag = answer.headers.etag as string
    expect((await viewer.get(url, { 'if-none-match': etag })).statusCode).toBe(304)
    expect((await viewer.get(url, { 'if-none-match': '"x"' })).rawPayload).toEqual(answer.rawPayload)
    const other = await viewer.get(url.replace('1:3', '1:4'))
    expect(other.headers.etag).not.toBe(etag)
    const head = await site.app.inject({ method: 'HEAD', url: `/api/v1/${url}`, headers: viewer.headers })
    expect([head.statusCode, head.headers.etag, head.rawPayload.length]).toEqual([200, etag, 0])
  }
  const tags = await Promise.all(
    ['bins=64', 'bins=65', 'range=0:1', 'range=0:2'].map(
      async (query) => (await viewer.get(`${base}/statistics?${query}`)).headers.etag,
    ),
  )
  expect(new Set(tags).size).toBe(4)
})

test('what is not there is named', async () => {
  const { base, header } = await baseOf(petId)
  const { x, t } = header.shape
  for (const [query, pointer] of [
    [`x=0:${x + 1}`, '?x'],
    ['y=3:3', '?y'],
    ['z=4', '?z'],
    [`t=0:${t + 1}`, '?t'],
    ['c=1:2', '?c'],
    ['w=1:2', '?w'],
  ]) {
    for (const what of ['statistics', 'curve', 'projection']) {
      const answer = await viewer.get(`${base}/${what}?${query}`)
      expect([query, answer.statusCode, answer.json().errors?.[0]?.pointer]).toEqual([query, 422, pointer])
    }
  }
  for (const [query, pointer] of [
    ['bins=0', '?bins'],
    ['bins=99999', '?bins'],
    ['range=5:1', '?range'],
    ['range=1e999:2', '?range'],
    ['range=.:e', '?range'],
    ['range=1', '?range'],
  ]) {
    const answer = await viewer.get(`${base}/statistics?${query}`)
    expect([query, answer.statusCode, answer.json().errors?.[0]?.pointer]).toEqual([query, 422, pointer])
  }
  const old = await viewer.get(`series/${petId}/r/0123456789abcdef/curve`)
  expect([old.statusCode, old.json().revision]).toEqual([404, header.revision])
})

test('the rights of the planes hold: 404 for strangers, 410 for what was withdrawn', async () => {
  const { base } = await baseOf(ctId)
  for (const someone of [stranger, site.anonymous]) {
    for (const what of ['statistics', 'curve', 'projection']) {
      expect((await someone.get(`/api/v1/${base}/${what}`)).statusCode).toBe(404)
    }
  }
  const id = await seriesOf('nifti', { 'w.nii': writeNifti(ct) })
  const own = (await baseOf(id)).base
  const now = new Date()
  const datasetId = ulid()
  const row = { title: 'x', labelSort: 'x', version: 1, versionNumber: 1, body: {}, createdAt: now, updatedAt: now }
  await ctx.db.write(async (t) => {
    await Dataset.create(
      { id: datasetId, projectId: place.projectId, state: 'withdrawn', publishedAt: now, ...row },
      { transaction: t },
    )
    await DatasetSeries.create({ datasetId, seriesId: id }, { transaction: t })
  })
  await new Promise((resolve) => setTimeout(resolve, 3100)) // states are believed for 3 seconds
  expect((await stranger.get(`${own}/statistics`)).statusCode).toBe(410)
  expect((await viewer.get(`${own}/statistics`)).statusCode).toBe(200)
})

test('planes that somebody removed are made again', async () => {
  const id = await seriesOf('nifti', { 'r.nii.gz': writeNifti(ct, { gzip: true }) })
  const { base } = await baseOf(id)
  await rm(path.join(site.folder, 'derived', id.slice(-2), id), { recursive: true })
  const gone = await viewer.get(`${base}/statistics`)
  expect([gone.statusCode, gone.json().code, gone.headers['cache-control']]).toEqual([503, 'busy', 'no-store'])
  expect(gone.headers.etag).toBeUndefined()
  await ctx.jobs.idle()
  expect((await viewer.get(`${base}/statistics`)).statusCode).toBe(200)
})

test('a region beyond the limits is refused; whoever goes away frees the thread', async () => {
  // The planes that were made, followed by zeros that take no room on the disk.
  const shape = { x: 4096, y: 4096, z: 130, t: 1, c: 1 }
  const id = await seriesOf('nifti', { 'big.nii.gz': writeNifti(ct, { gzip: true }) })
  const row = (await SeriesPixels.findByPk(id))!
  const header: Header = { ...row.header, shape, sampleType: 'uint8', slope: [1], intercept: [0] }
  await ctx.db.write((t) => SeriesPixels.update({ header }, { where: { seriesId: id }, transaction: t }))
  await truncate(derivedFile(ctx, id, row.revision, 'planes'), 4096 * 4096 * 130)
  const { base } = await baseOf(id)
  const refused = await viewer.get(`${base}/statistics`)
  expect([refused.statusCode, refused.json().code]).toEqual([413, 'too-large'])
  expect(refused.json().detail).toContain('2181038080 values; at most 2147483648')

  const long = await seriesOf('nifti', { 'long.nii.gz': writeNifti(ct, { gzip: true }) })
  const times = { ...header, shape: { x: 1, y: 1, z: 1, t: 10_001, c: 1 } }
  await ctx.db.write((t) => SeriesPixels.update({ header: times }, { where: { seriesId: long }, transaction: t }))
  const points = await viewer.get(`${(await baseOf(long)).base}/curve`)
  expect([points.statusCode, points.json().detail]).toEqual([413, expect.stringContaining('10000 points, not 10001')])

  const wide = await seriesOf('nifti', { 'wide.nii.gz': writeNifti(ct, { gzip: true }) })
  const plane = { ...header, shape: { x: 4096, y: 4097, z: 1, t: 1, c: 1 } }
  await ctx.db.write((t) => SeriesPixels.update({ header: plane }, { where: { seriesId: wide }, transaction: t }))
  const pictures = await viewer.get(`${(await baseOf(wide)).base}/projection`)
  expect([pictures.statusCode, pictures.json().code]).toEqual([413, 'too-large'])
  expect(pictures.json().detail).toContain('16781312 values; at most 16777216')

  // The only thread is at work for seconds.
  const { port } = site.app.server.address() as AddressInfo
  const options = { host: '127.0.0.1', port, path: `/api/v1/${base}/statistics?z=0:128`, headers: viewer.headers }
  const answered = vi.fn()
  const request = http.get(options, answered)
  request.on('error', () => undefined)
  const measured = vi.spyOn(ctx.measuring, 'statistics')
  await vi.waitFor(() => expect(measured).toHaveBeenCalled(), 10_000)
  const small = viewer.get(`${base}/statistics?z=129:130&y=0:1`)
  await new Promise((resolve) => setTimeout(resolve, 500))
  request.destroy()
  await expect(measured.mock.results[0]!.value).rejects.toMatchObject({ kind: 'busy' })
  expect((await small).json()).toMatchObject({ count: 4096, mean: 0 })
  expect(answered).not.toHaveBeenCalled()
})
