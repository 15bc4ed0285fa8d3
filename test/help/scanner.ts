/** Small files as scanners write them, made on the spot. */
import type { Header } from '../../imaging/header.ts'
import type { DicomMetadata } from '../../imaging/write/dicomMetadata.ts'
import { dicomUid } from '../../imaging/write/dicomUid.ts'
import { writeBruker } from '../../imaging/write/bruker.ts'
import { writeDicom } from '../../imaging/write/dicom.ts'
import { writeInveon } from '../../imaging/write/inveon.ts'
import { writeNifti } from '../../imaging/write/nifti.ts'

export interface MadeFile {
  path: string
  bytes: Uint8Array
}

/** An image of `z` planes of 8 x 6 voxels whose values grow with `seed`. */
function image(modality: string, z: number, seed: number) {
  const header: Header = {
    format: 'test',
    modality,
    shape: { x: 8, y: 6, z, t: 1, c: 1 },
    sampleType: 'int16',
    samplesPerPixel: 1,
    spacing: [0.4, 0.4, 0.8],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    orientation: 'known',
    slope: [1],
    intercept: [0],
    unit: '',
    frames: null,
    channels: null,
    window: null,
    warnings: [],
  }
  const planes = function* () {
    for (let k = 0; k < z; k++) {
      yield new Uint8Array(Int16Array.from({ length: 48 }, (_, i) => seed + k * 48 + i).buffer)
    }
  }
  return { header, planes }
}

export interface Scan {
  folder: string
  /** Same words, same DICOM study. */
  study: string
  subject: string
  label: string
  modality?: string
  planes?: number
  start?: string
  instrument?: DicomMetadata['instrument']
  sex?: 'M' | 'F' | 'O'
}

/** A DICOM series, one file a plane. */
export async function dicomSeries(scan: Scan): Promise<MadeFile[]> {
  const { folder, study, subject, label, modality = 'PT', planes = 3, start = '2024-03-01T10:15:00' } = scan
  const seed = [...`${folder}${study}${label}`].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 10_000, 7)
  const files = writeDicom(image(modality, planes, seed), {
    patient: { id: subject, ...(scan.sex && { sex: scan.sex }) },
    study: { uid: dicomUid('study', study), title: `Study ${study}`, start },
    series: { uid: dicomUid('series', study, label), number: 1, label, start },
    instrument: scan.instrument ?? {
      manufacturer: 'Mediso',
      model: 'nanoScan',
      serialNumber: '42',
      softwareVersion: '1.5',
    },
  })
  const made: MadeFile[] = []
  for await (const { name, bytes } of files) made.push({ path: `${folder}/${name}`, bytes })
  return made
}

export async function niftiFile(path: string, seed = 1): Promise<MadeFile> {
  const parts: Uint8Array[] = []
  for await (const part of writeNifti(image('MR', 2, seed))) parts.push(part.slice())
  return { path, bytes: Buffer.concat(parts) }
}

/** Scans of one ParaVision study, as its folder: they share the file `subject`. */
export async function brukerStudy(folder: string, subject: string, experiments: number[]): Promise<MadeFile[]> {
  const facts = [
    { key: 'subject.localId' as const, value: subject, evidence: 'test' },
    { key: 'session.uid' as const, value: dicomUid('study', folder, subject), evidence: 'test' },
    { key: 'session.label' as const, value: 'Day 7', evidence: 'test' },
    { key: 'session.start' as const, value: '2024-03-01T10:00:00+01:00', evidence: 'test' },
    { key: 'series.protocol' as const, value: 'T2_TurboRARE', evidence: 'test' },
  ]
  const made = new Map<string, Uint8Array>()
  for (const experiment of experiments) {
    const { files, path, data } = writeBruker(image('MR', 2, experiment * 100), { experiment, facts })
    const parts: Uint8Array[] = []
    for await (const part of data) parts.push(part.slice())
    for (const file of files) made.set(file.path, file.bytes)
    made.set(path, Buffer.concat(parts))
  }
  return [...made].map(([path, bytes]) => ({ path: `${folder}/${path}`, bytes }))
}

/** Header and image of an Inveon pair. */
export async function inveonPair(folder: string, name: string): Promise<[header: MadeFile, image: MadeFile]> {
  const pair = writeInveon(image('PT', 2, 5), { fileName: name })
  const parts: Uint8Array[] = []
  for await (const part of pair.image) parts.push(part.slice())
  return [
    { path: `${folder}/${name}.hdr`, bytes: pair.header },
    { path: `${folder}/${name}`, bytes: Buffer.concat(parts) },
  ]
}
