import { describe, expect, it } from 'vitest'
import { buildPlan, type PlanInput } from '#api/ingest/buildPlan.ts'
import { dateHint, normalisedName, subjectHint } from '#api/ingest/folderHints.ts'
import { mediaTypeOf } from '#api/ingest/mediaType.ts'
import { carriedOver, patchPlan } from '#api/ingest/patchPlan.ts'
import { whenStamp } from '#api/ingest/whenStamp.ts'
import type { Plan } from '#api/ingest/plan.ts'

type Series = PlanInput['inspection']['series'][number]

const evidence: Record<string, string> = {
  'subject.localId': 'PatientID (0010,0020)',
  'session.uid': 'StudyInstanceUID (0020,000D)',
  'series.label': 'SeriesDescription (0008,103E)',
}
const series = (paths: string[], facts: Record<string, string | number> = {}, more: Partial<Series> = {}): Series => ({
  format: 'dicom',
  seriesKey: paths[0]!,
  files: paths,
  facts: Object.entries(facts).map(([key, value]) => ({ key: key as never, value, evidence: evidence[key] ?? key })),
  conflicts: [],
  header: {
    shape: { x: 4, y: 5, z: 6, t: 1, c: 1 },
    spacing: [0.1, 0.1, 0.2],
    sampleType: 'int16',
    modality: 'PT',
    warnings: [],
  },
  ...more,
})
const plan = (list: Series[], more: Partial<PlanInput> = {}): Plan =>
  buildPlan({
    label: 'Tuesday',
    files: list.flatMap((s) => s.files).map((path) => ({ path, byteCount: 10 })),
    inspection: { series: list, attachments: [] },
    subjects: [],
    instruments: [],
    sessions: [],
    stored: new Map(),
    ...more,
  })
const id = (n: number) => `01HZZZZZZZZZZZZZZZZZZZZZ${String(n).padStart(2, '0')}`
const one = <T>(list: readonly T[]): T => {
  expect(list).toHaveLength(1)
  return list[0]!
}

describe('sessions of a plan', () => {
  const scanner = { 'instrument.manufacturer': 'Siemens', 'instrument.model': 'Inveon' }

  it('are DICOM studies when the files have them', () => {
    const made = plan([
      series(['a/1.dcm'], { 'session.uid': '1.2.3', 'session.start': '2024-03-01T10:00:00' }),
      series(['b/2.dcm'], { 'session.uid': '1.2.3', 'session.start': '2024-03-01T11:00:00' }),
      series(['a/3.dcm'], { 'session.uid': '1.2.4', 'session.start': '2024-03-01T11:00:00' }),
    ])
    expect(made.sessions.map((s) => s.dicomStudyUid)).toEqual(['1.2.3', '1.2.4'])
    expect(made.sessions[0]!.start).toEqual({ value: '2024-03-01T10:00:00', evidence: 'session.start' })
    expect(made.series.map((s) => made.sessions.findIndex((x) => x.key === s.sessionKey))).toEqual([0, 0, 1])
  })

  it('are the visits to an instrument on a day, one for each subject', () => {
    const made = plan([
      series(['x/pet.hdr'], { ...scanner, 'series.acquiredAt': '2024-03-01T10:00:00', 'subject.localId': 'M-1' }),
      series(['y/ct.hdr'], { ...scanner, 'series.acquiredAt': '2024-03-01T09:50:00', 'subject.localId': 'm1' }),
      series(['z/pet.hdr'], { ...scanner, 'series.acquiredAt': '2024-03-01T12:00:00', 'subject.localId': 'M-2' }),
      series(['z/next.hdr'], { ...scanner, 'series.acquiredAt': '2024-03-02T12:00:00', 'subject.localId': 'M-2' }),
    ])
    expect(made.series.map((s) => made.sessions.findIndex((x) => x.key === s.sessionKey))).toEqual([0, 0, 1, 2])
    expect(made.sessions[0]!.start.value).toBe('2024-03-01T09:50:00')
    expect(made.sessions[0]!.label).toEqual({ value: '2024-03-01 Inveon', evidence: 'day and instrument' })
  })

  it('take in a file without a date when its folder belongs to one session only', () => {
    const made = plan([
      series(['m1/ct/1.dcm'], { 'session.uid': '1.1' }),
      series(['m2/ct/1.dcm'], { 'session.uid': '1.2' }),
      series(['m1/mask.nii'], {}, { format: 'nifti' }),
      series(['other/mask.nii'], {}, { format: 'nifti' }),
      series(['loose.nii'], {}, { format: 'nifti' }),
    ])
    const [first, , inFolder, other, loose] = made.series.map((s) => s.sessionKey)
    expect(inFolder).toBe(first)
    expect(new Set([first, other, loose]).size).toBe(3)
    expect(made.sessions.find((s) => s.key === other)!.label).toEqual({
      value: 'other',
      evidence: 'name of the folder',
    })
    expect(made.sessions.find((s) => s.key === loose)!.label).toEqual({
      value: 'Tuesday',
      evidence: 'name of the import',
    })
  })

  it.each([
    [{ 'session.label': 'Day 7' }, 'Day 7'],
    [{ 'session.label': '2', 'study.title': 'Tumour growth' }, 'Tumour growth'],
    [
      { 'session.label': '2', 'series.acquiredAt': '2024-03-01T10:00:00', 'instrument.model': 'Inveon' },
      '2024-03-01 Inveon',
    ],
    [{ 'session.label': 'd6e895774587360288a394441a225639d97f7ae4', 'series.acquiredAt': '2024-03-01' }, '2024-03-01'],
    [{}, 'Tuesday'],
  ])('are called by what tells people something: %j', (facts, label) => {
    expect(one(plan([series(['a.dcm'], facts as Record<string, string>)]).sessions).label.value).toBe(label)
  })

  it('continue a session of the study with the same study UID', () => {
    const made = plan([series(['1.dcm'], { 'session.uid': '1.1' })], {
      sessions: [{ id: id(1), label: 'Day 7', dicomStudyUid: '1.1' }],
    })
    expect(one(made.sessions)).toMatchObject({ existingId: id(1), label: { value: 'Day 7' } })
  })

  it('take the day from the name of a folder when the files have none', () => {
    const made = plan([series(['2024-03-01_PET/m1.nii'], {}, { format: 'nifti' })])
    expect(one(made.sessions).start).toEqual({ value: '2024-03-01', evidence: 'folder name “2024-03-01_PET”' })
  })

  it('say so when there is no date at all', () => {
    expect(one(plan([series(['m1.nii'])]).sessions).start.value).toBeNull()
  })
})

describe('instrument of a session', () => {
  const facts = { 'instrument.manufacturer': 'SIEMENS', 'instrument.model': 'Inveon', 'instrument.serialNumber': '42' }
  const known = { name: 'PET room 2', manufacturer: 'Siemens Medical Solutions', model: 'INVEON' }

  it('is the known one with that serial number, else the only one of that model', () => {
    const two = [
      { id: id(1), ...known, serialNumber: '41' },
      { id: id(2), ...known, serialNumber: '42' },
    ]
    expect(one(plan([series(['a'], facts)], { instruments: two }).sessions).instrument.id).toBe(id(2))
    expect(
      one(plan([series(['a'], facts)], { instruments: [{ id: id(3), ...known }] }).sessions).instrument,
    ).toMatchObject({ id: id(3) })
  })
  it('is proposed when none fits, and not guessed when several do', () => {
    expect(one(plan([series(['a'], facts)]).sessions).instrument).toMatchObject({
      id: null,
      create: { name: 'Inveon (42)', manufacturer: 'SIEMENS', model: 'Inveon', serialNumber: '42' },
    })
    const { 'instrument.serialNumber': _none, ...without } = facts
    const several = plan([series(['a'], without)], {
      instruments: [
        { id: id(1), ...known },
        { id: id(2), ...known, name: 'PET room 3' },
      ],
    })
    expect(one(several.sessions).instrument).toEqual({
      id: null,
      evidence: 'instrument.manufacturer, instrument.model: 2 instruments fit (PET room 2, PET room 3); please choose',
    })
  })
  it('stays open when the files name only half of it', () => {
    const { instrument } = one(plan([series(['a'], { 'instrument.manufacturer': 'Bruker' })]).sessions)
    expect(instrument.id).toBeNull()
    expect(instrument.create).toBeUndefined()
  })
})

describe('subject of a series', () => {
  const subjects = [
    { id: id(1), localId: 'M-0412' },
    { id: id(2), localId: 'M-7' },
    { id: id(3), localId: 'M7' },
  ]
  const subjectOf = (paths: string[], facts: Record<string, string> = {}) => {
    const made = one(plan([series(paths, facts)], { subjects }).series)
    return { ...made.subject, conflicts: made.conflicts }
  }

  it('is the known one with that name, exactly or in another spelling', () => {
    expect(subjectOf(['a'], { 'subject.localId': 'M-0412' })).toMatchObject({
      id: id(1),
      evidence: 'PatientID (0010,0020)',
    })
    expect(subjectOf(['a'], { 'subject.localId': 'm 412' })).toMatchObject({ id: id(1) })
    expect(subjectOf(['a'], { 'subject.localId': 'm 412' }).evidence).toContain('known here as “M-0412”')
    expect(subjectOf(['a'], { 'subject.localId': 'M7' })).toMatchObject({ id: id(3) })
  })
  it('is not guessed when two are spelt alike', () => {
    const found = subjectOf(['a'], { 'subject.localId': 'm 7' })
    expect(found).toMatchObject({ id: null, create: null })
    expect(found.evidence).toContain('“M-7”, “M7”')
  })
  it('is proposed with what the header says', () => {
    const facts = {
      'subject.localId': ' R-9 ',
      'subject.sex': 'F',
      'subject.neutered': 'yes',
      'subject.species': 'Rattus norvegicus',
      'subject.birthDate': '2024-01-02',
      'subject.genotype': 'Apoe<tm1Unc>',
      'subject.supplier': 'Charles River',
      'subject.stockNumber': '001',
    }
    expect(subjectOf(['a'], facts)).toMatchObject({
      id: null,
      create: {
        localId: 'R-9',
        kind: 'animal',
        sex: 'F',
        neutered: true,
        species: 'Rattus norvegicus',
        birthDate: '2024-01-02',
        genotype: 'Apoe<tm1Unc>',
        supplier: 'Charles River',
        stockNumber: '001',
      },
    })
    expect(subjectOf(['a'], { 'subject.localId': 'QC', 'subject.kind': 'phantom' }).create).toEqual({
      localId: 'QC',
      kind: 'phantom',
    })
    expect(subjectOf(['Derenzo/a'], { 'subject.localId': 'QC' }).create).toEqual({ localId: 'QC', kind: 'phantom' })
  })
  it('is read from the folder when the header is silent', () => {
    expect(subjectOf(['m412/pet.img'])).toMatchObject({
      id: id(1),
      evidence: 'folder name “m412”: the subject “M-0412”',
    })
    expect(subjectOf(['mouse 12/pet.img'])).toMatchObject({
      create: { localId: 'mouse 12' },
      evidence: 'folder name “mouse 12”',
    })
    expect(subjectOf(['data/pet.img'])).toMatchObject({ id: null, create: null })
  })
  it('is one proposal for all of its series', () => {
    const made = plan([
      series(['a'], { 'subject.localId': 'R-9', 'subject.sex': 'F' }),
      series(['b'], { 'subject.localId': 'R-9', 'subject.species': 'Rattus norvegicus' }),
    ])
    const create = { localId: 'R-9', kind: 'animal', sex: 'F', species: 'Rattus norvegicus' }
    expect(made.series.map((each) => each.subject.create)).toEqual([create, create])
  })
  it('are several when the header names a group, each in its place', () => {
    const evidence = 'GroupOfPatientsIdentificationSequence (0010,0027)'
    const made = plan(
      [
        series(
          ['bed/pet.dcm'],
          {
            'subject.localId': 'BED-7',
            'subject.species': 'Mus musculus',
            'administration.agent': 'FDG',
            'administration.start': '2024-03-01T10:00:00',
          },
          {
            group: [
              { localId: 'm0412', place: [1, 1, 1], position: 'HFP', evidence },
              { localId: 'M-5', place: [2, 1, 1], position: 'FFDL', evidence },
              { localId: 'M-6', place: [0, 1, 1], evidence },
            ],
          },
        ),
      ],
      { subjects: [{ id: id(1), localId: 'M-0412' }] },
    )
    const { subject, moreSubjects } = one(made.series)
    expect(subject).toMatchObject({
      id: id(1),
      placement: { entry: 'head first', posture: 'prone', position: [1, 1, 1] },
    })
    expect(moreSubjects).toEqual([
      {
        id: null,
        create: { localId: 'M-5', kind: 'animal', species: 'Mus musculus' },
        evidence,
        placement: { entry: 'feet first', posture: 'left', position: [2, 1, 1] },
      },
      { id: null, create: { localId: 'M-6', kind: 'animal', species: 'Mus musculus' }, evidence },
    ])
    // The header gives one dose for all of them.
    expect(one(made.events!)).toMatchObject({ include: false, note: expect.stringContaining('several subjects') })

    const { key } = one(made.series)
    const chosen = patchPlan(made, { series: [{ key, moreSubjects: [{ id: id(2) }, { id: null }] }] })
    expect(one(chosen.series).moreSubjects).toEqual([
      { id: id(2), create: null, evidence: 'typed', placement: moreSubjects![0]!.placement },
      { id: null, create: null, evidence: 'typed' },
    ])
    expect(carriedOver(made, chosen).series[0]!.moreSubjects).toEqual(one(chosen.series).moreSubjects)
  })
  it('shows when folder and header disagree', () => {
    const found = subjectOf(['M-0412/pet.img'], { 'subject.localId': 'X9' })
    expect(found.create).toMatchObject({ localId: 'X9' })
    expect(found.conflicts).toEqual([
      {
        key: 'subject.localId',
        others: [{ key: 'subject.localId', value: 'M-0412', evidence: 'folder name “M-0412”' }],
      },
    ])
    expect(subjectOf(['M-0412/pet.img'], { 'subject.localId': 'M-0412' }).conflicts).toEqual([])
  })
})

describe('series of a plan', () => {
  it('carry what was read', () => {
    const made = plan([series(['a/1', 'a/2'], { 'series.label': 'FDG', 'series.number': 3 })])
    expect(one(made.series)).toMatchObject({
      include: true,
      label: { value: 'FDG', evidence: 'SeriesDescription (0008,103E)' },
      modality: { value: 'PT', evidence: 'Modality (0008,0060)' },
      number: 3,
      files: ['a/1', 'a/2'],
      fileCount: 2,
      byteCount: 20,
      shape: [4, 5, 6, 1, 1],
      spacing: [0.1, 0.1, 0.2],
    })
    expect(made.summary).toEqual({ files: 2, bytes: 20, series: 1, problems: 0 })
  })
  it.each([
    ['/Users/somebody/a.ome', 'a.ome'],
    ['C:\\data\\a.tif', 'a.tif'],
    ['T2/TSE axial', 'T2/TSE axial'],
    ['  ', 'scan'],
  ])('are called %j like %j', (given, label) => {
    expect(one(plan([series(['x/scan.nii.gz'], { 'series.label': given })]).series).label.value).toBe(label)
  })
  it('keep a series that cannot be opened, with the reason', () => {
    const problem = { code: 'truncated' as const, message: 'a: the file ends early.' }
    const made = plan([series(['a'], {}, { header: null, problem })])
    expect(one(made.series)).toMatchObject({ include: true, problem, shape: null, modality: { value: null } })
    expect(made.summary.problems).toBe(1)
  })
  it('leave out what the study has already', () => {
    const twin = { seriesId: id(9), label: 'FDG' }
    const made = plan([series(['a', 'b'])], {
      stored: new Map([
        ['a', [twin]],
        ['b', [{ seriesId: id(8), label: 'CT' }, twin]],
      ]),
    })
    expect(one(made.series)).toMatchObject({
      include: false,
      problem: { code: 'duplicate', message: expect.stringContaining('“FDG”') },
    })
    expect(one(plan([series(['a', 'b'])], { stored: new Map([['a', [twin]]]) }).series).include).toBe(true)
    const apart = new Map([
      ['a', [twin]],
      ['b', [{ seriesId: id(8), label: 'CT' }]],
    ])
    expect(one(plan([series(['a', 'b'])], { stored: apart }).series).include).toBe(true)
  })
  it('name unknown modalities as other and say what the file said', () => {
    const header = { ...series(['a']).header!, modality: 'RTDOSE' }
    expect(one(plan([series(['a'], {}, { header })]).series).modality).toEqual({
      value: 'OT',
      evidence: 'the files say RTDOSE',
    })
  })
  it('tell what to do with an archive', () => {
    const attachments = ['a.zip', 'b.TAR.GZ', 'm.PvDatasets', 'c.gz'].map((path) => ({ path, reason: 'unknown' }))
    const made = plan([], { inspection: { series: [], attachments } })
    expect(made.attachments.map((a) => a.reason.includes('Unpack it'))).toEqual([true, true, true, false])
  })
  it('put attachments beside the session of their folder', () => {
    const made = plan([series(['m1/1.dcm'], { 'session.uid': '1' }), series(['m2/1.dcm'], { 'session.uid': '2' })], {
      inspection: {
        series: [series(['m1/1.dcm'], { 'session.uid': '1' }), series(['m2/1.dcm'], { 'session.uid': '2' })],
        attachments: [
          { path: 'm1/notes.txt', reason: 'r' },
          { path: 'protocol.pdf', reason: 'r' },
        ],
      },
    })
    expect(made.attachments.map((a) => a.sessionKey)).toEqual([made.sessions[0]!.key, null])
  })
})

describe('changes to a plan', () => {
  const base = plan([
    series(['a/1'], { 'session.uid': '1.1', 'subject.localId': 'M1' }),
    series(['b/1'], { 'session.uid': '1.2' }),
  ])
  const [first, second] = base.series as [Plan['series'][number], Plan['series'][number]]

  it('are applied by key and marked as typed', () => {
    const next = patchPlan(base, {
      sessions: [{ key: first.sessionKey, label: 'Day 7', start: { value: '2024-01-01' }, instrument: { id: id(4) } }],
      series: [
        { key: first.key, label: { value: 'New', evidence: 'x' }, modality: 'CT', subject: { id: id(5) } },
        { key: second.key, include: false },
      ],
    })
    expect(next.sessions[0]).toMatchObject({
      label: { value: 'Day 7', evidence: 'typed' },
      start: { value: '2024-01-01', evidence: 'typed' },
      instrument: { id: id(4), evidence: 'typed' },
    })
    expect(next.series[0]).toMatchObject({
      label: { value: 'New', evidence: 'typed' },
      modality: { value: 'CT', evidence: 'typed' },
      subject: { id: id(5), create: null, evidence: 'typed' },
    })
    expect(next.summary.series).toBe(1)
    expect(base.series[0]!.label.evidence).not.toBe('typed')
  })
  it('can add a session and move a series into it', () => {
    const next = patchPlan(base, {
      sessions: [{ key: 'new-1', label: 'Extra' }],
      series: [{ key: first.key, sessionKey: 'new-1' }],
    })
    expect(next.sessions).toHaveLength(3)
    expect(next.series[0]!.sessionKey).toBe('new-1')
  })
  it('name every key that is not there', () => {
    let error: unknown
    try {
      patchPlan(base, {
        sessions: [{ key: 'nope' }],
        series: [{ key: 'none' }, { key: first.key, sessionKey: 'where' }],
      })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ kind: 'invalid' })
    expect((error as { fields: { pointer: string }[] }).fields.map((f) => f.pointer)).toEqual([
      '/sessions/0/label',
      '/series/0/key',
      '/series/1/sessionKey',
    ])
  })
  it('survive the next inspection', () => {
    const changed = patchPlan(base, {
      sessions: [{ key: 'new-1', label: 'Extra' }],
      series: [{ key: first.key, label: 'Mine', sessionKey: 'new-1' }],
    })
    const fresh = plan([
      series(['a/1'], { 'session.uid': '1.1', 'subject.localId': 'M1' }),
      series(['b/1'], { 'session.uid': '1.2' }),
      series(['c/1'], { 'session.uid': '1.3' }),
    ])
    const again = carriedOver(fresh, changed)
    expect(again.series).toHaveLength(3)
    expect(again.series[0]).toMatchObject({
      label: { value: 'Mine', evidence: 'typed' },
      sessionKey: 'new-1',
      subject: first.subject,
    })
    expect(again.sessions.map((s) => s.label.value)).toContain('Extra')
  })
})

describe('names of folders', () => {
  it.each([
    ['2024-03-01/a', '2024-03-01'],
    ['20240301_scan/a', '2024-03-01'],
    ['x/2024_03_01.img', '2024-03-01'],
    ['1.2.840.20240301123.4/a', null],
    ['20241399/a', null],
    ['2024-02-30/a', null],
    ['2024-0301/a', null],
  ])('%s has the day %s', (path, day) => expect(dateHint(path)?.value ?? null).toBe(day))
  it.each([
    ['M-0412/a.img', 'M-0412'],
    ['mouse12_pet.img', 'mouse12'],
    ['sub-03/x', 'sub-03'],
    ['recon/frame.img', null],
    ['MR700/4648', 'MR700'],
    ['r2024x/a', null],
  ])('%s names %s', (path, name) => expect(subjectHint(path)?.value ?? null).toBe(name))
  it('are compared without case, accents, marks and leading zeros', () => {
    expect(normalisedName('M-0412')).toBe(normalisedName('m 412'))
    expect(normalisedName('Mäuschen_01')).toBe(normalisedName('mauschen1'))
    expect(normalisedName('M-100')).not.toBe(normalisedName('M-1'))
    expect(normalisedName('M-10')).not.toBe(normalisedName('M-1'))
    expect(normalisedName('M-1-07')).not.toBe(normalisedName('M-107'))
  })
})

describe('media types of files', () => {
  it('are those of the format, else of the name, else opaque bytes', () => {
    expect(mediaTypeOf('a/b.dcm', 'dicom')).toBe('application/dicom')
    expect(mediaTypeOf('a/b.CSV')).toBe('text/csv')
    for (const name of ['a/b', 'a/b.xyz', 'a/b.constructor']) expect(mediaTypeOf(name)).toBe('application/octet-stream')
  })
})

describe('times of files', () => {
  it.each([
    ['2024-03-01', '2024-03-01T00:00:00', 'day'],
    ['2024-03-01T10:15', '2024-03-01T10:15:00', 'minute'],
    ['2024-03-01T10:15:30.5', '2024-03-01T10:15:30', 'second'],
  ])('%s is local time, known to the %s', (text, local, precision) => {
    const stamp = whenStamp(text)!
    expect(stamp.precision).toBe(precision)
    expect(stamp.dateTime.startsWith(local)).toBe(true)
    expect(new Date(stamp.dateTime).getTime()).toBe(new Date(local).getTime())
  })
  it('keep a zone that is given', () =>
    expect(whenStamp('2024-03-01T10:15:00+09:00')?.dateTime).toBe('2024-03-01T10:15:00+09:00'))
  it.each(['', 'yesterday', '2024-13-01', '2024-02-30', '2024-03-01T25:00'])('%j is none', (text) =>
    expect(whenStamp(text)).toBeNull(),
  )
})
