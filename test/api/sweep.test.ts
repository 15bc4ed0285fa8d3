import { randomBytes } from 'node:crypto'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Blob } from '#api/db/models.ts'
import { sweep } from '#api/jobs/tasks/sweep.ts'
import { writeFile as writeFileRow } from '#api/modules/imports/fileWriter.ts'
import { Job } from '#api/modules/jobs/model.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { begin, sha256, upload } from '../help/upload.ts'

let site: TestSite
let owner: Person
let importId: string
const day = 24 * 3600 * 1000

beforeAll(async () => {
  site = await openSite()
  owner = await site.person('owner')
  const project = await owner.make('projects', { title: 'P' })
  const study = await owner.make('studies', { projectId: project.id, title: 'S' })
  importId = (await owner.make('imports', { studyId: study.id })).id
}, 120_000)
afterAll(() => site.close())

const run = () => sweep.run(site.ctx, { payload: {}, signal: new AbortController().signal } as never)
const grow = async (hash: string, age = 2 * day) => {
  const then = new Date(Date.now() - age)
  await utimes(await site.ctx.blobs.localFile(hash), then, then)
  await Blob.update({ createdAt: then }, { where: { sha256: hash } })
}
const isThere = async (hash: string) => [
  (await site.ctx.blobs.stat(hash)) !== null,
  (await Blob.count({ where: { sha256: hash } })) === 1,
]

describe('sweep', () => {
  it('removes bytes that nobody holds, after a day', async () => {
    const { id } = await owner.make('imports', { studyId: (await owner.get(`imports/${importId}`)).json().studyId })
    const [dropped, young, renewed, shared] = Array.from({ length: 4 }, () => randomBytes(100)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ]
    for (const [i, bytes] of [dropped, young, renewed, shared].entries()) await upload(owner, id, `f${i}`, bytes)
    await upload(owner, importId, 'shared', shared)
    for (const bytes of [dropped, young, renewed, shared]) await grow(sha256(bytes))
    await run()
    expect(await isThere(sha256(dropped))).toEqual([true, true])

    expect((await owner.delete(`imports/${id}`)).statusCode).toBe(204)
    await grow(sha256(young), day / 2)
    const staged = await site.ctx.blobs.stage(Readable.from([renewed]))
    await site.ctx.blobs.commit(staged)
    await run()
    expect(await isThere(sha256(dropped))).toEqual([false, false])
    expect(await isThere(sha256(young))).toEqual([true, true])
    expect(await isThere(sha256(renewed))).toEqual([true, true])
    expect(await isThere(sha256(shared))).toEqual([true, true])
  })

  it('removes parts of files whose import is over', async () => {
    const { studyId } = (await owner.get(`imports/${importId}`)).json()
    const { id } = await owner.make('imports', { studyId })
    const parts = async () => (await readdir(path.join(site.ctx.blobs.stagingFolder, 'uploads'))).length
    expect((await begin(owner, 10, { importId: id, path: 'a' })).statusCode).toBe(201)
    expect((await begin(owner, 10, { importId, path: 'b' })).statusCode).toBe(201)
    expect(await parts()).toBe(4)
    await owner.delete(`imports/${id}`)
    await run()
    expect(await parts()).toBe(2)
  })

  it('removes bytes that were never written down', async () => {
    const [stray, fresh] = [randomBytes(10), randomBytes(10)]
    for (const bytes of [stray, fresh]) await site.ctx.blobs.commit(await site.ctx.blobs.stage(Readable.from([bytes])))
    await grow(sha256(stray))
    await run()
    expect(await site.ctx.blobs.stat(sha256(stray))).toBeNull()
    expect(await site.ctx.blobs.stat(sha256(fresh))).not.toBeNull()
  })

  it('is noticed by an upload whose bytes it took away at the last moment', async () => {
    const blob = { sha256: sha256(randomBytes(10)), byteCount: 10 }
    const file = { importId, path: 'swept', state: 'stored' as const, blob }
    await expect(writeFileRow(site.ctx, file)).rejects.toMatchObject({ kind: 'busy' })
    const { items } = (await owner.get(`imports/${importId}/files`)).json()
    expect(items.map((item: { path: string }) => item.path)).toEqual(['shared'])
  })

  it('removes leftovers in staging and old jobs, nothing younger', async () => {
    const folder = site.ctx.blobs.stagingFolder
    for (const name of ['old.staged', 'new.staged', 'other.txt']) await writeFile(path.join(folder, name), 'x')
    const then = new Date(Date.now() - day)
    for (const name of ['old.staged', 'other.txt']) await utimes(path.join(folder, name), then, then)
    const ids = await site.ctx.db.write((t) =>
      site.ctx.jobs.enqueue(
        t,
        [1, 2, 3].map(() => ({ task: 'sweep', payload: {} })),
      ),
    )
    const ancient = new Date(Date.now() - 40 * day)
    await Job.update({ state: 'done', updatedAt: ancient }, { where: { id: ids[0] } })
    await Job.update({ state: 'done' }, { where: { id: ids[1] } })
    await Job.update({ updatedAt: ancient }, { where: { id: ids[2] } })
    await run()
    expect((await readdir(folder)).toSorted()).toEqual(['new.staged', 'other.txt', 'uploads'])
    expect((await Job.findAll({ where: { id: ids } })).map((job) => job.id).toSorted()).toEqual(ids.slice(1).toSorted())
    await Job.destroy({ where: {} })
  })

  it('runs when the server starts, and orders its next run', async () => {
    await site.ctx.jobs.start(site.ctx)
    await site.ctx.jobs.idle()
    await expect.poll(() => Job.count({ where: { task: 'sweep', state: 'queued' } })).toBe(1)
    const jobs = await Job.findAll({ where: { task: 'sweep' }, order: [['id', 'ASC']] })
    expect(jobs.map((job) => job.state)).toEqual(['done', 'queued'])
    expect(jobs[1]!.runAfter.getTime()).toBeGreaterThan(Date.now() + 5 * 3600 * 1000)
  })
})
