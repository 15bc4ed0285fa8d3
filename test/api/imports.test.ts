import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '#api/ingest/plan.ts'
import { Import } from '#api/modules/imports/model.ts'
import { addFile } from '#api/modules/imports/service.ts'
import { Job } from '#api/modules/jobs/model.ts'
import { AuditEntry } from '#api/db/models.ts'
import { anonymous, system } from '#api/access/caller.ts'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { dicomSeries, inveonPair, niftiFile, type MadeFile } from '../help/scanner.ts'
import { sha256, upload } from '../help/upload.ts'
import { makeWorld, type World } from '../help/world.ts'
import { encode, image, part10, type Attributes } from '../unit/imaging/dicomFiles.ts'

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

// eslint-disable-next-line typescript/no-explicit-any -- tests read whatever is there
type Json = any

const newStudy = async (): Promise<string> =>
  (await owner.make('studies', { projectId: world.p.projectId, title: 'Imports' })).id
const newImport = async (studyId: string): Promise<string> =>
  (await owner.make('imports', { studyId, label: 'Tuesday' })).id
const bring = async (id: string, files: MadeFile[]) => {
  for (const answer of await Promise.all(files.map((file) => upload(owner, id, file.path, file.bytes)))) {
    expect(answer.statusCode).toBe(201)
  }
}
const read = async (id: string): Promise<Json & { plan: Plan }> => (await owner.get(`imports/${id}`)).json()
const inspect = async (id: string) => {
  const answer = await owner.post(`imports/${id}/inspect`)
  expect(answer.statusCode, answer.body).toBe(202)
  await site.ctx.jobs.idle()
  return read(id)
}
const commit = async (id: string) => {
  const answer = await owner.post(`imports/${id}/commit`)
  expect(answer.statusCode, answer.body).toBe(202)
  await site.ctx.jobs.idle()
  return read(id)
}
const list = async (url: string): Promise<Json[]> =>
  (await owner.get(`${url}${url.includes('?') ? '&' : '?'}limit=200`)).json().items
const petAndCt = async (subject = 'M-77', study = 'a'): Promise<MadeFile[]> => [
  ...(await dicomSeries({ folder: 'm77/pet', study, subject, label: 'FDG static', sex: 'F' })),
  ...(await dicomSeries({
    folder: 'm77/ct',
    study,
    subject,
    label: 'CT',
    modality: 'CT',
    start: '2024-03-01T10:02:00',
  })),
]

describe('an import from the first file to the record', () => {
  let studyId: string
  let id: string

  it('begins empty', async () => {
    studyId = await newStudy()
    const answer = await owner.post('imports', { studyId })
    expect(answer.statusCode).toBe(201)
    expect(answer.headers.etag).toBe('"1"')
    id = answer.json().id
    expect(answer.headers.location).toBe(`/api/v1/imports/${id}`)
    expect(answer.json()).toMatchObject({
      studyId,
      projectId: world.p.projectId,
      state: 'collecting',
      fileCount: 0,
      plan: null,
      result: null,
    })
    expect((await owner.post(`imports/${id}/inspect`)).statusCode).toBe(422)
    expect((await owner.post(`imports/${id}/commit`)).statusCode).toBe(409)
  })

  it('is inspected: what belongs together is grouped, with evidence', async () => {
    const truncated = (
      await dicomSeries({ folder: 'broken', study: 'b', subject: 'M-78', label: 'Cut', planes: 1 })
    )[0]!
    await bring(id, [
      ...(await petAndCt()),
      { path: truncated.path, bytes: truncated.bytes.slice(0, -40) },
      { path: 'm77/notes.txt', bytes: Buffer.from('fed at 9:00') },
      { path: 'readme.pdf', bytes: Buffer.from('%PDF-1.4 …') },
      { path: 'empty.dat', bytes: Buffer.alloc(0) },
    ])
    const { plan, state, problem, fileCount } = await inspect(id)
    expect({ state, problem, fileCount }).toEqual({ state: 'planned', problem: null, fileCount: 10 })
    expect(plan.summary).toMatchObject({ files: 10, series: 3, problems: 1 })
    expect(plan.attachments.map((a: Json) => a.path).toSorted()).toEqual(['empty.dat', 'm77/notes.txt', 'readme.pdf'])
    const pet = plan.series.find((s: Json) => s.label.value === 'FDG static')!
    const ct = plan.series.find((s: Json) => s.label.value === 'CT')!
    expect(pet).toMatchObject({
      include: true,
      format: 'dicom',
      fileCount: 3,
      shape: [8, 6, 3, 1, 1],
      modality: { value: 'PT' },
      subject: { id: null, create: { localId: 'M-77', kind: 'animal', sex: 'F' } },
    })
    expect(pet.subject.evidence).toContain('(0010,0020)')
    expect(pet.sessionKey).toBe(ct.sessionKey)
    const session = plan.sessions.find((s: Json) => s.key === pet.sessionKey)!
    expect(session.start.value).toContain('2024-03-01')
    expect(session.instrument).toMatchObject({
      id: null,
      create: { manufacturer: 'Mediso', model: 'nanoScan', serialNumber: '42' },
    })
    expect(plan.series.find((s: Json) => s.files[0].startsWith('broken'))!.problem).toMatchObject({ code: 'truncated' })
    expect(plan.attachments.find((a: Json) => a.path === 'm77/notes.txt')!.sessionKey).toBe(pet.sessionKey)
  })

  it('can be changed by a person who has seen the newest version', async () => {
    const before = await read(id)
    const pet = before.plan.series.find((s: Json) => s.label.value === 'FDG static')
    const change = { series: [{ key: pet.key, label: 'FDG 60 min', modality: 'PT' }] }
    expect((await owner.patch(`imports/${id}/plan`, change)).statusCode).toBe(428)
    expect((await owner.patch(`imports/${id}/plan`, change, before.version + 1)).statusCode).toBe(412)
    const answer = await owner.patch(`imports/${id}/plan`, change, before.version)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers.etag).toBe(`"${before.version + 1}"`)
    expect(answer.json().plan.series.find((s: Json) => s.key === pet.key)).toMatchObject({
      label: { value: 'FDG 60 min', evidence: 'typed' },
    })
  })

  it.each([
    [{ series: [{ key: 'nope' }] }, '/series/0/key'],
    [{ series: [{ key: 'nope', label: '' }] }, '/series/0/label'],
    [{ series: [{ key: 'nope', colour: 'red' }] }, '/series/0/colour'],
    [{}, ''],
  ])('refuses the change %j', async (change, pointer) => {
    const { version } = await read(id)
    const answer = await owner.patch(`imports/${id}/plan`, change, version)
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors.map((e: Json) => e.pointer)).toContain(pointer)
  })

  it('refuses a subject of another project and an instrument that is not there', async () => {
    const { version, plan } = await read(id)
    const [series] = plan.series
    const change = {
      sessions: [{ key: series.sessionKey, instrument: { id: world.p.seriesId } }],
      series: [{ key: series.key, subject: { id: world.q.seriesId } }],
    }
    const answer = await owner.patch(`imports/${id}/plan`, change, version)
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors.map((e: Json) => e.pointer)).toEqual([
      `/series/${series.key}/subject/id`,
      `/sessions/${series.sessionKey}/instrument/id`,
    ])
  })

  it('is archived in one step', async () => {
    const { state, result, problem } = await commit(id)
    expect({ state, problem }).toEqual({ state: 'committed', problem: null })
    expect(result.seriesIds).toHaveLength(3)
    expect(result).toMatchObject({ files: 10, attachments: 3 })
    expect(result.subjectIds).toHaveLength(2)

    const series = await list(`series?studyId=${studyId}`)
    const pet = series.find((s) => s.label === 'FDG 60 min')
    expect(pet).toMatchObject({ modality: 'PT', format: 'dicom', fileCount: 3, pixels: 'ready', number: 1 })
    expect(pet.acquiredAt).toMatchObject({ precision: 'second' })
    expect(pet.sources).toEqual(
      expect.arrayContaining([expect.objectContaining({ field: 'subjectIds', source: 'header' })]),
    )
    expect(pet.sources.map((s: Json) => s.field)).not.toContain('label')
    expect(pet.image.shape).toEqual([8, 6, 3, 1, 1])
    expect(series.find((s) => s.pixels === 'failed')).toMatchObject({ problem: expect.stringContaining('broken') })

    const [subject] = (await list(`subjects?studyId=${studyId}`)).filter((s) => s.localId === 'M-77')
    expect(subject).toMatchObject({ kind: 'animal', animal: { sex: 'F' }, projectIds: [world.p.projectId] })
    expect(pet.subjectIds).toEqual([subject.id])
    const sessions = await list(`sessions?studyId=${studyId}`)
    const session = sessions.find((s) => s.id === pet.sessionId)
    expect(session).toMatchObject({ placements: [{ subjectId: subject.id }], start: { precision: 'second' } })
    const instrument = (await owner.get(`instruments/${session.instrumentId}`)).json()
    expect(instrument).toMatchObject({
      manufacturer: 'Mediso',
      model: 'nanoScan',
      serialNumber: '42',
      softwareVersion: '1.5',
    })

    const files = await list(`files?studyId=${studyId}`)
    expect(files).toHaveLength(10)
    const original = (await petAndCt()).find((f) => f.path.endsWith('pet/IM0001.dcm'))!
    expect(files.find((f) => f.path === original.path)).toMatchObject({
      seriesId: pet.id,
      role: 'image',
      mediaType: 'application/dicom',
      sha256: sha256(original.bytes),
      byteCount: original.bytes.length,
    })
    expect(files.find((f) => f.path === 'm77/notes.txt')).toMatchObject({
      role: 'attachment',
      mediaType: 'text/plain',
      sessionId: session.id,
    })
    const tell = await AuditEntry.findAll({ where: { recordId: id } })
    expect(tell.map((entry) => entry.action).toSorted()).toEqual(['commit', 'create'])
    expect((await AuditEntry.findOne({ where: { recordId: pet.id, action: 'create' } }))?.actorName).toBe('owner')
  })

  it('takes no more files and no second commit', async () => {
    expect((await upload(owner, id, 'late', Buffer.from('x'))).statusCode).toBe(410)
    expect((await owner.post(`imports/${id}/commit`)).statusCode).toBe(409)
    expect((await owner.delete(`imports/${id}`)).statusCode).toBe(409)
  })

  it('recognises the same files when they come again', async () => {
    const again = await newImport(studyId)
    await bring(
      again,
      (await petAndCt()).map((file) => ({ ...file, path: `again/${file.path}` })),
    )
    const { plan } = await inspect(again)
    expect(plan.series.map((s: Json) => [s.include, s.problem?.code])).toEqual([
      [false, 'duplicate'],
      [false, 'duplicate'],
    ])
    expect(plan.sessions[0]).toMatchObject({ existingId: expect.any(String) })
    expect(plan.series[0].subject).toMatchObject({ id: expect.any(String) })
    const { result } = await commit(again)
    expect(result).toMatchObject({ seriesIds: [], files: 0 })
  })

  it('is undone, as far as nobody uses it', async () => {
    const { result } = await read(id)
    const used = (await list(`subjects?studyId=${studyId}`)).find((s) => s.localId === 'M-78')
    await owner.make('events', {
      kind: 'measurement',
      projectId: world.p.projectId,
      subjectId: used.id,
      start: { dateTime: '2024-03-02T09:00:00Z', precision: 'minute' },
      measurement: { what: 'body weight', value: { value: 24.2, unit: 'g' } },
    })
    const answer = await owner.post(`imports/${id}/undo`)
    expect(answer.statusCode, answer.body).toBe(200)
    expect(answer.json()).toMatchObject({
      state: 'undone',
      result: { kept: [{ entity: 'Subject', id: used.id, label: 'M-78' }] },
    })
    expect(await list(`series?studyId=${studyId}`)).toEqual([])
    expect(await list(`sessions?studyId=${studyId}`)).toEqual([])
    expect(await list(`files?studyId=${studyId}`)).toEqual([])
    expect((await list(`subjects?studyId=${studyId}`)).map((s) => s.localId)).toEqual(['M-78'])
    expect((await owner.get(`instruments/${result.instrumentIds[0]}`)).statusCode).toBe(404)
    const restored = await owner.post(`series/${result.seriesIds[0]}/restore`)
    expect(restored.statusCode).toBe(422)
    // Nothing comes back that refers to what is gone.
    const session = await owner.post(`sessions/${result.sessionIds[0]}/restore`)
    expect([session.statusCode, session.json().errors[0].pointer]).toEqual([422, '/instrumentId'])
    expect((await owner.post(`instruments/${result.instrumentIds[0]}/restore`)).statusCode).toBe(200)
    expect((await owner.post(`sessions/${result.sessionIds[0]}/restore`)).statusCode).toBe(200)
    expect((await owner.post(`series/${result.seriesIds[0]}/restore`)).statusCode).toBe(200)
    expect((await list(`files?studyId=${studyId}`)).length).toBeGreaterThan(0)
    expect((await owner.post(`imports/${id}/undo`)).statusCode).toBe(409)
  })
})

describe('plans', () => {
  it('use known subjects and instruments, and make what is new once', async () => {
    const studyId = await newStudy()
    await owner.make('subjects', { localId: 'M-0412', projectIds: [world.p.projectId], animal: { sex: 'M' } })
    const id = await newImport(studyId)
    const instrument = { manufacturer: 'Bruker', model: 'BioSpec', serialNumber: '7' }
    await bring(id, [
      ...(await dicomSeries({ folder: 'x', study: 'k1', subject: 'm 412', label: 'A', modality: 'MR', instrument })),
      ...(await dicomSeries({ folder: 'y', study: 'k2', subject: 'New-1', label: 'B', modality: 'MR', instrument })),
      ...(await dicomSeries({ folder: 'z', study: 'k2', subject: 'New-1', label: 'C', modality: 'MR', instrument })),
    ])
    await inspect(id)
    const { result } = await commit(id)
    expect(result).toMatchObject({
      subjectIds: [expect.any(String), expect.any(String)],
      instrumentIds: [expect.any(String)],
    })
    expect(result.sessionIds).toHaveLength(2)
    const made = await list(`subjects?studyId=${studyId}`)
    expect(made.map((s) => s.localId).toSorted()).toEqual(['M-0412', 'New-1'])
    expect((await owner.get(`instruments/${result.instrumentIds[0]}`)).json()).toMatchObject({
      name: 'BioSpec (7)',
      modalities: ['MR'],
    })
  })

  it('keep what a person leaves out as attachments, and use a subject that was made meanwhile', async () => {
    const studyId = await newStudy()
    const id = await newImport(studyId)
    await bring(id, await petAndCt('Both', 'both'))
    const { plan, version } = await inspect(id)
    const ct = plan.series.find((s: Json) => s.label.value === 'CT')
    await owner.patch(`imports/${id}/plan`, { series: [{ key: ct.key, include: false }] }, version)
    const subject = await owner.make('subjects', {
      localId: 'Both',
      projectIds: [world.p.projectId],
      animal: { sex: 'M' },
    })
    const { result } = await commit(id)
    expect(result).toMatchObject({ subjectIds: [subject.id], files: 6, attachments: 3 })
    const files = await list(`files?studyId=${studyId}`)
    expect(files.filter((f) => f.role === 'attachment').map((f) => f.path)).toEqual([
      'm77/ct/IM0001.dcm',
      'm77/ct/IM0002.dcm',
      'm77/ct/IM0003.dcm',
    ])
  })

  it('begin again when a file comes after the inspection, and keep what was typed', async () => {
    const id = await newImport(await newStudy())
    await bring(id, await petAndCt('Late', 'late'))
    const { plan, version } = await inspect(id)
    const key = plan.series[0]!.key
    await owner.patch(`imports/${id}/plan`, { series: [{ key, label: 'Mine' }] }, version)
    await bring(id, [await niftiFile('m77/mask.nii')])
    const opened = await read(id)
    expect(opened).toMatchObject({ state: 'collecting', version: version + 2 })
    expect((await owner.post(`imports/${id}/commit`)).statusCode).toBe(409)
    const again = await inspect(id)
    expect(again.plan.series).toHaveLength(3)
    expect(again.plan.series.find((s: Json) => s.key === key).label).toEqual({ value: 'Mine', evidence: 'typed' })
    expect(new Set(again.plan.series.map((s: Json) => s.sessionKey)).size).toBe(1)
  })

  it('read pairs of files and tell which one is missing', async () => {
    const id = await newImport(await newStudy())
    const [header, image] = await inveonPair('inveon', 'm01.pet.img')
    const [lonely] = await inveonPair('lonely', 'm02.pet.img')
    await bring(id, [header, image, lonely])
    const { plan } = await inspect(id)
    expect(plan.series.map((s: Json) => [s.format, s.fileCount, s.problem?.code ?? null])).toEqual([
      ['inveon', 2, null],
      ['inveon', 1, 'missing-companion'],
    ])
  })

  it('are not carried out with a start in the future, which a person can put right', async () => {
    const id = await newImport(await newStudy())
    await bring(
      id,
      await dicomSeries({ folder: 'f', study: 'future', subject: 'F-1', label: 'X', start: '2199-01-01T10:00:00' }),
    )
    const { plan } = await inspect(id)
    const answer = await owner.post(`imports/${id}/commit`)
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors[0].pointer).toBe(`/sessions/${plan.sessions[0]!.key}/start/value`)
    const { version } = await read(id)
    const change = { sessions: [{ key: plan.sessions[0]!.key, start: '2024-01-02T10:00:00' }] }
    expect((await owner.patch(`imports/${id}/plan`, change, version)).statusCode).toBe(200)
    expect((await commit(id)).state).toBe('committed')
  })

  it('make other kinds of subjects when a person says so', async () => {
    const studyId = await newStudy()
    const id = await newImport(studyId)
    await bring(id, [await niftiFile('a.nii', 11), await niftiFile('b.nii', 12)])
    const { plan, version } = await inspect(id)
    const [a, b] = plan.series as [Json, Json]
    const cells = { localId: 'U87 in well B3', kind: 'cellCulture' }
    const refused = await owner.patch(
      `imports/${id}/plan`,
      { series: [{ key: a.key, subject: { create: cells } }] },
      version,
    )
    expect(refused.json().errors[0].pointer).toBe(`/series/${a.key}/subject/create/cellLine`)
    const change = {
      series: [
        { key: a.key, subject: { create: { ...cells, cellLine: 'U-87 MG' } } },
        { key: b.key, subject: { create: { localId: 'NEMA', kind: 'phantom', model: 'NU 4-2008' } } },
      ],
    }
    expect((await owner.patch(`imports/${id}/plan`, change, version)).statusCode).toBe(200)
    expect((await commit(id)).problem).toBeNull()
    const made = await list(`subjects?studyId=${studyId}`)
    expect(made.find((s) => s.kind === 'cellCulture').cellCulture.cellLine.codings).not.toHaveLength(0)
    expect(made.find((s) => s.kind === 'phantom').phantom).toEqual({ model: 'NU 4-2008' })
  })
})

describe('an image of several subjects', () => {
  it('is of each of them, and the session knows who lay where', async () => {
    const member = (localId: string, column: number): Attributes => [
      [0x00100020, 'LO', localId],
      [0x00100028, 'US', [column, 1, 1]],
      [0x00185100, 'CS', 'HFP'],
    ]
    const bytes = part10(
      encode(
        image([
          [0x00100020, 'LO', 'BED-7'],
          [0x00100027, 'SQ', [member('G-1', 1), member('G-2', 2), member('G-3', 3)]],
        ]),
      ),
    )
    const id = await newImport(await newStudy())
    await bring(id, [{ path: 'bed/pet.dcm', bytes }])
    const { plan, version } = await inspect(id)
    expect([plan.series[0].subject, ...plan.series[0].moreSubjects].map((one: Json) => one.create.localId)).toEqual(['G-1', 'G-2', 'G-3']) // prettier-ignore
    // The third place was empty.
    const moreSubjects = [{ create: plan.series[0].moreSubjects[0].create }, { id: null }]
    const change = { series: [{ key: plan.series[0].key, moreSubjects }] }
    expect((await owner.patch(`imports/${id}/plan`, change, version)).statusCode).toBe(200)
    const { result } = await commit(id)
    const series = (await owner.get(`series/${result.seriesIds[0]}`)).json()
    const session = (await owner.get(`sessions/${result.sessionIds[0]}`)).json()
    const names = async (ids: string[]) =>
      Promise.all(ids.map(async (one) => (await owner.get(`subjects/${one}`)).json().localId))
    expect(await names(series.subjectIds)).toEqual(['G-1', 'G-2'])
    expect(session.placements).toEqual([
      { subjectId: series.subjectIds[0], entry: 'head first', posture: 'prone', position: [1, 1, 1] },
      { subjectId: series.subjectIds[1], entry: 'head first', posture: 'prone', position: [2, 1, 1] },
    ])
  })
})

describe('when something goes wrong', () => {
  it('a commit that fails leaves nothing behind and leads back to the plan', async () => {
    const studyId = await newStudy()
    const id = await newImport(studyId)
    await bring(id, await petAndCt('Rollback', 'rollback'))
    await inspect(id)
    // A plan that passes the check at the door and fails inside: the second series has no label.
    const row = (await Import.findByPk(id))!
    const plan = structuredClone(row.plan!)
    plan.series[1]!.label.value = ' '
    await row.update({ plan })
    const failed = await commit(id)
    expect(failed).toMatchObject({
      state: 'planned',
      result: null,
      problem: { code: 'invalid', detail: expect.stringContaining('Image series') },
    })
    expect(await list(`series?studyId=${studyId}`)).toEqual([])
    expect(await list(`sessions?studyId=${studyId}`)).toEqual([])
    expect((await list(`subjects?projectId=${world.p.projectId}`)).map((s) => s.localId)).not.toContain('Rollback')
    const change = { series: [{ key: plan.series[1]!.key, label: 'Named' }] }
    await owner.patch(`imports/${id}/plan`, change, failed.version)
    expect((await commit(id)).state).toBe('committed')
  })

  it('a commit does not happen when the person lost their role meanwhile', async () => {
    const person = await site.person('leaver')
    await owner.put(`projects/${world.p.projectId}/members`, { email: person.email, role: 'editor' })
    const studyId = await newStudy()
    const { id } = await person.make('imports', { studyId })
    await upload(person, id, 'a.nii', (await niftiFile('a.nii', 77)).bytes)
    await person.post(`imports/${id}/inspect`)
    await site.ctx.jobs.idle()
    await owner.delete(`projects/${world.p.projectId}/members/${person.userId}`)
    expect((await person.post(`imports/${id}/commit`)).statusCode).toBe(404)
    await ordered(id, person.userId)
    expect(await read(id)).toMatchObject({ state: 'planned', problem: { code: 'notFound' } })
    expect(await list(`series?studyId=${studyId}`)).toEqual([])
  })

  it('a commit that was carried out before a crash is not carried out again', async () => {
    const studyId = await newStudy()
    const id = await newImport(studyId)
    await bring(id, [await niftiFile('b.nii', 78)])
    await inspect(id)
    const { jobId, version } = await commit(id)
    await Job.update({ state: 'queued', runAfter: new Date() }, { where: { id: jobId } })
    await site.ctx.jobs.idle()
    expect((await Job.findByPk(jobId))?.state).toBe('done')
    expect(await list(`series?studyId=${studyId}`)).toHaveLength(1)
    expect((await read(id)).version).toBe(version)
  })

  it('an unexpected error in a commit is told without its details, and the plan stays', async () => {
    const id = await newImport(await newStudy())
    await bring(id, [await niftiFile('c.nii', 79)])
    await inspect(id)
    await Import.update({ state: 'committing' }, { where: { id } })
    const row = (await Import.findByPk(id))!
    // A plan that our code could not have made: reading it throws inside.
    await row.update({ plan: { ...row.plan!, series: [{ ...row.plan!.series[0]!, files: null as never }] } })
    await ordered(id, owner.userId)
    await expect.poll(async () => (await Import.findByPk(id))?.state, { timeout: 20_000 }).toBe('failed')
    expect((await Import.findByPk(id))?.problem).toMatchObject({
      code: 'internal',
      detail: expect.not.stringContaining('null'),
    })
  }, 30_000)

  /** Orders a commit as the service would, without its checks. */
  async function ordered(id: string, userId: string) {
    await site.ctx.db.write(async (t) => {
      const payload = { importId: id, caller: { kind: 'user', name: 'somebody' } }
      const [jobId] = await site.ctx.jobs.enqueue(t, [{ task: 'commitImport', payload, userId }])
      await Import.update({ state: 'committing', jobId }, { where: { id }, transaction: t })
    })
    await site.ctx.jobs.idle()
  }
})

describe('who may do what with an import', () => {
  let id: string
  beforeAll(async () => void (id = await newImport(await newStudy())))

  it('a viewer may look', async () => {
    expect((await world.viewer.get(`imports/${id}`)).statusCode).toBe(200)
    expect((await world.viewer.get(`imports/${id}/files`)).statusCode).toBe(200)
    for (const action of ['inspect', 'commit', 'undo']) {
      expect((await world.viewer.post(`imports/${id}/${action}`)).statusCode).toBe(403)
    }
    expect((await world.viewer.patch(`imports/${id}/plan`, { series: [] }, 1)).statusCode).toBe(403)
    expect((await world.viewer.delete(`imports/${id}`)).statusCode).toBe(403)
  })

  it('for others it does not exist', async () => {
    for (const [person, status] of [
      [world.stranger, 404],
      [world.otherOwner, 404],
      [site.anonymous, 401],
    ] as const) {
      expect((await person.get(`imports/${id}`)).statusCode).toBe(status)
      expect((await person.get(`imports/${id}/files`)).statusCode).toBe(status)
      for (const action of ['inspect', 'commit', 'undo']) {
        expect((await person.post(`imports/${id}/${action}`)).statusCode).toBe(status)
      }
      expect((await person.patch(`imports/${id}/plan`, { series: [] }, 1)).statusCode).toBe(status)
      expect((await person.delete(`imports/${id}`)).statusCode).toBe(status)
      expect((await person.post('imports', { studyId: world.p.studyId })).statusCode).toBe(status)
    }
    expect((await world.otherOwner.get('imports')).json()).toEqual({ items: [], next: null })
  })

  it('lists go page by page, newest first, without plans', async () => {
    const { items, next } = (await owner.get('imports?limit=2')).json()
    expect(items).toHaveLength(2)
    expect(items[0].id > items[1].id).toBe(true)
    expect(items.every((item: Json) => item.plan === null)).toBe(true)
    const more = (await owner.get(`imports?limit=2&cursor=${encodeURIComponent(next)}`)).json()
    expect(more.items[0].id < items[1].id).toBe(true)
    const cancelled = (await owner.get('imports?state=cancelled')).json().items
    expect((await owner.delete(`imports/${id}`)).statusCode).toBe(204)
    expect((await owner.get('imports?state=cancelled')).json().items).toHaveLength(cancelled.length + 1)
    expect((await owner.get('imports?state=sleeping')).statusCode).toBe(422)
  })
})

describe('jobs', () => {
  it('are shown to the people of the project, and to nobody else', async () => {
    const { items } = (await owner.get('jobs?mine=true&limit=200')).json()
    expect(new Set(items.map((job: Json) => job.task))).toEqual(
      new Set(['inspectImport', 'commitImport', 'deriveSeries']),
    )
    const job = items.find((each: Json) => each.task === 'commitImport' && each.state === 'done')
    expect(job).toMatchObject({ progress: 1, createdAt: expect.any(String) })
    expect(job.payload).toBeUndefined()
    expect((await world.viewer.get(`jobs/${job.id}`)).statusCode).toBe(200)
    expect((await world.viewer.get('jobs?mine=true')).json().items).toEqual([])
    expect((await world.stranger.get(`jobs/${job.id}`)).statusCode).toBe(404)
    expect((await world.stranger.get('jobs')).json().items).toEqual([])
    expect((await site.anonymous.get(`jobs/${job.id}`)).statusCode).toBe(401)
    expect((await world.viewer.post(`jobs/${job.id}/cancel`)).statusCode).toBe(403)
    expect((await world.stranger.post(`jobs/${job.id}/cancel`)).statusCode).toBe(404)
    expect((await owner.post(`jobs/${job.id}/cancel`)).statusCode).toBe(409)
  })

  it('that are cancelled leave the import as it was before', async () => {
    const id = await newImport(await newStudy())
    await bring(id, [await niftiFile('d.nii', 80)])
    const jobId = await site.ctx.db.write(async (t) => {
      const payload = { importId: id, caller: { kind: 'user', name: 'owner' } }
      const order = { task: 'inspectImport', payload, userId: owner.userId, projectId: world.p.projectId }
      const [made] = await site.ctx.jobs.enqueue(t, [{ ...order, runAfter: new Date(Date.now() + 3_600_000) }])
      await Import.update({ state: 'inspecting', jobId: made }, { where: { id }, transaction: t })
      return made as string
    })
    expect((await owner.post(`jobs/${jobId}/cancel`)).json()).toMatchObject({ state: 'cancelled' })
    expect(await read(id)).toMatchObject({ state: 'collecting', problem: null })
    expect((await inspect(id)).state).toBe('planned')
  })
})

describe('files that the product brings in itself', () => {
  it('take the same way without HTTP', async () => {
    const id = await newImport(await newStudy())
    const { bytes } = await niftiFile('e.nii', 81)
    await addFile(site.ctx, { ...system, userId: owner.userId }, id, 'x/e.nii', Readable.from([bytes]))
    await expect(addFile(site.ctx, system, id, '../e.nii', Readable.from([bytes]))).rejects.toMatchObject({
      kind: 'invalid',
    })
    await expect(addFile(site.ctx, anonymous, id, 'e.nii', Readable.from([bytes]))).rejects.toMatchObject({
      kind: 'notFound',
    })
    expect((await list(`imports/${id}/files`)).map((file) => [file.path, file.sha256])).toEqual([
      ['x/e.nii', sha256(bytes)],
    ])
    expect((await inspect(id)).plan.series).toHaveLength(1)
  })
})
