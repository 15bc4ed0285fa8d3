import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import type { FileEntry } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { thumbnail } from '#imaging/render/thumbnail.ts'
import { memorySource } from '#imaging/source.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { profiles } from '../conformance/formats/index.ts'
import { collect } from '../conformance/formats/profile.ts'

interface Bytes {
  path: string
  bytes: Uint8Array
}

/** Changes that damaged, cut, or hostile files show; positions are shares of the file, half of them in its first 600 bytes. */
type Mutation =
  | { kind: 'set'; at: number; early: boolean; values: number[] }
  | { kind: 'cut'; at: number; early: boolean }
  | { kind: 'repeat'; at: number; early: boolean; length: number }
  | { kind: 'zero'; at: number; early: boolean; length: number }

const at = { at: fc.double({ min: 0, max: 1, noNaN: true }), early: fc.boolean() }
const extremes: fc.Arbitrary<number[]> = fc.constantFrom<number[][]>(
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0xff],
  [0, 0, 0xc0, 0x7f],
  [0, 0, 0x80, 0x7f],
)
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    ...at,
    values: fc.oneof(extremes, fc.array(fc.nat(255), { minLength: 1, maxLength: 8 })),
  }),
  fc.record({ kind: fc.constant('cut' as const), ...at }),
  fc.record({ kind: fc.constant('repeat' as const), ...at, length: fc.nat(64) }),
  fc.record({ kind: fc.constant('zero' as const), ...at, length: fc.nat(64) }),
)

function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  const position = Math.floor(change.at * (change.early ? Math.min(600, bytes.length) : bytes.length))
  const out = new Uint8Array(bytes)
  if (change.kind === 'set') change.values.forEach((v, i) => position + i < out.length && (out[position + i] = v))
  if (change.kind === 'zero') out.fill(0, position, position + change.length)
  if (change.kind === 'cut') return out.slice(0, position)
  if (change.kind === 'repeat') {
    const part = bytes.subarray(position, position + change.length)
    return Uint8Array.from(Buffer.concat([bytes.subarray(0, position), part, bytes.subarray(position)]))
  }
  return out
}

/** Opens what is recognised and reads some of everything; counts the bytes asked for. */
async function use(files: Bytes[]): Promise<{ asked: number; opened: number }> {
  let asked = 0
  const entries: FileEntry[] = files.map(({ path, bytes }) => {
    const source = memorySource(bytes)
    return {
      path,
      source: { size: source.size, read: (offset, length) => ((asked += length), source.read(offset, length)) },
    }
  })
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const { series, attachments } = await recognise(entries)
  const seen = [...series.flatMap((one) => one.files), ...attachments.map(({ path }) => path)]
  expect(new Set(seen)).toEqual(new Set(files.map(({ path }) => path)))

  let opened = 0
  for (const candidate of series) {
    try {
      const reader = await formatById(candidate.format)!.open(
        entries.filter(({ path }) => candidate.files.includes(path)),
      )
      const { header } = reader
      expect(JSON.parse(JSON.stringify(header))).toEqual(header)
      const count = planeCount(header)
      // Nothing may be announced that the bytes cannot hold, not even deflated.
      expect(count * planeBytes(header)).toBeLessThanOrEqual(size * 1032)
      await reader.tags()
      for (const k of new Set([0, 1, count >> 1, count - 1])) {
        if (k < count) expect((await reader.plane(k)).length).toBe(planeBytes(header))
      }
      await thumbnail(reader, { size: 16 })
      opened++
    } catch (error) {
      if (!(error instanceof ImagingError)) throw error
      expect(error.message).toMatch(/\S+ \S+/)
    }
  }
  return { asked, opened }
}

const cases: [string, () => Promise<Bytes[]>][] = [
  ...profiles.map(({ format, generate }): [string, () => Promise<Bytes[]>] => [
    format,
    async () => {
      const files = await generate()
      return Promise.all(
        files.map(async ({ path, source }) => ({ path, bytes: Uint8Array.from(await source.read(0, source.size)) })),
      )
    },
  ]),
  [
    'nifti gzip',
    async () => {
      const image = phantom('mouse-pet', { resolution: 0.15 })
      return [{ path: 'made/pet.nii.gz', bytes: await collect(writeNifti(image, { gzip: true })) }]
    },
  ],
  [
    'nifti pair',
    async () => {
      const single = await collect(writeNifti(phantom('mouse-pet', { resolution: 0.15 })))
      const header = single.slice(0, 348)
      header[345] = 0x69 // ni1
      new DataView(header.buffer).setFloat32(108, 0, true)
      return [
        { path: 'made/pet.hdr', bytes: header },
        { path: 'made/pet.img', bytes: single.slice(352) },
      ]
    },
  ],
]

describe.each(cases)('%s', (_, make) => {
  it('opens as it is', async () => {
    expect((await use(await make())).opened).toBe(1)
  })

  it('gives an image or an ImagingError after any damage, reading each byte a bounded number of times', async () => {
    const files = await make()
    const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(mutation, { minLength: 1, maxLength: 4 }), async (which, changes) => {
        const target = which % files.length
        const damaged = files.map((file, i) =>
          i === target ? { ...file, bytes: changes.reduce(mutate, file.bytes) } : file,
        )
        const { asked } = await use(damaged)
        expect(asked).toBeLessThan(size * 200 + 2 ** 20)
      }),
      { numRuns: 150 },
    )
  }, 240_000)
})

describe('any bytes', () => {
  const starts = [
    '',
    '\x1f\x8b\x08\0',
    'II*\0',
    'MM\0*',
    'n+1\0',
    '# Header file for data file x\nversion 1\n',
    `${'\0'.repeat(128)}DICM`,
    '\x5c\x01\0\0',
    '##TITLE=Parameter List\n##$VisuCoreSize=( 2 )\n2 2\n',
  ]
  it('are recognised or kept', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 2000 }),
        fc.constantFrom('a.nii', 'a.nii.gz', 'a.img.hdr', 'a.dcm', 'a.tif', 'a', 'visu_pars', '2dseq'),
        async (start, rest, path) => {
          await use([{ path, bytes: Uint8Array.from(Buffer.concat([Buffer.from(start, 'latin1'), rest])) }])
        },
      ),
      { numRuns: 400 },
    )
  }, 120_000)

  it('in Inveon text are read or refused', async () => {
    const key = fc.constantFrom('x_dimension', 'y_dimension', 'z_dimension', 'w_dimension', 'total_frames', 'data_type', 'file_type', 'file_name', 'data_file_pointer', 'scale_factor', 'frame', 'end_of_header', 'pixel_size', 'subject_orientation', 'scan_time', 'gmt_scan_time', 'dose', 'gate', 'calibration_factor') // prettier-ignore
    const value = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.constantFrom('1', '2', '4', '-1', '1e308', '9007199254740993', '../../etc/passwd', 'Fri Jan 7 14:16:31 2005', '0 4294967295'), fc.string({ maxLength: 12 })) // prettier-ignore
    const lines = fc.array(fc.tuple(key, value), { minLength: 5, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(lines, async (records) => {
        const basis = 'version 1\nfile_type 5\nx_dimension 2\ny_dimension 2\nz_dimension 2\ndata_type 2\n'
        const own = records.map(([k, v]) => `${k} ${v}`).join('\n')
        for (const text of [`${own}\n${basis}`, basis + own]) {
          await use([
            { path: 'd/a.img.hdr', bytes: Buffer.from(`# Header file for data file a\n${text}`, 'latin1') },
            { path: 'd/a.img', bytes: new Uint8Array(64) },
          ])
        }
      }),
      { numRuns: 300 },
    )
  }, 120_000)

  it('in parameters of ParaVision are read or refused', async () => {
    const name = fc.constantFrom('VisuCoreSize', 'VisuCoreDim', 'VisuCoreFrameCount', 'VisuCoreExtent', 'VisuCoreOrientation', 'VisuCorePosition', 'VisuCoreDataSlope', 'VisuCoreDataOffs', 'VisuCoreWordType', 'VisuCoreByteOrder', 'VisuCoreUnits', 'VisuCoreDiskSliceOrder', 'VisuFGOrderDesc', 'VisuGroupDepVals', 'VisuAcqEchoTime', 'VisuFGElemComment', 'VisuAcqDiffusionBMatrix', 'VisuAcqScanTime', 'VisuAcqDate', 'VisuSeriesNumber', 'VisuSubjectWeight', 'RECO_size', 'RECO_wordtype', 'RECO_byte_order', 'RECO_fov', 'RECO_map_slope') // prettier-ignore
    const piece = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.constantFrom('( 2 )\n', '( 3, 3 )\n', '(2, <FG_SLICE>, <>, 0, 2)', '(2, <FG_ECHO>, <>, 0, 9)', '(<VisuCorePosition>, 0)', '(<VisuAcqEchoTime>, -1)', '@3*(', '@99999999*(1)', ')', '<', '>', '<mm>', '2 2', '_16BIT_SGN_INT', 'littleEndian', '\n$$ x\n', '\n##$', '(1, 2, 3)', '1e308', '65536'), fc.string({ maxLength: 8 })) // prettier-ignore
    const value = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(' '))
    const records = fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 12 })
    const basis = [['VisuCoreSize', '( 2 )\n2 2'], ['VisuCoreFrameCount', '2'], ['VisuCoreWordType', '_16BIT_SGN_INT'], ['VisuCoreByteOrder', 'littleEndian'], ['RECO_size', '( 2 )\n2 2'], ['RECO_wordtype', '_16BIT_SGN_INT'], ['RECO_byte_order', 'littleEndian']] // prettier-ignore
    await fc.assert(
      fc.asyncProperty(records, fc.constantFrom('visu_pars', 'reco'), async (own, file) => {
        for (const list of [
          [...own, ...basis],
          [...basis, ...own],
        ]) {
          const text = `##TITLE=x\n${list.map(([key, words]) => `##$${key}=${words}\n`).join('')}##END=\n`
          await use([
            { path: `d/1/pdata/1/${file}`, bytes: Buffer.from(text, 'latin1') },
            { path: 'd/1/pdata/1/2dseq', bytes: new Uint8Array(64) },
            { path: 'd/1/acqp', bytes: Buffer.from(text, 'latin1') },
            { path: 'd/subject', bytes: Buffer.from(text, 'latin1') },
          ])
        }
      }),
      { numRuns: 300 },
    )
  }, 120_000)
})
