import { describe, expect, it } from 'vitest'
import type { PlannedFact, PlannedSeries, PlannedSession } from '#api/ingest/plan.ts'
import { proposeEvents, type EventKnowledge } from '#api/ingest/proposeEvents.ts'
import { radionuclideOf } from '#api/ingest/radionuclide.ts'

const session = { key: 's', start: { value: '2024-03-01T10:00:00', evidence: 'StudyDate' } } as PlannedSession
const fact = (key: string, value: PlannedFact['value'], evidence = key): PlannedFact => ({ key, value, evidence })
const tracer = (megabecquerel: number, more: PlannedFact[] = []): PlannedFact[] => [
  fact('administration.agent', 'Fluorodeoxyglucose', 'Radiopharmaceutical (0018,0031)'),
  fact('administration.radionuclide', '^18^Fluorine'),
  fact('administration.activity', { value: megabecquerel, unit: 'MBq' }, 'RadionuclideTotalDose (0018,1074)'),
  fact('administration.start', '2024-03-01T09:05:00', 'RadiopharmaceuticalStartDateTime (0018,1078)'),
  ...more,
]
const series = (key: string, facts: PlannedFact[], more: Partial<PlannedSeries> = {}): PlannedSeries =>
  ({
    key,
    sessionKey: 's',
    include: true,
    facts,
    subject: { id: null, create: { localId: 'M1', kind: 'animal' }, evidence: 'PatientID' },
    ...more,
  }) as PlannedSeries
const nothing: EventKnowledge = { agents: [], events: [] }
const propose = (list: PlannedSeries[], known: Partial<EventKnowledge> = {}) =>
  proposeEvents({ series: list, sessions: [session] }, { ...nothing, ...known })

const fdg = { id: 'A', name: '[18F]FDG', synonyms: ['fluorodeoxyglucose'] }

describe('events that headers propose', () => {
  it('are one for each agent of a session and subject, whatever number of series say so', () => {
    const route = fact('administration.route', 'Intravenous route')
    const [event, ...others] = propose([series('a', tracer(5.2)), series('b', tracer(5.2001, [route]))], {
      agents: [fdg],
    })
    expect(others).toEqual([])
    expect(event).toMatchObject({
      kind: 'agentAdministration',
      include: true,
      seriesKeys: ['a', 'b'],
      text: '[18F]FDG, 5.2 MBq, Intravenous route',
      start: { value: '2024-03-01T09:05:00', evidence: 'RadiopharmaceuticalStartDateTime (0018,1078)' },
      agent: { id: 'A', category: 'radiotracer', radionuclide: 'F-18', evidence: 'Radiopharmaceutical (0018,0031)' },
      values: [
        { field: 'activity', value: { value: 5.2, unit: 'MBq' }, evidence: 'RadionuclideTotalDose (0018,1074)' },
        { field: 'route', value: 'Intravenous route' },
      ],
      others: [],
    })
  })

  it('tell what other files of the session say instead, and record the first', () => {
    const [event] = propose([series('a', tracer(5.2)), series('b', tracer(7))])
    expect(event!.values.map(({ value }) => value)).toEqual([{ value: 5.2, unit: 'MBq' }])
    expect(event!.others).toMatchObject([{ field: 'activity', value: { value: 7, unit: 'MBq' } }])
    expect(event!.agent).toMatchObject({ id: null, name: 'Fluorodeoxyglucose' })
  })

  it('have the day of the session when the header gives no time, and none without a day', () => {
    const contrast = [fact('administration.agent', 'Iohexol')]
    const [event] = propose([series('a', contrast)])
    expect(event).toMatchObject({ agent: { category: 'contrast' }, start: { value: '2024-03-01' } })
    expect(event!.start.evidence).toContain('day of the session')
    const timeless = { ...session, start: { value: null, evidence: '' } }
    expect(proposeEvents({ series: [series('a', contrast)], sessions: [timeless] }, nothing)).toEqual([])
  })

  it('are weights, doubted when no animal of the species has them', () => {
    const weight = (grams: number) => [
      fact('subject.weight', { value: grams, unit: 'g' }, 'PatientWeight (0010,1030)'),
      fact('subject.species', 'Mus musculus'),
    ]
    expect(propose([series('a', weight(25.3))])).toMatchObject([
      { kind: 'measurement', include: true, text: 'Body weight 25.3 g', start: { value: '2024-03-01' } },
    ])
    const [heavy] = propose([series('a', weight(25_300))])
    expect(heavy).toMatchObject({ include: false, note: expect.stringContaining('another unit') })
  })

  it('never take the place of what is recorded: the same is known, another is shown beside it', () => {
    const known = series('a', [...tracer(5.2), fact('subject.weight', { value: 25, unit: 'g' })], {
      subject: { id: 'S', evidence: 'PatientID' },
    })
    const held = { subjectId: 'S', start: '2024-03-01T08:00:00+01:00' }
    const given = { ...held, id: 'E1', agentId: 'A', megabecquerel: 6 }
    const weighed = { ...held, id: 'E2', grams: 25.1 }
    const events = propose([known], { agents: [fdg], events: [given, weighed] })
    expect(events.map(({ include, existing }) => [include, existing])).toEqual([
      [false, { id: 'E2', text: 'Body weight 25.1 g', agrees: true }],
      [false, { id: 'E1', text: '[18F]FDG, 6 MBq', agrees: false }],
    ])
    const elsewhere = { ...given, subjectId: 'T' }
    const later = { ...weighed, start: '2024-03-02T08:00:00+01:00' }
    expect(propose([known], { agents: [fdg], events: [elsewhere, later] }).every(({ include }) => include)).toBe(true)
  })

  it('are none of phantoms and of series that are left out', () => {
    const phantom = { subject: { id: null, create: { localId: 'P', kind: 'phantom' as const }, evidence: '' } }
    expect(propose([series('a', tracer(5), phantom), series('b', tracer(5), { include: false })])).toEqual([])
  })
})

it.each([
  ['^18^Fluorine', 'F-18'],
  ['F-18', 'F-18'],
  ['18F', 'F-18'],
  ['Fluorine F^18^', undefined],
  ['Tc 99m', 'Tc-99m'],
  ['99mTc', 'Tc-99m'],
  ['^68^Gallium', 'Ga-68'],
  ['Zr89', 'Zr-89'],
  ['none', undefined],
  ['', undefined],
])('the radionuclide of %j is %s', (words, expected) => {
  expect(radionuclideOf(words)).toBe(expected)
})
