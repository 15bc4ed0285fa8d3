/** Callers that are believed for seconds: no query for each plane, and no right that outlives its end by more than that. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { entities } from '#ontology/index.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { believedMilliseconds } from '#api/access/believed.ts'
import { system } from '#api/access/caller.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite, password, personOf, type Person, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'

let site: TestSite
let owner: Person
let viewer: Person
let admin: Person
let projectId: string
/** Below it are planes and chunks. */
let base: string

beforeAll(async () => {
  site = await openSite()
  const { ctx } = site
  await ctx.jobs.start(ctx)
  owner = await site.person('owner')
  admin = await site.person('root', 'admin')
  projectId = (await owner.make('projects', { title: 'P' })).id
  const study = await owner.make('studies', { title: 'S', projectId })
  const session = await owner.make('sessions', { studyId: study.id, label: 'D' })
  const entity = entities.find((e) => e.name === 'ImageSeries')!
  const { id } = await createRecord(
    ctx,
    system,
    entity,
    { sessionId: session.id, label: 'CT' },
    {
      system: { format: 'nifti', fileCount: 1, byteCount: 0, pixels: 'waiting' },
    },
  )
  const image = phantom('mouse-ct', { seed: 3, resolution: 0.4 })
  await seriesFile(
    ctx,
    { seriesId: id, sessionId: session.id, studyId: study.id, projectId },
    'm.nii',
    writeNifti(image),
  )
  const { revision } = (await owner.get(`series/${id}/header`)).json()
  base = `series/${id}/r/${revision}`
})
afterAll(() => site.close())

beforeEach(async () => {
  viewer = await site.person('viewer')
  await owner.put(`projects/${projectId}/members`, { email: viewer.email, role: 'viewer' })
})

const status = async (person: Person) => (await person.get(`${base}/planes/0`)).statusCode
/** What another process that shares the database does. */
const elsewhere = (sql: string, ...replacements: unknown[]) => site.ctx.db.sequelize.query(sql, { replacements })

it('asks the database nothing for planes and chunks after the first', async () => {
  expect(await status(viewer)).toBe(200)
  // On a busy machine the requests take longer than a belief lasts; and the job queue asks when it likes.
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now())
  const spy = vi.spyOn(site.ctx.db.sequelize, 'query')
  const queries = () => spy.mock.calls.map(([sql]) => JSON.stringify(sql)).filter((sql) => !/jobs|outbox/.test(sql))
  try {
    expect(await status(viewer)).toBe(200)
    spy.mockClear()
    for (let n = 0; n < 5; n++) {
      expect((await viewer.get(`${base}/planes/${n}`)).statusCode).toBe(200)
      expect((await viewer.get(`${base}/chunks/0`)).statusCode).toBe(200)
    }
    expect(queries()).toEqual([])
    // Everything else asks.
    await viewer.get('me')
    expect(queries().length).toBeGreaterThan(0)
  } finally {
    clock.mockRestore()
    spy.mockRestore()
  }
})

describe('in this process a right ends at once', () => {
  it('with signing out', async () => {
    expect(await status(viewer)).toBe(200)
    await viewer.post('sign-out')
    expect(await status(viewer)).toBe(404)
  })

  it('with a new password', async () => {
    const answer = await site.app.inject({
      method: 'POST',
      url: '/api/v1/sign-in',
      payload: { email: viewer.email, password },
    })
    const cookie = String(answer.headers['set-cookie']).split(';')[0]!
    const there = personOf(site.app, site.config, { ...viewer, headers: { cookie, origin: site.config.publicUrl } })
    expect(await status(there)).toBe(200)
    const changed = await viewer.patch('me', { currentPassword: password, newPassword: 'a new long password' })
    expect(changed.statusCode).toBe(200)
    expect(await status(there)).toBe(404)
  })

  it('with a revoked token', async () => {
    const { id, token } = await viewer.make('tokens', { label: 'x', scopes: ['read'] })
    const program = personOf(site.app, site.config, { ...viewer, headers: { authorization: `Bearer ${token}` } })
    expect(await status(program)).toBe(200)
    await viewer.delete(`tokens/${id}`)
    expect(await status(program)).toBe(401)
  })

  it('with the membership, and a new one counts at once', async () => {
    expect(await status(viewer)).toBe(200)
    await owner.delete(`projects/${projectId}/members/${viewer.userId}`)
    expect(await status(viewer)).toBe(404)
    await owner.put(`projects/${projectId}/members`, { email: viewer.email, role: 'editor' })
    expect(await status(viewer)).toBe(200)
  })

  it('with a disabled account and with a lost site role', async () => {
    expect(await status(viewer)).toBe(200)
    await admin.patch(`users/${viewer.userId}`, { disabled: true })
    expect(await status(viewer)).toBe(404)
    const second = await site.person('second', 'admin')
    expect(await status(second)).toBe(200)
    await admin.patch(`users/${second.userId}`, { siteRole: 'user' })
    expect(await status(second)).toBe(404)
  })
})

describe('what another process ends', () => {
  it.each([
    ['a sign-in', 'DELETE FROM sign_ins WHERE user_id = ?'],
    ['a membership', 'DELETE FROM memberships WHERE user_id = ?'],
    ['an account', 'UPDATE users SET disabled = 1 WHERE id = ?'],
  ])('%s ends here within the seconds that are stated', async (_what, sql) => {
    expect(await status(viewer)).toBe(200)
    await elsewhere(sql, viewer.userId)
    await sleep(believedMilliseconds + 50)
    expect(await status(viewer)).toBe(404)
  })

  it('a sign-in or a token that runs out is not believed beyond its end', async () => {
    const end = new Date(Date.now() + 700)
    const { token } = await viewer.make('tokens', { label: 'x', scopes: ['read'], expiresAt: end.toISOString() })
    await elsewhere('UPDATE sign_ins SET expires_at = ? WHERE user_id = ?', end, viewer.userId)
    const program = personOf(site.app, site.config, { ...viewer, headers: { authorization: `Bearer ${token}` } })
    expect([await status(viewer), await status(program)]).toEqual([200, 200])
    await sleep(end.getTime() - Date.now() + 20)
    expect([await status(viewer), await status(program)]).toEqual([404, 401])
  })

  it('guesses are not remembered', async () => {
    const guess = `viv_${'a'.repeat(43)}`
    const program = personOf(site.app, site.config, { ...viewer, headers: { authorization: `Bearer ${guess}` } })
    expect(await status(program)).toBe(401)
    const { id } = await viewer.make('tokens', { label: 'x', scopes: ['read'] })
    const { hashSecret } = await import('#api/access/secrets.ts')
    await elsewhere('UPDATE tokens SET secret_hash = ? WHERE id = ?', hashSecret(guess), id)
    expect(await status(program)).toBe(200)
  })
})
