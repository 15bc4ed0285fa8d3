import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { tiff } from '#imaging/formats/tiff/index.ts'
import type { Header, SampleType } from '#imaging/header.ts'
import { planeBytes, planeCount, sampleBytes } from '#imaging/header.ts'
import { writeOmeTiff, writeTiff } from '#imaging/write/tiff.ts'
import { allPlanes } from './files.ts'
import { tiffEntry } from './tiffFiles.ts'

const header = (shape: Partial<Header['shape']>, sampleType: SampleType, more: Partial<Header> = {}): Header => ({
  format: 'made',
  modality: null,
  shape: { x: 7, y: 300, z: 1, t: 1, c: 1, ...shape },
  sampleType,
  samplesPerPixel: 1,
  spacing: [0.0005, 0.00075, 0.002],
  origin: null,
  direction: null,
  orientation: 'unknown',
  slope: [1],
  intercept: [0],
  unit: '',
  frames: null,
  channels: null,
  window: null,
  warnings: [],
  ...more,
})

const images: Record<string, Header> = {
  'uint8 picture': header({}, 'uint8'),
  'uint16 in five dimensions': header({ z: 3, t: 2, c: 2 }, 'uint16', {
    channels: [
      { label: 'DAPI & <co>', colour: '#0000ff' },
      { label: 'GFP', colour: '#00ff00' },
    ],
    frames: { startSeconds: [0, 5], durationSeconds: [5, 5] },
  }),
  'int16 stack': header({ z: 2 }, 'int16'),
  'float32 stack': header({ z: 4 }, 'float32'),
  'RGB picture': header({}, 'uint8', { samplesPerPixel: 3 }),
  'RGB stack of 16 bits': header({ z: 2 }, 'uint16', { samplesPerPixel: 3 }),
}

/** Small whole numbers in every sample type, so that other programs can add them up. */
const imageOf = (h: Header) => ({
  header: h,
  *planes() {
    const view = { uint8: Uint8Array, uint16: Uint16Array, int16: Int16Array, float32: Float32Array }[
      h.sampleType as 'uint8'
    ]
    for (let k = 0; k < planeCount(h); k++) {
      const samples = new view(planeBytes(h) / sampleBytes[h.sampleType])
      yield new Uint8Array(samples.map((_, i) => (i * 7 + k * 13) % 101).buffer)
    }
  },
})

const ways = [
  ['OME-TIFF', 'none'],
  ['OME-TIFF', 'deflate'],
  ['TIFF', 'none'],
  ['TIFF', 'deflate'],
] as const
const cases = Object.entries(images).flatMap(([name, h]) => ways.map((way) => [name, ...way, h] as const))

const written = (h: Header, kind: 'OME-TIFF' | 'TIFF', compression: 'none' | 'deflate') =>
  kind === 'TIFF'
    ? writeTiff(imageOf(h), {
        compression,
        withResolution: true,
        description: 'Slide 7',
        dateTime: '2024-03-01T10:15:00',
        software: 'Made up 1',
      })
    : writeOmeTiff(
        imageOf(h),
        {
          name: 'Käfer <1>',
          acquiredAt: '2024-03-01T10:15:00',
          microscope: { manufacturer: 'Acme', model: 'X', serialNumber: '7' },
          objective: { nominalMagnification: 20, lensNA: 0.8 },
        },
        { compression },
      )

describe('what is written is read again', () => {
  it.each(cases)('%s as %s, compression %s', async (_name, kind, compression, h) => {
    const reader = await tiff.open([tiffEntry(await written(h, kind, compression))])
    expect(await allPlanes(reader)).toEqual([...imageOf(h).planes()])
    expect(reader.direct() === null).toBe(compression === 'deflate')
    const isOme = kind === 'OME-TIFF'
    const stack = isOme ? h.shape : { ...h.shape, z: planeCount(h), t: 1, c: 1 }
    expect(reader.header).toMatchObject({ shape: stack, sampleType: h.sampleType, samplesPerPixel: h.samplesPerPixel })
    expect(reader.header.spacing!.slice(0, 2)).toEqual(h.spacing!.slice(0, 2))
    if (isOme)
      expect(reader.header).toMatchObject({ frames: h.frames, channels: h.channels, modality: 'SM', warnings: [] })
    if (isOme && h.shape.z > 1) expect(reader.header.spacing).toEqual(h.spacing)
    expect(reader.facts).toContainEqual({
      key: 'series.label',
      value: isOme ? 'Käfer <1>' : 'Slide 7',
      evidence: expect.any(String),
    })
    expect(reader.facts.find((fact) => fact.key === 'series.acquiredAt')?.value).toBe('2024-03-01T10:15:00')
    if (isOme) expect(reader.facts.find((fact) => fact.key === 'instrument.serialNumber')?.value).toBe('7')
  })
})

const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import tifffile, numpy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (!python) console.warn('skipped: tifffile not installed')

const folder = mkdtempSync(join(tmpdir(), 'tiff-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Found {
  sha: string
  shape: number[]
  dtype: string
  axes: string
  ome: boolean
}

it.runIf(python)('tifffile agrees with what is written', async () => {
  const script = `
import sys, json, hashlib, tifffile
out = []
for path in sys.argv[1:]:
    with tifffile.TiffFile(path) as f:
        a = f.series[0].asarray()
        out.append({'sha': hashlib.sha256(a.tobytes()).hexdigest(), 'shape': a.shape, 'dtype': str(a.dtype), 'axes': f.series[0].axes, 'ome': f.is_ome})
print(json.dumps(out))`
  const paths = await Promise.all(
    cases.map(async ([, kind, compression, h], i) => {
      const path = join(folder, `${i}.tif`)
      writeFileSync(path, await written(h, kind, compression))
      return path
    }),
  )
  const all = JSON.parse(execFileSync(python!, ['-c', script, ...paths], { encoding: 'utf8' })) as Found[]
  for (const [i, [, kind, , h]] of cases.entries()) {
    const found = all[i]!
    const { x, y, z, t, c } = h.shape
    const sizes: Record<string, number> = { X: x, Y: y, Z: z, T: t, C: c, S: h.samplesPerPixel, I: z * t * c }
    expect(found).toMatchObject({ dtype: h.sampleType, ome: kind === 'OME-TIFF' })
    expect(found.shape).toEqual([...found.axes].map((axis) => sizes[axis]))
    // Channels, times, slices: the order of our planes.
    expect(found.sha).toBe(
      createHash('sha256')
        .update(Buffer.concat([...imageOf(h).planes()]))
        .digest('hex'),
    )
  }
})
