import { describe, expect, it } from 'vitest'
import type { ImportPlan, PlannedEvent, PlannedSeries, PlannedSession } from '../../portal/app/imports/contract.ts'
import {
  inScope,
  joinStart,
  needsLook,
  planNumbers,
  splitStart,
  subjectPatch,
  type SubjectScope,
} from '../../portal/app/imports/planNumbers.ts'

const series = (key: string, more: Partial<PlannedSeries> = {}): PlannedSeries => ({
  key,
  sessionKey: 's1',
  include: true,
  label: { value: key, evidence: 'SeriesDescription (0008,103E)' },
  modality: { value: 'PT', evidence: 'Modality (0008,0060)' },
  format: 'dicom',
  formatLabel: 'DICOM',
  formatVerified: true,
  files: [],
  fileCount: 10,
  byteCount: 1000,
  shape: null,
  spacing: null,
  subject: { id: null, create: { localId: 'M-01', kind: 'animal' }, evidence: 'PatientID (0010,0020)' },
  facts: [],
  conflicts: [],
  warnings: [],
  ...more,
})
const instrument = { id: null, create: { name: 'Inveon', manufacturer: 'Siemens', model: 'Inveon' }, evidence: '' }
const session = (key: string, more: Partial<PlannedSession> = {}): PlannedSession => ({
  key,
  label: { value: key, evidence: '' },
  start: { value: null, evidence: '' },
  instrument,
  ...more,
})
const plan: ImportPlan = {
  sessions: [session('s1'), session('s2'), session('s3', { existingId: 'X' }), session('s4')],
  series: [
    series('a', { rawFiles: ['x/fid', 'x/traj'], rawByteCount: 9 }),
    series('b', { sessionKey: 's2', rawFiles: ['x/fid', 'x/traj'], rawByteCount: 9 }),
    series('c', { sessionKey: 's3', subject: { id: 'SUBJECT', evidence: 'typed' } }),
    series('d', { sessionKey: 's3', subject: { id: null, evidence: '' } }),
    series('e', { sessionKey: 's4', include: false, fileCount: 3 }),
  ],
  attachments: [
    { path: 'readme.txt', byteCount: 5, reason: 'Not an image', sessionKey: null },
    { path: 'y/fid', byteCount: 5, reason: 'Raw data', isRaw: true, sessionKey: null },
  ],
  summary: { files: 1, bytes: 1, series: 5, problems: 0 },
}

const keysInScope = (scope: SubjectScope) =>
  inScope(plan, { series: plan.series[0]!, at: 0 }, scope).map(({ key }) => key)

describe('what a plan will do', () => {
  it('is counted over what is included, the same new thing once', () => {
    expect(planNumbers(plan)).toEqual({
      series: 4,
      seriesBytes: 4000,
      leftOut: 1,
      attachments: 4,
      newSessions: 2,
      newSubjects: 1,
      newInstruments: 1,
      events: 0,
      raw: 3,
      withoutSubject: 1,
    })
  })
  it('points at what needs a look', () => {
    expect(plan.series.filter(needsLook).map(({ key }) => key)).toEqual(['d'])
    expect(needsLook(series('x', { problem: { code: 'truncated', message: 'cut short' } }))).toBe(true)
    expect(needsLook(series('x', { conflicts: [{ key: 'subject.localId', others: [] }] }))).toBe(true)
  })
  it('changes the subject of one, of a session, or of all that say the same', () => {
    expect(keysInScope('one')).toEqual(['a'])
    expect(keysInScope('session')).toEqual(['a'])
    expect(keysInScope('same')).toEqual(['a', 'b', 'e'])
  })
})

describe('a planned start', () => {
  it.each([
    '2025-03-14',
    '2025-03-14T10:30',
    '2025-03-14T10:30:00',
    '2025-03-14T10:30:00+01:00',
    '2025-03-14T10:30:00Z',
  ])('keeps %s as it is', (start) => expect(joinStart(splitStart(start))).toBe(start))
  it('is empty without a date', () => {
    expect(joinStart(splitStart(null))).toBeNull()
    expect(splitStart('soon')).toEqual({ date: '', time: '', zone: '' })
  })
})

describe('an image of several subjects', () => {
  const [first, second] = ['M-01', 'M-02'].map((localId) => ({ id: null, create: { localId, kind: 'animal' }, evidence: '' })) // prettier-ignore
  const group = [
    series('pet', { subject: first!, moreSubjects: [second!] }),
    series('ct', { subject: second!, moreSubjects: [first!] }),
  ]
  const bed = { ...plan, series: group }

  it('counts each of them, and events for each', () => {
    expect(planNumbers(bed)).toMatchObject({ newSubjects: 2, withoutSubject: 0 })
    const event = { seriesKeys: ['pet'], include: true } as PlannedEvent
    expect(planNumbers({ ...bed, events: [event] }).events).toBe(2)
    const unknown = { id: null, evidence: '' }
    expect(needsLook(series('a', { subject: unknown, moreSubjects: [second!] }))).toBe(false)
  })

  it('changes the one that is meant, wherever it stands', () => {
    const place = { series: group[0]!, at: 1 }
    const keep = { id: null, create: first!.create }
    expect(subjectPatch(bed, place, 'same', { id: 'X' }).series).toEqual([
      { key: 'pet', subject: keep, moreSubjects: [{ id: 'X' }] },
      { key: 'ct', subject: { id: 'X' }, moreSubjects: [keep] },
    ])
    expect(subjectPatch(bed, place, 'one', { id: 'X' }).series).toHaveLength(1)
  })
})
