import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { indexToWorld } from '#imaging/geometry/affine.ts'
import type { Header, SampleType } from '#imaging/header.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { createRandom } from '#imaging/phantoms/random.ts'
import { samplesOf } from '#imaging/samples.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { collect, sha256 } from '../../conformance/formats/profile.ts'
import { allPlanes, entry, gzipped, joined, niftiHeader, open } from './files.ts'
import type { NiftiParts } from './files.ts'

const nifti = (parts: NiftiParts, data: Uint8Array, littleEndian = true) =>
  open('nifti', entry('a.nii', joined(niftiHeader(parts, littleEndian), data)))
const bytes = (view: { buffer: ArrayBufferLike }) => new Uint8Array(view.buffer as ArrayBuffer)
const dim3 = [3, 2, 2, 1, 1, 1, 1, 1]

describe('sample types', () => {
  it('reads little and big endian alike, and points at the bytes only when they need no swapping', async () => {
    const little = bytes(Int16Array.of(1, -2, 300, -400))
    const big = little.slice()
    new DataView(big.buffer).setInt16(0, 1)
    ;[1, -2, 300, -400].forEach((v, i) => new DataView(big.buffer).setInt16(2 * i, v))
    const a = await nifti({ dim: dim3, datatype: 4 }, little)
    const b = await nifti({ dim: dim3, datatype: 4 }, big, false)
    expect(await b.plane(0)).toEqual(await a.plane(0))
    expect(a.direct()).toEqual({ file: 0, offset: 352 })
    expect(b.direct()).toBeNull()
  })

  it('serves 64-bit integers as float64 and says so', async () => {
    const signed = await nifti({ dim: dim3, datatype: 1024 }, bytes(BigInt64Array.of(-5n, 0n, 7n, 2n ** 40n)))
    expect(signed.header.sampleType).toBe('float64')
    expect([...samplesOf('float64', await signed.plane(0))]).toEqual([-5, 0, 7, 2 ** 40])
    expect(signed.header.warnings.join()).toContain('9,007,199,254,740,992')
    expect(signed.direct()).toBeNull()
    const unsigned = await nifti({ dim: dim3, datatype: 1280 }, bytes(BigUint64Array.of(2n ** 63n, 0n, 1n, 2n)))
    expect(samplesOf('float64', await unsigned.plane(0))[0]).toBe(2 ** 63)
  })

  it('serves complex values as a real and an imaginary channel', async () => {
    const reader = await nifti(
      { dim: [4, 2, 1, 1, 2, 1, 1, 1], datatype: 32, slope: 3 },
      bytes(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
    )
    expect(reader.header).toMatchObject({
      shape: { t: 2, c: 2 },
      channels: [{ label: 'real' }, { label: 'imaginary' }],
      slope: [1],
    })
    const planes = (await allPlanes(reader)).map((plane) => [...samplesOf('float32', plane)])
    expect(planes).toEqual([[1, 3], [5, 7], [2, 4], [6, 8]]) // prettier-ignore
  })

  it('keeps colours interleaved and takes no slope for them', async () => {
    const reader = await nifti(
      { dim: dim3, datatype: 128, slope: 2, inter: 1 },
      Uint8Array.from({ length: 12 }, (_, i) => i),
    )
    expect(reader.header).toMatchObject({ samplesPerPixel: 3, sampleType: 'uint8', slope: [1], intercept: [0] })
    expect([...(await reader.plane(0))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it.each([
    [1536, 'float128'],
    [2048, 'complex256'],
    [1, 'single bits'],
    [999, 'not one of NIfTI'],
  ])('refuses data type %i by name', async (datatype, name) => {
    await expect(nifti({ dim: dim3, datatype }, new Uint8Array(64))).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining(name) }) // prettier-ignore
  })

  it('believes the data type when bitpix disagrees', async () => {
    const reader = await nifti({ dim: dim3, datatype: 4, bitpix: 8 }, new Uint8Array(8))
    expect(reader.header.warnings).toEqual([expect.stringContaining('bitpix says 8')])
  })
})

describe('values, time and channels', () => {
  it.each([
    [0, 5, 1, 0],
    [NaN, NaN, 1, 0],
    [Infinity, 0, 1, 0],
    [2, NaN, 1, 0],
    [-0.5, 3, -0.5, 3],
  ])('scl_slope %d and scl_inter %d mean %d and %d', async (slope, inter, a, b) => {
    const { header } = await nifti({ dim: dim3, datatype: 2, slope, inter }, new Uint8Array(4))
    expect([header.slope, header.intercept]).toEqual([[a], [b]])
  })

  it.each([
    [8, 2.5, 2.5],
    [16, 2500, 2.5],
    [24, 2_500_000, 2.5],
    [0, 2.5, 2.5],
  ])('time unit %i', async (unit, step, seconds) => {
    const parts = {
      dim: [4, 1, 1, 1, 3, 1, 1, 1],
      datatype: 2,
      pixdim: [1, 1, 1, 1, step, 0, 0, 0],
      units: 2 | unit,
      toffset: step,
    }
    const { header } = await nifti(parts, new Uint8Array(3))
    expect(header.frames).toEqual({
      startSeconds: [seconds, 2 * seconds, 3 * seconds],
      durationSeconds: [seconds, seconds, seconds],
    })
    expect(header.warnings.some((w) => w.includes('no unit of time'))).toBe(unit === 0)
  })

  it('does not call frequencies time', async () => {
    const { header } = await nifti({ dim: [4, 1, 1, 1, 3, 1, 1, 1], datatype: 2, pixdim: [1, 1, 1, 1, 2, 0, 0, 0], units: 2 | 40 }, new Uint8Array(3)) // prettier-ignore
    expect(header.frames).toBeNull()
    expect(header.warnings.join()).toContain('not time')
  })

  it('turns axes five to seven into channels', async () => {
    const { header } = await nifti(
      { dim: [6, 1, 1, 1, 1, 2, 3, 1], datatype: 2, intentName: 'tensor' },
      new Uint8Array(6),
    )
    expect(header.shape.c).toBe(6)
    expect(header.channels?.[5]).toEqual({ label: 'tensor 6' })
  })

  it('takes the display range of the file, and none when it is empty', async () => {
    expect((await nifti({ dim: dim3, datatype: 2, calMin: 3, calMax: 9 }, new Uint8Array(4))).header.window).toEqual({
      low: 3,
      high: 9,
    })
    expect((await nifti({ dim: dim3, datatype: 2 }, new Uint8Array(4))).header.window).toBeNull()
  })

  it('reads metres and micrometres as millimetres', async () => {
    const of = async (units: number) => (await nifti({ dim: dim3, datatype: 2, units, pixdim: [1, 2, 3, 4, 0, 0, 0, 0] }, new Uint8Array(4))).header.spacing // prettier-ignore
    expect(await of(1)).toEqual([2000, 3000, 4000])
    ;(await of(3))!.forEach((v, i) => expect(v).toBeCloseTo([0.002, 0.003, 0.004][i]!, 9))
  })
})

describe('placement', () => {
  const data = new Uint8Array(4)
  const pixdim = [1, 2, 3, 4, 0, 0, 0, 0]

  it('prefers the sform, turned into LPS', async () => {
    const sform = [[0, 3, 0, 10], [2, 0, 0, 20], [0, 0, -4, 30]] // prettier-ignore
    const { header } = await nifti(
      { dim: dim3, datatype: 2, pixdim, sform, qform: { quatern: [0, 0, 0], offset: [1, 1, 1] } },
      data,
    )
    expect(header).toMatchObject({ spacing: [2, 3, 4], origin: [-10, -20, 30], orientation: 'known' })
    expect(header.direction).toEqual([0, -1, 0, -1, 0, 0, 0, 0, -1].map((v) => v + 0))
  })

  it('falls back to the qform when the sform is no matrix', async () => {
    const sform = [[NaN, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]] // prettier-ignore
    const { header } = await nifti({ dim: dim3, datatype: 2, pixdim: [-1, 2, 3, 4, 0, 0, 0, 0], sform, qform: { quatern: [1, 0, 0], offset: [5, 6, 7] } }, data) // prettier-ignore
    // 180 degrees about x, third axis reversed: RAS (2,0,0) (0,-3,0) (0,0,4).
    expect(indexToWorld(header)!.map((v) => Math.round(v * 1e5) / 1e5 + 0)).toEqual([
      -2, 0, 0, -5, 0, 3, 0, -6, 0, 0, 4, 7, 0, 0, 0, 1,
    ])
    expect(header.warnings.join()).toContain('sform')
  })

  it('claims nothing when both are unusable', async () => {
    const { header } = await nifti({ dim: dim3, datatype: 2, pixdim: [1, NaN, 0, 1, 0, 0, 0, 0], sform: [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]] }, data) // prettier-ignore
    expect(header).toMatchObject({ spacing: null, origin: null, direction: null, orientation: 'unknown' })
    expect(JSON.parse(JSON.stringify(header))).toEqual(header)
  })

  it('gives a sheared affine its nearest right-angled axes, and the true steps beside them', async () => {
    const sform = [[2, 0.4, 0, 0], [0, 3, 0, 0], [0, 0, 4, 0]] // prettier-ignore
    const { header } = await nifti({ dim: dim3, datatype: 2, pixdim, sform }, data)
    expect(header.sheared!.map((v) => Math.round(v * 1e6) / 1e6 + 0)).toEqual([-2, 0, 0, -0.4, -3, 0, 0, 0, 4])
    expect(header.warnings.join()).toContain('sheared')
    const [a, b, c] = [0, 3, 6].map((i) => header.direction!.slice(i, i + 3))
    for (const [u, v] of [[a, b], [a, c], [b, c]]) expect(u!.reduce((sum, x, i) => sum + x * v![i]!, 0)).toBeCloseTo(0, 9) // prettier-ignore
  })

  it('warns when pixdim and affine disagree', async () => {
    const sform = [[20, 0, 0, 0], [0, 30, 0, 0], [0, 0, 40, 0]] // prettier-ignore
    const { header } = await nifti({ dim: dim3, datatype: 2, pixdim, sform }, data)
    expect(header.spacing).toEqual([20, 30, 40])
    expect(header.warnings.join()).toContain('disagree')
  })
})

describe('pairs and compression', () => {
  const parts: NiftiParts = { dim: [3, 2, 2, 2, 1, 1, 1, 1], datatype: 4, magic: 'ni1' }
  const data = bytes(Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8))

  it.each(['both plain', 'both gzip', 'image gzip'])('%s', async (kind) => {
    const hdr =
      kind === 'both gzip' ? entry('p/A.hdr.gz', gzipped(niftiHeader(parts))) : entry('p/A.hdr', niftiHeader(parts))
    const img = kind === 'both plain' ? entry('p/A.img', data) : entry('p/A.img.gz', gzipped(data))
    const reader = await open('nifti', img, hdr)
    expect(joined(...(await allPlanes(reader)))).toEqual(data)
    expect(reader.direct()).toEqual(kind === 'both plain' ? { file: 0, offset: 0 } : null)
    expect((await reader.tags()).length).toBeGreaterThan(30)
  })

  it('asks for the missing image by name', async () => {
    await expect(open('nifti', entry('p/A.hdr', niftiHeader(parts)))).rejects.toMatchObject({ code: 'missing-companion', message: expect.stringContaining('p/A.img') }) // prettier-ignore
  })

  it('reads planes of a compressed file forwards in one pass of the file', async () => {
    const image = phantom('mouse-ct', { resolution: 0.4 })
    const packed = await collect(writeNifti(image, { gzip: true }))
    let asked = 0
    const counting = { path: 'a.nii.gz', source: { size: packed.length, read: async (offset: number, length: number) => ((asked += length), packed.subarray(offset, offset + length)) } } // prettier-ignore
    const reader = await open('nifti', counting)
    const before = asked
    const planes = await allPlanes(reader)
    expect(asked - before).toBeLessThanOrEqual(packed.length)
    expect(Buffer.compare(joined(...planes), joined(...image.planes()))).toBe(0)
  })

  it('ignores what follows the announced data', async () => {
    const long = joined(niftiHeader({ dim: dim3, datatype: 2 }), new Uint8Array(1000).fill(7))
    const reader = await open('nifti', entry('a.nii.gz', gzipped(long)))
    expect(await allPlanes(reader)).toEqual([new Uint8Array(4).fill(7)])
  })

  it('reads several gzip members as one file', async () => {
    const whole = joined(
      niftiHeader({ dim: [3, 4, 4, 4, 1, 1, 1, 1], datatype: 2 }),
      Uint8Array.from({ length: 64 }, (_, i) => i),
    )
    const members = [whole.subarray(0, 100), whole.subarray(100, 360), whole.subarray(360), new Uint8Array()].map(
      gzipped,
    )
    const reader = await open('nifti', entry('a.nii.gz', joined(...members)))
    expect(joined(...(await allPlanes(reader)))).toEqual(whole.subarray(352))
  })
})

describe('files that lie', () => {
  const of = (parts: Partial<NiftiParts>, data = 4) => nifti({ dim: dim3, datatype: 2, ...parts }, new Uint8Array(data))

  it('says how many bytes are announced and how many there are', async () => {
    const failure = await of({ dim: [3, 100, 100, 100, 1, 1, 1, 1] }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'truncated' })
    expect((failure as Error).message).toContain('1000000 bytes from byte 352')
    expect((failure as Error).message).toContain('356 bytes')
  })

  it.each<[string, Partial<NiftiParts>, string]>([
    ['no axes', { dim: [0, 2, 2, 1, 1, 1, 1, 1] }, 'malformed'],
    ['eight axes', { dim: [8, 2, 2, 1, 1, 1, 1, 1] }, 'malformed'],
    ['a negative size', { dim: [3, 2, -2, 1, 1, 1, 1, 1] }, 'malformed'],
    ['a size of 0', { dim: [3, 0, 2, 1, 1, 1, 1, 1] }, 'malformed'],
    ['sizes beyond counting', { dim: [7, 32767, 32767, 32767, 32767, 32767, 1, 1] }, 'too-large'],
    ['an offset that is no number', { voxOffset: NaN }, 'malformed'],
    ['an offset below 0', { voxOffset: -1 }, 'malformed'],
    ['an offset past the end', { voxOffset: 1e6 }, 'truncated'],
  ])('%s', async (_, parts, code) => {
    const failure = await of(parts).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ImagingError)
    expect(failure).toMatchObject({ code })
  })

  it.each<[number, string]>([
    [NaN, 'not a number'],
    [Infinity, 'infinite'],
    [-Infinity, 'minus infinity'],
    [352.5, '352.5'],
  ])('says of an offset of %d that it is %s', async (voxOffset, words) => {
    await expect(of({ voxOffset })).rejects.toMatchObject({
      code: 'malformed',
      message: `vox_offset is ${words}; it must be a whole number of bytes.`,
      offset: 108,
    })
  })

  it('refuses NIfTI-2 sizes of 2^31 and beyond at once', async () => {
    for (const size of [2n ** 31n, 2n ** 62n, -(2n ** 31n)]) {
      const header = Buffer.alloc(600)
      header.writeInt32LE(540, 0)
      Buffer.from('n+2\0\r\n\x1a\n', 'latin1').copy(header, 4)
      header.writeInt16LE(2, 12)
      header.writeInt16LE(8, 14)
      ;[3n, size, size, size, 1n, 1n, 1n, 1n].forEach((v, i) => header.writeBigInt64LE(v, 16 + 8 * i))
      header.writeBigInt64LE(544n, 168)
      await expect(open('nifti', entry('a.nii', header))).rejects.toMatchObject({
        code: size < 0 ? 'malformed' : 'too-large',
      })
    }
  })

  it('does not inflate a small file that announces more than deflate can hold', async () => {
    const packed = gzipped(niftiHeader({ dim: [3, 2000, 2000, 2000, 1, 1, 1, 1], datatype: 64 }))
    await expect(open('nifti', entry('a.nii.gz', packed))).rejects.toMatchObject({ code: 'truncated' })
  })

  it('reports a compressed file that ends inside its data', async () => {
    const random = createRandom(3)
    const noise = Uint8Array.from({ length: 40_000 }, () => 256 * random.uniform())
    const packed = gzipped(joined(niftiHeader({ dim: [3, 100, 100, 4, 1, 1, 1, 1], datatype: 2 }), noise))
    const reader = await open('nifti', entry('a.nii.gz', packed.subarray(0, packed.length / 2)))
    expect(await reader.plane(0)).toEqual(noise.subarray(0, 10_000))
    await expect(reader.plane(3)).rejects.toMatchObject({ code: 'truncated' })
    const short = await open('nifti', entry('b.nii.gz', gzipped(joined(niftiHeader({ dim: [3, 100, 100, 4, 1, 1, 1, 1], datatype: 2 }), noise.subarray(0, 15_000))))) // prettier-ignore
    await expect(short.plane(1)).rejects.toMatchObject({ code: 'truncated' })
  })

  it('reads the first plane of a bomb without inflating the rest', async () => {
    // 640 MiB of zeros as gzip members of 16 MiB each.
    const zeros = gzipped(new Uint8Array(16 * 2 ** 20))
    const header = gzipped(niftiHeader({ dim: [3, 1024, 1024, 640, 1, 1, 1, 1], datatype: 2 }))
    const packed = joined(header, ...Array.from({ length: 40 }, () => zeros))
    let asked = 0
    const reader = await open('nifti', { path: 'a.nii.gz', source: { size: packed.length, read: async (at, length) => ((asked += length), packed.subarray(at, at + length)) } }) // prettier-ignore
    expect((await reader.plane(0)).length).toBe(1024 * 1024)
    expect(asked).toBeLessThan(packed.length / 4)
  })

  it('stops at extensions that break the rules', async () => {
    for (const [esize, ecode] of [
      [-16, 6],
      [0, 6],
      [24, 6],
      [2 ** 30, 6],
    ] as const) {
      // prettier-ignore
      const extension = Buffer.alloc(64)
      extension[0] = 1
      extension.writeInt32LE(esize, 4)
      extension.writeInt32LE(ecode, 8)
      const header = niftiHeader({ dim: dim3, datatype: 2, voxOffset: 348 + 64 }).subarray(0, 348)
      const reader = await open('nifti', entry('a.nii', joined(header, extension, new Uint8Array(4))))
      expect((await reader.tags()).filter((tag) => tag.key.startsWith('extension'))).toEqual([])
    }
  })
})

describe('writing', () => {
  const types: SampleType[] = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64']
  const header: Header = {
    ...phantom('mouse-ct').header,
    shape: { x: 3, y: 2, z: 2, t: 2, c: 2 },
    spacing: [0.5, 0.25, 2],
    origin: [-3, 4.5, 7],
    // Rotated by 30 degrees about z, slices towards the feet: a left-handed system.
    direction: [Math.cos(Math.PI / 6), 0.5, 0, -0.5, Math.cos(Math.PI / 6), 0, 0, 0, -1],
    slope: [0.25],
    intercept: [-7],
    frames: { startSeconds: [5, 7], durationSeconds: [2, 2] },
    window: { low: -1, high: 8 },
  }

  it.each(types)('gives back %s as it was written', async (sampleType) => {
    const image = { ...header, sampleType }
    const planes = Array.from({ length: planeCount(image) }, (_, k) =>
      Uint8Array.from({ length: planeBytes(image) }, (_, i) => (i * 7 + k * 13) % 64),
    )
    for (const gzip of [false, true]) {
      const written = await collect(
        writeNifti({ header: image, planes: () => planes }, { gzip, description: 'made here' }),
      )
      const reader = await open('nifti', entry(gzip ? 'a.nii.gz' : 'a.nii', written))
      expect(await allPlanes(reader)).toEqual(planes)
      const { shape, slope, intercept, frames, window, sampleType: type } = reader.header
      expect({ shape, slope, intercept, frames, window, type }).toEqual({ shape: image.shape, slope: [0.25], intercept: [-7], frames: image.frames, window: image.window, type: sampleType }) // prettier-ignore
      indexToWorld(reader.header)!.forEach((v, i) => expect(v).toBeCloseTo(indexToWorld(image)![i]!, 5))
      expect((await reader.tags()).find((tag) => tag.key === 'descrip')?.value).toBe('made here')
    }
  })

  it('writes a quaternion that places the voxels like the affine', async () => {
    for (const direction of [
      header.direction!,
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [0, 1, 0, 0, 0, 1, 1, 0, 0],
      [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    ]) {
      const written = await collect(writeNifti({ header: { ...header, direction }, planes: () => [] }))
      new DataView(written.buffer).setInt16(254, 0, true) // without the sform
      const reader = await open('nifti', entry('a.nii', joined(written, new Uint8Array(96))))
      indexToWorld(reader.header)!.forEach((v, i) =>
        expect(v).toBeCloseTo(indexToWorld({ ...header, direction })![i]!, 5),
      )
    }
  })

  it('writes values when the slope differs from plane to plane', async () => {
    const { header: pet, planes } = phantom('mouse-pet-dynamic', { resolution: 0.25, frames: 2 })
    const reader = await open('nifti', entry('a.nii', await collect(writeNifti({ header: pet, planes }))))
    expect(reader.header.sampleType).toBe('float32')
    const k = pet.shape.z + Math.floor(pet.shape.z / 2)
    const stored = samplesOf('int16', [...planes()][k]!)
    const values = samplesOf('float32', await reader.plane(k))
    stored.forEach((v, i) => expect(values[i]).toBeCloseTo(Math.fround(v * pet.slope[k]!), 3))
  })

  it('turns to NIfTI-2 for long axes, and writes colours', async () => {
    const long = { ...header, shape: { x: 40_000, y: 1, z: 1, t: 1, c: 1 }, sampleType: 'uint8' as const, samplesPerPixel: 3 as const, frames: null } // prettier-ignore
    const plane = Uint8Array.from({ length: 120_000 }, (_, i) => i)
    const reader = await open(
      'nifti',
      entry('a.nii', await collect(writeNifti({ header: long, planes: () => [plane] }))),
    )
    expect(reader.header).toMatchObject({ shape: long.shape, samplesPerPixel: 3 })
    expect(await reader.plane(0)).toEqual(plane)
    expect((await reader.tags())[0]!.value).toBe('n+2')
    indexToWorld(reader.header)!.forEach((v, i) => expect(v).toBeCloseTo(indexToWorld(long)![i]!, 9))
  })
})

interface Found {
  shape: number[]
  affine: number[][]
  q: number[][]
  sum: number
}

const python = ['python3', 'python'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import nibabel'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (!python) console.warn('skipped: nibabel not installed')

describe.runIf(python)('nibabel agrees with what is written', () => {
  it.each(['mouse-ct', 'mouse-mr', 'mouse-pet', 'mouse-pet-dynamic', 'bioluminescence'] as const)(
    '%s',
    async (kind) => {
      const image = phantom(kind, { resolution: 0.3, frames: 3 })
      const folder = mkdtempSync(join(tmpdir(), 'nifti-'))
      try {
        const path = join(folder, 'a.nii.gz')
        writeFileSync(path, await collect(writeNifti(image, { gzip: true })))
        const script = [
          'import nibabel, json, sys',
          'i = nibabel.load(sys.argv[1]); v = i.get_fdata()',
          'print(json.dumps(dict(shape=v.shape, affine=i.affine.tolist(), q=i.get_qform().tolist(), sum=float(v.sum()))))',
        ].join('\n')
        const found = JSON.parse(execFileSync(python!, ['-c', script, path], { encoding: 'utf8' })) as Found
        const { x, y, z, t, c } = image.header.shape
        expect(found.shape).toEqual([x, y, z, t, c].slice(0, c > 1 ? 5 : t > 1 ? 4 : 3))
        const lps = indexToWorld(image.header)
        if (lps) {
          const ras = lps.map((v, i) => (i < 8 ? 0 - v : v))
          ;[found.affine, found.q].forEach((m) => m.flat().forEach((v, i) => expect(v).toBeCloseTo(ras[i]!, 3)))
        }
        let sum = 0
        let k = 0
        for (const plane of image.planes()) {
          const slope = image.header.slope[k] ?? image.header.slope[0]!
          for (const v of samplesOf(image.header.sampleType, plane)) sum += v * slope
          k++
        }
        expect(found.sum / sum).toBeCloseTo(1, 5)
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )

  it('for every sample type, in colour, and as NIfTI-2', async () => {
    const colours = [3, 4] as const
    const cases: Header[] = [
      ...(['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'] as const).map((sampleType) =>
        made({ x: 5, y: 4, z: 3, t: 2, c: 2 }, { sampleType, slope: [0.25], intercept: [-7] }),
      ),
      ...colours.map((samplesPerPixel) =>
        made({ x: 5, y: 4, z: 3, t: 1, c: 1 }, { sampleType: 'uint8', samplesPerPixel }),
      ),
      made({ x: 40_000, y: 2, z: 1, t: 1, c: 1 }, { sampleType: 'int16' }),
    ]
    const script = [
      'import nibabel, json, sys, hashlib, numpy',
      'out = []',
      'for path in sys.argv[1:]:',
      '  i = nibabel.load(path); raw = numpy.asarray(i.dataobj.get_unscaled())',
      '  order = numpy.ascontiguousarray(raw.transpose(range(raw.ndim)[::-1]))',
      '  out.append(dict(shape=raw.shape, version=i.header["sizeof_hdr"].item(), sha=hashlib.sha256(order.tobytes()).hexdigest(), affine=i.affine.tolist(), slope=i.dataobj.slope, inter=i.dataobj.inter, zooms=[float(v) for v in i.header.get_zooms()], units=i.header.get_xyzt_units()))',
      'print(json.dumps(out, default=float))',
    ].join('\n')
    const folder = mkdtempSync(join(tmpdir(), 'nifti-'))
    try {
      const planesOf = (h: Header) =>
        Array.from({ length: planeCount(h) }, (_, k) =>
          Uint8Array.from({ length: planeBytes(h) }, (_, i) => (i * 7 + k * 13) % 64),
        )
      const paths: string[] = []
      for (const [i, h] of cases.entries()) {
        paths.push(join(folder, `${i}.nii`))
        writeFileSync(paths[i]!, await collect(writeNifti({ header: h, planes: () => planesOf(h) })))
      }
      const found = JSON.parse(execFileSync(python!, ['-c', script, ...paths], { encoding: 'utf8' })) as {
        shape: number[]
        version: number
        sha: string
        affine: number[][]
        slope: number
        inter: number
        zooms: number[]
        units: string[]
      }[]
      for (const [i, h] of cases.entries()) {
        const { x, y, z, t, c } = h.shape
        const lps = indexToWorld(h)!
        expect(found[i]).toMatchObject({
          shape: [x, y, z, t, c].slice(0, c > 1 ? 5 : 3),
          version: x > 32_767 ? 540 : 348,
          sha: sha256(Buffer.concat(planesOf(h))),
          slope: h.slope[0],
          inter: h.intercept[0],
          units: ['mm', 'sec'],
        })
        expect(found[i]!.zooms.slice(0, 3)).toEqual(h.spacing!.map((v) => expect.closeTo(v, 6)))
        found[i]!.affine.flat().forEach((v, j) => expect(v).toBeCloseTo(j < 8 ? -lps[j]! : lps[j]!, 5))
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

const made = (shape: Header['shape'], more: Partial<Header>): Header => ({
  format: 'made',
  modality: null,
  shape,
  sampleType: 'uint8',
  samplesPerPixel: 1,
  spacing: [0.1, 0.2, 0.4],
  origin: [-1.5, 2.25, 10],
  direction: [0, 1, 0, 0, 0, -1, -1, 0, 0],
  orientation: 'known',
  slope: [1],
  intercept: [0],
  unit: '',
  frames: null,
  channels: null,
  window: null,
  warnings: [],
  ...more,
})
