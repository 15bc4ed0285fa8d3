import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SampleType } from '#imaging/header.ts'
import { planeCount } from '#imaging/header.ts'
import { bytesOf, newSamples, samplesOf } from '#imaging/samples.ts'
import type { Samples } from '#imaging/samples.ts'
import { allPlanes, analyzeHeader, entry, interfileHeader, open } from '../unit/imaging/files.ts'
import { useFiles } from './fuzzCase.ts'

type Role = 'x' | 'y' | 'z' | 't' | 'c'

interface Stored {
  sampleType: SampleType
  sizes: number[]
  samples: Samples
}

const sampleTypes: SampleType[] = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64']

/** An array of up to five short axes whose samples are all different as far as their type allows. */
const stored = (axes: number): fc.Arbitrary<Stored> =>
  fc
    .record({
      sampleType: fc.constantFrom(...sampleTypes),
      sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: axes, maxLength: axes }),
      first: fc.integer({ min: -100, max: 100 }),
    })
    .map(({ sampleType, sizes, first }) => {
      const samples = newSamples(sampleType, product(sizes))
      for (let i = 0; i < samples.length; i++) samples[i] = first + i
      return { sampleType, sizes, samples }
    })

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1)

/** The bytes of the samples in either order. */
function inOrder({ samples }: Stored, isLittle: boolean): Buffer {
  const bytes = Buffer.from(Uint8Array.from(bytesOf(samples)))
  if (isLittle) return bytes
  const size = samples.BYTES_PER_ELEMENT
  if (size === 2) bytes.swap16()
  if (size === 4) bytes.swap32()
  if (size === 8) bytes.swap64()
  return bytes
}

/** What the planes must hold: the sample at each x, y, z, t, c, found by its strides, one by one. */
function expected({ sizes, samples }: Stored, roles: readonly Role[]): number[][] {
  const size = (role: Role) => product(sizes.filter((_, i) => roles[i] === role))
  const planes: number[][] = []
  for (let c = 0; c < size('c'); c++) {
    for (let t = 0; t < size('t'); t++) {
      for (let z = 0; z < size('z'); z++) {
        const plane: number[] = []
        for (let y = 0; y < size('y'); y++) {
          for (let x = 0; x < size('x'); x++) {
            const at: Record<Role, number> = { x, y, z, t, c }
            let index = 0
            for (let i = sizes.length - 1; i >= 0; i--) index = index * sizes[i]! + at[roles[i]!]
            plane.push(samples[index]!)
          }
        }
        planes.push(plane)
      }
    }
  }
  return planes
}

const names: Record<SampleType, string> = { uint8: 'uchar', int8: 'int8', uint16: 'ushort', int16: 'short', uint32: 'uint', int32: 'int', float32: 'float', float64: 'double' } // prettier-ignore
const kinds: Record<Role, string> = { x: 'space', y: 'domain', z: 'space', t: 'time', c: 'list' }

/** x before y before z, with a time and a component axis anywhere between them. */
const orders: fc.Arbitrary<Role[]> = fc.tuple(fc.nat(3), fc.nat(4)).map(([t, c]) => {
  const roles: Role[] = ['x', 'y', 'z']
  roles.splice(t, 0, 't')
  roles.splice(c, 0, 'c')
  return roles
})

describe('every sample comes back in its place', () => {
  it('NRRD with axes in any order, encoding, byte order and number of files', async () => {
    const settings = fc.record({
      roles: orders,
      array: stored(5),
      encoding: fc.constantFrom('raw', 'gzip', 'ascii', 'hex'),
      isLittle: fc.boolean(),
      where: fc.constantFrom('attached', 'detached', 'listed', 'skipped'),
    })
    await fc.assert(
      fc.asyncProperty(settings, async ({ roles, array, encoding, isLittle, where }) => {
        const bytes = inOrder(array, isLittle)
        const encode = (part: Buffer, first: number): Buffer => {
          if (encoding === 'gzip') return gzipSync(part)
          if (encoding === 'hex') return Buffer.from(part.toString('hex').replace(/(.{60})/g, '$1\n'))
          if (encoding === 'raw') return part
          const count = part.length / array.samples.BYTES_PER_ELEMENT
          return Buffer.from(`${array.samples.slice(first, first + count).join(' ')}\n`)
        }
        const lines = [
          'NRRD0005',
          '# any comment',
          `type: ${names[array.sampleType]}`,
          'dimension: 5',
          `sizes: ${array.sizes.join(' ')}`,
          `kinds: ${roles.map((role) => kinds[role]).join(' ')}`,
          `endian: ${isLittle ? 'little' : 'big'}`,
          `encoding: ${encoding}`,
          ...(where === 'skipped' ? ['line skip: 2'] : []),
        ]
        const parts = array.sizes[4]!
        const files =
          where === 'listed'
            ? [
                entry(
                  'd/a.nhdr',
                  [...lines, 'data file: LIST', ...numbers(parts).map((i) => `a${i}`), ''].join('\r\n'),
                ),
                ...numbers(parts).map((i) => {
                  const size = bytes.length / parts
                  const first = (i * size) / array.samples.BYTES_PER_ELEMENT
                  return entry(`d/a${i}`, encode(bytes.subarray(i * size, (i + 1) * size), first))
                }),
              ]
            : where === 'attached'
              ? [entry('d/a.nrrd', Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), encode(bytes, 0)]))]
              : [
                  entry('d/a.nhdr', [...lines, 'data file: sub/a.raw', ''].join('\n')),
                  entry('d/sub/a.raw', Buffer.concat([Buffer.from(where === 'skipped' ? 'one\ntwo\n' : ''), encode(bytes, 0)])), // prettier-ignore
                ]
        const reader = await open('nrrd', ...files)
        const planes = (await allPlanes(reader)).map((plane) => [...samplesOf(array.sampleType, plane)])
        expect(planes).toEqual(expected(array, roles))
      }),
      { numRuns: 400 },
    )
  }, 120_000)

  const metaTypes: Record<SampleType, string> = { uint8: 'UCHAR', int8: 'CHAR', uint16: 'USHORT', int16: 'SHORT', uint32: 'UINT', int32: 'INT', float32: 'FLOAT', float64: 'DOUBLE' } // prettier-ignore
  it('MetaImage with any number of axes, channels, byte order and files', async () => {
    const settings = fc.record({
      array: stored(5),
      count: fc.integer({ min: 2, max: 4 }),
      isLittle: fc.boolean(),
      where: fc.constantFrom('local', 'file', 'listed', 'pattern', 'last', 'zlib', 'text'),
    })
    await fc.assert(
      fc.asyncProperty(settings, async ({ array: whole, count, isLittle, where }) => {
        const roles: Role[] = ['c', 'x', 'y', 'z', 't']
        const sizes = whole.sizes.map((size, i) => (i > count ? 1 : i === 0 && size > 2 ? 2 : size))
        const array = { ...whole, sizes, samples: whole.samples.slice(0, product(sizes)) as Samples }
        const bytes = inOrder(array, isLittle)
        const parts = sizes[count]!
        const isSplit = where === 'listed' || where === 'pattern'
        const file = { local: 'LOCAL', listed: 'LIST', pattern: `s%02d.raw 1 ${parts} 1` }[where as 'local'] ?? 'a.raw'
        const lines = [
          `NDims = ${count}`,
          `DimSize = ${sizes.slice(1, count + 1).join(' ')}`,
          `ElementNumberOfChannels = ${sizes[0]}`,
          `ElementType = MET_${metaTypes[array.sampleType]}`,
          `ElementByteOrderMSB = ${isLittle ? 'False' : 'True'}`,
          ...(where === 'last' ? ['HeaderSize = -1'] : []),
          ...(where === 'zlib' ? ['CompressedData = True'] : []),
          ...(where === 'text' ? ['BinaryData = False'] : []),
          `ElementDataFile = ${file}`,
          ...(where === 'listed' ? numbers(parts).map((i) => `s0${i + 1}.raw`) : []),
          '',
        ]
        const data =
          where === 'zlib'
            ? deflateSync(bytes)
            : where === 'text'
              ? Buffer.from([...array.samples].join('\n'))
              : Buffer.concat([Buffer.from(where === 'last' ? 'anything' : ''), bytes])
        const size = bytes.length / parts
        const files = isSplit
          ? numbers(parts).map((i) => entry(`d/s0${i + 1}.raw`, bytes.subarray(i * size, (i + 1) * size)))
          : [entry('d/a.raw', data)]
        const header = Buffer.from(lines.join('\n'))
        const reader = await open(
          'metaimage',
          ...(where === 'local' ? [entry('d/a.mha', Buffer.concat([header, bytes]))] : [entry('d/a.mhd', header), ...files]), // prettier-ignore
        )
        const planes = (await allPlanes(reader)).map((plane) => [...samplesOf(array.sampleType, plane)])
        expect(planes).toEqual(expected(array, roles))
      }),
      { numRuns: 400 },
    )
  }, 120_000)

  const analyzeTypes: Record<SampleType, number> = { uint8: 2, int8: 130, uint16: 132, int16: 4, uint32: 136, int32: 8, float32: 16, float64: 64 } // prettier-ignore
  it('Analyze in both byte orders', async () => {
    await fc.assert(
      fc.asyncProperty(stored(4), fc.boolean(), fc.boolean(), fc.nat(20), async (array, isLittle, isPacked, skip) => {
        const header = analyzeHeader(
          { dim: [4, ...array.sizes], datatype: analyzeTypes[array.sampleType], bitpix: 8 * array.samples.BYTES_PER_ELEMENT, voxOffset: skip }, // prettier-ignore
          isLittle,
        )
        const data = Buffer.concat([Buffer.alloc(skip, 7), inOrder(array, isLittle)])
        const reader = await open(
          'analyze',
          entry(isPacked ? 'd/a.img.gz' : 'd/a.img', isPacked ? gzipSync(data) : data),
          entry('d/a.hdr', header),
        )
        const planes = (await allPlanes(reader)).map((plane) => [...samplesOf(array.sampleType, plane)])
        expect(planes).toEqual(expected(array, ['x', 'y', 'z', 't']))
        const isDirect = !isPacked && (isLittle || array.samples.BYTES_PER_ELEMENT === 1)
        expect(reader.direct()).toEqual(isDirect ? { file: 0, offset: skip } : null)
      }),
      { numRuns: 300 },
    )
  }, 120_000)

  it('Interfile in both byte orders', async () => {
    const format = (type: SampleType) =>
      type.startsWith('float') ? 'float' : type.startsWith('u') ? 'unsigned integer' : 'signed integer'
    await fc.assert(
      fc.asyncProperty(stored(4), fc.boolean(), fc.nat(20), async (array, isLittle, skip) => {
        const [x, y, z, t] = array.sizes
        const header = interfileHeader({
          '!name of data file': 'a.v',
          '!number format': format(array.sampleType),
          '!number of bytes per pixel': array.samples.BYTES_PER_ELEMENT,
          'imagedata byte order': isLittle ? 'LITTLEENDIAN' : 'BIGENDIAN',
          '!matrix size [1]': x!,
          '!matrix size [2]': y!,
          '!matrix size [3]': z!,
          'number of time frames': t!,
          'data offset in bytes[1]': skip,
        })
        const data = Buffer.concat([Buffer.alloc(skip, 7), inOrder(array, isLittle)])
        const reader = await open('interfile', entry('d/a.hv', header), entry('d/a.v', data))
        const planes = (await allPlanes(reader)).map((plane) => [...samplesOf(array.sampleType, plane)])
        expect(planes).toEqual(expected(array, ['x', 'y', 'z', 't']))
        expect(planes).toHaveLength(planeCount(reader.header))
      }),
      { numRuns: 300 },
    )
  }, 120_000)
})

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('headers made of known keys with any values', () => {
  const value = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.constantFrom('1', '2', '4', '-1', '0', 'nan', '1e308', '9007199254740993', '../../etc/passwd', '/etc/passwd', 'a.raw', 'LIST', 'LIST 2', 'LIST 2D', 'a%d.raw 1 99999999 1', 'a%999d.raw 0 1 1', 'raw', 'gzip', 'ascii', 'hex', 'bzip2', 'big', 'little', 'short', 'double', 'uint64', 'MET_CHAR', 'MET_LONG_LONG', 'True', 'False', 'LOCAL', 'none', '2 2 2', '1 0 0 0 1 0 0 0 1', '(1,0,0) (0,1,0) (0,0,1)', '(1,0,0) none (0,0,1e308)', '(nan,nan,nan) (0,1,0) (0,0,1)', 'left-posterior-superior', 'scanner-xyz', 'RGB-color domain domain', 'list time domain', '"mm" "mm" "mm"', 'RAI', 'ASL', 'dynamic', 'signed integer', 'float'), fc.string({ maxLength: 12 })) // prettier-ignore
  const texts = [
    {
      name: 'NRRD',
      path: 'd/a.nhdr',
      keys: ['type', 'dimension', 'sizes', 'encoding', 'endian', 'spacings', 'thicknesses', 'axis mins', 'kinds', 'labels', 'units', 'space', 'space dimension', 'space directions', 'space origin', 'space units', 'measurement frame', 'data file', 'line skip', 'byte skip', 'sample units', 'centers'], // prettier-ignore
      join: ': ',
      first: 'NRRD0005\n',
      basis: 'type: short\ndimension: 3\nsizes: 2 2 2\nencoding: raw\nendian: little\n',
      last: 'data file: a.raw\n',
    },
    {
      name: 'MetaImage',
      path: 'd/a.mhd',
      keys: ['ObjectType', 'NDims', 'DimSize', 'ElementType', 'ElementSpacing', 'ElementSize', 'ElementNumberOfChannels', 'TransformMatrix', 'Offset', 'AnatomicalOrientation', 'BinaryData', 'BinaryDataByteOrderMSB', 'ElementByteOrderMSB', 'CompressedData', 'HeaderSize', 'Modality', 'ElementDataFile'], // prettier-ignore
      join: ' = ',
      first: 'Comment = \n',
      basis: 'NDims = 3\nDimSize = 2 2 2\nElementType = MET_SHORT\n',
      last: 'ElementDataFile = a.raw\n',
    },
    {
      name: 'Interfile',
      path: 'd/a.hv',
      keys: ['name of data file', 'imagedata byte order', 'number format', 'number of bytes per pixel', 'matrix size [1]', 'matrix size [2]', 'matrix size [3]', 'number of slices', 'number of time frames', 'total number of images', 'number of energy windows', 'type of data', 'PET data type', 'process status', 'number of images this frame group', 'image duration (sec)', 'image scaling factor[2]', 'data offset in bytes', 'data offset in bytes[2]', 'data starting block', 'scaling factor (mm/pixel) [1]', 'scaling factor (mm/pixel) [3]', 'slice thickness (pixels)', 'study date', 'patient orientation'], // prettier-ignore
      join: ' := ',
      first: '!INTERFILE :=\n',
      basis: 'number format := signed integer\nnumber of bytes per pixel := 2\nmatrix size [1] := 2\nmatrix size [2] := 2\nmatrix size [3] := 2\n', // prettier-ignore
      last: 'name of data file := a.raw\n',
    },
  ]
  it.each(texts)(
    'in $name text are read or refused',
    async ({ path, keys, join, first, basis, last }) => {
      const lines = fc.array(fc.tuple(fc.constantFrom(...keys), value), { minLength: 1, maxLength: 30 })
      let opened = 0
      await fc.assert(
        fc.asyncProperty(lines, fc.boolean(), async (records, isLate) => {
          const own = records.map(([k, v]) => `${k}${join}${v}\n`).join('')
          const text = first + (isLate ? basis + last + own : own + basis + last)
          const files = [
            { path, bytes: Buffer.from(text, 'latin1') },
            { path: 'd/a.raw', bytes: new Uint8Array(64) },
          ]
          opened += (await useFiles(files)).opened
        }),
        { numRuns: 500 },
      )
      expect(opened).toBeGreaterThan(0)
    },
    120_000,
  )

  it('in an Analyze header are read or refused', async () => {
    const short = fc.oneof(fc.constantFrom(0, 1, 2, 3, -1, 32767, -32768), fc.integer({ min: -40, max: 1100 }))
    const float = fc.oneof(fc.constantFrom(0, 1, -1, NaN, Infinity, 1e30), fc.float())
    const parts = fc.record({
      dim: fc.tuple(fc.integer({ min: 0, max: 8 }), short, short, short, short, short, short, short),
      datatype: fc.oneof(fc.constantFrom(1, 2, 4, 16, 32, 64, 128, 132, 512, 1024), short),
      bitpix: fc.constantFrom(0, 1, 8, 16, 32, 64),
      pixdim: fc.array(float, { minLength: 5, maxLength: 5 }),
      voxOffset: float,
      scale: float,
      intercept: float,
    })
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), async (fields, isLittle) => {
        await useFiles([
          { path: 'd/a.hdr', bytes: analyzeHeader(fields, isLittle) },
          { path: 'd/a.img', bytes: new Uint8Array(64) },
        ])
      }),
      { numRuns: 400 },
    )
  }, 120_000)
})
