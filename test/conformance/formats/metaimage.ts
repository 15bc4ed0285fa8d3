import { expect } from 'vitest'
import { axisLetters } from '#imaging/geometry/orientation.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import { memorySource } from '#imaging/source.ts'
import { entry, metaHeader } from '../../unit/imaging/files.ts'
import { sha256 } from './profile.ts'
import type { FormatProfile } from './profile.ts'

interface Expected {
  header: Record<string, string>
  dims: [number, number, number]
  dtype: string
  spacing: [number, number, number]
  channels: number
  plane: string
  sha256_plane: string
  plane_min_max_mean: [number, number, number]
}

const opposite: Record<string, string> = { L: 'R', R: 'L', P: 'A', A: 'P', S: 'I', I: 'S' }

export const metaimageProfile: FormatProfile = {
  format: 'metaimage',
  folders: ['metaimage/'],
  parts(path) {
    if (path.endsWith('.raw')) return null
    return path.endsWith('.mhd') ? [path, path.replace('.mhd', '.raw')] : [path]
  },
  notRead: {},

  async check(reader, facts) {
    const expected = facts as unknown as Expected
    const { header } = reader
    const [x, y, z] = expected.dims
    expect(header.shape).toEqual({ x, y, z, t: 1, c: expected.channels })
    expect(header.sampleType).toBe(expected.dtype)
    // VTK takes 1 mm where a file states no size; here it stays unknown.
    expect(header.spacing).toEqual('ElementSpacing' in expected.header ? expected.spacing : null)
    const letters = expected.header['AnatomicalOrientation']
    if (letters?.length === 3) {
      expect(axisLetters(header)!.map((letter) => opposite[letter]).join('')).toBe(letters) // prettier-ignore
      expect(header.origin).toEqual(expected.header['Offset']!.split(' ').map(Number))
      expect(header.orientation).toBe('known')
    } else {
      expect(header).toMatchObject({ origin: null, direction: null, orientation: 'unknown' })
    }
    const tags = await reader.tags()
    for (const [key, value] of Object.entries(expected.header)) {
      expect(tags.find((tag) => tag.key === key)?.value).toBe(value)
    }

    const middle = Number(/z=(\d+)/.exec(expected.plane)![1])
    const plane = await reader.plane(middle)
    expect(sha256(plane)).toBe(expected.sha256_plane)
    const statistics = createStatistics(header)
    statistics.add(middle, plane)
    const { minimum, maximum, mean } = statistics.result()!
    ;[minimum, maximum, mean].forEach((v, i) => expect(v).toBeCloseTo(expected.plane_min_max_mean[i]!, 4))
  },

  async generate() {
    const { header, planes } = phantom('mouse-ct', { resolution: 0.25, seed: 7 })
    const data = Buffer.concat([...planes()])
    return [
      entry('made/ct.mhd', metaHeader(header, { ElementDataFile: 'ct.raw' })),
      { path: 'made/ct.raw', source: memorySource(Uint8Array.from(data)) },
    ]
  },
}
