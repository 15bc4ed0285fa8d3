/** Signing in, tokens, cross-site requests, rights that change. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, password, personOf, type Person, type TestSite } from '../help/app.ts'

let site: TestSite
let ann: Person

beforeAll(async () => {
  site = await openSite()
  ann = await site.person('ann')
})
afterAll(() => site.close())

const signIn = (email: string, given: string, headers: Record<string, string> = {}) =>
  site.app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { email, password: given }, headers })

describe('signing in', () => {
  it('gives a cookie that scripts and other sites cannot use', async () => {
    const answer = await signIn(ann.email.toUpperCase(), password)
    expect(answer.statusCode).toBe(200)
    expect(answer.json().user).toMatchObject({ email: ann.email, siteRole: 'user' })
    expect(answer.headers['set-cookie']).toMatch(/^vivarchive_session=[\w-]{43}; .*HttpOnly; SameSite=Lax/)
    expect(answer.body).not.toContain('argon2')
  })

  it('says the same for a wrong password and an unknown address, and stops guessing', async () => {
    const bob = await site.person('bob')
    const wrong = await signIn(bob.email, 'not the password')
    const unknown = await signIn('nobody@example.org', 'not the password')
    expect([wrong.statusCode, unknown.statusCode]).toEqual([401, 401])
    expect(wrong.json().detail).toBe(unknown.json().detail)
    for (let n = 0; n < 9; n++) await signIn(bob.email, 'not the password')
    const stopped = await signIn(bob.email, password)
    expect(stopped.statusCode).toBe(429)
    // Others behind the same address are not locked out.
    expect((await signIn(ann.email, password)).statusCode).toBe(200)
  })

  it('ends with signing out, with a new password and with a disabled account', async () => {
    const carl = await site.person('carl')
    const admin = await site.person('root', 'admin')
    const elsewhere = String((await signIn(carl.email, password)).headers['set-cookie']).split(';')[0] as string
    const there = personOf(site.app, site.config, {
      ...carl,
      headers: { cookie: elsewhere, origin: site.config.publicUrl },
    })
    expect((await there.get('me')).json().user.email).toBe(carl.email)
    const refused = await carl.patch('me', { currentPassword: 'wrong', newPassword: 'a new long password' })
    expect(refused.json().errors[0].pointer).toBe('/currentPassword')
    expect((await carl.patch('me', { currentPassword: password, newPassword: 'a new long password' })).statusCode).toBe(
      200,
    )
    expect((await there.get('me')).json().user).toBeNull()
    const again = String((await signIn(carl.email, 'a new long password')).headers['set-cookie']).split(
      ';',
    )[0] as string
    const now = personOf(site.app, site.config, { ...carl, headers: { cookie: again, origin: site.config.publicUrl } })
    await admin.patch(`users/${carl.userId}`, { disabled: true })
    expect((await now.get('me')).json().user).toBeNull()
    expect((await signIn(carl.email, 'a new long password')).statusCode).toBe(401)
  })
})

describe('cross-site requests', () => {
  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin at all', {}],
    ['an opaque origin', { origin: 'null' }],
    ['another site by fetch metadata', { 'sec-fetch-site': 'cross-site' }],
  ])('with %s and the cookie are refused', async (_what, headers) => {
    const answer = await site.app.inject({
      method: 'POST',
      url: '/api/v1/projects',
      payload: { title: 'x' },
      headers: { cookie: ann.headers.cookie as string, ...headers },
    })
    expect(answer.statusCode).toBe(403)
  })
})

describe('tokens', () => {
  it('do what they were made for and no more, and end when revoked', async () => {
    const [one, two] = [await ann.make('projects', { title: 'One' }), await ann.make('projects', { title: 'Two' })]
    const made = await ann.make('tokens', { label: 'script', scopes: ['read'], projectIds: [one.id] })
    const token = personOf(site.app, site.config, { ...ann, headers: { authorization: `Bearer ${made.token}` } })
    expect((await token.get('projects')).json().items.map((p: { id: string }) => p.id)).toEqual([one.id])
    expect((await token.get(`projects/${two.id}`)).statusCode).toBe(404)
    expect((await token.patch(`projects/${one.id}`, { title: 'changed' }, 1)).statusCode).toBe(403)
    expect((await token.post('tokens', { label: 'wider', scopes: ['write'] })).statusCode).toBe(403)
    expect((await token.patch('me', { name: 'x' })).statusCode).toBe(403)
    expect((await ann.get('tokens')).body).not.toContain(made.token)
    await ann.delete(`tokens/${made.id}`)
    expect((await token.get('projects')).statusCode).toBe(401)
  })

  it('cannot be made wider than their owner or already over', async () => {
    expect((await ann.post('tokens', { label: 'x', scopes: ['admin'] })).json().errors[0].pointer).toBe('/scopes')
    expect(
      (await ann.post('tokens', { label: 'x', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' })).json().errors[0]
        .pointer,
    ).toBe('/expiresAt')
    expect(
      (await ann.post('tokens', { label: 'x', scopes: ['read'], projectIds: ['01ARZ3NDEKTSV4RRFFQ69G5FAV'] })).json()
        .errors[0].pointer,
    ).toBe('/projectIds')
  })

  it('of others and forged ones are refused', async () => {
    for (const authorization of ['Bearer viv_aaaa', `Bearer viv_${'A'.repeat(43)}`, 'Basic YTpi', 'Bearer ']) {
      expect((await site.app.inject({ url: '/api/v1/me', headers: { authorization } })).statusCode).toBe(401)
    }
  })
})

describe('members', () => {
  it('are named exactly', async () => {
    const project = await ann.make('projects', { title: 'Exact' })
    const url = `projects/${project.id}/members`
    const wrong = await ann.put(url, { email: ann.email, role: 'king', since: 2020 })
    expect([wrong.statusCode, wrong.json().errors]).toEqual([
      422,
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/role', value: 'king', message: expect.stringMatching(/viewer, editor/) }),
        expect.objectContaining({ pointer: '/since' }),
      ]),
    ])
  })

  it('are not taken out of a project by a token that was made for reading', async () => {
    const emil = await site.person('emil')
    const project = await ann.make('projects', { title: 'Left' })
    await ann.put(`projects/${project.id}/members`, { email: emil.email, role: 'viewer' })
    const made = await emil.make('tokens', { label: 'reader', scopes: ['read'] })
    const token = personOf(site.app, site.config, { ...emil, headers: { authorization: `Bearer ${made.token}` } })
    expect((await token.delete(`projects/${project.id}/members/${emil.userId}`)).statusCode).toBe(403)
    expect((await emil.delete(`projects/${project.id}/members/${emil.userId}`)).statusCode).toBe(204)
  })

  it('get and lose their rights at once; the last owner stays', async () => {
    const dora = await site.person('dora')
    const project = await ann.make('projects', { title: 'Shared' })
    expect((await dora.get(`projects/${project.id}`)).statusCode).toBe(404)
    await ann.put(`projects/${project.id}/members`, { email: dora.email, role: 'viewer' })
    expect((await dora.get(`projects/${project.id}`)).statusCode).toBe(200)
    expect((await dora.patch(`projects/${project.id}`, { title: 'Mine' }, 1)).statusCode).toBe(403)
    expect((await dora.put(`projects/${project.id}/members`, { email: dora.email, role: 'owner' })).statusCode).toBe(
      403,
    )
    expect((await ann.put(`projects/${project.id}/members`, { email: ann.email, role: 'viewer' })).statusCode).toBe(409)
    expect((await ann.delete(`projects/${project.id}/members/${ann.userId}`)).statusCode).toBe(409)
    await ann.delete(`projects/${project.id}/members/${dora.userId}`)
    expect((await dora.get(`projects/${project.id}`)).statusCode).toBe(404)
    expect(
      (await ann.put(`projects/${project.id}/members`, { email: 'nobody@example.org', role: 'viewer' })).json().detail,
    ).toContain('no account')
  })
})

describe('administration', () => {
  it('takes no password that is guessed first', async () => {
    const admin = await site.person('strict', 'admin')
    for (const password of ['aaaaaaaaaaaa', '            ', '121212121212', 'weak@example.org', 'Weak@Example.org!']) {
      const answer = await admin.post('users', { email: 'weak@example.org', name: 'Weak', password })
      expect([answer.statusCode, answer.json().errors?.[0]?.pointer], password).toEqual([422, '/password'])
    }
  })

  it('is for administrators, keeps one of them, and is in the audit', async () => {
    const admins = (await (await site.person('first', 'admin')).get('users?limit=200')).json()
    expect(admins.items.length).toBeGreaterThan(2)
    expect((await ann.get('users')).statusCode).toBe(403)
    expect((await site.anonymous.get('audit')).statusCode).toBe(401)
    const boss = await site.person('boss', 'admin')
    expect((await boss.post('users', { email: ann.email, name: 'Double' })).statusCode).toBe(409)
    const audit = (await boss.get('audit?entity=User&limit=5')).json()
    expect(audit.items[0]).toMatchObject({ entity: 'User', action: 'create' })
    for (const sql of ['UPDATE audit SET label = 1', 'DELETE FROM audit']) {
      await expect(site.ctx.db.sequelize.query(sql).catch((error) => Promise.reject(error.original))).rejects.toThrow(
        /never changed/,
      )
    }
  })

  it('lists accounts in the order that was asked for, page by page', async () => {
    const boss = await site.person('sorter', 'admin')
    for (const sort of ['name', '-name', '-createdAt', 'email']) {
      const listed: { id: string }[] = []
      let cursor: string | null = null
      do {
        const next: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
        const page = (await boss.get(`users?sort=${sort}&limit=2${next}`)).json()
        listed.push(...page.items)
        cursor = page.next
      } while (cursor)
      const whole = (await boss.get(`users?sort=${sort}&limit=200`)).json().items as Record<string, string>[]
      expect(listed).toEqual(whole)
      const values = whole.map((account) => account[sort.replace('-', '')]!)
      expect(values).toEqual(sort.startsWith('-') ? values.toSorted().toReversed() : values.toSorted())
    }
    expect((await boss.get('users?sort=passwordHash')).statusCode).toBe(422)
  })

  it('finds entries of the audit by the person and by the record, whatever the case', async () => {
    const boss = await site.person('seeker', 'admin')
    await boss.post('projects', { title: 'Ten Zebrafish' })
    const found = async (q: string) =>
      (await boss.get(`audit?q=${encodeURIComponent(q)}&limit=50`)).json().items as {
        actorName: string
        label: string
      }[]
    expect(await found('zebraFISH')).toMatchObject([{ action: 'create', entity: 'Project', label: 'Ten Zebrafish' }])
    const byPerson = await found('SEEKER')
    expect(byPerson.length).toBeGreaterThan(0)
    for (const { actorName, label } of byPerson) expect(`${actorName} ${label}`.toLowerCase()).toContain('seeker')
    expect(await found('100%_nobody')).toEqual([])
  })
})
