import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { axisLetters } from '#imaging/geometry/orientation.ts'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { allPlanes, entry, gzipped, joined, open } from './files.ts'

const basis = { ObjectType: 'Image', NDims: '3', DimSize: '2 2 2', ElementType: 'MET_UCHAR' }
const text = (fields: Record<string, string>, file = 'LOCAL') =>
  [...Object.entries({ ...basis, ...fields }).map(([key, value]) => `${key} = ${value}`), `ElementDataFile = ${file}`, ''].join('\n') // prettier-ignore
const data8 = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const meta = (fields: Record<string, string>, data: Uint8Array | string = data8) =>
  open('metaimage', entry('a.mha', joined(Buffer.from(text(fields)), Buffer.from(data))))
const headerOf = async (fields: Record<string, string>, data?: Uint8Array) => (await meta(fields, data)).header

describe('where the voxels are', () => {
  const placed = { ElementSpacing: '0.1 0.2 0.3', TransformMatrix: '0 1 0 0 0 1 1 0 0', Offset: '1 2 3' }

  it('row k of the matrix is the direction of axis k, confirmed by the sides that are named', async () => {
    const header = await headerOf({ ...placed, AnatomicalOrientation: 'AIR' })
    expect(axisLetters(header)!.join('')).toBe('PSL')
    expect(header).toMatchObject({ spacing: [0.1, 0.2, 0.3], origin: [1, 2, 3], orientation: 'known', warnings: [] })
  })

  it('is an assumption where no sides are named, or others', async () => {
    for (const AnatomicalOrientation of ['???', 'RAI']) {
      const header = await headerOf({ ...placed, AnatomicalOrientation })
      expect(header.orientation).toBe('assumed')
      expect(header.warnings).toHaveLength(1)
    }
    expect((await headerOf(placed)).orientation).toBe('assumed')
  })

  it('says nothing of sizes and directions that the file does not state', async () => {
    expect(await headerOf({})).toMatchObject({ spacing: null, origin: null, direction: null, orientation: 'unknown' })
    expect(await headerOf({ ElementSize: '1 2 3' })).toMatchObject({ spacing: [1, 2, 3], direction: null })
    expect(await headerOf({ ElementSpacing: '1 0 1' })).toMatchObject({ spacing: null })
    const { Offset: _, ...rest } = placed
    expect(await headerOf(rest)).toMatchObject({ origin: null, direction: [0, 1, 0, 0, 0, 1, 1, 0, 0] })
    expect(await headerOf({ ...placed, TransformMatrix: '1 0 0 1 0 0 0 0 1' })).toMatchObject({ direction: null })
  })

  it('takes the older names of origin and matrix, and the first three axes of four', async () => {
    const header = await headerOf({ NDims: '4', DimSize: '2 2 1 2', ElementSpacing: '1 2 3 9', Rotation: '1 0 0 0 0 -1 0 0 0 0 1 0 0 0 0 1', Position: '5 6 7 0', AnatomicalOrientation: 'RPI' }) // prettier-ignore
    expect(header).toMatchObject({ shape: { x: 2, y: 2, z: 1, t: 2 }, spacing: [1, 2, 3], origin: [5, 6, 7], orientation: 'known', frames: null }) // prettier-ignore
    expect(header.warnings.join()).toContain('time')
  })
})

describe('samples', () => {
  it('are interleaved channels; bytes in threes and fours are colours', async () => {
    const two = await meta({ ElementNumberOfChannels: '2', DimSize: '2 2 1', ElementType: 'MET_UCHAR_ARRAY' })
    expect(two.header).toMatchObject({ shape: { c: 2 }, samplesPerPixel: 1 })
    expect(await allPlanes(two)).toEqual([Uint8Array.of(1, 3, 5, 7), Uint8Array.of(2, 4, 6, 8)])
    const rgba = await meta({ ElementNumberOfChannels: '4', DimSize: '2 1 1' })
    expect(rgba.header).toMatchObject({ shape: { x: 2, c: 1 }, samplesPerPixel: 4 })
    expect(await rgba.plane(0)).toEqual(data8)
    expect(rgba.header.warnings.join()).toContain('colour')
  })

  it('of 64 bits are served as float64', async () => {
    const data = new Uint8Array(BigInt64Array.of(-3n).buffer)
    const reader = await meta({ ElementType: 'MET_LONG_LONG', DimSize: '1 1 1', ElementByteOrderMSB: 'False' }, data)
    expect([...samplesOf('float64', await reader.plane(0))]).toEqual([-3])
    expect(reader.direct()).toBeNull()
    const written = await meta(
      { ElementType: 'MET_ULONG_LONG', DimSize: '1 1 1', BinaryData: 'False' },
      '1844674407370955',
    )
    expect([...samplesOf('float64', await written.plane(0))]).toEqual([1844674407370955])
  })

  it('in zlib or gzip, as MetaIO takes both', async () => {
    for (const packed of [Uint8Array.from(deflateSync(data8)), gzipped(data8)]) {
      const reader = await meta({ CompressedData: 'True', CompressedDataSize: String(packed.length) }, packed)
      expect(joined(...(await allPlanes(reader)))).toEqual(data8)
      expect(reader.direct()).toBeNull()
    }
  })

  it('say when their byte order is assumed', async () => {
    expect((await headerOf({ ElementType: 'MET_SHORT', DimSize: '2 2 1' })).warnings.join()).toContain('little endian')
    expect((await headerOf({ ElementType: 'MET_SHORT', DimSize: '2 2 1', BinaryDataByteOrderMSB: 'False' })).warnings).toEqual([]) // prettier-ignore
  })

  it('take modality and every line of the header', async () => {
    const reader = await meta({ Modality: 'MET_MOD_CT', ScannerSetting: 'a = b' })
    expect(reader.header.modality).toBe('CT')
    expect((await reader.tags()).find(({ key }) => key === 'ScannerSetting')?.value).toBe('a = b')
  })
})

describe('files', () => {
  it('are found by name, with blanks and brackets, in a batch', async () => {
    const files = [entry('s/My scan (1).raw', data8), entry('s/a.mhd', text({}, 'my scan (1).raw'))]
    const { series, attachments } = await recognise(files)
    expect(series).toEqual([expect.objectContaining({ format: 'metaimage', files: ['s/My scan (1).raw', 's/a.mhd'] })])
    expect(attachments).toEqual([])
    expect((await open('metaimage', ...files)).direct()).toEqual({ file: 0, offset: 0 })
  })

  it('in a list hold slices, or whole volumes with LIST 3D', async () => {
    const slices = [entry('1.raw', data8.subarray(0, 4)), entry('2.raw', data8.subarray(4))]
    const list = await open('metaimage', entry('a.mhd', `${text({}, 'LIST')}1.raw\r\n2.raw\r\n`), ...slices)
    expect(joined(...(await allPlanes(list)))).toEqual(data8)
    const volumes = { NDims: '4', DimSize: '2 2 1 2' }
    const whole = await open('metaimage', entry('a.mhd', `${text(volumes, 'LIST 3D')}1.raw\n2.raw\n`), ...slices)
    expect(whole.header.shape.t).toBe(2)
    expect(joined(...(await allPlanes(whole)))).toEqual(data8)
  })

  it.each(['../../etc/passwd', '/etc/passwd', 'C:\\scans\\a.raw'])(
    'outside of the folder are not read: %s',
    async (name) => {
      const files = [entry('s/a.mhd', text({}, name)), entry('etc/passwd', data8)]
      const { series } = await recognise(files)
      expect(series[0]!.problem).toMatchObject({ code: 'malformed', message: expect.stringContaining('outside') })
      await expect(open('metaimage', ...files)).rejects.toMatchObject({ code: 'malformed' })
    },
  )

  it('that are missing or too short are named', async () => {
    const missing = await recognise([entry('a.mhd', text({}, 'b.raw'))])
    expect(missing.series[0]!.problem).toMatchObject({ code: 'missing-companion', message: expect.stringContaining('b.raw') }) // prettier-ignore
    const short = await recognise([entry('a.mhd', text({}, 'b.raw')), entry('b.raw', data8.subarray(1))])
    expect(short.series[0]!.problem).toMatchObject({ code: 'truncated', message: expect.stringContaining('7 bytes') })
  })

  it('of other objects are not images', async () => {
    const { series, attachments } = await recognise([
      entry('a.mha', 'ObjectType = Tube\nNDims = 3\nNPoints = 5\nPoints = \n'),
    ])
    expect(series).toEqual([])
    expect(attachments).toHaveLength(1)
  })
})

describe('files that lie', () => {
  it.each<[string, Record<string, string>, string]>([
    ['no axes', { NDims: '0' }, 'malformed'],
    ['many axes', { NDims: '5', DimSize: '1 1 1 1 1' }, 'unsupported'],
    ['absurdly many axes', { NDims: '99999999999' }, 'unsupported'],
    ['axes that are no number', { NDims: 'three' }, 'malformed'],
    ['fewer sizes than axes', { DimSize: '2 2' }, 'malformed'],
    ['a negative size', { DimSize: '2 2 -2' }, 'malformed'],
    ['sizes beyond counting', { DimSize: '99999999 99999999 99999999' }, 'too-large'],
    ['more than there is', { DimSize: '2 2 3' }, 'truncated'],
    ['an unknown type', { ElementType: 'MET_STRING' }, 'unsupported'],
    ['too many channels', { ElementNumberOfChannels: '1000' }, 'unsupported'],
    ['no channels', { ElementNumberOfChannels: '0' }, 'malformed'],
    ['a bomb of zlib', { CompressedData: 'True', DimSize: '5000 5000 5000' }, 'truncated'],
  ])('%s', async (_, fields, code) => {
    await expect(meta(fields)).rejects.toMatchObject({ name: 'ImagingError', code })
  })

  it('damaged compression is reported with the plane that needs it', async () => {
    const packed = Uint8Array.from(deflateSync(data8))
    packed[0] = 0
    const reader = await meta({ CompressedData: 'True' }, packed)
    await expect(reader.plane(0)).rejects.toMatchObject({ code: 'malformed' })
  })

  it('a header without data, and one that never ends', async () => {
    await expect(open('metaimage', entry('a.mhd', 'NDims = 3\nDimSize = 1 1 1\n'))).rejects.toMatchObject({ code: 'truncated' }) // prettier-ignore
    const endless = `NDims = 3\nComment = ${'x'.repeat(17 * 2 ** 20)}`
    await expect(open('metaimage', entry('a.mhd', endless))).rejects.toMatchObject({ code: 'too-large' })
    await expect(open('metaimage', entry('a.mhd', text({}, '')))).rejects.toMatchObject({ code: 'malformed' })
    await expect(open('metaimage', entry('a.mhd', text({}, 'LIST')))).rejects.toMatchObject({ code: 'malformed' })
    const outside = text({ HeaderSize: '-2' }, 'b.raw')
    await expect(open('metaimage', entry('a.mhd', outside), entry('b.raw', data8))).rejects.toMatchObject({ code: 'malformed' }) // prettier-ignore
  })
})
