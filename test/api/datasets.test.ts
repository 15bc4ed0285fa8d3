/** Sending to the registry: what is missing, what becomes public and what does not, versions, withdrawal. */
import jsonld from 'jsonld'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type TestSite } from '../help/app.ts'
import { complete, makeWorld, when, type World } from '../help/world.ts'

let site: TestSite
let world: World

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
})
afterAll(() => site.close())

describe('sending', () => {
  it('names what is missing, and takes a reason for it', async () => {
    const { owner, p, personId } = world
    const subject = await owner.make('subjects', {
      localId: 'M-2',
      projectIds: [p.projectId],
      species: { label: 'Mus musculus' },
      animal: { sex: 'M' },
    })
    const session = await owner.make('sessions', {
      studyId: p.studyId,
      label: 'Day 2',
      start: when('2025-03-02T09:00:00Z'),
    })
    const series = await owner.make('series', {
      sessionId: session.id,
      label: 'CT',
      modality: 'CT',
      subjectIds: [subject.id],
    })
    const check = (await owner.post('datasets/check', { seriesIds: [series.id] })).json()
    expect(check.ready).toBe(false)
    expect(check.missing.map((m: { entity: string; field: string }) => `${m.entity} ${m.field}`).toSorted()).toEqual([
      'ImageSeries acquiredAt',
      'ImagingSession inVivo',
      'ImagingSession instrumentId',
      'Subject animal.birthDate',
      'Subject animal.geneticStatus',
      'Subject animal.strain',
      'Subject animal.supplier',
    ])
    const refused = await owner.post('datasets', { seriesIds: [series.id], send: true, creators: [personId] })
    expect(refused.statusCode).toBe(422)
    expect(refused.json().errors.map((e: { pointer: string }) => e.pointer)).toContain(
      `/subjects/${subject.id}/animal/strain`,
    )
    expect((await site.anonymous.get('datasets')).json().items).toEqual([])
    const sent = await owner.post('datasets', {
      seriesIds: [series.id],
      send: true,
      creators: [personId],
      excuseMissing: 'notRecorded',
    })
    expect(sent.statusCode).toBe(201)
    expect(sent.json()).toMatchObject({
      state: 'published',
      versionNumber: 1,
      licence: 'CC-BY-4.0',
      species: ['Mus musculus'],
      modalities: ['CT'],
    })
    const seen = (await owner.get(`subjects/${subject.id}`)).json()
    expect(seen.nullReasons).toContainEqual({ field: 'animal.strain', reason: 'notRecorded' })
  })

  it('publishes what was done, and nothing private', async () => {
    const { owner, p } = world
    const dataset = await owner.make('datasets', { seriesIds: [p.seriesId], send: true })
    const seen = await site.anonymous.get(`datasets/${dataset.id}`)
    expect(seen.statusCode).toBe(200)
    const { snapshot } = seen.json()
    expect(snapshot.events[0].agentAdministration).toMatchObject({
      activity: { value: 8.2, unit: 'MBq' },
      route: { label: 'intravenous' },
    })
    expect(snapshot.agents[0].name).toBe('[18F]FDG')
    expect(seen.body).not.toContain('private note')
    expect(seen.body).not.toContain('projectIds')
    // The records themselves stay closed: the registry is the only public face.
    for (const url of [`series/${p.seriesId}`, `subjects/${p.subjectId}`, `projects/${p.projectId}`])
      expect((await site.anonymous.get(url)).statusCode).toBe(404)
    expect((await site.anonymous.get(`datasets/by-series/${p.seriesId}`)).json().id).toBe(dataset.id)
  })

  it('keeps a version as it was and publishes corrections as the next', async () => {
    const { owner, p } = world
    const { id } = (await site.anonymous.get(`datasets/by-series/${p.seriesId}`)).json()
    const series = (await owner.get(`series/${p.seriesId}`)).json()
    await owner.patch(`series/${p.seriesId}`, { label: 'PET corrected' }, series.version)
    expect((await site.anonymous.get(`datasets/${id}`)).json().snapshot.series[0].label).not.toBe('PET corrected')
    expect((await owner.post(`datasets/${id}/publish`)).json().versionNumber).toBe(2)
    expect((await site.anonymous.get(`datasets/${id}`)).json().snapshot.series[0].label).toBe('PET corrected')
    const { items } = (await site.anonymous.get(`datasets/${id}/versions`)).json()
    expect(items.map((v: { number: number }) => v.number)).toEqual([2, 1])
    expect(items[0].sha256).not.toBe(items[1].sha256)
  })

  it('as JSON-LD expands without the network and keeps its facts', async () => {
    const { p } = world
    const { id } = (await site.anonymous.get(`datasets/by-series/${p.seriesId}`)).json()
    const document = (await site.anonymous.get(`datasets/${id}/as/schema.jsonld`)).json()
    const offline = async (url: string): Promise<never> => {
      throw new Error(`asked for ${url}`)
    }
    const expanded = await jsonld.expand(document, { documentLoader: offline })
    const text = JSON.stringify(expanded)
    for (const fact of [
      'https://schema.org/Dataset',
      'https://orcid.org/0000-0002-1825-0097',
      '[18F]FDG',
      'Mus musculus',
      'MBq',
      'C57BL/6J',
    ])
      expect(text).toContain(fact)
    expect(text).not.toContain('private note')
  })

  it('is refused to viewers and strangers; what editors send waits for somebody who may publish', async () => {
    const { viewer, stranger, editor, owner, curator, p } = world
    expect((await viewer.post('datasets', { seriesIds: [p.seriesId], send: true })).statusCode).toBe(403)
    expect((await stranger.post('datasets', { seriesIds: [p.seriesId], send: true })).statusCode).toBe(422)
    const sent = await editor.make('datasets', { seriesIds: [p.seriesId], send: true, title: 'From the editor' })
    expect(sent.state).toBe('submitted')
    expect((await site.anonymous.get(`datasets/${sent.id}`)).statusCode).toBe(404)
    expect((await stranger.get(`datasets/${sent.id}`)).statusCode).toBe(404)
    expect((await editor.post(`datasets/${sent.id}/publish`)).statusCode).toBe(403)
    expect((await curator.get('datasets?state=submitted')).json().items.map((d: { id: string }) => d.id)).toContain(
      sent.id,
    )
    expect(
      (await curator.post(`datasets/${sent.id}/return`, { reason: 'Please name the strain.' })).json(),
    ).toMatchObject({ state: 'draft', reason: 'Please name the strain.' })
    expect((await owner.post(`datasets/${sent.id}/publish`)).json()).toMatchObject({ state: 'published' })
  })

  it('can be taken back: the page stays with the reason, deletion is refused before', async () => {
    const { owner, p } = world
    const study = await owner.make('studies', { projectId: p.projectId, title: 'Short', ...complete.study })
    const session = await owner.make('sessions', { studyId: study.id, label: 'Day 1', ...complete.session })
    const series = await owner.make('series', {
      sessionId: session.id,
      label: 'PET',
      subjectIds: [p.subjectId],
      ...complete.series,
    })
    const dataset = await owner.make('datasets', { studyId: study.id, send: true, excuseMissing: 'notRecorded' })
    const { version } = (await owner.get(`series/${series.id}`)).json()
    expect((await owner.delete(`series/${series.id}`, version)).statusCode).toBe(409)
    expect((await owner.post(`datasets/${dataset.id}/withdraw`, { reason: 'Wrong animal.' })).json()).toMatchObject({
      state: 'withdrawn',
    })
    expect((await site.anonymous.get(`datasets/${dataset.id}`)).json()).toMatchObject({
      state: 'withdrawn',
      reason: 'Wrong animal.',
    })
    expect((await site.anonymous.get(`datasets/by-series/${series.id}`)).statusCode).toBe(404)
    expect((await owner.delete(`series/${series.id}`, version)).statusCode).toBe(204)
    expect((await owner.post(`datasets/${dataset.id}/publish`)).statusCode).toBe(409)
  })

  it('holds series of one project', async () => {
    const { admin, p, q } = world
    expect((await admin.post('datasets', { seriesIds: [p.seriesId, q.seriesId], send: true })).json().detail).toContain(
      'one project',
    )
  })
})
