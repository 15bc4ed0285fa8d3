import { describe, expect, it } from 'vitest'
import { dicom } from '#imaging/formats/dicom/index.ts'
import { samplesOf } from '#imaging/samples.ts'
import { encapsulatedFile, encode, image, part10 } from './dicomFiles.ts'
import type { Attributes, Value } from './dicomFiles.ts'
import { allPlanes, entry } from './files.ts'

const big = '1.2.840.10008.1.2.2'
const rle = '1.2.840.10008.1.2.5'

const bits = (allocated: number, stored = allocated, signed = 0, high = stored - 1): Attributes => [
  [0x00280100, 'US', allocated],
  [0x00280101, 'US', stored],
  [0x00280102, 'US', high],
  [0x00280103, 'US', signed],
]

const open = (more: Attributes, pixels: Value) =>
  dicom.open([entry('a', Uint8Array.from(part10(encode(image(more, pixels)))))])
const openBig = (more: Attributes, pixels: Value) =>
  dicom.open([entry('a', Uint8Array.from(part10(encode(image(more, pixels), { littleEndian: false }), big)))])

/** An open file of RLE frames with the given fragments after the (given or empty) offset table. */
const encapsulated = (more: Attributes, fragments: Uint8Array[], table: number[] = []) =>
  dicom.open([entry('a', encapsulatedFile(rle, more, fragments, table))])

/** One RLE frame of the given segments. */
function rleFrame(segments: number[][]): Buffer {
  const head = Buffer.alloc(64)
  head.writeUInt32LE(segments.length, 0)
  let at = 64
  segments.forEach((segment, i) => {
    head.writeUInt32LE(at, 4 + i * 4)
    at += segment.length
  })
  return Buffer.concat([head, Buffer.from(segments.flat())])
}

describe('grey', () => {
  it('removes bits outside BitsStored and extends the sign', async () => {
    const signed = await open(bits(16, 12, 1), [0xf7ff, 0x0800, 0xffff, 0x1001])
    expect(signed.header.sampleType).toBe('int16')
    expect([...samplesOf('int16', await signed.plane(0))]).toEqual([2047, -2048, -1, 1])
    expect(signed.direct()).toBeNull()
    const unsigned = await open(bits(16, 12, 0), [0xf7ff, 0x0800, 0xffff, 0x1001])
    expect([...samplesOf('uint16', await unsigned.plane(0))]).toEqual([2047, 2048, 4095, 1])
    const high = await open(bits(16, 12, 1, 15), [0x7ff0, 0x8000, 0xfff0, 0x0010])
    expect([...samplesOf('int16', await high.plane(0))]).toEqual([2047, -2048, -1, 1])
    const bytes = await open(bits(8, 7, 1), Uint8Array.of(0x3f, 0x40, 0x7f, 0x81))
    expect([...samplesOf('int8', await bytes.plane(0))]).toEqual([63, -64, -1, 1])
    const words = await open(
      bits(32, 20, 1),
      Uint8Array.from(Buffer.from(Uint32Array.of(0x80000, 0x7ffff, 0xfffff, 0xfff00001).buffer)),
    )
    expect([...samplesOf('int32', await words.plane(0))]).toEqual([-524288, 524287, -1, 1])
  })

  it('swaps big-endian words, also those that hold two 8-bit pixels', async () => {
    const words = await openBig(bits(16, 16, 1), [1, -2 & 0xffff, 300, 4])
    expect([...samplesOf('int16', await words.plane(0))]).toEqual([1, -2, 300, 4])
    expect(words.direct()).toBeNull()
    const three: Attributes = [...bits(8), [0x00280008, 'IS', '2'], [0x00280010, 'US', 1], [0x00280011, 'US', 3]]
    const reader = await openBig(three, Uint8Array.of(2, 1, 4, 3, 6, 5))
    expect((await allPlanes(reader)).map((plane) => [...plane])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
  })

  it('unpacks one-bit pixels of frames that do not begin on a byte', async () => {
    const more: Attributes = [...bits(1), [0x00280008, 'IS', '2'], [0x00280010, 'US', 1], [0x00280011, 'US', 5]]
    const reader = await open(more, Uint8Array.of(0b11010011, 0b10))
    expect((await allPlanes(reader)).map((plane) => [...plane])).toEqual([
      [1, 1, 0, 0, 1],
      [0, 1, 1, 0, 1],
    ])
  })

  it('reads float and double pixel elements', async () => {
    const float = image([[0x7fe00008, 'OF', [0.5, -1, 2, 3]]]).filter(([tag]) => tag !== 0x7fe00010)
    const reader = await dicom.open([entry('a', Uint8Array.from(part10(encode(float))))])
    expect(reader.header.sampleType).toBe('float32')
    expect([...samplesOf('float32', await reader.plane(0))]).toEqual([0.5, -1, 2, 3])
    expect(reader.direct()).toMatchObject({ file: 0 })
  })
})

describe('colour', () => {
  const rgb: Attributes = [...bits(8), [0x00280002, 'US', 3], [0x00280004, 'CS', 'RGB'], [0x00280010, 'US', 1]]
  const colours = Uint8Array.of(255, 0, 0, 1, 2, 3)

  it('interleaves colour planes', async () => {
    const reader = await open([...rgb, [0x00280006, 'US', 1]], Uint8Array.of(255, 1, 0, 2, 0, 3))
    expect(reader.header).toMatchObject({ samplesPerPixel: 3, sampleType: 'uint8' })
    expect(await reader.plane(0)).toEqual(colours)
    expect(reader.direct()).toBeNull()
    const plain = await open(rgb, colours)
    expect(plain.direct()).not.toBeNull()
  })

  it('turns YBR_FULL and YBR_FULL_422 into RGB', async () => {
    // Pure red of BT.601 in full range: Y 76, Cb 85, Cr 255.
    const full = await open([...rgb, [0x00280004, 'CS', 'YBR_FULL']], Uint8Array.of(76, 85, 255, 128, 128, 128))
    expect([...(await full.plane(0))].map((v, i) => Math.abs(v - [255, 0, 0, 128, 128, 128][i]!) < 3)).not.toContain(
      false,
    )
    const half = await open([...rgb, [0x00280004, 'CS', 'YBR_FULL_422']], Uint8Array.of(10, 200, 128, 128))
    expect([...(await half.plane(0))]).toEqual([10, 10, 10, 200, 200, 200])
  })

  const palette = (first: number, entries: number[][], wide: boolean): Attributes => [
    ...bits(8),
    [0x00280004, 'CS', 'PALETTE COLOR'],
    ...[0, 1, 2].flatMap((c): Attributes => [
      [0x00281101 + c, 'US', [entries[0]!.length, first, wide ? 16 : 8]],
      [0x00281201 + c, 'OW', entries[c]!],
    ]),
  ]

  it('looks colours up, with values beyond the table taking its ends', async () => {
    const wide = palette(
      10,
      [
        [0x1100, 0x2200, 0xff00],
        [0, 0x8000, 0xff00],
        [0x0100, 0, 0],
      ],
      true,
    )
    const reader = await open(wide, Uint8Array.of(10, 12, 0, 255))
    expect(reader.header).toMatchObject({ samplesPerPixel: 3, sampleType: 'uint8' })
    expect([...(await reader.plane(0))]).toEqual([0x11, 0, 1, 0xff, 0xff, 0, 0x11, 0, 1, 0xff, 0xff, 0])
    const narrow = palette(
      0,
      [
        [0x0201, 3],
        [0x0605, 7],
        [0x0a09, 11],
      ],
      false,
    ).map((attribute): Attributes[number] =>
      attribute[1] === 'US' && attribute[0] < 0x00281104 && attribute[0] > 0x00281100
        ? [attribute[0], 'US', [3, 0, 8]]
        : attribute,
    )
    expect([...(await (await open(narrow, Uint8Array.of(0, 1, 2, 0))).plane(0))]).toEqual([
      1, 5, 9, 2, 6, 10, 3, 7, 11, 1, 5, 9,
    ])
  })

  it('expands segmented palettes', async () => {
    const segmented: Attributes = [
      ...bits(8),
      [0x00280004, 'CS', 'PALETTE COLOR'],
      // Two values as they are, then three on the line to 0x5000; blue copies the first segment.
      ...[0, 1, 2].flatMap((c): Attributes => [
        [0x00281101 + c, 'US', [c === 2 ? 5 : 5, 0, 16]],
        [0x00281221 + c, 'OW', [0, 2, 0x1000, 0x2000, 1, 3, 0x5000]],
      ]),
    ]
    const reader = await open(segmented, Uint8Array.of(0, 1, 2, 4))
    expect([...(await reader.plane(0))].filter((_, i) => i % 3 === 0)).toEqual([0x10, 0x20, 0x30, 0x50])
  })
})

describe('RLE', () => {
  const two = [
    [3, 1, 2, 3, 4],
    [253, 9],
  ] // four literal bytes; one byte four times
  const values = [0x0109, 0x0209, 0x0309, 0x0409]

  it('puts bytes and samples together, most significant byte first', async () => {
    const reader = await encapsulated([], [rleFrame(two)])
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual(values)
    const colour: Attributes = [
      ...bits(8),
      [0x00280002, 'US', 3],
      [0x00280004, 'CS', 'RGB'],
      [0x00280006, 'US', 1],
      [0x00280010, 'US', 1],
    ]
    const rgb = await encapsulated(colour, [
      rleFrame([
        [1, 1, 2],
        [1, 3, 4],
        [255, 5],
      ]),
    ])
    expect([...(await rgb.plane(0))]).toEqual([1, 3, 5, 2, 4, 5])
  })

  it('finds frames by the offset table, by one fragment each, and in several fragments', async () => {
    const other = rleFrame([
      [253, 0],
      [253, 7],
    ])
    const frames: Attributes = [[0x00280008, 'IS', '2']]
    const first = rleFrame(two)
    const halves = [first.subarray(0, 66), first.subarray(66)]
    const readers = [
      await encapsulated(frames, [first, other]),
      await encapsulated(frames, [first, other], [0, first.length + 8]),
      await encapsulated(frames, [...halves, other], [0, first.length + 16]),
    ]
    for (const reader of readers) {
      expect([...samplesOf('uint16', await reader.plane(0))]).toEqual(values)
      expect([...samplesOf('uint16', await reader.plane(1))]).toEqual([7, 7, 7, 7])
    }
    const lost = await encapsulated(frames, [...halves, other])
    await expect(lost.plane(0)).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('reads the extended offset table of eight-byte values before the pixels', async () => {
    const first = rleFrame(two)
    const halves = [first.subarray(0, 66), first.subarray(66)]
    const more: Attributes = [
      [0x00280008, 'IS', '2'],
      [0x7fe00001, 'OV', [0, first.length + 16]],
    ]
    const reader = await encapsulated(more, [
      ...halves,
      rleFrame([
        [253, 0],
        [253, 7],
      ]),
    ])
    expect([...samplesOf('uint16', await reader.plane(1))]).toEqual([7, 7, 7, 7])
  })

  it.each([
    [
      'too few bytes',
      rleFrame([
        [0, 1],
        [253, 9],
      ]),
      'truncated',
    ],
    ['a wrong number of segments', rleFrame([[253, 9]]), 'malformed'],
    ['segments outside the frame', Buffer.concat([rleFrame(two).subarray(0, 8), Buffer.alloc(60, 255)]), 'malformed'],
  ])('refuses %s', async (_name, frame, code) => {
    const reader = await encapsulated([], [frame])
    await expect(reader.plane(0)).rejects.toMatchObject({ code })
  })
})
