/** NIfTI files by nibabel in all the ways that it writes, against the samples and the affine that it was given. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nifti } from '#imaging/formats/nifti/index.ts'
import { indexToWorld } from '#imaging/geometry/affine.ts'
import { planeCount } from '#imaging/header.ts'
import { recognise } from '#imaging/recognise.ts'
import { sha256 } from '../../conformance/formats/profile.ts'
import { entry } from './files.ts'

const python = ['python3', 'python'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import nibabel'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (!python) console.warn('skipped: nibabel not installed')

const folder = mkdtempSync(join(tmpdir(), 'nifti-read-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Case {
  name: string
  files: string[]
  shape: Record<'x' | 'y' | 'z' | 't' | 'c', number>
  type: string
  samples: number
  planes: string[]
  affine: number[][]
}

const script = `
import sys, json, hashlib, numpy as np, nibabel as nib
folder = sys.argv[1]
rng = np.random.default_rng(5)
affine = np.array([[0, -0.2, 0, 5], [0.1, 0, 0, -7], [0, 0, 0.4, 2], [0, 0, 0, 1]])
cases = []

def planes_of(a, served):
    # Axes x y z t c to planes, columns fastest: channels, times, slices.
    a = a.reshape(a.shape + (1,) * (5 - a.ndim)).transpose(4, 3, 2, 1, 0)
    return [hashlib.sha256(np.ascontiguousarray(p).astype(np.dtype(served).newbyteorder('<')).tobytes()).hexdigest() for p in a.reshape((-1,) + a.shape[3:])]

def add(name, a, served, kind, order, ending, planes=None, shape=None, samples=1):
    h = {'1': nib.Nifti1Header, '2': nib.Nifti2Header, 'pair': nib.Nifti1Header}[kind](endianness=order)
    h.set_data_dtype(a.dtype)
    cls = {'1': nib.Nifti1Image, '2': nib.Nifti2Image, 'pair': nib.Nifti1Pair}[kind]
    image = cls(a, affine, h)
    image.header.set_xyzt_units('mm', 'sec')
    n = len(cases)
    files = [f'{folder}/{n}{e}' for e in (('.hdr' + ending, '.img' + ending) if kind == 'pair' else ('.nii' + ending,))]
    image.to_filename(files[0] if kind != 'pair' else files[1])
    sizes = list(a.shape) + [1] * (5 - a.ndim)
    cases.append(dict(name=name, files=files, shape=shape or dict(zip('xyztc', sizes)), type=str(np.dtype(served)), samples=samples,
                      planes=planes or planes_of(a, served), affine=affine.tolist()))

for dtype in ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64', 'int64', 'uint64']:
    served = 'float64' if dtype.endswith('int64') else dtype
    for order in '<>':
        for kind in ['1', '2', 'pair']:
            for ending in ['', '.gz']:
                for shape in [(7, 5, 3), (7, 5, 3, 2), (7, 5, 3, 2, 3)]:
                    a = (rng.standard_normal(shape) * 1000).astype(dtype) if dtype[0] == 'f' else rng.integers(0, 100, shape).astype(dtype)
                    add(f'{dtype} {order} {kind}{ending} {len(shape)}D', a, served, kind, order, ending)
for dtype, part in [('complex64', 'float32'), ('complex128', 'float64')]:
    for order in '<>':
        a = (rng.standard_normal((7, 5, 3)) + 1j * rng.standard_normal((7, 5, 3))).astype(dtype)
        both = np.stack([a.real, a.imag], -1).reshape(7, 5, 3, 1, 2)
        add(f'{dtype} {order}', a, part, '1', order, '', planes=planes_of(both, part), shape=dict(x=7, y=5, z=3, t=1, c=2))
for names in ['RGB', 'RGBA']:
    v = rng.integers(0, 256, (7, 5, 3, len(names))).astype('uint8')
    a = v.copy().view([(n, 'u1') for n in names]).reshape(7, 5, 3)
    planes = [hashlib.sha256(np.ascontiguousarray(v[:, :, z].transpose(1, 0, 2)).tobytes()).hexdigest() for z in range(3)]
    for order in '<>': add(f'{names} {order}', a, 'uint8', '1', order, '', planes=planes, samples=len(names))
print(json.dumps(cases))`

describe.runIf(python)('files by nibabel', () => {
  it('are read with the samples and the geometry that were written', async () => {
    const cases = JSON.parse(
      execFileSync(python!, ['-c', script, folder], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
    ) as Case[]
    expect(cases.length).toBeGreaterThan(360)
    const wrong: string[] = []
    for (const { name, files, shape, type, samples, planes, affine } of cases) {
      const given = files.map((file) => entry(file.slice(folder.length + 1), new Uint8Array(readFileSync(file))))
      try {
        expect((await recognise(given)).series).toMatchObject([
          { format: 'nifti', files: given.map(({ path }) => path) },
        ])
        const reader = await nifti.open(given)
        expect(reader.header).toMatchObject({ shape, sampleType: type, samplesPerPixel: samples, orientation: 'known' })
        const found: string[] = []
        for (let k = 0; k < planeCount(reader.header); k++) found.push(sha256(await reader.plane(k)))
        expect(found).toEqual(planes)
        // RAS to LPS.
        indexToWorld(reader.header)!.forEach((v, i) =>
          expect(v).toBeCloseTo(i < 8 ? -affine.flat()[i]! : affine.flat()[i]!, 5),
        )
      } catch (error) {
        wrong.push(`${name}: ${(error as Error).message.slice(0, 300)}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
