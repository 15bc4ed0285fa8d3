/** /healthz and /readyz, also when a part of the site does not work. */
import { rename } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type TestSite } from '../help/app.ts'

let site: TestSite
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close().catch(() => undefined))

async function ready(): Promise<[status: number, failed: string[]]> {
  const answer = await site.app.inject('/readyz')
  const { checks } = answer.json() as { checks: Record<string, string> }
  return [answer.statusCode, Object.keys(checks).filter((name) => checks[name] !== 'ok')]
}

it('is ready when database, storage and search work', async () => {
  await site.ctx.search.settled()
  expect(await ready()).toEqual([200, []])
})

it('names the storage when its folder is gone, and is ready again when it is back', async () => {
  const folder = site.ctx.blobs.stagingFolder
  await rename(folder, `${folder}.away`)
  expect(await ready()).toEqual([503, ['storage']])
  await rename(`${folder}.away`, folder)
  expect(await ready()).toEqual([200, []])
})

it('waits for a demo facility that is being filled', async () => {
  site.ctx.pending.add('demo facility')
  const answer = await site.app.inject('/readyz')
  expect([answer.statusCode, answer.json().pending]).toEqual([503, ['demo facility']])
  site.ctx.pending.delete('demo facility')
})

it('names the database when it is gone; the process still says that it lives', async () => {
  await site.ctx.search.close()
  await site.ctx.db.sequelize.close()
  const [status, failed] = await ready()
  expect(status).toBe(503)
  expect(failed).toContain('database')
  expect((await site.app.inject('/healthz')).statusCode).toBe(200)
})
