/** Where the series of a study stand, as the people of the project and others see it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type TestSite } from '../help/app.ts'
import { makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World

beforeAll(async () => {
  site = await openSite({ VIVARCHIVE_REVIEW: '1' })
  world = await makeWorld(site)
})
afterAll(() => site.close())

describe('publication of a study', () => {
  const items = async (url: string, person = world.viewer) => (await person.get(url)).json().items

  it('follows a series from nothing to public, and shows the most public standing', async () => {
    const { owner, curator, personId, p } = world
    const url = `studies/${p.studyId}/publication`
    expect(await items(url)).toEqual([])
    const body = { seriesIds: [p.seriesId], creators: [personId], send: true, excuseMissing: 'notRecorded' }
    const sent = await owner.make('datasets', body)
    expect(await items(url)).toEqual([{ seriesId: p.seriesId, datasetId: sent.id, state: 'submitted' }])
    expect((await curator.post(`datasets/${sent.id}/publish`)).statusCode).toBe(200)
    const second = await owner.make('datasets', body)
    expect(second.state).toBe('submitted')
    expect(await items(url)).toEqual([{ seriesId: p.seriesId, datasetId: sent.id, state: 'published' }])
  })

  it('does not exist for those who may not see the study', async () => {
    const url = `studies/${world.p.studyId}/publication`
    expect((await world.stranger.get(url)).statusCode).toBe(404)
    expect((await site.anonymous.get(url)).statusCode).toBe(404)
  })
})
