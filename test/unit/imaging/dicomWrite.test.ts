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

  it('with the animal, its tracer and the session', async () => {
    const { facts } = await reopened(await written(images.PT!))
    expect(Object.fromEntries(facts.map(({ key, value }) => [key, value]))).toEqual({
      'subject.localId': 'M-0042',
      'subject.name': '42 Mouse',
      'subject.species': 'Mus musculus',
      'subject.strain': 'C57BL/6J',
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

describe.runIf(hasValidator)('dciodvfy finds no error', () => {
  it.each(Object.entries(images))('%s', async (_name, h) => {
    for (const path of await onDisk(h)) {
      const output = execFileSync('sh', ['-c', 'dciodvfy -new "$0" 2>&1 || true', path], { encoding: 'utf8' })
      expect(output.split('\n').filter((line) => line.startsWith('Error'))).toEqual([])
    }
  })
})
