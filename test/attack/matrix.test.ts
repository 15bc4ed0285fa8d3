/**
 * Every route of the server, asked by every kind of caller. What each may get is computed from the row of the table
 * below; a route without a row fails the test, and so does a row without a route. Whoever may not see project P must
 * never read the marker that stands in all of its texts, not in a body, not in a header.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, personOf, type Person, type TestSite } from '../help/app.ts'
import { drawnPoint, makeWorld, marker, type World } from '../help/world.ts'

const callers = [
  'anonymous',
  'stranger',
  'otherOwner',
  'viewer',
  'editor',
  'owner',
  'curator',
  'admin',
  'readToken',
  'otherToken',
] as const
type CallerName = (typeof callers)[number]

/**
 * open: everybody gets an answer below 400.
 * own: signed-in people get one; anonymous 401.
 * read: members of P (and admins) get one; to others it does not exist (404; anonymous 401 or 404).
 * edit / manage: editors / owners get past the guard; viewers 403; others 404 or 422 as for something that is not there.
 * bytes, dataset: as read, and curators see what was submitted to them.
 * datasetAct: owners and curators get past the guard.
 * private: to everybody but the one who made it, an administrator, it does not exist.
 * admin: administrators only; others 403, anonymous 401.
 * catalogue: everybody signed in may read; writing needs no project.
 */
type Rule =
  | 'open'
  | 'own'
  | 'read'
  | 'edit'
  | 'manage'
  | 'admin'
  | 'catalogueRead'
  | 'catalogueWrite'
  | 'catalogueEdit'
  | 'bytes'
  | 'dataset'
  | 'datasetAct'
  | 'private'

interface Row {
  rule: Rule
  /** Path parameters and body for this route; the rest is taken from project P. */
  params?: (w: World) => Record<string, string>
  body?: (w: World) => unknown
  headers?: Record<string, string>
}

const records: Record<string, keyof World['p']> = {
  projects: 'projectId',
  studies: 'studyId',
  subjects: 'subjectId',
  sessions: 'sessionId',
  series: 'seriesId',
  events: 'eventId',
  enrolments: 'enrolmentId',
  annotations: 'annotationId',
  segmentations: 'segmentationId',
}
const catalogue = ['agents', 'instruments', 'people', 'organizations', 'concepts']

let site: TestSite
let world: World
let extra: {
  importId: string
  tableImportId: string
  jobId: string
  fileId: string
  submittedId: string
  tokenId: string
  aiDatasetId: string
}
const people = {} as Record<CallerName, Person>

const idOf = (w: World, plural: string) =>
  records[plural] ? w.p[records[plural]] : plural === 'files' ? extra.fileId : w.agentId

function rowOf(method: string, path: string): Row | undefined {
  const own = explicit[`${method} ${path}`]
  if (own) return own
  const [, , , plural = '', ...rest] = path.split('/')
  const tail = rest.join('/')
  const isRecord = plural in records || plural === 'files'
  if (!path.startsWith('/api/v1/') || (!isRecord && !catalogue.includes(plural))) return undefined
  const entryId = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
  const params = (w: World) => ({ id: idOf(w, plural), entryId })
  if (catalogue.includes(plural)) {
    const at = (w: World) => ({
      entryId,
      id: plural === 'people' ? w.personId : plural === 'agents' ? w.agentId : '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    })
    if (method === 'GET' && tail === '') return { rule: 'open' }
    if (method === 'GET') return { rule: tail.includes('history') ? 'catalogueWrite' : 'catalogueRead', params: at }
    return { rule: method === 'POST' && tail === '' ? 'catalogueWrite' : 'catalogueEdit', params: at, body: () => ({}) }
  }
  if (method === 'GET') return tail === '' ? { rule: 'open' } : { rule: 'read', params }
  if (method === 'POST' && tail === '')
    return { rule: plural === 'projects' ? 'own' : 'edit', body: (w) => newRecord(w, plural) }
  return { rule: plural === 'projects' && method === 'DELETE' ? 'manage' : 'edit', params, body: () => ({}) }
}

function newRecord(w: World, plural: string): unknown {
  const start = { dateTime: '2025-03-01T09:00:00Z', precision: 'minute' }
  return {
    projects: { title: 'mine' },
    studies: { projectId: w.p.projectId, title: 'x' },
    subjects: { projectIds: [w.p.projectId], localId: `S-${Math.random()}`, animal: { sex: 'F' } },
    sessions: { studyId: w.p.studyId, label: 'x' },
    series: { sessionId: w.p.sessionId, label: 'x' },
    enrolments: { studyId: w.p.studyId, subjectId: w.p.subjectId },
    annotations: drawnPoint(w.p.seriesId, 'x'),
    segmentations: { seriesId: w.p.seriesId, label: 'x', segments: [] },
    events: {
      kind: 'measurement',
      projectId: w.p.projectId,
      subjectId: w.p.subjectId,
      start,
      measurement: { what: 'body weight', value: { value: 20, unit: 'g' } },
    },
  }[plural]
}

const series = (w: World) => ({ id: w.p.seriesId, revision: '0000000000000000', number: '0', k: '0', n: '0' })
const segmentation = (w: World) => ({ id: w.p.segmentationId })
const project = (w: World) => ({ id: w.p.projectId, userId: w.viewer.userId })
const submitted = () => ({ id: extra.submittedId })
const importOf = () => ({ id: extra.importId })
const tableOf = (w: World) => ({ id: w.p.studyId, table: 'subjects.animal' })
const tableImportOf = () => ({ id: extra.tableImportId })

/** Routes that are not one of the records' regular ones. */
const explicit: Record<string, Row> = {
  'GET /healthz': { rule: 'open' },
  'GET /readyz': { rule: 'open' },
  'GET /openapi.json': { rule: 'open' },
  'GET /context.jsonld': { rule: 'open' },
  'GET /graphql': { rule: 'open' },
  'POST /graphql': {
    rule: 'open',
    body: () => ({
      query:
        '{ projects { nodes { title studies { nodes { title } } } } subjects { nodes { localId } } series { nodes { label } } events { nodes { id } } annotations { nodes { label } } segmentations { nodes { label } } sessions { nodes { label } } datasets { nodes { title } } }',
    }),
  },
  'GET /api/v1/schemas': { rule: 'open' },
  'GET /api/v1/schemas/:name': { rule: 'open', params: () => ({ name: 'Subject' }) },
  'GET /api/v1/schemas/:name/create': { rule: 'open', params: () => ({ name: 'Subject' }) },
  'GET /api/v1/terms/:vocabulary': { rule: 'open', params: () => ({ vocabulary: 'species' }) },
  'GET /api/v1/search': { rule: 'open' },
  'GET /api/v1/ai-datasets': { rule: 'own' },
  'POST /api/v1/ai-datasets': {
    rule: 'own',
    body: (w) => ({
      title: 'Mice',
      seriesIds: [w.p.seriesId],
      format: 'original',
      split: { groupBy: [], shares: { train: 1, validation: 0, test: 0 }, seed: 1 },
    }),
  },
  'POST /api/v1/ai-datasets/check': { rule: 'open', body: (w) => ({ train: [w.p.seriesId] }) },
  ...Object.fromEntries(
    ['', '/items.csv', '/croissant', '/datasheet.md', '/manifest', '/files/:place'].map((end) => [
      `GET /api/v1/ai-datasets/:id${end}`,
      { rule: 'private' as const, params: () => ({ id: extra.aiDatasetId, place: '0' }) },
    ]),
  ),
  'DELETE /api/v1/ai-datasets/:id': { rule: 'private', params: () => ({ id: extra.aiDatasetId }) },
  'POST /api/v1/ai-datasets/:id/versions': { rule: 'private', params: () => ({ id: extra.aiDatasetId }) },
  'GET /api/v1/search/manifest': { rule: 'open' },
  'POST /api/v1/manifests': { rule: 'bytes', body: (w) => ({ seriesIds: [w.p.seriesId] }) },
  'GET /api/v1/search/facets/:facet': { rule: 'open', params: () => ({ facet: 'Modality' }) },
  'GET /api/v1/me': { rule: 'open' },
  'PATCH /api/v1/me': { rule: 'own', body: () => ({}) },
  'GET /api/v1/tokens': { rule: 'own' },
  'POST /api/v1/tokens': { rule: 'own', body: () => ({ label: 'x', scopes: ['read'] }) },
  'DELETE /api/v1/tokens/:id': { rule: 'own', params: () => ({ id: extra.tokenId }) },
  'GET /api/v1/users': { rule: 'admin' },
  'POST /api/v1/users': { rule: 'admin', body: () => ({ email: `u${Math.random()}@example.org`, name: 'x' }) },
  'PATCH /api/v1/users/:id': {
    rule: 'admin',
    params: (w) => ({ id: w.stranger.userId }),
    body: () => ({ name: 'stranger' }),
  },
  'GET /api/v1/audit': { rule: 'admin' },
  'GET /api/v1/storage': { rule: 'admin' },
  'GET /api/v1/projects/:id/summary': { rule: 'read', params: project },
  'GET /api/v1/projects/:id/members': { rule: 'read', params: project },
  'PUT /api/v1/projects/:id/members': {
    rule: 'manage',
    params: project,
    body: (w) => ({ email: w.viewer.email, role: 'viewer' }),
  },
  'DELETE /api/v1/projects/:id/members/:userId': {
    rule: 'manage',
    params: (w) => ({ id: w.p.projectId, userId: w.admin.userId }),
  },
  'GET /api/v1/series/:id/header': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/chunks/:number': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/planes/:number': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/coarse/:number': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/box': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/levels/:number/box': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/statistics': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/curve': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/bodies': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/r/:revision/projection': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/thumbnail': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/animation': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/tags': { rule: 'bytes', params: series },
  'GET /api/v1/series/:id/as/:format': { rule: 'bytes', params: (w) => ({ ...series(w), format: 'nii' }) },
  'GET /api/v1/series/:id/archive.zip': { rule: 'bytes', params: series },
  'GET /api/v1/segmentations/:id/labels': { rule: 'read', params: segmentation },
  'GET /api/v1/segmentations/:id/as/:format': {
    rule: 'read',
    params: (w) => ({ ...segmentation(w), format: 'nii.gz' }),
  },
  'GET /api/v1/segmentations/:id/versions': { rule: 'read', params: segmentation },
  'PUT /api/v1/segmentations/:id/labels': { rule: 'edit', params: segmentation, body: () => ({}) },
  'GET /api/v1/datasets': { rule: 'open' },
  'POST /api/v1/datasets': { rule: 'edit', body: (w) => ({ seriesIds: [w.p.seriesId], title: `set ${marker}` }) },
  'POST /api/v1/datasets/check': { rule: 'read', body: (w) => ({ seriesIds: [w.p.seriesId] }) },
  'GET /api/v1/datasets/by-series/:seriesId': { rule: 'dataset', params: (w) => ({ seriesId: w.p.seriesId }) },
  'GET /api/v1/datasets/:id': { rule: 'dataset', params: submitted },
  'GET /api/v1/datasets/:id/versions/:number': {
    rule: 'dataset',
    params: (w) => ({ id: extra.submittedId ?? w.p.seriesId, number: '1' }),
  },
  'POST /api/v1/datasets/:id/embargo': { rule: 'datasetAct', params: submitted, body: () => ({ until: null }) },
  'GET /api/v1/datasets/:id/versions': { rule: 'dataset', params: submitted },
  'GET /api/v1/datasets/:id/as/:form': {
    rule: 'dataset',
    params: () => ({ ...submitted(), form: 'schema.jsonld' }),
  },
  'GET /api/v1/datasets/:id/tables/:table.csv': {
    rule: 'dataset',
    params: () => ({ ...submitted(), table: 'series' }),
  },
  'GET /datasets/:id': { rule: 'dataset', params: submitted, headers: { accept: 'application/ld+json' } },
  'GET /series/:id': {
    rule: 'dataset',
    params: (w) => ({ id: w.p.seriesId }),
    headers: { accept: 'application/ld+json' },
  },
  'GET /oai': { rule: 'open' },
  'POST /oai': {
    rule: 'open',
    body: () => 'verb=Identify',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  'GET /catalog': { rule: 'open' },
  'GET /sitemap.xml': { rule: 'open' },
  'GET /sitemap/datasets.xml': { rule: 'open' },
  'GET /robots.txt': { rule: 'open' },
  'GET /.well-known/api-catalog': { rule: 'open' },
  'GET /api/v1/datasets/:id/sha256sums': { rule: 'dataset', params: submitted },
  'GET /api/v1/datasets/:id/archive.zip': { rule: 'dataset', params: submitted },
  'POST /api/v1/datasets/:id/publish': { rule: 'datasetAct', params: submitted },
  'POST /api/v1/datasets/:id/return': { rule: 'datasetAct', params: submitted, body: () => ({ reason: 'x' }) },
  'POST /api/v1/datasets/:id/withdraw': { rule: 'datasetAct', params: submitted, body: () => ({ reason: 'x' }) },
  'GET /api/v1/imports': { rule: 'own' },
  'POST /api/v1/imports': { rule: 'edit', body: (w) => ({ studyId: w.p.studyId, label: `batch ${marker}` }) },
  'GET /api/v1/imports/:id': { rule: 'read', params: importOf },
  'GET /api/v1/imports/:id/files': { rule: 'read', params: importOf },
  'POST /api/v1/imports/:id/inspect': { rule: 'edit', params: importOf },
  'PATCH /api/v1/imports/:id/plan': { rule: 'edit', params: importOf, body: () => ({ series: [] }) },
  'POST /api/v1/imports/:id/commit': { rule: 'edit', params: importOf },
  'POST /api/v1/imports/:id/undo': { rule: 'edit', params: importOf },
  'DELETE /api/v1/imports/:id': { rule: 'edit', params: importOf },
  'GET /api/v1/studies/:id/tables/:table/rows': { rule: 'read', params: tableOf },
  'POST /api/v1/studies/:id/tables/:table/rows': {
    rule: 'edit',
    params: tableOf,
    body: () => ({ rows: [{ cells: { localId: `R-${Math.random()}`, 'animal.sex': 'F' } }] }),
  },
  'GET /api/v1/studies/:id/tables/:table/file': { rule: 'read', params: tableOf },
  'POST /api/v1/studies/:id/tables/:table/imports': { rule: 'edit', params: tableOf },
  'GET /api/v1/studies/:id/table-imports': { rule: 'read', params: (w) => ({ id: w.p.studyId }) },
  'GET /api/v1/table-imports/:id': { rule: 'read', params: tableImportOf },
  'GET /api/v1/table-imports/:id/rows': { rule: 'read', params: tableImportOf },
  'GET /api/v1/table-imports/:id/errors': { rule: 'read', params: tableImportOf },
  'PUT /api/v1/table-imports/:id/layout': { rule: 'edit', params: tableImportOf, body: () => ({ meanings: [] }) },
  'POST /api/v1/table-imports/:id/write': { rule: 'edit', params: tableImportOf, body: () => ({}) },
  'POST /api/v1/table-imports/:id/undo': { rule: 'edit', params: tableImportOf },
  'DELETE /api/v1/table-imports/:id': { rule: 'edit', params: tableImportOf },
  'GET /api/v1/projects/:id/entry-templates': { rule: 'read', params: project },
  'POST /api/v1/projects/:id/entry-templates': {
    rule: 'edit',
    params: project,
    body: () => ({ table: 'subjects.animal', name: `usual ${marker}`, cells: { 'animal.sex': 'F' } }),
  },
  'DELETE /api/v1/projects/:id/entry-templates/:templateId': {
    rule: 'edit',
    params: (w) => ({ id: w.p.projectId, templateId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }),
  },
  'GET /api/v1/jobs': { rule: 'own' },
  'GET /api/v1/jobs/:id': { rule: 'read', params: () => ({ id: extra.jobId }) },
  'POST /api/v1/jobs/:id/cancel': { rule: 'edit', params: () => ({ id: extra.jobId }) },
}

/** Tested on their own (test/api/uploads.test.ts, account.test.ts), because they end sign-ins or are answered by libraries. */
const elsewhere = [/^\w+ \/docs\/api/, /^\w+ \/api\/v1\/uploads/, /sign-(in|out)$/, /^OPTIONS /]

const routes: string[] = []

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  const { owner, editor, otherOwner } = world
  const readToken = await owner.make('tokens', { label: 'read P', scopes: ['read'], projectIds: [world.p.projectId] })
  const otherToken = await otherOwner.make('tokens', { label: 'all of Q', scopes: ['read', 'write', 'publish'] })
  const bearer = (person: Person, token: string) =>
    personOf(site.app, site.config, { ...person, headers: { authorization: `Bearer ${token}` } })
  Object.assign(people, world, {
    anonymous: site.anonymous,
    readToken: bearer(owner, readToken.token),
    otherToken: bearer(otherOwner, otherToken.token),
  })
  const batch = await owner.make('imports', { studyId: world.p.studyId, label: `batch ${marker}` })
  const started = await owner.post(`imports/${batch.id}/inspect`)
  const submission = await editor.make('datasets', {
    seriesIds: [world.p.seriesId],
    send: true,
    title: `set ${marker}`,
  })
  const table = await site.app.inject({
    method: 'POST',
    url: `/api/v1/studies/${world.p.studyId}/tables/subjects.animal/imports?name=${marker}`,
    headers: { ...owner.headers, 'content-type': 'text/csv' },
    payload: `Name in the laboratory,Sex\n${marker} 7,F\n`,
  })
  extra = {
    importId: batch.id,
    tableImportId: table.json().id,
    jobId: started.json().jobId ?? (await owner.get('jobs?mine=true')).json().items[0]?.id,
    fileId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    submittedId: submission.id,
    tokenId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    aiDatasetId: '',
  }
  extra.aiDatasetId = (
    await world.admin.make('ai-datasets', {
      title: `Mice of ${marker}`,
      seriesIds: [world.p.seriesId],
      format: 'original',
      split: { groupBy: [], shares: { train: 1, validation: 0, test: 0 }, seed: 1 },
    })
  ).id
  const { paths } = (await site.anonymous.get('/openapi.json')).json() as {
    paths: Record<string, Record<string, unknown>>
  }
  for (const [path, methods] of Object.entries(paths)) {
    for (const method of Object.keys(methods))
      routes.push(`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
  }
  const hidden = ['/healthz', '/readyz', '/openapi.json', '/datasets/:id', '/series/:id']
  for (const path of hidden) routes.push(`GET ${path}`)
})
afterAll(() => site.close())

const members: CallerName[] = ['viewer', 'editor', 'owner', 'admin', 'readToken']
const editors: CallerName[] = ['editor', 'owner', 'admin']
const owners: CallerName[] = ['owner', 'admin']

/** Statuses that a caller may get. */
function allowed(rule: Rule, caller: CallerName): (status: number) => boolean {
  const through = (s: number) => s < 500 && s !== 401 && s !== 403
  const anonymous = caller === 'anonymous'
  const denied = (s: number) => (anonymous ? s === 401 || s === 404 : s === 403 || s === 404 || s === 422)
  const hidden = (s: number) => (anonymous ? s === 401 || s === 404 : s === 404 || s === 422)
  switch (rule) {
    case 'open':
      return (s) => s < 400 || s === 503
    case 'own':
      return anonymous ? (s) => s === 401 : (s) => s < 500 && s !== 401
    case 'read':
      return members.includes(caller) ? (s) => s < 500 && s !== 401 && s !== 403 : hidden
    case 'edit':
      return editors.includes(caller) ? through : members.includes(caller) ? denied : hidden
    case 'manage':
      return owners.includes(caller) ? through : members.includes(caller) ? denied : hidden
    case 'private':
      return caller === 'admin' ? through : hidden
    case 'admin':
      return caller === 'admin' ? through : (s) => s === (anonymous ? 401 : 403)
    case 'catalogueRead':
      return anonymous ? (s) => s === 404 : (s) => s === 200 || s === 404
    case 'catalogueWrite':
    case 'catalogueEdit':
      return anonymous ? (s) => s === 401 : (s) => s < 500
    case 'bytes':
    case 'dataset':
      return [...members, 'curator'].includes(caller) ? through : hidden
    case 'datasetAct':
      return [...owners, 'curator'].includes(caller) ? through : members.includes(caller) ? denied : hidden
  }
}

/** Who may read texts of project P at all; curators see what was submitted. */
const mayRead = (caller: CallerName, rule: Rule) =>
  members.includes(caller) ||
  (caller === 'curator' && (rule === 'bytes' || rule === 'dataset' || rule === 'datasetAct' || rule === 'open'))

async function ask(caller: CallerName, route: string, row: Row) {
  const [method = '', template = ''] = route.split(' ')
  const params = row.params?.(world) ?? {}
  const url = template.replaceAll(/:(\w+)/g, (_all, name: string) => params[name] ?? '0')
  const body = row.body?.(world)
  return site.app.inject({
    method: method as 'GET',
    url,
    ...(body !== undefined && { payload: body as object }),
    // A version that nobody has: the guard must come before it, and nothing is changed by asking.
    headers: {
      ...people[caller].headers,
      ...row.headers,
      ...(['PATCH', 'DELETE', 'PUT'].includes(method) && { 'if-match': '"999999"' }),
    },
  })
}

describe('the matrix', () => {
  it('has a row for each route, and a route for each row', () => {
    const relevant = routes.filter((route) => !elsewhere.some((pattern) => pattern.test(route)))
    expect(relevant.length).toBeGreaterThan(70)
    const missing = relevant.filter((route) => {
      const [method = '', path = ''] = route.split(' ')
      return rowOf(method, path) === undefined
    })
    expect(missing, 'routes without a row').toEqual([])
    expect(
      Object.keys(explicit).filter((route) => !routes.includes(route)),
      'rows without a route',
    ).toEqual([])
  })

  it.each(callers)('%s gets what they may, and reads nothing else', async (caller) => {
    const wrong: string[] = []
    let asked = 0
    // Reading first: the writes at the end may change what is there.
    for (const route of routes.toSorted((a, b) => Number(!a.startsWith('GET')) - Number(!b.startsWith('GET')))) {
      if (elsewhere.some((pattern) => pattern.test(route))) continue
      if (
        /imports\/:id$|imports\/:id\/(commit|undo)|jobs\/:id\/cancel|datasets\/:id\/\w+$/.test(route) &&
        !route.startsWith('GET') &&
        mayRead(caller, 'datasetAct')
      )
        continue
      const [method = '', path = ''] = route.split(' ')
      const row = rowOf(method, path) as Row
      const answer = await ask(caller, route, row)
      asked++
      if (!allowed(row.rule, caller)(answer.statusCode))
        wrong.push(`${route} (${row.rule}): ${answer.statusCode} ${answer.body.slice(0, 120)}`)
      const text = `${JSON.stringify(answer.headers)} ${answer.body}`
      if (!mayRead(caller, row.rule) && text.toLowerCase().includes(marker))
        wrong.push(`${route} leaks: ${answer.body.slice(0, 200)}`)
    }
    expect(wrong).toEqual([])
    expect(asked).toBeGreaterThan(60)
  })
})

describe('the search', () => {
  it('finds for each caller what they may see and nothing else', async () => {
    await site.ctx.search.settled()
    for (const caller of callers) {
      for (const scope of ['public', 'mine']) {
        const answer = await people[caller].get(`search?q=${marker}&scope=${scope}`)
        const text = `${caller} ${scope}: ${answer.body.slice(0, 300)}`
        const finds = scope === 'mine' && members.includes(caller)
        expect(answer.statusCode, text).toBe(caller === 'anonymous' && scope === 'mine' ? 401 : 200)
        if (answer.statusCode !== 200) continue
        expect(answer.json().total > 0, text).toBe(finds)
        // The words that were asked for come back in a suggestion or in the query, never from a record.
        if (!finds) expect(JSON.stringify([answer.json().items, answer.json().facets])).not.toContain(marker)
      }
    }
  })
})

describe('GraphQL', () => {
  it('shows each caller the same projects, studies, subjects, sessions, series and events as REST', async () => {
    for (const caller of callers) {
      const person = people[caller]
      const { data } = (
        await person.post('/graphql', {
          query:
            '{ projects(first: 200) { nodes { id } } studies(first: 200) { nodes { id } } subjects(first: 200) { nodes { id } } sessions(first: 200) { nodes { id } } series(first: 200) { nodes { id } } events(first: 200) { nodes { id } } annotations(first: 200) { nodes { id } } segmentations(first: 200) { nodes { id } } agents(first: 200) { nodes { id } } files(first: 200) { nodes { id } } }',
        })
      ).json()
      for (const [plural, { nodes }] of Object.entries(data as Record<string, { nodes: { id: string }[] }>)) {
        const rest = (await person.get(`${plural}?limit=200`)).json().items as { id: string }[]
        expect(
          nodes.map((n) => n.id),
          `${caller} ${plural}`,
        ).toEqual(rest.map((r) => r.id))
      }
    }
  })
})

describe('a subject shared by two projects (A-02)', () => {
  it('shows each side nothing of the other', async () => {
    const { editor, otherOwner, sharedSubjectId, p, q } = world
    const here = await editor.get(`subjects/${sharedSubjectId}`)
    expect(here.json().projectIds).toEqual([p.projectId])
    for (const url of [
      `subjects/${sharedSubjectId}`,
      `events?subjectId=${sharedSubjectId}`,
      `series?subjectId=${sharedSubjectId}`,
      `studies?subjectId=${sharedSubjectId}`,
      `projects?subjectId=${sharedSubjectId}`,
    ]) {
      const answer = await editor.get(url)
      for (const secret of [q.projectId, q.studyId, q.seriesId, q.sessionId, q.eventId, 'Project Q', 'Study Q'])
        expect(answer.body, url).not.toContain(secret)
    }
    const there = await otherOwner.get(`subjects/${sharedSubjectId}`)
    expect(there.json().projectIds).toEqual([q.projectId])
    expect((await otherOwner.get(`projects?subjectId=${sharedSubjectId}&total=true`)).json().total).toBe(1)
    // Filtering by something foreign tells nothing, not even that it exists.
    expect((await editor.get(`subjects?studyId=${q.studyId}&total=true`)).json()).toEqual({
      items: [],
      next: null,
      total: 0,
    })
    // Changing it here leaves the other side's link alone.
    const { version } = here.json()
    expect((await editor.patch(`subjects/${sharedSubjectId}`, { notes: 'seen here' }, version)).statusCode).toBe(200)
    expect((await otherOwner.get(`subjects/${sharedSubjectId}`)).json().projectIds).toEqual([q.projectId])
  })

  it('has a history that tells nothing of the other projects', async () => {
    const { editor, otherOwner, sharedSubjectId, q } = world
    const here = await editor.get(`subjects/${sharedSubjectId}/history`)
    expect(here.json().items.length).toBeGreaterThan(0)
    expect(here.body).not.toContain(q.projectId)
    const there = await otherOwner.get(`subjects/${sharedSubjectId}/history`)
    expect(there.body).toContain(q.projectId)
    expect(there.body).not.toContain(world.p.projectId)
  })

  it('names no subject of the other side that it was taken from, and keeps that when it is changed here', async () => {
    const { editor, otherOwner, q } = world
    const animal = { species: { label: 'Mus musculus' }, animal: { sex: 'F' } }
    const mother = await otherOwner.make('subjects', { localId: 'Mother', projectIds: [q.projectId], ...animal })
    const before = (await otherOwner.get(`subjects/${world.sharedSubjectId}`)).json()
    const changed = await otherOwner.patch(`subjects/${before.id}`, { parentSubjectId: mother.id }, before.version)
    expect(changed.statusCode, changed.body).toBe(200)
    for (const url of [`subjects/${before.id}`, `subjects/${before.id}/history`, `subjects?q=Q`])
      expect((await editor.get(url)).body, url).not.toContain(mother.id)
    const here = (await editor.get(`subjects/${before.id}`)).json()
    expect((await editor.patch(`subjects/${before.id}`, { notes: 'again' }, here.version)).statusCode).toBe(200)
    expect((await otherOwner.get(`subjects/${before.id}`)).json().parentSubjectId).toBe(mother.id)
  })

  it('cannot be deleted by one side, which learns no numbers of the other', async () => {
    const { editor, otherOwner, owner, p, q } = world
    const { version } = (await editor.get(`subjects/${world.sharedSubjectId}`)).json()
    const used = await editor.delete(`subjects/${world.sharedSubjectId}`, version)
    expect(used.statusCode).toBe(409)
    expect(used.json().detail).not.toMatch(/\d/)
    // Not even one that nobody uses.
    const animal = { species: { label: 'Mus musculus' }, animal: { sex: 'F' } }
    await owner.put(`projects/${p.projectId}/members`, { email: otherOwner.email, role: 'editor' })
    const unused = await otherOwner.make('subjects', {
      localId: 'Idle',
      projectIds: [q.projectId, p.projectId],
      ...animal,
    })
    await owner.delete(`projects/${p.projectId}/members/${otherOwner.userId}`)
    expect((await editor.delete(`subjects/${unused.id}`, 1)).statusCode).toBe(409)
    // Taking it out of one's own project is possible, and then it is gone from there.
    expect((await editor.patch(`subjects/${unused.id}`, { projectIds: [] }, 1)).statusCode).toBeLessThan(300)
    expect((await editor.get(`subjects/${unused.id}`)).statusCode).toBe(404)
    expect((await otherOwner.get(`subjects/${unused.id}`)).statusCode).toBe(200)
  })

  it('cannot be pulled into a project by somebody who sees it elsewhere only (A-03)', async () => {
    const { stranger, otherOwner, p } = world
    const mine = await stranger.make('projects', { title: 'Mine' })
    const study = await stranger.make('studies', { projectId: mine.id, title: 'S' })
    expect((await stranger.patch(`studies/${study.id}`, { subjectIds: [p.subjectId] }, 1)).statusCode).toBe(422)
    const theirs = await otherOwner.make('studies', { projectId: world.q.projectId, title: 'S' })
    expect((await otherOwner.patch(`studies/${theirs.id}`, { subjectIds: [p.subjectId] }, 1)).statusCode).toBe(422)
    const session = await stranger.make('sessions', { studyId: study.id, label: 'D' })
    expect((await stranger.patch(`sessions/${session.id}`, { studyId: p.studyId }, 1)).statusCode).toBe(422)
  })
})
