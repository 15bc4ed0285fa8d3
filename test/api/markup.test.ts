/** Annotations and segmentations over HTTP: who sees and changes them, versions, what the search and the registry get. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeRuns } from '#imaging/labels/runs.ts'
import { formatById } from '#imaging/formats/index.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { memorySource } from '#imaging/source.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { system } from '#api/access/caller.ts'
import { entityNamed } from '#api/records/read.ts'
import { createRecord } from '#api/records/write.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'

let site: TestSite
let owner: Person
let editor: Person
let viewer: Person
let stranger: Person
let seriesId: string
let studyId: string
const ct = phantom('mouse-ct', { seed: 3, resolution: 0.3 })
const { shape, spacing } = ct.header

beforeAll(async () => {
  site = await openSite()
  await site.ctx.jobs.start(site.ctx)
  ;[owner, editor, viewer, stranger] = (await Promise.all(
    ['owner', 'editor', 'viewer', 'stranger'].map((name) => site.person(name)),
  )) as [Person, Person, Person, Person]
  const projectId = (await owner.make('projects', { title: 'Growth' })).id
  for (const [person, role] of [
    [editor, 'editor'],
    [viewer, 'viewer'],
  ] as const)
    await owner.put(`projects/${projectId}/members`, { email: person.email, role })
  studyId = (await owner.make('studies', { title: 'Tumours', projectId })).id
  const sessionId = (await owner.make('sessions', { studyId, label: 'Day 1' })).id
  const { id } = await createRecord(
    site.ctx,
    system,
    entityNamed('ImageSeries'),
    { sessionId, label: 'CT' },
    { system: { format: 'nifti', fileCount: 0, byteCount: 0, pixels: 'waiting' } },
  )
  seriesId = id
  await seriesFile(site.ctx, { seriesId, sessionId, studyId, projectId }, 'm.nii.gz', writeNifti(ct, { gzip: true }))
})
afterAll(() => site.close())

const length = (more: object = {}) => ({
  seriesId,
  label: 'Long axis',
  tool: 'length',
  space: 'patient',
  points: [
    [0, 0, 0],
    [3, 4, 0],
  ],
  values: [{ quantity: 'length', value: 5, unit: 'mm' }],
  structure: { label: 'liver', codings: [{ scheme: 'UBERON', code: '0002107' }] },
  ...more,
})

const put = (person: Person, id: string, version: number, bytes: Uint8Array) =>
  site.app.inject({
    method: 'PUT',
    url: `/api/v1/segmentations/${id}/labels`,
    headers: { ...person.headers, 'content-type': 'application/gzip', 'if-match': `"${version}"` },
    payload: Buffer.from(bytes),
  })

/** A block of label 1 of so many voxels along each axis. */
function block(size: number): Uint8Array {
  const volume = new Uint8Array(shape.x * shape.y * shape.z)
  for (let k = 0; k < size; k++)
    for (let j = 0; j < size; j++) volume.fill(1, (k * shape.y + j) * shape.x, (k * shape.y + j) * shape.x + size)
  return gzipSync(encodeRuns([shape.x, shape.y, shape.z, 1], [volume]))
}

describe('an annotation', () => {
  it('is written by editors, names its author, and has a history', async () => {
    const made = await editor.make('annotations', length())
    expect(made).toMatchObject({ studyId, audience: 'project', author: 'editor', time: 0, channel: 0 })
    expect((await viewer.post('annotations', length())).statusCode).toBe(403)
    expect((await stranger.post('annotations', length())).statusCode).toBe(422)
    expect((await site.anonymous.post('annotations', length())).statusCode).toBe(401)
    const changed = await owner.patch(`annotations/${made.id}`, { label: 'Longest axis' }, made.version)
    expect(changed.json()).toMatchObject({ label: 'Longest axis', author: 'editor', version: 2 })
    expect((await editor.patch(`annotations/${made.id}`, { label: 'mine' }, made.version)).statusCode).toBe(412)
    const { items } = (await viewer.get(`annotations/${made.id}/history`)).json()
    expect(items.map((entry: { actorName: string; action: string }) => [entry.actorName, entry.action])).toEqual([
      ['owner', 'update'],
      ['editor', 'create'],
    ])
    expect((await viewer.get(`annotations?studyId=${studyId}`)).json().items).toHaveLength(1)
    expect((await stranger.get(`annotations/${made.id}`)).statusCode).toBe(404)
    expect((await site.anonymous.get('annotations')).json().items).toEqual([])
    expect((await editor.delete(`annotations/${made.id}`, 2)).statusCode).toBe(204)
    expect((await editor.post(`annotations/${made.id}/restore`)).statusCode).toBe(200)
  })

  it('can be kept for oneself, also by those who may only look', async () => {
    const mine = await viewer.make('annotations', length({ audience: 'me', label: 'Private wallaby' }))
    expect((await viewer.get(`annotations?seriesId=${seriesId}`)).body).toContain('wallaby')
    for (const person of [editor, owner]) {
      expect((await person.get(`annotations/${mine.id}`)).statusCode).toBe(404)
      expect((await person.get(`annotations?seriesId=${seriesId}`)).body).not.toContain('wallaby')
    }
    expect((await viewer.patch(`annotations/${mine.id}`, { label: 'Private koala' }, 1)).statusCode).toBe(200)
    // Making it everybody's is a write like any other.
    expect((await viewer.patch(`annotations/${mine.id}`, { audience: 'project' }, 2)).statusCode).toBe(403)
    await site.ctx.search.settled()
    expect((await viewer.get('search?q=koala&scope=mine')).json().total).toBe(0)
    expect((await viewer.delete(`annotations/${mine.id}`, 2)).statusCode).toBe(204)
  })

  it.each([
    ['two points for an angle', { tool: 'angle' }, '/points'],
    ['a plane of the patient', { plane: 3 }, '/plane'],
    ['a picture without plane', { space: 'picture' }, '/plane'],
    ['a colour in words', { colour: 'red' }, '/colour'],
    [
      'a point in a plane',
      {
        points: [
          [1, 2],
          [3, 4],
        ],
      },
      '/points/0',
    ],
  ])('is refused in words: %s', async (_name, more, pointer) => {
    const answer = await editor.post('annotations', length(more))
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors[0].pointer).toBe(pointer)
  })

  it('is found by its structure, and makes its series be found', async () => {
    await site.ctx.search.settled()
    const found = (await viewer.get('search?q=liver&scope=mine&type=series')).json()
    expect(found.items.map((hit: { id: string }) => hit.id)).toEqual([seriesId])
    expect((await stranger.get('search?q=liver&scope=mine')).json().total).toBe(0)
  })
})

describe('a segmentation', () => {
  it('keeps each version of its labels, counted', async () => {
    const segments = [{ number: 1, label: 'Tumour', colour: '#e8774f' }]
    const made = await editor.make('segmentations', { seriesId, label: 'Tumours', segments })
    expect((await viewer.get(`segmentations/${made.id}/labels`)).statusCode).toBe(404)
    const first = await put(editor, made.id, 1, block(3))
    expect(first.statusCode, first.body).toBe(200)
    const voxel = spacing![0] * spacing![1] * spacing![2]
    expect(first.json().labels.counts).toEqual([
      // NIfTI keeps spacing in 32 bits.
      { number: 1, time: 0, voxels: 27, cubicMillimetres: expect.closeTo(27 * voxel, 4) },
    ])
    expect((await put(editor, made.id, 1, block(4))).statusCode).toBe(412)
    expect((await put(viewer, made.id, 2, block(4))).statusCode).toBe(403)
    expect((await put(stranger, made.id, 2, block(4))).statusCode).toBe(404)
    expect((await put(owner, made.id, 2, block(4))).json().labels.counts[0].voxels).toBe(64)
    // Renaming leaves the labels alone.
    const renamed = await editor.patch(`segmentations/${made.id}`, { label: 'Tumour, day 1' }, 3)
    expect(renamed.json().labels.counts[0].voxels).toBe(64)
    const now = await viewer.get(`segmentations/${made.id}/labels`)
    expect(gunzipSync(now.rawPayload)).toEqual(gunzipSync(block(4)))
    const before = await viewer.get(`segmentations/${made.id}/labels?version=2`)
    expect(gunzipSync(before.rawPayload)).toEqual(gunzipSync(block(3)))
    const { items } = (await viewer.get(`segmentations/${made.id}/versions`)).json()
    expect(items.map((one: { version: number }) => one.version)).toEqual([3, 2])
  })

  it('is sent as NIfTI and DICOM, voxel for voxel and in place', async () => {
    const structure = { label: 'liver', codings: [{ scheme: 'UBERON', code: '0002107' }] }
    const segments = [{ number: 1, label: 'Liver', colour: '#e8774f', structure }]
    const { id } = await editor.make('segmentations', { seriesId, label: 'To send', segments })
    await put(editor, id, 1, block(4))
    const nifti = await viewer.get(`segmentations/${id}/as/nii.gz`)
    expect(nifti.statusCode, nifti.body.slice(0, 300)).toBe(200)
    const source = memorySource(new Uint8Array(nifti.rawPayload))
    const reader = await formatById('nifti')!.open([{ path: 'labels.nii.gz', source }])
    const image = (await viewer.get(`series/${seriesId}/header`)).json()
    expect(reader.header).toMatchObject({ shape: image.shape, sampleType: 'uint8' })
    for (const key of ['spacing', 'origin', 'direction'] as const)
      reader.header[key]!.forEach((value, n) => expect(value, key).toBeCloseTo(image[key][n], 4))
    const first = await reader.plane(0)
    expect([...first].filter((label) => label === 1)).toHaveLength(16)
    expect(first[3 * shape.x + 3]).toBe(1)
    const dicom = await viewer.get(`segmentations/${id}/as/dcm`)
    expect(dicom.statusCode, dicom.body.slice(0, 300)).toBe(200)
    expect(dicom.rawPayload.subarray(128, 132).toString()).toBe('DICM')
    expect(dicom.rawPayload.includes('1.2.840.10008.5.1.4.1.1.66.4')).toBe(true)
    expect(dicom.rawPayload.includes('0002107')).toBe(true)
    expect((await stranger.get(`segmentations/${id}/as/dcm`)).statusCode).toBe(404)
    expect((await viewer.get(`segmentations/${id}/as/dcm?t=7`)).json().detail).toContain('there is no 7')
  })

  it('refuses labels of another image, damaged ones, and two segments of one number', async () => {
    const { id } = await editor.make('segmentations', { seriesId, label: 'Bad', segments: [] })
    const other = gzipSync(encodeRuns([2, 2, 2, 1], [null]))
    expect((await put(editor, id, 1, other)).json().detail).toContain('2 × 2 × 2 × 1')
    expect((await put(editor, id, 1, new Uint8Array([1, 2, 3]))).statusCode).toBe(422)
    expect((await put(editor, id, 1, gzipSync('no runs'))).statusCode).toBe(422)
    const twice = [1, 1].map((number) => ({ number, label: 'x', colour: '#000000' }))
    expect((await editor.patch(`segmentations/${id}`, { segments: twice }, 1)).json().errors[0].pointer).toBe(
      '/segments/1/number',
    )
    expect(
      (
        await site.app.inject({
          method: 'PUT',
          url: `/api/v1/segmentations/${id}/labels`,
          headers: { ...editor.headers, 'if-match': '"1"' },
          payload: {},
        })
      ).statusCode,
    ).toBe(422)
  })

  it('goes with its series and comes back with it', async () => {
    const { version } = (await owner.get(`series/${seriesId}`)).json()
    const before = (await owner.get(`annotations?seriesId=${seriesId}`)).json().items.length
    expect(before).toBeGreaterThan(0)
    expect((await owner.delete(`series/${seriesId}`, version)).statusCode).toBe(204)
    expect((await owner.get(`annotations?studyId=${studyId}`)).json().items).toEqual([])
    expect((await owner.post(`series/${seriesId}/restore`)).statusCode).toBe(200)
    expect((await owner.get(`annotations?seriesId=${seriesId}`)).json().items).toHaveLength(before)
  })
})

describe('what is published', () => {
  it('holds what was marked for the public and nothing else', async () => {
    await editor.make('annotations', length({ audience: 'public', label: 'Shown to all', note: 'Measured twice.' }))
    await editor.make('annotations', length({ audience: 'project', label: 'Only here' }))
    const dataset = await owner.make('datasets', { seriesIds: [seriesId], title: 'CT' })
    const { annotations, segmentations } = (await owner.get(`datasets/${dataset.id}`)).json().snapshot
    expect(annotations.map((one: { label: string }) => one.label)).toEqual(['Shown to all'])
    expect(annotations[0]).not.toHaveProperty('author')
    expect(segmentations).toEqual([])
  })
})
