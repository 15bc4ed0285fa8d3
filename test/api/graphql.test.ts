/** GraphQL: the same rights as REST, references batched, attacks refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { makeWorld, marker, type World } from '../help/world.ts'

let site: TestSite
let world: World

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
})
afterAll(() => site.close())

const ask = async (person: Person, query: string, variables = {}) =>
  (await person.post('/graphql', { query, variables })).json()

describe('reading', () => {
  it('walks from project to the agent that was given', async () => {
    const answer = await ask(
      world.owner,
      `{ projects { nodes { title studies { nodes { title series(first: 5) { nodes { label modality subjects { localId animal { sex } } session { label instrument { model } } } } } }
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
    ['a huge first', '{ projects(first: 1000000) { nodes { id } } }'],
    ['an unknown field', '{ projects { nodes { passwordHash } } }'],
    ['no GraphQL', '{{{{'],
  ])('by %s get an error and no data', async (_what, query) => {
    const answer = await ask(world.owner, query)
    expect(answer.errors?.length).toBeGreaterThan(0)
    expect(answer.data?.projects ?? null).toBeNull()
    expect(JSON.stringify(answer.errors)).not.toMatch(/node_modules|at Object|sequelize/i)
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
