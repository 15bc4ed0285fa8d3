import { describe, expect, it } from 'vitest'
import {
  formatArea,
  formatFrame,
  formatLength,
  formatPosition,
  formatSeconds,
  formatValue,
  niceLength,
} from '../../../portal/app/viewer/numbers.ts'

describe('lengths', () => {
  it('are written in the unit of their size', () => {
    expect(formatLength(0.0005)).toBe('0.5 µm')
    expect(formatLength(0.0123)).toBe('12.3 µm')
    expect(formatLength(0.25)).toBe('0.25 mm')
    expect(formatLength(12.345)).toBe('12.3 mm')
    expect(formatLength(123.4)).toBe('12.3 cm')
    expect(formatLength(-3)).toBe('-3 mm')
    expect(formatArea(0.0001)).toBe('100 µm²')
    expect(formatArea(16.84)).toBe('16.8 mm²')
  })

  it('of positions have the digits of the voxel, without a minus before zero', () => {
    expect(formatPosition([-0.001, 1.26, 3], 0.25)).toBe('0.00, 1.26, 3.00 mm')
    expect(formatPosition([0.06435, 0.05135], 0.00065)).toBe('64.35, 51.35 µm')
  })

  it('of scale bars are 1, 2 or 5', () => {
    expect([0.7, 1, 1.9, 2, 4.9, 5, 70, 0.003].map(niceLength)).toEqual([0.5, 1, 1, 2, 2, 5, 50, 0.002])
  })
})

describe('values', () => {
  it('keep whole numbers and five digits of others', () => {
    expect([0, -1024, 123456].map(formatValue)).toEqual(['0', '-1024', '123456'])
    expect([0.1 + 0.2, 12345.678, 0.00012].map(formatValue)).toEqual(['0.3', '12346', '1.200e-4'])
    expect([NaN, Infinity].map(formatValue)).toEqual(['no number', '∞'])
  })
})

describe('times', () => {
  it('are seconds or a clock', () => {
    expect([0.04, 12, 59.94, 125, 3725].map(formatSeconds)).toEqual(['0.04 s', '12 s', '59.9 s', '2:05', '1:02:05'])
  })

  it('stand beside the frame when they are known', () => {
    expect(formatFrame(2, 40, null)).toBe('frame 3 of 40')
    const frames = { startSeconds: [0, 60, 120], durationSeconds: [60, 60, 60] }
    expect(formatFrame(2, 3, frames)).toBe('frame 3 of 3, 2:00 to 3:00')
    expect(formatFrame(1, 3, { ...frames, durationSeconds: [] })).toBe('frame 2 of 3, at 1:00')
  })
})
