import { describe, expect, it } from 'vitest'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { allPlanes, analyzeHeader, entry, gzipped, inveonHeader, joined, niftiHeader, open } from './files.ts'
import type { AnalyzeParts } from './files.ts'

const bytes = (view: { buffer: ArrayBufferLike }) => new Uint8Array(view.buffer as ArrayBuffer)
const dim3 = [3, 2, 2, 1]
const analyze = (parts: Partial<AnalyzeParts>, data: Uint8Array = new Uint8Array(64), littleEndian = true) =>
  open(
    'analyze',
    entry('a.img', data),
    entry('a.hdr', analyzeHeader({ dim: dim3, datatype: 2, ...parts }, littleEndian)),
  )

describe('values', () => {
  it('have the scale and intercept of SPM, and say so', async () => {
    const { header } = await analyze({ scale: 0.5, intercept: -3 })
    expect(header).toMatchObject({ slope: [0.5], intercept: [-3] })
    expect(header.warnings.join()).toContain('SPM')
    for (const scale of [0, NaN, Infinity]) expect((await analyze({ scale })).header).toMatchObject({ slope: [1], intercept: [0] }) // prettier-ignore
  })

  it('may be complex, or colours', async () => {
    const complex = await analyze({ dim: [4, 2, 1, 1, 2], datatype: 32, scale: 7 }, bytes(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8))) // prettier-ignore
    expect(complex.header).toMatchObject({ shape: { x: 2, t: 2, c: 2 }, slope: [1], channels: [{ label: 'real' }, { label: 'imaginary' }] }) // prettier-ignore
    expect((await allPlanes(complex)).map((plane) => [...samplesOf('float32', plane)])).toEqual([[1, 3], [5, 7], [2, 4], [6, 8]]) // prettier-ignore
    const rgb = await analyze(
      { datatype: 128 },
      Uint8Array.from({ length: 12 }, (_, i) => i),
    )
    expect(rgb.header).toMatchObject({ samplesPerPixel: 3, shape: { c: 1 } })
    expect((await rgb.plane(0)).length).toBe(12)
  })

  it('have the type that bitpix confirms when a code was multiplied by 256', async () => {
    expect((await analyze({ datatype: 4 * 256, bitpix: 16 })).header.sampleType).toBe('int16')
    expect((await analyze({ datatype: 512, bitpix: 8 })).header.sampleType).toBe('uint8')
    expect((await analyze({ datatype: 512, bitpix: 16 })).header.sampleType).toBe('uint16')
    const { header } = await analyze({ datatype: 4, bitpix: 8 })
    expect(header.sampleType).toBe('int16')
    expect(header.warnings.join()).toContain('bitpix')
  })
})

describe('places and times', () => {
  it('are sizes alone: directions are never claimed, the origin voxel is shown', async () => {
    const reader = await analyze({ pixdim: [0, 0.1, -0.2, 0.3], originator: [17, 21, 13] })
    const { header } = reader
    expect(header).toMatchObject({ origin: null, direction: null, orientation: 'unknown' })
    header.spacing!.forEach((v, i) => expect(v).toBeCloseTo([0.1, 0.2, 0.3][i]!, 6))
    const tags = await reader.tags()
    expect(tags.find(({ key }) => key === 'originator as origin')?.value).toBe('17 21 13 0 0')
  })

  it('take units of length', async () => {
    expect((await analyze({ voxUnits: 'cm', pixdim: [0, 1, 2, 3] })).header.spacing).toEqual([10, 20, 30])
    expect((await analyze({ voxUnits: 'px', pixdim: [0, 1, 2, 3] })).header.spacing).toBeNull()
    expect((await analyze({ voxUnits: '', pixdim: [0, 1, 2, 3] })).header.warnings.join()).toContain('millimetres')
    expect((await analyze({ pixdim: [0, 1, NaN, 3] })).header.spacing).toBeNull()
  })

  it('give no frame times, because the format has no unit of time', async () => {
    const { header } = await analyze({ dim: [4, 2, 2, 1, 3], pixdim: [0, 1, 1, 1, 2000] })
    expect(header).toMatchObject({ shape: { t: 3 }, frames: null })
    expect(header.warnings.join()).toContain('2000')
  })

  it('read sizes of 0 after the second as 1', async () => {
    expect((await analyze({ dim: [4, 2, 2, 0, 0] })).header.shape).toEqual({ x: 2, y: 2, z: 1, t: 1, c: 1 })
  })
})

describe('files', () => {
  const header = analyzeHeader({ dim: dim3, datatype: 2, patientId: 'M-17' })
  const data = Uint8Array.of(1, 2, 3, 4)

  it.each([
    ['plain', entry('p/A.hdr', header), entry('p/A.img', data)],
    ['both gzip', entry('p/A.hdr.gz', gzipped(header)), entry('p/A.img.gz', gzipped(data))],
    ['image gzip', entry('p/A.hdr', header), entry('p/a.IMG.gz', gzipped(data))],
  ])('%s', async (_, hdr, img) => {
    const { series, attachments } = await recognise([img, hdr])
    expect(series).toEqual([expect.objectContaining({ format: 'analyze', files: [img.path, hdr.path] })])
    expect(series[0]!.problem).toBeUndefined()
    expect(series[0]!.facts).toEqual([{ key: 'subject.localId', value: 'M-17', evidence: 'patient_id' }])
    expect(attachments).toEqual([])
    expect(await (await open('analyze', img, hdr)).plane(0)).toEqual(data)
  })

  it("are kept with SPM's matrix, which is not read", async () => {
    const files = [entry('a.hdr', header), entry('a.img', data), entry('a.mat', 'MATLAB 5.0 MAT-file')]
    expect((await recognise(files)).series[0]!.files).toEqual(['a.hdr', 'a.img', 'a.mat'])
    expect((await open('analyze', ...files)).header.warnings.join()).toContain('.mat')
    await expect(open('analyze', files[0]!, files[2]!)).rejects.toMatchObject({ code: 'missing-companion' })
  })

  it('of NIfTI and Inveon with the same names stay theirs', async () => {
    const files = [
      entry('n/a.hdr', niftiHeader({ dim: [3, 2, 2, 1, 1, 1, 1, 1], datatype: 2, magic: 'ni1' })),
      entry('n/a.img', data),
      entry('i/a.img.hdr', inveonHeader({ x_dimension: 2, y_dimension: 2, z_dimension: 1, data_type: 1 })),
      entry('i/a.img', data),
      entry('a/a.hdr', header),
      entry('a/a.img', data),
    ]
    const { series } = await recognise(files)
    expect(series.map(({ format, files: [first] }) => [format, first])).toEqual([
      ['nifti', 'n/a.hdr'],
      ['inveon', 'i/a.img.hdr'],
      ['analyze', 'a/a.hdr'],
    ])
  })

  it('with other names, or other bytes, are not taken for headers', async () => {
    const { series } = await recognise([entry('a.dat', header), entry('b.hdr', joined(header.subarray(0, 40), new Uint8Array(308)))]) // prettier-ignore
    expect(series).toEqual([])
  })
})

describe('files that lie', () => {
  it.each<[string, Partial<AnalyzeParts>, string]>([
    ['a negative size', { dim: [3, 2, -2, 1] }, 'malformed'],
    ['a size of 0', { dim: [3, 0, 2, 1] }, 'malformed'],
    ['sizes beyond counting', { dim: [7, 32767, 32767, 32767, 32767, 32767, 1, 1] }, 'too-large'],
    ['more than there is', { dim: [3, 100, 100, 100] }, 'truncated'],
    ['an offset that is no number', { voxOffset: NaN }, 'malformed'],
    ['an offset past the end', { voxOffset: 1e6 }, 'truncated'],
    ['gaps before each volume', { dim: [4, 2, 2, 1, 2], voxOffset: -8 }, 'unsupported'],
    ['single bits', { datatype: 1, bitpix: 1 }, 'unsupported'],
  ])('%s', async (_, parts, code) => {
    await expect(analyze(parts)).rejects.toMatchObject({ name: 'ImagingError', code })
  })

  it('says in words that an offset is no number', async () => {
    await expect(analyze({ voxOffset: NaN })).rejects.toMatchObject({
      message: 'vox_offset is not a number; it must be a whole number, because it says where the data begin.',
      offset: 108,
    })
  })

  it('a gap before the only volume is an offset', async () => {
    expect((await analyze({ voxOffset: -8 })).direct()).toEqual({ file: 0, offset: 8 })
  })

  it('name the missing image and the size that it should have', async () => {
    const header = entry('p/a.hdr', analyzeHeader({ dim: dim3, datatype: 4 }))
    const missing = await recognise([header])
    expect(missing.series[0]!.problem).toMatchObject({ code: 'missing-companion', message: expect.stringContaining('p/a.img') }) // prettier-ignore
    const short = await recognise([header, entry('p/a.img', new Uint8Array(7))])
    expect(short.series[0]!.problem).toMatchObject({ code: 'truncated', message: expect.stringContaining('7 bytes') })
  })
})
