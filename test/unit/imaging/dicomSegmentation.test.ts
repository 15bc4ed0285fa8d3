/** DICOM Segmentation: bits and places as written, and the object as dicom3tools judge it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
// @ts-expect-error -- the package brings no types
import { data as dcmjs } from 'dcmjs'
import { expect, it } from 'vitest'
import { ImagingError } from '#imaging/errors.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeDicomSegmentation, type WrittenSegmentation } from '#imaging/write/dicomSegmentation.ts'
import { dicomUid } from '#imaging/write/dicomUid.ts'

const { header } = phantom('mouse-ct', { seed: 3, resolution: 0.3 })
const placed = { ...header, origin: [-5, -6, -7] as [number, number, number], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }
const { x, y, z } = header.shape
const metadata = {
  patient: {
    id: 'M-1',
    species: { description: 'Mus musculus', code: { value: '10090', scheme: 'NCBITaxID', meaning: 'Mus musculus' } },
  },
  study: { uid: dicomUid('study'), start: '2025-03-01T09:00:00' },
  series: { uid: dicomUid('series'), number: 1, start: '2025-03-01T09:30:00', frameOfReferenceUid: dicomUid('frame') },
}
const about: WrittenSegmentation = {
  seriesUid: dicomUid('segmentation'),
  label: 'Organs',
  creator: 'Ada Lovelace',
  method: 'MANUAL',
  segments: [
    { number: 2, label: 'Liver', code: { value: '0002107', scheme: 'UBERON', meaning: 'liver' } },
    { number: 5, label: 'Tumour, left' },
  ],
}
const labels = new Uint8Array(x * y * z)
for (let k = 3; k < 7; k++) for (let j = 4; j < 9; j++) labels.fill(2, (k * y + j) * x + 3, (k * y + j) * x + 3 + k)
labels[(9 * y + 2) * x + 1] = 5

const file = () => writeDicomSegmentation(placed, metadata, about, labels)

it('holds each segment on its planes, voxel for voxel', () => {
  const { dict } = dcmjs.DicomMessage.readFile(file().slice().buffer)
  const set = dcmjs.DicomMetaDictionary.naturalizeDataset(dict) as never as {
    NumberOfFrames: number
    PixelData: ArrayBuffer[]
    SegmentSequence: { SegmentLabel: string }[]
    PerFrameFunctionalGroupsSequence: {
      SegmentIdentificationSequence: { ReferencedSegmentNumber: number }[]
      PlanePositionSequence: { ImagePositionPatient: number[] }[]
    }[]
  }
  expect(Number(set.NumberOfFrames)).toBe(5)
  const bits = new Uint8Array(set.PixelData[0]!)
  const found = new Uint8Array(labels.length)
  set.PerFrameFunctionalGroupsSequence.forEach((frame, n) => {
    const segment = [frame.SegmentIdentificationSequence].flat()[0]!.ReferencedSegmentNumber
    const position = [frame.PlanePositionSequence].flat()[0]!.ImagePositionPatient.map(Number)
    const k = Math.round((position[2]! + 7) / placed.spacing![2])
    for (let i = 0; i < x * y; i++) {
      const bit = n * x * y + i
      if ((bits[bit >> 3]! >> (bit & 7)) & 1) found[k * x * y + i] = about.segments[segment - 1]!.number
    }
  })
  expect(found).toEqual(labels)
  expect(set.SegmentSequence.map((one) => one.SegmentLabel)).toEqual(['Liver', 'Tumour, left'])
})

const installed = spawnSync('dciodvfy', [], { stdio: 'ignore' }).error === undefined
if (!installed) console.warn('skipped: dciodvfy not installed')

it.runIf(installed)('has no error in the eyes of dciodvfy', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarchive-seg-'))
  try {
    const name = path.join(folder, 'seg.dcm')
    writeFileSync(name, file())
    const { stderr, stdout } = spawnSync('dciodvfy', [name], { encoding: 'utf8' })
    const errors = `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('Error'))
    expect(errors).toEqual([])
    expect(`${stdout}${stderr}`).toContain('Segmentation')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('says in words what it cannot hold', () => {
  expect(() => writeDicomSegmentation({ ...placed, origin: null }, metadata, about, labels)).toThrow(ImagingError)
  expect(() => writeDicomSegmentation(placed, metadata, about, new Uint8Array(labels.length))).toThrow('No segment')
})
