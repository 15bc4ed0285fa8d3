import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bunzipSource } from '#imaging/bunzip.ts'
import { ImagingError } from '#imaging/errors.ts'
import { memorySource } from '#imaging/source.ts'
import { bomb, packed, unpacked } from './bzip2Files.ts'
import { entry, joined, open } from './files.ts'

const whole = (bytes: Uint8Array, length = unpacked.length) => bunzipSource(memorySource(bytes)).read(0, length)

describe('bzip2', () => {
  it('gives any range, forwards and backwards, across blocks', async () => {
    const source = bunzipSource(memorySource(joined(new Uint8Array(7), packed)), 7)
    for (const [at, length] of [
      [0, 10],
      [99_990, 50],
      [180_000, 70_000],
      [5, 120_000],
      [249_999, 1],
    ] as const) {
      // prettier-ignore
      expect(Buffer.compare(await source.read(at, length), unpacked.subarray(at, at + length))).toBe(0)
    }
    expect(await source.total(250_000)).toBe(250_000)
    await expect(source.total(249_999)).rejects.toMatchObject({ code: 'too-large' })
  })

  it('reads several streams as one, in pieces of any size', async () => {
    const twice = joined(packed, packed)
    const source = bunzipSource(memorySource(twice))
    expect(Buffer.compare(await source.read(0, 500_000), joined(unpacked, unpacked))).toBe(0)
    await expect(source.read(500_000, 1)).rejects.toMatchObject({ code: 'truncated' })
  })

  it('gives what came before an early end', async () => {
    const half = packed.subarray(0, Math.floor(packed.length * 0.7))
    const source = bunzipSource(memorySource(half))
    expect(Buffer.compare(await source.read(0, 99_000), unpacked.subarray(0, 99_000))).toBe(0)
    await expect(source.read(0, 250_000)).rejects.toMatchObject({ code: 'truncated' })
  })

  it('never gives wrong bytes: damage ends in an ImagingError', async () => {
    const flips = fc.array(fc.tuple(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }) // prettier-ignore
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const damaged = Uint8Array.from(packed)
        for (const [at, bits] of changes) damaged[at]! ^= bits
        const outcome = await whole(damaged).catch((error: unknown) => error)
        if (outcome instanceof Uint8Array) expect(Buffer.compare(outcome, unpacked)).toBe(0)
        else expect(outcome).toBeInstanceOf(ImagingError)
      }),
      { numRuns: 100 },
    )
  }, 120_000)

  it('decodes only as far as it is asked', async () => {
    const source = bunzipSource(memorySource(bomb))
    expect((await source.read(0, 1000)).every((v) => v === 0)).toBe(true)
    // The first of its seven blocks alone stands for 46 MB.
    await expect(source.total(40 * 2 ** 20)).rejects.toMatchObject({ code: 'too-large' })
  })

  it('holds the samples of NRRD files', async () => {
    const header = 'NRRD0004\ntype: uchar\ndimension: 3\nsizes: 100 50 50\nencoding: bz2\n\n'
    const reader = await open('nrrd', entry('a.nrrd', joined(Buffer.from(header), packed)))
    expect(Buffer.compare(await reader.plane(49), unpacked.subarray(245_000))).toBe(0)
    expect(reader.direct()).toBeNull()
  })
})
