import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readCodeStream } from '#imaging/codecs/codeStream.ts'
import { decodeCodeStream, limitCodecMemory } from '#imaging/codecs/decode.ts'
import { decodeWithWasm } from '#imaging/codecs/wasmCodec.ts'
import { dicom } from '#imaging/formats/dicom/index.ts'
import { samplesOf } from '#imaging/samples.ts'
import {
  codeStreamFile,
  encodeCodeStream,
  flatJpeg12,
  hostileJpeg2000,
  picture,
  transferSyntaxes,
} from './codeStreams.ts'
import type { EncodedKind } from './codeStreams.ts'
import { encapsulatedFile } from './dicomFiles.ts'
import type { Attributes } from './dicomFiles.ts'
import { allPlanes, entry } from './files.ts'

const open = (bytes: Uint8Array) => dicom.open([entry('a.dcm', bytes)])
const lossless = ['jpeg-lossless', 'jpeg-ls', 'jpeg-2000', 'htj2k'] as const

describe.each(lossless)('%s', (kind) => {
  it.each([
    [8, 1, false],
    [8, 3, false],
    [12, 1, false],
    [12, 1, true],
    [16, 1, false],
    [16, 1, true],
  ] as const)('gives back %i bits, %i samples, signed %s', async (bits, samples, isSigned) => {
    const image = picture(61, 40, samples, bits, isSigned)
    const reader = await open(codeStreamFile(kind, image, await encodeCodeStream(kind, image)))
    expect(Buffer.compare(await reader.plane(0), image.bytes)).toBe(0)
    expect(reader.direct()).toBeNull()
  })

  it('gives back 8 bits in words of 16', async () => {
    const image = picture(32, 20, 1, 8)
    const file = codeStreamFile(kind, image, await encodeCodeStream(kind, image), [[0x00280100, 'US', 16]])
    const reader = await open(file)
    expect(reader.header.sampleType).toBe('uint16')
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([...image.bytes])
  })
})

it.each([['jpeg-lossless', picture(16, 16, 3, 12), '3 components with 12 bits']] as const)(
  '%s: says what it does not decode (%#)',
  async (kind, image, reason) => {
    const reader = await open(codeStreamFile(kind, image, await encodeCodeStream(kind, image)))
    await expect(reader.plane(0)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(reason),
    })
  },
)

// Streams of 4 x 3 pixels by OpenJPEG 2.5.4 and OpenJPH 0.26.3 (through imagecodecs): the encoder of the other tests is wrong here.
it.each([
  [
    'colour of 16 bits',
    'jpeg-2000',
    3,
    16,
    false,
    (i: number) => i * 1789 + 7,
    '/0//UQAvAAAAAAAEAAAAAwAAAAAAAAAAAAAABAAAAAMAAAAAAAAAAAADDwEBDwEBDwEB/1IADAAAAAEBAAQEAAH/XAAEQID/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjT/kAAKAAAAAABNAAH/k8/8MGwHMqRpY2r27rAvNAKSlcRX2wxbAj5lOZVtu3/A/kMAAjRW1+sJCT3SAMefwP5DAAjsatfrCQk90gDHn//Z',
  ],
  [
    'colour of 12 bits',
    'jpeg-2000',
    3,
    12,
    false,
    (i: number) => (i * 113) % 4096,
    '/0//UQAvAAAAAAAEAAAAAwAAAAAAAAAAAAAABAAAAAMAAAAAAAAAAAADCwEBCwEBCwEB/1IADAAAAAEBAAQEAAH/XAAEQGD/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjT/kAAKAAAAAAA/AAH/k8/kUAcypGlhhC4Rbe67KzXneCoh0NuvwPtCQAI0UIJZCQGUtcD7QkAI7GSCWQkBlLX/2Q==',
  ],
  [
    'grey of 8 bits with a sign',
    'jpeg-2000',
    1,
    8,
    true,
    (i: number) => i * 23 - 128,
    '/0//UQApAAAAAAAEAAAAAwAAAAAAAAAAAAAABAAAAAMAAAAAAAAAAAABhwEB/1IADAAAAAEAAAQEAAH/XAAEQED/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjT/kAAKAAAAAAAfAAH/k9+AcAbD1OQGTYKZQ+fozN+n/9k=',
  ],
  [
    'HTJ2K, colour of 16 bits',
    'htj2k',
    3,
    16,
    false,
    (i: number) => i * 1789 + 7,
    '/0//UQAvQAAAAAAEAAAAAwAAAAAAAAAAAAAABAAAAAMAAAAAAAAAAAADDwEBDwEBDwEB/1AACAACAAAAC/9SAAwAAgABAQUEBEAB/1wAEyCQmJiYmJiYmJiYmJiYkJCQ/2QAFwABT3BlbkpQSCBWZXIgMC4yNi4zLv+QAAoAAAAAAFgAAf+TwAATABP7A4d0AMAAEwD4/QMHdADAABMA+f0DB3QAAAAAAAAAAAAAwAAJoAAEwFbeBId0AG5PBYd0AAAAwAAVAOyJPf0EAnQAAAD/2Q==',
  ],
] as const)('JPEG 2000: %s', async (_, kind, samples, bits, isSigned, value, base64) => {
  // prettier-ignore
  const image = { columns: 4, rows: 3, samples, bits, isSigned }
  const reader = await open(codeStreamFile(kind, image, Uint8Array.from(Buffer.from(base64, 'base64'))))
  const { sampleType } = reader.header
  expect(sampleType).toBe(bits > 8 ? 'uint16' : 'int8')
  const expected = Array.from({ length: 12 * samples }, (_each, i) => value(i))
  expect([...samplesOf(sampleType, await reader.plane(0))]).toEqual(expected)
})

describe('JPEG', () => {
  const image = picture(64, 48, 3, 8)
  const mean = (bytes: Uint8Array, channel: number) =>
    bytes.reduce((sum, v, i) => (i % 3 === channel ? sum + v : sum), 0) / (bytes.length / 3)
  const red = { ...image, bytes: image.bytes.map((_, i) => (i % 3 === 0 ? 200 : 30)) }

  it('decodes 12 bits', async () => {
    const flat = { columns: 8, rows: 8, samples: 1, bits: 12, isSigned: false } as const
    const reader = await open(codeStreamFile('jpeg-12-bit', flat, flatJpeg12()))
    expect(reader.header.sampleType).toBe('uint16')
    expect(new Set(samplesOf('uint16', await reader.plane(0)))).toEqual(new Set([2148]))
  })

  it.each(['YBR_FULL_422', 'RGB'])(
    'makes RGB of what JFIF says is YCbCr, when the file says %s',
    async (photometric) => {
      const stream = await encodeCodeStream('jpeg', red)
      const reader = await open(codeStreamFile('jpeg', red, stream, [[0x00280004, 'CS', photometric]]))
      const plane = await reader.plane(0)
      expect([0, 1, 2].map((channel) => Math.round(mean(plane, channel) / 10))).toEqual([20, 3, 3])
    },
  )

  it('believes the file when the code stream says nothing about its colours', async () => {
    const jfif = await encodeCodeStream('jpeg', red)
    const silent = Uint8Array.from([...jfif.subarray(0, 2), ...jfif.subarray(4 + jfif[4]! * 256 + jfif[5]!)])
    const [asIs, converted] = await Promise.all(
      ['RGB', 'YBR_FULL_422'].map(async (photometric) =>
        (await open(codeStreamFile('jpeg', red, silent, [[0x00280004, 'CS', photometric]]))).plane(0),
      ),
    )
    expect(Math.round(mean(converted!, 0) / 10)).toBe(20)
    // Y, Cb and Cr of that red as they stand.
    expect([0, 1, 2].map((channel) => Math.round(mean(asIs!, channel)))).toEqual([81, 99, 213])
  })
})

describe('a code stream that does not fit its file', () => {
  const image = picture(32, 20, 1, 8)
  const refused = async (kind: EncodedKind, more: Attributes, code: string, message: string) => {
    const reader = await open(codeStreamFile(kind, image, await encodeCodeStream(kind, image), more))
    await expect(reader.plane(0)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  }
  const kinds = ['jpeg', ...lossless] as const

  it.each(kinds)('%s of other rows, columns or samples is refused before it is decoded', async (kind) => {
    await refused(kind, [[0x00280010, 'US', 21]], 'malformed', '32 x 20 pixels of 1 sample, the file says 32 x 21')
    await refused(kind, [[0x00280011, 'US', 16]], 'malformed', 'the file says 16 x 20')
    const rgb: Attributes = [
      [0x00280002, 'US', 3],
      [0x00280004, 'CS', 'RGB'],
    ]
    await refused(kind, rgb, 'malformed', 'of 3 samples')
  })

  it.each(kinds)('%s without its end is refused', async (kind) => {
    const whole = await encodeCodeStream(kind, image)
    const reader = await open(codeStreamFile(kind, image, whole.subarray(0, whole.length - 100)))
    await expect(reader.plane(0)).rejects.toMatchObject({ code: 'truncated' })
  })

  it.each(['jpeg-ls', 'jpeg-2000'] as const)('%s of more bits than the file allocates is refused', async (kind) => {
    const wide = picture(32, 20, 1, 16)
    const narrow: Attributes = [
      [0x00280100, 'US', 8],
      [0x00280101, 'US', 8],
      [0x00280102, 'US', 7],
    ]
    const reader = await open(codeStreamFile(kind, wide, await encodeCodeStream(kind, wide), narrow))
    await expect(reader.plane(0)).rejects.toMatchObject({ code: 'malformed' })
  })

  it.each(['jpeg-ls', 'jpeg-lossless', 'jpeg-2000', 'htj2k'] as const)(
    '%s of 60000 x 60000 is refused at once',
    async (kind) => {
      const huge = { ...image, columns: 60000, rows: 60000 }
      const stream = Uint8Array.from(await encodeCodeStream(kind, image))
      const view = new DataView(stream.buffer)
      if (kind.endsWith('2k') || kind === 'jpeg-2000') for (const at of [8, 12, 24, 28]) view.setUint32(at, 60000)
      else {
        const frame = stream.findIndex((byte, i) => byte === 0xff && [0xf7, 0xc3].includes(stream[i + 1]!))
        view.setUint16(frame + 5, 60000)
        view.setUint16(frame + 7, 60000)
      }
      const before = process.memoryUsage().rss
      const started = performance.now()
      const refused = open(codeStreamFile(kind, huge, stream)).then((reader) => reader.plane(0))
      await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^(too-large|unsupported)$/) })
      expect(performance.now() - started).toBeLessThan(5000)
      expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20)
    },
  )

  it('of a billion pixels is refused without a byte allocated for them', async () => {
    const huge = { ...image, columns: 32768, rows: 32768 }
    const stream = Uint8Array.from(await encodeCodeStream('jpeg-2000', image))
    const view = new DataView(stream.buffer)
    for (const at of [8, 12, 24, 28]) view.setUint32(at, 32768) // Xsiz, Ysiz, XTsiz, YTsiz
    const reader = await open(codeStreamFile('jpeg-2000', huge, stream))
    await expect(reader.plane(0)).rejects.toMatchObject({ code: 'too-large' })
  })
})

describe('fragments', () => {
  const image = picture(32, 20, 1, 8)
  const size: Attributes = [
    [0x00280010, 'US', 20],
    [0x00280011, 'US', 32],
    [0x00280100, 'US', 8],
    [0x00280101, 'US', 8],
    [0x00280102, 'US', 7],
    [0x00280008, 'IS', '2'],
  ]

  it('of one frame each, or several without an offset table, give the same planes', async () => {
    const even = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)])
    const other = { ...image, bytes: image.bytes.map((v) => 255 - v) }
    const [a, b] = [even(await encodeCodeStream('jpeg-ls', image)), even(await encodeCodeStream('jpeg-ls', other))]
    const split = [a.subarray(0, 50), a.subarray(50), b.subarray(0, 80), b.subarray(80, 100), b.subarray(100)]
    for (const fragments of [[a, b], split]) {
      const reader = await open(encapsulatedFile(transferSyntaxes['jpeg-ls'], size, fragments))
      expect(await allPlanes(reader)).toEqual([image.bytes, other.bytes])
    }
  })

  it('unpacks the boxes of a JP2 file', async () => {
    const stream = await encodeCodeStream('jpeg-2000', image)
    const box = (type: string, content: Uint8Array, length = content.length + 8) => {
      const head = Buffer.alloc(8)
      head.writeUInt32BE(length)
      head.write(type, 4, 'latin1')
      return Buffer.concat([head, content])
    }
    const signature = box('jP  ', Uint8Array.of(0x0d, 0x0a, 0x87, 0x0a))
    const file = Buffer.concat([signature, box('ftyp', Buffer.from('jp2 \0\0\0\0jp2 ')), box('jp2c', stream, 0)])
    const reader = await open(codeStreamFile('jpeg-2000', image, file))
    expect(await reader.plane(0)).toEqual(image.bytes)
  })

  it('inflates deflated frames', async () => {
    const frames = [image.bytes, image.bytes.map((v) => v ^ 1)].map((bytes) => deflateRawSync(bytes))
    const padded = frames.map((bytes) => Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]))
    const reader = await open(encapsulatedFile('1.2.840.10008.1.2.8.1', size, padded))
    expect(await allPlanes(reader)).toEqual([image.bytes, image.bytes.map((v) => v ^ 1)])
    const cut = await open(encapsulatedFile('1.2.840.10008.1.2.8.1', size, [padded[0]!, padded[1]!.subarray(0, 40)]))
    await expect(cut.plane(1)).rejects.toMatchObject({ code: 'truncated' })
  })
})

describe('JPEG 2000 that is made to harm', () => {
  const hostile = async (layout: Parameters<typeof hostileJpeg2000>[0]) => {
    const image = { columns: layout.side, rows: layout.side, samples: 1, bits: 8, isSigned: false } as const
    const reader = await open(codeStreamFile('jpeg-2000', image, hostileJpeg2000(layout)))
    return (await reader.plane(0)).length
  }
  const plain = { side: 64, tile: 64, precinct: 0xff, levels: 1, layers: 1, block: 4 }

  it('is refused for what it asks for, not for how it is written', async () => {
    expect(await hostile(plain)).toBe(64 * 64)
  })

  it.each([
    ['a million precincts of one pixel', { ...plain, side: 1024, tile: 1024, precinct: 0 }, 'unsupported'],
    ['65,535 layers of many tiles', { ...plain, side: 1024, tile: 64, layers: 65535 }, 'unsupported'],
    ['tiles of one pixel', { ...plain, side: 1024, tile: 1 }, 'unsupported'],
    ['half a million code blocks', { ...plain, side: 3000, tile: 3000, block: 0 }, 'unsupported'],
  ])('%s', async (_, layout, code) => {
    await expect(hostile(layout)).rejects.toMatchObject({ code })
    // The next image finds a codec in order.
    expect(await hostile(plain)).toBe(64 * 64)
  })

  it('gets no more memory than the thread may take', async () => {
    const stream = readCodeStream(hostileJpeg2000({ ...plain, side: 6000, tile: 6000 }))
    limitCodecMemory(2 ** 26)
    try {
      const sentence = expect.stringContaining('64 MiB of memory that one reader may take')
      await expect(decodeCodeStream(stream)).rejects.toMatchObject({ code: 'too-large', message: sentence })
      const flat = { ...stream, kind: 'jpeg-lossless' as const }
      await expect(decodeCodeStream(flat)).rejects.toMatchObject({ code: 'too-large', message: sentence })
    } finally {
      limitCodecMemory(2 ** 31)
    }
    expect(await hostile(plain)).toBe(64 * 64)
  })

  it('gets no more memory than it may', async () => {
    // The image alone takes 144 MB in OpenJPEG, four bytes a sample.
    const stream = hostileJpeg2000({ ...plain, side: 6000, tile: 6000 })
    const decoding = decodeWithWasm('jpeg-2000', stream, { wanted: 2 ** 27, allowed: 2 ** 31 }).then(
      ({ bytes }) => bytes.length,
    )
    await expect(decoding).rejects.toMatchObject({ code: 'too-large' })
    expect(await hostile(plain)).toBe(64 * 64)
  })
})
