import { expect } from 'vitest'
import { indexToWorld } from '#imaging/geometry/affine.ts'
import { planeCount } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import { memorySource } from '#imaging/source.ts'
import { writeNrrd } from '#imaging/write/nrrd.ts'
import { collect, sha256 } from './profile.ts'
import type { FormatProfile } from './profile.ts'

interface Expected {
  header: Record<string, string>
  dtype: string
  sizes_fastest_first: number[]
  plane: string
  sha256_plane: string
  plane_min_max_mean: [number, number, number]
}

export const nrrdProfile: FormatProfile = {
  format: 'nrrd',
  folders: ['nrrd/'],
  parts(path) {
    if (path.endsWith('.raw')) return null
    return path.endsWith('.nhdr') ? [path, path.replace('.nhdr', '.raw')] : [path]
  },
  notRead: {},

  async check(reader, facts) {
    const expected = facts as unknown as Expected
    const { header } = reader
    const [x, y = 1, z = 1] = expected.sizes_fastest_first
    expect(header.shape).toEqual({ x, y, z, t: 1, c: 1 })
    expect(header.sampleType).toBe(expected.dtype)
    if (expected.header['space']) {
      // Every sample with a space states the identity in LPS.
      expect(expected.header['space directions']).toBe('(1,0,0) (0,1,0) (0,0,1)')
      expect(indexToWorld(header)).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
      expect(header.orientation).toBe('known')
    } else {
      const [first, second = first] = expected.header['spacings']!.split(' ').map(Number)
      expect(header).toMatchObject({ spacing: [first, second, 1], direction: null, orientation: 'unknown' })
    }
    const tags = await reader.tags()
    for (const [key, value] of Object.entries(expected.header)) {
      if (key === 'encoding') continue // written "ascii" and "ASCII"
      expect(tags.find((tag) => tag.key === key)?.value).toBe(value)
    }

    const middle = Number(/index \[(\d+)\]/.exec(expected.plane)?.[1] ?? 0)
    expect(middle).toBe(Math.floor(planeCount(header) / 2))
    const plane = await reader.plane(middle)
    expect(sha256(plane)).toBe(expected.sha256_plane)
    const statistics = createStatistics(header)
    statistics.add(middle, plane)
    const { minimum, maximum, mean } = statistics.result()!
    ;[minimum, maximum, mean].forEach((v, i) => expect(v).toBeCloseTo(expected.plane_min_max_mean[i]!, 4))
  },

  async generate() {
    const image = phantom('mouse-mr', { resolution: 0.25, seed: 7 })
    return [{ path: 'made/mr.nrrd', source: memorySource(await collect(writeNrrd(image))) }]
  },
}
