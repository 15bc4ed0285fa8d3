import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mostReads, useFiles } from './fuzzCase.ts'
import { generatedTargets } from './fuzzTargets.ts'
import { mutate, mutation } from './mutation.ts'

// The short form of fuzz.ts, for every format that has a profile.
describe.each(generatedTargets)('$name', ({ files: make }) => {
  it('opens as it is', async () => {
    expect((await useFiles(await make())).opened).toBe(1)
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
        const { reads } = await useFiles(damaged)
        expect(reads.bytes).toBeLessThan(mostReads(size))
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
    'NRRD0004\ntype: uchar\ndimension: 2\nsizes: 4 4\nencoding: ascii\n\n',
    'NRRD0004\ntype: uchar\ndimension: 2\nsizes: 4 4\nencoding: gzip\n\n',
    'NDims = 2\nDimSize = 4 4\nElementType = MET_CHAR\nCompressedData = True\nElementDataFile = LOCAL\n',
    '!INTERFILE :=\n',
    '##TITLE=Parameter List\n##$VisuCoreSize=( 2 )\n2 2\n',
  ]
  it('are recognised or kept', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 2000 }),
        fc.constantFrom('a.nii', 'a.nii.gz', 'a.img.hdr', 'a.hdr', 'a.dcm', 'a.tif', 'a', 'visu_pars', '2dseq'),
        async (start, rest, path) => {
          await useFiles([{ path, bytes: Uint8Array.from(Buffer.concat([Buffer.from(start, 'latin1'), rest])) }])
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
          await useFiles([
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
          await useFiles([
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
