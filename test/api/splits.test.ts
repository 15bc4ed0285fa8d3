/** A scan of four animals split by boxes: series of one animal each, their values, events and exports; and taken back. */
// @ts-expect-error -- the package brings no types
import { data as dcmjs } from 'dcmjs'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Header } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { samplesOf } from '#imaging/samples.ts'
import { writeInveon } from '#imaging/write/inveon.ts'
import { setSystemFields } from '#api/records/write.ts'
import { ImageSeries } from '#ontology/entities/series.ts'
import type { Entity } from '#ontology/entity.ts'
import { openSite, type TestSite } from '../help/app.ts'
import { seriesFiles } from '../help/seriesFile.ts'
import { complete, makeWorld, when, type World } from '../help/world.ts'

const scan = phantom('four-mice-pet', { seed: 4, resolution: 0.4 })
const names = ['Q-1a', 'Q-1b', 'Q-1c', 'Q-1d']
const gram = (value: number) => ({ value, unit: 'g' })
type Box = { x: [number, number]; y: [number, number]; z: [number, number] }

async function* one(bytes: Uint8Array) {
  yield bytes
}

let site: TestSite
let world: World
let bed: string
let sessionId: string
let animals: string[]

beforeAll(async () => {
  site = await openSite()
  await site.ctx.jobs.start(site.ctx)
  world = await makeWorld(site)
  const { owner, p } = world
  sessionId = (await owner.make('sessions', { studyId: p.studyId, label: 'Bed 1', ...complete.session })).id
  animals = []
  for (const localId of names)
    animals.push(
      (await owner.make('subjects', { localId, projectIds: [p.projectId], species: { label: 'Mus musculus' }, animal: { sex: 'F' } })).id, // prettier-ignore
    )
  bed = (await owner.make('series', { sessionId, label: 'Four mice', ...complete.series })).id
  await site.ctx.db.write((t) => setSystemFields(ImageSeries as unknown as Entity, bed, { format: 'inveon', pixels: 'waiting' }, t)) // prettier-ignore
  const place = { seriesId: bed, sessionId, studyId: p.studyId, projectId: p.projectId }
  const { header, image } = writeInveon(scan, { fileName: 'bed.pet.img' })
  await seriesFiles(site.ctx, place, [
    { path: 'bed.pet.img', bytes: image },
    { path: 'bed.pet.img.hdr', bytes: one(header) },
  ])
})
afterAll(() => site.close())

const read = async (path: string) => (await world.owner.get(path)).json()
const headerOf = (id: string): Promise<Header & { revision: string }> => read(`series/${id}/header`)
const split = () => read(`series/${bed}/split`)
const put = (version: number, body: unknown, person = world.owner) =>
  site.app.inject({
    method: 'PUT',
    url: `/api/v1/series/${bed}/split`,
    payload: body as object,
    headers: { ...person.headers, 'if-match': `"${version}"` },
  })

let boxes: Box[]

it('proposes a box for each animal, from the left', async () => {
  const { revision, shape } = await headerOf(bed)
  const found = await world.owner.get(`series/${bed}/r/${revision}/bodies`)
  expect(found.statusCode, found.body).toBe(200)
  boxes = found.json().boxes
  expect(boxes).toHaveLength(4)
  // The phantom has its animals at -45, -15, 15 and 45 mm along x; the picture is 124 mm wide.
  const middles = boxes.map(({ x }) => ((x[0] + x[1]) / 2 / shape.x - 0.5) * 124)
  for (const [n, at] of [-45, -15, 15, 45].entries()) expect(Math.abs(middles[n]! - at)).toBeLessThan(4)
  for (const [n, box] of boxes.entries()) if (n > 0) expect(box.x[0]).toBeGreaterThanOrEqual(boxes[n - 1]!.x[1])
})

it('refuses boxes outside of the image, and one animal in two boxes', async () => {
  const { version } = await split()
  const [box] = boxes
  const outside = await put(version, { parts: [{ box: { ...box, x: [0, 100_000] } }] })
  expect(outside.statusCode).toBe(422)
  expect(outside.json().errors[0].pointer).toBe('/parts/0/box/x')
  const twice = await put(version, { parts: [0, 1].map((n) => ({ box: boxes[n], subjectId: animals[0] })) })
  expect(twice.json().errors[0]).toMatchObject({ pointer: '/parts/1/subjectId' })
  expect((await put(version, { parts: [] }, world.viewer)).statusCode).toBe(403)
  expect((await put(version, { parts: [] }, world.stranger)).statusCode).toBe(404)
  expect((await split()).parts).toEqual([])
})

it('makes a series of each animal, with the voxels of its box where they lay', async () => {
  const { version } = await split()
  const parts = boxes.map((box, n) => ({
    box,
    subjectId: animals[n],
    weight: gram(20 + n),
    administration: { start: when('2025-03-01T09:10:00Z'), activity: { value: 8 + n, unit: 'MBq' } },
  }))
  const answer = await put(version, { viewedFrom: 'behind the scanner', agentId: world.agentId, parts })
  expect(answer.statusCode, answer.body).toBe(200)
  await site.ctx.jobs.idle()
  const made = await split()
  expect(made.parts.map((part: { pixels: string }) => part.pixels)).toEqual(['ready', 'ready', 'ready', 'ready'])
  expect(made).toMatchObject({ viewedFrom: 'behind the scanner', agentId: world.agentId })
  const whole = await headerOf(bed)
  for (const [n, part] of made.parts.entries()) {
    const box = boxes[n]!
    const cut = await headerOf(part.id)
    expect(cut.shape).toMatchObject({ x: box.x[1] - box.x[0], y: box.y[1] - box.y[0], z: box.z[1] - box.z[0] })
    // The first voxel lies where the voxel of the scan lies that it is.
    for (const row of [0, 1, 2]) {
      const at = [box.x[0], box.y[0], box.z[0]].reduce(
        (sum, index, axis) => sum + index * whole.spacing![axis]! * whole.direction![axis * 3 + row]!,
        whole.origin![row]!,
      )
      expect(cut.origin![row]).toBeCloseTo(at, 6)
    }
    const z = box.z[0] + 5
    const ofWhole = await world.owner.get(
      `series/${bed}/r/${whole.revision}/box?x=${box.x.join(':')}&y=${box.y.join(':')}&z=${z}:${z + 1}`,
    )
    const ofPart = await world.owner.get(`series/${part.id}/r/${cut.revision}/planes/5`)
    expect(Buffer.compare(ofPart.rawPayload, ofWhole.rawPayload)).toBe(0)
    expect(Math.max(...samplesOf(cut.sampleType, ofPart.rawPayload))).toBeGreaterThan(0)
  }
  const record = await read(`series/${made.parts[2].id}`)
  expect(record).toMatchObject({ role: 'derived', subjectIds: [animals[2]], sourceSeriesIds: [bed], fileCount: 0 })
  // One animal has one dose: what is computed of the scan is refused, of the animal it is there.
  expect(record.computed.weight.value).toBe(22)
  expect(record.computed.suvBodyWeight.reason).toMatch(/decay/i)
  expect((await read(`series/${bed}`)).subjectIds.toSorted()).toEqual(animals.toSorted())
  const list = await read(`series?sourceId=${bed}`)
  expect(list.items).toHaveLength(4)
})

it('changes a weight that is recorded already instead of adding one', async () => {
  const now = await split()
  const parts = now.parts.map(({ pixels: _p, ...part }: { pixels: string }, n: number) =>
    n === 0 ? { ...part, weight: gram(21.5) } : part,
  )
  expect((await put(now.version, { agentId: now.agentId, parts })).statusCode).toBe(200)
  const events = await read(`events?subjectId=${animals[0]}`)
  const weights = events.items.filter((event: { kind: string }) => event.kind === 'measurement')
  expect(weights).toHaveLength(1)
  expect(weights[0].measurement.value).toEqual(gram(21.5))
  expect((await split()).parts[0].weight).toEqual(gram(21.5))
})

it('writes what ties the scan to its animals into DICOM', async () => {
  const naturalised = async (id: string) => {
    const answer = await world.owner.get(`series/${id}/as/dcm.zip`)
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
    const [first] = Object.values(unzipSync(answer.rawPayload))
    const { dict } = dcmjs.DicomMessage.readFile(first!.slice().buffer)
    // oxlint-disable-next-line typescript/no-explicit-any -- read as it was written
    return dcmjs.DicomMetaDictionary.naturalizeDataset(dict) as any
  }
  const all = await naturalised(bed)
  expect(all.PatientID).toBe(names.join('+'))
  const group = all.GroupOfPatientsIdentificationSequence
  expect(group.map((item: { PatientID: string }) => item.PatientID).toSorted()).toEqual(names)
  const placeOf = (name: string) =>
    group.find((item: { PatientID: string }) => item.PatientID === name).SubjectRelativePositionInImage
  expect(names.map(placeOf)).toEqual([[1, 1, 1], [2, 1, 1], [3, 1, 1], [4, 1, 1]]) // prettier-ignore
  const { parts } = await split()
  const one = await naturalised(parts[1].id)
  expect(one.PatientID).toBe('Q-1b')
  expect(one.SourcePatientGroupIdentificationSequence[0].PatientID).toBe(names.join('+'))
  expect(one.GroupOfPatientsIdentificationSequence).toBeUndefined()
  expect(one.Columns).toBe(boxes[1]!.x[1] - boxes[1]!.x[0])
})

it('follows the scan: a corrected time is the time of its animals, unless theirs was corrected', async () => {
  const { parts } = await split()
  const own = await read(`series/${parts[0].id}`)
  await world.owner.patch(`series/${own.id}`, { acquiredAt: when('2025-03-01T11:11:00Z') }, own.version)
  const scan = await read(`series/${bed}`)
  const changed = await world.owner.patch(
    `series/${bed}`,
    { acquiredAt: when('2025-03-01T10:30:00Z'), decayCorrection: 'scan start' },
    scan.version,
  )
  expect(changed.statusCode, changed.body).toBe(200)
  const first = await read(`series/${parts[0].id}`)
  expect(first).toMatchObject({ decayCorrection: 'scan start', acquiredAt: when('2025-03-01T11:11:00Z') })
  const second = await read(`series/${parts[1].id}`)
  expect(second.acquiredAt).toEqual(when('2025-03-01T10:30:00Z'))
  expect(second.computed.suvBodyWeight.value).toBeGreaterThan(0)
})

it('is not overwritten by who has not seen it, and can be changed and taken back', async () => {
  const now = await split()
  expect((await put(now.version - 1, { parts: [] })).statusCode).toBe(412)
  const kept = now.parts.slice(0, 2).map(({ id, label, subjectId }: { id: string; label: string; subjectId: string }, n: number) => ({ id, label, subjectId, box: n === 0 ? { ...boxes[0], z: [2, 12] } : boxes[1] })) // prettier-ignore
  const changed = await put(now.version, { parts: kept })
  expect(changed.statusCode, changed.body).toBe(200)
  await site.ctx.jobs.idle()
  const smaller = await split()
  expect(smaller.parts).toHaveLength(2)
  // What is asked for in a row is believed for three seconds.
  await vi.waitFor(async () => expect((await headerOf(smaller.parts[0].id)).shape.z).toBe(10), 10_000)
  expect((await read(`series/${bed}`)).subjectIds.toSorted()).toEqual(animals.slice(0, 2).toSorted())
  const history = await read(`series/${smaller.parts[0].id}/history`)
  expect(history.items.find((entry: { action: string }) => entry.action === 'cut').changes[0].pointer).toBe(
    '/sourceBox',
  )
  expect((await put(smaller.version, { parts: [] })).statusCode).toBe(200)
  expect((await read(`series?sourceId=${bed}`)).items).toEqual([])
  expect((await headerOf(bed)).shape).toMatchObject({ x: scan.header.shape.x })
})

it('goes and returns with its scan', async () => {
  const { version } = await split()
  const made = (await put(version, { parts: [{ box: boxes[0] }] })).json().parts[0].id
  const scan = await read(`series/${bed}`)
  expect((await world.owner.delete(`series/${bed}`, scan.version)).statusCode).toBe(204)
  expect((await world.owner.get(`series/${made}`)).statusCode).toBe(404)
  expect((await world.owner.post(`series/${bed}/restore`)).statusCode).toBe(200)
  expect((await world.owner.get(`series/${made}`)).statusCode).toBe(200)
})
