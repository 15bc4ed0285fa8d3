/** Space: originals and derived files are counted, and derived ones go when they were not used for longest. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entities } from '#ontology/index.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { system } from '#api/access/caller.ts'
import type { Context } from '#api/context.ts'
import { DerivedFile, SeriesPixels } from '#api/db/models.ts'
import { sweep } from '#api/jobs/tasks/sweep.ts'
import { evict } from '#api/jobs/tasks/evict.ts'
import {
  countDerived,
  derivedBytes,
  derivedFile,
  derivedFolder,
  evictDerived,
  noteUses,
} from '#api/modules/pixels/derivedFiles.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'

let site: TestSite
let ctx: Context
let admin: Person
let viewer: Person
let place: { projectId: string; studyId: string; sessionId: string }
let ids: string[]

const hour = 3600 * 1000
/** Larger than a mebibyte, so that there is a reduced image. */
const image = phantom('mouse-ct', { seed: 2, resolution: 1 })

async function newSeries(): Promise<string> {
  const { id } = await createRecord(
    ctx,
    system,
    entities.find((each) => each.name === 'ImageSeries')!,
    { sessionId: place.sessionId, label: 'CT', modality: 'CT' },
    { system: { format: 'nifti', fileCount: 0, byteCount: 0, pixels: 'waiting' } },
  )
  return id
}

beforeAll(async () => {
  site = await openSite()
  ctx = site.ctx
  await ctx.jobs.start(ctx)
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  const owner = await site.person('owner')
  viewer = await site.person('viewer')
  admin = await site.person('boss', 'admin')
  const projectId = (await owner.make('projects', { title: 'Full of pictures' })).id
  await owner.make('projects', { title: 'Empty' })
  await owner.put(`projects/${projectId}/members`, { email: viewer.email, role: 'viewer' })
  const studyId = (await owner.make('studies', { title: 'S', projectId })).id
  const sessionId = (await owner.make('sessions', { studyId, label: 'Day 1' })).id
  place = { projectId, studyId, sessionId }
  ids = []
  for (let n = 0; n < 3; n++) {
    const seriesId = await newSeries()
    await seriesFile(ctx, { seriesId, ...place }, 'm.nii.gz', writeNifti(image, { gzip: true }))
    ids.push(seriesId)
  }
}, 120_000)
afterAll(() => site.close())

const folderOf = (id: string) => path.join(ctx.config.dataFolder, derivedFolder(id))
async function sizesOf(id: string): Promise<Record<string, number>> {
  const { revision } = (await SeriesPixels.findByPk(id))!
  const sizes: Record<string, number> = {}
  for (const kind of ['planes', 'coarse', 'thumbnail', 'animation', 'tags'] as const) {
    const found = await stat(derivedFile(ctx, id, revision, kind)).catch(() => null)
    if (found) sizes[kind] = found.size
  }
  return sizes
}
const countedOf = async (id: string) =>
  Object.fromEntries((await DerivedFile.findAll({ where: { seriesId: id } })).map((row) => [row.kind, row.byteCount]))
const age = (id: string, hours: number) =>
  DerivedFile.update({ usedAt: new Date(Date.now() - hours * hour) }, { where: { seriesId: id } })
const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
const baseOf = async (id: string) => `series/${id}/r/${(await SeriesPixels.findByPk(id))!.revision}`

test('what is on the disk is what is counted, in total, by kind and by project; for administrators', async () => {
  expect((await viewer.get(`series/${ids[0]}/animation`)).statusCode).toBe(200)
  const sizes = await Promise.all(ids.map(sizesOf))
  for (const [i, id] of ids.entries()) expect(await countedOf(id)).toEqual(sizes[i])
  expect(Object.keys(sizes[0]!)).toEqual(['planes', 'coarse', 'thumbnail', 'animation', 'tags'])
  const answer = await admin.get('storage')
  expect(answer.statusCode, answer.body).toBe(200)
  const { originals, derived, projects, projectCount } = answer.json()
  expect(derived.byteCount).toBe(sum(sizes.flatMap((each) => Object.values(each))))
  expect(derived.kinds.planes).toBe(sum(sizes.map((each) => each.planes!)))
  expect([derived.limitBytes, projectCount]).toEqual([null, 2])
  // The three series have the same file: one blob, three files of the project.
  expect(originals.blobCount).toBe(1)
  expect(projects.map((one: { title: string }) => one.title)).toEqual(['Full of pictures', 'Empty'])
  expect(projects[0]).toMatchObject({ fileCount: 3, originalBytes: 3 * originals.byteCount, derivedBytes: derived.byteCount }) // prettier-ignore
  expect(projects[1]).toMatchObject({ fileCount: 0, originalBytes: 0, derivedBytes: 0 })
  expect((await viewer.get('storage')).statusCode).toBe(403)
})

test('what was not used for longest goes first, thumbnails stay, and what is asked for is made again', async () => {
  const [oldest, older, newest] = ids as [string, string, string]
  await age(oldest, 3)
  await age(older, 2)
  const total = await derivedBytes()
  const before = await sizesOf(older)
  const plane = (await viewer.get(`${await baseOf(oldest)}/planes/3`)).rawPayload

  // Room for one byte less than all: one file of the oldest is enough.
  expect((await evictDerived(ctx, total - 1)).files).toBe(1)
  expect(Object.keys(await countedOf(oldest)).toSorted()).toEqual(Object.keys(await sizesOf(oldest)).toSorted())
  // Room for nothing: all that is old goes but what lists need; what was just used stays.
  const { bytes } = await evictDerived(ctx, 0)
  expect(Object.keys(await sizesOf(oldest))).toEqual(['thumbnail', 'tags'])
  expect(Object.keys(await sizesOf(older))).toEqual(['thumbnail', 'tags'])
  expect(Object.keys(await sizesOf(newest))).toContain('planes')
  expect(bytes).toBe(await derivedBytes())
  expect((await viewer.get(`series/${oldest}/thumbnail`)).statusCode).toBe(200)

  const gone = await viewer.get(`${await baseOf(older)}/planes/3`)
  expect([gone.statusCode, gone.json().code]).toEqual([503, 'busy'])
  await ctx.jobs.idle()
  expect((await viewer.get(`${await baseOf(older)}/planes/3`)).rawPayload).toEqual(plane)
  expect(await sizesOf(older)).toEqual(before)
  expect(await countedOf(older)).toEqual(before)
})

test('uses are written down, the newest wins, and what was used is spared', async () => {
  const id = ids[2]!
  await age(id, 5)
  const [now, earlier] = [new Date(), new Date(Date.now() - 9 * hour)]
  await noteUses(ctx, [{ seriesId: id, kind: 'planes', usedAt: now }])
  await noteUses(ctx, [{ seriesId: id, kind: 'planes', usedAt: earlier }])
  expect((await DerivedFile.findOne({ where: { seriesId: id, kind: 'planes' } }))!.usedAt).toEqual(now)
  await evictDerived(ctx, 0)
  expect(Object.keys(await sizesOf(id))).toEqual(['planes', 'thumbnail', 'tags'])
})

test('a reader gets to the end of planes that are removed meanwhile', async () => {
  const id = ids[2]!
  const { revision } = (await SeriesPixels.findByPk(id))!
  const file = derivedFile(ctx, id, revision, 'planes')
  // 128 MiB of which most take no room on the disk: more than sockets hold.
  const header = { ...image.header, shape: { x: 4096, y: 4096, z: 4, t: 1, c: 1 } }
  await SeriesPixels.update({ header }, { where: { seriesId: id } })
  const whole = (await stat(file)).size
  await truncate(file, 4096 * 4096 * 4 * 2)
  await sleep(3100) // what a series is, is believed for three seconds
  const { port } = site.app.server.address() as AddressInfo
  const url = `/api/v1/series/${id}/r/${revision}/box?z=0:4`
  const request = http.get({ host: '127.0.0.1', port, path: url, headers: viewer.headers })
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  expect(answer.statusCode).toBe(200)
  answer.pause()
  await age(id, 1)
  expect((await evictDerived(ctx, 0)).files).toBeGreaterThan(0)
  expect(await stat(file).catch(() => null)).toBeNull()
  let received = 0
  for await (const part of answer) received += (part as Buffer).length
  expect(received).toBe(4096 * 4096 * 4 * 2)
  expect(received).toBeGreaterThan(whole)
})

test('the task does nothing without a limit, and keeps to one', async () => {
  const id = ids[1]!
  await age(id, 1)
  const job = { payload: {}, signal: new AbortController().signal } as never
  await evict.run(ctx, job)
  expect(Object.keys(await sizesOf(id))).toContain('planes')
  const bounded = { ...ctx, config: { ...ctx.config, derivedMaxBytes: 1 } }
  await evict.run(bounded, job)
  expect(Object.keys(await sizesOf(id))).not.toContain('planes')
})

test('the sweep makes the count what the disk says, and removes files of series that are gone', async () => {
  const id = ids[0]!
  await ctx.db.write((t) => ctx.jobs.enqueue(t, [{ task: 'deriveSeries', payload: { seriesId: id } }]))
  await ctx.jobs.idle()
  const { revision } = (await SeriesPixels.findByPk(id))!
  const sizes = await sizesOf(id)
  // A count that is wrong, a file that is not counted, one that is counted and not there; files of nobody.
  await DerivedFile.update({ byteCount: 7 }, { where: { seriesId: id, kind: 'planes' } })
  await DerivedFile.destroy({ where: { seriesId: id, kind: 'coarse' } })
  await ctx.db.write((t) => countDerived(t, id, { animation: 5 }))
  const used = new Date(Date.now() - 50 * hour)
  await utimes(derivedFile(ctx, id, revision, 'coarse'), used, used)
  const nobody = folderOf(ulid())
  await mkdir(nobody, { recursive: true })
  await writeFile(path.join(nobody, 'x.planes'), 'x')
  await sweep.run(ctx, { payload: {}, signal: new AbortController().signal } as never)
  expect(await countedOf(id)).toEqual(sizes)
  const coarse = await DerivedFile.findOne({ where: { seriesId: id, kind: 'coarse' } })
  expect(Math.abs(Number(coarse!.usedAt) - Number(used))).toBeLessThan(2000)
  expect(await stat(nobody).catch(() => null)).toBeNull()
})

test('killed in between, no file is left that is not counted, and the next run ends the work', async () => {
  const many: string[] = []
  const row = (await SeriesPixels.findByPk(ids[0]!))!
  for (let n = 0; n < 150; n++) {
    const seriesId = await newSeries()
    await mkdir(folderOf(seriesId), { recursive: true })
    await writeFile(derivedFile(ctx, seriesId, row.revision, 'planes'), 'planes')
    const usedAt = new Date(Date.now() - hour - n * 1000)
    await ctx.db.write(async (t) => {
      await SeriesPixels.create({ ...row.get(), seriesId }, { transaction: t })
      await countDerived(t, seriesId, { planes: 6 }, usedAt)
    })
    many.push(seriesId)
  }
  const left = async () => {
    const there = await Promise.all(many.map(async (id) => ((await readdir(folderOf(id))).length > 0 ? id : null)))
    return there.filter((id) => id !== null)
  }
  const run = () =>
    spawn(process.execPath, ['api/cli.ts', 'evict', '--all'], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      env: {
        ...process.env,
        VIVARCHIVE_DATA: site.folder,
        VIVARCHIVE_DATABASE: ctx.config.database,
        VIVARCHIVE_LOG: 'silent',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  const child = run()
  const over = once(child, 'exit')
  for (let polls = 0; (await left()).length === many.length && polls < 3000; polls++) await sleep(5)
  child.kill('SIGKILL')
  await over
  const files = await left()
  expect(files.length).toBeLessThan(many.length)
  const counted = (await DerivedFile.findAll({ where: { seriesId: many } })).map(({ seriesId }) => seriesId)
  // At most the one whose file just went is counted too much.
  expect(files.filter((id) => !counted.includes(id))).toEqual([])
  expect(counted.length - files.length).toBeLessThanOrEqual(1)

  const [code] = await once(run(), 'exit')
  expect(code).toBe(0)
  expect(await left()).toEqual([])
  expect(await DerivedFile.count({ where: { seriesId: many } })).toBe(0)
  await Promise.all(many.map((id) => rm(folderOf(id), { recursive: true })))
})
