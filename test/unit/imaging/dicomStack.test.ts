import { assert, asyncProperty, double, infiniteStream, integer } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dicom } from '#imaging/formats/dicom/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { sampleFacts, sampleFile, sha256 } from '../../conformance/formats/profile.ts'
import { dicomEntry, image } from './dicomFiles.ts'
import type { Attributes } from './dicomFiles.ts'

const axial: Attributes = [
  [0x00200037, 'DS', '1\\0\\0\\0\\1\\0'],
  [0x00280030, 'DS', '0.5\\0.25'],
]

/** One file of a stack: its first pixel is `mark`. */
const slice = (mark: number, z: number, more: Attributes = []) =>
  dicomEntry(
    image(
      [
        ...axial,
        [0x00200032, 'DS', `-10\\-20\\${z}`],
        [0x00200013, 'IS', String(mark)],
        [0x00080018, 'UI', `1.2.3.${mark}`],
        ...more,
      ],
      [mark, 0, 0, 0],
    ),
    `${mark}.dcm`,
  )

it('leaves out places beyond a kilometre and a weight without bounds', async () => {
  const weight: Attributes = [[0x00101030, 'DS', '1e308']]
  const reader = await dicom.open([slice(1, 1e308, weight), slice(2, -1e308, weight)])
  expect(reader.header).toMatchObject({ origin: null, direction: null, orientation: 'unknown' })
  expect(reader.header.warnings.join()).not.toContain('Infinity')
  expect(reader.facts.some(({ key }) => key === 'subject.weight')).toBe(false)
})

const marks = async (reader: Awaited<ReturnType<typeof dicom.open>>) => {
  const { z, t } = reader.header.shape
  const out: number[] = []
  for (let k = 0; k < z * t; k++) out.push(samplesOf('uint16', await reader.plane(k))[0]!)
  return out
}

const pet = (mark: number, slope: string) =>
  slice(mark, mark, [
    [0x00080060, 'CS', 'PT'],
    [0x00541001, 'CS', 'BQML'],
    [0x00281053, 'DS', slope],
    [0x00281052, 'DS', '0'],
  ])

const bare = (mark: number) =>
  dicomEntry(
    image(
      [
        [0x00200013, 'IS', String(mark)],
        [0x00080018, 'UI', `1.${mark}`],
      ],
      [mark, 0, 0, 0],
    ),
  )

const dynamic = (more: (t: number, z: number) => Attributes) =>
  [0, 1, 2]
    .flatMap((t) =>
      [0, 1].map((z) => slice(10 * (t + 1) + z, z, [[0x00200013, 'IS', String(z * 3 + (2 - t))], ...more(t, z)])),
    )
    .toReversed()

const grid = (values: number[]): number[] => values.flatMap((value) => [value, 0, 0, 0])

const frame = (z: number, time: number, more: Attributes = []): Attributes => [
  [
    0x00209111,
    'SQ',
    [
      [
        [0x00209128, 'UL', time],
        [0x00209157, 'UL', [1, time, z]],
        [0x00189220, 'FD', [2000]],
        [0x00189074, 'DT', `2024030110151${time}`],
      ],
    ],
  ],
  [0x00209113, 'SQ', [[[0x00200032, 'DS', `1\\2\\${z}`]]]],
  ...more,
]

const slope = (value: string): Attributes => [
  [
    0x00289145,
    'SQ',
    [
      [
        [0x00281052, 'DS', '-5'],
        [0x00281053, 'DS', value],
        [0x00281054, 'LO', 'HU'],
      ],
    ],
  ],
]

const index = (a: number, b: number): Attributes => [
  [0x00209111, 'SQ', [[[0x00209157, 'UL', [a, b]]]]],
  [0x00209113, 'SQ', [[[0x00200032, 'DS', '1\\2\\3']]]],
]

const region = (dx: number): Attributes => [
  [0x00186024, 'US', 3],
  [0x00186026, 'US', 3],
  [0x0018602c, 'FD', [dx]],
  [0x0018602e, 'FD', [-0.02]],
]

const us = (more: Attributes) =>
  dicom.open([dicomEntry(image([[0x00080060, 'CS', 'US'], [0x00280008, 'IS', '3'], ...more], grid([1, 2, 3])))])

const facts = async (attributes: Attributes) => {
  const { facts: found } = await dicom.scan(dicomEntry(image(attributes)), () => undefined)
  return Object.fromEntries(found.map(({ key, value, evidence }) => [key, [value, evidence]]))
}

const code = (meaning: string): Attributes[] => [
  [
    [0x00080100, 'SH', '1'],
    [0x00080104, 'LO', meaning],
  ],
]

describe('stacks of single images', () => {
  it('orders them along the normal, whatever their instance numbers and the order of the files', async () => {
    await assert(
      asyncProperty(
        integer({ min: 2, max: 12 }),
        infiniteStream(integer({ min: 0, max: 1e6 })),
        double({ min: 0.009, max: 40, noNaN: true }),
        async (count, random, step) => {
          const order = Array.from({ length: count }, (_, i) => ({ i, key: random.next().value! })).toSorted(
            (a, b) => a.key - b.key,
          )
          const files = order.map(({ i }) => slice(count - i, Number((i * step - 7).toFixed(6))))
          const { header, ...reader } = await dicom.open(files)
          expect(header.shape).toMatchObject({ z: count, t: 1 })
          expect(header.origin).toEqual([-10, -20, -7])
          expect(header.spacing![2]).toBeCloseTo(step, 4)
          expect(await marks({ header, ...reader })).toEqual(Array.from({ length: count }, (_, i) => count - i))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('takes spacing, origin and direction in LPS millimetres: columns along x', async () => {
    const { header } = await dicom.open([slice(1, 5), slice(2, 3)])
    expect(header).toMatchObject({
      spacing: [0.25, 0.5, 2],
      origin: [-10, -20, 3],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      orientation: 'known',
      warnings: [],
    })
  })

  it('reports gaps, tilt and copies', async () => {
    const gap = await dicom.open([0, 1, 2, 3, 8].map((z) => slice(z + 1, z)))
    expect(gap.header.warnings.join()).toContain('steps of 1 to 5 mm')
    expect(gap.header.spacing![2]).toBe(1)
    const tilted = await dicom.open(
      [0, 1, 2].map((z) => slice(z + 1, z, [[0x00200032, 'DS', `-10\\${z * 0.3}\\${z}`]])),
    )
    expect(tilted.header.warnings.join()).toContain('tilt')
    const copies = await dicom.open([slice(1, 0), slice(2, 1), slice(2, 1)])
    expect(copies.header.shape.z).toBe(2)
    expect(copies.header.warnings.join()).toContain('1 images are copies')
  })

  it('serves the rest of a stack in which one file is cut', async () => {
    const cut = slice(2, 1)
    const bytes = await cut.source.read(0, cut.source.size)
    const short = { path: cut.path, source: { size: bytes.length - 2, read: cut.source.read } }
    const reader = await dicom.open([slice(1, 0), short, slice(3, 2)])
    expect(reader.header.shape.z).toBe(3)
    expect(reader.header.warnings.join()).toContain('needs 8 bytes, but only 6 are there')
    await expect(reader.plane(1)).rejects.toMatchObject({ code: 'truncated' })
    expect(samplesOf('uint16', await reader.plane(2))[0]).toBe(3)
  })

  it('scales each plane by its own slope, or all by one', async () => {
    const varied = await dicom.open([pet(2, '2.5'), pet(1, '0.5')])
    expect(varied.header).toMatchObject({ slope: [0.5, 2.5], intercept: [0, 0], unit: 'Bq/mL', modality: 'PT' })
    const same = await dicom.open([pet(2, '2.5'), pet(1, '2.5')])
    expect(same.header).toMatchObject({ slope: [2.5], intercept: [0] })
    expect((await dicom.open([pet(1, '0')])).header.slope).toEqual([1])
  })

  it('falls back to the instance number, and says so', async () => {
    const reader = await dicom.open([bare(3), bare(1), bare(2)])
    expect(await marks(reader)).toEqual([1, 2, 3])
    expect(reader.header).toMatchObject({ orientation: 'unknown', origin: null, direction: null, spacing: null })
    expect(reader.header.warnings.join()).toContain('instance number')
  })
})

describe('four dimensions', () => {
  const order = [10, 11, 20, 21, 30, 31]

  it.each([
    ['temporal position', (t: number) => [[0x00200100, 'IS', String(t + 1)]]],
    ['frame reference time', (t: number) => [[0x00541300, 'DS', String(t * 1000 + 500)]]],
    ['trigger time', (t: number) => [[0x00181060, 'DS', String(t * 20)]]],
    [
      'acquisition time',
      (t: number, z: number) => [
        [0x00080022, 'DA', '20240301'],
        [0x00080032, 'TM', `1015${10 + t}.${z}`],
      ],
    ],
    ['echo', (t: number) => [[0x00180081, 'DS', String(5 + 5 * t)]]],
    ['b-value', (t: number) => [[0x00189087, 'FD', [500 * t]]]],
  ] as [string, (t: number, z: number) => Attributes][])('by %s', async (name, more) => {
    const reader = await dicom.open(dynamic(more))
    expect(reader.header.shape).toMatchObject({ z: 2, t: 3 })
    expect(await marks(reader)).toEqual(order)
    const isTime = name !== 'echo' && name !== 'b-value'
    expect(reader.header.warnings).toEqual(isTime ? [] : [`The fourth dimension is the ${name}, not time.`])
    if (!isTime) expect(reader.header.frames).toBeNull()
  })

  it('by time and echo together, which is not time alone', async () => {
    const reader = await dicom.open(
      dynamic((t) => [
        [0x00200100, 'IS', String(1 + (t >> 1))],
        [0x00180081, 'DS', String(5 + 5 * (t & 1))],
      ]),
    )
    expect(await marks(reader)).toEqual(order)
    expect(reader.header.frames).toBeNull()
    expect(reader.header.warnings).toEqual(['The fourth dimension is the temporal position and echo, not time alone.'])
  })

  it('by instance number when nothing else tells them apart, with a warning', async () => {
    const reader = await dicom.open(dynamic((t, z) => [[0x00200013, 'IS', String(t * 2 + z)]]))
    expect(await marks(reader)).toEqual(order)
    expect(reader.header.warnings.join()).toContain('instance number')
  })

  it('takes PET frame times from the acquisition time, else from the middle of the frame', async () => {
    const starts = [0, 10, 40]
    const durations = [10, 30, 60]
    const more = (t: number): Attributes => [
      [0x00541300, 'DS', String((starts[t]! + durations[t]! / 2) * 1000)],
      [0x00181242, 'IS', String(durations[t]! * 1000)],
    ]
    const middle = await dicom.open(dynamic(more))
    expect(middle.header.frames).toEqual({ startSeconds: starts, durationSeconds: durations })
    const clock = await dicom.open(
      dynamic(
        (t) =>
          [...more(t), [0x00080022, 'DA', '20240229'], [0x00080032, 'TM', ['235955', '235959.5', '235960'][t]!]].filter(
            ([tag]) => tag !== 0x00541300,
          ) as Attributes,
      ),
    )
    // The last one is a leap second.
    expect(clock.header.frames!.startSeconds).toEqual([0, 4.5, 5])
    const midnight = await dicom.open(
      dynamic((t) => [
        [0x0008002a, 'DT', ['20240229235955.5', '20240301000005.5', '20240301000105.5'][t]!],
        [0x00181242, 'IS', '10000'],
      ]),
    )
    expect(midnight.header.frames!.startSeconds).toEqual([0, 10, 70])
  })

  it('keeps all images of an incomplete series, without geometry', async () => {
    const reader = await dicom.open(dynamic((t) => [[0x00200100, 'IS', String(t + 1)]]).slice(1))
    expect(reader.header.shape).toMatchObject({ z: 5, t: 1 })
    expect(reader.header).toMatchObject({ origin: null, orientation: 'unknown' })
    expect(reader.header.warnings.join()).toContain('do not fill every position equally')
  })
})

describe('multi-frame objects', () => {
  const shared: Attributes = [
    [
      0x00289110,
      'SQ',
      [
        [
          [0x00280030, 'DS', '0.2\\0.1'],
          [0x00180050, 'DS', '3'],
        ],
      ],
    ],
    [0x00209116, 'SQ', [[[0x00200037, 'DS', '1\\0\\0\\0\\1\\0']]]],
  ]

  it('reads shared and per-frame groups, orders by position and time, and scales by frame', async () => {
    const frames = [frame(4, 2, slope('4')), frame(4, 1, slope('3')), frame(2, 2, slope('2')), frame(2, 1, slope('1'))]
    const reader = await dicom.open([
      dicomEntry(
        image(
          [
            [0x00280008, 'IS', '4'],
            [0x52009229, 'SQ', [shared]],
            [0x52009230, 'SQ', frames],
          ],
          grid([42, 41, 22, 21]),
        ),
      ),
    ])
    expect(reader.header).toMatchObject({
      shape: { x: 2, y: 2, z: 2, t: 2, c: 1 },
      spacing: [0.1, 0.2, 2],
      origin: [1, 2, 2],
      orientation: 'known',
      slope: [1, 3, 2, 4],
      intercept: [-5, -5, -5, -5],
      unit: 'HU',
      frames: { startSeconds: [0, 1], durationSeconds: [2, 2] },
      warnings: [],
    })
    expect(await marks(reader)).toEqual([21, 41, 22, 42])
    expect(reader.direct()).toBeNull()
  })

  describe('of several stacks', () => {
    const at = (stack: string, position: string, orientation: string): Attributes => [
      [0x00209111, 'SQ', [[[0x00209056, 'SH', stack]]]],
      [0x00209113, 'SQ', [[[0x00200032, 'DS', position]]]],
      [0x00209116, 'SQ', [[[0x00200037, 'DS', orientation]]]],
    ]
    const axialRows = '1\\0\\0\\0\\1\\0'
    const enhanced = (frames: Attributes[]) =>
      dicomEntry(
        image(
          [
            [0x00080018, 'UI', '1.2.9'],
            [0x00280008, 'IS', String(frames.length)],
            [0x52009229, 'SQ', [shared.slice(0, 1)]],
            [0x52009230, 'SQ', frames],
          ],
          grid(frames.map((_, i) => i + 1)),
        ),
      )
    const parts = async (frames: Attributes[]) => (await dicom.scan(enhanced(frames), () => undefined)).parts

    it('gives one series for each direction', async () => {
      const frames = [
        at('1', '0\\0\\0', axialRows),
        at('2', '0\\0\\0', '0\\1\\0\\0\\0\\-1'),
        at('1', '0\\0\\3', axialRows),
        at('2', '4\\0\\0', '0\\1\\0\\0\\0\\-1'),
      ]
      const { series } = await recognise([enhanced(frames)])
      expect(series.map(({ part }) => part)).toEqual(['stack-1', 'stack-2'])
      expect((await parts(frames))!.map(({ label }) => label)).toEqual(['stack 1, axial', 'stack 2, sagittal'])
      const [first, second] = await Promise.all(series.map(({ part }) => dicom.open([enhanced(frames)], part)))
      expect(first!.header).toMatchObject({ shape: { z: 2, t: 1 }, spacing: [0.1, 0.2, 3], orientation: 'known' })
      expect(await marks(first!)).toEqual([1, 3])
      expect(second!.header).toMatchObject({ shape: { z: 2 }, spacing: [0.1, 0.2, 4], warnings: [] })
      expect(new Set(await marks(second!))).toEqual(new Set([2, 4]))
      await expect(dicom.open([enhanced(frames)], 'stack-3')).rejects.toMatchObject({ code: 'malformed' })
    })
    it('tells stacks that lie beside each other, and not slices that have an ID each', async () => {
      const beside = [
        at('1', '0\\0\\0', axialRows),
        at('1', '0\\0\\1', axialRows),
        at('2', '30\\0\\0', axialRows),
        at('2', '30\\0\\1', axialRows),
      ]
      expect((await parts(beside))!.map(({ id }) => id)).toEqual(['stack-1', 'stack-2'])
      expect(await parts(['1', '2', '3'].map((id, i) => at(id, `${i}\\0\\${i}`, axialRows)))).toBeUndefined()
    })
  })

  it('points at the bytes of frames that stand in order', async () => {
    const reader = await dicom.open([
      dicomEntry(
        image(
          [
            [0x00280008, 'IS', '2'],
            [0x52009229, 'SQ', [shared]],
            [0x52009230, 'SQ', [frame(2, 1), frame(4, 1)]],
          ],
          grid([1, 2]),
        ),
      ),
    ])
    expect(reader.direct()).toMatchObject({ file: 0 })
  })

  it('uses the dimension indices where nothing else tells frames apart', async () => {
    const reader = await dicom.open([
      dicomEntry(
        image(
          [
            [0x00280008, 'IS', '2'],
            [0x52009229, 'SQ', [shared]],
            [0x52009230, 'SQ', [index(2, 1), index(1, 1)]],
          ],
          grid([2, 1]),
        ),
      ),
    ])
    expect(await marks(reader)).toEqual([1, 2])
    expect(reader.header.warnings.join()).toContain('dimension index')
  })

  it('shows ultrasound as a moving picture with its timing and region scale', async () => {
    const cine = await us([
      [0x00280009, 'AT', 0x00181063],
      [0x00181063, 'DS', '40'],
      [0x00186011, 'SQ', [region(0.01)]],
    ])
    expect(cine.header).toMatchObject({
      shape: { z: 1, t: 3 },
      spacing: [0.1, 0.2, 1],
      frames: { startSeconds: [0, 0.04, 0.08], durationSeconds: [0.04, 0.04, 0.04] },
      warnings: [],
    })
    const vector = await us([
      [0x00280009, 'AT', 0x00181065],
      [0x00181065, 'DS', '0\\10\\30'],
      [0x00186011, 'SQ', [region(0.01), region(0.5)]],
    ])
    expect(vector.header.frames!.startSeconds).toEqual([0, 0.01, 0.04])
    expect(vector.header.spacing).toBeNull()
  })

  it('places the slices of nuclear medicine and of dose grids', async () => {
    const detector: Attributes = [
      [0x00280008, 'IS', '3'],
      [0x00280030, 'DS', '2\\2'],
      [
        0x00540022,
        'SQ',
        [
          [
            [0x00200032, 'DS', '0\\0\\9'],
            [0x00200037, 'DS', '1\\0\\0\\0\\1\\0'],
          ],
        ],
      ],
      [0x00280009, 'AT', 0x00540080],
      [0x00540080, 'US', [1, 2, 3]],
      [0x00180088, 'DS', '-1.5'],
    ]
    const nm = await dicom.open([dicomEntry(image([[0x00080060, 'CS', 'NM'], ...detector], grid([1, 2, 3])))])
    expect(nm.header).toMatchObject({ shape: { z: 3 }, origin: [0, 0, 6], spacing: [2, 2, 1.5] })
    expect(await marks(nm)).toEqual([3, 2, 1])
    const gated: Attributes = [
      ...detector,
      [0x00280008, 'IS', '6'],
      [0x00280009, 'AT', [0x00540070, 0x00540080]],
      [0x00540070, 'US', [1, 1, 1, 2, 2, 2]],
      [0x00540080, 'US', [1, 2, 3, 1, 2, 3]],
    ]
    const times = await dicom.open([dicomEntry(image([[0x00080060, 'CS', 'NM'], ...gated], grid([1, 2, 3, 4, 5, 6])))])
    expect(times.header).toMatchObject({ shape: { z: 3, t: 2 }, warnings: [] })
    expect(await marks(times)).toEqual([3, 2, 1, 6, 5, 4])
    const dose = await dicom.open([
      dicomEntry(
        image(
          [
            [0x00280008, 'IS', '2'],
            ...axial,
            [0x00200032, 'DS', '0\\0\\5'],
            [0x3004000c, 'DS', '0\\4'],
            [0x3004000e, 'DS', '0.01'],
            [0x30040002, 'CS', 'GY'],
          ],
          grid([1, 2]),
        ),
      ),
    ])
    expect(dose.header).toMatchObject({ origin: [0, 0, 5], spacing: [0.25, 0.5, 4], slope: [0.01], unit: 'Gy' })
  })
})

describe('what the header says', () => {
  it('reads the animal, and grams where kilograms are', async () => {
    const found = await facts([
      [0x00100010, 'PN', 'Mouse^42'],
      [0x00100040, 'CS', 'F'],
      [0x00100030, 'DA', '2024.01.02'],
      [0x00101030, 'DS', '0.0234'],
      [0x00102202, 'SQ', code('Mus musculus')],
      [0x00100212, 'UC', 'C57BL/6J'],
      [0x00102292, 'LO', 'not this one'],
    ])
    expect(found).toMatchObject({
      'subject.name': ['42 Mouse', 'PatientName (0010,0010)'],
      'subject.sex': ['F', 'PatientSex (0010,0040)'],
      'subject.birthDate': ['2024-01-02', 'PatientBirthDate (0010,0030)'],
      'subject.weight': [{ value: 23.4, unit: 'g' }, 'PatientWeight (0010,1030)'],
      'subject.species': ['Mus musculus', 'PatientSpeciesCodeSequence (0010,2202)'],
      'subject.strain': ['C57BL/6J', 'StrainDescription (0010,0212)'],
    })
    const { header } = await dicom.open([
      dicomEntry(
        image([
          [0x00101030, 'DS', '23.4'],
          [0x00102201, 'LO', 'Mouse'],
        ]),
      ),
    ])
    expect(header.warnings.join()).toContain('probably entered in grams')
  })

  it('reads the strain, its source, genes and phantoms', async () => {
    const stock: Attributes = [
      [0x00100214, 'LO', '000664'],
      [0x00100217, 'LO', 'Jax'],
    ]
    const found = await facts([
      [0x00100200, 'CS', 'YES'],
      [0x00100216, 'SQ', [stock]],
      [0x00100221, 'SQ', [[[0x00100222, 'LO', 'Apoe<tm1Unc>']], [[0x00100229, 'SQ', code('Ldlr<tm1Her>')]]]],
    ])
    expect(found).toMatchObject({
      'subject.genotype': ['Apoe<tm1Unc>; Ldlr<tm1Her>', 'GeneticModificationsSequence (0010,0221)'],
      'subject.supplier': ['Jax', 'StrainSource (0010,0217)'],
      'subject.stockNumber': ['000664', 'StrainStockNumber (0010,0214)'],
      'subject.kind': ['phantom', 'QualityControlSubject (0010,0200)'],
    })
  })

  it('says what an image shows beside one animal: others, overlays, display curves', async () => {
    const holder = (id: string, at: number[]): Attributes => [
      [0x00100020, 'LO', id],
      [0x00100028, 'US', at],
    ]
    const { header } = await dicom.open([
      dicomEntry(
        image([
          [0x00100027, 'SQ', [holder('M-1', [1, 1, 1]), holder('M-2', [2, 1, 1])]],
          [0x00283010, 'SQ', [[[0x00283006, 'US', [0, 1]]]]],
          [0x60003000, 'OW', [1]],
        ]),
      ),
    ])
    const warnings = header.warnings.join('\n')
    expect(warnings).toContain('several subjects, counted from left, top and front: M-1 at 1, 1, 1; M-2 at 2, 1, 1')
    expect(warnings).toContain('VOI LUT')
    expect(warnings).toContain('overlay graphics')
  })

  it('names the subjects of an image that shows several', async () => {
    const holder = (id: string, at: number[]): Attributes => [
      [0x00100020, 'LO', id],
      [0x00100028, 'US', at],
      [0x00185100, 'CS', 'HFP'],
    ]
    const group = (...items: Attributes[]) =>
      image([
        [0x00100020, 'LO', 'BED-7'],
        [0x00100027, 'SQ', items],
      ])
    const { series } = await recognise([
      dicomEntry(group(holder('M-1', [1, 1, 1]), [[0x00100020, 'LO', 'M-2']]), '1'),
      dicomEntry(group(holder('M-1', [1, 1, 1]), holder('M-3', [2, 1, 1])), '2'),
    ])
    const evidence = 'GroupOfPatientsIdentificationSequence (0010,0027)'
    expect(series.map((one) => one.group)).toEqual([
      [
        { localId: 'M-1', place: [1, 1, 1], position: 'HFP', evidence },
        { localId: 'M-2', evidence },
        { localId: 'M-3', place: [2, 1, 1], position: 'HFP', evidence },
      ],
    ])
    const alone = await recognise([dicomEntry(group(holder('M-1', [1, 1, 1])))])
    expect(alone.series[0]).not.toHaveProperty('group')
  })

  it('reads tracer and contrast agent with their units', async () => {
    const tracer: Attributes = [
      [0x00180031, 'LO', 'FDG'],
      [0x00181074, 'DS', '7400000'],
      [0x00181071, 'DS', '0.1'],
      [0x00181072, 'TM', '0915'],
    ]
    const pet = await facts([
      [0x00080060, 'CS', 'PT'],
      [0x00080021, 'DA', '20240301'],
      [0x00540016, 'SQ', [tracer]],
    ])
    expect(pet).toMatchObject({
      'administration.activity': [{ value: 7.4, unit: 'MBq' }, 'RadionuclideTotalDose (0018,1074)'],
      'administration.volume': [{ value: 0.1, unit: 'mL' }, 'RadiopharmaceuticalVolume (0018,1071)'],
      'administration.start': ['2024-03-01T09:15:00', 'RadiopharmaceuticalStartTime (0018,1072)'],
    })
    const nm = await facts([
      [0x00080060, 'CS', 'NM'],
      [0x00540016, 'SQ', [[[0x00181074, 'DS', '30']]]],
    ])
    expect(nm['administration.activity']).toEqual([{ value: 30, unit: 'MBq' }, 'RadionuclideTotalDose (0018,1074)'])
    expect(
      await facts([
        [0x00180010, 'LO', 'Iohexol'],
        [0x00181041, 'DS', '0.2'],
        [0x00181049, 'DS', '350'],
      ]),
    ).toMatchObject({
      'administration.agent': ['Iohexol', 'ContrastBolusAgent (0018,0010)'],
      'administration.concentration': [
        { value: 350, unit: 'mg/mL' },
        'ContrastBolusIngredientConcentration (0018,1049)',
      ],
    })
  })

  it('writes points in time with the zone that the file gives, and none otherwise; leaves out what is no date', async () => {
    expect(
      await facts([
        [0x00080020, 'DA', '20240301'],
        [0x00080030, 'TM', '101500.250000'],
      ]),
    ).toMatchObject({
      'session.start': ['2024-03-01T10:15:00.25', 'StudyDate (0008,0020)'],
    })
    expect(await facts([[0x0008002a, 'DT', '20240301101500+0130']])).toMatchObject({
      'series.acquiredAt': ['2024-03-01T10:15:00+01:30', 'AcquisitionDateTime (0008,002A)'],
    })
    expect(
      await facts([
        [0x00080020, 'DA', '20240301'],
        [0x00080201, 'SH', '+0200'],
        [0x00080030, 'TM', '10'],
      ]),
    ).toMatchObject({
      'session.start': ['2024-03-01T10:00:00+02:00', 'StudyDate (0008,0020)'],
    })
    expect(
      Object.keys(
        await facts([
          [0x00080020, 'DA', '20240231'],
          [0x00100030, 'DA', '00000000'],
        ]),
      ),
    ).not.toContain('session.start')
  })

  it.each([
    ['ISO_IR 100', Uint8Array.of(0x4d, 0xfc, 0x6c, 0x6c), 'Müll'],
    ['ISO_IR 192', Uint8Array.from(Buffer.from('Mäuse 鼠 ')), 'Mäuse 鼠'],
    ['ISO_IR 144', Uint8Array.of(0xbc, 0xeb, 0xe8, 0xec), 'Мышь'],
    ['\\ISO 2022 IR 87', Uint8Array.from(Buffer.from('\x1b$B;3ED\x1b(B', 'latin1')), '山田'],
    ['GB18030', Uint8Array.of(0xca, 0xf3), '鼠'],
  ])('reads text in %s', async (set, bytes, text) => {
    const found = await facts([
      [0x00080005, 'CS', set],
      [0x00081030, 'LO', bytes],
    ])
    expect(found['study.title']![0]).toBe(text)
  })

  it('gives the window in values, and notes MONOCHROME1', async () => {
    const { header } = await dicom.open([
      dicomEntry(
        image([
          [0x00281050, 'DS', '40\\300'],
          [0x00281051, 'DS', '400\\1500'],
          [0x00280004, 'CS', 'MONOCHROME1'],
        ]),
      ),
    ])
    expect(header.window).toEqual({ low: -160, high: 240 })
    expect(header.warnings.join()).toContain('MONOCHROME1')
  })
})

const samples = sampleFacts()
if (!samples) console.warn('skipped: no sample files')

describe.runIf(samples)('sample series', () => {
  it('splits a scout series of three directions into its stacks', async () => {
    interface Stack {
      files_along_normal: string[]
      imageOrientation: number[]
      sha256_volume: string
    }
    const { stacks } = samples!['dicom/series-abdomen-mr/']!.expected as unknown as { stacks: Stack[] }
    const files = stacks.flatMap((stack) => stack.files_along_normal).toSorted()
    const groups = new Map<string, string[]>()
    for (const path of files) {
      const { seriesKey } = await dicom.scan(sampleFile(path), () => undefined)
      groups.set(seriesKey, [...(groups.get(seriesKey) ?? []), path])
    }
    expect(groups.size).toBe(stacks.length)
    for (const group of groups.values()) {
      const reader = await dicom.open(group.map(sampleFile))
      const stack = stacks.find(({ files_along_normal: own }) => own.toSorted().join() === group.join())!
      expect(reader.header.direction!.slice(0, 6)).toEqual(stack.imageOrientation)
      const planes = await Promise.all(stack.files_along_normal.map((_, k) => reader.plane(k)))
      expect(sha256(Buffer.concat(planes))).toBe(stack.sha256_volume)
    }
  })

  it('reads the preclinical attributes and the tracer of real files', async () => {
    const bruker = await dicom.scan(sampleFile('dicom/preclinical/mr_brucker.dcm'), () => undefined)
    expect(bruker.facts).toContainEqual({
      key: 'subject.species',
      value: 'PRIMATE',
      evidence: 'PatientSpeciesDescription (0010,2201)',
    })
    expect(bruker.facts).toContainEqual({
      key: 'subject.weight',
      value: { value: 5000, unit: 'g' },
      evidence: 'PatientWeight (0010,1030)',
    })
    const pet = await dicom.open([sampleFile('dicom/pet/GH184.dcm')])
    expect(pet.header.unit).toBe('Bq/mL')
    expect(pet.facts).toContainEqual({
      key: 'administration.radionuclide',
      value: '18F',
      evidence: 'RadionuclideCodeSequence (0054,0300)',
    })
  })
})
