/** What is missing in a study, live; the ARRIVE sheet; animals per licence. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSite, type Person, type TestSite } from '../help/app.ts'
import { makeWorld, type World } from '../help/world.ts'

interface Fix {
  title: string
  entity: string
  field?: string
  event?: string
  records: { id: string }[]
  profiles: { profile: string; item: string }[]
  series: number
  edits: number
}

let site: TestSite
let world: World
let owner: Person

beforeAll(async () => {
  site = await openSite()
  world = await makeWorld(site)
  owner = world.owner
})
afterAll(() => site.close())

const at = (time: string) => ({ dateTime: `2025-03-01T${time}:00Z`, precision: 'minute' })
const read = async (path: string) => {
  const answer = await owner.get(path)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json() as {
    series: number
    profiles: { key: string; asked: number; met: number; version: string }[]
    fixes: Fix[]
  }
}
const profile = (found: Awaited<ReturnType<typeof read>>, key: string) =>
  found.profiles.find((each) => each.key === key)!
const enter = (kind: string, details: object, subjectId = world.p.subjectId) =>
  owner.make('events', {
    kind,
    projectId: world.p.projectId,
    subjectId,
    sessionId: world.p.sessionId,
    start: at('09:30'),
    [kind]: details,
  })

it('reports each level, names profile versions, and follows an edit at once', async () => {
  const { p } = world
  const before = await read(`studies/${p.studyId}/completeness`)
  expect(before.series).toBe(1)
  expect(before.profiles.map(({ key }) => key)).toEqual(['publish', 'arrive', 'rembi', 'prism', 'sup187', 'bidsPet'])
  expect(profile(before, 'publish')).toMatchObject({ met: profile(before, 'publish').asked })
  const weight = before.fixes.find(({ title }) => title.startsWith('Body weight'))!
  expect(weight).toMatchObject({ event: 'measurement', series: 1, edits: 1, records: [{ id: p.subjectId }] })
  expect(weight.profiles).toContainEqual({ profile: 'arrive', item: '8a' })
  await enter('measurement', { what: 'body weight', value: { value: 21.3, unit: 'g' } })
  const after = await read(`studies/${p.studyId}/completeness`)
  expect(after.fixes.some(({ title }) => title.startsWith('Body weight'))).toBe(false)
  const open = (found: Awaited<ReturnType<typeof read>>) =>
    profile(found, 'arrive').asked - profile(found, 'arrive').met
  expect(open(after)).toBe(open(before) - 1)
  for (const path of [`series/${p.seriesId}`, `subjects/${p.subjectId}`, `projects/${p.projectId}`])
    expect((await read(`${path}/completeness`)).fixes.length, path).toBeGreaterThan(0)
})

it('puts the edit first that fixes most for least', async () => {
  const { p } = world
  for (const label of ['A', 'B', 'C']) {
    const subject = await owner.make('subjects', {
      localId: `C-${label}`,
      projectIds: [p.projectId],
      animal: { sex: 'F' },
    })
    await owner.make('series', {
      sessionId: p.sessionId,
      label: `PET ${label}`,
      modality: 'PT',
      subjectIds: [subject.id],
      acquiredAt: at('11:00'),
    })
  }
  const { fixes } = await read(`studies/${p.studyId}/completeness`)
  const gain = (fix: Fix) =>
    ((fix.series + 1) * (fix.profiles.length + Number(fix.profiles.some(({ profile: each }) => each === 'publish')))) /
    fix.edits
  const gains = fixes.map(gain)
  expect(gains).toEqual(gains.toSorted((a, b) => b - a))
  const strain = fixes.find(({ field }) => field === 'animal.strain')!
  expect(strain).toMatchObject({ edits: 1, series: 3 })
  expect(strain.records).toHaveLength(3)
  expect(fixes.find(({ field }) => field === 'animal.birthDate')).toMatchObject({ edits: 3 })
  expect(fixes.indexOf(strain)).toBeLessThan(fixes.findIndex(({ field }) => field === 'animal.birthDate'))
})

it('takes a stated reason for an answer', async () => {
  const { p } = world
  const has = async () =>
    (await read(`studies/${p.studyId}/completeness`)).fixes.some(({ field }) => field === 'statistics')
  expect(await has()).toBe(true)
  const study = (await owner.get(`studies/${p.studyId}`)).json()
  await owner.patch(
    `studies/${p.studyId}`,
    { nullReasons: [{ field: 'statistics', reason: 'notApplicable' }] },
    study.version,
  )
  expect(await has()).toBe(false)
})

it('writes the ARRIVE sheet and a methods paragraph from the record, and says what is not there', async () => {
  const { p } = world
  const report = async () => (await owner.get(`studies/${p.studyId}/report`)).json()
  const line = (found: { arrive: { item: string; text: string; recorded: boolean }[] }, item: string) =>
    found.arrive.find((each) => each.item === item)!
  const before = await report()
  expect(line(before, '1b')).toMatchObject({ text: 'not recorded', recorded: false })
  expect(before.methods).toContain('Anaesthesia during imaging: not recorded')
  await enter('anaesthesia', {
    applied: true,
    agent: { label: 'isoflurane' },
    concentration: { value: 1.5, unit: '%' },
    route: { label: 'inhalation' },
  })
  await enter('handling', {
    phase: 'imaging',
    fastedHours: 6,
    heating: 'heated support',
    heatingSetPoint: { value: 37, unit: 'Cel' },
  })
  const study = (await owner.get(`studies/${p.studyId}`)).json()
  await owner.patch(
    `studies/${p.studyId}`,
    { experimentalUnit: 'animal', blinding: { assessment: 'yes' }, randomisation: { used: 'no' } },
    study.version,
  )
  const after = await report()
  expect(line(after, '1b')).toMatchObject({ text: 'animal', recorded: true })
  expect(line(after, '5').text).toBe('assessment: yes')
  expect(line(after, '9a').text).toContain('[18F]FDG (8.2 MBq, intravenous)')
  expect(after.methods).toContain('isoflurane 1.5 % (inhalation)')
  expect(after.methods).toContain('fasted for 6 h and heated support at 37 °C')
  expect(after.methods).toContain('Inveon (Siemens; software 4.2)')
  expect(after.methods).toContain('60 min after injection')
})

it('counts animals under each approval and compares with what is allowed', async () => {
  const { p } = world
  const project = (await owner.get(`projects/${p.projectId}`)).json()
  const ethics = [{ committee: 'LAGeSo', approvalNumber: 'G 0123/24', animalsApproved: 2, validFrom: '2025-04-01' }]
  await owner.patch(`projects/${p.projectId}`, { ethics }, project.version)
  const { licences } = (await owner.get(`projects/${p.projectId}/report`)).json()
  expect(licences).toHaveLength(1)
  expect(licences[0]).toMatchObject({ approvalNumber: 'G 0123/24', animalsApproved: 2, animalsUsed: 4 })
  expect(licences[0].warnings.join(' ')).toMatch(/4 animals were used, 2 are approved.*outside of its dates/)
})

it('does not exist for others, and shows them nothing', async () => {
  for (const part of ['completeness', 'report'])
    expect((await world.stranger.get(`studies/${world.p.studyId}/${part}`)).statusCode).toBe(404)
})
