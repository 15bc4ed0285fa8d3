/** Parts without leakage, the check that finds it, and resampling, apart from the server. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lint } from '#api/modules/aiDatasets/lint.ts'
import { keysOf, splitItems } from '#api/modules/aiDatasets/split.ts'
import { groupings, splitNames, type Item, type Split } from '#api/modules/aiDatasets/types.ts'
import { indexToWorld } from '#imaging/geometry/affine.ts'
import type { Header } from '#imaging/header.ts'
import { resampled } from '#imaging/resample.ts'
import { bytesOf, samplesOf } from '#imaging/samples.ts'

const item = (n: number, more: Partial<Item> = {}): Item => ({
  seriesId: `s${n}`,
  name: `Series ${n}`,
  modality: 'PT',
  date: '2025-03-01',
  label: null,
  animals: [`m${n}`],
  acquisition: `a${n}`,
  lineage: [`s${n}`],
  groups: { litter: [], cage: [], bed: [], instrument: [] },
  bytes: [`b${n}`],
  segmentations: [],
  isPublic: true,
  split: 'train',
  files: [],
  ...more,
})
const split = (more: Partial<Split> = {}): Split => ({
  groupBy: [],
  shares: { train: 0.7, validation: 0.15, test: 0.15 },
  seed: 1,
  ...more,
})
const placed = (items: Item[], asked: Split, before?: Map<string, Item['split']>) => {
  const parts = splitItems(items, asked, before)
  return items.map((one) => ({ ...one, split: parts.get(one.seriesId)! }))
}
const count = (items: Item[], of: (one: Item) => boolean) => items.filter(of).length

describe('parts', () => {
  it('never hold the same animal, bed, litter, scan or file twice, whatever hangs together', () => {
    const small = fc.integer({ min: 0, max: 12 }).map(String)
    const some = fc.uniqueArray(small, { maxLength: 2 })
    const arbitrary = fc
      .array(fc.record({ animals: some, acquisition: small, bytes: some, bed: some, litter: some, cage: some }), {
        minLength: 1,
        maxLength: 40,
      })
      .map((all) =>
        all.map(({ bed, litter, cage, ...rest }, n) =>
          item(n, { ...rest, groups: { bed, litter, cage, instrument: [] } }),
        ),
      )
    fc.assert(
      fc.property(arbitrary, fc.subarray([...groupings]), fc.nat(), (items, groupBy, seed) => {
        const done = placed(items, split({ groupBy, seed }))
        const holders = new Map<string, string>()
        for (const one of done) {
          for (const key of keysOf(one, groupBy)) {
            expect(holders.get(key) ?? one.split, key).toBe(one.split)
            holders.set(key, one.split)
          }
        }
        const findings = lint(done, { labelled: false }).filter(({ rule }) => rule !== 'unknown')
        const asked = ['animal', 'acquisition', 'bytes', ...groupBy]
        expect(findings.filter(({ rule }) => asked.includes(rule))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('have their shares, and their shares of each label', () => {
    const items = Array.from({ length: 200 }, (_, n) =>
      item(n, { label: n % 4 === 0 ? 'glioma' : 'control', animals: [`m${n >> 1}`] }),
    )
    const done = placed(items, split())
    for (const name of splitNames) {
      const held = done.filter((one) => one.split === name)
      const wanted = split().shares[name]
      expect(Math.abs(held.length / 200 - wanted), name).toBeLessThan(0.02)
      expect(Math.abs(count(held, (one) => one.label === 'glioma') / 50 - wanted), name).toBeLessThan(0.04)
    }
  })

  it('are the same for the same seed, and give nothing to a part that wants nothing', () => {
    const items = Array.from({ length: 40 }, (_, n) => item(n))
    expect(placed(items, split())).toEqual(placed(items, split()))
    expect(placed(items, split({ seed: 2 }))).not.toEqual(placed(items, split()))
    const two = placed(items, split({ shares: { train: 0.5, validation: 0, test: 0.5 } }))
    expect(count(two, (one) => one.split === 'validation')).toBe(0)
    expect(count(two, (one) => one.split === 'test')).toBe(20)
  })

  it('keep what was in them in the version before, also for new images of known animals', () => {
    const items = Array.from({ length: 40 }, (_, n) => item(n))
    const first = placed(items, split())
    const before = new Map(first.flatMap((one) => [one.seriesId, ...one.animals].map((id) => [id, one.split] as const)))
    const more = [...items, ...Array.from({ length: 30 }, (_, n) => item(100 + n, { animals: [`m${n}`] }))]
    const second = placed(more, split({ seed: 9 }), before)
    for (const one of second) {
      const known = before.get(one.seriesId) ?? before.get(one.animals[0]!)
      expect(one.split).toBe(known)
    }
  })
})

describe('the check', () => {
  const apart = (more: Partial<Item>) => [item(1, { ...more, split: 'train' }), item(2, { ...more, split: 'test' })]
  it.each([
    ['animal', { animals: ['m'] }, 'error'],
    ['acquisition', { acquisition: 'one scan' }, 'error'],
    ['lineage', { lineage: ['raw'] }, 'error'],
    ['bytes', { bytes: ['same'] }, 'error'],
    ['bed', { groups: { litter: [], cage: [], bed: ['bed'], instrument: [] } }, 'error'],
    ['cage', { groups: { litter: ['l1'], cage: ['cage'], bed: [], instrument: [] } }, 'warning'],
  ] satisfies [string, Partial<Item>, string][])('finds the same %s in two parts', (rule, more, severity) => {
    const findings = lint(apart(more), { labelled: false })
    expect(findings).toContainEqual(expect.objectContaining({ rule, severity, seriesIds: ['s1', 's2'] }))
    const together = apart(more).map((one) => ({ ...one, split: 'train' as const }))
    expect(lint(together, { labelled: false }).map((finding) => finding.rule)).not.toContain(rule)
  })
  it('says what it cannot know, and where labels are missing', () => {
    const findings = lint([item(1, { label: 'glioma' }), item(2, { split: 'test' })], { labelled: true })
    expect(findings.map(({ rule }) => rule)).toEqual(['unknown', 'unknown', 'label', 'empty'])
  })
})

describe('resampling', () => {
  const header = (more: Partial<Header> = {}): Header => ({
    format: 'test',
    modality: 'CT',
    shape: { x: 8, y: 6, z: 4, t: 1, c: 1 },
    sampleType: 'int16',
    samplesPerPixel: 1,
    spacing: [0.5, 1, 2],
    origin: [10, 20, 30],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'known',
    slope: [2],
    intercept: [-100],
    unit: '',
    frames: null,
    channels: null,
    window: null,
    warnings: [],
    ...more,
  })
  /** A value that is linear in the place in the world: interpolation must give it everywhere inside. */
  const linear = (p: number[]) => 3 * p[0]! - 2 * p[1]! + 5 * p[2]!
  const at = (h: Header, i: number, j: number, k: number) => {
    const m = indexToWorld(h)!
    return [0, 1, 2].map((r) => m[4 * r]! * i + m[4 * r + 1]! * j + m[4 * r + 2]! * k + m[4 * r + 3]!)
  }
  const planesOf = (h: Header) => ({
    header: h,
    plane: async (k: number) => {
      const out = new Int16Array(h.shape.x * h.shape.y)
      for (let j = 0; j < h.shape.y; j++)
        for (let i = 0; i < h.shape.x; i++)
          out[j * h.shape.x + i] = Math.round((linear(at(h, i, j, k)) - h.intercept[0]!) / h.slope[0]!)
      return bytesOf(out)
    },
  })
  it.each([[[0.5, 0.5, 0.5]], [[1, 1, 1]], [[2, 3, 4]], [[0.3, 0.7, 1.1]]] as [[number, number, number]][])(
    'to %s mm keeps places, faces and values',
    async (spacing) => {
      const h = header()
      const image = resampled(planesOf(h), spacing)
      const { shape } = image.header
      expect([shape.x, shape.y, shape.z]).toEqual([4, 6, 8].map((mm, axis) => Math.round(mm / spacing[axis]!)))
      let k = 0
      for await (const plane of image.planes()) {
        const values = samplesOf('float32', plane)
        for (let j = 0; j < shape.y; j++) {
          for (let i = 0; i < shape.x; i++) {
            const world = at(image.header, i, j, k)
            const [x, y, z] = [0, 1, 2].map((axis) => (world[axis]! - h.origin![axis]!) / h.spacing![axis]!)
            const inside = x! >= 0 && x! <= 7 && y! >= 0 && y! <= 5 && z! >= 0 && z! <= 3
            // Stored values were rounded to whole steps of 2.
            if (inside) expect(Math.abs(values[j * shape.x + i]! - linear(world))).toBeLessThanOrEqual(1.01)
          }
        }
        k++
      }
      expect(k).toBe(shape.z)
    },
  )
  it('refuses what it cannot do', () => {
    expect(() => resampled(planesOf(header({ spacing: null })), [1, 1, 1])).toThrow(/voxel size/)
    expect(() => resampled(planesOf(header({ samplesPerPixel: 3 })), [1, 1, 1])).toThrow(/Colour/)
    expect(() => resampled(planesOf(header()), [0.001, 0.001, 0.001])).toThrow(/more voxels/)
  })
})
