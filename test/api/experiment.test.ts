/** The experiment record over the API: computed values, relative times, lineage, enrolments, and bad input. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { makeWorld, type World } from '../help/world.ts'

let site: TestSite
let world: World
let owner: Person

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  owner = world.owner
})
afterAll(() => site.close())

const at = (time: string, day = '2025-03-01') => ({ dateTime: `${day}T${time}:00Z`, precision: 'minute' })
const event = (kind: string, start: unknown, details: object, more: object = {}) => ({
  kind,
  projectId: world.p.projectId,
  subjectId: world.p.subjectId,
  start,
  [kind]: details,
  ...more,
})
const refused = async (body: object, pointer: string) => {
  const answer = await owner.post('events', body)
  expect(answer.statusCode, answer.body).toBe(422)
  const found = (answer.json().errors as { pointer: string; message: string }[]).find(
    (each) => each.pointer === pointer,
  )
  expect(found, answer.body).toBeDefined()
  return found!.message
}

describe('computed values', () => {
  it('come with a series and change with the injection', async () => {
    const { seriesId, eventId } = world.p
    const read = async () => (await owner.get(`series/${seriesId}`)).json()
    const before = await read()
    expect(before.computed.suvBodyWeight.reason).toMatch(/unit of the values/)
    expect(before.computed.uptakeTime).toEqual({ value: 60, unit: 'min' })
    expect(before.computed.age.value).toBe(50)
    expect(before.computed.administrationId).toBe(eventId)
    const injection = (await owner.get(`events/${eventId}`)).json()
    expect(injection.computed.netActivity).toMatchObject({ value: 8.2, unit: 'MBq' })
    expect(injection.computed.administrationUid).toMatch(/^2\.25\./)
    await owner.patch(`events/${eventId}`, { start: at('09:15') }, injection.version)
    expect((await read()).computed.uptakeTime.value).toBe(45)
    const listed = (await owner.get(`series?computed=true&studyId=${world.p.studyId}`)).json().items[0]
    expect(listed.computed.uptakeTime.value).toBe(45)
    expect((await owner.get(`series?studyId=${world.p.studyId}`)).json().items[0].computed).toBeUndefined()
    const query = `{ imageSeries(id: "${seriesId}") { computed { uptakeTime { value unit } weight { reason } } } }`
    const { data, errors } = (await owner.post('/graphql', { query })).json()
    expect(errors).toBeUndefined()
    expect(data.imageSeries.computed.uptakeTime).toEqual({ value: 45, unit: 'min' })
    expect(data.imageSeries.computed.weight.reason).toMatch(/No body weight/)
  })

  it('are never taken from a client', async () => {
    const answer = await owner.post(
      'events',
      event('measurement', at('08:00'), { what: 'body weight', value: { value: 20, unit: 'g' } }, { computed: {} }),
    )
    expect(answer.statusCode).toBe(422)
  })

  it('do not use what others keep of a shared subject', async () => {
    const { otherOwner, sharedSubjectId, q, p } = world
    await otherOwner.make('events', {
      ...event('measurement', at('08:00'), { what: 'body weight', value: { value: 20, unit: 'g' } }),
      projectId: q.projectId,
      subjectId: sharedSubjectId,
    })
    const series = await owner.make('series', {
      sessionId: p.sessionId,
      label: 'shared',
      modality: 'PT',
      subjectIds: [sharedSubjectId],
      acquiredAt: at('10:00'),
    })
    expect((await owner.get(`series/${series.id}`)).json().computed.weight.reason).toMatch(/No body weight/)
  })
})

describe('relative times', () => {
  it('move with the event that they are counted from', async () => {
    const first = await owner.make(
      'events',
      event('agentAdministration', at('12:00', '2025-03-02'), { agentId: world.agentId, purpose: 'challenge' }),
    )
    const second = await owner.make(
      'events',
      event(
        'measurement',
        { ...at('00:00'), relativeTo: first.id, offset: { value: 30, unit: 'min' } },
        { what: 'blood glucose', value: { value: 7, unit: 'mmol/L' } },
      ),
    )
    expect(second.start.dateTime).toBe('2025-03-02T12:30:00Z')
    const third = await owner.make(
      'events',
      event(
        'measurement',
        { ...at('00:00'), relativeTo: second.id, offset: { value: 1, unit: 'h' } },
        { what: 'blood glucose', value: { value: 6, unit: 'mmol/L' } },
      ),
    )
    await owner.patch(
      `events/${first.id}`,
      { start: { dateTime: '2025-03-02T14:00:00+02:00', precision: 'minute' } },
      1,
    )
    expect((await owner.get(`events/${second.id}`)).json()).toMatchObject({
      version: 2,
      start: { dateTime: '2025-03-02T14:30:00+02:00' },
    })
    expect((await owner.get(`events/${third.id}`)).json().start.dateTime).toBe('2025-03-02T15:30:00+02:00')
    expect((await owner.get(`events/${third.id}/history`)).json().items[0].changes[0].pointer).toBe('/start/dateTime')
    const ring = await owner.patch(
      `events/${first.id}`,
      { start: { relativeTo: third.id, offset: { value: 1, unit: 'h' } } },
      2,
    )
    expect(ring.statusCode).toBe(422)
    expect(ring.json().detail).toMatch(/ring/)
    expect((await owner.get(`events/${first.id}`)).json().version).toBe(2)
  })

  it('need an event of the reader and a time after it', async () => {
    const details = { what: 'blood glucose', value: { value: 7, unit: 'mmol/L' } }
    expect(
      await refused(
        event('measurement', { ...at('10:00'), relativeTo: world.q.eventId, offset: { value: 1, unit: 'h' } }, details),
        '/start/relativeTo',
      ),
    ).toMatch(/no event/)
    expect(
      await refused(event('measurement', { ...at('10:00'), offset: { value: 1, unit: 'h' } }, details), '/start'),
    ).toMatch(/both/)
  })
})

describe('lineage and enrolment', () => {
  it('ties pups to sire and dam, specimens to animals, and knows no rings', async () => {
    const { p } = world
    const animal = (localId: string, more: object = {}) =>
      owner.make('subjects', { localId, projectIds: [p.projectId], animal: { sex: 'F' }, ...more })
    const [sire, dam] = [await animal('sire'), await animal('dam')]
    const pup = await animal('pup', { sireId: sire.id, damId: dam.id, animal: { sex: 'M', litter: 'L-1' } })
    expect((await owner.get(`subjects?damId=${dam.id}`)).json().items.map(({ id }: { id: string }) => id)).toEqual([
      pup.id,
    ])
    const ring = await owner.patch(`subjects/${dam.id}`, { sireId: pup.id }, dam.version)
    expect(ring.json().errors[0]).toMatchObject({ pointer: '/sireId', message: expect.stringContaining('descend') })
    const query = `{ subject(id: "${pup.id}") { sire { localId } dam { localId } } }`
    expect((await owner.post('/graphql', { query })).json().data.subject).toEqual({
      sire: { localId: 'sire' },
      dam: { localId: 'dam' },
    })
  })

  it('does not tell of a dam in a project that is not the reader’s', async () => {
    const { otherOwner, q, sharedSubjectId } = world
    const dam = await otherOwner.make('subjects', {
      localId: 'dam of Q',
      projectIds: [q.projectId],
      animal: { sex: 'F' },
    })
    const shared = (await otherOwner.get(`subjects/${sharedSubjectId}`)).json()
    expect((await otherOwner.patch(`subjects/${sharedSubjectId}`, { damId: dam.id }, shared.version)).statusCode).toBe(
      200,
    )
    const seen = (await owner.get(`subjects/${sharedSubjectId}`)).json()
    expect(seen.damId).toBeUndefined()
    expect((await owner.patch(`subjects/${sharedSubjectId}`, { notes: 'seen' }, seen.version)).statusCode).toBe(200)
    expect((await otherOwner.get(`subjects/${sharedSubjectId}`)).json().damId).toBe(dam.id)
  })

  it('ties derived series to their sources', async () => {
    const { p } = world
    const derived = await owner.make('series', {
      sessionId: p.sessionId,
      label: 'SUV map',
      role: 'derived',
      sourceSeriesIds: [p.seriesId],
      processing: { software: 'PMOD', version: '4.3' },
    })
    expect(derived.sourceSeriesIds).toEqual([p.seriesId])
    expect((await owner.get(`series?sourceId=${p.seriesId}`)).json().items.map(({ id }: { id: string }) => id)).toEqual(
      [derived.id],
    )
    const source = (await owner.get(`series/${p.seriesId}`)).json()
    const ring = await owner.patch(`series/${p.seriesId}`, { sourceSeriesIds: [derived.id] }, source.version)
    expect(ring.json().errors[0].pointer).toBe('/sourceSeriesIds')
    const foreign = await owner.patch(`series/${derived.id}`, { sourceSeriesIds: [world.q.seriesId] }, derived.version)
    expect(foreign.statusCode).toBe(422)
    const query = `{ imageSeries(id: "${derived.id}") { sourceSeries { label } } }`
    expect((await owner.post('/graphql', { query })).json().data.imageSeries.sourceSeries).toHaveLength(1)
  })

  it('enrols a subject once, in a group that the study has', async () => {
    const { p } = world
    const study = (await owner.get(`studies/${p.studyId}`)).json()
    await owner.patch(
      `studies/${p.studyId}`,
      { groups: [{ name: 'vehicle', role: 'control-negative' }] },
      study.version,
    )
    const twice = await owner.post('enrolments', { studyId: p.studyId, subjectId: p.subjectId })
    expect(twice.json().errors[0]).toMatchObject({ pointer: '/subjectId', message: expect.stringContaining('already') })
    const subject = await owner.make('subjects', { localId: 'E-1', projectIds: [p.projectId], animal: { sex: 'F' } })
    const wrong = await owner.post('enrolments', { studyId: p.studyId, subjectId: subject.id, group: 'drug' })
    expect(wrong.json().errors[0]).toMatchObject({ pointer: '/group', message: expect.stringContaining('vehicle') })
    const enrolled = await owner.make('enrolments', {
      studyId: p.studyId,
      subjectId: subject.id,
      group: 'vehicle',
      subjectNumber: '7',
    })
    expect(enrolled.projectId).toBe(p.projectId)
    expect(
      (await owner.get(`subjects?studyId=${p.studyId}`)).json().items.map(({ id }: { id: string }) => id),
    ).toContain(subject.id)
    expect((await world.stranger.get(`enrolments/${enrolled.id}`)).statusCode).toBe(404)
  })
})

describe('bad input', () => {
  const weight = (value: number, unit: string) =>
    event('measurement', at('08:00'), { what: 'body weight', value: { value, unit } })

  it('tells a slip of the scale from a weight', async () => {
    expect(await refused(weight(5, 'kg'), '/measurement/value')).toMatch(
      /5 kg cannot be the weight of Mus musculus.*was it 5 g\?/,
    )
    expect(await refused(weight(0.025, 'g'), '/measurement/value')).toMatch(/was it 25 g\?/)
    expect(await refused(weight(23, 'MBq'), '/measurement/value/unit')).toMatch(/unit of activity.*mass/)
    expect(await refused(weight(23, 'stone'), '/measurement/value/unit')).toMatch(/Nobody here knows the unit “stone”/)
  })

  it('refuses a dose of the wrong dimension and says how to write a unit', async () => {
    const dose = (unit: string) =>
      event('agentAdministration', at('09:00'), {
        agentId: world.agentId,
        purpose: 'imaging',
        dose: { value: 5, unit },
      })
    expect(await refused(dose('MBq'), '/agentAdministration/dose/unit')).toMatch(/“MBq” is a unit of activity/)
    expect(await refused(dose('µg'), '/agentAdministration/dose/unit')).toMatch(/Write the unit .* as ug/)
  })

  it('refuses an injection after the scan, and a syringe measured on the wrong side of it', async () => {
    const { sessionId } = world.p
    const late = event(
      'agentAdministration',
      at('14:00'),
      { agentId: world.agentId, purpose: 'imaging' },
      { sessionId },
    )
    expect(await refused(late, '/start/dateTime')).toMatch(/14:00 lies after the last scan of its session.*10:00/)
    const header = {
      ...late,
      sources: [{ field: 'start', source: 'header', evidence: 'RadiopharmaceuticalStartTime' }],
    }
    expect((await owner.post('events', header)).statusCode).toBe(201)
    const syringe = event('agentAdministration', at('09:00'), {
      agentId: world.agentId,
      purpose: 'imaging',
      activityBefore: { value: 10, unit: 'MBq' },
      activityBeforeAt: at('09:30'),
    })
    expect(await refused(syringe, '/agentAdministration/activityBeforeAt/dateTime')).toMatch(/09:30 lies after it/)
  })

  it('refuses impossible lives and temperatures', async () => {
    const life = await owner.post('subjects', {
      localId: 'Z',
      projectIds: [world.p.projectId],
      animal: { sex: 'F', birthDate: '2025-03-01', deathDate: '2025-02-01' },
    })
    expect(life.json().errors[0].message).toMatch(/died before it was born/)
    expect(
      await refused(
        event('measurement', at('08:00'), { what: 'body temperature', value: { value: 98.6, unit: 'Cel' } }),
        '/measurement/value',
      ),
    ).toMatch(/cannot be a body temperature/)
    expect(
      await refused(
        event('anaesthesia', at('08:00'), { applied: true, concentration: { value: 150, unit: '%' } }),
        '/anaesthesia/concentration/value',
      ),
    ).toMatch(/at most 100/)
    const ror = await owner.post('organizations', { name: 'X', ror: 'https://ror.org/03vek6s53' })
    expect(ror.json().errors[0].message).toMatch(/no ROR/)
    expect((await owner.post('organizations', { name: 'X', ror: 'https://ror.org/03vek6s52' })).statusCode).toBe(201)
    const bed = await owner.post('sessions', {
      studyId: world.p.studyId,
      label: 'bed',
      placements: [world.p.subjectId, world.sharedSubjectId].map((subjectId) => ({ subjectId, position: [1, 1, 1] })),
    })
    expect(bed.json().errors[0]).toMatchObject({
      pointer: '/placements/1/position',
      message: expect.stringContaining('taken'),
    })
  })
})

describe('term lists', () => {
  it('are extended by curators, and found by synonym', async () => {
    const term = {
      vocabulary: 'strains',
      label: 'B6-Example/J',
      synonyms: ['lab favourite'],
      codings: [{ scheme: 'RRID', code: 'X:1' }],
    }
    expect((await owner.post('concepts', term)).statusCode).toBe(403)
    expect((await site.anonymous.post('concepts', term)).statusCode).toBe(401)
    const made = await world.curator.make('concepts', term)
    const found = (await site.anonymous.get('terms/strains?q=favourite')).json().items
    expect(found).toEqual([expect.objectContaining({ label: 'B6-Example/J', codings: term.codings })])
    const { version } = (await world.curator.get(`concepts/${made.id}`)).json()
    expect((await owner.patch(`concepts/${made.id}`, { label: 'mine' }, version)).statusCode).toBe(403)
    expect((await world.admin.delete(`concepts/${made.id}`, version)).statusCode).toBe(204)
    expect((await site.anonymous.get('terms/strains?q=favourite')).json().items).toEqual([])
    for (const [list, q, label] of [
      ['agents', 'FDG', '[18F]FDG'],
      ['strains', 'black 6', 'C57BL/6J'],
      ['routes', 'i.p.', 'intraperitoneal'],
      ['cellLines', 'U-87', 'U-87MG ATCC'],
    ])
      expect((await site.anonymous.get(`terms/${list}?q=${encodeURIComponent(q!)}`)).json().items[0].label).toBe(label)
  })
})

describe('history', () => {
  it('gives a record as it was, the difference of two times, and who gave each field its value', async () => {
    const { editor, p } = world
    const made = await owner.make('subjects', {
      localId: 'H-1',
      projectIds: [p.projectId],
      animal: { sex: 'F', birthDate: '2025-01-01' },
      sources: [{ field: 'animal.birthDate', source: 'header', evidence: 'PatientBirthDate' }],
    })
    const first = new Date().toISOString()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await editor.patch(`subjects/${made.id}`, { animal: { sex: 'M', litter: 'L-7' } }, 1)
    await owner.patch(`subjects/${made.id}`, { notes: 'later' }, 2)
    const path = `subjects/${made.id}/history`
    const then = (await owner.get(`${path}/record?at=${first}`)).json()
    expect(then.animal).toEqual({ sex: 'F', birthDate: '2025-01-01' })
    expect(then.notes).toBeUndefined()
    expect((await owner.get(`${path}/record`)).json().animal.litter).toBe('L-7')
    const { items } = (await owner.get(`${path}/changes?from=${first}`)).json()
    expect(items.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
      '/animal/litter',
      '/animal/sex',
      '/notes',
    ])
    expect((await owner.get(`${path}/record?at=2020-01-01T00:00:00Z`)).statusCode).toBe(404)
    const fields = (await owner.get(`${path}/fields`)).json().items as { field: string; by: string; source: string }[]
    const of = (field: string) => fields.find((each) => each.field === field)
    expect(of('animal.sex')).toMatchObject({ by: 'editor', source: 'typed' })
    expect(of('animal.birthDate')).toMatchObject({ by: 'owner', source: 'header', evidence: 'PatientBirthDate' })
    expect((await world.stranger.get(`${path}/record`)).statusCode).toBe(404)
  })

  it('takes back one change, unless its fields were changed since', async () => {
    const { editor, viewer, p } = world
    const made = await owner.make('subjects', { localId: 'H-2', projectIds: [p.projectId], animal: { sex: 'F' } })
    await owner.patch(`subjects/${made.id}`, { animal: { sex: 'M', litter: 'L-1' } }, 1)
    await owner.patch(`subjects/${made.id}`, { notes: 'kept' }, 2)
    const entries = async () =>
      (await owner.get(`subjects/${made.id}/history`)).json().items as { id: string; action: string }[]
    const [, change, creation] = await entries()
    const undo = (person: Person, entry: { id: string }, version: number) =>
      person.post(`subjects/${made.id}/history/${entry.id}/undo`, undefined, { 'if-match': `"${version}"` })
    expect((await undo(viewer, change!, 3)).statusCode).toBe(403)
    expect((await undo(editor, change!, 2)).statusCode).toBe(412)
    const undone = await undo(editor, change!, 3)
    expect(undone.statusCode, undone.body).toBe(200)
    expect(undone.json()).toMatchObject({ version: 4, notes: 'kept', animal: { sex: 'F' } })
    expect(undone.json().animal.litter).toBeUndefined()
    expect((await undo(editor, change!, 4)).json().detail).toMatch(/changed again since/)
    expect((await undo(editor, creation!, 4)).statusCode).toBe(409)
    // Taking back the taking back.
    const again = await undo(owner, (await entries())[0]!, 4)
    expect(again.json().animal).toEqual({ sex: 'M', litter: 'L-1' })
  })
})
