import { describe, expect, it } from 'vitest'
import {
  counted,
  formatBytes,
  formatCount,
  formatDate,
  formatInstant,
  formatModality,
  formatQuantity,
  formatShape,
  formatSpacing,
  formatWhen,
  formatWords,
} from '../../../portal/app/format.ts'

describe('sizes and counts', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [10239, '10.0 KiB'],
    [102_400, '100 KiB'],
    [1_048_575, '1.00 MiB'],
    [3_670_016, '3.50 MiB'],
    [5 * 2 ** 40, '5.00 TiB'],
  ])('writes %i bytes as %s', (byteCount, text) => {
    expect(formatBytes(byteCount)).toBe(text)
  })

  it('groups thousands and bends words', () => {
    expect(formatCount(999)).toBe('999')
    expect(formatCount(1_234_567)).toBe('1,234,567')
    expect(counted(1, 'file')).toBe('1 file')
    expect(counted(2000, 'entry', 'entries')).toBe('2,000 entries')
  })
})

const at = (precision: 'second' | 'minute' | 'hour' | 'day') =>
  formatWhen({ dateTime: '2025-03-14T10:30:20+01:00', precision }, 'Europe/Berlin')

describe('times', () => {
  const instant = '2025-03-30T00:30:00Z'

  it('writes an instant in a zone, across its change to summer time', () => {
    expect(formatInstant(instant, 'UTC')).toBe('30 Mar 2025 00:30 UTC')
    expect(formatInstant(instant, 'Europe/Berlin')).toBe('30 Mar 2025 01:30')
    expect(formatInstant('2025-03-30T01:30:00Z', 'Europe/Berlin')).toBe('30 Mar 2025 03:30')
    expect(formatInstant(instant, 'America/New_York')).toBe('29 Mar 2025 20:30')
  })

  it('shows no more than was known', () => {
    expect(at('second')).toBe('14 Mar 2025 10:30:20')
    expect(at('minute')).toBe('14 Mar 2025 10:30')
    expect(at('hour')).toBe('14 Mar 2025 10 h')
    expect(at('day')).toBe('14 Mar 2025')
  })

  it('never moves a day to another one', () => {
    const stamp = { dateTime: '2025-03-14T00:00:00+09:00', precision: 'day' } as const
    expect(formatWhen(stamp, 'America/Los_Angeles')).toBe('14 Mar 2025')
    expect(formatDate('2025-12-01')).toBe('1 Dec 2025')
  })

  it('leaves alone what is no time', () => {
    expect(formatInstant('not a time', 'UTC')).toBe('not a time')
  })
})

describe('measures', () => {
  it('keeps the digits of a quantity and writes its unit as people do', () => {
    expect(formatQuantity({ value: 9.85, unit: 'MBq' })).toBe('9.85 MBq')
    expect(formatQuantity({ value: 100, unit: 'uL' })).toBe('100 µL')
    expect(formatQuantity({ value: 0.5, unit: '10*6.{cells}' })).toBe('0.5 × 10⁶ cells')
    expect(formatQuantity({ value: 1.5, unit: '%' })).toBe('1.5 %')
    expect(formatQuantity({ value: 21, unit: 'Cel' })).toBe('21 °C')
  })

  it('describes the samples of an image', () => {
    expect(formatShape({ shape: [512, 512, 94, 40, 1] })).toBe('512 × 512 × 94, 40 frames')
    expect(formatShape({ shape: [2048, 1536, 1, 1, 3] })).toBe('2048 × 1536, 3 channels')
  })

  it('changes to micrometres below a tenth of a millimetre and leaves z out of flat images', () => {
    expect(formatSpacing({ shape: [1, 1, 9, 1, 1], spacingMillimetres: [0.7764, 0.7764, 0.796] })).toBe(
      '0.776 × 0.776 × 0.796 mm',
    )
    expect(formatSpacing({ shape: [1, 1, 1, 1, 1], spacingMillimetres: [0.0005, 0.0005, 1] })).toBe('0.5 × 0.5 µm')
    expect(formatSpacing({ shape: [1, 1, 1, 1, 1] })).toBeNull()
  })

  it('names modalities, and leaves unknown codes', () => {
    expect(formatModality('PT')).toBe('PET')
    expect(formatModality('XX')).toBe('XX')
    expect(formatModality(null)).toBe('Unknown')
    expect(formatWords('agentAdministration')).toBe('Agent administration')
  })
})
