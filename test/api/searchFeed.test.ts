/** The search index against crashes, broken records and other processes. */
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Outbox } from '#api/db/models.ts'
import { SearchFeed } from '#api/search/feed.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'

let site: TestSite
let owner: Person
let projectId: string
let feed: SearchFeed

const file = () => path.join(site.folder, 'search.sqlite')
const open = async () => {
  feed = await SearchFeed.open(site.config, site.ctx.db, site.ctx.log)
  return feed
}
const found = async (text: string) =>
  (await feed.engine.query({ keys: [`project:${projectId}`], text, limit: 10 })).hits.map((hit) => hit.payload)
const makeStudy = (title: string) => owner.make('studies', { projectId, title })

beforeAll(async () => {
  site = await openSite()
  await site.ctx.search.close()
  owner = await site.person('owner')
  projectId = (await owner.make('projects', { title: 'Project' })).id
})
afterEach(() => feed.close())
afterAll(() => site.close())

describe('the search feed', () => {
  it('does after a start what was committed before', async () => {
    await makeStudy('Committed before the crash')
    expect(await Outbox.count()).toBeGreaterThan(0)
    await (await open()).settled()
    expect(await found('crash')).toMatchObject([{ title: 'Committed before the crash' }])
    expect(await Outbox.count()).toBe(0)
  })

  it('keeps rows until their documents are written', async () => {
    await open()
    const replace = feed.engine.replace.bind(feed.engine)
    feed.engine.replace = () => Promise.reject(new Error('disk full'))
    await makeStudy('Written in the second attempt')
    await feed.settled()
    expect(await Outbox.count()).toBeGreaterThan(0)
    expect(await found('attempt')).toEqual([])
    feed.engine.replace = replace
    await feed.close()
    await (await open()).settled()
    expect(await found('attempt')).toHaveLength(1)
    expect(await Outbox.count()).toBe(0)
  })

  it('wakes by itself on a commit', async () => {
    await open()
    feed.start()
    await feed.settled()
    await makeStudy('Noticed at once')
    await expect.poll(() => found('noticed'), { timeout: 1500, interval: 20 }).toHaveLength(1)
  })

  it('goes on past a record that cannot be read, and does not lose it', async () => {
    await open()
    const [broken, sound] = [await makeStudy('Broken record'), await makeStudy('Sound record')]
    await feed.settled()
    const { sequelize } = site.ctx.db
    const setBody = (body: string) =>
      sequelize.query('UPDATE studies SET body = :body WHERE id = :id', { replacements: { body, id: broken.id } })
    const { version } = (await owner.get(`studies/${sound.id}`)).json()
    const now = new Date()
    await setBody('{')
    await Outbox.create({
      id: '01AAAAAAAAAAAAAAAAAAAAAAAA',
      topic: 'search',
      entity: 'Study',
      recordId: broken.id,
      createdAt: now,
    })
    await owner.patch(`studies/${sound.id}`, { title: 'Sound record, renamed' }, version)
    await feed.settled()
    expect((await Outbox.findAll()).map((row) => row.recordId)).toContain(broken.id)
    await setBody('{}')
    await feed.close()
    await (await open()).settled()
    expect(await found('renamed')).toHaveLength(1)
    expect(await Outbox.count()).toBe(0)
  })

  it.each([
    ['is gone', () => rm(file())],
    ['is damaged', () => writeFile(file(), 'this is no database')],
  ])('builds the index anew when its file %s', async (_state, damage) => {
    await (await open()).settled()
    const before = await feed.engine.stats()
    await feed.close()
    for (const end of ['-wal', '-shm']) await rm(file() + end, { force: true })
    await damage()
    await open()
    await expect(feed.check()).rejects.toThrow('being built')
    await feed.settled()
    await feed.check()
    expect((await feed.engine.stats()).byType).toEqual(before.byType)
    expect(before.documents).toBeGreaterThan(3)
  })

  it('takes out with a new index what should not have been there', async () => {
    await (await open()).settled()
    const stray = {
      id: 'x',
      record: 'Study:x',
      type: 'study',
      scope: [`project:${projectId}`],
      label: 'Stray',
      text: {},
    }
    await feed.engine.replace([], [{ ...stray, facets: {}, dates: {}, numbers: {}, payload: { title: 'Stray' } }])
    expect(await found('stray')).toHaveLength(1)
    await makeStudy('Made before the new index')
    await feed.reindex()
    expect(await found('stray')).toEqual([])
    expect(await found('made')).toHaveLength(1)
    expect(await Outbox.count()).toBe(0)
  })

  it('leaves the work to the process that is at it', async () => {
    await (await open()).settled()
    const unlock = await feed.engine.lock()
    await makeStudy('Left to the other one')
    await feed.settled()
    expect(await Outbox.count()).toBeGreaterThan(0)
    const waiting = feed.reindex()
    await unlock?.()
    await waiting
    expect(await found('other')).toHaveLength(1)
    expect(await Outbox.count()).toBe(0)
  })

  it('ends in the middle of its work without harm', async () => {
    await open()
    for (let n = 0; n < 30; n++) await makeStudy(`Many ${n}`)
    const working = feed.settled().catch((error: Error) => error)
    await feed.close()
    await working
    await (await open()).settled()
    const { total } = await feed.engine.query({ keys: [`project:${projectId}`], text: 'many', limit: 1 })
    expect(total).toBe(30)
  })
})
