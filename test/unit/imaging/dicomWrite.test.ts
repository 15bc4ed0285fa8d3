import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dicom } from '#imaging/formats/dicom/index.ts'
import type { Header, SampleType } from '#imaging/header.ts'
import { planeBytes, planeCount } from '#imaging/header.ts'
import { memorySource } from '#imaging/source.ts'
import { writeDicom } from '#imaging/write/dicom.ts'
import { writeEnhancedDicom } from '#imaging/write/dicomEnhanced.ts'
import type { DicomMetadata } from '#imaging/write/dicomMetadata.ts'
import { dicomUid } from '#imaging/write/dicomUid.ts'
import { allPlanes } from './files.ts'

const header = (
  modality: string,
  shape: Partial<Header['shape']>,
  sampleType: SampleType,
  more: Partial<Header> = {},
): Header => ({
  format: 'made',
  modality,
  shape: { x: 7, y: 5, z: 1, t: 1, c: 1, ...shape },
  sampleType,
  samplesPerPixel: 1,
  spacing: [0.1, 0.2, 0.3],
  origin: null,
  direction: null,
  orientation: 'unknown',
  slope: [1],
  intercept: [0],
  unit: '',
  frames: null,
  channels: null,
  window: null,
  warnings: [],
  ...more,
})

const placed: Partial<Header> = {
  origin: [-1.5, -2.25, 10.125],
  direction: [0, 1, 0, 0, 0, -1, -1, 0, 0],
  orientation: 'known',
}

const images: Record<string, Header> = {
  CT: header('CT', { z: 3 }, 'int16', { ...placed, intercept: [-1024], unit: 'HU', window: { low: -100, high: 900 } }),
  MR: header('MR', { z: 3, t: 2 }, 'uint16', placed),
  PT: header('PT', { z: 2, t: 3 }, 'int16', {
    ...placed,
    unit: 'Bq/mL',
    slope: [1, 1, 2.5, 2.5, 1 / 3, 1 / 3],
    intercept: [0, 0, 0, 0, 0, 0],
    frames: { startSeconds: [0, 10, 40.5], durationSeconds: [10, 30.5, 60] },
  }),
  'US cine in colour': header('US', { t: 4 }, 'uint8', {
    samplesPerPixel: 3,
    frames: { startSeconds: [0, 0.02, 0.04, 0.06], durationSeconds: [0.02, 0.02, 0.02, 0.02] },
  }),
  'US picture': header('US', {}, 'uint8'),
  'OT pages': header('OT', { z: 3 }, 'uint16'),
  'OT colour': header('OT', { z: 2 }, 'uint8', { samplesPerPixel: 3 }),
}

/** What fits into the enhanced objects. */
const enhanced: Record<string, Header> = {
  CT: images.CT!,
  MR: images.MR!,
  'MR of 8 bits': header('MR', { z: 3 }, 'uint8', placed),
  PT: images.PT!,
  'PT of one time': header('PT', { z: 4 }, 'uint16', { ...placed, unit: 'Bq/mL', slope: [0.25] }),
}

const metadata: DicomMetadata = {
  patient: {
    id: 'M-0042',
    name: 'Mouse^42',
    sex: 'F',
    birthDate: '2024-01-02',
    weightGrams: 23.4,
    species: { description: 'Mus musculus', code: { value: '447612001', scheme: 'SCT', meaning: 'Mus musculus' } },
    strain: {
      description: 'C57BL/6J',
      nomenclature: 'MGI_2013',
      stock: {
        number: '000664',
        source: 'The Jackson Laboratory',
        registry: { value: '126851', scheme: 'DCM', meaning: 'JAX' },
      },
    },
    responsibleOrganization: 'Labor Müller',
  },
  study: {
    uid: dicomUid('test', 'study'),
    id: 'S1',
    title: 'Étude',
    start: '2024-03-01T10:00:00',
    operator: 'Doe^Jane',
  },
  series: {
    uid: dicomUid('test', 'series'),
    number: 3,
    label: 'Scan',
    start: '2024-03-01T10:15:00.5',
    position: 'HFP',
    bodyPart: 'WHOLEBODY',
  },
  instrument: { manufacturer: 'Acme', model: 'X', serialNumber: '7', softwareVersion: '1.0', institution: 'Demo' },
  administration: {
    agent: 'Fludeoxyglucose',
    radionuclide: { value: '77004003', scheme: 'SCT', meaning: 'Fluorine-18' },
    halfLifeSeconds: 6586.2,
    positronFraction: 0.967,
    activityMegabecquerel: 7.4,
    volumeMillilitres: 0.1,
    route: 'Intravenous',
    start: '2024-03-01T09:15:00',
  },
}

const imageOf = (h: Header) => ({
  header: h,
  *planes() {
    for (let k = 0; k < planeCount(h); k++)
      yield Uint8Array.from({ length: planeBytes(h) }, (_, i) => (i * 7 + k * 13) % 251)
  },
})

async function written(h: Header, what: DicomMetadata = metadata) {
  const files = []
  for await (const file of writeDicom(imageOf(h), what)) files.push(file)
  return files
}

const reopened = async (files: { name: string; bytes: Uint8Array }[]) =>
  dicom.open(files.toReversed().map(({ name, bytes }) => ({ path: name, source: memorySource(bytes) })))

describe('what is written is read again', () => {
  it.each(Object.entries(images))('%s', async (_name, h) => {
    const files = await written(h)
    const reader = await reopened(files)
    const { format: _format, warnings: _warnings, spacing, ...rest } = h
    expect(reader.header).toMatchObject({ ...rest, slope: rest.slope.map((v) => expect.closeTo(v, 12)) })
    expect(reader.header.spacing!.slice(0, 2)).toEqual(spacing!.slice(0, 2))
    if (h.origin) expect(reader.header.spacing![2]).toBe(spacing![2])
    expect(await allPlanes(reader)).toEqual([...imageOf(h).planes()])
    const keys = new Set(
      await Promise.all(
        files.map(
          async ({ name, bytes }) =>
            (await dicom.scan({ path: name, source: memorySource(bytes) }, () => undefined)).seriesKey,
        ),
      ),
    )
    expect(keys.size).toBe(1)
  })

  it.each(Object.entries(enhanced))('%s in one enhanced file', async (_name, h) => {
    const { name, bytes } = await writeEnhancedDicom(imageOf(h), metadata)
    const reader = await reopened([{ name, bytes }])
    const { format: _format, warnings: _warnings, sampleType, ...rest } = h
    const wide = sampleType === 'uint8' ? 'uint16' : sampleType
    expect(reader.header).toMatchObject({
      ...rest,
      sampleType: wide,
      slope: rest.slope.map((v) => expect.closeTo(v, 12)),
    })
    const planes = [...imageOf(h).planes()]
    expect(await allPlanes(reader)).toEqual(
      sampleType === 'uint8' ? planes.map((plane) => new Uint8Array(Uint16Array.from(plane).buffer)) : planes,
    )
    expect(reader.direct()).not.toBeNull()
    const facts = Object.fromEntries(reader.facts.map(({ key, value }) => [key, value]))
    expect(facts).toMatchObject({
      'subject.localId': 'M-0042',
      'subject.strain': 'C57BL/6J',
      'series.label': 'Scan',
      'instrument.serialNumber': '7',
      'series.acquiredAt': expect.stringContaining('2024-03-01T10:15:00'),
    })
    if (h.modality === 'PT')
      expect(facts).toMatchObject({
        'administration.agent': 'Fludeoxyglucose',
        'administration.radionuclide': 'Fluorine-18',
        'administration.activity': { value: 7.4, unit: 'MBq' },
      })
  })

  it('with the animal, its tracer and the session', async () => {
    const { facts } = await reopened(await written(images.PT!))
    expect(Object.fromEntries(facts.map(({ key, value }) => [key, value]))).toEqual({
      'subject.localId': 'M-0042',
      'subject.name': '42 Mouse',
      'subject.species': 'Mus musculus',
      'subject.strain': 'C57BL/6J',
      'subject.supplier': 'The Jackson Laboratory',
      'subject.stockNumber': '000664',
      'subject.sex': 'F',
      'subject.birthDate': '2024-01-02',
      'subject.weight': { value: 23.4, unit: 'g' },
      'subject.position': 'HFP',
      'study.title': 'Étude',
      'session.label': 'S1',
      'session.uid': metadata.study.uid,
      'session.start': '2024-03-01T10:00:00',
      'session.operator': 'Jane Doe',
      'instrument.manufacturer': 'Acme',
      'instrument.model': 'X',
      'instrument.serialNumber': '7',
      'instrument.softwareVersion': '1.0',
      'instrument.institution': 'Demo',
      'series.decayCorrection': 'injection',
      'series.label': 'Scan',
      'series.number': 3,
      'series.uid': metadata.series.uid,
      'series.acquiredAt': '2024-03-01T10:15:00.5',
      'series.bodyPart': 'WHOLEBODY',
      'administration.agent': 'Fludeoxyglucose',
      'administration.radionuclide': 'Fluorine-18',
      'administration.activity': { value: 7.4, unit: 'MBq' },
      'administration.volume': { value: 0.1, unit: 'mL' },
      'administration.route': 'Intravenous',
      'administration.start': '2024-03-01T09:15:00',
    })
  })

  it('with further attributes by keyword', async () => {
    const files = await written(images.MR!, {
      ...metadata,
      attributes: { EchoTime: 12.5, ScanningSequence: ['SE', 'EP'] },
    })
    const tags = await (await reopened(files)).tags()
    expect(tags.find((tag) => tag.name === 'EchoTime')?.value).toBe('12.5')
    expect(tags.find((tag) => tag.name === 'ScanningSequence')?.value).toBe('SE\\EP')
  })
})

it('refuses what the objects cannot hold', async () => {
  const { administration: _administration, ...bare } = metadata
  for (const h of [
    header('CT', {}, 'int16'),
    header('OT', {}, 'float32'),
    header('MR', {}, 'uint8', { ...placed, samplesPerPixel: 3 }),
  ]) {
    await expect(written(h, bare)).rejects.toMatchObject({ name: 'ImagingError', code: 'unsupported' })
  }
})

it('refuses what the enhanced objects cannot hold, or must say and nobody knows', async () => {
  const refused = { name: 'ImagingError', code: 'unsupported' }
  for (const h of [images['US picture']!, header('CT', { z: 2 }, 'int16'), header('MR', {}, 'float32', placed)])
    await expect(writeEnhancedDicom(imageOf(h), metadata)).rejects.toMatchObject(refused)
  const { administration: _administration, ...bare } = metadata
  await expect(writeEnhancedDicom(imageOf(images.PT!), bare)).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('missing: tracer, radionuclide, half-life, positron fraction, time of injection'),
  })
  // CT and MR say nothing of an agent that was not given.
  const { bytes } = await writeEnhancedDicom(imageOf(images.CT!), bare)
  const tags = await (await reopened([{ name: 'a.dcm', bytes }])).tags()
  expect(tags.filter(({ name }) => name.startsWith('ContrastBolus'))).toEqual([])
})

it('makes UIDs under 2.25 that depend on the words alone', () => {
  expect(dicomUid('a', 'b')).toBe(dicomUid('a', 'b'))
  expect(dicomUid('a', 'b')).not.toBe(dicomUid('ab', ''))
  for (const words of [[''], ['x'], ['a study', '1']]) expect(dicomUid(...words)).toMatch(/^2\.25\.[1-9]\d{0,38}$/)
})

const runs = (command: string, ...parts: string[]): boolean => {
  try {
    execFileSync(command, parts, { stdio: 'ignore' })
    return true
  } catch (error) {
    return (error as { code?: string }).code !== 'ENOENT'
  }
}

const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import pydicom, numpy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (!python) console.warn('skipped: pydicom not installed')
const hasValidator = runs('dciodvfy', '-version')
if (!hasValidator) console.warn('skipped: dciodvfy not installed')
const hasToolkit = runs('dcmdump', '--version') && runs('dcm2pnm', '--version')
if (!hasToolkit) console.warn('skipped: dcmtk not installed')

const folder = mkdtempSync(join(tmpdir(), 'dicom-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function onDisk(h: Header): Promise<string[]> {
  const paths: string[] = []
  for (const [i, { bytes }] of (await written(h)).entries()) {
    const path = join(folder, `${h.modality}-${h.samplesPerPixel}-${planeCount(h)}-${i}.dcm`)
    writeFileSync(path, bytes)
    paths.push(path)
  }
  return paths
}

/** Every object that is written: name, header, files on disk. */
const objects = [
  ...Object.entries(images).map(([name, h]) => [name, () => onDisk(h)] as const),
  ...Object.entries(enhanced).map(
    ([name, h]) =>
      [
        `enhanced ${name}`,
        async () => {
          const path = join(folder, `enhanced-${h.modality}-${planeCount(h)}.dcm`)
          writeFileSync(path, (await writeEnhancedDicom(imageOf(h), metadata)).bytes)
          return [path]
        },
      ] as const,
  ),
  [
    'enhanced CT of an unknown instrument, region and agent',
    async () => {
      const path = join(folder, 'enhanced-bare.dcm')
      const { administration: _administration, instrument: _instrument, ...bare } = metadata
      const { uid, number, start } = bare.series
      writeFileSync(
        path,
        (await writeEnhancedDicom(imageOf(images.CT!), { ...bare, series: { uid, number, start } })).bytes,
      )
      return [path]
    },
  ] as const,
]

describe.runIf(python)('pydicom agrees with what is written', () => {
  const script = `
import sys, json, hashlib, pydicom
out = []
for path in sys.argv[1:]:
    d = pydicom.dcmread(path)
    out.append({'sha': hashlib.sha256(d.pixel_array.tobytes()).hexdigest(), 'position': [float(v) for v in d.get('ImagePositionPatient', [])],
                'weight': float(d.PatientWeight), 'title': str(d.StudyDescription), 'slope': float(d.get('RescaleSlope', 1))})
print(json.dumps(out))`

  it.each(Object.entries(images))('%s', async (_name, h) => {
    const { createHash } = await import('node:crypto')
    const found = JSON.parse(execFileSync(python!, ['-c', script, ...(await onDisk(h))], { encoding: 'utf8' })) as {
      sha: string
      position: number[]
      weight: number
      title: string
      slope: number
    }[]
    const planes = [...imageOf(h).planes()]
    const files = found.length === 1 ? [Buffer.concat(planes)] : planes
    expect(found.map(({ sha }) => sha)).toEqual(files.map((bytes) => createHash('sha256').update(bytes).digest('hex')))
    expect(found[0]).toMatchObject({ weight: 0.0234, title: 'Étude' })
    if (h.origin) {
      expect(found.map(({ position }) => position)).toEqual(
        planes.map((_, k) =>
          h.origin!.map((v, axis) => expect.closeTo(v + h.direction![6 + axis]! * 0.3 * (k % h.shape.z), 9)),
        ),
      )
    }
  })
})

describe.runIf(python)('pydicom agrees with the enhanced objects', () => {
  const script = `
import sys, json, hashlib, pydicom
d = pydicom.dcmread(sys.argv[1])
groups = d.PerFrameFunctionalGroupsSequence
print(json.dumps({
  'sha': hashlib.sha256(d.pixel_array.tobytes()).hexdigest(),
  'positions': [[float(v) for v in g.PlanePositionSequence[0].ImagePositionPatient] for g in groups],
  'slopes': [float(g.PixelValueTransformationSequence[0].RescaleSlope) for g in groups],
  'indices': [list(g.FrameContentSequence[0].DimensionIndexValues) for g in groups],
  'spacing': [float(v) for v in d.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing],
}))`

  it.each(Object.entries(enhanced))('%s', async (_name, h) => {
    const { createHash } = await import('node:crypto')
    const path = join(folder, 'pydicom.dcm')
    writeFileSync(path, (await writeEnhancedDicom(imageOf(h), metadata)).bytes)
    const found = JSON.parse(execFileSync(python!, ['-c', script, path], { encoding: 'utf8' })) as {
      sha: string
      positions: number[][]
      slopes: number[]
      indices: number[][]
      spacing: number[]
    }
    const planes = [...imageOf(h).planes()].map((plane) =>
      h.sampleType === 'uint8' ? new Uint8Array(Uint16Array.from(plane).buffer) : plane,
    )
    expect(found.sha).toBe(createHash('sha256').update(Buffer.concat(planes)).digest('hex'))
    const slices = planes.map((_, k) => k % h.shape.z)
    expect(found.positions).toEqual(
      slices.map((z) => h.origin!.map((v, axis) => expect.closeTo(v + h.direction![6 + axis]! * h.spacing![2] * z, 9))),
    )
    expect(found.slopes).toEqual(planes.map((_, k) => expect.closeTo(h.slope[k] ?? h.slope[0]!, 12)))
    expect(found.indices).toEqual(slices.map((z, k) => [1, Math.floor(k / h.shape.z) + 1, z + 1]))
    expect(found.spacing).toEqual([h.spacing![1], h.spacing![0]])
  })
})

describe.runIf(hasValidator)('dciodvfy finds no error', () => {
  it.each(objects)('%s', async (_name, make) => {
    for (const path of await make()) {
      const output = execFileSync('sh', ['-c', 'dciodvfy -new "$0" 2>&1 || true', path], { encoding: 'utf8' })
      expect(output.split('\n').filter((line) => line.startsWith('Error'))).toEqual([])
    }
  })
})

describe.runIf(hasToolkit)('dcmtk reads every value, frame and all', () => {
  it.each(objects)('%s', async (_name, make) => {
    for (const path of await make()) {
      const output = execFileSync('sh', ['-c', 'dcmdump +L -q "$0" > /dev/null 2>"$0.log"; cat "$0.log"', path], {
        encoding: 'utf8',
      })
      expect(output).toBe('')
      execFileSync('sh', ['-c', 'dcm2pnm --write-raw-pnm +Wm "$0" "$0.pgm" 2>&1', path])
    }
  })
})
