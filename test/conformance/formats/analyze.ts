import { expect } from 'vitest'
import { phantom } from '#imaging/phantoms/index.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import { memorySource } from '#imaging/source.ts'
import { analyzeHeader } from '../../unit/imaging/files.ts'
import { sha256 } from './profile.ts'
import type { FormatProfile } from './profile.ts'

interface Expected {
  endianness: string
  shape: [number, number, number, number]
  dtype: string
  datatypeCode: number
  bitpix: number
  pixdim: number[]
  slope: number
  intercept: number
  plane: string
  sha256_plane: string
  sha256_plane_lastVolume: string
  plane_real_min_max_mean: [number, number, number]
}

export const analyzeProfile: FormatProfile = {
  format: 'analyze',
  folders: ['analyze/'],
  parts(path) {
    if (path.endsWith('.img')) return null
    return path === 'analyze/analyze.hdr' ? [path] : [path, path.replace('.hdr', '.img')]
  },
  notRead: { 'analyze/analyze.hdr': 'a header without its image' },

  async check(reader, facts) {
    const expected = facts as unknown as Expected
    const { header } = reader
    const [x, y, z, t] = expected.shape
    expect(header.shape).toEqual({ x, y, z, t, c: 1 })
    expect(header.sampleType).toBe(expected.dtype)
    expect([header.slope, header.intercept]).toEqual([[expected.slope], [expected.intercept]])
    header.spacing!.forEach((v, i) => expect(v).toBeCloseTo(expected.pixdim[i]!, 6))
    expect(header).toMatchObject({ orientation: 'unknown', direction: null, origin: null, frames: null })

    const tags = await reader.tags()
    const tag = (key: string) => tags.find((one) => one.key === key)?.value
    expect(tag('datatype')).toBe(String(expected.datatypeCode))
    expect(tag('bitpix')).toBe(String(expected.bitpix))
    expect(tag('byte order')).toBe(`${expected.endianness} endian`)

    const middle = Number(/z=(\d+)/.exec(expected.plane)![1])
    const plane = await reader.plane(middle)
    expect(sha256(plane)).toBe(expected.sha256_plane)
    expect(sha256(await reader.plane((t - 1) * z + middle))).toBe(expected.sha256_plane_lastVolume)
    const statistics = createStatistics(header)
    statistics.add(middle, plane)
    const { minimum, maximum, mean } = statistics.result()!
    ;[minimum, maximum, mean].forEach((v, i) => expect(v).toBeCloseTo(expected.plane_real_min_max_mean[i]!, 4))
  },

  async generate() {
    const { header, planes } = phantom('mouse-ct', { resolution: 0.25, seed: 8 })
    const { x, y, z } = header.shape
    const bytes = analyzeHeader({ dim: [3, x, y, z], datatype: 4, pixdim: [0, ...header.spacing!] })
    return [
      { path: 'made/ct.hdr', source: memorySource(bytes) },
      { path: 'made/ct.img', source: memorySource(Uint8Array.from(Buffer.concat([...planes()]))) },
    ]
  },
}
