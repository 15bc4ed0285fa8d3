import { expect } from 'vitest'
import type { FileEntry } from '#imaging/format.ts'
import { planeCount } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { createStatistics } from '#imaging/render/statistics.ts'
import { memorySource } from '#imaging/source.ts'
import { writeBruker } from '#imaging/write/bruker.ts'
import { collect, sha256 } from './profile.ts'
import type { FormatProfile } from './profile.ts'

interface Expected {
  paravision: string
  frameSize_x_y: [number, number]
  frames: number
  extent_mm: [number, number]
  slope: number[]
  offset: number[]
  orientation_first: number[]
  position_first: number[]
  position_last: number[]
  frameGroups: string
  subjectId: string
  acqDate: string
  sequence: string
  dtype: string
  sha256_frame0: string
  sha256_lastFrame: string
  frame0_stored_min_max_mean: number[]
  all_scaled_min_max_mean: number[]
}

const parameterFiles = ['acqp', 'method', 'pdata/1/visu_pars', 'pdata/1/reco', 'pdata/1/d3proc', 'pdata/1/id', 'pdata/1/meta', 'pdata/1/procs'] // prettier-ignore
const scanOf = (path: string) => /^bruker\/[^/]+\/\d+\//.exec(path)![0]
const without = 'bruker/banana_no_2dseq/18/'

export const brukerProfile: FormatProfile = {
  format: 'bruker',
  folders: ['bruker/'],
  // Facts stand with the samples; the parameter files are opened together with them.
  parts: (path) =>
    path.endsWith('/2dseq') || path === `${without}pdata/1/visu_pars`
      ? [path, ...parameterFiles.map((name) => scanOf(path) + name)].filter((name, i, all) => all.indexOf(name) === i)
      : null,
  notRead: { [`${without}pdata/1/visu_pars`]: 'its 2dseq is missing' },

  async check(reader, facts) {
    const expected = facts as unknown as Expected
    const { header } = reader
    const [x, y] = expected.frameSize_x_y
    expect(expected.frameGroups).toContain('FG_SLICE')
    expect(header.shape).toEqual({ x, y, z: expected.frames, t: 1, c: 1 })
    expect(header.sampleType).toBe(expected.dtype)
    expect(header.spacing!.slice(0, 2)).toEqual([expected.extent_mm[0] / x, expected.extent_mm[1] / y])
    expect(new Set(expected.slope)).toEqual(new Set(header.slope))
    expect(new Set(expected.offset)).toEqual(new Set(header.intercept))

    const step = expected.position_last.map((v, i) => (v - expected.position_first[i]!) / (expected.frames - 1))
    const normal = expected.orientation_first.slice(6)
    if (Math.abs(normal.reduce((sum, v, i) => sum + v * step[i]!, 0)) > 0) {
      expect(header).toMatchObject({ origin: expected.position_first, direction: expected.orientation_first })
      expect(header.spacing![2]).toBeCloseTo(Math.hypot(...step), 9)
    } else {
      // Scan 2 of the set has changed directions, but the positions of scan 1: its slices would lie in one plane.
      expect(header).toMatchObject({ origin: null, direction: null, orientation: 'unknown' })
      expect(header.warnings.join()).toContain('does not follow the normal')
    }

    const fact = (key: string) => reader.facts.find((each) => each.key === key)?.value
    expect(fact('subject.localId')).toBe(expected.subjectId)
    expect(fact('instrument.softwareVersion')).toBe(`ParaVision ${expected.paravision}`)
    const clock = expected.acqDate.split(' ')[0]!
    expect(String(fact('series.acquiredAt')).slice(11, 19)).toBe(clock)
    const tags = await reader.tags()
    expect(tags.find(({ key }) => key === 'visu_pars/VisuAcqSequenceName')?.value).toContain(`<${expected.sequence}>`)

    const planes = await Promise.all(Array.from({ length: planeCount(header) }, (_, k) => reader.plane(k)))
    expect(sha256(planes[0]!)).toBe(expected.sha256_frame0)
    expect(sha256(planes.at(-1)!)).toBe(expected.sha256_lastFrame)
    const stored = createStatistics({ ...header, slope: [1], intercept: [0] })
    stored.add(0, planes[0]!)
    const scaled = createStatistics(header)
    planes.forEach((plane, k) => scaled.add(k, plane))
    for (const [statistics, range] of [
      [stored, expected.frame0_stored_min_max_mean],
      [scaled, expected.all_scaled_min_max_mean],
    ] as const) {
      const { minimum, maximum, mean } = statistics.result()!
      ;[minimum, maximum, mean].forEach((v, i) => expect(v).toBeCloseTo(range[i]!, 3))
    }
  },

  generate: () => brukerStudy(),
}

/** A study folder with one scan of several repetitions, each with its own slope. */
export async function brukerStudy(): Promise<FileEntry[]> {
  const image = phantom('mouse-pet-dynamic', { resolution: 0.25, frames: 3, seed: 6 })
  const { files, path, data } = writeBruker(image, {
    experiment: 4,
    facts: [{ key: 'subject.localId', value: 'M-1', evidence: 'test' }],
    sequence: { name: 'FLASH', repetitionMilliseconds: 12.5, echoMilliseconds: 2 },
  })
  const all = [...files, { path, bytes: await collect(data) }]
  return all.map(({ path: name, bytes }) => ({ path: `made/${name}`, source: memorySource(bytes) }))
}
