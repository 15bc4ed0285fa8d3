import { describe, expect, it } from 'vitest'
import type { FileEntry } from '#imaging/format.ts'
import { formatById } from '#imaging/formats/index.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { recognise } from '#imaging/recognise.ts'
import { samplesOf } from '#imaging/samples.ts'
import { writeVevo } from '#imaging/write/vevo.ts'
import { allPlanes, entry, open } from './files.ts'

type Values = Record<string, string | number | null>

/** 3 lines of 4 samples, 2 mm of depth from 1 mm, 1.5 mm wide. */
const base: Values = {
  'Mode-Name': 'B-Mode',
  'B-Mode/Samples': 4,
  'B-Mode/Lines': 3,
  'B-Mode/Depth-Offset': 1,
  'B-Mode/Depth': 3,
  'B-Mode/Width': 1.5,
}
const xml = (given: Values = {}) => {
  const rows = Object.entries({ ...base, ...given }).flatMap(([name, value]) =>
    value === null ? [] : [`<parameter name="${name}" value="${value}" units="mm" />`],
  )
  return `<?xml version="1.0"?>\n<imageparameters>${rows.join('\n')}</imageparameters>`
}

interface Raw {
  version?: number
  count?: number
  info?: number
  frames: { time?: number; info?: number; packet?: number; data: Uint8Array }[]
}

/** A data file byte by byte: 40 bytes, then 56 bytes and the samples of each frame. */
function raw({ version = 3, count, info = 8, frames }: Raw): Uint8Array {
  const parts = frames.map(({ time = 0, info: valid = 0, packet, data }, k) => {
    const view = new DataView(new ArrayBuffer(56))
    view.setFloat64(4, time, true)
    view.setUint32(12, k, true)
    view.setUint32(16, valid, true)
    view.setUint32(20, packet ?? data.length, true)
    return Buffer.concat([new Uint8Array(view.buffer), data])
  })
  const view = new DataView(new ArrayBuffer(40))
  ;[version, count ?? frames.length, info].forEach((v, i) => view.setUint32(i * 4, v, true))
  return Buffer.concat([new Uint8Array(view.buffer), ...parts])
}
const lines = Uint8Array.from([1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24])
const rows = [1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24]
const pair = (given: Values, file: Raw, ending = 'raw.bmode'): FileEntry[] => [
  entry('d/a.raw.xml', xml(given)),
  entry(`d/a.${ending}`, raw(file)),
]
const cine = (...times: number[]): Raw => ({ frames: times.map((time) => ({ time, data: lines })) })

describe('frames', () => {
  it('are shown with the depth downwards, in mm', async () => {
    const reader = await open('vevo', ...pair({}, cine(0)))
    expect([...(await reader.plane(0))]).toEqual(rows)
    expect(reader.header).toMatchObject({
      modality: 'US',
      shape: { x: 3, y: 4, z: 1, t: 1, c: 1 },
      sampleType: 'uint8',
      spacing: [0.5, 0.5, 0.5],
      frames: null,
      orientation: 'unknown',
    })
    expect(reader.direct()).toBeNull()
  })

  it('of 32 bits have a header before each line', async () => {
    const data = Buffer.concat(
      [0, 1, 2].map((line) =>
        Buffer.concat([
          Uint8Array.of(9, 9, 9, 9),
          new Uint8Array(Float32Array.from([1, 2, 3, 4], (v) => line * 10 + v).buffer),
        ]),
      ),
    )
    const reader = await open('vevo', ...pair({}, { info: 0, frames: [{ data }] }))
    expect(reader.header.sampleType).toBe('float32')
    expect([...samplesOf('float32', await reader.plane(0))]).toEqual(rows)
  })

  it('of photoacoustic files have 16 bits, and two planes for oxygenation', async () => {
    const given = Object.fromEntries(
      Object.entries(base).map(([name, value]) => [name.replace('B-Mode/', 'Pa-Mode/'), value]),
    )
    const plane = (add: number) => new Uint8Array(Uint16Array.from(lines, (v) => v + add).buffer)
    const one = await open('vevo', ...pair(given, { frames: [{ data: plane(300) }] }, 'raw.pamode'))
    expect(one.header).toMatchObject({ modality: 'PA', sampleType: 'uint16', shape: { c: 1 } })
    const two = await open(
      'vevo',
      ...pair(
        { ...given, '3D-Step-Size': 0.2 },
        { frames: [0, 1000].map((v) => ({ data: Buffer.concat([plane(v), plane(v + 500)]) })) },
        'raw.3d.pamode',
      ),
    )
    expect(two.header).toMatchObject({
      shape: { z: 2, t: 1, c: 2 },
      spacing: [0.5, 0.5, 0.2],
      channels: [{ label: 'sO2' }, { label: 'HbT' }],
    })
    expect((await allPlanes(two)).map((bytes) => samplesOf('uint16', bytes)[0])).toEqual([1, 1001, 501, 1501])
  })

  it('have their times, and the last lasts as long as the one before', async () => {
    const { header } = await open('vevo', ...pair({}, cine(100, 108, 118)))
    expect(header.frames).toEqual({ startSeconds: [0, 0.008, 0.018], durationSeconds: [0.008, 0.01, 0.01] })
  })

  it.each([[[5, 4]], [[5, 5]], [[0, NaN]]])('at %o ms have no times', async (times) => {
    const { header } = await open('vevo', ...pair({}, cine(...times)))
    expect(header).toMatchObject({ shape: { t: 2 }, frames: null })
    expect(header.warnings.join()).toContain('do not rise')
  })

  it('that the scanner marks are counted', async () => {
    const { header } = await open('vevo', ...pair({}, { frames: [{ data: lines }, { data: lines, info: 1, time: 2 }] }))
    expect(header.warnings).toEqual(['The scanner marks 1 of 2 frames as not valid.'])
  })

  it.each<[Values]>([
    [{ 'B-Mode/Width': null }],
    [{ 'B-Mode/Depth': 1 }],
    [{ 'B-Mode/Depth-Offset': null }],
    [{ 'B-Mode/Width': 'wide' }],
  ])('have no spacing with %o', async (given) => {
    expect((await open('vevo', ...pair(given, cine(0)))).header.spacing).toBeNull()
  })

  it('of a volume need the step', async () => {
    expect((await open('vevo', ...pair({}, cine(0, 1), 'raw.3d.bmode'))).header).toMatchObject({
      shape: { z: 2 },
      spacing: null,
      frames: null,
    })
  })
})

describe('what cannot be read', () => {
  it.each<[Values, Raw, string]>([
    [{}, { ...cine(0), version: 4 }, 'unsupported'],
    [{}, { ...cine(0), count: 0 }, 'malformed'],
    [{}, { ...cine(0), count: 2 }, 'truncated'],
    [{}, { ...cine(0), count: 2 ** 32 - 1 }, 'too-large'],
    [{}, { ...cine(0), info: 0 }, 'malformed'],
    [{ 'B-Mode/Lines': 4 }, cine(0), 'malformed'],
    [{ 'B-Mode/Lines': null }, cine(0), 'malformed'],
    [{ 'B-Mode/Lines': 1e9, 'B-Mode/Samples': 1e9 }, cine(0), 'too-large'],
    [{ 'B-Mode/Samples': '4.5' }, cine(0), 'malformed'],
    [{}, { frames: [{ data: lines }, { data: lines, packet: 11 }] }, 'malformed'],
    [{}, { frames: [{ data: lines, packet: 2 ** 32 - 1 }] }, 'truncated'],
  ])('%o, %o: %s', async (given, file, code) => {
    await expect(open('vevo', ...pair(given, file))).rejects.toMatchObject({ name: 'ImagingError', code })
  })

  it('lacks its other half, and says which', async () => {
    const [parameters, data] = pair({}, cine(0))
    for (const [file, missing] of [
      [parameters, 'd/a.raw.bmode'],
      [data, 'd/a.raw.xml'],
    ] as const) {
      const { series } = await recognise([file!])
      expect(series).toMatchObject([
        { problem: { code: 'missing-companion', message: expect.stringContaining(missing) } },
      ])
      await expect(open('vevo', file!)).rejects.toMatchObject({
        code: 'missing-companion',
        message: expect.stringContaining(missing),
      })
    }
  })

  it('is hostile XML', async () => {
    const [, data] = pair({}, cine(0))
    const xmlOf = (text: string) => open('vevo', entry('d/a.raw.xml', text), data!)
    await expect(xmlOf('<!DOCTYPE x [<!ENTITY a "b">]><x/>')).rejects.toMatchObject({ code: 'malformed' })
    await expect(xmlOf('<x>'.repeat(100_000))).rejects.toMatchObject({ code: 'malformed' })
    await expect(xmlOf('<a/>')).rejects.toMatchObject({ code: 'not-this-format' })
    await expect(xmlOf(`<x>${'<parameter name="a" value="b" />\n'.repeat(1_000_000)}</x>`)).rejects.toMatchObject({
      code: 'too-large',
    })
    const many = Array.from({ length: 100_000 }, (_, i) => `<parameter name="p${i}" value="b" />`).join('\n')
    const reader = await xmlOf(xml().replace('</image', `${many}</image`))
    expect((await reader.tags()).length).toBe(5000)
  })
})

describe('an export', () => {
  it('is one series for each kind of image, with what belongs to it; the rest is kept', async () => {
    const [parameters, data] = pair({ 'Pa-Mode/Samples': 4, 'Pa-Mode/Lines': 3 }, cine(0, 5))
    const files = [
      parameters!,
      entry('d/a.raw.pamode', raw({ frames: [{ data: new Uint8Array(24) }] })),
      data!,
      entry('d/a.raw.physio', 'ecg'),
      entry('d/a.raw.color', 'colour'),
      entry('d/a.iq.xml', '<parameter/>'),
      entry('d/study.vxml', '<x/>'),
      entry('d/b.raw.event', 'no image'),
    ]
    const { series, attachments } = await recognise(files)
    expect(series.map(({ files: own, problem }) => [own, problem])).toEqual([
      [['d/a.raw.xml', 'd/a.raw.bmode', 'd/a.raw.physio'], undefined],
      [['d/a.raw.xml', 'd/a.raw.pamode'], undefined],
    ])
    expect(attachments.map(({ path }) => path)).toEqual(['d/a.raw.color', 'd/study.vxml', 'd/b.raw.event'])
    for (const { reason } of attachments) expect(reason).toMatch(/VisualSonics Vevo\): kept/)
  })

  it.each([
    ['3/5/2024', '1:02:03 PM', '2024-03-05T13:02:03'],
    ['3/5/2024', '12:02:03 AM', '2024-03-05T00:02:03'],
    ['3/5/2024', '13:02:03', undefined],
    ['25/3/2024', '13:02:03', '2024-03-25T13:02:03'],
    ['3.25.2024', '13:02', '2024-03-25T13:02:00'],
    ['2024-03-05', '13:02:03.250', '2024-03-05T13:02:03'],
    ['2/30/2024', '1:02:03 PM', undefined],
    ['2024-03-05', 'noon', '2024-03-05'],
    ['2024-03-05', '25:00:00', '2024-03-05'],
    ['', '1:02:03 PM', undefined],
  ])('of %s at %s is of %s', async (date, time, expected) => {
    const reader = await open('vevo', ...pair({ 'Acquired-Date': date, 'Acquired-Time': time }, cine(0)))
    expect(reader.facts.find(({ key }) => key === 'series.acquiredAt')?.value).toBe(expected)
  })

  it('says what it shows', async () => {
    const given = { 'Study-Name': 'Hearts &amp; more', 'Series-Name': 'S1', 'Animal-ID': 'm01' }
    const [parameters, data] = pair(given, cine(0))
    const { series } = await recognise([data!, parameters!])
    const facts = Object.fromEntries(series[0]!.facts.map(({ key, value, evidence }) => [key, [value, evidence]]))
    expect(facts).toEqual({
      'series.label': ['B-mode', 'name of the file'],
      'study.title': ['Hearts & more', 'Study-Name'],
      'session.label': ['S1', 'Series-Name'],
      'subject.localId': ['m01', 'Animal-ID'],
      'series.protocol': ['B-Mode', 'Mode-Name'],
    })
    const tags = await (await open('vevo', parameters!, data!)).tags()
    expect(tags).toContainEqual({ key: 'B-Mode/Width', name: 'B Mode Width', value: '1.5 mm' })
  })

  it('comes back as it was written', async () => {
    const image = phantom('heart-ultrasound', { resolution: 0.1, frames: 3 })
    const facts = [{ key: 'series.acquiredAt' as const, value: '2024-11-04T12:04:09', evidence: '' }]
    const files = await writeVevo(image, { stem: 'x', facts })
    const reader = await open('vevo', ...files.map(({ name, bytes }) => entry(name, bytes)))
    expect(reader.header).toMatchObject({
      shape: image.header.shape,
      frames: { startSeconds: image.header.frames!.startSeconds },
    })
    reader.header.spacing!.forEach((v, i) => expect(v).toBeCloseTo(image.header.spacing![i]!, 6))
    expect((await allPlanes(reader)).map((bytes) => Buffer.from(bytes))).toEqual(
      [...image.planes()].map((bytes) => Buffer.from(bytes)),
    )
    expect(reader.facts).toContainEqual({
      key: 'series.acquiredAt',
      value: '2024-11-04T12:04:09',
      evidence: 'Acquired-Date, Acquired-Time',
    })
    await expect(writeVevo(phantom('mouse-mr', { resolution: 0.1 }), { stem: 'x' })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })
})

it('is marked as not verified', () => expect(formatById('vevo')!.verified).toBe(false))
