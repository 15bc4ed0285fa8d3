import { describe, expect, it } from 'vitest'
import { firstChannels, isMixed, mixed, readChannels, writeChannels } from '../../../portal/app/viewer/channels.ts'

const shape = { x: 2, y: 1, z: 1, t: 1, c: 3 }
const range = { min: 0, max: 1000, low: 0, high: 900 }

describe('channels laid into each other', () => {
  it('start in the colours of the file, of their names, or the next free one', () => {
    const channels = [{ label: 'DAPI' }, { label: 'x', colour: '#FF8000' }, { label: 'unnamed' }]
    expect(firstChannels({ shape, channels, range }).map(({ colour }) => colour)).toEqual([
      '3b6cff',
      'ff8000',
      '20e040',
    ])
    expect(isMixed({ shape, samplesPerPixel: 1 })).toBe(true)
    expect(isMixed({ shape, samplesPerPixel: 3 })).toBe(false)
  })

  it('add up their light within their windows; what is more than full is cut off', () => {
    const view = (colour: string, low = 0, high = 100) => ({ visible: true, window: { low, high }, colour })
    const planes = [Uint16Array.of(50, 500), Uint16Array.of(20, 30), Float32Array.of(Number.NaN, 100)]
    const views = [view('ff0000'), view('00ff00', 20, 40), view('ff00ff')]
    expect([...mixed(planes, views, 2)]).toEqual([128, 0, 0, 255, 128, 255])
    expect([...mixed([null, planes[1]!, null], views, 2)]).toEqual([0, 0, 0, 0, 128, 0])
  })

  it('are restored from a link; what is not understood is nothing', () => {
    const views = firstChannels({ shape, channels: null, range })
    expect(readChannels(writeChannels(views))).toEqual(views)
    for (const text of ['', 'one', '1_5:5_ffffff', '1_0:9_red', '2_0:9_ffffff', '1_0:9_ffffff;']) {
      expect(readChannels(text), text).toBeUndefined()
    }
  })
})
