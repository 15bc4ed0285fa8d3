import { describe, expect, it } from 'vitest'
import type { ImageSeries } from '#ontology/entities/series.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import { groupMissing, missingOf, rowsOf, totalsOf, type MissingField } from '../../portal/app/study/rows.ts'
import { chooseAll, extend, nothingChosen, restrict, step, toggle } from '../../portal/app/study/selection.ts'

const series = (id: string, more: Partial<ImageSeries> = {}) =>
  ({ id, sessionId: 'S1', studyId: 'ST', projectId: 'P', fileCount: 2, byteCount: 100, ...more }) as ImageSeries

describe('rows of the Study Manager', () => {
  const rows = rowsOf({
    series: [
      series('A', { subjectIds: ['M1', 'M2'] }),
      series('B', { sessionId: 'S9', subjectIds: ['M1'] }),
      series('C'),
    ],
    sessions: [{ id: 'S1', label: 'Day 7' } as ImagingSession],
    subjects: [{ id: 'M1', localId: 'M-01' } as Subject],
    publications: [{ seriesId: 'B', datasetId: 'D', state: 'published' }],
  })
  it('join session, subjects and publication', () => {
    expect(rows.map(({ session, state }) => [session?.label, state])).toEqual([
      ['Day 7', 'draft'],
      [undefined, 'published'],
      ['Day 7', 'draft'],
    ])
    expect(rows[0]?.subjects.map(({ localId }) => localId)).toEqual(['M-01', 'another subject'])
  })
  it('count a selection, shared subjects once', () => {
    expect(totalsOf(rows)).toEqual({ series: 3, files: 6, bytes: 300, subjects: 2, sessions: 2 })
  })
  const missing = (entity: string, recordId: string, field: string): MissingField => ({
    entity,
    recordId,
    label: recordId,
    field,
    title: field,
    pointer: '',
  })
  it('know what each still needs', () => {
    const all = [
      missing('Subject', 'M2', 'species'),
      missing('Study', 'ST', 'description'),
      missing('ImageSeries', 'B', 'modality'),
    ]
    expect(rows.map((row) => missingOf(row, all).map(({ field }) => field))).toEqual([
      ['species', 'description'],
      ['description', 'modality'],
      ['description'],
    ])
  })
  it('group what is missing, most records first', () => {
    const groups = groupMissing([
      missing('Study', 'ST', 'description'),
      missing('Subject', 'M1', 'species'),
      missing('Subject', 'M2', 'species'),
      missing('Subject', 'M2', 'animal.strain'),
    ])
    expect(
      groups.map(({ entity, records, fields }) => [entity, records.length, fields.map(({ field }) => field)]),
    ).toEqual([
      ['Subject', 2, ['species', 'animal.strain']],
      ['Study', 1, ['description']],
    ])
  })
})

describe('choosing rows', () => {
  const order = ['a', 'b', 'c', 'd']
  it('moves within the list', () => {
    expect(step(nothingChosen, order, 1)).toBe('a')
    expect(step(nothingChosen, order, -1)).toBe('d')
    expect(step({ ...nothingChosen, current: 'd' }, order, 1)).toBe('d')
    expect(step({ ...nothingChosen, current: 'gone' }, order, 1)).toBe('a')
    expect(step(nothingChosen, [], 1)).toBeNull()
  })
  it('toggles one and extends to a range in both directions', () => {
    const one = toggle(nothingChosen, 'c')
    expect([...one.chosen]).toEqual(['c'])
    expect([...extend(one, order, 'a').chosen].toSorted()).toEqual(['a', 'b', 'c'])
    expect([...toggle(one, 'c').chosen]).toEqual([])
    const grown = extend(extend(one, order, 'd'), order, 'a')
    expect(grown.anchor).toBe('c')
  })
  it('chooses all, then none', () => {
    const all = chooseAll(nothingChosen, order)
    expect(all.chosen.size).toBe(4)
    expect(chooseAll(all, order).chosen.size).toBe(0)
  })
  it('lets go of rows that are filtered away', () => {
    const all = chooseAll(nothingChosen, order)
    expect([...restrict(all, ['b']).chosen]).toEqual(['b'])
    expect(restrict(all, order)).toBe(all)
  })
})
