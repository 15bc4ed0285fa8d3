/** Records over REST: creating, changing, lists, deletion, bad input. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'

let site: TestSite
let ann: Person

beforeAll(async () => {
  site = await openSite()
  ann = await site.person('ann')
})
afterAll(() => site.close())

const pointers = (body: { errors?: { pointer: string }[] }) => (body.errors ?? []).map((e) => e.pointer)

describe('creating', () => {
  it('answers 201 with location, entity tag and the record', async () => {
    const answer = await ann.post('projects', { title: 'Glioma' })
    expect(answer.statusCode).toBe(201)
    const project = answer.json()
    expect(answer.headers.location).toBe(`/api/v1/projects/${project.id}`)
    expect(answer.headers.etag).toBe('"1"')
    expect(project).toMatchObject({ title: 'Glioma', version: 1 })
    expect((await ann.get(answer.headers.location as string)).json()).toEqual(project)
  })

  it('names every wrong field with value and next step', async () => {
    const project = await ann.make('projects', { title: 'Bad input' })
    const answer = await ann.post('subjects', {
      localId: ' ',
      projectIds: [project.id],
      kind: 'mouse',
      animal: { sex: 'male', birthDate: '2025-02-31' },
      colour: 'black',
    })
    expect(answer.statusCode).toBe(422)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    const problem = answer.json()
    expect(problem).toMatchObject({ code: 'invalid', status: 422 })
    expect(pointers(problem).toSorted()).toEqual(['/animal/birthDate', '/animal/sex', '/colour', '/kind', '/localId'])
    expect(problem.errors.find((e: { pointer: string }) => e.pointer === '/animal/birthDate').message).toContain(
      'a date like 2025-03-14',
    )
    expect(problem.errors.find((e: { pointer: string }) => e.pointer === '/animal/sex').message).toContain(
      'M, F, other, unknown',
    )
  })

  it('refuses values that cannot be true', async () => {
    const project = await ann.make('projects', { title: 'Implausible' })
    const subject = await ann.make('subjects', {
      localId: 'M-1',
      projectIds: [project.id],
      species: { label: 'Mus musculus' },
      animal: { sex: 'F', birthDate: '2025-01-01' },
    })
    const event = {
      projectId: project.id,
      subjectId: subject.id,
      start: { dateTime: '2025-03-01T10:00:00Z', precision: 'minute' },
    }
    const weight = (value: number, unit: string) =>
      ann.post('events', {
        ...event,
        kind: 'measurement',
        measurement: { what: 'body weight', value: { value, unit } },
      })
    const heavy = await weight(5, 'kg')
    expect(heavy.statusCode).toBe(422)
    expect(heavy.json().detail).toMatch(/5 kg cannot be the weight of Mus musculus .* was it 5 g\?/)
    expect((await weight(21.3, 'mm')).json().detail).toContain('g, kg')
    expect((await weight(21.3, 'g')).statusCode).toBe(201)
    const unborn = await ann.post('events', {
      ...event,
      start: { dateTime: '2024-12-24T10:00:00Z', precision: 'day' },
      kind: 'measurement',
      measurement: { what: 'body weight', value: { value: 20, unit: 'g' } },
    })
    expect(unborn.json().detail).toContain('before the birth')
    const wrongDetails = await ann.post('events', {
      ...event,
      kind: 'anaesthesia',
      measurement: { what: 'body weight', value: { value: 20, unit: 'g' } },
    })
    expect(pointers(wrongDetails.json())).toEqual(['/anaesthesia', '/measurement'])
    const twice = await ann.post('subjects', { localId: 'M-1', projectIds: [project.id], animal: { sex: 'F' } })
    expect(twice.json().detail).toContain('already a subject')
    expect(
      (await ann.post('people', { givenName: 'A', familyName: 'B', orcid: '0000-0002-1825-0098' })).json().detail,
    ).toContain('is no ORCID')
  })

  it('refuses references to what the caller cannot see, with the same words as to nothing', async () => {
    const bob = await site.person('bob')
    const theirs = await bob.make('projects', { title: 'Not yours' })
    const hidden = (await ann.post('studies', { projectId: theirs.id, title: 'X' })).json()
    const absent = (await ann.post('studies', { projectId: '01ARZ3NDEKTSV4RRFFQ69G5FAV', title: 'X' })).json()
    expect(hidden.detail.replace(theirs.id, '')).toBe(absent.detail.replace('01ARZ3NDEKTSV4RRFFQ69G5FAV', ''))
    expect(hidden.status).toBe(absent.status)
  })

  it('refuses what the server sets itself', async () => {
    const answer = await ann.post('projects', {
      title: 'X',
      id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
      version: 9,
      createdAt: '2020-01-01T00:00:00Z',
    })
    expect(pointers(answer.json()).toSorted()).toEqual(['/createdAt', '/id', '/version'])
  })

  it.each([
    ['not JSON', '{"title": ', 'application/json', 422],
    ['too large', `{"title":"${'x'.repeat(5 * 2 ** 20)}"}`, 'application/json', 413],
    ['another type', 'title=x', 'application/x-www-form-urlencoded', 415],
    ['a polluted prototype', '{"title":"x","__proto__":{"admin":true}}', 'application/json', 422],
    ['a type with a tab before it', '{"foo":1}', '\tapplication/json', 415],
  ])('refuses a body that is %s', async (_what, payload, type, status) => {
    const answer = await site.app.inject({
      method: 'POST',
      url: '/api/v1/projects',
      payload,
      headers: { ...ann.headers, 'content-type': type },
    })
    expect([status, 422]).toContain(answer.statusCode)
    expect(answer.json().code).not.toBe('internal')
  })
})

describe('changing', () => {
  it('needs the version that was seen', async () => {
    const { id } = await ann.make('projects', { title: 'One' })
    expect((await ann.patch(`projects/${id}`, { title: 'Two' })).json().code).toBe('precondition-required')
    expect((await ann.patch(`projects/${id}`, { title: 'Two' }, 1)).json()).toMatchObject({ title: 'Two', version: 2 })
    const stale = await ann.patch(`projects/${id}`, { title: 'Three' }, 1)
    expect(stale.statusCode).toBe(412)
    expect(stale.json()).toMatchObject({ code: 'stale', currentVersion: 2 })
    const odd = await site.app.inject({
      method: 'PATCH',
      url: `/api/v1/projects/${id}`,
      payload: { title: 'x' },
      headers: { ...ann.headers, 'if-match': 'W/*' },
    })
    expect(odd.statusCode).toBe(422)
  })

  it('lets exactly one of many simultaneous changes through', async () => {
    const { id } = await ann.make('projects', { title: 'Race' })
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => ann.patch(`projects/${id}`, { title: `Winner ${n}` }, 1)),
    )
    expect(answers.map((a) => a.statusCode).toSorted()).toEqual([200, 412, 412, 412, 412, 412, 412, 412])
  })

  it('merges as RFC 7396 says and validates the result', async () => {
    const project = await ann.make('projects', { title: 'Merge' })
    const subject = await ann.make('subjects', {
      localId: 'M-1',
      projectIds: [project.id],
      animal: { sex: 'F', supplier: 'A', birthDate: '2025-01-01' },
    })
    const changed = (
      await ann.patch(`subjects/${subject.id}`, { animal: { supplier: null, genotype: 'Nude' } }, 1)
    ).json()
    expect(changed.animal).toEqual({ sex: 'F', birthDate: '2025-01-01', genotype: 'Nude' })
    const broken = await ann.patch(`subjects/${subject.id}`, { kind: 'phantom' }, 2)
    expect(pointers(broken.json()).toSorted()).toEqual(['/animal', '/phantom'])
    expect((await ann.patch(`subjects/${subject.id}`, { localId: null }, 2)).statusCode).toBe(422)
  })

  it('writes history with before and after', async () => {
    const { id } = await ann.make('projects', { title: 'Old name' })
    await ann.patch(`projects/${id}`, { title: 'New name' }, 1)
    const { items } = (await ann.get(`projects/${id}/history`)).json()
    expect(items.map((e: { action: string }) => e.action)).toEqual(['update', 'create'])
    expect(items[0].changes).toEqual([{ pointer: '/title', before: 'Old name', after: 'New name' }])
    expect(items[0].actorName).toBe('ann')
  })
})

describe('moving', () => {
  it('takes along what is inside, and stays in the project', async () => {
    const project = await ann.make('projects', { title: 'Moving' })
    const [one, two] = [
      await ann.make('studies', { projectId: project.id, title: 'One' }),
      await ann.make('studies', { projectId: project.id, title: 'Two' }),
    ]
    const session = await ann.make('sessions', { studyId: one.id, label: 'Day 1' })
    const series = await ann.make('series', { sessionId: session.id, label: 'CT' })
    expect((await ann.patch(`sessions/${session.id}`, { studyId: two.id }, 1)).statusCode).toBe(200)
    expect((await ann.get(`series/${series.id}`)).json()).toMatchObject({ studyId: two.id })
    expect((await ann.get(`series?studyId=${one.id}`)).json().items).toEqual([])
    const other = await ann.make('projects', { title: 'Elsewhere' })
    const there = await ann.make('studies', { projectId: other.id, title: 'There' })
    expect((await ann.patch(`sessions/${session.id}`, { studyId: there.id }, 2)).json().errors[0].pointer).toBe(
      '/studyId',
    )
    expect((await ann.patch(`studies/${one.id}`, { projectId: other.id }, 1)).json().errors[0].pointer).toBe(
      '/projectId',
    )
  })
})

describe('lists', () => {
  it('page through everything once, in order, while others write', async () => {
    const eve = await site.person('eve')
    const titles = ['M-10', 'M-2', 'Ärger', 'alpha', 'Zeta', ...Array.from({ length: 20 }, (_, n) => `Item ${n}`)]
    for (const title of titles) await eve.make('projects', { title })
    const seen: string[] = []
    let cursor = ''
    do {
      const page = (
        await eve.get(`projects?limit=7&total=true${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      ).json()
      expect(page.total).toBeGreaterThanOrEqual(titles.length)
      seen.push(...page.items.map((p: { title: string }) => p.title))
      cursor = page.next
      if (cursor) await eve.make('projects', { title: 'aaa before everything' })
    } while (cursor)
    expect(seen.toSorted()).toEqual(titles.toSorted())
    expect(seen.indexOf('M-2')).toBeLessThan(seen.indexOf('M-10'))
    expect(seen.indexOf('alpha')).toBeLessThan(seen.indexOf('Ärger'))
    const down = (await eve.get('projects?sort=-label&limit=3')).json()
    expect(down.items[0].title).toBe('Zeta')
    expect(down.next).toBeTruthy()
  })

  it('filter by text without wildcards, by parents and by links', async () => {
    const project = await ann.make('projects', { title: 'Filters 100%_x' })
    expect((await ann.get('projects?q=100%25_X')).json().items).toHaveLength(1)
    expect((await ann.get('projects?q=%25')).json().items.map((p: { title: string }) => p.title)).toEqual([
      'Filters 100%_x',
    ])
    const study = await ann.make('studies', { projectId: project.id, title: 'S' })
    const subject = await ann.make('subjects', { localId: 'M-7', projectIds: [project.id], animal: { sex: 'M' } })
    const session = await ann.make('sessions', { studyId: study.id, label: 'Day 1' })
    const series = await ann.make('series', {
      sessionId: session.id,
      label: 'CT',
      modality: 'CT',
      subjectIds: [subject.id],
    })
    const ids = async (url: string) => (await ann.get(url)).json().items.map((r: { id: string }) => r.id)
    expect(await ids(`studies?projectId=${project.id}`)).toEqual([study.id])
    expect(await ids(`series?subjectId=${subject.id}`)).toEqual([series.id])
    expect(await ids(`series?studyId=${study.id}&modality=CT`)).toEqual([series.id])
    expect(await ids(`series?studyId=${study.id}&modality=PT`)).toEqual([])
    // Whoever is imaged in a study takes part in it.
    expect(await ids(`subjects?studyId=${study.id}`)).toEqual([subject.id])
  })

  it.each(['sort=size', 'limit=0', 'limit=1000', 'cursor=abc', 'projectId=1', 'foo=1', 'total=perhaps'])(
    'refuse ?%s',
    async (query) => {
      const answer = await ann.get(`studies?${query}`)
      expect(answer.statusCode).toBe(422)
      expect(answer.json().errors[0].pointer).toBe(`?${query.split('=')[0]}`)
    },
  )

  it('refuse a cursor of another list and one that was changed', async () => {
    const eve = await site.person('eve2')
    for (let n = 0; n < 3; n++) await eve.make('projects', { title: `P${n}` })
    const { next } = (await eve.get('projects?limit=1')).json()
    expect((await eve.get(`projects?limit=1&sort=-label&cursor=${encodeURIComponent(next)}`)).statusCode).toBe(422)
    expect((await eve.get(`projects?limit=1&cursor=${encodeURIComponent(`A${next.slice(1)}`)}`)).statusCode).toBe(422)
  })
})

describe('deleting', () => {
  it('takes along what is inside, and brings it back', async () => {
    const project = await ann.make('projects', { title: 'Delete' })
    const study = await ann.make('studies', { projectId: project.id, title: 'S' })
    const session = await ann.make('sessions', { studyId: study.id, label: 'Day 1' })
    const series = await ann.make('series', { sessionId: session.id, label: 'CT' })
    expect((await ann.delete(`studies/${study.id}`)).statusCode).toBe(428)
    expect((await ann.delete(`studies/${study.id}`, 1)).statusCode).toBe(204)
    for (const url of [`studies/${study.id}`, `sessions/${session.id}`, `series/${series.id}`])
      expect((await ann.get(url)).statusCode).toBe(404)
    const back = await ann.post(`studies/${study.id}/restore`)
    expect(back.statusCode).toBe(200)
    expect((await ann.get(`series/${series.id}`)).json()).toMatchObject({ label: 'CT' })
  })

  it('of a project hides its subjects with it; what refers to something that is gone does not come back', async () => {
    const owner = ann
    const admin = await site.person('admin', 'admin')
    const project = await owner.make('projects', { title: 'To go' })
    const animal = { species: { label: 'Mus musculus' }, animal: { sex: 'F' }, projectIds: [project.id] }
    const subject = await owner.make('subjects', { localId: 'Gone 1', ...animal })
    const event = await owner.make('events', {
      kind: 'measurement',
      projectId: project.id,
      subjectId: subject.id,
      start: { dateTime: '2025-03-01T09:00:00Z', precision: 'minute' },
      measurement: { what: 'body weight', value: { value: 21, unit: 'g' } },
    })
    expect((await owner.delete(`projects/${project.id}`, 1)).statusCode).toBe(204)
    expect((await owner.get(`subjects/${subject.id}`)).statusCode).toBe(404)
    expect((await owner.get('subjects?q=Gone')).json().items).toEqual([])
    expect((await admin.get(`subjects/${subject.id}`)).json().projectIds).toEqual([])
    expect((await owner.post(`projects/${project.id}/restore`)).statusCode).toBe(200)
    expect((await owner.get(`subjects/${subject.id}`)).json().projectIds).toEqual([project.id])

    expect((await owner.delete(`events/${event.id}`, 1)).statusCode).toBe(204)
    expect((await owner.delete(`subjects/${subject.id}`, 1)).statusCode).toBe(204)
    const restored = await owner.post(`events/${event.id}/restore`)
    expect([restored.statusCode, restored.json().errors?.[0]?.pointer]).toEqual([422, '/subjectId'])
    await owner.make('subjects', { localId: 'Gone 1', ...animal })
    const twin = await owner.post(`subjects/${subject.id}/restore`)
    expect([twin.statusCode, twin.json().errors?.[0]?.pointer]).toEqual([422, '/localId'])
  })

  it('is refused while others refer to it', async () => {
    const project = await ann.make('projects', { title: 'Used' })
    const agent = await ann.make('agents', { name: '[18F]FDG', category: 'radiotracer' })
    const subject = await ann.make('subjects', { localId: 'M-1', projectIds: [project.id], animal: { sex: 'F' } })
    await ann.make('events', {
      kind: 'agentAdministration',
      projectId: project.id,
      subjectId: subject.id,
      start: { dateTime: '2025-03-01T10:00:00Z', precision: 'minute' },
      agentAdministration: { agentId: agent.id, purpose: 'imaging' },
    })
    const refused = await ann.delete(`agents/${agent.id}`, 1)
    expect(refused.statusCode).toBe(409)
    expect(refused.json().detail).toContain('1 × event')
    expect((await ann.delete(`subjects/${subject.id}`, 1)).statusCode).toBe(409)
  })
})
