/** GraphQL: the same rights as REST, references batched, attacks refused. */
import { buildClientSchema, getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { makeWorld, marker, type World } from '../help/world.ts'

let site: TestSite
let world: World
/** A project with many studies, each with five sessions, the middle one with a series of the same animal. */
let crowd: { projectId: string; studyId: string }

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  const { owner } = world
  const project = await owner.make('projects', { title: `Crowd ${marker}` })
  const subject = await owner.make('subjects', {
    localId: 'Crowd',
    projectIds: [project.id],
    species: { label: 'Mus musculus' },
    animal: { sex: 'F' },
  })
  let first = ''
  for (let n = 0; n < 30; n++) {
    const study = await owner.make('studies', { projectId: project.id, title: `Crowd ${n}` })
    first ||= study.id
    for (let day = 0; day < 5; day++) {
      const session = await owner.make('sessions', { studyId: study.id, label: `Day ${n}-${day}` })
      if (day === 2) await owner.make('series', { sessionId: session.id, label: `PET ${n}`, subjectIds: [subject.id] })
    }
  }
  crowd = { projectId: project.id, studyId: first }
})
afterAll(() => site.close())

const ask = async (person: Person, query: string, variables = {}) =>
  (await person.post('/graphql', { query, variables })).json()

describe('reading', () => {
  it('walks from project to the agent that was given', async () => {
    const answer = await ask(
      world.owner,
      `{ projects(q: "Project P") { nodes { title studies { nodes { title series(first: 5) { nodes { label modality subjects { localId animal { sex } } session { label instrument { model } } } } } }
         subjects { nodes { localId events { nodes { kind start { dateTime } agentAdministration { route { label } activity { value unit } } } } } } } } }`,
    )
    expect(answer.errors).toBeUndefined()
    const [project] = answer.data.projects.nodes
    expect(project.title).toContain(marker)
    const [series] = project.studies.nodes[0].series.nodes
    expect(series).toMatchObject({ modality: 'PT', session: { instrument: { model: 'Inveon' } } })
    expect(series.subjects[0].animal.sex).toBe('F')
    const events = project.subjects.nodes.flatMap((s: { events: { nodes: unknown[] } }) => s.events.nodes)
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'agentAdministration',
        agentAdministration: { route: { label: 'intravenous' }, activity: { value: 8.2, unit: 'MBq' } },
      }),
    )
  })

  it('pages by cursor as REST does', async () => {
    for (let n = 0; n < 5; n++) await world.owner.make('studies', { projectId: world.p.projectId, title: `Page ${n}` })
    const seen: string[] = []
    let after: string | null = null
    do {
      const answer: {
        data: { studies: { nodes: { title: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } }
      } = await ask(
        world.owner,
        'query ($after: String, $p: String) { studies(first: 2, after: $after, projectId: $p, sort: "label") { nodes { title } pageInfo { hasNextPage endCursor } } }',
        { after, p: world.p.projectId },
      )
      seen.push(...answer.data.studies.nodes.map((s) => s.title))
      after = answer.data.studies.pageInfo.endCursor
    } while (after)
    const rest = (await world.owner.get(`studies?projectId=${world.p.projectId}`))
      .json()
      .items.map((s: { title: string }) => s.title)
    expect(seen).toEqual(rest)
  })

  it('needs as many statements for many records as for few', async () => {
    const count = async (query: string) => {
      await site.ctx.search.settled()
      const spy = vi.spyOn(site.ctx.db.sequelize, 'query')
      try {
        const answer = await ask(world.owner, query)
        expect(answer.errors).toBeUndefined()
        // The search looks for changes meanwhile.
        const statements = spy.mock.calls.map(([sql]) => String(sql)).filter((sql) => !sql.includes('outbox'))
        return { statements, answer }
      } finally {
        spy.mockRestore()
      }
    }
    const query = (first: number) =>
      `{ project(id: "${crowd.projectId}") { studies(first: ${first}) { nodes { title project { title }
         sessions(first: 3, sort: "-label") { nodes { label instrument { name } series(first: 2) { nodes { label session { label } subjects { localId studies(first: 2) { nodes { title } } } } } } }
         newest: sessions(first: 1, sort: "-createdAt") { nodes { label } } } } } }`
    const few = await count(query(1))
    const many = await count(query(30))
    expect(many.answer.data.project.studies.nodes).toHaveLength(30)
    expect(many.statements.length).toBe(few.statements.length)
    // Each list holds what a list of its own would hold.
    for (const { title, sessions, newest } of many.answer.data.project.studies.nodes) {
      const n = Number(title.split(' ')[1])
      expect(sessions.nodes.map((s: { label: string }) => s.label)).toEqual([`Day ${n}-4`, `Day ${n}-3`, `Day ${n}-2`])
      expect(newest.nodes).toEqual([{ label: `Day ${n}-4` }])
      const [series] = sessions.nodes[2].series.nodes
      expect(series).toMatchObject({
        label: `PET ${n}`,
        subjects: [{ localId: 'Crowd', studies: { nodes: { length: 2 } } }],
      })
    }
  })

  it('pages in both directions as Relay asks for', async () => {
    interface Connection {
      edges: { cursor: string; node: { label: string } }[]
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
    }
    const page = async (args: string): Promise<Connection> => {
      const answer = await ask(
        world.owner,
        `{ sessions(studyId: "${crowd.studyId}", ${args}) { edges { cursor node { label } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      )
      expect(answer.errors, args).toBeUndefined()
      return answer.data.sessions
    }
    const labels = ({ edges }: Connection) => edges.map(({ node }) => node.label.split('-')[1]).join('')
    for (const sort of ['label', '-createdAt', 'updatedAt']) {
      const order = sort === '-createdAt' ? '43210' : '01234'
      const all = await page(`first: 10, sort: "${sort}"`)
      expect(labels(all)).toBe(order)
      expect(all.pageInfo).toMatchObject({
        hasNextPage: false,
        hasPreviousPage: false,
        startCursor: all.edges[0]?.cursor,
        endCursor: all.edges[4]?.cursor,
      })
      const at = (n: number) => all.edges[n]?.cursor
      const middle = await page(`first: 2, after: "${at(0)}", sort: "${sort}"`)
      expect(labels(middle)).toBe(order.slice(1, 3))
      expect(middle.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
      const end = await page(`last: 2, sort: "${sort}"`)
      expect(labels(end)).toBe(order.slice(3))
      expect(end.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
      const before = await page(`last: 2, before: "${at(3)}", sort: "${sort}"`)
      expect(labels(before)).toBe(order.slice(1, 3))
      expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
      expect(labels(await page(`last: 9, before: "${at(1)}", sort: "${sort}"`))).toBe(order[0])
    }
    const nested = await ask(
      world.owner,
      `{ study(id: "${crowd.studyId}") { sessions(last: 2) { edges { cursor node { label } } pageInfo { hasPreviousPage } } } }`,
    )
    expect(nested.data.study.sessions).toMatchObject({
      edges: [{ node: { label: 'Day 0-3' } }, { node: { label: 'Day 0-4' } }],
      pageInfo: { hasPreviousPage: true },
    })
    const both = await ask(world.owner, '{ sessions(first: 1, last: 1) { nodes { id } } }')
    expect(both.errors[0].message).toMatch(/not both/)
  })

  it('pages datasets in both directions too', async () => {
    const ids: string[] = []
    for (let n = 0; n < 3; n++)
      ids.unshift((await world.owner.make('datasets', { seriesIds: [world.p.seriesId], title: `Draft ${n}` })).id)
    const { data } = await ask(
      world.owner,
      `{ all: datasets(state: "draft") { edges { cursor node { id } } } end: datasets(last: 1, state: "draft") { nodes { id } pageInfo { hasPreviousPage } } }`,
    )
    expect(data.all.edges.map((e: { node: { id: string } }) => e.node.id)).toEqual(ids)
    expect(data.end).toEqual({ nodes: [{ id: ids[2] }], pageInfo: { hasPreviousPage: true } })
    const before = await ask(
      world.owner,
      `{ datasets(last: 1, before: "${data.all.edges[2].cursor}", state: "draft") { nodes { id } } }`,
    )
    expect(before.data.datasets.nodes).toEqual([{ id: ids[1] }])
  })

  it('shows nobody what REST does not show', async () => {
    const query = `{ project(id: "${world.p.projectId}") { title } series { nodes { label } } subject(id: "${world.sharedSubjectId}") { localId projects { title } studies { nodes { title } } events { nodes { id } } } }`
    const other = await ask(world.otherOwner, query)
    expect(other.errors).toBeUndefined()
    expect(JSON.stringify(other)).not.toContain(marker)
    expect(other.data.project).toBeNull()
    expect(other.data.subject.projects).toEqual([{ title: 'Project Q wombat' }])
    const editor = await ask(world.editor, query)
    expect(JSON.stringify(editor)).not.toContain('Project Q')
    expect(JSON.stringify(editor)).not.toContain('Study Q')
    expect(editor.data.subject.events.nodes).toEqual([])
    const nobody = await ask(site.anonymous, query)
    expect(nobody.data).toEqual({ project: null, subject: null, series: { nodes: [] } })
  })
})

describe('attacks', () => {
  const nested = (depth: number): string =>
    depth === 0 ? 'title' : `studies { nodes { project { ${nested(depth - 1)} } } }`
  it.each([
    ['depth', `{ projects { nodes { ${nested(6)} } } }`],
    [
      'a thousand aliases',
      `{ ${Array.from({ length: 1500 }, (_, n) => `a${n}: projects { nodes { id } }`).join(' ')} }`,
    ],
    [
      'long lists in long lists',
      '{ projects(first: 200) { nodes { studies(first: 200) { nodes { series(first: 200) { nodes { id label } } } } } } }',
    ],
    ['a cycle of fragments', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    [
      'fragments that multiply',
      `{ ...f0 } ${Array.from({ length: 20 }, (_, n) => `fragment f${n} on Query { a${n}: projects { nodes { id } } ...f${n + 1} b${n}: projects { nodes { id } } ...f${n + 1} }`).join(' ')} fragment f20 on Query { projects { nodes { id } } }`,
    ],
    [
      'long lists hidden in the default of a variable',
      'query ($n: Int = 200) { projects(first: $n) { nodes { studies(first: $n) { nodes { series(first: $n) { nodes { id label } } } } } } }',
    ],
    [
      'long lists hidden in a fragment',
      '{ projects(last: 200) { ...p } } fragment p on ProjectConnection { nodes { studies(last: 200) { ...s } } } fragment s on StudyConnection { nodes { series(last: 200) { ...i } } } fragment i on ImageSeriesConnection { nodes { id } }',
    ],
    [
      'the whole schema four hundred times',
      `{ __schema { ${Array.from({ length: 400 }, (_, n) => `a${n}: types { fields { name description args { name } } }`).join(' ')} } projects { nodes { id } } }`,
    ],
    [
      'types of fields of types of fields',
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } projects { nodes { id } } }',
    ],
    ['brackets without end', `{ projects(q: ${'['.repeat(9_000)}) { nodes { id } } }`],
    ['braces without end', `${'{ a '.repeat(4_000)}${'}'.repeat(4_000)}`],
    ['a character that cannot be kept', '{ projects(q: "\\u0000") { nodes { id } } }'],
    ['a huge first', '{ projects(first: 1000000) { nodes { id } } }'],
    ['an unknown field', '{ projects { nodes { passwordHash } } }'],
    ['no GraphQL', '{{{{'],
  ])('by %s get an error and no data', async (_what, query) => {
    const answer = await ask(world.owner, query)
    expect(answer.errors?.length).toBeGreaterThan(0)
    expect(answer.data?.projects ?? null).toBeNull()
    expect(JSON.stringify(answer.errors)).not.toMatch(/node_modules|at Object|sequelize/i)
  })

  it('take nothing from the tools that read the schema or send extensions', async () => {
    const whole = await site.anonymous.post('/graphql', { query: getIntrospectionQuery(), extensions: { a: 1 } })
    expect(whole.json().errors).toBeUndefined()
    expect(
      buildClientSchema(whole.json().data)
        .getQueryType()
        ?.getFields()
        .series?.args.map((a) => a.name),
    ).toEqual(expect.arrayContaining(['first', 'after', 'last', 'before', 'sort', 'q', 'studyId']))
  })

  it('with a variable of the wrong type are told which one', async () => {
    const answer = await ask(world.owner, 'query ($q: String) { projects(q: $q) { nodes { id } } }', { q: { a: 1 } })
    expect(answer.errors[0].message).toMatch(/Variable "\$q".*String/)
  })

  it('by form, by batch and by another site are refused', async () => {
    const { cookie } = world.owner.headers as { cookie: string }
    const form = await site.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: 'query={me}',
      headers: { ...world.owner.headers, 'content-type': 'text/plain' },
    })
    expect(form.statusCode).toBeGreaterThanOrEqual(400)
    const batch = await site.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: [{ query: '{ projects { nodes { id } } }' }],
      headers: world.owner.headers,
    })
    expect(batch.statusCode).toBe(422)
    const foreign = await site.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: '{ projects { nodes { id } } }' },
      headers: { cookie, origin: 'https://evil.example' },
    })
    expect(foreign.statusCode).toBe(403)
  })
})
