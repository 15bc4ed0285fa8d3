/** Lookup tables of DICOM: values mapped by a Modality LUT, and how a VOI LUT wants them shown. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { dicom } from '#imaging/formats/dicom/index.ts'
import { brightnessOf } from '#imaging/render/looks.ts'
import { thumbnail } from '#imaging/render/thumbnail.ts'
import { samplesOf } from '#imaging/samples.ts'
import { entry } from './files.ts'
import { dicomEntry, encode, image, part10, type Attributes } from './dicomFiles.ts'

const side = 16
const sample = path.resolve(import.meta.dirname, '../../../../shared/samples/dicom/single/mlut_18.dcm')
if (!existsSync(sample)) console.warn('skipped in part: no sample files')
const stored = Array.from({ length: side * side }, (_, i) => (i * 37) % 300)
const words = (values: readonly number[]) => new Uint8Array(Uint16Array.from(values, (v) => v & 0xffff).buffer)

/** An image of 16 x 16 pixels of 16 bits. */
const picture = (more: Attributes, pixels: readonly number[] = stored) =>
  image([[0x00280010, 'US', side], [0x00280011, 'US', side], ...more, [0x7fe00010, 'OW', words(pixels)]])
const table = (
  first: number,
  entries: readonly number[],
  { bits = 16, isSigned = false, more = [] as Attributes } = {},
) =>
  [
    [
      [0x00283002, isSigned ? 'SS' : 'US', [entries.length % 65536, first, bits]],
      ...more,
      [0x00283006, 'OW', words(entries)],
    ],
  ] satisfies Attributes[]

const curved = Array.from({ length: 200 }, (_, i) => Math.round(65535 * (i / 199) ** 2))
const cases: Record<string, { attributes: Attributes; pixels?: number[] }> = {
  'a Modality LUT with values on both sides of it': {
    attributes: [
      [
        0x00283000,
        'SQ',
        table(
          50,
          Array.from({ length: 100 }, (_, i) => 1000 + 3 * i),
        ),
      ],
    ],
  },
  'a Modality LUT of eight bits': {
    attributes: [
      [
        0x00283000,
        'SQ',
        table(
          0,
          Array.from({ length: 256 }, (_, i) => 255 - i),
          { bits: 8 },
        ),
      ],
    ],
  },
  'a Modality LUT of signed values, in Hounsfield units': {
    attributes: [
      [0x00280103, 'US', 1],
      [
        0x00283000,
        'SQ',
        table(
          -100,
          Array.from({ length: 200 }, (_, i) => i * i),
          { isSigned: true, more: [[0x00283004, 'LO', 'HU']] },
        ),
      ],
    ],
    pixels: stored.map((v) => v - 150),
  },
  'a Modality LUT with 65536 entries': {
    attributes: [
      [
        0x00283000,
        'SQ',
        table(
          0,
          Array.from({ length: 65536 }, (_, i) => 65535 - i),
        ),
      ],
    ],
  },
  'a VOI LUT over stored values': { attributes: [[0x00283010, 'SQ', table(20, curved)]] },
  'a VOI LUT over rescaled values': {
    attributes: [
      [0x00281052, 'DS', '-100'],
      [0x00281053, 'DS', '1'],
      [0x00283010, 'SQ', table(-50, curved, { isSigned: true })],
    ],
  },
  'a VOI LUT over a Modality LUT': {
    attributes: [
      [
        0x00283000,
        'SQ',
        table(
          50,
          Array.from({ length: 100 }, (_, i) => 2 * i),
        ),
      ],
      [0x00283010, 'SQ', table(10, curved)],
    ],
  },
}

describe('a Modality LUT', () => {
  it('takes the place of stored values, and of slope and intercept', async () => {
    const entries = Array.from({ length: 100 }, (_, i) => 1000 + 3 * i)
    const attributes: Attributes = [
      [0x00281052, 'DS', '-1024'],
      [0x00281053, 'DS', '7'],
      [0x00283000, 'SQ', table(50, entries, { more: [[0x00283004, 'LO', 'HU']] })],
    ]
    const reader = await dicom.open([dicomEntry(picture(attributes))])
    const { sampleType, slope, intercept, unit, warnings } = reader.header
    expect({ sampleType, slope, intercept, unit }).toEqual({
      sampleType: 'uint16',
      slope: [1],
      intercept: [0],
      unit: 'HU',
    })
    expect(reader.direct()).toBeNull()
    expect(warnings.join()).toContain('Modality LUT')
    const values = [...samplesOf(sampleType, await reader.plane(0))]
    expect(values).toEqual(stored.map((v) => entries[Math.min(Math.max(v - 50, 0), 99)]))
  })

  it('that cannot be read is told, and the stored values are shown', async () => {
    const items: Attributes[][] = [
      [[]],
      [[[0x00283006, 'OW', words([1, 2])]]],
      [[[0x00283002, 'US', [100, 0, 16]], [0x00283006, 'OW', words([1, 2])]]],
      [[[0x00283002, 'US', [2, 0, 32]], [0x00283006, 'OW', words([1, 2])]]],
    ] // prettier-ignore
    for (const item of items) {
      const reader = await dicom.open([dicomEntry(picture([[0x00283000, 'SQ', item]]))])
      expect(reader.header.warnings.join()).toContain('(Modality LUT) that cannot be read; the stored values are shown')
      expect([...samplesOf('uint16', await reader.plane(0))]).toEqual(stored)
    }
  })
})

describe('a VOI LUT', () => {
  it('is the curve of the header, the window where there is none, and the look of the thumbnail', async () => {
    const reader = await dicom.open([dicomEntry(picture([[0x00283010, 'SQ', table(20, curved)]]))])
    const { curve, window, warnings } = reader.header
    expect(curve).toMatchObject({ low: 20, high: 219 })
    expect(curve!.levels).toHaveLength(200)
    expect(window).toEqual({ low: 20, high: 219 })
    expect(warnings).toEqual([])
    const { rgb } = await thumbnail(reader, { size: side })
    for (const [i, value] of stored.entries()) {
      const share = Math.min(Math.max((value - 20) / 199, 0), 1)
      expect(Math.abs(rgb[i * 3]! - 255 * share ** 2)).toBeLessThan(1)
    }
    const both = await dicom.open([
      dicomEntry(
        picture([
          [0x00281050, 'DS', '100'],
          [0x00281051, 'DS', '50'],
          [0x00283010, 'SQ', table(20, curved)],
        ]),
      ),
    ])
    expect(both.header.window).toEqual({ low: 75, high: 125 })
    expect(both.header.curve).toEqual(curve)
  })

  it('of many entries is sampled evenly, its ends kept', async () => {
    const entries = Array.from({ length: 4096 }, (_, i) => i)
    const reader = await dicom.open([dicomEntry(picture([[0x00283010, 'SQ', table(0, entries, { bits: 12 })]]))])
    const { levels } = reader.header.curve!
    expect([levels.length, levels[0], levels.at(-1)]).toEqual([1024, 0, 1])
    for (const value of [0, 1, 100, 2048, 4095]) {
      expect(brightnessOf(value, reader.header.curve!)).toBeCloseTo(value / 4095, 3)
    }
  })
})

const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import pydicom, numpy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (!python) console.warn('skipped: pydicom not installed')

describe.runIf(python)('pydicom applies the same tables', () => {
  const script = `
import sys, io, json, pydicom
from pydicom.pixels import apply_modality_lut, apply_voi_lut
d = pydicom.dcmread(io.BytesIO(sys.stdin.buffer.read()))
values = apply_modality_lut(d.pixel_array, d)
shown = apply_voi_lut(values, d) if 'VOILUTSequence' in d else None
print(json.dumps([values.ravel().tolist(), None if shown is None else shown.ravel().tolist()]))
`
  it.each(Object.entries(cases))('%s', async (_name, { attributes, pixels }) => {
    const file = Uint8Array.from(part10(encode(picture(attributes, pixels))))
    const [values, shown] = JSON.parse(execFileSync(python!, ['-c', script], { input: file, encoding: 'utf8' })) as [
      number[],
      number[] | null,
    ]
    const reader = await dicom.open([dicomEntry(picture(attributes, pixels))])
    const { sampleType, slope, intercept, curve } = reader.header
    const own = [...samplesOf(sampleType, await reader.plane(0))].map((v) => v * slope[0]! + intercept[0]!)
    expect(own).toEqual(values)
    expect(curve !== undefined).toBe(shown !== null)
    if (shown) for (const [i, value] of own.entries()) expect(Math.abs(brightnessOf(value, curve!) * 65535 - shown[i]!)).toBeLessThan(1) // prettier-ignore
  })

  it.skipIf(!existsSync(sample))('the table of a real file', async () => {
    const bytes = readFileSync(sample)
    const [values] = JSON.parse(
      execFileSync(python!, ['-c', script], { input: bytes, encoding: 'utf8', maxBuffer: 2 ** 26 }),
    ) as [number[]]
    const reader = await dicom.open([entry('mlut.dcm', Uint8Array.from(bytes))])
    const own = samplesOf(reader.header.sampleType, await reader.plane(0))
    expect(own.length).toBe(512 * 512)
    expect(own.every((value, i) => value === values[i])).toBe(true)
  })
})
