import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import type { FileEntry } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { fdfFile, procparText, sliceHeader } from '../../help/fdfFolder.ts'
import type { Declarations, Parameters } from '../../help/fdfFolder.ts'
import { allPlanes, entry, open } from './files.ts'

const image = { header: { shape: { x: 3, y: 2, z: 4, t: 1, c: 1 }, spacing: [0.5, 0.25, 1] } } as never
const own = (z: number, given: Declarations = {}): Declarations => ({ ...sliceHeader(image, z), ...given })
const floats = (first: number, littleEndian = true) => {
  const view = new DataView(new ArrayBuffer(24))
  for (let i = 0; i < 6; i++) view.setFloat32(i * 4, first + i, littleEndian)
  return new Uint8Array(view.buffer)
}
const slice = (z: number, given: Declarations = {}, name = `s.img/slice00${z + 1}image001echo001.fdf`): FileEntry =>
  entry(name, fdfFile(own(z, given), floats(z * 10, given['bigendian'] === undefined)))
const firsts = async (...files: FileEntry[]) => {
  const reader = await open('fdf', ...files)
  return { reader, values: (await allPlanes(reader)).map((plane) => samplesOf(reader.header.sampleType, plane)[0]) }
}
const four = [0, 1, 2, 3]

describe('order and geometry', () => {
  it('puts slices in the order of their positions, in mm', async () => {
    const { reader, values } = await firsts(slice(2), slice(0), slice(3), slice(1))
    expect(values).toEqual([0, 10, 20, 30])
    expect(reader.header).toMatchObject({
      modality: 'MR',
      shape: { x: 3, y: 2, z: 4, t: 1, c: 1 },
      spacing: [0.5, 0.25, 1],
      origin: null,
      direction: null,
      orientation: 'unknown',
      frames: null,
    })
    expect(reader.header.warnings.join()).toContain('coordinates of the magnet')
  })

  it('takes the position before the number, because slices may be acquired interleaved', async () => {
    const at = [0.15, -0.15, 0.05, -0.05]
    const { values } = await firsts(...four.map((z) => slice(z, { location: [0, 0, at[z]!] })))
    expect(values).toEqual([10, 30, 20, 0])
  })

  it('goes by the number when positions are missing or the same, and then knows no distance', async () => {
    for (const location of [null, [0, 0, 0]]) {
      const { reader, values } = await firsts(...four.toReversed().map((z) => slice(z, { location })))
      expect(values).toEqual([0, 10, 20, 30])
      expect(reader.header.spacing).toEqual(location ? [0.5, 0.25, 0.9] : null)
    }
  })

  it('gives the thickness with a warning when slices stand at different distances', async () => {
    const at = [0, 0.1, 0.3, 0.4]
    const { reader } = await firsts(...four.map((z) => slice(z, { location: [0, 0, at[z]!] })))
    expect(reader.header.spacing).toEqual([0.5, 0.25, 0.9])
    expect(reader.header.warnings.join()).toContain('equal distances')
  })

  it('has no spacing where the axes are no lengths', async () => {
    const { reader } = await firsts(slice(0, { abscissa: ['s', 'cm'] }))
    expect(reader.header.spacing).toBeNull()
  })

  it('takes numbers from the names where the header has none', async () => {
    const none = { slice_no: null, echo_no: null, array_index: null, location: null }
    const name = (z: number, t: number, e: number) => `s.img/slice00${z}image00${t}echo00${e}.fdf`
    const files = [2, 1].flatMap((z) =>
      [1, 2].flatMap((t) =>
        [2, 1].map((e) => entry(name(z, t, e), fdfFile(own(0, none), floats(z * 100 + t * 10 + e)))),
      ),
    )
    const { reader, values } = await firsts(...files)
    expect(reader.header.shape).toMatchObject({ z: 2, t: 2, c: 2 })
    expect(reader.header.channels).toEqual([{ label: 'echo 1' }, { label: 'echo 2' }])
    expect(values).toEqual([111, 211, 121, 221, 112, 212, 122, 222])
  })

  it('stacks files without any number by name, and says so', async () => {
    const none = { slice_no: null, echo_no: null, array_index: null, location: null }
    const { reader, values } = await firsts(
      slice(2, none, 's/image0003.fdf'),
      slice(0, none, 's/image0001.fdf'),
      slice(1, none, 's/image0002.fdf'),
    )
    expect(values).toEqual([0, 10, 20])
    expect(reader.header.shape).toMatchObject({ z: 3, t: 1 })
    expect(reader.header.warnings.join()).toContain('order of the names')
  })

  it('reads volumes, one file each', async () => {
    const volume = {
      rank: 3,
      matrix: [3, 1, 2],
      span: [3, 1, 0.4],
      abscissa: ['cm', 'cm', 'cm'],
      slice_no: null,
      roi: [3, 1, 0.4],
    }
    const { reader, values } = await firsts(slice(0, volume))
    expect(reader.header).toMatchObject({ shape: { x: 3, y: 1, z: 2 }, spacing: [10, 10, 2] })
    expect(values).toEqual([0, 3])
    expect(reader.direct()).toEqual({ file: 0, offset: (await size(own(0, volume))) - 24 })
  })

  const size = async (given: Declarations) => fdfFile(given, floats(0)).length
})

describe('samples', () => {
  it.each([
    [{ bigendian: 0 }, true],
    [{ bigendian: 1 }, false],
    [{ bigendian: null }, false],
  ])('are little-endian only where the header says so: %o', async (given, littleEndian) => {
    const reader = await open('fdf', entry('a.fdf', fdfFile(own(0, given), floats(5, littleEndian))))
    expect([...samplesOf('float32', await reader.plane(0))]).toEqual([5, 6, 7, 8, 9, 10])
    expect(reader.direct() !== null).toBe(littleEndian)
  })

  it.each([
    ['double', 64, 'float64', Float64Array],
    ['integer', 32, 'int32', Int32Array],
    ['short', 16, 'int16', Int16Array],
    ['byte', 8, 'uint8', Uint8Array],
  ] as const)('of %s %i bits are %s', async (storage, bits, sampleType, View) => {
    const bytes = new Uint8Array(View.from([1, 2, 3, 4, 5, 6]).buffer)
    const reader = await open('fdf', entry('a.fdf', fdfFile(own(0, { storage, bits }), bytes)))
    expect(reader.header.sampleType).toBe(sampleType)
    expect([...samplesOf(sampleType, await reader.plane(0))]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('begin after any number of NUL bytes, and nothing else may stand there', async () => {
    const padded = (filler: number) => fdfFile(own(0), Buffer.concat([new Uint8Array(7).fill(filler), floats(5)]))
    expect((await firsts(entry('a.fdf', padded(0)))).values).toEqual([5])
    await expect(open('fdf', entry('a.fdf', padded(1)))).rejects.toMatchObject({
      code: 'malformed',
      offset: expect.any(Number),
    })
  })

  it('of a phase image are radians', async () => {
    expect((await firsts(slice(0, { ordinate: ['radians'] }))).reader.header.unit).toBe('rad')
  })
})

describe('what cannot be read', () => {
  const big = 2 ** 31
  it.each<[Declarations, string]>([
    [{ matrix: [3] }, 'malformed'],
    [{ matrix: null }, 'malformed'],
    [{ matrix: [3, 0] }, 'malformed'],
    [{ matrix: [3, 2.5] }, 'malformed'],
    [{ matrix: ['x', 'y'] }, 'malformed'],
    [{ matrix: [1e300, 2] }, 'malformed'],
    [{ matrix: [big, big] }, 'too-large'],
    [{ matrix: [300, 200] }, 'truncated'],
    [{ rank: 4, matrix: [3, 2, 1, 1] }, 'unsupported'],
    [{ rank: 1, matrix: [6] }, 'unsupported'],
    [{ storage: 'complex' }, 'unsupported'],
    [{ storage: 'constructor', bits: null }, 'unsupported'],
    [{ bits: 16 }, 'unsupported'],
  ])('%o: %s', async (given, code) => {
    const found = await recognise([entry('d/a.fdf', fdfFile(own(0, given), floats(0)))])
    expect(found.series).toMatchObject([{ problem: { code } }])
    await expect(open('fdf', entry('d/a.fdf', fdfFile(own(0, given), floats(0))))).rejects.toMatchObject({
      name: 'ImagingError',
      code,
    })
  })

  it('has holes, twins or files of other sizes', async () => {
    const at = (z: number, t: number) => slice(z, { array_index: t }, `${z}${t}.fdf`)
    await expect(open('fdf', at(0, 1), at(1, 1), at(0, 2))).rejects.toMatchObject({
      code: 'missing-companion',
      message: expect.stringContaining('slice 2, image 2'),
    })
    await expect(open('fdf', slice(0), slice(0, {}, 'twin.fdf'))).rejects.toMatchObject({ code: 'malformed' })
    await expect(open('fdf', slice(0), slice(1, { matrix: [2, 3] }))).rejects.toMatchObject({ code: 'malformed' })
    const { reader } = await firsts(slice(0), slice(1))
    expect(reader.header.warnings.join()).toContain('announces 4 slices, but the folder holds 2')
  })

  it('is a series of which one slice is cut off', async () => {
    const cut = await slice(2).source.read(0, slice(2).source.size - 1)
    const { series } = await recognise([slice(0), slice(1), entry('s.img/slice003image001echo001.fdf', cut), slice(3)])
    expect(series).toMatchObject([{ problem: { code: 'truncated', message: expect.stringContaining('slice003') } }])
    expect(series[0]!.files).toHaveLength(4)
  })

  it('is refused in time when the text is hostile', async () => {
    const lines = 'int a = 1;\n'.repeat(1_000_000)
    const start = '#!/usr/local/fdf/startup\n'
    await expect(open('fdf', entry('a.fdf', start + lines))).rejects.toMatchObject({ code: 'too-large' })
    await expect(open('fdf', entry('a.fdf', `${start}${'int a='.repeat(20_000)}\0`))).rejects.toMatchObject({
      code: 'malformed',
    })
    await expect(open('fdf', entry('a.fdf', start))).rejects.toMatchObject({ code: 'malformed', offset: start.length })
    const huge = Buffer.from('x'.repeat(17 * 2 ** 20))
    const { reader } = await firsts(slice(0), entry('s.img/procpar', huge))
    expect(reader.header.warnings.join()).toContain('procpar has')
  })
})

describe('a folder', () => {
  it('is one series for each kind of image, with its parameters', async () => {
    const files = [
      ...four.map((z) => slice(z)),
      slice(0, { type: 'phase' }, 's.img/p1.fdf'),
      slice(0, {}, 't.img/slice001.fdf'),
      entry('s.img/procpar', procparText({ ident: ['m'] })),
    ]
    const { series, attachments } = await recognise(files)
    expect(series.map((each) => each.files.length)).toEqual([5, 2, 1])
    expect(attachments).toEqual([])
  })

  const facts = async (parameters: Parameters) =>
    Object.fromEntries(
      (await open('fdf', slice(0), entry('s.img/procpar', procparText(parameters)))).facts.map(
        ({ key, value, evidence }) => [key, [value, evidence]],
      ),
    )

  it('says what procpar and header say', async () => {
    expect(
      await facts({
        ident: ['m01'],
        name: ['Mouse 1'],
        weight: [23],
        time_run: ['20120301T101500'],
        comment: ['two', 'lines'],
        pslabel: ['gems'],
        tr: [1, 2],
      }),
    ).toEqual({
      'subject.localId': ['m01', 'procpar ident'],
      'subject.name': ['Mouse 1', 'procpar name'],
      'study.title': ['two', 'procpar comment'],
      'session.start': ['2012-03-01T10:15:00', 'procpar time_run'],
      'series.acquiredAt': ['2012-03-01T10:15:00', 'procpar time_run'],
      'series.protocol': ['gems', 'procpar pslabel'],
      'session.label': ['s_20120301', 'studyid'],
    })
  })

  it.each([
    [{ date: ['Mar  1 2012'] }, '2012-03-01'],
    [{ time_run: ['20120231T101500'], date: ['Mar 1 2012'] }, '2012-03-01'],
    [{ time_run: ['20120301T251500'] }, undefined],
    [{ date: ['Mar 32 2012'] }, undefined],
    [{ date: ['1/3/2012'] }, undefined],
  ])('%o is %s', async (parameters, expected) => {
    expect((await facts(parameters as Parameters))['session.start']?.[0]).toBe(expected)
  })

  it('shows header and parameters in their own words', async () => {
    const text = procparText({ tr: [1.5, 2.5], seqfil: ['say "hi"', 'b'] })
    const tags = await (await open('fdf', slice(0), entry('s.img/PROCPAR', text))).tags()
    const shown = Object.fromEntries(tags.map(({ key, value }) => [key, value]))
    expect(shown).toMatchObject({
      matrix: '3, 2',
      storage: '"float"',
      'procpar/tr': '1.5 2.5',
      'procpar/seqfil': 'say "hi" b',
    })
  })
})

it('is marked as not verified, and refuses other text', async () => {
  expect(formatById('fdf')!.verified).toBe(false)
  await expect(open('fdf', entry('a.fdf', '#!/bin/sh\n'))).rejects.toBeInstanceOf(ImagingError)
})

it('links the measured data of name.fid to the images of name.img', async () => {
  const raw = [entry('s.fid/fid', 'k'), entry('s.fid/procpar', 'x'), entry('other.fid/fid', 'k')]
  const { series, attachments } = await recognise([slice(0), slice(1), ...raw])
  expect(series).toMatchObject([{ raw: ['s.fid/fid', 's.fid/procpar'] }])
  expect(series[0]!.files).toHaveLength(2)
  expect(attachments.map(({ path }) => path)).toEqual(['other.fid/fid'])
})
