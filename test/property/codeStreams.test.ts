import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { dicom } from '#imaging/formats/dicom/index.ts'
import { planeBytes } from '#imaging/header.ts'
import { codeStreamFile, encodeCodeStream, flatJpeg12, picture } from '../unit/imaging/codeStreams.ts'
import type { Picture } from '../unit/imaging/codeStreams.ts'
import { entry } from '../unit/imaging/files.ts'

type Kind = Parameters<typeof codeStreamFile>[0]

const flat = { columns: 8, rows: 8, samples: 1, bits: 12, isSigned: false } as const
const grey = picture(61, 40, 1, 16)
const colour = picture(61, 40, 3, 8)

const cases: [string, Kind, Omit<Picture, 'bytes'>, () => Promise<Uint8Array> | Uint8Array][] = [
  ['JPEG', 'jpeg', colour, () => encodeCodeStream('jpeg', colour)],
  ['JPEG of 12 bits', 'jpeg-12-bit', flat, flatJpeg12],
  ['JPEG Lossless, grey', 'jpeg-lossless', grey, () => encodeCodeStream('jpeg-lossless', grey)],
  ['JPEG Lossless, colour', 'jpeg-lossless', colour, () => encodeCodeStream('jpeg-lossless', colour)],
  ['JPEG-LS, grey', 'jpeg-ls', grey, () => encodeCodeStream('jpeg-ls', grey)],
  ['JPEG-LS, colour', 'jpeg-ls', colour, () => encodeCodeStream('jpeg-ls', colour)],
  ['JPEG 2000, grey', 'jpeg-2000', grey, () => encodeCodeStream('jpeg-2000', grey)],
  ['JPEG 2000, colour', 'jpeg-2000', colour, () => encodeCodeStream('jpeg-2000', colour)],
  ['HTJ2K, grey', 'htj2k', grey, () => encodeCodeStream('htj2k', grey)],
]

/** Bytes of the whole stream, or of its first 120, where the headers are. */
const place = { at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), isEarly: fc.boolean() }
const change = fc.oneof(
  fc.record({
    ...place,
    kind: fc.constant('set' as const),
    value: fc.oneof(fc.constantFrom(0, 0x7f, 0xff), fc.nat(255)),
  }),
  fc.record({ ...place, kind: fc.constant('drop' as const), value: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ ...place, kind: fc.constant('repeat' as const), value: fc.integer({ min: 1, max: 40 }) }),
)

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function changed(bytes: Uint8Array, { kind, at, isEarly, value }: Change): Uint8Array {
  const position = Math.floor(at * (isEarly ? Math.min(120, bytes.length) : bytes.length))
  if (kind === 'set') return bytes.with(position, value)
  const [from, to] = kind === 'drop' ? [position + value, position] : [position - Math.min(position, value), position]
  return Uint8Array.from([...bytes.subarray(0, to), ...bytes.subarray(from)])
}

/** Longest that a small damaged image may take, with a codec started for it; a hang takes for ever. */
const mostMilliseconds = 10_000
/** The codecs begin with 50 to 256 MiB each and end at 100 for images as small as these. */
const mostGrowth = 600 * 2 ** 20

describe.each(cases)('%s', (_, kind, image, make) => {
  it('gives pixels or an ImagingError after any damage, soon and in bounded memory', async () => {
    const whole = await make()
    const read = async (stream: Uint8Array) => {
      const reader = await dicom.open([entry('a.dcm', codeStreamFile(kind, image, stream))])
      expect((await reader.plane(0)).length).toBe(planeBytes(reader.header))
    }
    await read(whole)
    const before = process.memoryUsage().rss
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const start = performance.now()
        await read(changes.reduce(changed, whole)).catch((error: unknown) => {
          if (!(error instanceof ImagingError)) throw error
          expect(error.message).toMatch(/\S+ \S+/)
        })
        expect(performance.now() - start).toBeLessThan(mostMilliseconds)
      }),
      { numRuns: 150 },
    )
    expect(process.memoryUsage().rss - before).toBeLessThan(mostGrowth)
  }, 120_000)
})
