import { constants, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { dicom } from '#imaging/formats/dicom/index.ts'
import { samplesOf } from '#imaging/samples.ts'
import { memorySource } from '#imaging/source.ts'
import { dicomEntry, element, encapsulatedFile, encode, explicitLittle, image, marker, part10 } from './dicomFiles.ts'
import type { Attributes } from './dicomFiles.ts'
import { entry } from './files.ts'

const open = (bytes: Uint8Array) => dicom.open([entry('a.dcm', Uint8Array.from(bytes))])
const scan = (bytes: Uint8Array, path = 'a.dcm') => dicom.scan(entry(path, Uint8Array.from(bytes)), () => undefined)
const failure = async (promise: Promise<unknown>): Promise<ImagingError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ImagingError)
  return error as ImagingError
}

const nest = (depth: number, known: boolean): Buffer => {
  if (!known) {
    const start = Buffer.concat([element(0x00081140, 'SQ', [], {}, 0xffffffff), marker(0xfffee000, 0xffffffff)])
    return Buffer.concat(Array.from({ length: depth }, () => start))
  }
  let bytes = Buffer.alloc(0)
  for (let i = 0; i < depth; i++) {
    const head = element(0x00081140, 'SQ', [], {}, bytes.length + 8)
    bytes = Buffer.concat([head, marker(0xfffee000, bytes.length), bytes])
  }
  return bytes
}

const look = async (bytes: Uint8Array) => {
  try {
    const reader = await open(bytes)
    JSON.stringify(reader.header)
    await reader.tags()
    await reader.plane(0)
  } catch (error) {
    expect(error).toBeInstanceOf(ImagingError)
  }
}

const key = async (more: Attributes) => (await dicom.scan(dicomEntry(image(more)), () => undefined)).seriesKey

describe('transfer syntaxes', () => {
  const nested: Attributes = [[0x00540016, 'SQ', [[[0x00180031, 'LO', 'FDG']], [[0x00180031, 'LO', 'NaF']]]]]
  const cases = {
    'implicit little endian': ['1.2.840.10008.1.2', { explicit: false }],
    'explicit little endian': [explicitLittle, {}],
    'explicit big endian': ['1.2.840.10008.1.2.2', { littleEndian: false }],
  } as const

  it.each(Object.entries(cases))('%s, sequences of known and undefined length', async (_name, [uid, syntax]) => {
    for (const isOpen of [false, true]) {
      const body = encode(image(nested), { ...syntax, open: isOpen })
      const reader = await dicom.open([entry('a', Uint8Array.from(part10(body, uid)))])
      expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([1, 2, 3, 4])
      expect(reader.facts).toContainEqual({
        key: 'administration.agent',
        value: 'FDG',
        evidence: 'Radiopharmaceutical (0018,0031)',
      })
      expect(reader.header.warnings).toEqual([])
      const tags = await reader.tags()
      expect(tags.filter((tag) => tag.name === 'Radiopharmaceutical').map(({ key, value }) => [key, value])).toEqual([
        ['(0054,0016)[1]/(0018,0031)', 'FDG'],
        ['(0054,0016)[2]/(0018,0031)', 'NaF'],
      ])
    }
  })

  it('inflates deflated data sets', async () => {
    const uid = '1.2.840.10008.1.2.1.99'
    const reader = await open(part10(deflateRawSync(encode(image())), uid))
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([1, 2, 3, 4])
    expect(reader.direct()).toBeNull()
    const cut = deflateRawSync(encode(image())).subarray(0, 60)
    expect((await failure(open(part10(cut, uid)))).code).toBe('truncated')
  })

  it('stops inflating where a data set becomes too large', { timeout: 120_000 }, async () => {
    // A megabyte of zeros as a block that others can follow, 300 times.
    const block = deflateRawSync(Buffer.alloc(1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH })
    const bomb = Buffer.concat(Array.from({ length: 300 }, () => block))
    expect((await failure(open(part10(bomb, '1.2.840.10008.1.2.1.99')))).code).toBe('too-large')
  })

  it('reads files without preamble, explicit and implicit, and nothing else that lacks the mark', async () => {
    for (const explicit of [true, false]) {
      const bytes = encode(image(), { explicit })
      expect(dicom.sniff('x', bytes)).toBe(true)
      expect([...samplesOf('uint16', await (await open(bytes)).plane(0))]).toEqual([1, 2, 3, 4])
    }
    for (const other of [
      'II*\0',
      'just some text, long enough to be looked at in several places',
      '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
    ]) {
      expect(dicom.sniff('x.dcm', Buffer.from(other, 'latin1'))).toBe(false)
      expect((await failure(scan(Buffer.from(other, 'latin1')))).code).toBe('not-this-format')
    }
  })

  it('believes the attributes more than a wrong or missing transfer syntax', async () => {
    const implicit = part10(encode(image(), { explicit: false }), explicitLittle)
    const reader = await open(implicit)
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([1, 2, 3, 4])
    expect(reader.header.warnings.join()).toContain('implicit VR')
    const unnamed = await open(part10(encode(image()), ''))
    expect([...samplesOf('uint16', await unnamed.plane(0))]).toEqual([1, 2, 3, 4])
    expect(unnamed.header.warnings.join()).toContain('does not name its transfer syntax')
  })

  it('names the compression that it does not decode, and still reads the header', async () => {
    const mpeg4 = '1.2.840.10008.1.2.4.102'
    const reader = await open(encapsulatedFile(mpeg4, [[0x00100020, 'LO', 'M7']], [Buffer.from('film')]))
    expect(reader.header.shape).toMatchObject({ x: 2, y: 2 })
    expect(reader.facts[0]).toMatchObject({ key: 'subject.localId', value: 'M7' })
    expect(reader.direct()).toBeNull()
    await expect(reader.plane(0)).rejects.toMatchObject({
      code: 'unsupported',
      message:
        'MPEG-4 High Profile (1.2.840.10008.1.2.4.102) is not decoded here; the original file is kept and can be downloaded.',
    })
  })
})

describe('reads no more than it needs', () => {
  it('opens a large file with a few small reads, skipping vendors’ private blocks', async () => {
    const block = element(0x00291010, 'OB', Buffer.alloc(5_000_000))
    const attributes = image(
      [
        [0x00280008, 'IS', '50'],
        [0x00280010, 'US', 500],
        [0x00280011, 'US', 500],
      ],
      Buffer.alloc(50 * 500 * 500 * 2),
    )
    const [early, late] = [
      attributes.filter(([tag]) => tag < 0x00291010),
      attributes.filter(([tag]) => tag > 0x00291010),
    ]
    const bytes = Uint8Array.from(part10(Buffer.concat([encode(early), block, encode(late)])))
    let taken = 0
    const memory = memorySource(bytes)
    const source = {
      size: memory.size,
      read: (offset: number, length: number) => {
        taken += length
        return memory.read(offset, length)
      },
    }
    const reader = await dicom.open([{ path: 'a', source }])
    expect(reader.header.shape.z).toBe(50)
    expect(taken).toBeLessThan(200_000)
    taken = 0
    await reader.plane(49)
    expect(taken).toBe(500_000)
  })

  it('reads a sequence that is longer than the first stretch', async () => {
    const items = Array.from({ length: 3000 }, (_, i): Attributes => [[0x00081155, 'UI', `1.2.3.${i}`]])
    for (const syntax of [{}, { open: true }]) {
      const reader = await open(part10(encode(image([[0x00081140, 'SQ', items]]), syntax)))
      expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([1, 2, 3, 4])
      expect((await reader.tags()).filter((tag) => tag.name === 'ReferencedSOPInstanceUID')).toHaveLength(3000)
    }
  })
})

describe('damaged and hostile files', () => {
  it('ends at 64 levels of sequences, whether their lengths are known or not', async () => {
    const deep = Buffer.concat([encode(image().slice(0, 4)), nest(100_000, false)])
    expect(await failure(open(part10(deep)))).toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('64'),
    })
    const known = part10(Buffer.concat([nest(2000, true), encode(image())]))
    const reader = await open(known)
    expect(reader.header.warnings.join()).toContain('(0008,1140) is damaged')
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([1, 2, 3, 4])
  })

  it('gives up a sequence of known length that is broken inside, and reads on behind it', async () => {
    const broken = element(0x00081140, 'SQ', [], {}, 20)
    const inside = Buffer.concat([marker(0xfffee000, 500), Buffer.alloc(12, 7)])
    const reader = await open(
      part10(Buffer.concat([encode(image().slice(0, 2)), broken, inside, encode(image().slice(2))])),
    )
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([1, 2, 3, 4])
    expect(reader.header.warnings.join()).toContain('damaged')
  })

  it('reads unknown and unreadable value representations as bytes', async () => {
    const odd = Buffer.concat([marker(0x00090010, 2), Buffer.from('zz')])
    odd.write('XX', 4, 'latin1')
    odd.writeUInt16LE(2, 6)
    const unreadable = Buffer.concat([marker(0x00090011, 2), Buffer.from('ab')])
    const body = Buffer.concat([encode(image().slice(0, 3)), odd, unreadable, encode(image().slice(3))])
    const reader = await open(part10(body))
    expect([...samplesOf('uint16', await reader.plane(0))]).toEqual([1, 2, 3, 4])
    expect((await reader.tags()).find((tag) => tag.key === '(0009,0010)')?.value).toBe('zz')
  })

  it.each([
    ['no rows', [[0x00280010, 'US', 0]], 'malformed'],
    ['rows as text', [[0x00280010, 'CS', 'many']], 'malformed'],
    ['more bits stored than allocated', [[0x00280101, 'US', 20]], 'malformed'],
    [
      '24 bits',
      [
        [0x00280100, 'US', 24],
        [0x00280101, 'US', 24],
        [0x00280102, 'US', 23],
      ],
      'unsupported',
    ],
    ['five samples', [[0x00280002, 'US', 5]], 'unsupported'],
    [
      '65535 x 65535',
      [
        [0x00280010, 'US', 65535],
        [0x00280011, 'US', 65535],
      ],
      'too-large',
    ],
    ['too few pixels', [[0x00280010, 'US', 300]], 'truncated'],
    ['a billion frames', [[0x00280008, 'IS', '999999999']], 'truncated'],
    ['no palette', [[0x00280004, 'CS', 'PALETTE COLOR']], 'malformed'],
  ] as [string, Attributes, string][])('refuses %s', async (_name, more, code) => {
    const error = await failure(dicom.open([dicomEntry(image(more))]))
    expect(error.code).toBe(code)
    const found = await dicom.scan(dicomEntry(image([...more, [0x00100020, 'LO', 'M1']])), () => undefined)
    expect(found.role).toBe('image')
    expect(found.facts).toContainEqual({ key: 'subject.localId', value: 'M1', evidence: 'PatientID (0010,0020)' })
  })

  it('reads UL where US is due, and spaces, NUL and commas around numbers', async () => {
    const reader = await dicom.open([
      dicomEntry(
        image([
          [0x00280010, 'UL', 2],
          [0x00280030, 'DS', ' 0,5 \\0.25\0'],
          [0x00280008, 'IS', ' 1 '],
        ]),
      ),
    ])
    expect(reader.header.shape.y).toBe(2)
    expect(reader.header.spacing).toEqual([0.25, 0.5, 1])
  })

  it('counts the images when NumberOfFrames is no number', async () => {
    const reader = await dicom.open([dicomEntry(image([[0x00280008, 'IS', '1A']], [1, 2, 3, 4, 5, 6, 7, 8]))])
    expect(reader.header.shape.z).toBe(2)
    expect(reader.header.warnings.join()).toContain('"1A"')
  })

  it('serves the images before a cut and says how many are missing', async () => {
    const reader = await dicom.open([dicomEntry(image([[0x00280008, 'IS', '3']], [1, 2, 3, 4, 5, 6, 7, 8]))])
    expect([...samplesOf('uint16', await reader.plane(1))]).toEqual([5, 6, 7, 8])
    expect(await failure(reader.plane(2))).toMatchObject({ code: 'truncated', offset: expect.any(Number) })
    expect(reader.header.warnings.join()).toContain('only 2 of 3 images')
    expect(reader.direct()).toBeNull()
  })

  it('never throws anything but ImagingError, wherever the file is cut or changed', async () => {
    const items: Attributes[] = [
      [
        [0x00180031, 'LO', 'FDG'],
        [0x00540300, 'SQ', [[[0x00080104, 'LO', 'F-18']]]],
      ],
    ]
    const whole = part10(
      encode(
        image(
          [
            [0x00540016, 'SQ', items],
            [0x00280008, 'IS', '2'],
          ],
          [1, 2, 3, 4, 5, 6, 7, 8],
        ),
      ),
    )
    for (let at = 0; at < whole.length; at++) {
      await look(whole.subarray(0, at))
      for (const value of [0, 255, whole[at]! ^ 1]) {
        const changed = Uint8Array.from(whole)
        changed[at] = value
        await look(changed)
      }
    }
  })
})

describe('where files belong', () => {
  it('groups single images of one series, apart by size, kind and direction', async () => {
    const base = await key([])
    expect(
      await key([
        [0x00080018, 'UI', '1.9.9'],
        [0x00200013, 'IS', '7'],
      ]),
    ).toBe(base)
    const axial = await key([[0x00200037, 'DS', '1\\0\\0\\0\\1\\0']])
    expect(await key([[0x00200037, 'DS', '0.99999\\0.00001\\-0\\0\\1\\0']])).toBe(axial)
    const others = await Promise.all([
      key([[0x0020000e, 'UI', '9.9']]),
      key([[0x00280010, 'US', 1]]),
      key([[0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\LOCALIZER']]),
      key([[0x00200037, 'DS', '1\\0\\0\\0\\0\\-1']]),
      key([
        [0x00280008, 'IS', '2'],
        [0x00080018, 'UI', '5.5'],
      ]),
      key([
        [0x00280008, 'IS', '2'],
        [0x00080018, 'UI', '5.6'],
      ]),
    ])
    expect(new Set([base, axial, ...others]).size).toBe(8)
  })

  it('keeps objects without pixels and DICOMDIR as attachments', async () => {
    const report = await dicom.scan(dicomEntry(image([[0x00080060, 'CS', 'SR']]).slice(0, -1)), () => undefined)
    expect(report).toMatchObject({ role: 'index', reason: expect.stringContaining('modality SR') })
    const directory = await dicom.scan(
      dicomEntry([[0x00041220, 'SQ', [[[0x00041430, 'CS', 'PATIENT']]]]], 'DICOMDIR'),
      () => undefined,
    )
    expect(directory).toMatchObject({ role: 'index', reason: expect.stringContaining('DICOMDIR') })
    await expect(dicom.open([dicomEntry(image().slice(0, -1))])).rejects.toMatchObject({ code: 'unsupported' })
  })
})

it.each([
  ['ALTERED', 'yes'],
  ['UNALTERED', 'no'],
  ['', undefined],
])('Patient’s Sex Neutered %j is told as %s', async (value, expected) => {
  const { facts } = await dicom.scan(dicomEntry(image([[0x00102203, 'CS', value]])), () => undefined)
  expect(facts.find(({ key: name }) => name === 'subject.neutered')?.value).toBe(expected)
})
