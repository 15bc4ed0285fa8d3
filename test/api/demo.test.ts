import { afterAll, beforeAll, expect, test } from 'vitest'
import { Dataset, User } from '#api/db/models.ts'
import { recordModel } from '#api/db/recordModels.ts'
import { refuseDemoAccounts } from '#api/demo/accounts.ts'
import { demoIsWanted, demoStudies, seedDemo } from '#api/demo/seed.ts'
import { Import } from '#api/modules/imports/model.ts'
import { File } from '#ontology/entities/file.ts'
import { Subject } from '#ontology/entities/subject.ts'
import { openSite } from '../help/app.ts'
import type { TestSite } from '../help/app.ts'

let site: TestSite
beforeAll(async () => {
  site = await openSite({ VIVARCHIVE_DEMO: '1', VIVARCHIVE_DEMO_PASSWORD: 'only for this test' })
  await site.ctx.jobs.start(site.ctx)
})
afterAll(() => site.close())

const count = (name: string) => recordModel({ name }).count({ where: { deletedAt: null } as never })

/** Three complete studies, two of them published, and one where nobody corrected anything; with few scans each. */
const studies = demoStudies()
  .filter((study) => ['PSMA-3', 'PSMA-4', 'PHENO-2', 'GLX-3'].includes(study.body.localId))
  .map((study) => ({ ...study, visits: study.visits.slice(-2) }))

test('an interrupted filling goes on where it was; the result is the same as in one go', async () => {
  expect(await demoIsWanted(site.ctx)).toBe(true)
  const stopped = { ...studies[1]!, visits: [{ ...studies[1]!.visits[0]!, scans: [{ phantom: 'none' }] }] }
  await expect(seedDemo(site.ctx, { studies: [studies[0]!, stopped as never] })).rejects.toThrow()
  expect(await demoIsWanted(site.ctx)).toBe(true)
  const stop = new AbortController()
  stop.abort(new Error('the server stops'))
  await expect(seedDemo(site.ctx, { studies, signal: stop.signal })).rejects.toThrow('the server stops')
  await seedDemo(site.ctx, { studies })
  expect(await demoIsWanted(site.ctx)).toBe(false)

  expect(await User.count()).toBe(5)
  expect(await count('Project')).toBe(3)
  expect(await count('Study')).toBe(4)
  expect(await count('ImageSeries')).toBe(15)
  expect(await Import.count({ where: { state: 'committed' } })).toBe(4)
  expect(await Dataset.count({ where: { state: 'submitted' } })).toBe(1)
  expect(await Dataset.count()).toBe(2)
}, 120_000)

test('its images can be seen, and the damaged one says why not', async () => {
  const rows = await recordModel({ name: 'ImageSeries' }).findAll()
  const states = Object.groupBy(rows, (row) => row.get('pixels' as never) as string)
  expect(states.ready).toHaveLength(14)
  expect(states.failed).toHaveLength(1)
  expect(states.failed![0]!.body.problem).toMatch(/bytes/)
})

test('its studies of ParaVision are one series for each scan, with the parameters of the study', async () => {
  const rows = await recordModel({ name: 'ImageSeries' }).findAll({ where: { format: 'bruker' } as never })
  expect(rows).toHaveLength(2)
  for (const row of rows) {
    expect(row.body).toMatchObject({ number: 3, protocol: 'T2_TurboRARE' })
    const files = await recordModel(File).findAll({ where: { seriesId: row.id } as never })
    const names = files.map((file) => (file.get('path' as never) as string).split('/').at(-1)).toSorted()
    expect(names).toEqual(['2dseq', 'acqp', 'method', 'reco', 'subject', 'visu_pars'])
  }
})

test('its clicks of an IVIS are light and photograph of one session, with the texts of both', async () => {
  const rows = await recordModel({ name: 'ImageSeries' }).findAll({ where: { format: 'ivis' } as never })
  const sessions = Map.groupBy(rows, (row) => row.get('sessionId' as never))
  const labelOf = (row: (typeof rows)[number]) => row.get('label' as never) as string
  expect([...sessions.values()].map((own) => own.map(labelOf).toSorted())).toEqual([
    ['Luminescence', 'Photograph'],
    ['Luminescence', 'Photograph'],
  ])
  for (const row of rows) {
    const files = await recordModel(File).findAll({ where: { seriesId: row.id } as never })
    const names = files.map((file) => (file.get('path' as never) as string).split('/').at(-1)!)
    const own = labelOf(row) === 'Photograph' ? ['photograph.TIF'] : ['luminescent.TIF', 'readbiasonly.TIF']
    expect(names.toSorted()).toEqual(['AnalyzedClickInfo.txt', 'ClickInfo.txt', ...own])
  }
  // Several animals share a picture: their names in one field make no new subject.
  const subjects = await recordModel(Subject).findAll({ where: { deletedAt: null } as never })
  expect(subjects.filter((subject) => /, /.test(subject.get('localId' as never)))).toEqual([])
})

test('its accounts have the roles that they are named after', async () => {
  const signIn = (email: string) =>
    site.app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email, password: 'only for this test' } })
  for (const [email, siteRole, projects] of [
    ['admin@demo.test', 'admin', 1],
    ['curator@demo.test', 'curator', 0],
    ['editor@demo.test', 'user', 3],
    ['viewer@demo.test', 'user', 1],
    ['stranger@demo.test', 'user', 0],
  ] as const) {
    const answer = await signIn(email)
    expect(answer.statusCode).toBe(200)
    const cookie = String(answer.headers['set-cookie']).split(';')[0]!
    const me = (await site.app.inject({ url: '/api/v1/me', headers: { cookie } })).json()
    expect([email, me.user.siteRole, me.projects.length]).toEqual([email, siteRole, projects])
  }
})

test('production does not start with demo accounts that are open', async () => {
  const inProduction = { ...site.ctx, config: { ...site.config, production: true } }
  await expect(refuseDemoAccounts(inProduction)).rejects.toThrow(/admin@demo\.test/)
  await User.update({ disabled: true }, { where: {} })
  await refuseDemoAccounts(inProduction)
  await User.update({ disabled: false }, { where: {} })
  await refuseDemoAccounts(site.ctx)
})

test('a site that people use already is left alone', async () => {
  const other = await openSite({ VIVARCHIVE_DEMO: '1' })
  await other.person('somebody')
  expect(await demoIsWanted(other.ctx)).toBe(false)
  await other.close()
})
