import { describe, expect, it } from 'vitest'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { entry, interfileHeader, open } from './files.ts'

/** The keys of a reconstructed volume as STIR writes them. */
const stir = {
  '!imaging modality': 'PT',
  'name of data file': 'a.v',
  '!type of data': 'PET',
  'imagedata byte order': 'LITTLEENDIAN',
  '!PET data type': 'Image',
  'process status': 'Reconstructed',
  '!number format': 'float',
  '!number of bytes per pixel': 4,
  'number of dimensions': 3,
  '!matrix size [1]': 3,
  'scaling factor (mm/pixel) [1]': 0.5,
  '!matrix size [2]': 2,
  'scaling factor (mm/pixel) [2]': 0.5,
  '!matrix size [3]': 2,
  'scaling factor (mm/pixel) [3]': 0.8,
}
/** Keys of Interfile 3.3 as (X)MedCon writes them for a tomographic study. */
const nuclear = {
  '!imaging modality': 'nucmed',
  '!originating system': '(X)MedCon',
  '!data offset in bytes': 0,
  '!name of data file': 'a.i33',
  'patient name': 'Unknown',
  '!patient ID': 'M-17',
  'patient dob': '0000:00:00',
  '!type of data': 'Tomographic',
  '!total number of images': 4,
  'study date': '2024:03:01',
  'study time': '10:15:00',
  'number of energy windows': 1,
  '!process status': 'Reconstructed',
  '!matrix size [1]': 3,
  '!matrix size [2]': 2,
  '!number format': 'signed integer',
  '!number of bytes per pixel': 2,
  'scaling factor (mm/pixel) [1]': '+2.000000e+00',
  'scaling factor (mm/pixel) [2]': '+2.000000e+00',
  '!number of slices': 4,
  'slice thickness (pixels)': '+1.500000e+00',
  'centre-centre slice separation (pixels)': '+1.000000e+00',
}
type Keys = Record<string, string | number>
const read = (keys: Keys, data: Uint8Array = new Uint8Array(4096)) => {
  const name = String(keys['name of data file'] ?? keys['!name of data file'])
  return open('interfile', entry(name, data), entry('a.hv', interfileHeader(keys)))
}

describe('images', () => {
  it('as STIR writes them', async () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => i / 4)
    const reader = await read(stir, new Uint8Array(values.buffer))
    expect(reader.header).toMatchObject({ modality: 'PT', shape: { x: 3, y: 2, z: 2, t: 1, c: 1 }, sampleType: 'float32', spacing: [0.5, 0.5, 0.8], direction: null, orientation: 'unknown' }) // prettier-ignore
    expect([...samplesOf('float32', await reader.plane(1))]).toEqual(Array.from(values.subarray(6)))
    expect(reader.direct()).toEqual({ file: 0, offset: 0 })
  })

  it('as Interfile 3.3 has them, big endian unless they say otherwise', async () => {
    const reader = await read(
      nuclear,
      Uint8Array.from({ length: 48 }, (_, i) => i % 2),
    )
    expect(reader.header).toMatchObject({ modality: 'NM', shape: { x: 3, y: 2, z: 4, t: 1, c: 1 }, spacing: [2, 2, 2] })
    expect(reader.header.warnings.join()).toContain('big endian')
    expect([...samplesOf('int16', await reader.plane(3))]).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('in time frames, with a scale and times for each', async () => {
    const keys = { ...stir, 'number of time frames': 2, 'image scaling factor[1]': 2, 'image scaling factor[2]': 3, 'image relative start time (sec)[1]': 0, 'image relative start time (sec)[2]': 60, 'image duration (sec)[1]': 60, 'image duration (sec)[2]': 120 } // prettier-ignore
    const { header } = await read(keys)
    expect(header).toMatchObject({ shape: { z: 2, t: 2 }, slope: [2, 2, 3, 3] })
    expect(header.frames).toEqual({ startSeconds: [0, 60], durationSeconds: [60, 120] })
    await expect(read({ ...keys, 'data offset in bytes[2]': 1000 })).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('in groups of frames of one view', async () => {
    const text = interfileHeader({ ...nuclear, '!type of data': 'Dynamic', '!total number of images': 5 }).replace(
      '!END',
      [3, 2].map((count, i) => `!number of images this frame group := ${count}\r\n!image duration (sec) := ${10 * (i + 1)}\r\npause between images (sec) := 1\r\n`).join('') + '!END', // prettier-ignore
    )
    const { header } = await open('interfile', entry('a.h33', text), entry('a.i33', new Uint8Array(60)))
    expect(header.shape).toEqual({ x: 3, y: 2, z: 1, t: 5, c: 1 })
    expect(header.frames).toEqual({ startSeconds: [0, 11, 22, 33, 54], durationSeconds: [10, 10, 10, 20, 20] })
  })

  it('do not take groups of frames that are not theirs', async () => {
    const keys = { ...stir, 'number of time frames': 2, '!number of images this frame group': '1e15' }
    expect((await read(keys)).header).toMatchObject({ shape: { t: 2 }, frames: null })
  })

  it('are shown as slices when their number is not what the header describes', async () => {
    const { header } = await read({ ...nuclear, '!total number of images': 6 })
    expect(header.shape).toEqual({ x: 3, y: 2, z: 6, t: 1, c: 1 })
    expect(header.warnings.join()).toContain('6 images')
  })

  it('begin at an offset or at a block', async () => {
    expect((await read({ ...stir, '!data offset in bytes': 12 })).direct()).toEqual({ file: 0, offset: 12 })
    expect((await read({ ...stir, '!data starting block': 1 })).direct()).toEqual({ file: 0, offset: 2048 })
  })
})

describe('facts', () => {
  it('are taken where they are stated, and not from placeholders', async () => {
    const files = [entry('a.h33', interfileHeader({ ...nuclear, 'patient orientation': 'head_in', 'patient rotation': 'prone', 'patient sex': 'M', 'isotope name': '^99m^Technetium' })), entry('a.i33', new Uint8Array(48))] // prettier-ignore
    const { series } = await recognise(files)
    expect(series[0]!.format).toBe('interfile')
    expect(Object.fromEntries(series[0]!.facts.map(({ key, value }) => [key, value]))).toEqual({
      'subject.localId': 'M-17',
      'subject.sex': 'M',
      'subject.position': 'HFP',
      'session.start': '2024-03-01T10:15:00',
      'series.acquiredAt': '2024-03-01T10:15:00',
      'instrument.model': '(X)MedCon',
      'administration.radionuclide': '^99m^Technetium',
    })
  })
})

describe('what is not an image, or lies', () => {
  it.each<[string, Keys]>([
    ['a sinogram', { ...stir, '!PET data type': 'Emission', '!matrix size [3]': '{ 1, 2, 1 }' }],
    ['projections', { ...nuclear, '!process status': 'Acquired' }],
  ])('%s is kept with its header', async (_, keys) => {
    const name = String(keys['name of data file'] ?? keys['!name of data file'])
    const found = await recognise([entry('a.hs', interfileHeader(keys)), entry(name, new Uint8Array(48))])
    expect(found.series).toEqual([])
    expect(found.attachments.map(({ reason }) => reason)).toEqual(Array(2).fill(expect.stringContaining('kept with its header'))) // prettier-ignore
    await expect(read(keys)).rejects.toMatchObject({ code: 'unsupported' })
  })

  it.each<[string, Keys, string]>([
    ['no matrix', { ...stir, '!matrix size [1]': '' }, 'malformed'],
    ['a matrix of 0', { ...stir, '!matrix size [2]': 0 }, 'malformed'],
    ['sizes beyond counting', { ...stir, '!matrix size [1]': 99999999, '!matrix size [2]': 99999999 }, 'too-large'],
    ['more than there is', { ...stir, '!matrix size [3]': 1000 }, 'truncated'],
    ['no type', { ...stir, '!number format': '' }, 'malformed'],
    ['bits', { ...stir, '!number format': 'bit', '!number of bytes per pixel': 0 }, 'unsupported'],
    ['compression', { ...stir, 'data compression': 'LZW' }, 'unsupported'],
    ['a negative offset', { ...stir, '!data offset in bytes': -4 }, 'malformed'],
    ['a file elsewhere', { ...stir, 'name of data file': '../../etc/passwd' }, 'malformed'],
    ['no file', { ...stir, 'name of data file': '' }, 'malformed'],
  ])('%s', async (_, keys, code) => {
    await expect(read(keys)).rejects.toMatchObject({ name: 'ImagingError', code })
  })
})
