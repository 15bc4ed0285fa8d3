import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Dataset, Outbox } from '#api/db/models.ts'
import type { Item } from '#api/modules/search/service.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { makeWorld, marker, when, type World } from '../help/world.ts'

interface Page {
  items: Item[]
  facets: { name: string; values: { value: string; count: number }[] }[]
  ranges: { name: string; title: string; unit: string }[]
  total: number
  next: string | null
  suggestion: string | null
}

let site: TestSite
let world: World

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
})
afterAll(() => site.close())

const search = async (person: Person, query: Record<string, string | string[]>): Promise<Page> => {
  await site.ctx.search.settled()
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) parameters.append(name, one)
  const answer = await person.get(`search?${parameters}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
const mine = (person: Person, query: Record<string, string | string[]> = {}) =>
  search(person, { scope: 'mine', ...query })
const ids = (page: Page) => page.items.map((item) => `${item.type} ${item.id}`)
const facet = (page: Page, name: string) =>
  Object.fromEntries(page.facets.find((f) => f.name === name)?.values.map((v) => [v.value, v.count]) ?? [])

describe('what members find', () => {
  it('is all that is in their projects, by its own words and by those of what belongs to it', async () => {
    for (const q of [
      marker,
      'FDG',
      'fludeoxyglucose',
      'mouse',
      'PET/CT 1',
      'Lovelace',
      'species:mouse',
      'modality:PET',
    ]) {
      expect(ids(await mine(world.viewer, { q, type: 'series' })), q).toEqual([`series ${world.p.seriesId}`])
    }
    expect(ids(await mine(world.viewer, { q: `${marker} day` }))).toContain(`series ${world.p.seriesId}`)
    const types = (await mine(world.viewer, { q: marker })).items.map((item) => item.type)
    expect(new Set(types)).toEqual(new Set(['project', 'study', 'subject', 'series']))
  })
  it('is narrowed by numbers, in one unit and inherited from the animal and what it was given', async () => {
    const found = async (query: Record<string, string>) =>
      ids(await mine(world.viewer, { type: 'series', ...query })).includes(`series ${world.p.seriesId}`)
    // Born on 10 January, acquired on 1 March; 8.2 MBq.
    for (const [query, seen] of [
      [{ 'range.Age': '50..50' }, true],
      [{ 'range.Age': '51..' }, false],
      [{ 'range.Activity': '8..9' }, true],
      [{ 'range.Activity': '..8' }, false],
      [{ q: 'activity:>=8.2 age:<60' }, true],
      // Nobody weighed it: what is not known is in no range.
      [{ 'range.Weight': '0..' }, false],
    ] satisfies [Record<string, string>, boolean][]) {
      expect(await found(query), JSON.stringify(query)).toBe(seen)
    }
    const page = await mine(world.viewer, { type: 'series', sort: '-Activity' })
    expect(page.ranges).toContainEqual({ name: 'Activity', title: 'Injected activity', unit: 'MBq' })
  })
  it('refuses ranges that are none', async () => {
    for (const query of ['range.Age=50', 'range.Age=a..b', 'range.Colour=1..2', 'range.Age=1..2&range.Age=3..4']) {
      expect((await world.viewer.get(`search?${query}`)).statusCode, query).toBe(422)
    }
  })
  it('is told apart by people first, then by keyword', async () => {
    const { facets } = await mine(world.viewer, { type: 'series' })
    expect(facet(await mine(world.viewer, { type: 'series' }), 'Creator')).toEqual({ 'Ada Lovelace': 1 })
    expect(facets.slice(0, 2).map(({ name }) => name)).toEqual(['Creator', 'Keyword'])
  })
  it('comes with what a list shows', async () => {
    const { items } = await mine(world.viewer, { q: 'FDG quok', type: 'series' })
    expect(items[0]).toMatchObject({
      type: 'series',
      id: world.p.seriesId,
      url: `/studies/${world.p.studyId}?series=${world.p.seriesId}`,
      title: `PET P ${marker}`,
      subtitle: `Study P ${marker} · M-1 P ${marker} · Day 1 P ${marker}`,
      description: '[18F]FDG · PET/CT 1',
      modalities: ['PT'],
      date: '2025-03-01T10:00:00.000Z',
      thumbnail: null,
      animation: null,
      projectId: world.p.projectId,
      state: 'draft',
    })
    expect(items[0]?.highlights).toContainEqual({
      field: 'description',
      segments: [
        { text: '[18F]', hit: false },
        { text: 'FDG', hit: true },
        { text: ' · PET/CT 1', hit: false },
      ],
    })
  })
  it('is nothing for strangers, and needs an account', async () => {
    expect(await mine(world.stranger)).toMatchObject({ items: [], facets: [], total: 0 })
    expect((await site.anonymous.get('search?scope=mine')).statusCode).toBe(401)
  })
  it('is everything for administrators', async () => {
    expect(ids(await mine(world.admin, { type: 'project' })).toSorted()).toEqual(
      [`project ${world.p.projectId}`, `project ${world.q.projectId}`].toSorted(),
    )
  })
  it('of a shared animal is the view of their own project alone', async () => {
    const inP = await mine(world.viewer, { type: 'subject' })
    const shared = inP.items.find((item) => item.id === world.sharedSubjectId)
    expect(shared).toBeDefined()
    expect(facet(inP, 'Agent')).toEqual({ '[18F]FDG': 1 })
    expect(facet(inP, 'Route')).toEqual({ intravenous: 1 })
    expect(await mine(world.viewer, { q: 'Study wombat' })).toMatchObject({ total: 0, suggestion: null })
    expect(JSON.stringify(inP)).not.toContain(world.q.projectId)
    expect((await mine(world.otherOwner, { q: marker })).total).toBe(0)
    expect(facet(await mine(world.otherOwner, { type: 'subject' }), 'Agent')).toEqual({ '[18F]FDG': 1 })
  })
  it('is limited for a token to its projects', async () => {
    const body = { label: 'narrow', scopes: ['read'], projectIds: [world.q.projectId] }
    const { token } = await world.otherOwner.make('tokens', body)
    const answer = await site.anonymous.get('search?scope=mine&type=project', { authorization: `Bearer ${token}` })
    expect(ids(answer.json())).toEqual([`project ${world.q.projectId}`])
    const { token: other } = await world.owner.make('tokens', { label: 'write only', scopes: ['write'] })
    const none = await site.anonymous.get('search?scope=mine', { authorization: `Bearer ${other}` })
    expect(none.json()).toMatchObject({ total: 0 })
  })
  it('ends with their membership', async () => {
    const guest = await site.person('guest')
    await world.owner.put(`projects/${world.p.projectId}/members`, { email: guest.email, role: 'viewer' })
    expect((await mine(guest)).total).toBeGreaterThan(0)
    await world.owner.delete(`projects/${world.p.projectId}/members/${guest.userId}`)
    expect(await mine(guest)).toMatchObject({ total: 0, facets: [] })
  })
})

describe('changes', () => {
  const change = async (url: string, patch: object) => {
    const { version } = (await world.owner.get(url)).json()
    const answer = await world.owner.patch(url, patch, version)
    expect(answer.statusCode, answer.body).toBe(200)
  }
  it('of a record reach all that is found by it', async () => {
    await change(`studies/${world.p.studyId}`, { disease: [{ label: 'glioblastoma' }] })
    expect(ids(await mine(world.owner, { q: 'disease:GBM', type: 'series' }))).toEqual([`series ${world.p.seriesId}`])
    await change(`agents/${world.agentId}`, { name: 'Zirconia tracer' })
    for (const type of ['series', 'subject', 'study', 'project']) {
      expect((await mine(world.owner, { q: 'agent:zirconia', type })).total, type).toBe(1)
    }
    expect((await mine(world.owner, { q: '[18F]FDG', type: 'series' })).total).toBe(1)
    await change(`agents/${world.agentId}`, { name: '[18F]FDG' })
    expect((await mine(world.owner, { q: 'zirconia' })).total).toBe(0)
    await change(`projects/${world.p.projectId}`, { keywords: [{ label: 'perfusion' }] })
    expect((await mine(world.owner, { 'facet.Keyword': 'perfusion', type: 'series' })).total).toBe(1)
    await change(`events/${world.p.eventId}`, { agentAdministration: { route: { label: 'intraperitoneal' } } })
    expect(facet(await mine(world.owner, { type: 'series' }), 'Route')).toEqual({ intraperitoneal: 1 })
  })
  it('of links move an animal in and out of a study', async () => {
    const subject = await world.owner.make('subjects', {
      localId: 'Rover',
      projectIds: [world.p.projectId],
      species: { label: 'Rattus norvegicus' },
      animal: { sex: 'M' },
    })
    const found = async () => (await mine(world.owner, { q: 'species:rat', type: 'study' })).total
    expect(await found()).toBe(0)
    const { subjectIds } = (await world.owner.get(`studies/${world.p.studyId}`)).json()
    await change(`studies/${world.p.studyId}`, { subjectIds: [...subjectIds, subject.id] })
    expect(await found()).toBe(1)
    await change(`studies/${world.p.studyId}`, { subjectIds })
    expect(await found()).toBe(0)
    await change(`subjects/${subject.id}`, { localId: 'Fido' })
    expect(ids(await mine(world.owner, { q: 'fido' }))).toEqual([`subject ${subject.id}`])
    expect((await mine(world.owner, { q: '"rover"' })).total).toBe(0)
  })
  it('that correct the animal of an event leave nothing with the wrong one', async () => {
    const { owner, p } = world
    const wrong = await owner.make('subjects', {
      localId: 'Wrong one',
      projectIds: [p.projectId],
      animal: { sex: 'F' },
    })
    const event = await owner.make('events', {
      kind: 'anaesthesia',
      projectId: p.projectId,
      subjectId: wrong.id,
      start: when('2025-03-01T09:00:00Z'),
      anaesthesia: { applied: true, agent: { label: 'sevoflurane' } },
    })
    const subjects = async () => ids(await mine(owner, { q: 'anaesthetic:sevoflurane', type: 'subject' }))
    expect(await subjects()).toEqual([`subject ${wrong.id}`])
    await change(`events/${event.id}`, { subjectId: p.subjectId })
    expect(await subjects()).toEqual([`subject ${p.subjectId}`])
    await owner.delete(`subjects/${wrong.id}`, wrong.version)
    expect((await mine(owner, { q: '"wrong one"' })).total).toBe(0)
  })
  it('that delete and restore take things out and bring them back', async () => {
    const session = await world.owner.make('sessions', { studyId: world.p.studyId, label: 'Axolotl day' })
    const series = await world.owner.make('series', { sessionId: session.id, label: 'Axolotl scan', modality: 'MR' })
    expect(ids(await mine(world.owner, { q: 'axolotl' }))).toEqual([`series ${series.id}`])
    expect(facet(await mine(world.owner, { type: 'study' }), 'Modality')).toEqual({ PT: 1, MR: 1 })
    await world.owner.delete(`sessions/${session.id}`, session.version)
    expect(await mine(world.owner, { q: 'axolotl' })).toMatchObject({ total: 0, suggestion: null })
    expect(facet(await mine(world.owner, { type: 'study' }), 'Modality')).toEqual({ PT: 1 })
    await world.owner.post(`sessions/${session.id}/restore`)
    expect(ids(await mine(world.owner, { q: 'axolotl' }))).toEqual([`series ${series.id}`])
  })
  it('are found before the next request when one waits for them, and leave no rows behind', async () => {
    await world.owner.make('studies', { projectId: world.p.projectId, title: 'Freshly made' })
    expect((await mine(world.owner, { q: 'freshly' })).total).toBe(1)
    expect(await Outbox.count()).toBe(0)
  })
})

describe('the registry', () => {
  let datasetId: string
  it('shows nothing that is not published', async () => {
    expect(await search(site.anonymous, {})).toMatchObject({ items: [], total: 0, facets: [] })
    expect(await search(world.owner, { q: marker })).toMatchObject({ total: 0, suggestion: null })
    expect((await search(site.anonymous, { q: 'quokkka' })).suggestion).toBeNull()
  })
  it('shows a dataset and its series once they are published, and nothing private with them', async () => {
    const dataset = await world.owner.make('datasets', {
      seriesIds: [world.p.seriesId],
      title: 'Glucose in glioma',
      excuseMissing: 'unknown',
      send: true,
    })
    datasetId = dataset.id
    expect(dataset.state).toBe('published')
    const found = await search(site.anonymous, { q: 'glucose' })
    expect(ids(found).toSorted()).toEqual([`dataset ${datasetId}`, `series ${world.p.seriesId}`])
    const [first] = found.items
    expect(first).toMatchObject({
      url: `/datasets/${datasetId}`,
      title: 'Glucose in glioma',
      datasetId,
      state: 'published',
    })
    expect(found.items[1]?.url).toBe(`/series/${world.p.seriesId}`)
    expect(facet(found, 'Agent')).toEqual({ '[18F]FDG': 2 })
    expect(JSON.stringify(await search(site.anonymous, {}))).not.toMatch(/private note|wombat/)
    expect((await search(site.anonymous, { q: 'private note' })).total).toBe(0)
    expect(facet(await search(site.anonymous, { type: 'series' }), 'Year')).toEqual({ '2025': 1 })
  })
  it('keeps showing what was published when the record changes', async () => {
    const { version } = (await world.owner.get(`series/${world.p.seriesId}`)).json()
    await world.owner.patch(`series/${world.p.seriesId}`, { label: 'Renamed in the laboratory' }, version)
    expect((await search(site.anonymous, { q: 'renamed laboratory' })).total).toBe(0)
    expect((await search(site.anonymous, { q: `PET ${marker}`, type: 'series' })).total).toBe(1)
    expect((await mine(world.owner, { q: 'renamed laboratory' })).total).toBe(1)
  })
  it('is part of what one may see; one’s own series are found once, as they are now', async () => {
    expect(ids(await mine(world.stranger, { type: 'series' }))).toEqual([`series ${world.p.seriesId}`])
    const own = await mine(world.owner, { type: 'series', q: 'FDG' })
    expect(own).toMatchObject({
      total: 1,
      items: [{ id: world.p.seriesId, state: 'published', title: 'Renamed in the laboratory' }],
    })
    expect(ids(await mine(world.admin, { type: 'series', q: 'renamed' }))).toEqual([`series ${world.p.seriesId}`])
    expect(ids(await mine(world.owner, { type: 'dataset' }))).toEqual([`dataset ${datasetId}`])
  })
  it('understands typing errors and says so', async () => {
    const found = await search(site.anonymous, { q: 'glucsoe' })
    expect(found).toMatchObject({ suggestion: 'glucose', total: 2 })
  })
  it('narrows by facets, dates and types, and counts what another choice would bring', async () => {
    const found = await search(site.anonymous, {
      type: ['series', 'dataset'],
      'facet.Modality': ['CT', 'PT'],
      'facet.Species': 'Mus musculus',
    })
    expect(found.total).toBe(2)
    expect(facet(found, 'Modality')).toEqual({ PT: 2, CT: 0 })
    expect((await search(site.anonymous, { from: '2025-03-01', to: '2025-03-01', type: 'series' })).total).toBe(1)
    expect((await search(site.anonymous, { from: '2025-03-02', to: '2025-04', type: 'series' })).total).toBe(0)
    const hidden = await search(site.anonymous, { 'facet.Modality': ['MR', 'unheard of'] })
    expect(facet(hidden, 'Modality')).toEqual({ PT: 2, MR: 0, 'unheard of': 0 })
    const values = await site.anonymous.get('search/facets/Species?start=mus')
    expect(values.json()).toEqual({ items: [{ value: 'Mus musculus', count: 2 }] })
  })
  it('pages in any order', async () => {
    for (const sort of ['relevance', '-date', 'label', '-byteCount']) {
      const first = await search(site.anonymous, { sort, limit: '1' })
      const second = await search(site.anonymous, { sort, limit: '1', cursor: first.next ?? '' })
      expect(new Set([...ids(first), ...ids(second)]).size, sort).toBe(2)
      expect(second.next).toBeNull()
    }
  })
  it('drops at once what was withdrawn, even before the index knows', async () => {
    await Dataset.update({ state: 'withdrawn' }, { where: { id: datasetId } })
    const answer = await site.anonymous.get('search')
    expect(answer.json().items).toEqual([])
    await Dataset.update({ state: 'published' }, { where: { id: datasetId } })
    await world.owner.post(`datasets/${datasetId}/withdraw`, { reason: 'The animal was mixed up.' })
    expect(await search(site.anonymous, {})).toMatchObject({ items: [], total: 0, facets: [] })
    expect((await mine(world.owner, { q: 'renamed' })).items[0]?.state).toBe('withdrawn')
  })
})

describe('requests that are not right', () => {
  it.each([
    ['sort=colour', 'sort'],
    ['facet.Colour=red', 'facet'],
    ['cursor=abc', 'cursor'],
    ['limit=0', 'limit'],
    ['from=yesterday', 'from'],
    ['type=people', 'type'],
    ['colour=red', 'colour'],
    [`q=${'x'.repeat(1001)}`, 'q'],
  ])('%s', async (query, part) => {
    const answer = await site.anonymous.get(`search?${query}`)
    expect(answer.statusCode, answer.body).toBe(422)
    expect(JSON.stringify(answer.json().errors)).toContain(part)
  })
  it('take whatever is typed', async () => {
    for (const q of [
      '"',
      '*',
      'NEAR(a b)',
      "'; DROP TABLE meta; --",
      '-',
      'species:',
      'date:..',
      '<script>',
      'a:b:c',
    ]) {
      expect((await site.anonymous.get(`search?${new URLSearchParams({ q })}`)).statusCode, q).toBe(200)
    }
  })
  it('find no facet that there is not', async () => {
    expect((await site.anonymous.get('search/facets/Colour')).statusCode).toBe(422)
  })
})

describe('terms', () => {
  it('are found by what people call them', async () => {
    const answer = await site.anonymous.get('terms/strains?q=black 6&limit=1')
    expect(answer.json()).toMatchObject({
      title: 'Strains',
      items: [{ label: 'C57BL/6J', codings: [{ scheme: 'RRID', code: 'IMSR_JAX:000664' }] }],
    })
    expect((await site.anonymous.get('terms/species')).json().items.length).toBeGreaterThan(10)
    expect((await site.anonymous.get('terms/colours')).statusCode).toBe(404)
    expect((await site.anonymous.get('terms/species?limit=1000')).statusCode).toBe(422)
  })
})

describe('a series of two datasets', () => {
  it('is public with the newest one, and with the other one when that is withdrawn', async () => {
    const { owner, p } = world
    const session = await owner.make('sessions', {
      studyId: p.studyId,
      label: 'Two',
      start: when('2025-04-01T09:00:00Z'),
    })
    const series = await owner.make('series', {
      sessionId: session.id,
      label: 'Narwhal',
      modality: 'CT',
      subjectIds: [p.subjectId],
    })
    const publish = (title: string) =>
      owner.make('datasets', { seriesIds: [series.id], title, excuseMissing: 'unknown', send: true })
    const [first, second] = [await publish('First'), await publish('Second')]
    const holders = async () =>
      (await search(site.anonymous, { q: 'narwhal', type: 'series' })).items.map((i) => i.datasetId)
    expect(await holders()).toEqual([second.id])
    await owner.post(`datasets/${second.id}/withdraw`, { reason: 'Wrong title.' })
    expect(await holders()).toEqual([first.id])
    await site.ctx.search.reindex()
    expect(await holders()).toEqual([first.id])
    await owner.post(`datasets/${first.id}/withdraw`, { reason: 'Not needed.' })
    expect(await holders()).toEqual([])
  })
})
