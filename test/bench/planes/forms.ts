/** The forms in which one and the same image lies in the repository. */
import { writeDicom } from '#imaging/write/dicom.ts'
import { dicomUid } from '#imaging/write/dicomUid.ts'
import { writeInveon } from '#imaging/write/inveon.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import type { FileOfSeries } from '../../help/seriesFile.ts'
import { jpeg2000Dicom, multiFrameDicom } from './dicomObject.ts'
import { benchImage, type BenchImage } from './images.ts'
import { tiledOmeTiff } from './tiledTiff.ts'

export type SampleSize = 'uint8' | 'int16'

interface Form {
  title: string
  /** `Format.id` */
  format: string
  files(type: SampleSize, times: number): Generator<FileOfSeries> | AsyncGenerator<FileOfSeries>
}

const one = (path: string, write: (image: BenchImage) => AsyncIterable<Uint8Array>) =>
  function* (type: SampleSize, times: number): Generator<FileOfSeries> {
    yield { path, bytes: write(benchImage(type, times)) }
  }

export const forms: Record<string, Form> = {
  inveon: {
    title: 'Inveon raw',
    format: 'inveon',
    *files(type, times) {
      // Its bytes have a sign.
      const image = benchImage(type === 'uint8' ? 'int8' : type, times)
      const { header, image: bytes } = writeInveon(image, { fileName: 'bench.img' })
      yield { path: 'bench.img', bytes }
      yield { path: 'bench.img.hdr', bytes: once(header) }
    },
  },
  nifti: { title: 'NIfTI', format: 'nifti', files: one('bench.nii', (image) => writeNifti(image)) },
  'nifti-gz': {
    title: 'NIfTI, gzip',
    format: 'nifti',
    files: one('bench.nii.gz', (image) => writeNifti(image, { gzip: true })),
  },
  'multi-frame': { title: 'multi-frame DICOM', format: 'dicom', files: one('bench.dcm', multiFrameDicom) },
  files: { title: 'one DICOM file for each plane', format: 'dicom', files: singleFrames },
  'jpeg-2000': { title: 'JPEG 2000 DICOM', format: 'dicom', files: one('bench.dcm', jpeg2000Dicom) },
  'ome-tiff': { title: 'tiled OME-TIFF', format: 'tiff', files: one('bench.ome.tif', tiledOmeTiff) },
}

/** MR images as scanners send them. */
async function* singleFrames(type: SampleSize, times: number): AsyncGenerator<FileOfSeries> {
  const start = '2024-03-01T10:00:00'
  const files = writeDicom(benchImage(type, times), {
    patient: { id: 'BENCH' },
    study: { uid: dicomUid('bench'), start },
    series: { uid: dicomUid('bench', 'series'), number: 1, start },
  })
  for await (const { name, bytes } of files) yield { path: `bench/${name}`, bytes: once(bytes) }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
