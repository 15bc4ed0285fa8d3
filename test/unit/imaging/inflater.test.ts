import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { gunzipSource, unzlibSource } from '#imaging/gunzip.ts'
import { inflateBounded } from '#imaging/inflate.ts'
import { memorySource } from '#imaging/source.ts'
import { zlibInflater } from '#api/imaging/zlibInflater.ts'
import { joined } from './files.ts'

const length = 700_000
/** Half of it can be packed well, half cannot. */
const unpacked = Uint8Array.from({ length }, (_, i) => (i % 2 ? i >> 12 : (i * 2654435761) >>> 24))
const packed = new Uint8Array(gzipSync(unpacked))

const inflaters = [
  ['zlib', zlibInflater],
  ['JavaScript', undefined],
] as const

describe.each(inflaters)('%s', (_name, inflater) => {
  const source = (bytes: Uint8Array) => ({ ...memorySource(bytes), ...(inflater && { inflater }) })
  const options = { limit: length, what: 'the image', inflater }

  it('gives any range of gzip and zlib data, forwards and backwards', async () => {
    for (const opened of [
      gunzipSource(source(joined(new Uint8Array(9), packed)), 9),
      unzlibSource(source(new Uint8Array(deflateSync(unpacked)))),
    ]) {
      for (const [at, size] of [
        [0, 10],
        [300_000, 300_000],
        [5, 650_000],
        [699_999, 1],
        [1, 1],
      ] as const) {
        expect(Buffer.compare(await opened.read(at, size), unpacked.subarray(at, at + size))).toBe(0) // prettier-ignore
      }
      expect(await opened.total(length)).toBe(length)
      await expect(opened.total(length - 1)).rejects.toMatchObject({ code: 'too-large' })
      await expect(opened.read(length, 1)).rejects.toMatchObject({ code: 'truncated' })
    }
  })

  it('reads several members as one', async () => {
    const opened = gunzipSource(source(joined(packed, packed)))
    expect(Buffer.compare(await opened.read(0, 2 * length), joined(unpacked, unpacked))).toBe(0)
  })

  it('gives what comes before an early end, and then says where the file ends', async () => {
    const cut = packed.subarray(0, Math.floor(packed.length / 2))
    const opened = gunzipSource(source(cut))
    expect(Buffer.compare(await opened.read(0, 100_000), unpacked.subarray(0, 100_000))).toBe(0)
    await expect(opened.read(0, length)).rejects.toMatchObject({ code: 'truncated', offset: cut.length })
  })

  it('says where data are damaged', async () => {
    // A second member whose only block has the type that does not exist (RFC 1951, 3.2.3).
    const damaged = joined(packed, packed.subarray(0, 10), new Uint8Array(100).fill(7))
    const opened = gunzipSource(source(damaged))
    expect(Buffer.compare(await opened.read(0, 600_000), unpacked.subarray(0, 600_000))).toBe(0)
    const error = await opened.read(0, length + 1).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'malformed', message: expect.stringContaining('damaged') })
    expect((error as ImagingError).offset).toBeGreaterThan(packed.length - 2 ** 16)
    // Reading goes on from the front as if nothing had happened.
    expect(Buffer.compare(await opened.read(0, 1000), unpacked.subarray(0, 1000))).toBe(0)
  })

  it('takes an error of the disk for what it is, and reads on when that is over', async () => {
    let isBroken = true
    const opened = gunzipSource({
      ...source(packed),
      async read(offset, size) {
        if (isBroken && offset > 100_000) throw new Error('EIO')
        return packed.subarray(offset, offset + size)
      },
    })
    await expect(opened.read(0, length)).rejects.toThrow('EIO')
    isBroken = false
    expect(Buffer.compare(await opened.read(0, length), unpacked)).toBe(0)
  })

  it('never inflates a bomb further than it is asked', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(120 * 2 ** 20)))
    await expect(gunzipSource(source(bomb)).total(50 * 2 ** 20)).rejects.toMatchObject({ code: 'too-large' })
    const raw = new Uint8Array(deflateRawSync(new Uint8Array(50 * 2 ** 20)))
    expect(() => inflateBounded(raw, { ...options, beyond: 'fail' })).toThrow(/more than 700000 bytes/)
    expect(inflateBounded(raw, { ...options, beyond: 'stop' })).toHaveLength(length)
  })

  it('inflates raw deflate data in one piece', () => {
    const raw = new Uint8Array(deflateRawSync(unpacked))
    expect(Buffer.compare(inflateBounded(raw, { ...options, beyond: 'fail' }), unpacked)).toBe(0)
    const cut = raw.subarray(0, raw.length - 1000)
    expect(() => inflateBounded(cut, { ...options, beyond: 'fail' })).toThrow(/end too early/)
    expect(inflateBounded(cut, { ...options, beyond: 'stop' }).length).toBeGreaterThan(length / 2)
  })

  it('ends damaged data in an ImagingError, or in as many bytes as were asked for', async () => {
    const flips = fc.array(fc.tuple(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }) // prettier-ignore
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const damaged = Uint8Array.from(packed)
        for (const [at, bits] of changes) damaged[at]! ^= bits
        const outcome = await gunzipSource(source(damaged)).read(0, length).catch((error: unknown) => error) // prettier-ignore
        if (!(outcome instanceof Uint8Array)) expect(outcome).toBeInstanceOf(ImagingError)
        // zlib knows the checksum of each member.
        else if (inflater && damaged[3] === packed[3]) expect(Buffer.compare(outcome, unpacked)).toBe(0)
        else expect(outcome).toHaveLength(length)
      }),
      { numRuns: 30 },
    )
  })
})
