/**
 * One batch as the worst day brings it: good files among damaged, lying and hostile ones. Each bad one gets a sentence of
 * its own, the good ones are archived, every byte is kept, and the server goes on.
 */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '#api/ingest/plan.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { dicomSeries, inveonPair, niftiFile } from '../help/scanner.ts'
import { sha256, upload } from '../help/upload.ts'
import { makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World
let owner: Person

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  owner = world.owner
  await site.ctx.jobs.start(site.ctx)
}, 120_000)
afterAll(() => site.close())

/** A TIFF whose second directory points back to the first. */
function circularTiff(): Uint8Array {
  const bytes = Buffer.alloc(200)
  bytes.write('II*\0', 0, 'latin1')
  bytes.writeUInt32LE(8, 4)
  const entries: [tag: number, type: number, value: number][] = [
    [256, 3, 4],
    [257, 3, 4],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 180],
    [277, 3, 1],
    [278, 3, 4],
    [279, 4, 16],
  ]
  bytes.writeUInt16LE(entries.length, 8)
  for (const [n, [tag, type, value]] of entries.entries()) {
    const at = 10 + n * 12
    bytes.writeUInt16LE(tag, at)
    bytes.writeUInt16LE(type, at + 2)
    bytes.writeUInt32LE(1, at + 4)
    bytes.writeUInt32LE(value, at + 8)
  }
  bytes.writeUInt32LE(8, 10 + entries.length * 12)
  return bytes
}

/** A zip of one entry that claims to unpack to 4 GiB. */
function zipBomb(): Uint8Array {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(8, 8)
  header.writeUInt32LE(0xfffffffe, 22)
  header.writeUInt16LE(5, 26)
  return Buffer.concat([header, Buffer.from('x.dcm'), gzipSync(Buffer.alloc(1_000_000)).subarray(10)])
}

describe('a batch with everything in it', () => {
  it('is taken in: each bad file gets its own sentence, the rest is archived', async () => {
    const good = await dicomSeries({ folder: 'good', study: 'good', subject: 'M-9', label: 'PET' })
    const [cut] = await dicomSeries({
      folder: 'cut',
      study: 'cut',
      subject: 'M-9',
      label: 'CT',
      modality: 'CT',
      planes: 1,
    })
    const [inveonHeader] = await inveonPair('alone', 'scan.img')
    const nifti = await niftiFile('brain.nii')
    if (!cut) throw new Error('no file')
    const lying = Buffer.from(nifti.bytes)
    lying.writeInt16LE(30_000, 42)
    const bomb = gzipSync(Buffer.concat([Buffer.from(nifti.bytes).subarray(0, 352), Buffer.alloc(60_000_000)]))
    const files = [
      ...good,
      { path: 'cut/truncated.dcm', bytes: cut.bytes.subarray(0, cut.bytes.byteLength - 40) },
      { path: 'lying.nii', bytes: lying },
      { path: 'loop.tif', bytes: circularTiff() },
      inveonHeader,
      { path: 'bomb.nii.gz', bytes: bomb },
      { path: 'bomb.zip', bytes: zipBomb() },
      { path: 'notes.txt', bytes: Buffer.from('mouse 9 looked sleepy') },
      { path: 'empty.dcm', bytes: Buffer.alloc(0) },
      { path: 'shell.html', bytes: Buffer.from('<script>alert(1)</script>') },
    ]
    const study = await owner.make('studies', { projectId: world.p.projectId, title: 'The worst day' })
    const batch = await owner.make('imports', { studyId: study.id, label: 'worst' })
    for (const file of files)
      expect((await upload(owner, batch.id, file.path, file.bytes)).statusCode, file.path).toBe(201)

    for (const path of [
      '../../etc/passwd',
      '/etc/passwd',
      'C:\\windows\\x',
      'a/../../b',
      'nul\0.dcm',
      'a'.repeat(1200),
    ]) {
      const refused = await upload(owner, batch.id, path, Buffer.from('x'))
      expect([400, 422], path).toContain(refused.statusCode)
      expect(refused.json().detail, path).toMatch(/path|name|characters/i)
    }

    expect((await owner.post(`imports/${batch.id}/inspect`)).statusCode).toBe(202)
    await site.ctx.jobs.idle()
    const { plan, state } = (await owner.get(`imports/${batch.id}`)).json() as { plan: Plan; state: string }
    expect(state).toBe('planned')
    const saidOf = (path: string) => {
      const series = plan.series.find((s) => s.files.includes(path))
      const attachment = plan.attachments.find((a) => a.path === path)
      return series?.problem?.message ?? attachment?.reason ?? (series ? 'fine' : 'nothing')
    }
    expect(saidOf(good[0]?.path ?? '')).toBe('fine')
    expect(saidOf('cut/truncated.dcm')).toMatch(/bytes|ends/)
    expect(saidOf('lying.nii')).toMatch(/bytes/)
    expect(saidOf('alone/scan.img.hdr')).toMatch(/scan\.img|image/)
    expect(saidOf('bomb.nii.gz')).not.toBe('nothing')
    for (const path of ['bomb.zip', 'notes.txt', 'empty.dcm', 'shell.html']) {
      expect(plan.attachments.map((a) => a.path)).toContain(path)
      expect(saidOf(path).length).toBeGreaterThan(10)
    }

    expect((await owner.post(`imports/${batch.id}/commit`)).statusCode).toBe(202)
    await site.ctx.jobs.idle()
    const done = (await owner.get(`imports/${batch.id}`)).json()
    expect(done.state, JSON.stringify(done.problem)).toBe('committed')
    const kept = (await owner.get(`files?studyId=${study.id}&limit=200`)).json().items as {
      id: string
      path: string
      sha256: string
    }[]
    expect(kept.map((f) => f.path).toSorted()).toEqual(files.map((f) => f.path).toSorted())
    for (const file of files) expect(kept.find((f) => f.path === file.path)?.sha256, file.path).toBe(sha256(file.bytes))

    const series = (await owner.get(`series?studyId=${study.id}`)).json().items as {
      id: string
      label: string
      pixels: string
      problem?: string
    }[]
    expect(series.find((s) => s.label === 'PET')?.pixels).toBe('ready')
    for (const failed of series.filter((s) => s.pixels === 'failed'))
      expect(failed.problem?.length, failed.label).toBeGreaterThan(10)

    const html = kept.find((f) => f.path === 'shell.html')
    const served = await owner.get(`files/${html?.id}/content`)
    expect(served.headers['content-disposition']).toMatch(/^attachment/)
    expect(served.headers['x-content-type-options']).toBe('nosniff')
    expect(served.headers['content-type']).not.toContain('html')
    expect((await owner.get('/readyz')).statusCode).toBe(200)
  }, 180_000)
})

describe('requests', () => {
  it('of 200 MB are refused before they are read', async () => {
    const chunk = Buffer.alloc(2 ** 20, ' ')
    async function* endless() {
      for (let n = 0; n < 200; n++) yield chunk
    }
    const { Readable } = await import('node:stream')
    const answer = await site.app.inject({
      method: 'POST',
      url: '/api/v1/projects',
      payload: Readable.from(endless()),
      headers: { ...owner.headers, 'content-type': 'application/json', 'content-length': String(200 * 2 ** 20) },
    })
    expect(answer.statusCode).toBe(413)
    expect(answer.json().code).toBe('too-large')
  })

  it('with deeply nested JSON do no harm', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    const answer = await site.app.inject({
      method: 'POST',
      url: '/api/v1/projects',
      payload: deep,
      headers: { ...owner.headers, 'content-type': 'application/json' },
    })
    expect(answer.statusCode).toBe(422)
  })

  it.each([
    '/api/v1/series/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/api/v1/files/..%2f..%2fsecret/content',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/api/v1/studies/%00',
    '/api//v1/me',
    '/api/v1/series/01ARZ3NDEKTSV4RRFFQ69G5FAV;x=1',
  ])('with odd paths find nothing: %s', async (url) => {
    const answer = await site.app.inject({ url, headers: owner.headers })
    expect([400, 404, 422]).toContain(answer.statusCode)
    expect(answer.body).not.toContain('root:')
  })

  it('with markup in every text come back as they were typed, in JSON and escaped elsewhere', async () => {
    const nasty = '</script><img src=x onerror=alert(1)>=cmd|calc'
    const lines = `${nasty}\u2028${nasty}\n${nasty}`
    const project = await owner.make('projects', { title: nasty, description: lines })
    expect((await owner.get(`projects/${project.id}`)).json()).toMatchObject({ title: nasty, description: lines })
    const sets = await owner.make('datasets', { seriesIds: [world.p.seriesId], send: true, title: nasty })
    const jsonld = await owner.get(`datasets/${sets.id}/as/schema.jsonld`)
    expect(jsonld.json().name).toBe(nasty)
    expect(jsonld.headers['content-type']).toContain('application/ld+json')
  })
})
