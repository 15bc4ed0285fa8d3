/** TIFF files by tifffile in all the ways that it writes, against the samples that it was given. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tiff } from '#imaging/formats/tiff/index.ts'
import { planeCount } from '#imaging/header.ts'
import { recognise } from '#imaging/recognise.ts'
import { sha256 } from '../../conformance/formats/profile.ts'
import { entry } from './files.ts'
import { grey, tiffBytes } from './tiffFiles.ts'
import type { Entries } from './tiffFiles.ts'

/** tifffile needs imagecodecs for nearly all compressions. */
const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import tifffile, imagecodecs'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (!python) console.warn('skipped: tifffile with imagecodecs not installed')

const folder = mkdtempSync(join(tmpdir(), 'tiff-read-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** One file: what was written into it, as planes in our order. */
interface Case {
  name: string
  file: string
  shape: Record<'x' | 'y' | 'z' | 't' | 'c', number>
  type: string
  samples: number
  planes: string[]
  spacing?: [number, number, number]
}

const script = `
import sys, json, hashlib, itertools, numpy as np, tifffile
folder = sys.argv[1]
rng = np.random.default_rng(7)
cases = []

def planes_of(a, served):
    return [hashlib.sha256(np.ascontiguousarray(p).astype(np.dtype(served).newbyteorder('<')).tobytes()).hexdigest() for p in a]

def add(name, a, planes, served, shape, samples=1, spacing=None, **options):
    file = f'{folder}/{len(cases)}.tif'
    tifffile.imwrite(file, a, **options)
    case = dict(name=name, file=file, shape=shape, type=str(np.dtype(served)), samples=samples, planes=planes_of(planes, served))
    if spacing: case['spacing'] = spacing
    cases.append(case)

def noise(shape, dtype):
    t = np.dtype(dtype)
    if t.kind == 'f': return (rng.standard_normal(shape) * 1000).astype(t)
    low, high = (0, 1000) if t.kind == 'u' else (-500, 500)
    # Neighbours that are alike, as in pictures; the highest bits are set somewhere.
    a = rng.integers(low, min(high, np.iinfo(t).max), shape, dtype=np.int64).cumsum(-1).astype(t)
    a[..., 0, 0] = np.iinfo(t).max
    return a

served = {'float16': 'float32', 'int64': 'float64', 'uint64': 'float64'}
flat = lambda z: dict(x=53, y=37, z=z, t=1, c=1)
for dtype in ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float16', 'float32', 'float64']:
    a = noise((2, 37, 53), dtype)
    s = served.get(dtype, dtype)
    for order in '<>':
        for big in (False, True):
            add(f'{dtype} {order} big={big}', a, a, s, flat(2), byteorder=order, bigtiff=big, photometric='minisblack')
    for compression in ['lzw', 'deflate', 'adobe_deflate', 'packbits', 'zstd']:
        for order, tile, predictor in itertools.product('<>', [None, (16, 32)], [False, True]):
            if predictor and compression == 'packbits': continue
            add(f'{dtype} {compression} {order} tile={tile} predictor={predictor}', a, a, s, flat(2), byteorder=order,
                compression=compression, tile=tile, predictor=predictor, photometric='minisblack', rowsperstrip=None if tile else 5)
for dtype in ['int64', 'uint64']:
    a = (noise((2, 37, 53), 'int32').astype(np.int64) if dtype == 'int64' else noise((2, 37, 53), 'uint32').astype(np.uint64)) * 1024
    for order in '<>': add(f'{dtype} {order}', a, a, 'float64', flat(2), byteorder=order, photometric='minisblack')
a = rng.integers(0, 2, (37, 53)).astype(bool)
for compression in [None, 'deflate', 'packbits']:
    add(f'1 bit {compression}', a, [a], 'uint8', flat(1), compression=compression, photometric='minisblack')
for bits in [2, 4, 7, 10, 12, 14]:
    a = rng.integers(0, 2 ** bits, (37, 53)).astype('uint8' if bits <= 8 else 'uint16')
    add(f'{bits} bits', a, [a], a.dtype, flat(1), bitspersample=bits, photometric='minisblack')
for samples, dtype, planar in itertools.product([3, 4], ['uint8', 'uint16'], ['contig', 'separate']):
    a = noise((37, 53, samples), dtype)
    stored = a if planar == 'contig' else np.moveaxis(a, -1, 0)
    for compression, tile in itertools.product([None, 'lzw', 'zstd'], [None, (16, 16)]):
        add(f'RGB {samples} {dtype} {planar} {compression} tile={tile}', stored, [a], dtype, flat(1), samples, photometric='rgb',
            planarconfig=planar, compression=compression, tile=tile, predictor=compression is not None, **(dict(extrasamples=['unassalpha']) if samples == 4 else {}))
for dtype in ['uint8', 'uint16', 'float32']:
    a = noise((2, 3, 4, 37, 53), dtype)
    # ImageJ: times, slices, channels.
    planes = a.transpose(2, 0, 1, 3, 4).reshape(-1, 37, 53)
    add(f'ImageJ {dtype}', a, planes, dtype, dict(x=53, y=37, z=3, t=2, c=4), imagej=True, resolution=(4, 2),
        metadata=dict(axes='TZCYX', unit='mm', spacing=2.5), spacing=[0.25, 0.5, 2.5])
for axes, compression, big in itertools.product(['TZCYX', 'CTZYX', 'ZCTYX'], [None, 'zstd'], [False, True]):
    sizes = dict(T=2, Z=3, C=4, Y=37, X=53)
    a = noise([sizes[k] for k in axes], 'uint16')
    planes = a.transpose([axes.index(k) for k in 'CTZYX']).reshape(-1, 37, 53)
    add(f'OME {axes} {compression} big={big}', a, planes, 'uint16', dict(x=53, y=37, z=3, t=2, c=4), ome=True, bigtiff=big, compression=compression,
        metadata=dict(axes=axes, PhysicalSizeX=2, PhysicalSizeXUnit='mm', PhysicalSizeY=500, PhysicalSizeYUnit='µm', PhysicalSizeZ=0.3, PhysicalSizeZUnit='cm'), spacing=[2, 0.5, 3])
# A pyramid: levels in SubIFDs, as OME-TIFF has them.
a = noise((3, 128, 128), 'uint16')
file = f'{folder}/pyramid.ome.tif'
with tifffile.TiffWriter(file) as w:
    w.write(a, subifds=2, tile=(32, 32), photometric='minisblack', metadata=dict(axes='ZYX'))
    for k in (2, 4): w.write(a[:, ::k, ::k], subfiletype=1, tile=(16, 16), photometric='minisblack')
cases.append(dict(name='pyramid', file=file, shape=dict(x=128, y=128, z=3, t=1, c=1), type='uint16', samples=1, planes=planes_of(a, 'uint16')))
print(json.dumps(cases))`

describe.runIf(python)('files by tifffile', () => {
  let cases: Case[] = []
  beforeAll(() => {
    cases = JSON.parse(
      execFileSync(python!, ['-c', script, folder], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
    ) as Case[]
  })

  it('are read with the samples that were written', async () => {
    expect(cases.length).toBeGreaterThan(350)
    const wrong: string[] = []
    for (const { name, file, shape, type, samples, planes, spacing } of cases) {
      const given = [entry(file.slice(folder.length + 1), new Uint8Array(readFileSync(file)))]
      const { series } = await recognise(given)
      try {
        expect(series).toHaveLength(1)
        const reader = await tiff.open(given)
        expect(reader.header).toMatchObject({
          shape,
          sampleType: type,
          samplesPerPixel: samples,
          ...(spacing && { spacing }),
        })
        const found: string[] = []
        for (let k = 0; k < planeCount(reader.header); k++) found.push(sha256(await reader.plane(k)))
        expect(found).toEqual(planes)
        if (name === 'pyramid') expect(reader.header.warnings.join()).toContain('2 smaller copies (64 x 64, 32 x 32)')
      } catch (error) {
        wrong.push(`${name}: ${(error as Error).message.slice(0, 300)}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

const hasLibtiff = (() => {
  try {
    execFileSync('tiff2rgba', ['-h'], { stdio: 'ignore' })
    return true
  } catch (error) {
    return (error as { code?: string }).code !== 'ENOENT'
  }
})()
if (!hasLibtiff) console.warn('skipped: libtiff-tools not installed')

describe.runIf(hasLibtiff)('YCbCr with subsampled chroma', () => {
  const [width, height, rows] = [53, 37, 16]
  const luma = (x: number, y: number) => 40 + 3 * x + y
  const chroma = (x: number, y: number) => [100 + x, 150 - y] as const

  /** Strips as TIFF 6.0, section 21 packs them, written from its text. */
  function strips(across: number, down: number): Uint8Array[] {
    return [0, rows, 2 * rows].map((top) => {
      const bytes: number[] = []
      for (let y = top; y < Math.min(top + rows, height); y += down) {
        for (let x = 0; x < width; x += across) {
          for (let v = 0; v < down; v++) for (let h = 0; h < across; h++) bytes.push(luma(x + h, y + v))
          bytes.push(...chroma(x, y))
        }
      }
      return Uint8Array.from(bytes)
    })
  }

  it.each(
    [1, 8].flatMap(
      (compression) =>
      [[1, 1], [2, 1], [2, 2], [4, 1], [4, 2], [4, 4]].map(([across, down]) => [compression, across!, down!] as const), // prettier-ignore
    ),
  )('compression %i, %i x %i pixels: as libtiff shows it', async (compression, across, down) => {
    const entries: Entries = {
      ...grey(width, height, 8, {
        258: [3, [8, 8, 8]],
        259: [3, [compression]],
        262: [3, [6]],
        277: [3, [3]],
        278: [3, [rows]],
      }),
      530: [3, [across, down]],
    }
    const packed = strips(across, down).map((strip) => (compression === 8 ? deflateSync(strip) : strip))
    const [from, back] = [join(folder, 'ycbcr.tif'), join(folder, 'back.tif')]
    writeFileSync(from, tiffBytes([{ entries, blocks: packed }]))
    // libtiff's own way to RGB, without alpha.
    execFileSync('tiff2rgba', ['-n', '-c', 'none', from, back])
    const [reader, reference] = await Promise.all(
      [from, back].map((path) => tiff.open([entry('a.tif', new Uint8Array(readFileSync(path)))])),
    )
    expect(reader!.header).toMatchObject({ shape: { x: width, y: height }, samplesPerPixel: 3, sampleType: 'uint8' })
    const [found, wanted] = [await reader!.plane(0), await reference!.plane(0)]
    expect(wanted.length).toBe(width * height * 3)
    // Rounding differs by one.
    expect(found.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted[i]!)), 0)).toBeLessThanOrEqual(1)
  })
})
