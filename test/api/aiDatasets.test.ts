/** From a search to a frozen, converted, split and checked dataset that programs load. */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '#api/access/caller.ts'
import { createRecord } from '#api/records/write.ts'
import { entities } from '#ontology/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'
import { complete, makeWorld, marker, when, type World } from '../help/world.ts'

let site: TestSite
let world: World
const seriesIds: string[] = []
const split = { groupBy: ['bed'], shares: { train: 0.5, validation: 0.25, test: 0.25 }, seed: 7 }

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  const { owner, p } = world
  for (let n = 0; n < 8; n++) {
    const subject = await owner.make('subjects', {
      localId: `AI-${n}`,
      projectIds: [p.projectId],
      species: { label: 'Mus musculus' },
      animal: { ...complete.animal, strain: { label: n % 2 ? 'C57BL/6J' : 'BALB/c' } },
    })
    const session = await owner.make('sessions', { studyId: p.studyId, label: `AI day ${n}`, ...complete.session })
    for (const label of ['OSEM', 'FBP']) {
      const series = await imageSeries({
        sessionId: session.id,
        label: `${label} ${n}`,
        subjectIds: [subject.id],
        modality: 'PT',
        acquiredAt: when('2025-03-01T10:00:00Z'),
      })
      seriesIds.push(series.id)
      const place = { seriesId: series.id, sessionId: session.id, studyId: p.studyId, projectId: p.projectId }
      await seriesFile(site.ctx, place, `${label}.nii`, image(n, label === 'OSEM' ? 1 : 2))
    }
  }
  await site.ctx.jobs.start(site.ctx)
}, 240_000)
afterAll(() => site.close())

function image(n: number, factor: number): AsyncIterable<Uint8Array> {
  const plane = new Uint8Array(8 * 8).map((_, i) => (i + n) * factor)
  const header = {
    format: 'nifti',
    modality: 'PT',
    shape: { x: 8, y: 8, z: 4, t: 1, c: 1 },
    sampleType: 'uint8' as const,
    samplesPerPixel: 1 as const,
    spacing: [1, 1, 2] as [number, number, number],
    origin: [0, 0, 0] as [number, number, number],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'known' as const,
    slope: [1],
    intercept: [0],
    unit: '',
    frames: null,
    channels: null,
    window: null,
    warnings: [],
  }
  return writeNifti({ header, planes: () => Array.from({ length: 4 }, () => plane) })
}

/** As an import leaves it. */
const imageSeries = (body: object) =>
  createRecord(
    site.ctx,
    system,
    entities.find(({ name }) => name === 'ImageSeries')!,
    body as never,
    {
      system: { format: 'nifti', fileCount: 1, byteCount: 0, pixels: 'waiting' },
    },
  )

const make = async (person: Person, body: object) => {
  const made = await person.post('ai-datasets', { title: 'Mice', format: 'original', split, ...body })
  expect(made.statusCode, made.body).toBe(202)
  await site.ctx.jobs.idle()
  return (await person.get(`ai-datasets/${made.json().id}`)).json()
}

describe('a dataset for machine learning', () => {
  it('is split by animal, stratified by label, and says what it cannot know', async () => {
    const made = await make(world.viewer, { seriesIds, labelFacet: 'Strain' })
    expect(made).toMatchObject({ state: 'ready', number: 1, openToAll: false })
    const { items, findings, changes } = made.result
    expect(items).toHaveLength(16)
    const parts = new Map<string, string>()
    for (const { animals, split: part } of items) {
      expect(parts.get(animals[0]) ?? part).toBe(part)
      parts.set(animals[0], part)
    }
    const of = (part: string) => items.filter((item: { split: string }) => item.split === part)
    expect(['train', 'validation', 'test'].map((part) => of(part).length)).toEqual([8, 4, 4])
    for (const part of ['train', 'validation', 'test']) {
      expect(new Set(of(part).map((item: { label: string }) => item.label))).toEqual(new Set(['BALB/c', 'C57BL/6J']))
    }
    expect(new Set(items.slice(0, 2).map((item: { acquisition: string }) => item.acquisition)).size).toBe(1)
    expect(findings.filter((finding: { severity: string }) => finding.severity === 'error')).toEqual([])
    expect(findings.map((finding: { rule: string }) => finding.rule)).toContain('unknown')
    expect(changes).toBeNull()
  })

  it('is converted and resampled, byte-exact as its list says', async () => {
    const made = await make(world.viewer, { seriesIds: seriesIds.slice(0, 4), format: 'nifti', spacing: [2, 2, 2] })
    expect(made.result.items.map((item: { problem?: string }) => item.problem)).toEqual(Array(4).fill(undefined))
    expect(made.result.items.map((item: { files: unknown[] }) => item.files.length)).toEqual([1, 1, 1, 1])
    const [{ files }] = made.result.items
    const answer = await world.viewer.get(`ai-datasets/${made.id}/files/0`)
    expect(answer.statusCode).toBe(200)
    expect(createHash('sha256').update(answer.rawPayload).digest('hex')).toBe(files[0].sha256)
    const bytes = gunzipSync(answer.rawPayload)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    expect([1, 2, 3].map((axis) => view.getInt16(40 + 2 * axis, true))).toEqual([4, 4, 4])
    expect([1, 2, 3].map((axis) => view.getFloat32(76 + 4 * axis, true))).toEqual([2, 2, 2])
    expect(view.getFloat32(352, true)).toBeCloseTo((0 + 1 + 8 + 9) / 4)
    const csv = (await world.viewer.get(`ai-datasets/${made.id}/items.csv`)).body.trim().split('\r\n')
    expect(csv).toHaveLength(5)
    expect(csv[0]).toMatch(/^path,split,label,url,bytes,sha256/)
    const croissant = (await world.viewer.get(`ai-datasets/${made.id}/croissant`)).json()
    expect(croissant).toMatchObject({
      conformsTo: 'http://mlcommons.org/croissant/1.1',
      recordSet: [{ '@id': 'items' }],
    })
    const sums = (await world.viewer.get(`ai-datasets/${made.id}/manifest?format=sha256`)).body
    expect(sums.match(/^[0-9a-f]{64} {2}\S.*\.nii\.gz$/gm)).toHaveLength(4)
    const sheet = (await world.viewer.get(`ai-datasets/${made.id}/datasheet.md`)).body
    for (const part of [
      'Motivation',
      'Composition',
      'Collection',
      'Preprocessing',
      'Uses',
      'Distribution',
      'Maintenance',
    ]) {
      expect(sheet).toContain(`## ${part}`)
    }
    expect(sheet).toContain('2 x 2 x 2 mm')
    expect((await world.stranger.get(`ai-datasets/${made.id}`)).statusCode).toBe(404)
    expect((await world.owner.get(`ai-datasets/${made.id}/files/0`)).statusCode).toBe(404)
  })

  it('is asked again: new images come in, and nothing changes its part', async () => {
    const { owner, personId, p } = world
    const publish = (ids: string[]) =>
      owner.make('datasets', { seriesIds: ids, creators: [personId], send: true, excuseMissing: 'notRecorded' })
    await publish(seriesIds.slice(0, 8))
    await site.ctx.search.settled()
    const first = await make(world.stranger, { query: `q=OSEM ${marker}&facet.Modality=PT` })
    expect(first).toMatchObject({ openToAll: true, spec: { query: `q=OSEM ${marker}&facet.Modality=PT` } })
    expect(first.result.items).toHaveLength(4)
    expect(first.result.sources).toHaveLength(1)
    await publish(seriesIds.slice(8))
    await site.ctx.search.settled()
    expect((await site.anonymous.post(`ai-datasets/${first.id}/versions`)).statusCode).toBe(401)
    expect((await owner.post(`ai-datasets/${first.id}/versions`)).statusCode).toBe(403)
    const next = (await world.stranger.post(`ai-datasets/${first.id}/versions`)).json()
    await site.ctx.jobs.idle()
    const second = (await site.anonymous.get(`ai-datasets/${next.id}`)).json()
    expect(second).toMatchObject({ number: 2, previousId: first.id, state: 'ready' })
    expect(second.result.changes).toMatchObject({ removed: [], changed: [] })
    expect(second.result.changes.added).toHaveLength(4)
    const parts = new Map(
      second.result.items.map((item: { seriesId: string; split: string }) => [item.seriesId, item.split]),
    )
    for (const item of first.result.items) expect(parts.get(item.seriesId)).toBe(item.split)
    expect((await world.stranger.delete(`ai-datasets/${first.id}`)).statusCode).toBe(409)
    expect((await world.stranger.delete(`ai-datasets/${second.id}`)).statusCode).toBe(204)
    expect(p.seriesId).not.toBe('')
  })

  it('has no more than its maker may have', async () => {
    const refused = await world.stranger.post('ai-datasets', {
      title: 'Q',
      format: 'original',
      split,
      seriesIds: [world.q.seriesId],
    })
    expect(refused.statusCode).toBe(202)
    await site.ctx.jobs.idle()
    expect((await world.stranger.get(`ai-datasets/${refused.json().id}`)).json()).toMatchObject({ state: 'failed' })
    expect(
      (await site.anonymous.post('ai-datasets', { title: 'Q', format: 'original', split, seriesIds })).statusCode,
    ).toBe(401)
  })

  it.each([
    ['/split/shares', { split: { ...split, shares: { train: 0.5, validation: 0.2, test: 0.2 } } }],
    ['/spacing', { spacing: [1, 1, 1] }],
    ['/labelFacet', { labelFacet: 'Colour' }],
    ['/query', { seriesIds: undefined, query: 'range.Age=old' }],
    ['/query', { seriesIds: undefined, query: 'scope=mine&colour=red' }],
    ['/query', { seriesIds: undefined, query: 'q=unicorn' }],
    ['/seriesIds', { query: 'q=x' }],
  ])('is refused with the field that is wrong: %s', async (pointer, more) => {
    const body = { title: 'Mice', format: 'original', split, seriesIds: seriesIds.slice(0, 2), ...more }
    const answer = await world.viewer.post('ai-datasets', body)
    expect(answer.statusCode, answer.body).toBe(422)
    expect(answer.json().errors[0].pointer).toBe(pointer)
  })

  it('checks parts that were made elsewhere', async () => {
    const [a, b, c] = seriesIds
    const leak = (await world.viewer.post('ai-datasets/check', { train: [a], test: [b, c] })).json()
    expect(leak.findings.map((finding: { rule: string }) => finding.rule)).toEqual(
      expect.arrayContaining(['animal', 'acquisition', 'bed']),
    )
    const twice = (await world.viewer.post('ai-datasets/check', { train: [a, b], test: [a, b] })).json()
    expect(twice.findings[0].message).toContain('2 image series are in more than one part')
    const clean = (await world.viewer.post('ai-datasets/check', { train: [a, b], test: [c] })).json()
    expect(clean.findings.filter((finding: { severity: string }) => finding.severity === 'error')).toEqual([])
  })
})
