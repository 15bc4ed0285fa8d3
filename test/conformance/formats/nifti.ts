import { expect } from 'vitest'
import type { SeriesReader } from '#imaging/format.ts'
import { indexToWorld } from '#imaging/geometry/affine.ts'
import { axisLetters } from '#imaging/geometry/orientation.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import { memorySource } from '#imaging/source.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { collect, sha256 } from './profile.ts'
import type { FormatProfile } from './profile.ts'

interface Expected {
  container: string
  endianness: string
  shape: number[]
  dtype: string
  datatypeCode: number
  pixdim: number[]
  extensions: number
  qform_code: number
  sform_code: number
  affine_mm_RAS: number[][]
  orientation: string
  slope: number
  intercept: number
  plane: string
  sha256_plane: string
  sha256_plane_lastVolume?: string
  plane_real_min_max_mean?: [number, number, number]
}

export const niftiProfile: FormatProfile = {
  format: 'nifti',
  folders: ['nifti/'],
  parts: (path) =>
    path.endsWith('.img.gz') ? null : path.endsWith('.hdr.gz') ? [path, path.replace('.hdr', '.img')] : [path],
  notRead: { 'nifti/not-nifti.nii': 'not NIfTI at all' },

  async check(reader, facts) {
    const expected = facts as unknown as Expected
    const { header } = reader
    const isComplex = expected.dtype.startsWith('complex')
    const [x, y, z = 1, t = 1, u = 1] = expected.shape
    expect(header.shape).toEqual({ x, y, z, t, c: isComplex ? 2 * u : u })
    expect(header.sampleType).toBe(isComplex ? 'float32' : expected.dtype)
    expect(header.slope[0]).toBeCloseTo(expected.slope, 8)
    expect(header.intercept[0]).toBeCloseTo(expected.intercept, 6)
    header.spacing!.forEach((v, i) => expect(v).toBeCloseTo(expected.pixdim[i]!, 4))

    if (expected.qform_code > 0 || expected.sform_code > 0) {
      const lps = indexToWorld(header)!
      const ras = [0, 1, 2].map((row) => lps.slice(4 * row, 4 * row + 4).map((v) => (row < 2 ? -v : v)))
      ras.flat().forEach((v, i) => expect(v).toBeCloseTo(expected.affine_mm_RAS.slice(0, 3).flat()[i]!, 4))
      expect(axisLetters(header)!.join('')).toBe(expected.orientation)
      expect(header.orientation).toBe('known')
    } else {
      expect(header).toMatchObject({ orientation: 'unknown', direction: null, origin: null })
    }

    const tags = await reader.tags()
    expect(tags.find((tag) => tag.key === 'datatype')?.value).toBe(String(expected.datatypeCode))
    expect(tags.find((tag) => tag.key === 'byte order')?.value).toBe(`${expected.endianness} endian`)
    expect(tags.find((tag) => tag.key === 'magic')?.value).toBe(
      { Nifti1Image: 'n+1', Nifti2Image: 'n+2', Nifti1Pair: 'ni1' }[expected.container],
    )
    expect(tags.filter((tag) => tag.key.startsWith('extension'))).toHaveLength(expected.extensions)

    const middle = Number(/z=(\d+)/.exec(expected.plane)![1])
    const first = isComplex ? await interleaved(reader, middle) : await reader.plane(middle)
    expect(sha256(first)).toBe(expected.sha256_plane)
    if (expected.sha256_plane_lastVolume) {
      const last = ((header.shape.c - 1) * header.shape.t + header.shape.t - 1) * header.shape.z + middle
      expect(sha256(await reader.plane(last))).toBe(expected.sha256_plane_lastVolume)
    }
    if (expected.plane_real_min_max_mean) {
      const statistics = createStatistics(header)
      statistics.add(middle, first)
      const { minimum, maximum, mean } = statistics.result()!
      const found = [minimum, maximum, mean]
      found.forEach((v, i) => expect(v / (expected.plane_real_min_max_mean![i]! || 1)).toBeCloseTo(v === 0 ? 0 : 1, 3))
    }
  },

  async generate() {
    const image = phantom('mouse-pet-dynamic', { resolution: 0.25, frames: 3, seed: 5 })
    const bytes = await collect(writeNifti(image))
    return [{ path: 'made/pet.nii', source: memorySource(bytes) }]
  },
}

/** Complex planes are served as a real and an imaginary one; the samples were hashed as pairs. */
async function interleaved(reader: SeriesReader, k: number): Promise<Uint8Array> {
  const { z, t } = reader.header.shape
  const parts = [await reader.plane(k), await reader.plane(k + z * t)].map(
    (plane) => new Uint32Array(Uint8Array.from(plane).buffer),
  )
  const out = new Uint32Array(parts[0]!.length * 2)
  out.forEach((_, i) => (out[i] = parts[i % 2]![i >> 1]!))
  return new Uint8Array(out.buffer)
}
