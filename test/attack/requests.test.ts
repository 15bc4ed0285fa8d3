/** Requests as careless and hostile programs send them: each gets a problem document that says what is wrong, never a 500. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'

let site: TestSite
let owner: Person
let project: { id: string; version: number; title: string }

beforeAll(async () => {
  site = await openSite()
  owner = await site.person('owner')
  project = await owner.make('projects', { title: 'Ärzte und Mäuse' })
})
afterAll(() => site.close())

const send = (method: string, url: string, payload?: string | Buffer, headers: Record<string, string> = {}) =>
  site.app.inject({
    method: method as 'POST',
    url,
    ...(payload !== undefined && { payload }),
    headers: { ...owner.headers, ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
  })

describe('bodies', () => {
  it.each([
    ['no JSON', '{"title":', /not JSON/],
    ['no number', '{"title":NaN}', /not JSON/],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0x74, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /not UTF-8/],
    ['the prototype of everything', '{"title":"a","__proto__":{"admin":true}}', /__proto__/],
    ['a list', '[]', /must be an object; a list is not/],
    ['null', 'null', /must be an object; null is not/],
    ['nesting without end', `{"title":${'['.repeat(300_000)}${']'.repeat(300_000)}}`, /nested more than/],
  ])('of %s are refused in words', async (_what, body, words) => {
    const answer = await send('POST', '/api/v1/projects', body)
    expect(answer.statusCode).toBe(422)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json().detail).toMatch(words)
  })

  it('of another type are refused with the one that is read; a tab or capitals in the type change nothing', async () => {
    const xml = await send('POST', '/api/v1/projects', '<a/>', { 'content-type': 'text/xml' })
    expect([xml.statusCode, xml.json().detail]).toEqual([415, expect.stringContaining('application/json')])
    for (const type of ['application/json\t;charset=utf-8', 'APPLICATION/JSON', 'application/merge-patch+json']) {
      const answer = await send('POST', '/api/v1/projects', '{"title":"a","ownerId":"x"}', { 'content-type': type })
      expect(answer.json().errors?.[0]?.pointer, type).toBe('/ownerId')
    }
  })
})

describe('texts', () => {
  const title = (value: string) => send('POST', '/api/v1/projects', `{"title":${JSON.stringify(value)}}`)

  it.each([
    ['a NUL', 'a\0b', /U\+0000/],
    ['half a character', 'a\ud800b', /half of a character/],
    ['a line break', 'a\nb', /line breaks/],
    ['an escape sequence', 'a\u001b[31mb', /control characters/],
    ['characters that turn the direction', 'a\u202egpj.exe', /direction/],
    ['nothing that can be seen', '\u200b\u2060 \ufeff', /must not be blank/],
    ['spaces', '   ', /must not be blank/],
  ])('of one line with %s are refused with their field', async (_what, value, words) => {
    const answer = await title(value)
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors).toEqual([expect.objectContaining({ pointer: '/title' })])
    expect(answer.json().detail).toMatch(words)
  })

  it.each(['🐭 und 🐁', 'مشروع الفأر', '‏פרויקט', 'e\u0301tude', '<b>&amp;', "Robert'); DROP TABLE projects;--"])(
    'of one line come back as they were typed: %s',
    async (value) => {
      const made = await title(value)
      expect(made.json().title).toBe(value)
      expect((await owner.get(`projects/${made.json().id}`)).json().title).toBe(value)
    },
  )

  it('of several lines keep lines and tabs, and nothing that a terminal would act on', async () => {
    const fine = await owner.post('projects', { title: 'a', description: 'one\n\ttwo\r\nthree' })
    expect(fine.json().description).toBe('one\n\ttwo\r\nthree')
    const bad = await owner.post('projects', { title: 'a', description: 'one\u001b[2J' })
    expect(bad.json().errors[0].pointer).toBe('/description')
  })

  it('with millions of characters are judged at once', async () => {
    const started = Date.now()
    for (const value of [`${'a'.repeat(3_000_000)}\n`, `${' '.repeat(3_000_000)}\n`])
      expect((await title(value)).statusCode).toBe(422)
    expect(Date.now() - started).toBeLessThan(5_000)
  })

  it.each([
    'projects?q=%00',
    'datasets?q=%00',
    'search?q=%00',
    'terms/species?q=%00',
    'search/facets/Species?start=%00',
  ])('in a query are held to the same: %s', async (url) => {
    const answer = await owner.get(url)
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors[0].pointer).toMatch(/^\?(q|start)$/)
  })

  it('are found whatever their case and accents, on both databases', async () => {
    for (const q of ['ärzte', 'ÄRZTE', 'arzte', 'MÄUSE', 'und'])
      expect((await owner.get(`projects?q=${encodeURIComponent(q)}`)).json().items, q).toContainEqual(
        expect.objectContaining({ id: project.id }),
      )
    expect((await owner.get(`projects?q=${encodeURIComponent('Ratte')}`)).json().items).toEqual([])
  })

  it('in a field with slashes in its name are pointed to as RFC 6901 writes them', async () => {
    const answer = await send('POST', '/api/v1/projects', '{"a/b~c":"\\u0000"}')
    expect(answer.json().errors).toEqual([expect.objectContaining({ pointer: '/a~1b~0c' })])
  })
})

describe('dates', () => {
  it.each([
    ['2025-02-30', 422],
    ['2025-02-29', 422],
    ['2024-02-29', 201],
    ['0000-01-01', 422],
    ['1799-12-31', 422],
    ['12345-01-01', 422],
    ['999999999999-01-01', 422],
    ['2025-1-1', 422],
  ])('%s: %i', async (startDate, status) => {
    const answer = await owner.post('projects', { title: 'Dates', startDate })
    expect(answer.statusCode).toBe(status)
    if (status === 422) expect(answer.json().errors[0]).toMatchObject({ pointer: '/startDate', value: startDate })
  })

  it.each([
    '2025-03-01 09:00:00Z',
    '2025-03-01T23:59:60Z',
    '2025-03-01T24:00:00Z',
    '2025-03-01T09:00:00',
    '2025-03-01T09:00:00+25:00',
    '0000-03-01T09:00:00Z',
  ])('%s is no point in time', async (dateTime) => {
    const study = await owner.make('studies', { projectId: project.id, title: 'Dates' })
    const answer = await owner.post('sessions', {
      studyId: study.id,
      label: 'Day',
      start: { dateTime, precision: 'minute' },
    })
    expect(answer.json().errors).toEqual([expect.objectContaining({ pointer: '/start/dateTime', value: dateTime })])
  })
})

describe('addresses and methods', () => {
  it('that are not there are a 404; a method that an address does not take is a 405 with those that it takes', async () => {
    expect((await send('GET', '/api/v1/nothing')).statusCode).toBe(404)
    const answer = await send('PUT', '/api/v1/studies', '{}')
    expect([answer.statusCode, answer.headers.allow, answer.json().code]).toEqual([
      405,
      'GET, HEAD, POST',
      'wrong-method',
    ])
    expect((await send('DELETE', `/api/v1/imports`)).headers.allow).toBe('GET, HEAD, POST')
    expect((await send('GET', `/api/v1/series/${'a'.repeat(500)}`)).statusCode).toBe(404)
  })

  it('whose percent-encoding is broken get a problem document too', async () => {
    for (const url of ['/api/v1/series/%', '/api/v1/series/%ff%fe']) {
      const answer = await send('GET', url)
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([
        422,
        expect.stringContaining('application/problem+json'),
      ])
    }
  })

  it('with headers beyond all measure get one over the bare socket', async () => {
    await site.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = site.app.server.address() as { port: number }
    const answers = await Promise.all(
      [`GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, 'no HTTP at all\r\n\r\n'].map(
        (request) =>
          new Promise<string>((resolve, reject) => {
            const socket = connect(port, '127.0.0.1', () => socket.write(request))
            let text = ''
            socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
            socket.on('error', reject)
            socket.on('close', () => resolve(text))
          }),
      ),
    )
    expect(answers[0]).toMatch(/^HTTP\/1.1 431 .*application\/problem\+json.*16 KiB/s)
    expect(answers[1]).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json/s)
  })
})

describe('If-Match', () => {
  it.each([
    ['"1"', 200],
    ['"7", "1"', 200],
    ['*', 200],
    ['"7"', 412],
    ['W/"1"', 412],
    ['W/"1", "7"', 412],
    ['"abc"', 412],
    [undefined, 428],
    ['1', 422],
    ['"1', 422],
    ['', 422],
  ])('%s: %i', async (header, status) => {
    const made = await owner.make('projects', { title: 'Tagged' })
    const answer = await send(
      'PATCH',
      `/api/v1/projects/${made.id}`,
      '{"title":"Tagged again"}',
      header === undefined ? {} : { 'if-match': header },
    )
    expect(answer.statusCode).toBe(status)
    if (status === 200) expect(answer.headers.etag).toBe('"2"')
  })
})

describe('the OpenAPI document', () => {
  it('tells for every operation who may call it and how it says no', async () => {
    const { paths, components } = (await site.anonymous.get('/openapi.json')).json() as {
      paths: Record<
        string,
        Record<string, { summary?: string; security?: object[]; responses: Record<string, unknown> }>
      >
      components: { schemas: Record<string, unknown> }
    }
    const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
    expect(components.schemas.Problem).toBeDefined()
    for (const [path, operations] of Object.entries(paths))
      for (const [method, operation] of Object.entries(operations)) {
        const where = `${method} ${path}`
        expect(operation.summary, where).toBeTruthy()
        expect(operation.security, where).toContainEqual({ token: [] })
        expect(
          Object.keys(operation.responses).some((status) => status.startsWith('2')),
          where,
        ).toBe(true)
        for (const status of ['401', '422', 'default', ...(path.includes('{') ? ['404'] : [])])
          expect(operation.responses[status], `${where} ${status}`).toMatchObject({ content: problem })
      }
    expect(paths['/api/v1/projects/{id}']?.patch?.responses).toMatchObject({ 412: {}, 428: {}, 415: {}, 409: {} })
    expect(paths['/api/v1/projects']?.get?.security).toContainEqual({})
    expect(paths['/api/v1/projects']?.post?.security).not.toContainEqual({})
  })
})
