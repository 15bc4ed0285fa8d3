/** An embargo: metadata for everybody at once, bytes on the day, nothing in searches and harvests before. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Dataset } from '#api/db/models.ts'
import { openEmbargoes } from '#api/modules/datasets/embargo.ts'
import { openSite, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'
import { makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World
let id: string
const day = (fromNow: number) => new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10)
const until = day(30)

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  const bytes = (async function* () {
    yield Buffer.from('bytes')
  })()
  await seriesFile(site.ctx, world.p, 'a.raw', bytes)
  const body = { seriesIds: [world.p.seriesId], creators: [world.personId], excuseMissing: 'notRecorded' }
  const made = await world.owner.make('datasets', { ...body, send: true, embargoUntil: until })
  id = made.id
  expect(made).toMatchObject({ state: 'embargoed', embargoUntil: until, versionNumber: 1 })
})
afterAll(() => site.close())

const found = async () => {
  await site.ctx.search.settled()
  const { total, facets } = (await site.anonymous.get('search?type=series&type=dataset')).json()
  return { total, facets: facets.length }
}
const fileOf = async () => (await world.owner.get(`datasets/${id}`)).json().snapshot.files[0].id as string

describe('an embargo', () => {
  it('shows the metadata and not the bytes, and says when they open', async () => {
    const shown = await site.anonymous.get(`datasets/${id}`)
    expect(shown.json()).toMatchObject({ state: 'embargoed', embargoUntil: until })
    expect(shown.json().snapshot.series).toHaveLength(1)
    const paths = [
      `files/${await fileOf()}/content`,
      `series/${world.p.seriesId}/archive.zip`,
      `series/${world.p.seriesId}/thumbnail`,
      `datasets/${id}/archive.zip`,
    ]
    for (const path of paths) {
      for (const person of [site.anonymous, world.stranger]) {
        const answer = await person.get(path)
        expect(answer.statusCode, path).toBe(403)
        expect(answer.headers['content-type']).toContain('application/problem+json')
        expect(answer.json()).toMatchObject({ opensOn: until })
        expect(answer.json().detail).toContain(until)
      }
      expect((await world.viewer.get(path)).statusCode, path).not.toBe(403)
    }
    expect((await site.anonymous.post('manifests', { seriesIds: [world.p.seriesId] })).statusCode).toBe(404)
  })

  it('is in no search, in no count, in no list of submissions and in no harvest', async () => {
    expect(await found()).toEqual({ total: 0, facets: 0 })
    const list = async (state: string) => (await world.curator.get(`datasets?state=${state}`)).json().items.length
    expect(await list('submitted')).toBe(0)
    expect(await list('published')).toBe(0)
    expect(await list('embargoed')).toBe(1)
    for (const url of ['/sitemap.xml', '/oai?verb=ListIdentifiers&metadataPrefix=oai_dc', '/catalog']) {
      const answer = await site.app.inject({ url, headers: { accept: '*/*' } })
      expect(answer.body, url).not.toContain(id)
    }
  })

  it('says so in the vocabulary of COAR', async () => {
    const answer = await site.anonymous.get(`datasets/${id}/as/datacite.json`)
    expect(answer.body).toContain('http://purl.org/coar/access_right/c_f1cf')
  })

  it('is moved by those who publish, to a day that comes', async () => {
    const move = (person: typeof world.owner, to: string | null) => person.post(`datasets/${id}/embargo`, { until: to })
    expect((await move(world.viewer, day(40))).statusCode).toBe(403)
    expect((await move(world.stranger, null)).statusCode).toBe(404)
    for (const wrong of [day(0), day(-1), day(6 * 366), 'tomorrow']) {
      expect((await move(world.owner, wrong)).statusCode, wrong).toBe(422)
    }
    expect((await move(world.owner, day(40))).json()).toMatchObject({ embargoUntil: day(40) })
    expect((await world.owner.post(`datasets/${id}/publish`)).statusCode).toBe(409)
  })

  it('ends by itself', async () => {
    expect(await openEmbargoes(site.ctx)).toBe(0)
    await Dataset.update({ embargoUntil: new Date(Date.now() - 1000) }, { where: { id } })
    expect(await openEmbargoes(site.ctx)).toBe(1)
    const shown = (await site.anonymous.get(`datasets/${id}`)).json()
    expect(shown).toMatchObject({ state: 'published', versionNumber: 1 })
    expect(shown).not.toHaveProperty('embargoUntil')
    expect((await site.anonymous.get(`files/${await fileOf()}/content`)).statusCode).toBe(200)
    expect((await found()).total).toBe(2)
    expect((await world.owner.post(`datasets/${id}/embargo`, { until: null })).statusCode).toBe(409)
  })

  it('is over for the next version; the one before stays to be read', async () => {
    const before = (await site.anonymous.get(`datasets/${id}/versions/1`)).json()
    expect(before).toMatchObject({ state: 'published', versionNumber: 1 })
    const { version } = (await world.owner.get(`series/${world.p.seriesId}`)).json()
    await world.owner.patch(`series/${world.p.seriesId}`, { label: 'Corrected label' }, version)
    await world.owner.post(`datasets/${id}/publish`)
    const old = (await site.anonymous.get(`datasets/${id}/versions/1`)).json()
    expect(old).toMatchObject({ state: 'superseded', versionNumber: 1, seriesCount: 1 })
    expect(old.snapshot).toEqual(before.snapshot)
    const now = (await site.anonymous.get(`datasets/${id}/versions/2`)).json()
    expect(now).toMatchObject({ state: 'published', versionNumber: 2 })
    expect(now.snapshot.series[0].label).toBe('Corrected label')
    expect((await site.anonymous.get(`datasets/${id}/versions/3`)).statusCode).toBe(404)
    expect((await site.anonymous.get(`datasets/${id}/versions/x`)).statusCode).toBe(422)
  })

  it('withdrawn: the page stays, the files are gone', async () => {
    const file = await fileOf()
    expect((await world.owner.post(`datasets/${id}/withdraw`, { reason: 'Wrong animal.' })).statusCode).toBe(200)
    expect((await site.anonymous.get(`datasets/${id}`)).json()).toMatchObject({
      state: 'withdrawn',
      reason: 'Wrong animal.',
    })
    expect((await site.anonymous.get(`files/${file}/content`)).statusCode).toBe(410)
    expect((await found()).total).toBe(0)
  })
})
