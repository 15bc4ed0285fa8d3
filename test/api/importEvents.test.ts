/** What headers say was given to an animal becomes entries on its timeline, beside what people typed. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { upload } from '../help/upload.ts'
import { inveonHeader } from '../unit/imaging/files.ts'

// eslint-disable-next-line typescript/no-explicit-any -- tests read whatever is there
type Json = any

let site: TestSite
let owner: Person
let projectId: string
let studyId: string

beforeAll(async () => {
  site = await openSite()
  owner = await site.person('owner')
  projectId = (await owner.make('projects', { title: 'PET' })).id
  studyId = (await owner.make('studies', { projectId, title: 'FDG of mice' })).id
  await site.ctx.jobs.start(site.ctx)
}, 120_000)
afterAll(() => site.close())

const scan = (folder: string, more: Record<string, string | number> = {}) => [
  {
    path: `${folder}/pet.img.hdr`,
    bytes: Buffer.from(
      inveonHeader(
        {
          model: 5001,
          modality: 0,
          file_type: 5,
          data_type: 2,
          x_dimension: 2,
          y_dimension: 2,
          z_dimension: 1,
          total_frames: 1,
          pixel_size: 0.1,
          pixel_size_z: 0.8,
          subject_identifier: 'M-1',
          subject_weight: 24.5,
          subject_weight_units: 1,
          scan_time: 'Fri Mar  1 10:00:00 2024',
          injected_compound: 'FDG',
          isotope: 'F-18',
          dose: 5.5,
          dose_units: 2,
          injection_time: 'Fri Mar  1 09:00:00 2024',
          ...more,
        },
        [{ scale_factor: 1 }],
      ),
    ),
  },
  { path: `${folder}/pet.img`, bytes: new Uint8Array(Int16Array.from([folder.length, 2, 3, 4]).buffer) },
]

async function planned(files: { path: string; bytes: Uint8Array }[]): Promise<Json> {
  const { id } = await owner.make('imports', { studyId })
  for (const { path, bytes } of files) expect((await upload(owner, id, path, bytes)).statusCode).toBe(201)
  await owner.post(`imports/${id}/inspect`)
  await site.ctx.jobs.idle()
  return (await owner.get(`imports/${id}`)).json()
}

async function committed(id: string): Promise<Json> {
  expect((await owner.post(`imports/${id}/commit`)).statusCode).toBe(202)
  await site.ctx.jobs.idle()
  const made = (await owner.get(`imports/${id}`)).json()
  expect(made).toMatchObject({ state: 'committed', problem: null })
  return made
}

const events = async (): Promise<Json[]> => (await owner.get(`events?projectId=${projectId}`)).json().items

it('proposes weight and tracer with the header key, makes them with the import, and takes them back with it', async () => {
  const { id, plan } = await planned(scan('a'))
  expect(plan.events.map((each: Json) => [each.kind, each.include, each.text])).toEqual([
    ['measurement', true, 'Body weight 24.5 g'],
    ['agentAdministration', true, expect.stringContaining('5.5 MBq')],
  ])
  const { result } = await committed(id)
  expect(result.eventIds).toHaveLength(2)
  const made = await events()
  const given = made.find(({ kind }) => kind === 'agentAdministration')
  expect(given).toMatchObject({
    subjectId: result.subjectIds[0],
    sessionId: result.sessionIds[0],
    start: { precision: 'second' },
    agentAdministration: { purpose: 'imaging', activity: { value: 5.5, unit: 'MBq' } },
  })
  expect(given.start.dateTime).toContain('2024-03-01T09:00:00')
  expect(given.sources).toContainEqual({ field: 'agentAdministration.activity', source: 'header', evidence: 'dose' })
  expect((await owner.get(`agents/${given.agentAdministration.agentId}`)).json()).toMatchObject({
    category: 'radiotracer',
    radionuclide: 'F-18',
  })
  expect(made.find(({ kind }) => kind === 'measurement')).toMatchObject({
    measurement: { what: 'body weight', value: { value: 24.5, unit: 'g' } },
  })

  const undone = await owner.post(`imports/${id}/undo`)
  expect(undone.statusCode).toBe(200)
  expect(undone.json().result.kept).toEqual([])
  expect(await events()).toEqual([])
})

it('leaves what was typed: the plan shows the difference, and nothing is recorded twice', async () => {
  await committed((await planned(scan('b'))).id)
  const before = await events()
  const weight = before.find(({ kind }) => kind === 'measurement')
  const typed = { measurement: { ...weight.measurement, value: { value: 27, unit: 'g' } } }
  expect((await owner.patch(`events/${weight.id}`, typed, weight.version)).statusCode).toBe(200)

  const later = await planned(scan('cc', { recon_algorithm: 3 }))
  expect(later.plan.events.map((each: Json) => [each.include, each.existing?.agrees, each.existing?.text])).toEqual([
    [false, false, 'Body weight 27 g'],
    [false, true, expect.stringContaining('5.5 MBq')],
  ])
  const key = later.plan.events[1].key
  const choose = (of: string, include: boolean, version: number) =>
    owner.patch(`imports/${later.id}/plan`, { events: [{ key: of, include }] }, version)
  expect((await choose('nothing', true, later.version)).statusCode).toBe(422)
  const changed = (await choose(key, true, later.version)).json()
  expect(changed.plan.events[1].include).toBe(true)
  expect((await choose(key, false, changed.version)).statusCode).toBe(200)
  await committed(later.id)
  const after = await events()
  expect(after).toHaveLength(before.length)
  expect(after.find(({ id }) => id === weight.id).measurement.value).toEqual({ value: 27, unit: 'g' })
})
