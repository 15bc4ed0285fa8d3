import { describe, expect, it } from 'vitest'
import { formatById } from '#imaging/formats/index.ts'
import type { Fact, FileEntry } from '#imaging/format.ts'
import { axisLetters } from '#imaging/geometry/orientation.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { writeInveon } from '#imaging/write/inveon.ts'
import { collect } from '../../conformance/formats/profile.ts'
import { allPlanes, entry, inveonHeader, joined, open } from './files.ts'

const base = {
  x_dimension: 2,
  y_dimension: 2,
  z_dimension: 1,
  total_frames: 1,
  data_type: 2,
  modality: 0,
  pixel_size: 0.1,
  pixel_size_z: 0.8,
}
const bytes = (view: { buffer: ArrayBufferLike }) => new Uint8Array(view.buffer as ArrayBuffer)
const pair = (main: Record<string, string | number>, frames: Record<string, string | number>[], data: Uint8Array) =>
  open('inveon', entry('m.img.hdr', inveonHeader({ ...base, ...main }, frames)), entry('m.img', data))

const big = (size: number, values: number[], isFloat = false) => {
  const view = new DataView(new ArrayBuffer(size * values.length))
  values.forEach((v, i) =>
    isFloat ? view.setFloat32(i * 4, v) : size === 2 ? view.setInt16(i * 2, v) : view.setInt32(i * 4, v),
  )
  return bytes(view)
}

describe('values', () => {
  const values = [1, -2, 3, 120]
  it.each([
    [1, 'int8', bytes(Int8Array.from(values)), true],
    [2, 'int16', bytes(Int16Array.from(values)), true],
    [3, 'int32', bytes(Int32Array.from(values)), true],
    [4, 'float32', bytes(Float32Array.from(values)), true],
    [5, 'float32', big(4, values, true), false],
    [6, 'int16', big(2, values), false],
    [7, 'int32', big(4, values), false],
  ] as const)('data_type %i is %s', async (data_type, sampleType, data, isDirect) => {
    const reader = await pair({ data_type }, [{}], data)
    expect(reader.header.sampleType).toBe(sampleType)
    expect([...samplesOf(sampleType, await reader.plane(0))]).toEqual(values)
    expect(reader.direct()).toEqual(isDirect ? { file: 1, offset: 0 } : null)
  })

  it.each([
    [
      { scale_factor: 3 },
      { calibration_factor: 10, isotope_branching_fraction: 0.5, calibration_units: 2 },
      60,
      'Bq/mL',
    ],
    [
      { scale_factor: 3 },
      { calibration_factor: 10, isotope_branching_fraction: 0.5, calibration_units: 1 },
      60 * 37,
      'Bq/mL',
    ],
    [{}, { scale_factor: 3, calibration_factor: 0, isotope_branching_fraction: -1, calibration_units: 2 }, 3, ''],
    [{}, {}, 1, ''],
    [{ scale_factor: 'nan' }, { modality: 1 }, 1, 'HU'],
  ])('%o and %o', async (frame, main, slope, unit) => {
    const { header } = await pair(main, [frame], new Uint8Array(8))
    expect(header).toMatchObject({ slope: [slope], intercept: [0], unit })
  })

  it('takes the slope frame by frame', async () => {
    const frames = [
      { scale_factor: 1, frame_start: 0, frame_duration: 5 },
      { scale_factor: 2, frame_start: 5, frame_duration: 10 },
    ]
    const { header } = await pair({ total_frames: 2, z_dimension: 2 }, frames, new Uint8Array(32))
    expect(header.slope).toEqual([1, 1, 2, 2])
    expect(header.frames).toEqual({ startSeconds: [0, 5], durationSeconds: [5, 10] })
  })

  it.each<Record<string, number>>([{ data_type: 0 }, { data_type: 9 }, { w_dimension: 3 }])(
    'refuses %o',
    async (main) => {
      await expect(pair(main, [{}], new Uint8Array(64))).rejects.toMatchObject({ code: 'unsupported' })
    },
  )
})

describe('where the frames are', () => {
  const three = bytes(Int16Array.from({ length: 12 }, (_, i) => i))
  const first = async (pointers: (string | undefined)[]) => {
    const frames = pointers.map((pointer): Record<string, string> => (pointer === undefined ? {} : { data_file_pointer: pointer })) // prettier-ignore
    const reader = await pair({ total_frames: 3 }, frames, three)
    return { starts: (await allPlanes(reader)).map((plane) => samplesOf('int16', plane)[0]), direct: reader.direct() }
  }

  it.each([
    [
      ['0 0', '0 8', '0 16'],
      [0, 4, 8],
    ],
    [
      ['0', '8', '16'],
      [0, 4, 8],
    ],
    [
      ['0 16', '0 8', '0 0'],
      [8, 4, 0],
    ],
    [
      ['0 0', '0 0', '0 0'],
      [0, 4, 8],
    ],
    [
      [undefined, undefined, undefined],
      [0, 4, 8],
    ],
    [
      ['0 0', undefined, '0 16'],
      [0, 4, 8],
    ],
    [
      ['0 x', '0 8', '0 16'],
      [0, 4, 8],
    ],
  ])('pointers %o', async (pointers, starts) => {
    const found = await first(pointers)
    expect(found.starts).toEqual(starts)
    expect(found.direct).toEqual(starts[0] === 0 ? { file: 1, offset: 0 } : null)
  })

  it('reads the low half as unsigned', async () => {
    await expect(first(['0 0', '0 -8', '0 16'])).rejects.toMatchObject({ code: 'truncated', message: expect.stringContaining('4294967288') }) // prettier-ignore
  })

  it('makes gates, beds and energy windows channels', async () => {
    const frames = [0, 1, 0, 1].map((gate, i) => ({ gate, frame_start: i < 2 ? 0 : 5, frame_duration: 5 }))
    const reader = await pair({ total_frames: 4 }, frames, bytes(Int16Array.from({ length: 16 }, (_, i) => i)))
    expect(reader.header).toMatchObject({ shape: { t: 2, c: 2 }, frames: { startSeconds: [0, 5] } })
    expect(reader.header.channels?.map(({ label }) => label)).toEqual([
      'bed 0, gate 0, energy window 0',
      'bed 0, gate 1, energy window 0',
    ])
    expect((await allPlanes(reader)).map((plane) => samplesOf('int16', plane)[0])).toEqual([0, 8, 4, 12])
  })

  it('shows frames that do not pair up one after the other', async () => {
    const reader = await pair({ total_frames: 3 }, [{ gate: 0 }, { gate: 1 }, { gate: 1 }], three)
    expect(reader.header.shape).toMatchObject({ t: 3, c: 1 })
    expect(reader.header.warnings.join()).toContain('different numbers of frames')
  })

  it('says so when frames are announced but not described', async () => {
    const reader = await pair({ total_frames: 3, scale_factor: 7 }, [{ scale_factor: 2 }], three)
    expect(reader.header.slope).toEqual([2, 7, 7])
    expect(reader.header.warnings.join()).toContain('announces 3 frames and describes 1')
  })
})

describe('geometry', () => {
  const of = async (main: Record<string, string | number>) => (await pair(main, [{}], new Uint8Array(8))).header

  it('prefers millimetres per axis to centimetres for all', async () => {
    expect((await of({ pixel_size_x: 0.4, pixel_size_y: 0.5 })).spacing).toEqual([0.4, 0.5, 0.8])
    expect((await of({ pixel_size: 0.2 })).spacing).toEqual([2, 2, 0.8])
    expect((await of({ pixel_size_z: 0, axial_crystal_pitch: 0.16 })).spacing).toEqual([1, 1, 0.8])
    expect((await of({ pixel_size: 0 })).spacing).toBeNull()
  })

  it('does not know directions without the position, and only assumes them with it', async () => {
    expect(await of({})).toMatchObject({ orientation: 'unknown', direction: null, origin: null })
    const supine = await of({ subject_orientation: 3 })
    expect(supine).toMatchObject({ orientation: 'assumed', origin: [0.5, -0.5, 0] })
    expect(supine.warnings.join()).toContain('left and right are unverified')
    expect(axisLetters(supine)).toEqual(['R', 'P', 'S'])
    expect((await of({ subject_orientation: 7 })).orientation).toBe('unknown')
  })

  it('is not known when the sizes grow beyond what a number holds', async () => {
    const header = await of({ subject_orientation: 3, pixel_size_x: 1.7e308, image_ref_shift: '-1.7e308 0 0' })
    expect(header).toMatchObject({ origin: null, direction: null, orientation: 'unknown' })
    expect(header.warnings.at(-1)).toBe(
      'The sizes or the place that the file states cannot be true; they are not known.',
    )
  })

  it('moves the volume by the reference shift', async () => {
    expect((await of({ subject_orientation: 3, image_ref_shift: '0 0 5' })).origin).toEqual([0.5, -0.5, 5])
  })

  it('takes the modality from the name when the header is silent', async () => {
    const header = entry('m.ct.img.hdr', inveonHeader({ ...base, modality: -1 }))
    const reader = await open('inveon', header, entry('m.ct.img', new Uint8Array(8)))
    expect(reader.header).toMatchObject({ modality: 'CT', unit: '' })
    expect(reader.header.warnings.join()).toContain('file name')
  })
})

describe('facts', () => {
  const facts = async (main: Record<string, string | number>) => {
    const scan = await formatById('inveon')!.scan(
      entry('m.img.hdr', inveonHeader({ ...base, ...main })),
      () => undefined,
    )
    return Object.fromEntries(scan.facts.map(({ key, value }) => [key, value]))
  }

  it('fill the record, with units', async () => {
    expect(
      await facts({
        subject_identifier: 'M 17',
        subject_genus: 'Mus musculus',
        subject_sex: 'Female',
        subject_weight: 0.0251,
        subject_weight_units: 3,
        subject_orientation: 2,
        subject_date_of_birth: '20240115',
        study: 'Uptake',
        model: 5001,
        manufacturer: 'Siemens',
        acquisition_mode: 3,
        injected_compound: 'FDG',
        isotope: 'F-18',
        dose: 0.2,
        dose_units: 1,
        scan_time: 'Fri Jan  7 14:16:31 2005',
        gmt_scan_time: 'Fri Jan  7 13:16:31 2005',
        injection_time: 'Fri Jan 7 13:10:00 2005',
      }),
    ).toEqual({
      'subject.localId': 'M 17',
      'subject.species': 'Mus musculus',
      'subject.sex': 'F',
      'subject.weight': { value: 25.1, unit: 'g' },
      'subject.position': 'HFP',
      'subject.birthDate': '2024-01-15',
      'study.title': 'Uptake',
      'instrument.manufacturer': 'Siemens',
      'instrument.model': 'Inveon MM Platform',
      'series.protocol': 'dynamic',
      'administration.agent': 'FDG',
      'administration.radionuclide': 'F-18',
      'administration.activity': { value: 7.4, unit: 'MBq' },
      'session.start': '2005-01-07T14:16:31+01:00',
      'series.acquiredAt': '2005-01-07T14:16:31+01:00',
      'administration.start': '2005-01-07T13:10:00+01:00',
    })
  })

  it('give net activity from the syringe, both measurements at the time of injection', async () => {
    const found = await facts({
      activity_units: 2,
      isotope_half_life: 3600,
      injection_time: 'Fri Jan 7 13:00:00 2005',
      activity_before_injection: 10,
      activity_before_injection_time: 'Fri Jan 7 12:00:00 2005',
      residual_activity: 0.5,
      residual_activity_time: 'Fri Jan 7 14:00:00 2005',
    })
    expect(found['administration.activity']).toEqual({ value: 4, unit: 'MBq' })
  })

  it('leave out what is unknown, zero or no date', async () => {
    expect(await facts({ isotope: 'Unknown', dose: 0, dose_units: 2, subject_weight: 0, subject_weight_units: 3, subject_date_of_birth: '00000000', subject_sex: 'Unknown', scan_time: 'sometime', subject_orientation: 99, model: 1 })).toEqual({}) // prettier-ignore
  })
})

describe('finding the image', () => {
  const image = (path: string, size = 8) => entry(path, new Uint8Array(size))
  const header = (path: string, main = {}) => entry(path, inveonHeader({ ...base, ...main }))
  const found = async (...files: FileEntry[]) => (await recognise(files)).series.map(({ files: paths, problem }) => ({ files: paths, code: problem?.code })) // prettier-ignore

  it('goes by the own name first, whatever the header says', async () => {
    const other = [header('d/old.img.hdr', { file_name: 'old.img' }), image('d/old.img')]
    expect(await found(header('d/new.img.hdr', { file_name: 'old.img' }), image('d/new.img'), ...other)).toEqual([
      { files: ['d/new.img.hdr', 'd/new.img'], code: undefined },
      { files: ['d/old.img.hdr', 'd/old.img'], code: undefined },
    ])
  })

  it('then by the last part of the stated name, the stem, and the size', async () => {
    expect(await found(header('d/a.hdr', { file_name: 'C:\\data\\Scan.IMG' }), image('d/scan.img'))).toMatchObject([{ files: ['d/a.hdr', 'd/scan.img'] }]) // prettier-ignore
    expect(await found(header('d/a.hdr'), image('d/a.img'), image('d/b.img'))).toMatchObject([
      { files: ['d/a.hdr', 'd/a.img'] },
    ])
    expect(await found(header('d/a.img.hdr'), image('d/b.img', 9), image('d/c.img'))).toMatchObject([{ files: ['d/a.img.hdr', 'd/c.img'] }]) // prettier-ignore
  })

  it('never looks outside the folder of the header', async () => {
    for (const file_name of ['../../x.img', '/x.img', '..\\x.img', '..', 'e/x.img']) {
      const files = [header('d/a.img.hdr', { file_name }), image('x.img'), image('d/e/x.img')]
      expect(await found(...files)).toEqual([{ files: ['d/a.img.hdr'], code: 'missing-companion' }])
    }
  })

  it('keeps the facts of a header whose image is missing or short', async () => {
    for (const files of [[], [image('d/a.img', 3)]]) {
      const { series, attachments } = await recognise([header('d/a.img.hdr', { subject_identifier: 'M1' }), ...files])
      expect(series[0]!.facts).toContainEqual({ key: 'subject.localId', value: 'M1', evidence: 'subject_identifier' })
      expect(series[0]!.problem!.code).toBe(files.length === 0 ? 'missing-companion' : 'truncated')
      expect(series[0]!.problem!.message).toMatch(
        files.length === 0 ? /d\/a\.img, which is not/ : /8 bytes.*has 3 bytes/,
      )
      expect(attachments).toEqual([])
    }
  })

  it('keeps raw data and its header as attachments with the kind', async () => {
    const { series, attachments } = await recognise([image('d/a.scn'), header('d/a.scn.hdr', { file_type: 2 })])
    expect(series).toEqual([])
    expect(attachments.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('sinogram'),
      expect.stringContaining('sinogram'),
    ])
  })

  it('links list mode and sinograms to the image of the same scan, not to that of another', async () => {
    const [scan_time, later] = ['Fri Jan  7 14:16:31 2022', 'Fri Jan  7 16:00:00 2022']
    const { series, attachments } = await recognise([
      image('d/a.lst'),
      header('d/a.lst.hdr', { file_type: 1, scan_time }),
      image('d/b.img'),
      header('d/b.img.hdr', { scan_time }),
      image('d/c.img'),
      header('d/c.img.hdr', { scan_time: later }),
      image('d/d.scn'),
      header('d/d.scn.hdr', { file_type: 2 }),
    ])
    expect(series.map(({ files, raw }) => [files[0], raw])).toEqual([
      ['d/b.img', ['d/a.lst', 'd/a.lst.hdr']],
      ['d/c.img', undefined],
    ])
    expect(attachments.map(({ path, isRaw }) => [path, isRaw])).toEqual([
      ['d/d.scn', true],
      ['d/d.scn.hdr', true],
    ])
  })

  it('refuses frame counts that cannot be, before making room for them', async () => {
    for (const total_frames of [1e9, 2 ** 53, 1e308, -1, 'many', 0.5]) {
      await expect(pair({ total_frames }, [{}], new Uint8Array(8))).rejects.toMatchObject({ name: 'ImagingError' })
    }
    await expect(pair({ total_frames: 1000 }, [{}], new Uint8Array(8))).rejects.toMatchObject({ code: 'truncated' })
  })
})

describe('writing', () => {
  const facts: Fact[] = [
    { key: 'subject.localId', value: 'M 3', evidence: 'typed' },
    { key: 'subject.weight', value: { value: 22.5, unit: 'g' }, evidence: 'typed' },
    { key: 'subject.sex', value: 'M', evidence: 'typed' },
    { key: 'instrument.model', value: 'Inveon MM Platform', evidence: 'typed' },
    { key: 'administration.activity', value: { value: 7.25, unit: 'MBq' }, evidence: 'typed' },
    { key: 'series.acquiredAt', value: '2024-02-29T09:05:00', evidence: 'typed' },
    { key: 'study.title', value: 'two\nlines €', evidence: 'typed' },
  ]

  it.each(['mouse-ct', 'mouse-pet', 'mouse-pet-dynamic'] as const)(
    '%s is read back with its place, times, values and facts',
    async (kind) => {
      const image = phantom(kind, { resolution: 0.3, frames: 4 })
      const written = writeInveon(image, { fileName: 'a.img', facts })
      const reader = await open(
        'inveon',
        entry('a.img.hdr', written.header),
        entry('a.img', await collect(written.image)),
      )
      const { header } = reader
      expect(header).toMatchObject({ shape: image.header.shape, modality: image.header.modality, unit: image.header.unit, frames: image.header.frames }) // prettier-ignore
      header.slope.forEach((v, k) => expect(v).toBeCloseTo(image.header.slope[k]!, 12))
      expect(axisLetters(header)).toEqual(['L', 'A', 'S'])
      const planes = await allPlanes(reader)
      const rows = header.shape.x * 2
      const mirrored = [...image.planes()].map((plane) => joined(...Array.from({ length: header.shape.y }, (_, y) => plane.subarray(rows * (header.shape.y - 1 - y), rows * (header.shape.y - y))))) // prettier-ignore
      expect(Buffer.compare(joined(...planes), joined(...mirrored))).toBe(0)
      // The last stored row is the phantom's first: its centre is the phantom's origin.
      header.origin!.forEach((v, i) => expect(v + (i === 1 ? -1 : 0) * (header.shape.y - 1) * header.spacing![1]).toBeCloseTo(image.header.origin![i]!, 5)) // prettier-ignore
      const byKey = Object.fromEntries(reader.facts.map(({ key, value }) => [key, value]))
      expect(byKey).toMatchObject({
        'subject.localId': 'M 3',
        'subject.weight': { value: 22.5, unit: 'g' },
        'subject.sex': 'M',
        'instrument.model': 'Inveon MM Platform',
        'administration.activity': { value: 7.25, unit: 'MBq' },
        'series.acquiredAt': '2024-02-29T09:05:00',
        'study.title': 'two lines ?',
      })
    },
  )

  it('widens types that the layout does not know', async () => {
    const { header } = phantom('mouse-ct', { resolution: 0.1 })
    for (const [sampleType, stored, value] of [
      ['uint8', 'int16', 200],
      ['uint16', 'int32', 60000],
      ['uint32', 'float32', 2 ** 31],
      ['float64', 'float32', 0.5],
    ] as const) {
      // prettier-ignore
      const image = { ...header, sampleType, shape: { x: 1, y: 1, z: 1, t: 1, c: 1 } }
      const made = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, float64: Float64Array }[
        sampleType
      ].of(value)
      const written = writeInveon({ header: image, planes: () => [bytes(made)] }, { fileName: 'a.img' })
      const reader = await open(
        'inveon',
        entry('a.img.hdr', written.header),
        entry('a.img', await collect(written.image)),
      )
      expect([reader.header.sampleType, samplesOf(stored, await reader.plane(0))[0]]).toEqual([stored, value])
    }
  })

  it('refuses colours and channels', () => {
    expect(() => writeInveon(phantom('well-plate'), { fileName: 'a.img' })).toThrow('one grey channel')
    expect(() => writeInveon(phantom('cells'), { fileName: 'a.img' })).toThrow('one grey channel')
  })
})
