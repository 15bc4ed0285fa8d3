import { describe, expect, it } from 'vitest'
import type { SeriesReader } from '#imaging/format.ts'
import type { Header } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { withSoundHeader } from '#imaging/soundHeader.ts'

const frames = { startSeconds: [0, 1], durationSeconds: [1, 1] }
const whole = (): Header => ({ ...phantom('mouse-ct', { resolution: 0.1 }).header, frames, warnings: [] })
const sound = (wrong: Partial<Header>): Header =>
  withSoundHeader({ header: { ...whole(), ...wrong } } as SeriesReader).header

describe('a header of true numbers', () => {
  it('stays as it is', () => {
    expect(sound({})).toEqual(whole())
  })

  it.each<[string, Partial<Header>, Partial<Header>, number]>([
    [
      'a size of 0',
      { spacing: [1, 0, 1] },
      { spacing: null, origin: null, direction: null, orientation: 'unknown' },
      1,
    ],
    ['an infinite place', { origin: [0, Infinity, 0] }, { origin: null, direction: null, orientation: 'unknown' }, 1],
    [
      'a direction of NaN',
      { direction: Array(9).fill(NaN) },
      { origin: null, direction: null, orientation: 'unknown' },
      1,
    ],
    ['an infinite slope', { slope: [1, Infinity], unit: 'HU' }, { slope: [1], intercept: [0], unit: '' }, 1],
    ['an infinite time', { frames: { ...frames, startSeconds: [0, Infinity] } }, { frames: null }, 1],
    ['an infinite window', { window: { low: 0, high: Infinity } }, { window: null }, 0],
  ])('loses %s', (_, wrong, left, sentences) => {
    const header = sound(wrong)
    expect(header).toEqual({ ...whole(), ...left, warnings: header.warnings })
    expect(header.warnings).toHaveLength(sentences)
  })
})
