import { describe, expect, it } from 'vitest'
import { isInCalendar, monthOf } from '#imaging/calendar.ts'

describe('the calendar', () => {
  it.each(['2024-02-29', '1999-12-31', '2024-03-01T00:00:00', '2024-03-01T23:59:59'])('has %s', (text) =>
    expect(isInCalendar(text)).toBe(true),
  )
  it.each([
    '2023-02-29',
    '2024-04-31',
    '2024-13-01',
    '2024-00-10',
    '2024-undefined-01',
    '2024-03-01T24:00:00',
    '2024-03-01T10:60:00',
    '2024-03-01T10:15:60',
    '',
    'T',
  ])('has no “%s”', (text) => expect(isInCalendar(text)).toBe(false))

  it('knows the months in English, short and in full', () => {
    expect(['Jan', 'january', 'DEC', 'May', 'sept', 'Janvier', '', undefined].map(monthOf)).toEqual([
      '01',
      '01',
      '12',
      '05',
      undefined,
      undefined,
      undefined,
      undefined, // prettier-ignore
    ])
  })
})
