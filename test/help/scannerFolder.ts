/** A folder on disk as a scanner leaves it behind: phantoms in DICOM, real samples where they are at hand, a note. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { phantom, type PhantomKind } from '../../imaging/phantoms/index.ts'
import { writeDicom } from '../../imaging/write/dicom.ts'
import { dicomUid } from '../../imaging/write/dicomUid.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/samples')

export interface ScannerFolder {
  folder: string
  /** Labels of the series in it. */
  series: string[]
  remove(): void
}

/** PET and CT of one mouse and, where the sample files are, a NIfTI image by other software. */
export async function scannerFolder(animal: string): Promise<ScannerFolder> {
  const parent = mkdtempSync(path.join(tmpdir(), 'vivarchive-scanner-'))
  const folder = path.join(parent, animal)
  const series = ['FDG static', 'CT low dose']
  await writeSeries(folder, 'pet', 'mouse-pet', animal, 1, 'FDG static')
  await writeSeries(folder, 'ct', 'mouse-ct', animal, 2, 'CT low dose')
  writeFileSync(path.join(folder, 'notes.txt'), 'Warm-up lamp on from 9:10.\n')
  const real = path.join(samples, 'nifti/hippo.nii.gz')
  if (existsSync(real)) {
    cpSync(real, path.join(folder, 'hippo.nii.gz'))
    series.push('hippo')
  } else console.warn('skipped: no sample files')
  return { folder, series, remove: () => rmSync(parent, { recursive: true, force: true }) }
}

async function writeSeries(
  folder: string,
  name: string,
  kind: PhantomKind,
  animal: string,
  number: number,
  label: string,
): Promise<void> {
  const image = phantom(kind, { seed: 7, resolution: 0.3 })
  const start = `2025-03-14T10:${number}0:00`
  const files = writeDicom(image, {
    patient: {
      id: animal,
      sex: 'F',
      birthDate: '2025-01-10',
      species: {
        description: 'Mus musculus',
        code: { value: '447612001', scheme: 'SCT', meaning: 'Mus musculus' },
      },
    },
    study: { uid: dicomUid('study', animal), id: 'Day 7', title: 'Tumour growth', start: '2025-03-14T10:00:00' },
    series: { uid: dicomUid('series', animal, name), number, label, start },
    instrument: { manufacturer: 'Mediso', model: 'nanoScan PET/CT', serialNumber: '42', softwareVersion: '3.4' },
  })
  mkdirSync(path.join(folder, name), { recursive: true })
  for await (const { name: file, bytes } of files) writeFileSync(path.join(folder, name, file), bytes)
}
