/** Real files by other people's software, good and bad, through a whole import. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSite } from '../help/app.ts'
import { upload } from '../help/upload.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/samples')
const here = existsSync(samples)
if (!here) console.warn('skipped: no sample files')

// eslint-disable-next-line typescript/no-explicit-any -- tests read whatever is there
type Json = any

describe.skipIf(!here)('an import of all sample files', () => {
  it('keeps every file, whatever is wrong with it, and tells what', { timeout: 300_000 }, async () => {
    const site = await openSite()
    const owner = await site.person('owner')
    const project = await owner.make('projects', { title: 'Samples' })
    const study = await owner.make('studies', { projectId: project.id, title: 'All of them' })
    const { id } = await owner.make('imports', { studyId: study.id })
    const entries = (await readdir(samples, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const names = entries.map((entry) => path.relative(samples, path.join(entry.parentPath, entry.name)))
    for (const name of names) {
      const answer = await upload(owner, id, name, await readFile(path.join(samples, name)))
      expect(answer.statusCode, name).toBe(201)
    }
    await site.ctx.jobs.start(site.ctx)
    await owner.post(`imports/${id}/inspect`)
    await site.ctx.jobs.idle()
    const { plan, state, version } = (await owner.get(`imports/${id}`)).json()
    expect(state).toBe('planned')
    const planned = [...plan.series.flatMap((s: Json) => s.files), ...plan.attachments.map((a: Json) => a.path)]
    expect(planned.toSorted()).toEqual(names.toSorted())
    for (const attachment of plan.attachments) expect(attachment.reason).toMatch(/\.$/)
    const holds = (name: string) => plan.series.find((s: Json) => s.files.includes(name))
    expect(holds('dicom/single/CT_small.dcm')).toMatchObject({ modality: { value: 'CT' }, shape: [128, 128, 1, 1, 1] })
    expect(holds('dicom/bad/MR_truncated.dcm')?.problem?.message ?? '').toMatch(/\.$/)
    expect(holds('dicom/series-abdomen-mr/adb1_1.dcm').fileCount).toBeGreaterThan(1)

    // Whatever the headers say (a session in the future, for one) can be put right or is refused by name.
    const first = await owner.post(`imports/${id}/commit`)
    if (first.statusCode === 422) {
      const sessions = first.json().errors.map((e: Json) => ({ key: e.pointer.split('/')[2], start: null }))
      expect((await owner.patch(`imports/${id}/plan`, { sessions }, version)).statusCode).toBe(200)
      expect((await owner.post(`imports/${id}/commit`)).statusCode).toBe(202)
    } else expect(first.statusCode, first.body).toBe(202)
    await site.ctx.jobs.idle()
    const done = (await owner.get(`imports/${id}`)).json()
    expect(done).toMatchObject({ state: 'committed', problem: null, result: { files: names.length } })
    const series = (await owner.get(`series?studyId=${study.id}&limit=200`)).json().items
    for (const each of series) {
      expect(['ready', 'failed'], each.label).toContain(each.pixels)
      if (each.pixels === 'failed') expect(each.problem, each.label).toMatch(/\.$/)
    }
    const failed = series.filter((each: Json) => each.format === 'dicom' && each.pixels === 'failed')
    expect(failed.map((each: Json) => each.label).toSorted()).toEqual(['bad', 'meta_missing_tsyntax', 'multiframe'])
    expect(series.filter((each: Json) => each.pixels === 'ready').length).toBeGreaterThan(100)
    await site.close()
  })
})
