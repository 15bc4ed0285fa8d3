import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { indexToWorld } from '#imaging/geometry/affine.ts'
import { axisLetters } from '#imaging/geometry/orientation.ts'
import type { Header } from '#imaging/header.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { writeNrrd } from '#imaging/write/nrrd.ts'
import { collect } from '../../conformance/formats/profile.ts'
import { allPlanes, entry, gzipped, joined, open } from './files.ts'

const basis = { type: 'uchar', dimension: '3', sizes: '2 2 2', encoding: 'raw' }
const text = (fields: Record<string, string>, pairs: string[] = []) =>
  ['NRRD0005', ...Object.entries(fields).map(([key, value]) => `${key}: ${value}`), ...pairs, '', ''].join('\n')
const data8 = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const nrrd = (fields: Record<string, string>, data: Uint8Array = data8, pairs: string[] = []) =>
  open('nrrd', entry('a.nrrd', joined(Buffer.from(text({ ...basis, ...fields }, pairs), 'latin1'), data)))
const headerOf = async (fields: Record<string, string>, data?: Uint8Array) => (await nrrd(fields, data)).header

describe('where the voxels are', () => {
  const placed = { 'space directions': '(2,0,0) (0,3,0) (0,0,4)', 'space origin': '(10,20,30)', 'space units': '"mm" "mm" "mm"' } // prettier-ignore

  it.each([
    ['left-posterior-superior', 'LPS', [10, 20, 30]],
    ['LPS', 'LPS', [10, 20, 30]],
    ['right-anterior-superior', 'RAS', [-10, -20, 30]],
    ['RAS', 'RAS', [-10, -20, 30]],
    ['left-anterior-superior', 'LAS', [10, -20, 30]],
  ])('%s', async (space, letters, origin) => {
    const header = await headerOf({ ...placed, space })
    expect(axisLetters(header)!.join('')).toBe(letters)
    expect(header).toMatchObject({ spacing: [2, 3, 4], origin, orientation: 'known', warnings: [] })
  })

  it.each(['scanner-xyz', '3D-right-handed', '3D-left-handed'])('%s tells sizes but no sides', async (space) => {
    const header = await headerOf({ ...placed, space })
    expect(header).toMatchObject({ spacing: [2, 3, 4], origin: null, direction: null, orientation: 'unknown' })
    expect(header.warnings.join()).toContain(space.toLowerCase())
  })

  it('makes no guess where only the dimension of the space is stated', async () => {
    const header = await headerOf({ ...placed, 'space dimension': '3' })
    expect(header).toMatchObject({ spacing: [2, 3, 4], direction: null, orientation: 'unknown' })
  })

  it('takes units of length, and knows nothing of a unit that is none', async () => {
    const um = await headerOf({ ...placed, space: 'LPS', 'space units': '"um" "um" "um"' })
    expect(um.spacing!.map((v) => Number(v.toPrecision(6)))).toEqual([0.002, 0.003, 0.004])
    expect(um.origin!.map((v) => Number(v.toPrecision(6)))).toEqual([0.01, 0.02, 0.03])
    const odd = await headerOf({ ...placed, space: 'LPS', 'space units': '"furlong" "furlong" "furlong"' })
    expect(odd).toMatchObject({ spacing: null, direction: null, orientation: 'unknown' })
  })

  it('keeps the direction and no origin when none is stated, and drops directions in one plane', async () => {
    const { 'space origin': _, ...rest } = placed
    expect(await headerOf({ ...rest, space: 'LPS' })).toMatchObject({ origin: null, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }) // prettier-ignore
    const flat = { ...placed, space: 'LPS', 'space directions': '(1,0,0) (2,0,0) (0,0,1)' }
    expect(await headerOf(flat)).toMatchObject({ spacing: [1, 2, 1], direction: null, orientation: 'unknown' })
  })

  it('finds the third direction of a single picture, with its thickness', async () => {
    const header = await headerOf({ dimension: '2', sizes: '4 2', space: 'RAS', 'space directions': '(0,2,0) (0,0,3)', 'space origin': '(0,0,0)', kinds: 'space space' }) // prettier-ignore
    expect(header.shape).toEqual({ x: 4, y: 2, z: 1, t: 1, c: 1 })
    expect(header.spacing).toEqual([2, 3, 1])
    expect(header.direction).toEqual([0, -1, 0, 0, 0, 1, -1, 0, 0])
  })

  it('reads spacings without a space, and leaves out those that are not numbers', async () => {
    expect(await headerOf({ spacings: '0.5 0.5 2', units: '"mm" "mm" "mm"' })).toMatchObject({ spacing: [0.5, 0.5, 2], direction: null, warnings: [] }) // prettier-ignore
    expect((await headerOf({ spacings: '0.5 0.5 NaN' })).spacing).toBeNull()
    expect((await headerOf({})).spacing).toBeNull()
  })
})

describe('what the axes are', () => {
  it('RGB bytes first are colours; shorts, or colours last, are channels with names', async () => {
    const rgb = await nrrd({ dimension: '3', sizes: '3 2 1', kinds: 'RGB-color domain domain' }, data8.subarray(0, 6))
    expect(rgb.header).toMatchObject({ shape: { x: 2, y: 1, c: 1 }, samplesPerPixel: 3 })
    expect(rgb.direct()).not.toBeNull()
    const last = await nrrd({ dimension: '3', sizes: '2 1 3', kinds: 'domain domain RGB-color' }, data8.subarray(0, 6))
    expect(last.header).toMatchObject({ shape: { x: 2, y: 1, c: 3 }, samplesPerPixel: 1 })
    expect(last.header.channels!.map(({ label }) => label)).toEqual(['red', 'green', 'blue'])
    const wide = await nrrd({ type: 'ushort', endian: 'little', dimension: '3', sizes: '3 2 1', kinds: 'RGB-color domain domain' }, new Uint8Array(12)) // prettier-ignore
    expect(wide.header).toMatchObject({ shape: { c: 3 }, samplesPerPixel: 1 })
    expect(wide.direct()).toBeNull()
  })

  it('vectors first become components', async () => {
    const reader = await nrrd({ dimension: '3', sizes: '2 2 2', 'space directions': 'none (1,0,0) (0,1,0)', space: 'LPS', kinds: 'vector space space' }) // prettier-ignore
    expect(reader.header.shape).toEqual({ x: 2, y: 2, z: 1, t: 1, c: 2 })
    expect(await allPlanes(reader)).toEqual([Uint8Array.of(1, 3, 5, 7), Uint8Array.of(2, 4, 6, 8)])
  })

  it('time has times only with a unit', async () => {
    const fields = { kinds: 'domain domain time', spacings: '1 1 250', units: '"mm" "mm" "ms"', 'axis mins': 'nan nan 1000' } // prettier-ignore
    expect(await headerOf(fields)).toMatchObject({ shape: { z: 1, t: 2 }, frames: { startSeconds: [1, 1.25], durationSeconds: [0.25, 0.25] } }) // prettier-ignore
    const bare = await headerOf({ ...fields, units: '"mm" "mm" ""' })
    expect(bare.frames).toBeNull()
    expect(bare.warnings.join()).toContain('250')
  })

  it('the fourth axis of a space with time is time', async () => {
    const header = await headerOf({ dimension: '4', sizes: '2 2 1 2', space: 'right-anterior-superior-time', 'space directions': '(1,0,0,0) (0,1,0,0) (0,0,1,0) (0,0,0,2)', 'space origin': '(1,2,3,0)', 'space units': '"mm" "mm" "mm" "s"' }) // prettier-ignore
    expect(header).toMatchObject({ shape: { x: 2, y: 2, z: 1, t: 2, c: 1 }, origin: [-1, -2, 3], orientation: 'known' })
    expect(header.frames).toEqual({ startSeconds: [0, 2], durationSeconds: [2, 2] })
  })

  it('says when nobody knows what an axis is', async () => {
    const header = await headerOf({ dimension: '4', sizes: '2 2 1 2' })
    expect(header.shape).toEqual({ x: 2, y: 2, z: 1, t: 1, c: 2 })
    expect(header.warnings.join()).toContain('axis 4')
  })

  it('names gradients, modality, the unit of values and every pair', async () => {
    const pairs = ['modality:=DWMRI', 'DWMRI_b-value:=1000', 'DWMRI_gradient_0000:=0   0 1', 'note:=two\\nlines \\\\']
    const reader = await nrrd({ kinds: 'space space list', 'sample units': '"Bq/ml"' }, data8, pairs)
    expect(reader.header).toMatchObject({ modality: 'MR', unit: 'Bq/mL' })
    expect(reader.header.channels!.map(({ label }) => label)).toEqual(['gradient 0 0 1', 'list 2'])
    expect((await reader.tags()).find(({ key }) => key === 'note:=')?.value).toBe('two\nlines \\')
  })
})

describe('where the data are', () => {
  const detached = (fields: Record<string, string>, rest: string[], files: [string, Uint8Array | string][]) => [
    entry('scan/a.nhdr', `${text({ ...basis, ...fields }).trimEnd()}\n${rest.join('\n')}\n`),
    ...files.map(([path, bytes]) => entry(path, bytes)),
  ]

  it('serves raw data from where they stand', async () => {
    const plain = await nrrd({})
    expect(plain.direct()).toEqual({ file: 0, offset: text(basis).length })
    const files = detached({}, ['byte skip: -1', 'data file: ./raw/a.bin'], [['scan/raw/a.bin', joined(new Uint8Array(5), data8)]]) // prettier-ignore
    const reader = await open('nrrd', ...files.toReversed())
    expect(reader.direct()).toEqual({ file: 0, offset: 5 })
    expect(joined(...(await allPlanes(reader)))).toEqual(data8)
  })

  it('finds its files in a batch and leaves others alone', async () => {
    const files = detached({}, ['data file: s%02d.raw 3 1 -2'], [
      ['scan/S03.raw', data8.subarray(0, 4)],
      ['scan/s01.raw', data8.subarray(4)],
      ['scan/s02.raw', data8],
    ]) // prettier-ignore
    const found = await recognise(files)
    expect(found.series).toEqual([expect.objectContaining({ format: 'nrrd', files: ['scan/a.nhdr', 'scan/S03.raw', 'scan/s01.raw'] })]) // prettier-ignore
    expect(found.series[0]!.problem).toBeUndefined()
    expect(found.attachments.map(({ path }) => path)).toEqual(['scan/s02.raw'])
    expect(joined(...(await allPlanes(await open('nrrd', ...files))))).toEqual(data8)
  })

  it('asks for a missing file by name', async () => {
    const files = detached({}, ['data file: LIST', 'one.raw', 'two.raw'], [['scan/one.raw', data8.subarray(0, 4)]])
    const { series } = await recognise(files)
    expect(series[0]!.problem).toMatchObject({ code: 'missing-companion', message: expect.stringContaining('scan/two.raw') }) // prettier-ignore
    await expect(open('nrrd', ...files)).rejects.toMatchObject({ code: 'missing-companion' })
  })

  it.each([
    '../../etc/passwd',
    '/etc/passwd',
    '..\\secret.raw',
    'C:\\data\\a.raw',
    'sub/../../a.raw',
    '\\\\server\\share\\a.raw',
    'file:///etc/passwd',
  ])('does not leave its folder for %s', async (name) => {
    const files = detached({}, [`data file: ${name}`], [['etc/passwd', data8], ['secret.raw', data8]]) // prettier-ignore
    const { series } = await recognise(files)
    expect(series).toEqual([expect.objectContaining({ files: ['scan/a.nhdr'] })])
    expect(series[0]!.problem).toMatchObject({ code: 'malformed', message: expect.stringContaining('outside') })
    await expect(open('nrrd', ...files)).rejects.toMatchObject({ code: 'malformed' })
  })

  it('takes the last bytes of gzip data when told so, and refuses when that means inflating a bomb', async () => {
    const reader = await nrrd({ encoding: 'gzip', 'byte skip': '-1' }, gzipped(joined(new Uint8Array(99), data8)))
    expect(joined(...(await allPlanes(reader)))).toEqual(data8)
    const bomb = gzipped(new Uint8Array(80 * 2 ** 20))
    await expect(nrrd({ encoding: 'gzip', 'byte skip': '-1' }, bomb)).rejects.toMatchObject({ code: 'too-large' })
  })

  it('reads compressed planes forwards in one pass', async () => {
    const image = phantom('mouse-ct', { resolution: 0.4 })
    const packed = await collect(writeNrrd(image, { gzip: true }))
    let asked = 0
    const source = { size: packed.length, read: async (at: number, length: number) => ((asked += length), packed.subarray(at, at + length)) } // prettier-ignore
    const reader = await open('nrrd', { path: 'a.nrrd', source })
    const before = asked
    expect(Buffer.compare(joined(...(await allPlanes(reader))), joined(...image.planes()))).toBe(0)
    expect(asked - before).toBeLessThanOrEqual(packed.length)
  })
})

describe('files that lie', () => {
  it.each<[string, Record<string, string>, string]>([
    ['no axes', { dimension: '0' }, 'malformed'],
    ['17 axes', { dimension: '17' }, 'malformed'],
    ['absurdly many axes', { dimension: '1e9' }, 'malformed'],
    ['fewer sizes than axes', { sizes: '2 2' }, 'malformed'],
    ['a negative size', { sizes: '2 -2 2' }, 'malformed'],
    ['half a voxel', { sizes: '2 2.5 2' }, 'malformed'],
    ['sizes beyond counting', { sizes: '99999999 99999999 99999999' }, 'too-large'],
    ['too many planes', { sizes: '1 1 2000000' }, 'too-large'],
    ['more than there is', { sizes: '2 2 3' }, 'truncated'],
    ['no known type', { type: 'quad' }, 'malformed'],
    ['blocks', { type: 'block' }, 'unsupported'],
    ['no byte order', { type: 'short', sizes: '2 2 1' }, 'malformed'],
    ['zero runs', { encoding: 'zrl' }, 'unsupported'],
    ['an encoding of its own', { encoding: 'zip' }, 'malformed'],
    ['gzip that is none', { encoding: 'gzip' }, 'malformed'],
    ['a negative byte skip', { 'byte skip': '-2' }, 'malformed'],
    ['more bytes to skip than there are', { 'byte skip': '5' }, 'truncated'],
    ['more lines to skip than there are', { 'line skip': '1' }, 'truncated'],
    ['files without end', { 'data file': 'a%d.raw 1 999999999 1' }, 'too-large'],
    ['a step that leads nowhere', { 'data file': 'a%d.raw 1 9 0' }, 'malformed'],
    ['two places in a pattern', { 'data file': 'a%d%d.raw 1 2 1' }, 'malformed'],
    ['the wrong number of files', { 'data file': 'a%d.raw 1 3 1' }, 'malformed'],
    ['two directions for three axes', { space: 'LPS', 'space directions': '(1,0,0) (0,1,0)' }, 'malformed'],
    ['a thousand components side by side', { dimension: '3', sizes: '1000 1 2', kinds: 'vector domain domain' }, 'unsupported'], // prettier-ignore
  ])('%s', async (_, fields, code) => {
    const failure = await nrrd(fields).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'ImagingError', code })
    expect((failure as Error).message).toMatch(/\w+ \w+.*[.)]$/)
  })

  it('says in words that a size is no number', async () => {
    const message = (size: string) => nrrd({ sizes: `2 ${size} 2` }).catch((error: unknown) => (error as Error).message)
    expect(await message('nan')).toBe('Size 2 in sizes is not a number; it must be 1 or more.')
    expect(await message('1e999')).toBe('Size 2 in sizes is infinite; it must be 1 or more.')
  })

  it('refuses orders of axes that would read the file over and over', async () => {
    const many = { dimension: '3', sizes: '1000 2 2', kinds: 'vector domain domain' }
    await expect(nrrd(many, new Uint8Array(4000))).rejects.toMatchObject({ code: 'unsupported' })
    const packed = { ...many, sizes: '65 2 2', encoding: 'gzip' }
    await expect(nrrd(packed, gzipped(new Uint8Array(260)))).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('refuses a header without an end', async () => {
    await expect(open('nrrd', entry('a.nrrd', 'NRRD0004\ntype: uchar\n'))).rejects.toMatchObject({ code: 'malformed' })
    const unended = text(basis).trimEnd()
    await expect(open('nrrd', entry('a.nrrd', unended))).rejects.toMatchObject({ code: 'truncated' })
    const endless = `NRRD0004\n# ${'x'.repeat(17 * 2 ** 20)}`
    await expect(open('nrrd', entry('a.nrrd', endless))).rejects.toMatchObject({ code: 'too-large' })
  })

  it('takes no longer for long lines, long names and long lists than it takes to read them', async () => {
    const long = ' '.repeat(2 ** 20)
    const lines = [`data file: ${'%'.repeat(2 ** 20)}`, `sizes: ${'2 '.repeat(2 ** 19)}`, `labels: ${'"'.repeat(2 ** 20)}`, `space directions: ${'('.repeat(2 ** 20)}`] // prettier-ignore
    for (const line of lines) {
      await open('nrrd', entry('a.nhdr', `NRRD0004\n${line}\n${text(basis).slice(9)}`), entry('b', '')).catch(
        (error: unknown) => {
          expect(error).toMatchObject({ name: 'ImagingError' })
        },
      )
    }
    const meta = `NDims = 1\nDimSize = 1\nComment = a${long}b\nElementType = MET_CHAR\nElementDataFile = LOCAL\nx`
    expect((await open('metaimage', entry('a.mha', meta))).header.shape.x).toBe(1)
    const list = `${text({ ...basis, sizes: '1 1 200000' }).trimEnd()}\ndata file: LIST\n${'a\n'.repeat(200_000)}`
    await expect(open('nrrd', entry('a.nhdr', list))).rejects.toMatchObject({ code: 'too-large' })
  }, 20_000)

  it('says where words stand among numbers, and takes no value that its type cannot hold', async () => {
    const reader = await nrrd({ encoding: 'ascii' }, Buffer.from('1 2 3 4 5 x 7 8'))
    expect(await reader.plane(0)).toEqual(Uint8Array.of(1, 2, 3, 4))
    await expect(reader.plane(1)).rejects.toMatchObject({ code: 'malformed', offset: expect.any(Number) })
    for (const words of ['256 0 0 0 0 0 0 0', '1.5 0 0 0 0 0 0 0', '-1 0 0 0 0 0 0 0', 'nan 0 0 0 0 0 0 0']) {
      await expect((await nrrd({ encoding: 'ascii' }, Buffer.from(words))).plane(0)).rejects.toMatchObject({ code: 'malformed' }) // prettier-ignore
    }
    const floats = await nrrd({ type: 'float', sizes: '2 2 1', encoding: 'txt' }, Buffer.from('nan -inf 1e3, 4.'))
    expect([...samplesOf('float32', await floats.plane(0))]).toEqual([NaN, -Infinity, 1000, 4])
    await expect((await nrrd({ encoding: 'hex' }, Buffer.from('0102g4 0506070809'))).plane(0)).rejects.toMatchObject({ code: 'malformed' }) // prettier-ignore
  })

  it('reads the first plane of a bomb without inflating the rest, and refuses what deflate cannot hold', async () => {
    const zeros = gzipped(new Uint8Array(16 * 2 ** 20))
    const head = Buffer.from(text({ ...basis, sizes: '1024 1024 640', encoding: 'gzip' }))
    const packed = joined(head, ...Array.from({ length: 40 }, () => zeros))
    let asked = 0
    const source = { size: packed.length, read: async (at: number, length: number) => ((asked += length), packed.subarray(at, at + length)) } // prettier-ignore
    const reader = await open('nrrd', { path: 'a.nrrd', source })
    expect((await reader.plane(0)).length).toBe(2 ** 20)
    expect(asked).toBeLessThan(packed.length / 4)
    await expect(nrrd({ sizes: '2000 2000 2000', encoding: 'gzip' }, zeros.subarray(0, 900))).rejects.toMatchObject({ code: 'truncated' }) // prettier-ignore
    const zlib = await nrrd({ encoding: 'gzip' }, Uint8Array.from(deflateSync(data8))).catch((error: unknown) => error)
    expect(zlib).toMatchObject({ code: 'malformed' })
  })
})

describe('writing', () => {
  const header: Header = {
    ...phantom('mouse-ct').header,
    shape: { x: 3, y: 2, z: 2, t: 2, c: 2 },
    sampleType: 'int16',
    spacing: [0.5, 0.25, 2],
    origin: [-3, 4.5, 7],
    direction: [Math.cos(Math.PI / 6), 0.5, 0, -0.5, Math.cos(Math.PI / 6), 0, 0, 0, -1],
    slope: [1],
    intercept: [0],
    frames: { startSeconds: [5, 7], durationSeconds: [2, 2] },
    channels: null,
    unit: 'HU',
  }
  const planes = Array.from({ length: planeCount(header) }, (_, k) =>
    Uint8Array.from({ length: planeBytes(header) }, (_, i) => (i * 7 + k * 13) % 64),
  )

  it.each([false, true])('gives back what was written, gzip %s', async (gzip) => {
    const reader = await open('nrrd', entry('a.nrrd', await collect(writeNrrd({ header, planes: () => planes }, { gzip })))) // prettier-ignore
    expect(await allPlanes(reader)).toEqual(planes)
    const { shape, frames, unit, modality, sampleType, warnings } = reader.header
    expect({ shape, frames, unit, modality, sampleType }).toEqual({ shape: header.shape, frames: header.frames, unit: 'HU', modality: 'CT', sampleType: 'int16' }) // prettier-ignore
    indexToWorld(reader.header)!.forEach((v, i) => expect(v).toBeCloseTo(indexToWorld(header)![i]!, 9))
    expect(warnings).toEqual([])
  })

  it('writes values of images with a scale, colours, and sizes without a place', async () => {
    const scaled = { ...header, slope: [2], intercept: [-1] }
    const values = await open(
      'nrrd',
      entry('a.nrrd', await collect(writeNrrd({ header: scaled, planes: () => planes }))),
    )
    const [stored, read] = [samplesOf('int16', planes[5]!), samplesOf('float32', await values.plane(5))]
    expect([...read]).toEqual([...stored].map((v) => 2 * v - 1))
    const colour: Header = { ...header, shape: { x: 3, y: 2, z: 1, t: 1, c: 1 }, sampleType: 'uint8', samplesPerPixel: 3, direction: null, origin: null, orientation: 'unknown', frames: null } // prettier-ignore
    const plane = Uint8Array.from({ length: 18 }, (_, i) => i)
    const reader = await open('nrrd', entry('a.nrrd', await collect(writeNrrd({ header: colour, planes: () => [plane] })))) // prettier-ignore
    expect(reader.header).toMatchObject({ samplesPerPixel: 3, spacing: [0.5, 0.25, 2], direction: null, warnings: [] })
    expect(await reader.plane(0)).toEqual(plane)
  })
})
