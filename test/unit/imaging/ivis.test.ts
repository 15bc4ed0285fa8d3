import { describe, expect, it } from 'vitest'
import type { FileEntry } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { phantomHeader } from '#imaging/phantoms/phantom.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { writeIvis } from '#imaging/write/ivis.ts'
import { writeTiff } from '#imaging/write/tiff.ts'
import { entry, open } from './files.ts'

type Section = [heading: string, entries?: Record<string, string | number>]

const text = (...sections: Section[]): string =>
  sections
    .map(([heading, entries = {}]) =>
      [`*** ${heading}`, ...Object.entries(entries).map(([key, value]) => `${key}:\t${value}`)].join('\r\n'),
    )
    .join('\r\n\r\n')

const luminescent: Record<string, string | number> = {
  'Acquisition Date': 'Monday, December 29, 2025',
  'Acquisition Time': '14:32:15',
  'Luminescent Exposure (Seconds)': 60,
  'Binning Factor': 8,
  'f Number': 1,
  'Field of View': 12.8,
  'Excitation filter': 'Block',
  'Emission filter': 'Open',
  'Image Units': 'counts',
}
const click: Section = ['ClickNumber:\tNF20251229143215_002', { 'Living Image Version': '4.7.4' }]
const signal: Section = ['luminescent image:\tluminescent.TIF', luminescent]
const info = (...more: Section[]) => entry('s/c/ClickInfo.txt', text(click, signal, ...more))

const picture = async (
  path: string,
  side: number,
  first = 1,
  sampleType: 'uint16' | 'float32' = 'uint16',
  height = side,
): Promise<FileEntry> => {
  const values = Array.from({ length: side * height }, (_, i) => first + i)
  const plane = new Uint8Array((sampleType === 'uint16' ? Uint16Array.from(values) : Float32Array.from(values)).buffer)
  const header = phantomHeader({
    modality: 'OT',
    shape: { x: side, y: height, z: 1, t: 1, c: 1 },
    sampleType,
    spacing: null,
  })
  return entry(path, await writeTiff({ header, planes: () => [plane] }))
}
const light = (side = 4) => picture('s/c/luminescent.TIF', side)

describe('a click', () => {
  it('is the signal with texts and corrections, and the photograph with the texts', async () => {
    const files = [
      await picture('s/c/readbiasonly.TIF', 4, 200),
      await picture('s/c/photograph.TIF', 8, 100),
      entry('s/c/AnalyzedClickInfo.txt', text(click, signal)),
      await light(),
      await picture('s/c/background.tif', 4),
      info(),
      await picture('s/c/export of mine.tif', 5),
      entry('s/SequenceInfo.txt', 'x'),
    ]
    const { series, attachments } = await recognise(files)
    expect(
      series.map(({ format, files: own, problem }) => [format, own.map((path) => path.replace('s/c/', '')), problem]),
    ).toEqual([
      [
        'ivis',
        [
          'readbiasonly.TIF',
          'AnalyzedClickInfo.txt',
          'luminescent.TIF',
          'background.tif',
          'ClickInfo.txt',
          's/SequenceInfo.txt',
        ],
        undefined,
      ],
      ['ivis', ['photograph.TIF', 'AnalyzedClickInfo.txt', 'ClickInfo.txt', 's/SequenceInfo.txt'], undefined],
      ['tiff', ['export of mine.tif'], undefined],
    ])
    expect(attachments).toEqual([])
    const [first, second] = await Promise.all(
      series.slice(0, 2).map(({ files: own }) => open('ivis', ...files.filter(({ path }) => own.includes(path)))),
    )
    expect(samplesOf('uint16', await first!.plane(0))[0]).toBe(1)
    expect(samplesOf('uint16', await second!.plane(0))[0]).toBe(100)
    // The same field of view on both: one can be laid over the other.
    expect([first!, second!].map(({ header: { spacing, shape } }) => spacing![0] * shape.x)).toEqual([128, 128])
    expect(first!.header).toMatchObject({ format: 'ivis', modality: 'OI', unit: '{counts}', spacing: [32, 32, 32] })
    expect(second!.header).toMatchObject({ unit: '', spacing: [16, 16, 16] })
  })

  it('may be at the top of the batch, in other cases and spellings', async () => {
    const files = [await picture('LUMINESCENT.tiff', 4), entry('clickinfo.TXT', text(click, signal))]
    const { series } = await recognise(files)
    expect(series).toMatchObject([{ format: 'ivis', files: ['LUMINESCENT.tiff', 'clickinfo.TXT'] }])
    const reader = await open('ivis', ...files)
    expect(reader.direct()).toEqual({ file: 0, offset: expect.any(Number) })
    expect(reader.header.spacing).toEqual([32, 32, 32])
  })

  it('needs a text: a lone TIFF stays a TIFF, whatever its name', async () => {
    const names = ['luminescent.TIF', 'photograph.TIF', 'readbiasonly.TIF']
    const { series } = await recognise(await Promise.all(names.map((name) => picture(`d/${name}`, 4))))
    expect(series.map(({ format, files }) => [format, files])).toEqual(names.map((name) => ['tiff', [`d/${name}`]]))
    const beside = await recognise([info(), await picture('s/luminescent.TIF', 4)])
    expect(beside.series.map(({ format }) => format)).toEqual(['ivis', 'tiff'])
  })

  it('without its image says which one is missing, and never looks outside of its folder', async () => {
    const heading = 'luminescent image:\t..\\..\\x/../../luminescentFloatCorrected.TIF'
    const alone = entry('s/c/ClickInfo.txt', text(click, [heading]))
    const { series } = await recognise([alone, await picture('luminescentFloatCorrected.TIF', 4)])
    expect(series[0]).toMatchObject({
      files: ['s/c/ClickInfo.txt'],
      problem: {
        code: 'missing-companion',
        message: expect.stringContaining('needs the file s/c/luminescentFloatCorrected.TIF'),
      },
    })
    await expect(open('ivis', alone)).rejects.toMatchObject({ code: 'missing-companion' })
  })

  it('keeps its image when the text is damaged', async () => {
    const files = [entry('s/c/ClickInfo.txt', 'nothing of the kind'), await light()]
    const { series } = await recognise(files)
    expect(series).toMatchObject([{ format: 'ivis', files: ['s/c/ClickInfo.txt', 's/c/luminescent.TIF'] }])
    const { header } = await open('ivis', ...files)
    expect(header.spacing).toBeNull()
    expect(header.warnings.join()).toContain('ClickInfo.txt cannot be read')
  })

  it('with a damaged TIFF has a problem', async () => {
    const bytes = await (await light()).source.read(0, 12)
    const { series } = await recognise([info(), entry('s/c/luminescent.TIF', bytes)])
    expect(series).toMatchObject([{ problem: { code: expect.any(String) } }])
  })
})

describe('values', () => {
  const camera: Section = [
    'Camera System Info:',
    { 'Coef C-ccd at FOV 12.8, f1': '2.213E+07', 'Coef C-ccd at FOV 12.8, f2': '9E+07' },
  ]

  it('stay counts; the coefficient of the camera is shown, not used', async () => {
    const { header } = await open('ivis', info(camera), await light())
    expect(header).toMatchObject({ unit: '{counts}', slope: [1], intercept: [0] })
    expect(header.warnings.join()).toContain('camera counts')
    expect(header.warnings.join()).toContain('C-ccd 2.213E+07')
    const other = await open(
      'ivis',
      entry('s/c/ClickInfo.txt', text(click, ['luminescent image:', { ...luminescent, 'f Number': 8 }], camera)),
      await light(),
    )
    expect(other.header.warnings.join()).toContain('gives no coefficient')
  })

  it.each([
    ['p/sec/cm^2/sr', '{photons}/s/cm2/sr'],
    ['photons/s/cm²/sr', '{photons}/s/cm2/sr'],
    ['counts', '{counts}'],
    ['efficiency', ''],
    ['', ''],
  ])('of a corrected image called %s have the unit "%s"', async (stated, unit) => {
    const own: Section = ['luminescent image:\tluminescent.TIF', { ...luminescent, 'Image Units': stated }]
    const { header } = await open(
      'ivis',
      entry('s/c/ClickInfo.txt', text(click, own)),
      await picture('s/c/luminescentFloatCorrected.TIF', 4, 0.5, 'float32'),
    )
    expect(header).toMatchObject({ unit, spacing: [32, 32, 32] })
    expect(header.warnings.length).toBe(unit ? 0 : 1)
  })

  it.each([
    [{ 'Field of View': '' }, 4],
    [{ 'Field of View': '-1' }, 4],
    [{ 'Field of View': '1e9' }, 4],
    [{ 'Field of View': 'D' }, 4],
    [{}, 6],
  ])('have no place in mm with %o and %i rows', async (given, height) => {
    const file = entry('s/c/ClickInfo.txt', text(click, ['luminescent image:', { ...luminescent, ...given }]))
    const { header } = await open('ivis', file, await picture('s/c/luminescent.TIF', 4, 1, 'uint16', height))
    expect(header.spacing).toBeNull()
    expect(header.warnings.join()).toContain('distances are not known')
  })

  it('of a photograph take its own field of view, else the only one of the click', async () => {
    const spacing = async (...more: Section[]) =>
      (await open('ivis', info(...more), await picture('s/c/photograph.TIF', 8))).header.spacing
    expect(await spacing()).toEqual([16, 16, 16])
    expect(await spacing(['photographic image:\tphotograph.TIF', { 'Field of View': 25.6 }])).toEqual([32, 32, 32])
    expect(await spacing(['fluorescent image:\tx.TIF', { 'Field of View': 25.6 }])).toBeNull()
  })
})

describe('facts', () => {
  const labels: Section = [
    'User Label Name Set:\tLiving Image Universal',
    {
      User: 'nl',
      Experiment: 'Brain tumour',
      'Animal Number': 'M1',
      'Animal Strain': 'NSG',
      Sex: 'F',
      View: 'prone',
      'Time Point': '10m post',
      Group: '',
      Comment1: 'a: b',
    },
  ]
  const camera: Section = ['Camera System Info:', { 'System Configuration': 'IVIS Spectrum' }]

  it('are what people typed and what the camera did, with the place where it stands', async () => {
    const { series } = await recognise([info(labels, camera), await light()])
    expect(Object.fromEntries(series[0]!.facts.map(({ key, value, evidence }) => [key, [value, evidence]]))).toEqual({
      'session.operator': ['nl', 'User Label Name Set: User'],
      'study.title': ['Brain tumour', 'User Label Name Set: Experiment'],
      'subject.localId': ['M1', 'User Label Name Set: Animal Number'],
      'subject.strain': ['NSG', 'User Label Name Set: Animal Strain'],
      'subject.sex': ['F', 'User Label Name Set: Sex'],
      'series.label': ['Luminescent image, prone, 10m post', 'name of the file, View, Time Point'],
      'instrument.model': ['IVIS Spectrum', 'Camera System Info: System Configuration'],
      'instrument.softwareVersion': ['Living Image 4.7.4', 'ClickNumber: Living Image Version'],
      'session.start': ['2025-12-29T14:32:15', 'luminescent image: Acquisition Date, Acquisition Time'],
      'series.acquiredAt': ['2025-12-29T14:32:15', 'luminescent image: Acquisition Date, Acquisition Time'],
      'series.number': [2, 'ClickNumber'],
      'series.protocol': [
        'exposure 60 s, binning 8, f/1, field of view 12.8 cm, excitation Block, emission Open',
        'luminescent image: Luminescent Exposure (Seconds), Binning Factor, f Number, Field of View, Excitation filter, Emission filter',
      ],
    })
  })

  it('that were corrected later are shown as a conflict', async () => {
    const corrected = entry(
      's/c/AnalyzedClickInfo.txt',
      text(click, signal, ['User Label Name Set:', { 'Animal Number': 'M7' }]),
    )
    const { series } = await recognise([corrected, info(labels), await light()])
    expect(series[0]!.facts.find(({ key }) => key === 'subject.localId')!.value).toBe('M7')
    expect(series[0]!.conflicts).toMatchObject([{ key: 'subject.localId', others: [{ value: 'M1' }] }])
  })

  it('that say nothing are left out', async () => {
    const none: Section = [
      'User Label Name Set:',
      { User: 'none', Experiment: 'N/A', 'Animal Number': '-', Sex: 'mixed' },
    ]
    const file = entry(
      's/c/ClickInfo.txt',
      text(['ClickNumber:\tx'], ['luminescent image:', { 'Acquisition Date': '29/12/2025' }], none),
    )
    const { facts } = await open('ivis', file, await light())
    expect(facts.map(({ key }) => key)).toEqual(['series.label'])
  })

  it.each([
    ['Monday, December 29, 2025', '24:00:00', '2025-12-29'],
    ['February 30, 2025', '10:00:00', undefined],
    ['Montag, 29. Dezember 2025', '10:00:00', undefined],
  ])('of %s at %s: %s', async (date, time, expected) => {
    const file = entry(
      's/c/ClickInfo.txt',
      text(click, ['luminescent image:', { 'Acquisition Date': date, 'Acquisition Time': time }]),
    )
    expect((await open('ivis', file, await light())).facts.find(({ key }) => key === 'session.start')?.value).toBe(
      expected,
    )
  })
})

describe('the text', () => {
  it('may have comments, blank lines, a byte order mark, and letters of Windows', async () => {
    const head = '# Living Image\r\n\r\n \t\r\n'
    const latin = entry(
      's/c/ClickInfo.txt',
      Buffer.from(`${head}${text(click, signal, ['User Input:', { User: 'J\u00f6rg \x80' }])}`, 'latin1'),
    )
    expect((await open('ivis', latin, await light())).facts[0]!.value).toBe('Jörg €')
    const marked = entry(
      's/c/ClickInfo.txt',
      Buffer.from(`\ufeff${text(click, signal, ['User Input:', { User: 'Jörg' }])}`),
    )
    expect((await open('ivis', marked, await light())).facts[0]!.value).toBe('Jörg')
  })

  it('stands in the header panel with the tags of the TIFF', async () => {
    const tags = await (await open('ivis', info(), await light())).tags()
    const shown = Object.fromEntries(tags.map(({ key, value }) => [key, value]))
    expect(shown).toMatchObject({
      'ClickInfo/luminescent image/Binning Factor': '8',
      'ClickInfo/ClickNumber': 'NF20251229143215_002',
      'IFD0/ImageWidth': '4',
    })
  })

  it('that is hostile is read in time or refused', async () => {
    const image = await light()
    const opened = async (bytes: string) =>
      (await open('ivis', entry('s/c/ClickInfo.txt', bytes), image)).header.warnings.join()
    expect(await opened(text(click, signal) + '\n*** a:\tb'.repeat(1_000_000))).not.toContain('cannot be read')
    expect(
      await opened(`${text(click, signal)}\n${Array.from({ length: 1_000_000 }, (_, i) => `k${i}:1`).join('\n')}`),
    ).not.toContain('cannot be read')
    expect(await opened(text(click, signal) + 'x'.repeat(17 * 2 ** 20))).toContain('are not read')
    expect(await opened('\n'.repeat(1_000_000))).toContain('does not begin with a section')
    expect(await opened('***'.repeat(1_000_000))).toContain('does not begin with a section')
    expect(await opened(`*** ${'a'.repeat(1_000_000)}`)).toContain('field of view')
  })
})

describe('the writer', () => {
  it('makes what the reader reads', async () => {
    const image = phantom('bioluminescence', { resolution: 0.1 })
    const facts = [
      { key: 'series.acquiredAt' as const, value: '2024-09-20T13:00:00', evidence: '' },
      { key: 'instrument.softwareVersion' as const, value: 'Living Image 4.7.4', evidence: '' },
    ]
    const files = await writeIvis(image, {
      click: 'A_003',
      exposureSeconds: 60,
      binning: 2,
      fNumber: 1,
      labels: { Sex: 'Female' },
      facts,
    })
    const entries = files.map(({ name, bytes }) => entry(`d/${name}`, bytes))
    const { series, attachments } = await recognise(entries)
    expect([series.length, attachments.length]).toEqual([2, 0])
    const reader = await open('ivis', ...entries.filter(({ path }) => series[0]!.files.includes(path)))
    expect(reader.header.spacing![0]).toBeCloseTo(image.header.spacing![0] * 2, 6)
    expect(Object.fromEntries(reader.facts.map(({ key, value }) => [key, value]))).toMatchObject({
      'subject.sex': 'F',
      'session.start': '2024-09-20T13:00:00',
      'series.number': 3,
      'instrument.softwareVersion': 'Living Image 4.7.4',
    })
    const [, counts] = [...image.planes()]
    const total = (plane: Uint8Array) => [...samplesOf('uint16', plane)].reduce((a, b) => a + b, 0)
    expect(total(await reader.plane(0)) - 200 * 400).toBe(total(counts!))
    await expect(writeIvis(image, { click: 'x', exposureSeconds: 1, binning: 3, fNumber: 1 })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })
})

it('is marked as not verified', () => expect(formatById('ivis')!.verified).toBe(false))

describe('a sequence', () => {
  const clicks = async (settings: Record<string, string | number>[], names = ['photograph.TIF', 'luminescent.TIF']) => {
    const files: FileEntry[] = [entry('d/N_SEQ/SequenceInfo.txt', '*** Sequence Info\r\nName:\tx')]
    for (const [i, own] of settings.entries()) {
      const folder = `d/N_SEQ/N_00${i + 1}/`
      const section: Section = ['luminescent image:\tluminescent.TIF', { ...luminescent, ...own }]
      const photo: Section = ['photographic image:\tphotograph.TIF', { ...luminescent, ...own }]
      files.push(entry(`${folder}ClickInfo.txt`, text([`ClickNumber:\tN_00${i + 1}`], section, photo)))
      for (const name of names) files.push(await picture(folder + name, name.startsWith('p') ? 8 : 4, 10 * (i + 1)))
      files.push(await picture(`${folder}readbiasonly.TIF`, 4, 200))
    }
    return files
  }
  const opened = async (files: FileEntry[]) => {
    const { series, attachments } = await recognise(files)
    expect(attachments).toEqual([])
    expect(series.map(({ problem, conflicts }) => [problem, conflicts])).toEqual(series.map(() => [undefined, []]))
    expect(new Set(series.flatMap((each) => each.files)).size).toBe(files.length)
    return Promise.all(
      series.map((each) => formatById('ivis')!.open(files.filter(({ path }) => each.files.includes(path)))),
    )
  }
  const firsts = (reader: Awaited<ReturnType<typeof open>>, count: number) =>
    Promise.all(Array.from({ length: count }, async (_, k) => samplesOf('uint16', await reader.plane(k))[0]))

  it('over time is one series of photographs and one of signals, in the order of the clock, in one field', async () => {
    const times = ['14:34:15', '14:32:15', '14:33:15'].map((time) => ({ 'Acquisition Time': time }))
    const readers = await opened(await clicks(times))
    expect(readers.map(({ header }) => [header.shape.x, header.shape.t, header.shape.c])).toEqual([
      [4, 3, 1],
      [8, 3, 1],
    ])
    const [signal, photograph] = readers as [(typeof readers)[0], (typeof readers)[0]]
    expect(await firsts(signal, 3)).toEqual([20, 30, 10])
    expect(signal.header.frames).toEqual({ startSeconds: [0, 60, 120], durationSeconds: [60, 60, 60] })
    // A square of 128 mm around the middle: 8 pixels of 16 mm, 4 of 32 mm.
    expect(photograph.header).toMatchObject({ spacing: [16, 16, 16], origin: [-56, -56, 0], orientation: 'assumed' })
    expect(signal.header).toMatchObject({ spacing: [32, 32, 32], origin: [-48, -48, 0] })
    await expect(signal.plane(3)).rejects.toMatchObject({ name: 'ImagingError' })
  })

  it('over filters is one series with a channel for each', async () => {
    const settings = ['620', '640'].map((filter, i) => ({
      'Emission filter': filter,
      'Acquisition Time': `14:3${i}:15`,
    }))
    const [reader] = await opened(await clicks(settings, ['luminescent.TIF']))
    expect(reader!.header).toMatchObject({ shape: { t: 1, c: 2 }, frames: null })
    expect(reader!.header.channels).toEqual([
      { label: 'excitation Block, emission 620' },
      { label: 'excitation Block, emission 640' },
    ])
  })

  it('keeps pictures of another size apart, and a damaged one for itself', async () => {
    const files = await clicks(
      [{ 'Acquisition Time': '14:32:15' }, { 'Acquisition Time': '14:33:15' }],
      ['luminescent.TIF'],
    )
    const other = await Promise.all(
      files.map(async (file) => (file.path.endsWith('002/luminescent.TIF') ? picture(file.path, 8, 5) : file)),
    )
    expect((await opened(other)).map(({ header }) => [header.shape.x, header.shape.t])).toEqual([
      [4, 1],
      [8, 1],
    ])
    const cut = files.map((file) => (file.path.endsWith('002/luminescent.TIF') ? entry(file.path, 'II*\0cut') : file))
    const { series } = await recognise(cut)
    const [whole, damaged] = series.map((each) => cut.filter(({ path }) => each.files.includes(path)))
    expect((await open('ivis', ...whole!)).header.shape.t).toBe(1)
    await expect(open('ivis', ...damaged!)).rejects.toMatchObject({ name: 'ImagingError' })
  })
})
