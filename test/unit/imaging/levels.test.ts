/** Reduced levels of large planes, against a plain loop over blocks of four. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { halved, levelHeader, levelOffset, levelsOf } from '#imaging/render/levels.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { bytesOf, newSamples, samplesOf } from '#imaging/samples.ts'
import type { SampleType } from '#imaging/header.ts'

const plain = phantom('mouse-ct', { resolution: 0.1 }).header
const sized = (x: number, y: number, given = {}) => ({ ...plain, shape: { x, y, z: 3, t: 2, c: 1 }, ...given })

describe('levels', () => {
  it('halve planes of more than 2048 voxels until they have 1024 at most', () => {
    expect(levelsOf(sized(2048, 2048))).toEqual([])
    expect(levelsOf(sized(2049, 7)).map(({ shape, factor }) => [shape.x, shape.y, factor])).toEqual([[1025, 4, 2], [513, 2, 4]]) // prettier-ignore
    expect(levelsOf(sized(3, 16_384)).map(({ shape }) => shape.y)).toEqual([8192, 4096, 2048, 1024])
    const rgb = sized(4096, 1000, { sampleType: 'uint8', samplesPerPixel: 3, spacing: [0.5, 0.25, 4] })
    const levels = levelsOf(rgb)
    expect(levels.map(({ planeBytes }) => planeBytes)).toEqual([2048 * 500 * 3, 1024 * 250 * 3])
    expect(levelOffset(rgb, levels, 1)).toBe(6 * 2048 * 500 * 3)
    expect(levelHeader(rgb, levels[1]!)).toMatchObject({ shape: { x: 1024, y: 250, z: 3, t: 2 }, spacing: [2, 1, 4] })
  })

  it('are means of two by two, of fewer at the far ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom<1 | 3>(1, 3),
        fc.constantFrom<SampleType>('uint8', 'int16', 'float32'),
        (width, height, samples, sampleType) => {
          const rows = newSamples(sampleType, width * height * samples)
          for (let i = 0; i < rows.length; i++) rows[i] = (i * 37) % 251
          const out = samplesOf(sampleType, halved(sampleType, bytesOf(rows), width, samples))
          const expected: number[] = []
          for (let y = 0; y < height; y += 2)
            for (let x = 0; x < width; x += 2)
              for (let s = 0; s < samples; s++) {
                const block: number[] = []
                for (const v of [y, y + 1]) for (const u of [x, x + 1]) if (v < height && u < width) block.push(rows[(v * width + u) * samples + s]!) // prettier-ignore
                const mean = block.reduce((a, b) => a + b, 0) / block.length
                expected.push(sampleType === 'float32' ? mean : Math.round(mean))
              }
          expect([...out]).toEqual(expected)
        },
      ),
    )
  })
})
