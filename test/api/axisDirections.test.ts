/** Where the axes of an image run when people say so: of the record for members, of the snapshot for everybody else. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { system } from '#api/access/caller.ts'
import { createRecord } from '#api/records/write.ts'
import { entities } from '#ontology/index.ts'
import type { Header } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { seriesFile } from '../help/seriesFile.ts'
import { makeWorld, type World } from '../help/world.ts'

const image = phantom('mouse-ct', { seed: 5, resolution: 1.5 })
const planes = [...image.planes()]

let site: TestSite
let world: World
/** A series that says where its axes run, and one that does not. */
let placed: string
let unplaced: string

async function series(name: string, header: Header): Promise<string> {
  const { sessionId, studyId, projectId, subjectId } = world.p
  const body = { sessionId, label: name, modality: 'CT', subjectIds: [subjectId], acquiredAt: acquired }
  const entity = entities.find((one) => one.name === 'ImageSeries')!
  const { id } = await createRecord(site.ctx, system, entity, body, {
    system: { format: 'nifti', fileCount: 1, byteCount: 0, pixels: 'waiting' },
  })
  await seriesFile(
    site.ctx,
    { seriesId: id, sessionId, studyId, projectId },
    `${name}.nii`,
    writeNifti({ header, planes: () => planes }),
  )
  return id
}
const acquired = { dateTime: '2025-03-01T10:00:00Z', precision: 'minute' }

beforeAll(async () => {
  site = await openSite()
  await site.ctx.jobs.start(site.ctx)
  world = await makeWorld(site)
  placed = await series('placed', image.header)
  unplaced = await series('unplaced', { ...image.header, origin: null, direction: null, orientation: 'unknown' })
})
afterAll(() => site.close())

const header = async (id: string, person: Person) => (await person.get(`series/${id}/header`)).json()
const state = async (id: string, axisDirections: unknown, person = world.editor) =>
  person.patch(`series/${id}`, { axisDirections }, (await header(id, world.owner)).record.version)

it('the header follows the record and says that a person stated it; without the field the file speaks again', async () => {
  const { editor } = world
  const before = await header(unplaced, editor)
  expect(before).toMatchObject({ orientation: 'unknown', direction: null, origin: null })
  expect(before).not.toHaveProperty('axisDirections')

  expect((await state(unplaced, 'RSP')).statusCode).toBe(200)
  const stated = await editor.get(`series/${unplaced}/header`, { 'if-none-match': '"x"' })
  expect(stated.json()).toEqual({
    ...before,
    axisDirections: 'RSP',
    orientation: 'stated',
    direction: [-1, 0, 0, 0, 0, 1, 0, 1, 0],
    record: { version: before.record.version + 1, mayEdit: true, studyId: world.p.studyId },
  })

  expect((await state(unplaced, null)).statusCode).toBe(200)
  expect(await header(unplaced, editor)).toEqual({ ...before, record: expect.anything() })
})

it('it wins over a file that is wrong, and never touches the planes', async () => {
  const { editor } = world
  const { revision, origin, spacing, direction } = await header(placed, editor)
  const plane = async () => (await editor.get(`series/${placed}/r/${revision}/planes/3`)).rawPayload
  const bytes = await plane()
  // The phantom lies as the patient axes do; feet first turns left-right and head-feet.
  expect(direction.map(Math.round)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1])
  await state(placed, 'RPI')
  expect(await header(placed, editor)).toMatchObject({
    revision,
    spacing,
    orientation: 'stated',
    origin: [-origin[0], origin[1], -origin[2]],
    direction: [-1, 0, 0, 0, 1, 0, 0, 0, -1],
  })
  expect((await plane()).equals(bytes)).toBe(true)
  await state(placed, null)
})

it('editors may say it, viewers see it without being asked, strangers see nothing', async () => {
  const { viewer, stranger, owner } = world
  expect((await header(placed, viewer)).record.mayEdit).toBe(false)
  expect((await header(placed, owner)).record.mayEdit).toBe(true)
  expect((await state(placed, 'LPS', viewer)).statusCode).toBe(403)
  expect((await state(placed, 'LPS', stranger)).statusCode).toBe(404)
  const { version } = (await header(placed, owner)).record
  expect((await state(placed, 'LPI')).statusCode).toBe(200)
  expect((await world.editor.patch(`series/${placed}`, { axisDirections: 'LPS' }, version)).json().code).toBe('stale')
  expect(await header(placed, viewer)).toMatchObject({ axisDirections: 'LPI', orientation: 'stated' })
  await state(placed, null)
})

it.each(['LLS', 'LRS', 'LP', 'LPSA', 'lps', 'LPX', ''])(
  '“%s” is refused with a sentence on the field',
  async (wrong) => {
    const answer = await state(placed, wrong)
    expect(answer.statusCode).toBe(422)
    const [error] = answer.json().errors
    expect(error.pointer).toBe('/axisDirections')
    expect(error.message).toContain(`“${wrong}” was given. Example: "LPS".`)
    expect(error.message).toContain('one letter each, every pair once')
  },
)

it('the public sees what was published, not what is said later', async () => {
  const { owner, editor } = world
  await state(placed, 'RPS')
  const sent = await owner.make('datasets', { seriesIds: [placed], send: true, creators: [world.personId] })
  expect(sent.state).toBe('published')
  // Who may have the pixels is believed for three seconds.
  await expect
    .poll(async () => (await site.anonymous.get(`series/${placed}/header`)).statusCode, { timeout: 8000 })
    .toBe(200)
  await state(placed, 'LPI')
  expect(await header(placed, site.anonymous)).toMatchObject({
    axisDirections: 'RPS',
    orientation: 'stated',
    direction: [-1, 0, 0, 0, 1, 0, 0, 0, 1],
    record: null,
  })
  expect(await header(placed, editor)).toMatchObject({ axisDirections: 'LPI', direction: [1, 0, 0, 0, 1, 0, 0, 0, -1] })
  expect((await site.anonymous.get(`datasets/${sent.id}`)).json().snapshot.series[0].axisDirections).toBe('RPS')
}, 20_000)

it('GraphQL has the field, because the schema has it', async () => {
  const query = `{ imageSeries(id: "${placed}") { axisDirections } }`
  expect((await world.editor.post('/graphql', { query })).json()).toEqual({
    data: { imageSeries: { axisDirections: 'LPI' } },
  })
})

it('an image that was moved by hand keeps its voxels and says where it was put; nonsense is refused by name', async () => {
  const { editor, owner } = world
  const moved = async (placement: unknown, person = editor) =>
    person.patch(`series/${placed}`, { placement }, (await header(placed, owner)).record.version)
  const before = await header(placed, editor)
  expect(before).not.toHaveProperty('placement')
  expect((await moved('1.5 0 -2 0 0 15')).statusCode).toBe(200)
  const after = await header(placed, editor)
  expect(after).toEqual({
    ...before,
    placement: '1.5 0 -2 0 0 15',
    record: { ...before.record, version: before.record.version + 1 },
  })
  for (const nonsense of ['1 2 3', '1 2 3 4 5 x', '1 2 3 4 5 6 7', 'NaN 0 0 0 0 0']) {
    const refused = await moved(nonsense)
    expect(refused.statusCode).toBe(422)
    expect(JSON.stringify(refused.json())).toContain('placement')
  }
  expect((await moved('0 0 1 0 0 0', world.viewer)).statusCode).toBe(403)
  expect((await moved(null)).statusCode).toBe(200)
  expect(await header(placed, editor)).not.toHaveProperty('placement')
})
