/** A study of ParaVision, dropped as the scanner left it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { brukerStudy, type MadeFile } from '../help/scanner.ts'
import { upload } from '../help/upload.ts'
import { counting, parameters, plainVisu } from '../unit/imaging/brukerFiles.ts'

// eslint-disable-next-line typescript/no-explicit-any -- tests read whatever is there
type Json = any

let site: TestSite
let owner: Person
let studyId: string
let files: MadeFile[]

beforeAll(async () => {
  site = await openSite()
  owner = await site.person('owner')
  const project = await owner.make('projects', { title: 'MR' })
  studyId = (await owner.make('studies', { projectId: project.id, title: 'T2 of mice' })).id
  const raw = new Uint8Array(300).fill(9)
  files = [
    ...(await brukerStudy('20240301_M-17_1', 'M-17', [3, 4])),
    { path: '20240301_M-17_1/3/rawdata.job0', bytes: raw },
    { path: '20240301_M-17_1/9/fid', bytes: raw },
    { path: '20240301_M-17_1/9/acqp', bytes: Buffer.from('##TITLE=Parameter List\n##$NR=1\n##END=\n') },
  ]
  await site.ctx.jobs.start(site.ctx)
}, 120_000)
afterAll(() => site.close())

async function planned(brought: MadeFile[]): Promise<Json> {
  const { id } = await owner.make('imports', { studyId })
  for (const { path, bytes } of brought) expect((await upload(owner, id, path, bytes)).statusCode).toBe(201)
  await owner.post(`imports/${id}/inspect`)
  await site.ctx.jobs.idle()
  return (await owner.get(`imports/${id}`)).json()
}

it('becomes one session of one animal with a series for each scan, and keeps the raw data', async () => {
  const { id, plan } = await planned(files)
  expect(plan.sessions).toHaveLength(1)
  expect(plan.sessions[0]).toMatchObject({
    label: { value: 'Day 7', evidence: 'SUBJECT_study_name in subject' },
    start: { value: '2024-03-01T10:00:00+01:00', evidence: 'SUBJECT_date in subject' },
  })
  expect(plan.series).toMatchObject(
    [3, 4].map((number) => ({
      number,
      include: true,
      label: { value: `T2_TurboRARE (scan ${number})` },
      modality: { value: 'MR' },
      shape: [8, 6, 2, 1, 1],
      subject: { create: { localId: 'M-17' }, evidence: 'SUBJECT_id in subject' },
    })),
  )
  expect(plan.series.every((each: Json) => each.files.includes('20240301_M-17_1/subject'))).toBe(true)
  expect(plan.series.map((each: Json) => [each.rawFiles, each.rawByteCount])).toEqual([
    [['20240301_M-17_1/3/rawdata.job0'], 300],
    [undefined, undefined],
  ])
  expect(plan.attachments).toMatchObject(
    ['acqp', 'fid'].map((name) => ({
      path: `20240301_M-17_1/9/${name}`,
      sessionKey: plan.sessions[0].key,
      isRaw: true,
      reason: expect.stringContaining('Raw data of scan 9'),
    })),
  )

  expect((await owner.post(`imports/${id}/commit`)).statusCode).toBe(202)
  await site.ctx.jobs.idle()
  const { items } = (await owner.get(`series?studyId=${studyId}`)).json()
  expect(items.map((each: Json) => each.pixels)).toEqual(['ready', 'ready'])
  const raw = (await owner.get(`files?studyId=${studyId}&role=raw`)).json().items
  const [third] = items.filter((each: Json) => each.number === 3)
  expect(raw.map((each: Json) => [each.path, each.seriesId]).toSorted()).toEqual([
    ['20240301_M-17_1/3/rawdata.job0', third.id],
    ['20240301_M-17_1/9/acqp', undefined],
    ['20240301_M-17_1/9/fid', undefined],
  ])
  expect(third.fileCount).toBe(plan.series[0].files.length)
})

it('keeps raw data once for each image that was made from it, and takes it back with them', async () => {
  const study = (
    await owner.make('studies', { projectId: (await owner.get(`studies/${studyId}`)).json().projectId, title: 'Raw' })
  ).id
  const { id } = await owner.make('imports', { studyId: study })
  for (const { path, bytes } of files) expect((await upload(owner, id, path, bytes)).statusCode).toBe(201)
  await owner.post(`imports/${id}/inspect`)
  await site.ctx.jobs.idle()
  await owner.post(`imports/${id}/commit`)
  await site.ctx.jobs.idle()
  const count = async () => (await owner.get(`files?studyId=${study}&role=raw&total=true`)).json().total
  expect(await count()).toBe(3)
  expect((await owner.post(`imports/${id}/undo`)).statusCode).toBe(200)
  expect(await count()).toBe(0)
})

it('is known when it comes again, also in part, though its scans share files', async () => {
  const { plan } = await planned(files.map((file) => ({ ...file, path: `again/${file.path}` })))
  expect(plan.series.map((each: Json) => [each.include, each.problem?.code])).toEqual([
    [false, 'duplicate'],
    [false, 'duplicate'],
  ])
  expect(plan.sessions[0].existingId).toEqual(expect.any(String))
  const later = await planned(await brukerStudy('20240301_M-17_1', 'M-17', [4, 5]))
  expect(later.plan.series.map((each: Json) => each.include)).toEqual([false, true])
})

it('gives each direction of a scout its own series and planes, and knows them when they come again', async () => {
  const scout = [
    { path: 'scout/5/pdata/1/visu_pars', bytes: Buffer.from(parameters(scoutVisu)) },
    { path: 'scout/5/pdata/1/2dseq', bytes: counting(3) },
  ]
  const { id, plan } = await planned(scout)
  expect(plan.series.map((each: Json) => [each.label.value, each.part, each.shape])).toEqual([
    ['Localizer (scan 5), slices 1 to 2, axial', 'slices-1-2', [2, 3, 2, 1, 1]],
    ['Localizer (scan 5), slice 3, coronal', 'slices-3-3', [2, 3, 1, 1, 1]],
  ])
  expect((await owner.post(`imports/${id}/commit`)).statusCode).toBe(202)
  await site.ctx.jobs.idle()
  const { result } = (await owner.get(`imports/${id}`)).json()
  const firsts = await Promise.all(
    result.seriesIds.map(async (seriesId: string) => {
      const header = (await owner.get(`series/${seriesId}/header`)).json()
      const plane = await owner.get(`series/${seriesId}/r/${header.revision}/planes/0`)
      return [header.planeCount, header.orientation, plane.rawPayload.readInt16LE(0)]
    }),
  )
  expect(firsts).toEqual([
    [2, 'known', 0],
    [1, 'known', 12],
  ])
  const again = await planned(scout)
  expect(again.plan.series.map((each: Json) => each.problem.message)).toEqual(
    plan.series.map((each: Json) => expect.stringContaining(`“${each.label.value}”`)),
  )
})

const scoutVisu = plainVisu({
  VisuCoreFrameCount: '3',
  VisuFGOrderDesc: '( 1 )\n(3, <FG_SLICE>, <>, 0, 2)',
  VisuGroupDepVals: '( 2 )\n(<VisuCoreOrientation>, 0) (<VisuCorePosition>, 0)',
  VisuCoreOrientation: '( 3, 9 )\n1 0 0 0 1 0 0 0 1 1 0 0 0 1 0 0 0 1 1 0 0 0 0 -1 0 1 0',
  VisuCorePosition: '( 3, 3 )\n0 0 0 0 0 2 5 6 7',
  VisuAcquisitionProtocol: '( 65 )\n<Localizer>',
})
