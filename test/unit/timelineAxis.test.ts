import { assert, constantFrom, date, integer, property, array, record, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { timelineAxis, type TimedEntry } from '../../portal/app/timeline/axis.ts'

const entry = (at: string, kind = 'imaging', id = at): TimedEntry => ({ id, kind, title: kind, at })

describe('the axis of a timeline', () => {
  it('puts an injection and a scan of one hour apart at round times of day', () => {
    const { ticks, lanes } = timelineAxis(
      [entry('2025-03-14T09:30:00+01:00', 'agentAdministration'), entry('2025-03-14T10:30:00+01:00')],
      60,
    )
    expect(ticks.map(({ label }) => label)).toEqual(['14 Mar 09:30', '09:45', '10:00', '10:15', '10:30'])
    expect(lanes.map(({ kind, marks }) => [kind, marks.length])).toEqual([
      ['agentAdministration', 1],
      ['imaging', 1],
    ])
  })
  it('names the day again after midnight', () => {
    const { ticks } = timelineAxis([entry('2025-03-14T20:00:00Z'), entry('2025-03-15T08:00:00Z')], 0)
    expect(ticks.map(({ label }) => label)).toEqual(['14 Mar 21:00', '15 Mar 00:00', '03:00', '06:00'])
  })
  it('uses days and weeks for a long study', () => {
    const { ticks } = timelineAxis([entry('2025-03-01T08:00:00Z'), entry('2025-03-29T08:00:00Z')], 0)
    expect(ticks.every(({ label }) => /^\d+ \w{3}$/.test(label))).toBe(true)
  })
  it('merges marks that could not be told apart', () => {
    const { lanes } = timelineAxis(
      [entry('2025-03-01T08:00:00Z'), entry('2025-03-01T08:05:00Z'), entry('2025-03-29T08:00:00Z')],
      0,
    )
    expect(lanes[0]?.marks.map(({ entries }) => entries.length)).toEqual([2, 1])
  })
  it('keeps every entry once, within the picture, with few ticks', () => {
    const entries = array(
      record({
        id: string(),
        kind: constantFrom('imaging', 'measurement', 'anaesthesia'),
        title: string(),
        at: date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }).map((d) =>
          d.toISOString(),
        ),
      }),
      { minLength: 1 },
    )
    assert(
      property(entries, integer({ min: -720, max: 840 }), (given, zone) => {
        const { ticks, lanes } = timelineAxis(given, zone)
        const marks = lanes.flatMap((lane) => lane.marks)
        expect(marks.flatMap((mark) => mark.entries)).toHaveLength(given.length)
        for (const { percent } of [...marks, ...ticks]) {
          expect(percent).toBeGreaterThanOrEqual(-1e-9)
          expect(percent).toBeLessThanOrEqual(100 + 1e-9)
        }
        expect(ticks.length).toBeLessThanOrEqual(8)
      }),
    )
  })
  it('is empty without entries', () => expect(timelineAxis([], 0)).toEqual({ ticks: [], lanes: [] }))
})
