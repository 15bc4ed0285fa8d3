/** Planes that are answered before Fastify: the same answer as by the full way, to the same people, and for no longer. */
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { entities } from '#ontology/index.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { system } from '#api/access/caller.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'

let site: TestSite
let owner: Person
let viewer: Person
let projectId: string
let seriesId: string
/** Address of the planes. */
let planes: string
/** For each request whether the short way took it. */
let taken: boolean[] = []

beforeAll(async () => {
  site = await openSite()
  const { ctx } = site
  await ctx.jobs.start(ctx)
  owner = await site.person('owner')
  projectId = (await owner.make('projects', { title: 'P' })).id
  const study = await owner.make('studies', { title: 'S', projectId })
  const session = await owner.make('sessions', { studyId: study.id, label: 'D' })
  const entity = entities.find((e) => e.name === 'ImageSeries')!
  const values = { sessionId: session.id, label: 'CT' }
  const made = { format: 'nifti', fileCount: 1, byteCount: 0, pixels: 'waiting' }
  seriesId = (await createRecord(ctx, system, entity, values, { system: made })).id
  const place = { seriesId, sessionId: session.id, studyId: study.id, projectId }
  await seriesFile(ctx, place, 'm.nii', writeNifti(phantom('mouse-ct', { seed: 3, resolution: 0.4 })))
  const { revision } = (await owner.get(`series/${seriesId}/header`)).json()
  const [shortcut] = ctx.shortcuts
  ctx.shortcuts.clear()
  ctx.shortcuts.add((...request) => {
    taken.push(shortcut!(...request))
    return taken.at(-1)!
  })
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = site.app.server.address() as { port: number }
  planes = `http://127.0.0.1:${port}/api/v1/series/${seriesId}/r/${revision}/planes`
})
afterAll(() => site.close())

beforeEach(async () => {
  viewer = await site.person('viewer')
  await owner.put(`projects/${projectId}/members`, { email: viewer.email, role: 'viewer' })
  taken = []
})

async function ask(number: number | string, who: Record<string, string>, init: RequestInit = {}) {
  const answer = await fetch(`${planes}/${number}`, { ...init, headers: { ...who, ...(init.headers as object) } })
  const { date: _date, ...headers } = Object.fromEntries(answer.headers)
  return { status: answer.status, headers, bytes: Buffer.from(await answer.arrayBuffer()) }
}

/** On a busy machine the requests take longer than a belief lasts. */
async function atOneTime(work: (pass: (milliseconds: number) => void) => Promise<void>): Promise<void> {
  const start = Date.now()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(start)
  try {
    await work((milliseconds) => clock.mockReturnValue(start + milliseconds))
  } finally {
    clock.mockRestore()
  }
}

const cookieOf = ({ headers }: Person): Record<string, string> => ({ cookie: headers.cookie! })

it('gives the same bytes and headers as the full way', () =>
  atOneTime(async () => {
    const first = await ask(2, cookieOf(viewer))
    const again = await ask(2, cookieOf(viewer))
    const other = await ask(3, cookieOf(viewer))
    expect(taken).toEqual([false, true, true])
    expect(first.status).toBe(200)
    expect(again).toEqual(first)
    expect(first.headers['cache-control']).toMatch(/^private/)
    expect(first.headers['x-content-type-options']).toBe('nosniff')
    expect(other.headers.etag).toBe(first.headers.etag!.replace('p2', 'p3'))
    expect(other.bytes.equals(first.bytes)).toBe(false)
  }))

it('leaves everything but a plain GET of an existing plane to the full way', async () => {
  const { headers } = await ask(0, cookieOf(viewer))
  const answers = [
    await ask(0, cookieOf(viewer), { method: 'HEAD' }),
    await ask(0, cookieOf(viewer), { headers: { range: 'bytes=0-9' } }),
    await ask(0, cookieOf(viewer), { headers: { 'if-none-match': headers.etag! } }),
    await ask('0?x=1', cookieOf(viewer)),
    await ask(999_999, cookieOf(viewer)),
    await ask('x', cookieOf(viewer)),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 206, 304, 200, 404, 422])
  expect(taken).not.toContain(true)
})

it('asks the database nothing', () =>
  atOneTime(async () => {
    await ask(0, cookieOf(viewer))
    const spy = vi.spyOn(site.ctx.db.sequelize, 'query')
    for (let k = 0; k < 5; k++) expect((await ask(k, cookieOf(viewer))).status).toBe(200)
    expect(spy.mock.calls.map(([sql]) => JSON.stringify(sql)).filter((sql) => !/jobs|outbox/.test(sql))).toEqual([])
    spy.mockRestore()
  }))

it('is for nobody but who was admitted', async () => {
  await ask(0, cookieOf(viewer))
  const stranger = await site.person('stranger')
  await ask(0, cookieOf(viewer))
  for (const who of [{}, cookieOf(stranger), { cookie: `${viewer.headers.cookie}x` }]) {
    expect((await ask(0, who as Record<string, string>)).status).toBe(404)
  }
  expect((await ask(0, { ...cookieOf(viewer), authorization: `Bearer viv_${'x'.repeat(43)}` })).status).toBe(401)
})

it('ends at once with the membership, with the sign-in and with the account', async () => {
  const admin = await site.person('root', 'admin')
  const endings: (() => Promise<unknown>)[] = [
    () => owner.delete(`projects/${projectId}/members/${viewer.userId}`),
    () => viewer.post('sign-out'),
    () => admin.patch(`users/${viewer.userId}`, { disabled: true }),
  ]
  for (const end of endings) {
    viewer = await site.person('viewer')
    await owner.put(`projects/${projectId}/members`, { email: viewer.email, role: 'viewer' })
    await atOneTime(async () => {
      await ask(0, cookieOf(viewer))
      taken = []
      expect((await ask(0, cookieOf(viewer))).status).toBe(200)
      expect(taken).toEqual([true])
    })
    await end()
    expect((await ask(0, cookieOf(viewer))).status).toBe(404)
    expect(taken).toEqual([true, false])
  }
})

it('ends with the belief in the series', () =>
  atOneTime(async (pass) => {
    await ask(0, cookieOf(viewer))
    pass(3001)
    expect((await ask(0, cookieOf(viewer))).status).toBe(200)
    expect(taken).toEqual([false, false])
  }))
