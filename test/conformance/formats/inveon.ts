import { expect } from 'vitest'
import { phantom } from '#imaging/phantoms/index.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import { memorySource } from '#imaging/source.ts'
import { writeInveon } from '#imaging/write/inveon.ts'
import { collect, sha256 } from './profile.ts'
import type { FormatProfile } from './profile.ts'

interface Expected {
  x: number
  y: number
  z: number
  total_frames: number
  dtype: string
  pixel_size_xyz_mm: number[]
  scale_factor_first_last: [number, number]
  calibration_factor: number
  isotope_branching_fraction: number
  frame_start_s: number[]
  frame_duration_s: number[]
  file_name_in_header: string
  plane: string
  sha256_plane: string
  sha256_plane_lastFrame?: string
  plane_scaled_min_max_mean: [number, number, number]
}

export const inveonProfile: FormatProfile = {
  format: 'inveon',
  folders: ['inveon/'],
  parts: (path) => (path.endsWith('.hdr') ? null : [path, `${path}.hdr`]),
  notRead: {},

  async check(reader, facts) {
    const expected = facts as unknown as Expected
    const { header } = reader
    expect(header.shape).toEqual({ x: expected.x, y: expected.y, z: expected.z, t: expected.total_frames, c: 1 })
    expect(header.sampleType).toBe(expected.dtype)
    expect(header.spacing).toEqual(expected.pixel_size_xyz_mm)
    const factor = expected.calibration_factor / expected.isotope_branching_fraction
    expect(header.slope[0]).toBeCloseTo(expected.scale_factor_first_last[0] * factor, 9)
    expect(header.slope.at(-1)).toBeCloseTo(expected.scale_factor_first_last[1] * factor, 9)
    if (expected.total_frames > 1) {
      expect(header.frames!.startSeconds.slice(0, 3)).toEqual(expected.frame_start_s)
      expect(header.frames!.durationSeconds.slice(0, 3)).toEqual(expected.frame_duration_s)
    } else {
      expect(header.frames).toBeNull()
    }
    const tags = await reader.tags()
    expect(tags.find((tag) => tag.key === 'file_name')?.value).toBe(expected.file_name_in_header)

    const middle = Number(/z=(\d+)/.exec(expected.plane)![1])
    const plane = await reader.plane(middle)
    expect(sha256(plane)).toBe(expected.sha256_plane)
    if (expected.sha256_plane_lastFrame) {
      const last = (header.shape.t - 1) * header.shape.z + middle
      expect(sha256(await reader.plane(last))).toBe(expected.sha256_plane_lastFrame)
    }
    const statistics = createStatistics(header)
    statistics.add(middle, plane)
    const { minimum, maximum, mean } = statistics.result()!
    ;[minimum, maximum, mean].forEach((v, i) => expect(v).toBeCloseTo(expected.plane_scaled_min_max_mean[i]!, 2))
  },

  async generate() {
    const image = phantom('mouse-pet-dynamic', { resolution: 0.25, frames: 3, seed: 6 })
    const pair = writeInveon(image, { fileName: 'made.pet.img' })
    return [
      { path: 'made/made.pet.img', source: memorySource(await collect(pair.image)) },
      { path: 'made/made.pet.img.hdr', source: memorySource(pair.header) },
    ]
  },
}
