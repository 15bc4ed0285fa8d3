import { deflateSync, zstdCompressSync } from 'node:zlib'
import { assert, asyncProperty, constantFrom, integer, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { tiff } from '#imaging/formats/tiff/index.ts'
import { decodeLzw } from '#imaging/formats/tiff/lzw.ts'
import { samplesOf } from '#imaging/samples.ts'
import { recognise } from '#imaging/recognise.ts'
import { memorySource } from '#imaging/source.ts'
import type { ByteSource } from '#imaging/source.ts'
import { sampleFacts, sampleFile } from '../../conformance/formats/profile.ts'
import { entry } from './files.ts'
import { grey, tiffBytes, tiffEntry } from './tiffFiles.ts'
import type { Entries } from './tiffFiles.ts'

const open = (bytes: Uint8Array) => tiff.open([tiffEntry(bytes)])
const scan = (bytes: Uint8Array, path?: string) => tiff.scan(tiffEntry(bytes, path), () => undefined)
const page = (entries: Entries, ...blocks: number[][]) => ({
  entries,
  blocks: blocks.map((block) => Uint8Array.from(block)),
})
const plane = async (bytes: Uint8Array, k = 0) => [...(await (await open(bytes)).plane(k))]

/** Packs codes of growing width as TIFF LZW does. */
function lzw(bytes: Uint8Array): Buffer {
  const bits: number[] = []
  let width = 9
  const put = (code: number) => {
    for (let i = width - 1; i >= 0; i--) bits.push((code >> i) & 1)
  }
  let table = new Map<string, number>()
  const reset = () => {
    table = new Map(Array.from({ length: 256 }, (_, i) => [String.fromCharCode(i), i]))
    width = 9
  }
  reset()
  put(256)
  let next = 258
  let word = ''
  for (const byte of bytes) {
    const longer = word + String.fromCharCode(byte)
    if (table.has(longer)) {
      word = longer
      continue
    }
    put(table.get(word)!)
    table.set(longer, next++)
    if (next === 511 || next === 1023 || next === 2047) width++
    if (next === 4094) {
      put(256)
      reset()
      next = 258
    }
    word = String.fromCharCode(byte)
  }
  if (word !== '') {
    put(table.get(word)!)
    next++
    if (next === 511 || next === 1023 || next === 2047) width++
  }
  put(257)
  const out = Buffer.alloc(Math.ceil(bits.length / 8))
  bits.forEach((bit, i) => (out[i >> 3]! |= bit << (7 - (i & 7))))
  return out
}

describe('structure', () => {
  it.each([
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ])('little endian %s, BigTIFF %s', async (littleEndian, big) => {
    const bytes = tiffBytes([page(grey(2, 1, 16), littleEndian ? [1, 2, 3, 4] : [2, 1, 4, 3])], { littleEndian, big })
    expect(tiff.sniff('x', bytes)).toBe(true)
    const reader = await open(bytes)
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([0x0201, 0x0403])
    expect(reader.direct() === null).toBe(!littleEndian)
  })

  it('opens a large stack with small reads, and a plane with one', async () => {
    const pixels = new Uint8Array(200 * 200)
    const bytes = tiffBytes(Array.from({ length: 100 }, () => ({ entries: grey(200, 200, 8), blocks: [pixels] })))
    const memory = memorySource(Uint8Array.from(bytes))
    let taken = 0
    const source = {
      size: memory.size,
      read: (offset: number, length: number) => {
        taken += length
        return memory.read(offset, length)
      },
    }
    const reader = await tiff.open([{ path: 'a', source }])
    expect(reader.header.shape.z).toBe(100)
    expect(taken).toBeLessThan(100 * 1000)
    taken = 0
    await reader.plane(50)
    expect(taken).toBe(40_000)
  })

  it('leaves previews and masks out of the stack', async () => {
    const bytes = tiffBytes([
      page(grey(2, 1, 8), [1, 2]),
      page(grey(1, 1, 8), [9]),
      page(grey(2, 1, 8, { 254: [4, [1]] }), [8, 8]),
      page(grey(2, 1, 8), [3, 4]),
    ])
    const reader = await open(bytes)
    expect(reader.header.shape.z).toBe(2)
    expect([...(await reader.plane(1))]).toEqual([3, 4])
    expect(reader.header.warnings.join()).toContain('2 of 4 pages differ')
  })
})

describe('samples', () => {
  it.each([
    ['1 bit', 1, 10, [0b10110011, 0b01000000], 'uint8', [1, 0, 1, 1, 0, 0, 1, 1, 0, 1]],
    ['4 bits', 4, 3, [0x12, 0x30], 'uint8', [1, 2, 3]],
    ['12 bits', 12, 3, [0xab, 0xc1, 0x23, 0xff, 0xf0], 'uint16', [0xabc, 0x123, 0xfff]],
    ['24 bits', 24, 2, [1, 2, 3, 0, 0, 255], 'uint32', [0x030201, 0xff0000]],
    ['14 bits', 14, 2, [0xff, 0xfc, 0x00, 0x10], 'uint16', [0x3fff, 1]],
  ] as [string, number, number, number[], 'uint8' | 'uint16' | 'uint32', number[]][])(
    'unpacks %s',
    async (_name, bits, width, bytes, type, values) => {
      const reader = await open(tiffBytes([page(grey(width, 1, bits), bytes)]))
      expect(reader.header.sampleType).toBe(type)
      expect([...samplesOf(type, await reader.plane(0))]).toEqual(values)
      expect(reader.direct()).toBeNull()
    },
  )

  it('reads half precision and 64-bit integers without loss', async () => {
    const half = await open(tiffBytes([page(grey(4, 1, 16, { 339: [3, [3]] }), [0, 0x3c, 0, 0xc0, 1, 0, 0, 0x7c])]))
    expect([...samplesOf('float32', await half.plane(0))]).toEqual([1, -2, 2 ** -24, Infinity])
    const long = new BigInt64Array([-7n, 2n ** 52n])
    const reader = await open(
      tiffBytes([{ entries: grey(2, 1, 64, { 339: [3, [2]] }), blocks: [new Uint8Array(long.buffer)] }]),
    )
    expect([...samplesOf('float64', await reader.plane(0))]).toEqual([-7, 2 ** 52])
    expect(reader.header.warnings.join()).toContain('64-bit')
  })

  it('puts strips and tiles together, chunky and planar', async () => {
    const strips = tiffBytes([page(grey(2, 3, 8, { 278: [3, [2]] }), [1, 2, 3, 4], [5, 6])])
    expect(await plane(strips)).toEqual([1, 2, 3, 4, 5, 6])
    const tiles = { ...grey(3, 2, 8), 322: [3, [2]], 323: [3, [2]] } as Entries
    expect(await plane(tiffBytes([page(tiles, [1, 2, 4, 5], [3, 0, 6, 0])]))).toEqual([1, 2, 3, 4, 5, 6])
    const rgb = grey(2, 1, 8, { 258: [3, [8, 8, 8]], 262: [3, [2]], 277: [3, [3]] })
    expect(await plane(tiffBytes([page(rgb, [1, 2, 3, 4, 5, 6])]))).toEqual([1, 2, 3, 4, 5, 6])
    const planar = { ...rgb, 284: [3, [2]] } as Entries
    const reader = await open(tiffBytes([page(planar, [1, 4], [2, 5], [3, 6])]))
    expect(reader.header.samplesPerPixel).toBe(3)
    expect([...(await reader.plane(0))]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('serves several grey samples as channels', async () => {
    const two = grey(2, 1, 8, { 258: [3, [8, 8]], 277: [3, [2]], 338: [3, [0]] })
    const reader = await open(tiffBytes([page(two, [1, 2, 3, 4])]))
    expect(reader.header).toMatchObject({ samplesPerPixel: 1, shape: { c: 2 } })
    expect([[...(await reader.plane(0))], [...(await reader.plane(1))]]).toEqual([
      [1, 3],
      [2, 4],
    ])
  })

  it('looks palette colours up, but keeps the indices of ImageJ files', async () => {
    const map = Array.from({ length: 768 }, (_, i) => (i % 256) * 257)
    const entries = grey(2, 1, 8, { 262: [3, [3]], 320: [3, map] })
    const reader = await open(tiffBytes([page(entries, [3, 200])]))
    expect(reader.header.samplesPerPixel).toBe(3)
    expect([...(await reader.plane(0))]).toEqual([3, 3, 3, 200, 200, 200])
    const imageJ = await open(tiffBytes([page({ ...entries, 270: [2, 'ImageJ=1.54f\nimages=1\n'] }, [3, 200])]))
    expect([...(await imageJ.plane(0))]).toEqual([3, 200])
  })
})

describe('compression', () => {
  it('decodes LZW of any bytes, and never more than is wanted', async () => {
    await assert(
      asyncProperty(uint8Array({ maxLength: 9000 }), integer({ min: 1, max: 3 }), async (bytes, copies) => {
        const long = Buffer.concat(Array.from({ length: copies }, () => bytes))
        expect(Buffer.compare(decodeLzw(lzw(long), long.length), long)).toBe(0)
        expect(decodeLzw(lzw(long), 5).length).toBe(Math.min(5, long.length))
      }),
      { numRuns: 50 },
    )
  })

  it.each([5, 8, 32946, 32773])('undoes compression %s with predictor 2', async (compression) => {
    const values = Uint16Array.of(10, 300, 299, 65535)
    const steps = Uint16Array.of(10, 290, 65535, 65236)
    const bytes = new Uint8Array(steps.buffer)
    const block =
      compression === 5 ? lzw(bytes) : compression === 32773 ? Uint8Array.of(7, ...bytes) : deflateSync(bytes)
    const reader = await open(
      tiffBytes([{ entries: grey(4, 1, 16, { 259: [3, [compression]], 317: [3, [2]] }), blocks: [block] }]),
    )
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([...values])
  })

  it('decodes Zstandard, and gives it no more room than a strip has', async () => {
    const pixels = Uint8Array.from({ length: 200 }, (_, i) => i)
    const strip = (bytes: Uint8Array, more: Entries = {}) =>
      tiffBytes([{ entries: grey(200, 1, 8, { 259: [3, [50000]], ...more }), blocks: [bytes] }])
    expect(await plane(strip(zstdCompressSync(pixels)))).toEqual([...pixels])
    const steps = Uint8Array.from(pixels, (_, i) => (i === 0 ? 0 : 1))
    expect(await plane(strip(zstdCompressSync(steps), { 317: [3, [2]] }))).toEqual([...pixels])
    for (const bytes of [zstdCompressSync(new Uint8Array(2 ** 24)), zstdCompressSync(pixels).subarray(0, 20), pixels])
      await expect(plane(strip(bytes))).rejects.toBeInstanceOf(ImagingError)
  })

  it('takes no differences from JPEG and CCITT, whatever the tag says', async () => {
    const entries = (more: Entries) => ({ ...grey(8, 2, 1, { 259: [3, [4]], 262: [3, [0]] }), ...more })
    // Group 4: a line that is all white has one bit (V0), twice.
    const file = (more: Entries) => tiffBytes([page(entries(more), [0b11000000])])
    expect(await plane(file({ 317: [3, [2]] }))).toEqual(await plane(file({})))
  })

  it('undoes floating point differencing', async () => {
    const values = Float32Array.of(1, -2.5, 1e10)
    const view = new DataView(values.buffer)
    const planes = [3, 2, 1, 0].flatMap((b) => [0, 1, 2].map((i) => view.getUint8(i * 4 + b)))
    const steps = planes.map((v, i) => (v - (planes[i - 1] ?? 0)) & 255)
    const entries = grey(3, 1, 32, { 259: [3, [8]], 317: [3, [3]], 339: [3, [3]] })
    const reader = await open(tiffBytes([{ entries, blocks: [deflateSync(Uint8Array.from(steps))] }]))
    expect([...samplesOf('float32', await reader.plane(0))]).toEqual([...values])
  })

  it('names what it does not decode', async () => {
    const found = await scan(tiffBytes([page(grey(1, 1, 8, { 259: [3, [34712]] }), [1])]))
    expect(found.problem).toMatchObject({ code: 'unsupported', message: expect.stringContaining('34712 (JPEG 2000)') })
  })
})

describe('descriptions', () => {
  const stack = (count: number, description: string, more: Entries = {}) =>
    tiffBytes(
      Array.from({ length: count }, (_, i) =>
        page({ ...grey(1, 1, 8, more), ...(i === 0 ? ({ 270: [2, description] } as Entries) : {}) }, [i]),
      ),
    )
  const all = async (bytes: Uint8Array) => {
    const reader = await open(bytes)
    const { z, t, c } = reader.header.shape
    return Promise.all(Array.from({ length: z * t * c }, async (_, k) => (await reader.plane(k))[0]))
  }

  it('orders the channels, slices and frames of ImageJ', async () => {
    const text =
      'ImageJ=1.54f\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\nunit=\\u00B5m\nspacing=2.5\nfinterval=0.5\nmin=1\nmax=9\n'
    const bytes = stack(12, text, { 282: [5, [4]], 283: [5, [2]], 296: [3, [1]] })
    const { header } = await open(bytes)
    expect(header).toMatchObject({
      shape: { z: 3, t: 2, c: 2 },
      spacing: [0.00025, 0.0005, 0.0025],
      frames: { startSeconds: [0, 0.5], durationSeconds: [0.5, 0.5] },
      window: { low: 1, high: 9 },
      modality: null,
      orientation: 'unknown',
    })
    expect(await all(bytes)).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
  })

  it('reads the calibration of signed ImageJ data, and planes without directories', async () => {
    const signed = await open(stack(1, 'ImageJ=1.54f\ncf=0\nc0=-32768.0\nc1=1.0\nvunit=Gray Value\n'))
    expect(signed.header).toMatchObject({ slope: [1], intercept: [-32768], unit: 'Gray Value' })
    const description: Entries = { 270: [2, 'ImageJ=1.54f\nimages=3\nslices=3\n'] }
    const bytes = tiffBytes([
      { entries: { ...grey(2, 1, 8), ...description, 279: [4, [2]] }, blocks: [Uint8Array.of(1, 2, 3, 4, 5, 6)] },
    ])
    const reader = await open(bytes)
    expect(reader.header.shape.z).toBe(3)
    expect([...(await reader.plane(2))]).toEqual([5, 6])
    expect(reader.direct()).toEqual({ file: 0, offset: 8 })
  })

  const ome = (pixels: string, inside = '', root = '') =>
    `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" ${root}><Image ID="Image:0" Name="A &amp; B"><AcquisitionDate>2024-03-01T10:15:00</AcquisitionDate><Pixels ID="Pixels:0" Type="uint8" SizeX="1" SizeY="1" ${pixels}>${inside}</Pixels></Image></OME>`

  it.each([
    ['XYZCT', [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11]],
    ['XYCTZ', [0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11]],
    ['XYTZC', [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]],
  ])('orders OME planes by %s', async (order, planes) => {
    expect(await all(stack(12, ome(`DimensionOrder="${order}" SizeZ="3" SizeC="2" SizeT="2"`, '<TiffData/>')))).toEqual(
      planes,
    )
  })

  it('follows TiffData to pages in any order', async () => {
    const data = '<TiffData FirstZ="2" IFD="0"/><TiffData FirstZ="0" IFD="1" PlaneCount="2"/>'
    expect(await all(stack(3, ome('DimensionOrder="XYZCT" SizeZ="3" SizeC="1" SizeT="1"', data)))).toEqual([1, 2, 0])
  })

  it('reads sizes in their units, channels, times and facts', async () => {
    const pixels =
      'DimensionOrder="XYZCT" SizeZ="2" SizeC="2" SizeT="1" PhysicalSizeX="500" PhysicalSizeXUnit="nm" PhysicalSizeY="0.5" PhysicalSizeZ="2"'
    const channels = '<Channel ID="Channel:0:0" Name="DAPI" Color="65535"/><Channel ID="Channel:0:1" Name="GFP"/>'
    const reader = await open(stack(4, ome(pixels, channels)))
    expect(reader.header).toMatchObject({
      spacing: [0.0005, 0.0005, 0.002],
      channels: [{ label: 'DAPI', colour: '#0000ff' }, { label: 'GFP' }],
      modality: null,
    })
    expect(reader.facts).toEqual([
      { key: 'series.label', value: 'A & B', evidence: 'OME Image Name' },
      { key: 'series.acquiredAt', value: '2024-03-01T10:15:00', evidence: 'OME Image AcquisitionDate' },
    ])
    expect((await reader.tags()).find((tag) => tag.key === 'OME/Image/Pixels@SizeZ')).toMatchObject({
      name: 'SizeZ',
      value: '2',
    })
  })

  it('shows each image of a description as a series of its own, in its size', async () => {
    const pixels = (n: number, size: string) =>
      `<Image ID="Image:${n}" Name="Field ${n}"><Pixels ID="P:${n}" DimensionOrder="XYZCT" Type="uint8" SizeX="${size}" SizeY="1" SizeZ="1" SizeC="1" SizeT="1"><TiffData IFD="${n}"/></Pixels></Image>`
    const text = `<?xml version="1.0"?><OME xmlns="x" UUID="urn:uuid:m">${pixels(0, '1')}${pixels(1, '2')}</OME>`
    const file = tiffEntry(
      tiffBytes([page({ ...grey(1, 1, 8), 270: [2, text] }, [10]), page(grey(2, 1, 8), [20, 21])]),
      'fields.ome.tif',
    )
    const { series } = await recognise([file])
    expect(series.map(({ part, facts }) => [part, facts.find(({ key }) => key === 'series.label')?.value])).toEqual([
      ['image-1', 'Field 0, image 1 (Field 0)'],
      ['image-2', 'Field 0, image 2 (Field 1)'],
    ])
    const [first, second] = await Promise.all(series.map(({ part }) => tiff.open([file], part)))
    expect([first!.header.shape.x, second!.header.shape.x]).toEqual([1, 2])
    expect([...(await second!.plane(0))]).toEqual([20, 21])
    expect((await tiff.open([file])).header.warnings.join()).toContain('2 images; the first is shown')
    await expect(tiff.open([file], 'image-3')).rejects.toMatchObject({ code: 'malformed' })
  })

  it('keeps copies of a set in two folders apart', async () => {
    const data = [0, 1].map((z) => `<TiffData FirstZ="${z}" IFD="0"><UUID>urn:uuid:${z}</UUID></TiffData>`).join('')
    const file = (folder: string, z: number) => {
      const text = ome('DimensionOrder="XYZCT" SizeZ="2" SizeC="1" SizeT="1"', data, `UUID="urn:uuid:${z}"`)
      return tiffEntry(tiffBytes([page({ ...grey(1, 1, 8), 270: [2, text] }, [z])]), `${folder}/${z}.ome.tif`)
    }
    const { series } = await recognise([file('a', 0), file('b', 0), file('a', 1), file('b', 1)])
    expect(series.map(({ files }) => files)).toEqual([
      ['a/0.ome.tif', 'a/1.ome.tif'],
      ['b/0.ome.tif', 'b/1.ome.tif'],
    ])
  })

  it('joins the files of a set by their UUIDs, whatever they are called', async () => {
    const data = [0, 1]
      .map((z) => `<TiffData FirstZ="${z}" IFD="0"><UUID FileName="old${z}.tif">urn:uuid:${z}</UUID></TiffData>`)
      .join('')
    const file = (z: number) => {
      const description = ome('DimensionOrder="XYZCT" SizeZ="2" SizeC="1" SizeT="1"', data, `UUID="urn:uuid:${z}"`)
      return tiffEntry(tiffBytes([page({ ...grey(1, 1, 8), 270: [2, description] }, [10 + z])]), `new${z}.ome.tif`)
    }
    const keys = await Promise.all([0, 1].map(async (z) => (await tiff.scan(file(z), () => undefined)).seriesKey))
    expect(keys[0]).toBe(keys[1])
    const both = await tiff.open([file(1), file(0)])
    expect([[...(await both.plane(0))], [...(await both.plane(1))]]).toEqual([[10], [11]])
    const alone = await tiff.open([file(0)])
    expect(alone.header.warnings.join()).toContain('1 of 2 planes stand in other files')
    await expect(alone.plane(1)).rejects.toMatchObject({
      code: 'missing-companion',
      message: expect.stringContaining('old1.tif'),
    })
  })

  /** Files without a description of their own, and the one that describes them. */
  const companionSet = (described: string) => {
    const data = [0, 1]
      .map((z) => `<TiffData FirstZ="${z}" IFD="0"><UUID FileName="z${z}.tif">urn:uuid:${z}</UUID></TiffData>`)
      .join('')
    const part = (z: number) => {
      const description = `<?xml version="1.0"?><OME xmlns="x" UUID="urn:uuid:${z}"><BinaryOnly MetadataFile="set.companion.ome" UUID="${described}"/></OME>`
      return tiffEntry(tiffBytes([page({ ...grey(1, 1, 8), 270: [2, description] }, [10 + z])]), `a/part${z}.tif`)
    }
    const text = ome('DimensionOrder="XYZCT" SizeZ="2" SizeC="1" SizeT="1"', data, `UUID="${described}"`)
    return { parts: [part(0), part(1)], companion: entry('a/set.companion.ome', Buffer.from(text)) }
  }

  it('joins files that name a companion to it', async () => {
    const { parts, companion } = companionSet('urn:uuid:c')
    const found = await recognise([companion, ...parts])
    expect(found).toMatchObject({ attachments: [], series: [{ format: 'tiff' }] })
    expect(found.series[0]!.files).toHaveLength(3)
    const reader = await tiff.open([companion, parts[1]!, parts[0]!])
    expect(reader.header).toMatchObject({ shape: { z: 2, t: 1, c: 1 }, warnings: [] })
    expect([[...(await reader.plane(0))], [...(await reader.plane(1))]]).toEqual([[10], [11]])
    expect(reader.facts).toContainEqual({ key: 'series.label', value: 'A & B', evidence: 'OME Image Name' })
  })

  it('says what a set lacks: a part, all parts, the companion', async () => {
    const { parts, companion } = companionSet('urn:uuid:c')
    const some = await tiff.open([companion, parts[1]!])
    expect(some.header.warnings.join()).toContain('1 of 2 planes stand in other files')
    await expect(some.plane(0)).rejects.toMatchObject({ code: 'missing-companion' })
    expect([...(await some.plane(1))]).toEqual([11])
    const missing = { code: 'missing-companion', message: expect.stringContaining('z0.tif') }
    await expect(tiff.open([companion])).rejects.toMatchObject(missing)
    await expect(tiff.open(parts)).rejects.toMatchObject({
      code: 'missing-companion',
      message: expect.stringContaining('set.companion.ome'),
    })
    const alone = await tiff.open([parts[0]!])
    expect(alone.header.warnings.join()).toContain('set.companion.ome')
  })

  it('joins files that are described by the first of them', async () => {
    const { parts } = companionSet('urn:uuid:0')
    const data = [0, 1]
      .map((z) => `<TiffData FirstZ="${z}" IFD="0"><UUID FileName="part${z}.tif">urn:uuid:${z}</UUID></TiffData>`)
      .join('')
    const text = ome('DimensionOrder="XYZCT" SizeZ="2" SizeC="1" SizeT="1"', data, 'UUID="urn:uuid:0"')
    const first = tiffEntry(tiffBytes([page({ ...grey(1, 1, 8), 270: [2, text] }, [10])]), 'a/part0.tif')
    const found = await recognise([parts[1]!, first])
    expect(found.series).toHaveLength(1)
    const reader = await tiff.open([parts[1]!, first])
    expect([[...(await reader.plane(0))], [...(await reader.plane(1))]]).toEqual([[10], [11]])
  })

  it('opens a set of 2000 files of one page each, of which most are missing', async () => {
    const data = Array.from(
      { length: 2000 },
      (_, z) => `<TiffData FirstZ="${z}" IFD="0"><UUID FileName="z${z}.tif">urn:uuid:${z}</UUID></TiffData>`,
    ).join('')
    const text = ome('DimensionOrder="XYZCT" SizeZ="2000" SizeC="1" SizeT="1"', data, 'UUID="urn:uuid:7"')
    const reader = await tiff.open([tiffEntry(tiffBytes([page({ ...grey(1, 1, 8), 270: [2, text] }, [5])]))])
    expect(reader.header.warnings.join()).toContain('1999 of 2000 planes stand in other files')
    expect([...(await reader.plane(7))]).toEqual([5])
  })

  it('reads OME-XML with the pixels inside, compressed or not, in either byte order', async () => {
    const big = Buffer.from([1, 2, 3, 4])
    const inside = [
      `<BinData Length="8" BigEndian="true">${big.toString('base64')}</BinData>`,
      `<BinData Length="8" BigEndian="false" Compression="zlib">${deflateSync(big).toString('base64')}</BinData>`,
      `<BinData Length="8" BigEndian="false" Compression="bzip2">${big.toString('base64')}</BinData>`,
    ]
    const text = ome('DimensionOrder="XYZCT" SizeZ="3" SizeC="1" SizeT="1"', inside.join('')).replace(
      'Type="uint8" SizeX="1"',
      'Type="uint16" SizeX="2"',
    )
    const file = entry('a.ome', Buffer.from(text))
    expect((await recognise([file])).series).toMatchObject([{ format: 'tiff', files: ['a.ome'] }])
    const reader = await tiff.open([file])
    expect([...(await reader.plane(0))]).toEqual([2, 1, 4, 3])
    expect([...(await reader.plane(1))]).toEqual([1, 2, 3, 4])
    await expect(reader.plane(2)).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('keeps OME-XML that has no image beside the others', async () => {
    const { series, attachments } = await recognise([
      entry('a.ome', Buffer.from('<?xml version="1.0"?><OME xmlns="x"/>')),
    ])
    expect({ series, attachments }).toEqual({
      series: [],
      attachments: [{ path: 'a.ome', reason: expect.stringContaining('without an image') }],
    })
  })

  it('tells of smaller copies of a page, and does not show them as planes', async () => {
    const level = tiffBytes([page(grey(2, 1, 8), [7, 7])]).subarray(8)
    const whole = (at: number) => tiffBytes([page({ ...grey(4, 2, 8), 330: [4, [at]] }, [1, 2, 3, 4, 5, 6, 7, 8])])
    // The level is put behind the file; its two pixels stand first, its directory after them.
    const start = whole(0).length
    const file = new Uint8Array(Buffer.concat([whole(start + 2), level]))
    const reader = await open(file)
    expect(reader.header).toMatchObject({ shape: { x: 4, y: 2, z: 1 } })
    expect(reader.header.warnings.join()).toContain('1 smaller copies (2 x 1)')
    expect((await reader.tags()).find(({ key }) => key === 'IFD0/SubIFD0/ImageWidth')?.value).toBe('2')
    // A copy that points to itself, or nowhere, ends there.
    expect((await open(whole(8))).header.warnings).toEqual([])
    expect((await open(whole(2 ** 31))).header.warnings).toEqual([])
  })

  it('reads ImageJ stacks of more than 4 GiB, whose planes have no directories', async () => {
    const side = 4096
    const count = 300
    const text = `ImageJ=1.54f\nimages=${count}\nchannels=2\nslices=50\nframes=3\nhyperstack=true\n`
    const entries: Entries = { ...grey(side, side, 8), 270: [2, text], 273: [4, [4096]], 279: [4, [side * side]] }
    const start = tiffBytes([{ entries, blocks: [] }])
    // Only the first bytes are there; every plane would be filled with its own number.
    const source: ByteSource = {
      size: 4096 + count * side * side,
      async read(offset, length) {
        const out = new Uint8Array(length).fill(Math.floor((offset - 4096) / (side * side)) & 255)
        if (offset < start.length) out.set(start.subarray(offset, offset + length).subarray(0, length))
        return out
      },
    }
    const reader = await tiff.open([{ path: 'large.tif', source }])
    expect(source.size).toBeGreaterThan(2 ** 32)
    expect(reader.header.shape).toEqual({ x: side, y: side, z: 50, t: 3, c: 2 })
    expect(reader.direct()).toBeNull()
    // Channel 1, time 2, slice 49 is the last plane of the file; channels run fastest.
    expect((await reader.plane(299))[5]).toBe(299 & 255)
    expect((await reader.plane(1))[5]).toBe(2)
  })

  it.each([
    ['entities', '<!DOCTYPE x [<!ENTITY a "b">]>' + ome('SizeZ="3" SizeC="1" SizeT="1"')],
    ['no sizes', ome('DimensionOrder="XYZCT"')],
    ['absurd sizes', ome('DimensionOrder="XYZCT" SizeZ="3" SizeC="1" SizeT="x"')],
    ['no end', ome('SizeZ="3" SizeC="1" SizeT="1"').slice(0, 250)],
    ['100,000 levels', `<OME>${'<a>'.repeat(100_000)}`],
  ])('shows a plain stack when the OME-XML has %s', async (_name, text) => {
    const reader = await open(stack(3, text))
    expect(reader.header.shape).toMatchObject({ z: 3, t: 1, c: 1 })
    expect(reader.header.warnings.join()).toContain('plain stack')
    await reader.tags()
  })

  it('refuses OME-XML that announces a million planes for one page', async () => {
    await expect(open(stack(1, ome('SizeZ="1000" SizeC="1000" SizeT="1"')))).rejects.toMatchObject({
      code: 'too-large',
    })
    await expect(open(stack(1, ome('SizeZ="1e200" SizeC="1e200" SizeT="1"')))).rejects.toMatchObject({
      message: 'The OME-XML announces 1e+200 x 1 x 1e+200 planes, which is not read here.',
    })
  })

  it('takes the pixel size from the resolution, unless it is a printer’s default', async () => {
    const spacing = async (x: number, unit: number) =>
      (await open(stack(1, 'x', { 282: [5, [x]], 283: [5, [x]], 296: [3, [unit]] }))).header.spacing
    expect(await spacing(20_000, 3)).toEqual([0.0005, 0.0005, 0.0005])
    for (const [x, unit] of [
      [72, 2],
      [300, 2],
      [28.346, 3],
      [118.11, 3],
      [20_000, 1],
    ] as const)
      expect(await spacing(x, unit)).toBeNull()
    const { header } = await open(stack(3, 'x', { 282: [5, [20_000]], 283: [5, [20_000]], 296: [3, [3]] }))
    expect(header.warnings.join()).toContain('with the width of a pixel as their distance')
  })

  it('reads label, date and instrument from the tags', async () => {
    const bytes = stack(1, 'Slide 7, kidney\nsecond line', {
      271: [2, 'Acme'],
      272: [2, 'Scope 3'],
      305: [2, 'Grab 1.2'],
      306: [2, '2024:03:01 10:15:00'],
    })
    expect((await scan(bytes)).facts).toEqual([
      { key: 'series.label', value: 'Slide 7, kidney', evidence: 'IFD0/ImageDescription (270)' },
      { key: 'series.acquiredAt', value: '2024-03-01T10:15:00', evidence: 'IFD0/DateTime (306)' },
      { key: 'instrument.manufacturer', value: 'Acme', evidence: 'IFD0/Make (271)' },
      { key: 'instrument.model', value: 'Scope 3', evidence: 'IFD0/Model (272)' },
      { key: 'instrument.softwareVersion', value: 'Grab 1.2', evidence: 'IFD0/Software (305)' },
    ])
  })
})

describe('damaged and hostile files', () => {
  const refused = async (bytes: Uint8Array, code: string) => {
    const error = await open(bytes)
      .then((reader) => reader.plane(0))
      .then(
        () => null,
        (reason: unknown) => reason,
      )
    expect(error).toBeInstanceOf(ImagingError)
    expect((error as ImagingError).code).toBe(code)
  }

  it('stops where the chain of pages runs in a circle', async () => {
    const bytes = tiffBytes([page(grey(1, 1, 8), [1]), page(grey(1, 1, 8), [2])])
    const first = bytes.readUInt32LE(4)
    const looped = tiffBytes([page(grey(1, 1, 8), [1]), page(grey(1, 1, 8), [2])], {
      next: [undefined, undefined, first],
    })
    const reader = await open(looped)
    expect(reader.header.shape.z).toBe(2)
    expect(reader.header.warnings.join()).toContain('runs in a circle after page 2')
  })

  it.each([
    ['huge pages', grey(65535, 65535, 8), 'too-large'],
    ['pages that deflate cannot make', grey(30_000, 30_000, 8, { 259: [3, [8]] }), 'too-large'],
    ['pages that LZW cannot make', grey(30_000, 30_000, 8, { 259: [3, [5]] }), 'too-large'],
    ['missing strips', grey(10, 10, 8, { 278: [3, [1]] }), 'malformed'],
    ['strips that end early', grey(10, 10, 8), 'truncated'],
    ['no width', grey(0, 10, 8), 'malformed'],
    ['tiles without size', { ...grey(10, 10, 8), 322: [3, [0]], 323: [3, [0]] } as Entries, 'malformed'],
    ['samples of different kinds', grey(1, 1, 8, { 258: [3, [8, 16]], 277: [3, [2]] }), 'unsupported'],
    ['complex samples', grey(1, 1, 64, { 339: [3, [6]] }), 'unsupported'],
    ['CMYK', grey(1, 1, 8, { 262: [3, [5]] }), 'unsupported'],
    ['a short colour map', grey(1, 1, 8, { 262: [3, [3]], 320: [3, [1, 2, 3]] }), 'malformed'],
  ] as [string, Entries, string][])('refuses %s', (_name, entries, code) =>
    refused(tiffBytes([page(entries, [1, 2, 3])]), code),
  )

  it('stops inflating when a strip has what it needs', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024), { level: 1 })
    const reader = await open(tiffBytes([{ entries: grey(10, 10, 8, { 259: [3, [8]] }), blocks: [bomb] }]))
    expect(await reader.plane(0)).toEqual(new Uint8Array(100))
  })

  it('refuses JPEG pieces of other sizes than announced before they are decoded', async () => {
    const sof = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x11, 0, 0xff, 0xd9]
    await refused(tiffBytes([page(grey(16, 16, 8, { 259: [3, [7]] }), sof)]), 'malformed')
  })

  it('says where a damaged JPEG piece stands, without the words of the decoder', async () => {
    const frame = [0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0]
    // The scan is of component 9, which the frame does not have.
    const scanHeader = [0xff, 0xda, 0, 8, 1, 9, 0, 0, 63, 0]
    const bytes = tiffBytes([page(grey(16, 16, 8, { 259: [3, [7]] }), [0xff, 0xd8, ...frame, ...scanHeader, 0xff, 0xd9])]) // prettier-ignore
    await expect(plane(bytes)).rejects.toMatchObject({
      code: 'malformed',
      message: 'The JPEG data of the page are damaged; bring the complete file again.',
      offset: Buffer.from(bytes).indexOf(Uint8Array.of(0xff, 0xd8)),
    })
  })

  it('never throws anything but ImagingError, wherever the file is cut or changed', async () => {
    const entries = grey(4, 4, 8, { 259: [3, [5]], 270: [2, 'ImageJ=1\nimages=2\nslices=2\n'] })
    const block = lzw(Uint8Array.from({ length: 16 }, (_, i) => i))
    const whole = tiffBytes([
      { entries, blocks: [block] },
      { entries, blocks: [block] },
    ])
    const look = async (bytes: Uint8Array) => {
      try {
        await scan(bytes)
        const reader = await open(bytes)
        JSON.stringify(reader.header)
        await reader.tags()
        await reader.plane(0)
        await reader.plane(1)
      } catch (error) {
        expect(error).toBeInstanceOf(ImagingError)
      }
    }
    for (let at = 0; at < whole.length; at++) {
      await look(whole.subarray(0, at))
      for (const value of [0, 255, whole[at]! ^ 1]) {
        const changed = Uint8Array.from(whole)
        changed[at] = value
        await look(changed)
      }
    }
  })

  it('ends on any bytes that are given as compressed pixels', async () => {
    await assert(
      asyncProperty(
        uint8Array({ minLength: 1, maxLength: 400 }),
        constantFrom(2, 3, 4, 5, 6, 7, 8, 32773),
        async (bytes, compression) => {
          const bits = compression <= 4 ? 1 : 8
          const options: Entries = compression === 3 ? { 292: [4, [1]] } : {}
          const file = tiffBytes([
            { entries: grey(40, 40, bits, { 259: [3, [compression]], ...options }), blocks: [bytes] },
          ])
          await open(file)
            .then((reader) => reader.plane(0))
            .catch((error: unknown) => expect(error).toBeInstanceOf(ImagingError))
        },
      ),
      { numRuns: 300 },
    )
  })
})

const samples = sampleFacts()
if (!samples) console.warn('skipped: no sample files')

it.runIf(samples)('turns the palette of a real file into its colours', async () => {
  const reader = await tiff.open([sampleFile('tiff/palette.tif')])
  const map = (await reader.tags()).find((tag) => tag.key === 'IFD0/ColorMap')
  expect(map?.value).toBe('<768 values>')
  const pixels = await reader.plane(0)
  // Nine colours of nine pixels each, as the facts of the indices say (0 to 8, mean 4).
  const counts = new Map<string, number>()
  for (let i = 0; i < pixels.length; i += 3) {
    const colour = pixels.subarray(i, i + 3).join()
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  expect([...counts.values()]).toEqual(Array(9).fill(9))
})
