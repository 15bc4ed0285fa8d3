/** Lists of files, read by the programs that they are for. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '#api/modules/manifests/formats.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'
import { makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World
const odd = 'a "b" \\c\n=1+2.raw'
const texts: Record<string, string> = { 'scan/one.raw': 'one', [odd]: 'odd name' }

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  const { owner, personId, p } = world
  for (const [name, text] of Object.entries(texts)) {
    await seriesFile(site.ctx, p, name, (async function* () { yield Buffer.from(text) })()) // prettier-ignore
  }
  await owner.make('datasets', {
    seriesIds: [p.seriesId],
    creators: [personId],
    send: true,
    excuseMissing: 'notRecorded',
  })
  await site.ctx.search.settled()
})
afterAll(() => site.close())

const ask = async (person: Person, body: object) => {
  const answer = await person.post('manifests', body)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer
}

describe('a manifest', () => {
  it('has addresses, sizes and checksums of what is public, for everybody', async () => {
    const { p, q } = world
    const answer = await ask(site.anonymous, { seriesIds: [p.seriesId, q.seriesId] })
    const manifest = answer.json() as Manifest
    expect(manifest.series.map(({ id }) => id)).toEqual([p.seriesId])
    expect(answer.body).not.toContain('wombat')
    const sums = Object.values(texts).map((text) => createHash('sha256').update(text).digest('hex'))
    expect(manifest.files.map(({ sha256 }) => sha256).toSorted()).toEqual(sums.toSorted())
    expect(manifest.byteCount).toBe(Object.values(texts).join('').length)
    expect(manifest.fileCount).toBe(2)
    for (const { url } of manifest.files) expect(url).toMatch(/^http:\/\/localhost:\d+\/api\/v1\/files\/\w+\/content$/)
  })

  it('does not exist for what the caller may not have', async () => {
    for (const person of [site.anonymous, world.stranger]) {
      expect((await person.post('manifests', { seriesIds: [world.q.seriesId] })).statusCode).toBe(404)
    }
    expect((await world.otherOwner.post('manifests', { seriesIds: [world.q.seriesId] })).statusCode).toBe(200)
    expect((await site.anonymous.post('manifests', { seriesIds: ['x'] })).statusCode).toBe(422)
  })

  it('is fetched by curl and proved by sha256sum', async () => {
    await site.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = site.app.server.address() as AddressInfo
    const here = (text: string) => text.replaceAll(site.config.publicUrl, `http://127.0.0.1:${port}`)
    const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-manifest-'))
    for (const format of ['curl', 'sha256', 'wget']) {
      const { body } = await ask(site.anonymous, { seriesIds: [world.p.seriesId], format })
      writeFileSync(path.join(folder, format), here(body))
    }
    const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) // prettier-ignore
    // The server answers in this process, so the programs run beside it.
    const { execFile } = await import('node:child_process')
    const fetched = (program: string, ...args: string[]) =>
      new Promise<void>((resolve, reject) =>
        execFile(program, args, { cwd: folder }, (error, _out, stderr) =>
          error ? reject(new Error(stderr)) : resolve(),
        ),
      )
    await fetched('curl', '--fail', '--silent', '--show-error', '--config', 'curl')
    expect(run('sha256sum', '--check', '--strict', 'sha256').match(/: OK/g)).toHaveLength(2)
    await fetched('wget', '--quiet', '--content-disposition', '--directory-prefix', 'flat', '--input-file', 'wget')
    expect(readdirSync(path.join(folder, 'flat'))).toHaveLength(2)
    rmSync(folder, { recursive: true })
  })

  it('runs nothing in a spreadsheet and adds no line to aria2c', async () => {
    const { body: csv } = await ask(site.anonymous, { seriesIds: [world.p.seriesId], format: 'csv' })
    expect(csv.split('\r\n')[0]).toBe('path,url,bytes,sha256,series')
    expect(csv).not.toMatch(/(^|,|\r\n)"?[=+@]/)
    const { body } = await ask(site.anonymous, { seriesIds: [world.p.seriesId], format: 'aria2' })
    expect(body.trimEnd().split('\n')).toHaveLength(6)
    expect(body.match(/^ {2}checksum=sha-256=[0-9a-f]{64}$/gm)).toHaveLength(2)
  })

  it('is made of all that a search finds', async () => {
    const found = async (query: string) => (await site.anonymous.get(`search/manifest?${query}`)).json() as Manifest
    expect((await found('q=FDG')).series.map(({ id }) => id)).toEqual([world.p.seriesId])
    expect(await found('q=unicorn')).toMatchObject({ series: [], files: [], fileCount: 0 })
    const csv = await site.anonymous.get('search/manifest?range.Activity=8..9&format=csv')
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.body.trim().split('\r\n').length).toBeGreaterThan(1)
  })
})
