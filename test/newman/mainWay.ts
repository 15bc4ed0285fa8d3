/** The main job over REST, step by step, with what each answer must hold. Variables carry ids from step to step. */
const json = { key: 'content-type', value: 'application/json' }

function step(
  name: string,
  method: string,
  path: string,
  body: unknown,
  tests: string[],
  headers: Record<string, string> = {},
) {
  return {
    name,
    request: {
      method,
      url: `{{baseUrl}}${path}`,
      header: [
        json,
        { key: 'authorization', value: 'Bearer {{token}}' },
        ...Object.entries(headers).map(([key, value]) => ({ key, value })),
      ],
      ...(body !== undefined && { body: { mode: 'raw', raw: JSON.stringify(body) } }),
    },
    event: [
      {
        listen: 'test',
        script: { exec: ['const body = pm.response.code === 204 ? null : pm.response.json()', ...tests] },
      },
    ],
  }
}

const status = (code: number) => `pm.test("answers ${code}", () => pm.response.to.have.status(${code}))`
const keep = (name: string, value = 'body.id') => `pm.collectionVariables.set("${name}", ${value})`
const start = { dateTime: '2025-03-01T09:00:00Z', precision: 'minute' }

const signIn = {
  name: 'sign in',
  request: {
    method: 'POST',
    url: '{{baseUrl}}/api/v1/sign-in',
    header: [json],
    body: { mode: 'raw', raw: '{"email":"{{email}}","password":"{{password}}"}' },
  },
  event: [
    {
      listen: 'test',
      script: {
        exec: [status(200), 'pm.test("says who", () => pm.expect(pm.response.json().user.siteRole).to.equal("admin"))'],
      },
    },
  ],
}

const token = {
  name: 'make a token',
  request: {
    method: 'POST',
    url: '{{baseUrl}}/api/v1/tokens',
    header: [json, { key: 'origin', value: '{{baseUrl}}' }],
    body: { mode: 'raw', raw: JSON.stringify({ label: 'newman', scopes: ['read', 'write', 'publish'] }) },
  },
  event: [
    {
      listen: 'test',
      script: {
        exec: [
          status(201),
          'pm.collectionVariables.set("token", pm.response.json().token)',
          'pm.cookies.jar().clear(pm.request.url, () => undefined)',
        ],
      },
    },
  ],
}

export const mainWay = [
  signIn,
  token,
  step(
    'make a person',
    'POST',
    '/api/v1/people',
    { givenName: 'Ada', familyName: 'Lovelace', orcid: '0000-0002-1825-0097' },
    [status(201), keep('person')],
  ),
  step('make a tracer', 'POST', '/api/v1/agents', { name: '[18F]FDG', category: 'radiotracer', radionuclide: 'F-18' }, [
    status(201),
    keep('agent'),
  ]),
  step(
    'make a project',
    'POST',
    '/api/v1/projects',
    { title: 'Newman', description: 'Made by newman.', licence: 'CC0-1.0', principalInvestigatorId: '{{person}}' },
    [
      status(201),
      keep('project'),
      'pm.test("has an entity tag", () => pm.expect(pm.response.headers.get("etag")).to.equal(\'"1"\'))',
    ],
  ),
  step('refuse a project without a title', 'POST', '/api/v1/projects', { description: 'x' }, [
    status(422),
    'pm.test("names the field", () => pm.expect(body.errors[0].pointer).to.equal("/title"))',
  ]),
  step('change the project', 'PATCH', '/api/v1/projects/{{project}}', { keywords: [{ label: 'FDG' }] }, [status(200)], {
    'if-match': '"1"',
  }),
  step('refuse a stale change', 'PATCH', '/api/v1/projects/{{project}}', { title: 'y' }, [status(412)], {
    'if-match': '"1"',
  }),
  step('refuse a change without If-Match', 'PATCH', '/api/v1/projects/{{project}}', { title: 'y' }, [status(428)]),
  step('make a study', 'POST', '/api/v1/studies', { projectId: '{{project}}', title: 'S', description: 'One mouse.' }, [
    status(201),
    keep('study'),
  ]),
  step(
    'make a subject',
    'POST',
    '/api/v1/subjects',
    { projectIds: ['{{project}}'], localId: 'M-1', species: { label: 'Mus musculus' }, animal: { sex: 'F' } },
    [status(201), keep('subject')],
  ),
  step(
    'refuse a mouse of 5 kg',
    'POST',
    '/api/v1/events',
    {
      kind: 'measurement',
      projectId: '{{project}}',
      subjectId: '{{subject}}',
      start,
      measurement: { what: 'body weight', value: { value: 5, unit: 'kg' } },
    },
    [status(422)],
  ),
  step(
    'enter an injection',
    'POST',
    '/api/v1/events',
    {
      kind: 'agentAdministration',
      projectId: '{{project}}',
      subjectId: '{{subject}}',
      start,
      agentAdministration: {
        agentId: '{{agent}}',
        purpose: 'imaging',
        route: { label: 'intravenous' },
        activity: { value: 8.2, unit: 'MBq' },
      },
    },
    [status(201), keep('event')],
  ),
  step(
    'make a session',
    'POST',
    '/api/v1/sessions',
    { studyId: '{{study}}', label: 'Day 1', start, inVivo: 'in vivo' },
    [status(201), keep('session')],
  ),
  step(
    'make a series',
    'POST',
    '/api/v1/series',
    { sessionId: '{{session}}', label: 'PET', modality: 'PT', subjectIds: ['{{subject}}'], acquiredAt: start },
    [status(201), keep('series')],
  ),
  step('ask what is missing', 'POST', '/api/v1/datasets/check', { seriesIds: ['{{series}}'] }, [
    status(200),
    'pm.test("names the strain", () => pm.expect(body.missing.map((m) => m.field)).to.include("animal.strain"))',
  ]),
  step('publish', 'POST', '/api/v1/datasets', { seriesIds: ['{{series}}'], send: true, excuseMissing: 'notRecorded' }, [
    status(201),
    keep('dataset'),
    'pm.test("is public", () => pm.expect(body.state).to.equal("published"))',
  ]),
  step('read the JSON-LD', 'GET', '/api/v1/datasets/{{dataset}}/as/schema.jsonld', undefined, [
    status(200),
    'pm.test("is a Dataset", () => pm.expect(body["@type"]).to.equal("Dataset"))',
  ]),
  step(
    'query by GraphQL',
    'POST',
    '/graphql',
    { query: '{ projects { nodes { title studies { nodes { title } } } } }' },
    [status(200), 'pm.test("no errors", () => pm.expect(body.errors).to.equal(undefined))'],
  ),
  step('delete the event', 'DELETE', '/api/v1/events/{{event}}', undefined, [status(204)], { 'if-match': '"1"' }),
]
