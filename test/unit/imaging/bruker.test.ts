import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildPlan } from '#api/ingest/buildPlan.ts'
import { ImagingError } from '#imaging/errors.ts'
import { bruker } from '#imaging/formats/bruker/index.ts'
import { readParameters } from '#imaging/formats/bruker/parameters.ts'
import type { FileEntry } from '#imaging/format.ts'
import { recognise } from '#imaging/recognise.ts'
import { memorySource } from '#imaging/source.ts'
import { sampleFile } from '../../conformance/formats/profile.ts'
import { counting, parameters, plainVisu, reconstruction } from './brukerFiles.ts'
import { entry } from './files.ts'

const read = (text: string) => readParameters(memorySource(Buffer.from(text, 'latin1')), 'visu_pars')
const open = (visu: Record<string, string>, frames: number, others?: Record<string, string | Uint8Array>) =>
  bruker.open(reconstruction(plainVisu(visu), counting(frames), others))
/** Frame numbers in the order served: the first pixel of frame f is f x 6. */
async function order(visu: Record<string, string>, frames: number): Promise<number[]> {
  const reader = await open(visu, frames)
  const planes = await Promise.all(Array.from({ length: frames }, (_, k) => reader.plane(k)))
  return planes.map((plane) => (plane[0]! + 256 * plane[1]!) / 6)
}

describe('parameter files', () => {
  it.each(['\n', '\r\n', '\r'])('are read with line ends %j', async (end) => {
    const text = parameters({
      Scalar: '2.5',
      Enum: '_16BIT_SGN_INT',
      Wide: '(Name, <Display Name>)',
      List: '( 2, 3 )\n1 -2 \n$$ @vis= Scalar Enum\n3e2 4 \n5 6',
      Runs: '( 8 )\n1 @5*(0.5) 2 @1*(3)',
      Strings: '( 2, 65 )\n<a (b), #c=d> <T2 \nTime>',
      Broken: '( 65 )\n<\nhermite.exc>',
      Structs: '( 2 )\n(5, <FG_SLICE>, <y = (a, b)>, 0, \n2) @2*((9, <FG_DIFFUSION>, <>, 2, 2))',
      Alone: '(1, 1)',
      Empty: '( 0 )\n',
      Nothing: '( 9 )\n<>',
    }).replaceAll('\n', end)
    const found = await read(text)
    expect(found.number('Scalar')).toBe(2.5)
    expect(found.text('Enum')).toBe('_16BIT_SGN_INT')
    expect(found.text('Wide')).toBe('Name')
    expect(found.numbers('List')).toEqual([1, -2, 300, 4, 5, 6])
    expect(found.numbers('Runs')).toEqual([1, 0.5, 0.5, 0.5, 0.5, 0.5, 2, 3])
    expect(found.words('Strings')).toEqual(['a (b), #c=d', 'T2 Time'])
    expect(found.text('Broken')).toBe('hermite.exc')
    const diffusion = ['9', 'FG_DIFFUSION', '', '2', '2']
    expect(found.values('Structs')).toEqual([['5', 'FG_SLICE', 'y = (a, b)', '0', '2'], diffusion, diffusion])
    expect(found.values('Alone')).toEqual([['1', '1']])
    expect(found.numbers('Empty')).toEqual([])
    expect(found.text('Nothing')).toBeUndefined()
    expect(found.isComplete).toBe(true)
  })

  it('are Latin-1 until ParaVision 6 and UTF-8 after', async () => {
    const text = parameters({ X: '( 65 )\n<Fit χ², µm>' })
    const utf8 = await readParameters(memorySource(Buffer.from(text, 'utf8')), 'visu_pars')
    expect(utf8.text('X')).toBe('Fit χ², µm')
    expect((await read(parameters({ X: '( 65 )\n<µm>' }))).text('X')).toBe('µm')
  })

  it('say where they are broken', async () => {
    const text = parameters({ First: '1', Bad: '( 1000000000 )\n1 2 3' })
    const found = await read(text)
    expect(found.number('First')).toBe(1)
    const error = new ImagingError(
      'malformed',
      'Bad in visu_pars announces 1000000000 values and has 3.',
      text.indexOf('##$Bad'),
    )
    expect(() => found.numbers('Bad')).toThrow(error)
    try {
      found.numbers('Bad')
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'malformed', offset: text.indexOf('##$Bad') })
    }
  })

  it.each([
    ['too-large', '@1000000000*(0)', 'more than 4000000 values'],
    ['too-large', `${'@4000*(0) '.repeat(1001)}`, 'more than 4000000 values'],
    ['malformed', '('.repeat(1_000_000), 'nested more than 16 deep'],
    ['malformed', `${'@9*('.repeat(17)}0${')'.repeat(17)}`, 'nested more than 16 deep'],
    ['malformed', '(1, 2', 'a bracket is not closed'],
    ['malformed', '1 ) 2', 'closed that was not opened'],
    ['malformed', '<abc', 'a string is not closed'],
    ['malformed', '( 2 )\n1 NaN', 'which is no number'],
    ['malformed', '( 2 )\n1 1e999', 'which is no number'],
    ['malformed', '( 2 )\n1 (2)', 'which is no number'],
  ])('are refused as %s: %.30s', async (code, value, sentence) => {
    const found = await read(parameters({ X: value }))
    expect(() => found.numbers('X')).toThrow(sentence)
    try {
      found.numbers('X')
    } catch (error) {
      expect(error).toMatchObject({ name: 'ImagingError', code })
    }
  })
})

describe('frames', () => {
  const echoes = {
    VisuCoreFrameCount: '6',
    VisuFGOrderDesc: '( 2 )\n(2, <FG_ECHO>, <>, 0, 1) (3, <FG_SLICE>, <>, 1, 1)',
    VisuGroupDepVals: '( 2 )\n(<VisuAcqEchoTime>, 0) (<VisuCorePosition>, 0)',
    VisuAcqEchoTime: '( 2 )\n11 22',
    VisuCorePosition: '( 3, 3 )\n0 0 0 0 0 2 0 0 4',
  }
  it('of several echoes are channels: the first group varies fastest', async () => {
    const { header } = await open(echoes, 6)
    expect(header.shape).toEqual({ x: 2, y: 3, z: 3, t: 1, c: 2 })
    expect(header.channels).toEqual([{ label: 'echo 1 (TE 11 ms)' }, { label: 'echo 2 (TE 22 ms)' }])
    expect(header).toMatchObject({ spacing: [2, 3, 2], origin: [0, 0, 0], orientation: 'known' })
    expect(await order(echoes, 6)).toEqual([0, 2, 4, 1, 3, 5])
  })
  it('of repetitions are times, with the time of each from the scan', async () => {
    const visu = {
      VisuCoreFrameCount: '6',
      VisuFGOrderDesc: '( 2 )\n(2, <FG_SLICE>, <>, 0, 1) (3, <FG_CYCLE>, <>, 0, 0)',
      VisuGroupDepVals: '( 1 )\n(<VisuCorePosition>, 0)',
      VisuCorePosition: '( 2, 3 )\n0 0 0 0 0 2',
      VisuAcqScanTime: '12000',
    }
    const { header, direct } = await open(visu, 6)
    expect(header.shape).toMatchObject({ z: 2, t: 3, c: 1 })
    expect(header.frames).toEqual({ startSeconds: [0, 4, 8], durationSeconds: [4, 4, 4] })
    expect(direct()).toEqual({ file: 1, offset: 0 })
    // Of a scan that was stopped, the time covers the repetitions that were ordered.
    const stopped = await open(visu, 6, { '5/method': parameters({ PVM_NRepetitions: '6' }) })
    expect(stopped.header.frames!.startSeconds).toEqual([0, 2, 4])
  })
  it('of a repetition that changes a setting are no times', async () => {
    const { header } = await open(
      {
        VisuCoreFrameCount: '2',
        VisuFGOrderDesc: '( 1 )\n(2, <FG_CYCLE>, <>, 0, 1)',
        VisuGroupDepVals: '( 1 )\n(<VisuAcqRepetitionTime>, 0)',
        VisuAcqRepetitionTime: '( 2 )\n500 1500',
        VisuAcqScanTime: '12000',
      },
      2,
    )
    expect(header).toMatchObject({ shape: { t: 1, c: 2 }, frames: null })
    expect(header.channels!.map(({ label }) => label)).toEqual([
      'repetition 1 (TR 500 ms)',
      'repetition 2 (TR 1500 ms)',
    ])
  })
  it('of complex numbers, diffusion and fit maps are channels with their names', async () => {
    const complex = {
      VisuCoreFrameCount: '4',
      VisuFGOrderDesc: '( 2 )\n(2, <FG_SLICE>, <>, 0, 0) (2, <FG_COMPLEX>, <>, 0, 1)',
      VisuGroupDepVals: '( 1 )\n(<VisuCoreFrameType>, 0)',
      VisuCoreFrameType: '( 2 )\nREAL_IMAGE IMAGINARY_IMAGE',
    }
    expect((await open(complex, 4)).header.channels).toEqual([{ label: 'real' }, { label: 'imaginary' }])
    const diffusion = {
      VisuCoreFrameCount: '2',
      VisuFGOrderDesc: '( 1 )\n(2, <FG_DIFFUSION>, <diffusion>, 0, 1)',
      VisuGroupDepVals: '( 1 )\n(<VisuAcqDiffusionBMatrix>, 0)',
      VisuAcqDiffusionBMatrix: '( 2, 9 )\n@9*(0) 400 0 0 0 300.4 0 0 0 300',
    }
    expect((await open(diffusion, 2)).header.channels).toEqual([
      { label: 'diffusion 1 (b 0 s/mm²)' },
      { label: 'diffusion 2 (b 1000 s/mm²)' },
    ])
    const maps = {
      VisuCoreFrameCount: '2',
      VisuFGOrderDesc: '( 1 )\n(2, <FG_ISA>, <y = A + C * exp(-t / T2)>, 0, 2)',
      VisuGroupDepVals: '( 2 )\n(<VisuFGElemComment>, 0) (<VisuCoreDataUnits>, 0)',
      VisuFGElemComment: '( 2, 65 )\n<Signal Intensity> <T2 Relaxation \nTime>',
      VisuCoreDataUnits: '( 2, 65 )\n<> <ms>',
    }
    const { header } = await open(maps, 2)
    expect(header.channels).toEqual([{ label: 'Signal Intensity' }, { label: 'T2 Relaxation Time (ms)' }])
    expect(header.unit).toBe('')
  })
  it('have slopes and offsets of their own, in the order served', async () => {
    const list = '( 6 )\n1 2 3 4 5 6'
    const { header } = await open({ ...echoes, VisuCoreDataSlope: list, VisuCoreDataOffs: '( 6 )\n@6*(-3)' }, 6)
    expect(header.slope).toEqual([1, 3, 5, 2, 4, 6])
    expect(header.intercept).toEqual([-3])
    const unfit = await open({ ...echoes, VisuCoreDataSlope: '( 4 )\n1 2 3 4' }, 6)
    expect(unfit.header.slope).toEqual([1])
    expect(unfit.header.warnings.join()).toContain('do not fit the frames')
  })
  it('that the groups do not explain are shown one after the other, with a sentence', async () => {
    const { header } = await open({ ...echoes, VisuCoreFrameCount: '5' }, 5)
    expect(header.shape).toMatchObject({ z: 5, t: 1, c: 1 })
    expect(header).toMatchObject({ direction: null, orientation: 'unknown' })
    expect(header.warnings.join()).toContain('do not make the 5 frames')
  })
})

describe('samples', () => {
  it('in big-endian order are turned', async () => {
    const visu = parameters(plainVisu({ VisuCoreByteOrder: 'bigEndian' }))
    const reader = await bruker.open([entry('x/visu_pars', visu), entry('x/2dseq', counting(1, 6, true))])
    expect([...(await reader.plane(0))]).toEqual([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0])
    expect(reader.direct()).toBeNull()
  })
  it.each([
    ['_8BIT_UNSGN_INT', 'uint8', 1],
    ['_16BIT_SGN_INT', 'int16', 2],
    ['_32BIT_SGN_INT', 'int32', 4],
    ['_32BIT_FLOAT', 'float32', 4],
  ])('may be %s', async (word, sampleType, bytes) => {
    const reader = await bruker.open(reconstruction(plainVisu({ VisuCoreWordType: word }), new Uint8Array(6 * bytes)))
    expect(reader.header.sampleType).toBe(sampleType)
    expect((await reader.plane(0)).length).toBe(6 * bytes)
  })
  it('of another type are refused', async () => {
    const opening = bruker.open(reconstruction(plainVisu({ VisuCoreWordType: '_64BIT_FLOAT' }), new Uint8Array(48)))
    await expect(opening).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('_64BIT_FLOAT'),
    })
  })
})

describe('geometry', () => {
  const stack = (orientations: string, positions: string, slices: number, more = {}) => ({
    VisuCoreFrameCount: String(slices),
    VisuFGOrderDesc: `( 1 )\n(${slices}, <FG_SLICE>, <>, 0, 2)`,
    VisuGroupDepVals: '( 2 )\n(<VisuCoreOrientation>, 0) (<VisuCorePosition>, 0)',
    VisuCoreOrientation: orientations,
    VisuCorePosition: positions,
    ...more,
  })
  const axial = '1 0 0 0 1 0 0 0 1'
  const coronal = '1 0 0 0 0 -1 0 1 0'

  it('follows the positions, against the normal too', async () => {
    const visu = stack(`( 1, 9 )\n${coronal}`, '( 3, 3 )\n-2 6 4 -2 4.5 4 -2 3 4', 3)
    const { header } = await open(visu, 3)
    expect(header).toMatchObject({
      spacing: [2, 3, 1.5],
      origin: [-2, 6, 4],
      direction: [1, 0, 0, 0, 0, -1, 0, -1, 0],
      orientation: 'known',
      warnings: [],
    })
  })
  it('is not known when a slice lies beyond a kilometre, whose distance would be no number', async () => {
    const visu = stack(`( 1, 9 )\n${axial}`, '( 3, 3 )\n0 0 0 0 0 1 0 0 1e308', 3)
    const { header } = await open(visu, 3)
    expect(header).toMatchObject({ spacing: [2, 3, 1.5], origin: null, direction: null, orientation: 'unknown' })
    expect(header.warnings.join()).toContain('VisuCorePosition is more than a kilometre away')
  })

  it('of slice packages with several directions is not known, and a sentence says which', async () => {
    const visu = stack(`( 3, 9 )\n${axial} ${axial} ${coronal}`, '( 3, 3 )\n0 0 0 0 0 2 0 0 0', 3, {
      VisuCoreSlicePacksSliceDist: '( 2 )\n2 2',
    })
    const { header } = await open(visu, 3)
    expect(header).toMatchObject({ spacing: [2, 3, 2], origin: null, direction: null, orientation: 'unknown' })
    expect(header.warnings.join()).toContain('2 directions (slices 1 to 2, 3)')
  })
  it('is split into one series for each direction of a scout, with the right planes of each echo and time', async () => {
    const visu = stack(`( 3, 9 )\n${axial} ${axial} ${coronal}`, '( 3, 3 )\n0 0 0 0 0 2 5 6 7', 3, {
      VisuCoreFrameCount: '6',
      VisuFGOrderDesc: '( 2 )\n(2, <FG_ECHO>, <>, 0, 0) (3, <FG_SLICE>, <>, 0, 2)',
    })
    const files = reconstruction(plainVisu(visu), counting(6))
    const { series } = await recognise(files)
    expect(series).toMatchObject([
      { seriesKey: 's/5/pdata/1/#slices-1-2', part: 'slices-1-2', files: files.map(({ path }) => path) },
      { seriesKey: 's/5/pdata/1/#slices-3-3', part: 'slices-3-3', files: files.map(({ path }) => path) },
    ])
    const [two, one] = await Promise.all(series.map(({ part }) => bruker.open(files, part)))
    expect(two!.header).toMatchObject({
      shape: { z: 2, t: 1, c: 2 },
      spacing: [2, 3, 2],
      origin: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      orientation: 'known',
      warnings: [],
    })
    expect(one!.header).toMatchObject({
      shape: { z: 1, t: 1, c: 2 },
      origin: [5, 6, 7],
      direction: [1, 0, 0, 0, 0, -1, 0, 1, 0],
    })
    const firsts = async (reader: typeof two, count: number) =>
      Promise.all(Array.from({ length: count }, async (_, k) => Buffer.from(await reader!.plane(k)).readInt16LE(0) / 6))
    expect(await firsts(two, 4)).toEqual([0, 2, 1, 3])
    expect(await firsts(one, 2)).toEqual([4, 5])
    await expect(bruker.open(files, 'slices-1-3')).rejects.toMatchObject({ code: 'malformed' })
  })
  it('of unequal steps has the median and a warning', async () => {
    const { header } = await open(stack(`( 1, 9 )\n${axial}`, '( 4, 3 )\n0 0 0 0 0 1 0 0 2 0 0 5', 4), 4)
    expect(header.spacing).toEqual([2, 3, 1])
    expect(header.warnings.join()).toContain('steps of 1 to 3 mm')
  })
  it.each([
    ['a matrix that is no rotation', '1 0 0 0 2 0 0 0 1', '0 0 0 0 0 1'],
    ['positions that stand still', axial, '0 0 0 0 0 0'],
    ['positions beside the normal', axial, '0 0 0 1 0 1'],
  ])('is not known with %s', async (_, rows, positions) => {
    const { header } = await open(stack(`( 1, 9 )\n${rows}`, `( 2, 3 )\n${positions}`, 2), 2)
    expect(header).toMatchObject({ spacing: [2, 3, 1.5], origin: null, direction: null, orientation: 'unknown' })
    expect(header.warnings).toHaveLength(1)
  })
  it('of a volume comes from its extent; slices stored in reverse are turned', async () => {
    const visu = plainVisu({
      VisuCoreDim: '3',
      VisuCoreSize: '( 3 )\n2 3 2',
      VisuCoreDimDesc: '( 3 )\nspatial spatial spatial',
      VisuCoreExtent: '( 3 )\n4 9 1',
      VisuCoreUnits: '( 3, 65 )\n<mm> <mm> <mm>',
      VisuCoreFrameThickness: '( 1 )\n1',
    })
    const reader = await bruker.open(reconstruction(visu, counting(2)))
    expect(reader.header).toMatchObject({ shape: { z: 2, t: 1 }, spacing: [2, 3, 0.5], origin: [-2, -4.5, 7] })
    expect((await reader.plane(0))[0]).toBe(0)
    expect(reader.direct()).not.toBeNull()
    const reverse = { ...visu, VisuCoreDiskSliceOrder: '( 1 )\ndisk_reverse_slice_order' }
    const turned = await bruker.open(reconstruction(reverse, counting(2)))
    expect((await turned.plane(0))[0]).toBe(6)
    expect(turned.direct()).toBeNull()
    expect(turned.header.warnings.join()).toContain('from last to first')
  })
  it('in other units than millimetres is not measured', async () => {
    const { header } = await open({ VisuCoreUnits: '( 2, 65 )\n<ppm> <ppm>' }, 1)
    expect(header.spacing).toBeNull()
    expect(header.warnings[0]).toContain('VisuCoreUnits is ppm')
  })
})

describe('a study tree', () => {
  const subject = parameters({
    SUBJECT_id: '( 65 )\n<M-17>',
    SUBJECT_name_string: '( 65 )\n<Mouse 17>',
    SUBJECT_sex_animal: 'FEMALE',
    SUBJECT_dbirth: '( 65 )\n<20240102>',
    SUBJECT_study_name: '( 65 )\n<Day 7>',
    SUBJECT_date: '( 65 )\n<2024-07-25T09:18:04,417+0200>',
  })
  const visu = plainVisu({
    VisuSubjectId: '( 65 )\n<M-17>',
    VisuStudyUid: '( 65 )\n<2.16.756.5.5.100.1>',
    VisuExperimentNumber: '5',
    VisuAcquisitionProtocol: '( 65 )\n<T2_TurboRARE>',
    VisuSubjectPosition: 'Head_Prone',
    VisuSubjectWeight: '0.0235',
    VisuAcqDate: '(1721893163, 181, 120)',
    VisuStation: '( 65 )\n<Biospec 94/30>',
  })
  const tree = (): FileEntry[] => [
    ...reconstruction(visu, counting(1), {
      subject,
      AdjStatePerStudy: 'anything',
      '5/acqp': parameters({ ACQ_operator: '( 16 )\n<brandt>' }),
      '5/method': parameters({ Method: '<Bruker:RARE>' }),
      '5/rawdata.job0': new Uint8Array(64).fill(7),
      '5/traj': new Uint8Array(8).fill(1),
      '5/visu_pars': parameters({ VisuVersion: '3' }),
    }),
    entry('s/5/pdata/2/visu_pars', parameters({ ...visu, VisuProcessingNumber: '2' })),
    entry('s/5/pdata/2/2dseq', counting(1)),
    entry('s/6/acqp', parameters({ ACQ_scan_name: '( 65 )\n<Wobble>' })),
    entry('s/6/fid', new Uint8Array(16).fill(2)),
  ]

  it('gives one series for each reconstruction, with its parameters and the raw data of its scan', async () => {
    const found = await recognise(tree())
    expect(
      found.series.map(({ seriesKey, files }) => [seriesKey, files.map((path) => path.slice(2)).toSorted()]),
    ).toEqual([
      ['s/5/pdata/1/', ['5/acqp', '5/method', '5/pdata/1/2dseq', '5/pdata/1/visu_pars', '5/visu_pars', 'subject']],
      ['s/5/pdata/2/', ['5/acqp', '5/method', '5/pdata/2/2dseq', '5/pdata/2/visu_pars', 'subject']],
    ])
    const measured = ['s/5/rawdata.job0', 's/5/traj']
    expect(found.series.map(({ raw: own }) => own)).toEqual([measured, measured])
    expect(found.series.every(({ problem, conflicts }) => !problem && conflicts.length === 0)).toBe(true)
    const raw =
      'Raw data of scan 6 by ParaVision without a reconstructed image (2dseq): kept with its parameters, not displayed.'
    expect(found.attachments).toEqual([
      { path: 's/AdjStatePerStudy', reason: 'Not an image format that is read here.' },
      { path: 's/6/acqp', reason: raw, isRaw: true },
      { path: 's/6/fid', reason: raw, isRaw: true },
    ])
  })

  it('says where each fact stands', async () => {
    const { series } = await recognise(tree())
    const facts = Object.fromEntries(series[0]!.facts.map(({ key, value, evidence }) => [key, [value, evidence]]))
    expect(facts).toMatchObject({
      'subject.localId': ['M-17', 'SUBJECT_id in subject'],
      'subject.sex': ['F', 'SUBJECT_sex_animal in subject'],
      'subject.birthDate': ['2024-01-02', 'SUBJECT_dbirth in subject'],
      'subject.weight': [{ value: 23.5, unit: 'g' }, 'VisuSubjectWeight in visu_pars'],
      'subject.position': ['HFP', 'VisuSubjectPosition in visu_pars'],
      'session.label': ['Day 7', 'SUBJECT_study_name in subject'],
      'session.start': ['2024-07-25T09:18:04+02:00', 'SUBJECT_date in subject'],
      'session.operator': ['brandt', 'ACQ_operator in acqp'],
      'series.label': ['T2_TurboRARE (scan 5)', expect.stringContaining('VisuExperimentNumber in visu_pars')],
      'series.number': [5, 'VisuExperimentNumber in visu_pars'],
      'series.acquiredAt': ['2024-07-25T09:39:23+02:00', 'VisuAcqDate in visu_pars'],
    })
    expect(series[1]!.facts.find(({ key }) => key === 'series.label')!.value).toBe(
      'T2_TurboRARE (scan 5, reconstruction 2)',
    )
  })

  it('reads the records of ParaVision 360, which have other names', async () => {
    const newer = parameters({
      SUBJECT_id: '( 60 )\n<M-17>',
      SUBJECT_dbirth: '( 12 )\n<13 Oct 2023>',
      SUBJECT_gender: 'MALE',
      SUBJECT_study_date: '(1721891884, 618, 540)',
      SUBJECT_study_operator: '( 64 )\n<neuro>',
      SUBJECT_study_instrument_position: 'Foot_Supine',
      SUBJECT_study_weight: '0.001',
    })
    const { VisuSubjectPosition: _, ...rest } = visu
    const unweighed = plainVisu({ ...rest, VisuSubjectWeight: '0.001' })
    const { facts } = await bruker.open(reconstruction(unweighed, counting(1), { subject: newer }))
    const value = (key: string) => facts.find((fact) => fact.key === key)?.value
    expect(value('subject.birthDate')).toBe('2023-10-13')
    expect(value('subject.sex')).toBe('M')
    expect(value('subject.position')).toBe('FFS')
    expect(value('subject.weight')).toBeUndefined()
    expect(value('session.operator')).toBe('neuro')
    expect(value('session.start')).toBe('2024-07-25T16:18:04+09:00')
  })

  it('makes one session with its raw scans beside it', async () => {
    const files = tree()
    const { series, attachments } = await recognise(files)
    const inspected = await Promise.all(
      series.map(async (each) => {
        const { header } = await bruker.open(files.filter(({ path }) => each.files.includes(path)))
        return { ...each, header }
      }),
    )
    const plan = buildPlan({
      label: 'Monday',
      files: files.map(({ path, source }) => ({ path, byteCount: source.size })),
      inspection: { series: inspected, attachments },
      subjects: [],
      instruments: [],
      sessions: [],
      stored: new Map(),
    })
    expect(plan.sessions).toHaveLength(1)
    expect(plan.sessions[0]).toMatchObject({ label: { value: 'Day 7' }, start: { value: '2024-07-25T09:18:04+02:00' } })
    expect(new Set([...plan.series, ...plan.attachments].map(({ sessionKey }) => sessionKey)).size).toBe(1)
    expect(plan.series.map(({ subject: { create } }) => create?.localId)).toEqual(['M-17', 'M-17'])
  })

  it('tells when the study names another animal than the scan', async () => {
    const files = tree().map((file) =>
      file.path === 's/subject' ? entry(file.path, subject.replace('M-17', 'M-71')) : file,
    )
    const { series } = await recognise(files)
    expect(series[0]!.facts.find(({ key }) => key === 'subject.localId')!.value).toBe('M-71')
    expect(series[0]!.conflicts).toEqual([
      {
        key: 'subject.localId',
        others: [{ key: 'subject.localId', value: 'M-17', evidence: 'VisuSubjectId in visu_pars' }],
      },
    ])
  })

  it('keeps raw data whose image is missing, with a sentence', async () => {
    const files = tree().filter(
      ({ path }) => !path.endsWith('2dseq') && !path.includes('/6/') && !path.includes('pdata/2'),
    )
    const { series, attachments } = await recognise(files)
    expect(series).toEqual([])
    expect(attachments.find(({ path }) => path === 's/5/rawdata.job0')!.reason).toBe(
      'Raw data of scan 5 by ParaVision without a reconstructed image (2dseq): kept with its parameters, not displayed.',
    )
  })

  it('keeps spectra, with a sentence', async () => {
    const spectrum = plainVisu({ VisuCoreDim: '1', VisuCoreSize: '( 1 )\n6', VisuCoreDimDesc: '( 1 )\nspectroscopic' })
    const { series, attachments } = await recognise(
      reconstruction(spectrum, counting(1), { '5/fid': new Uint8Array(4) }),
    )
    expect(series).toEqual([])
    expect(new Set(attachments.map(({ reason }) => reason))).toEqual(
      new Set([
        'ParaVision data with a spectroscopic dimension (spectroscopy): kept with its parameters, not displayed.',
      ]),
    )
    expect(attachments).toHaveLength(3)
  })

  it('may be one folder with everything', async () => {
    const names = ['visu_pars', '2dseq', 'acqp', 'reco', 'fid', 'traj']
    const made = [parameters(visu), counting(1), parameters({ NR: '1' }), parameters({}), counting(1), counting(1)]
    const { series, attachments } = await recognise(names.map((name, i) => entry(name, made[i]!)))
    expect(series.map(({ files, raw = [] }) => [...files, ...raw])).toEqual([names])
    expect(series[0]!.raw).toEqual(['fid', 'traj'].map((name) => names.find((path) => path.endsWith(name))))
    expect(attachments).toEqual([])
  })

  it('says what a 2dseq alone needs', async () => {
    const { attachments } = await recognise([entry('2dseq', counting(1))])
    expect(attachments[0]!.reason).toContain('without visu_pars or reco')
  })

  it('opens with damaged files beside the image, and says so', async () => {
    const files = reconstruction(plainVisu(), counting(1), {
      subject: 'nonsense',
      '5/acqp': parameters({ NR: '1' }, ''),
    })
    const { header } = await bruker.open(files)
    expect(header.warnings).toEqual([
      expect.stringContaining('subject beside the image cannot be read'),
      'acqp ends without ##END=; it may have been cut.',
    ])
  })
})

describe('damage', () => {
  it.each([
    ['truncated', { VisuCoreFrameCount: '2' }, '24 bytes'],
    ['malformed', { VisuCoreFrameCount: '-1' }, 'VisuCoreFrameCount'],
    ['malformed', { VisuCoreFrameCount: '10000000' }, 'VisuCoreFrameCount'],
    ['malformed', { VisuCoreSize: '( 2 )\n0 3' }, 'VisuCoreSize'],
    ['malformed', { VisuCoreSize: '( 2 )\n2' }, 'announces 2 values and has 1'],
    ['malformed', { VisuCoreSize: '( 2 )\n2 99999999' }, 'VisuCoreSize'],
    ['too-large', { VisuCoreSize: '( 2 )\n1048576 1048576' }, 'more than 1000000 planes or'],
    ['malformed', { VisuFGOrderDesc: '( 1 )\n(-5, <FG_SLICE>, <>, 0, 2)' }, 'VisuFGOrderDesc'],
    ['malformed', { VisuFGOrderDesc: `( 30 )\n${'(1, <FG_X>, <>, 0, 0) '.repeat(30)}` }, 'more than 16 frame groups'],
    ['malformed', { VisuCoreByteOrder: 'middleEndian' }, 'VisuCoreByteOrder'],
    ['malformed', { VisuCoreOrientation: '( 1000000000, 9 )\n1 0 0' }, 'announces 9000000000 values and has 3'],
    ['too-large', { VisuCoreDataSlope: '( 1000000000 )\n@1000000000*(1)' }, 'more than 4000000 values'],
  ])('is refused as %s: %j', async (code, visu, sentence) => {
    const opening = bruker.open(reconstruction(plainVisu(visu as unknown as Record<string, string>), counting(1)))
    await expect(opening).rejects.toMatchObject({
      name: 'ImagingError',
      code,
      message: expect.stringContaining(sentence),
    })
    // The same is told before the import, and the facts are kept.
    const { series } = await recognise(
      reconstruction(plainVisu(visu as unknown as Record<string, string>), counting(1)),
    )
    expect(series[0]!.problem).toMatchObject({ code })
  })
  it('of absent files is told', async () => {
    const [visu, data] = reconstruction(plainVisu(), counting(1))
    await expect(bruker.open([visu!])).rejects.toMatchObject({ code: 'missing-companion' })
    await expect(bruker.open([data!])).rejects.toMatchObject({ code: 'not-this-format' })
    const { series } = await recognise([visu!])
    expect(series[0]!.problem).toMatchObject({ code: 'missing-companion', message: expect.stringContaining('2dseq') })
  })
  it('does not make long work of a label for each of very many elements', async () => {
    const visu = plainVisu({
      VisuCoreFrameCount: '1000000',
      VisuFGOrderDesc: `( 16 )\n${'(1000000, <FG_COIL>, <>, 0, 0) '.repeat(16)}`,
    })
    await expect(bruker.open(reconstruction(visu, counting(1)))).rejects.toMatchObject({ code: 'truncated' })
  })
})

describe.runIf(existsSync('../shared/samples/bruker'))('a scan without visu_pars', () => {
  const names = ['acqp', 'method', 'pdata/1/2dseq', 'pdata/1/reco', 'pdata/1/d3proc', 'pdata/1/visu_pars']
  const files = () => names.map((name) => sampleFile(`bruker/banana/1/${name}`))
  const bare = (...without: string[]) =>
    files().filter(({ path }) => ![...without, 'visu_pars'].some((name) => path.endsWith(name)))

  it('is read by reco as it is by visu_pars, but for the place', async () => {
    const whole = (await bruker.open(files())).header
    const { header } = await bruker.open(bare())
    expect(header.shape).toEqual(whole.shape)
    expect(header.spacing).toEqual(whole.spacing)
    expect(header.slope).toHaveLength(1)
    expect(header.slope[0]).toBeCloseTo(whole.slope[0]!, 9)
    expect(header).toMatchObject({ sampleType: 'int16', intercept: [0], direction: null, orientation: 'unknown' })
    expect(header.warnings[0]).toContain('no visu_pars')
  })
  it('is recognised by reco, with the facts of the scan', async () => {
    const { series } = await recognise(bare())
    expect(series).toHaveLength(1)
    expect(series[0]!.problem).toBeUndefined()
    expect(series[0]!.facts).toContainEqual({
      key: 'series.acquiredAt',
      value: '2011-11-30T12:20:46-05:00',
      evidence: 'ACQ_time in acqp',
    })
  })
  it('needs neither acqp nor d3proc', async () => {
    const { header } = await bruker.open(bare('acqp', 'd3proc'))
    expect(header.shape).toMatchObject({ x: 80, y: 64, z: 5 })
    expect(header.warnings.join()).toContain('do not explain its 5 images')
  })
})
