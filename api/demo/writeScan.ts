/** Files of a scan as an instrument would have written them. Runs in a thread. */
import type { Fact } from '#imaging/format.ts'
import { phantom } from '#imaging/phantoms/index.ts'
import { writeBruker } from '#imaging/write/bruker.ts'
import { bidsSidecar, encodeSidecar } from '#imaging/write/bidsSidecar.ts'
import { writeDicom } from '#imaging/write/dicom.ts'
import { writeEnhancedDicom } from '#imaging/write/dicomEnhanced.ts'
import type { DicomMetadata } from '#imaging/write/dicomMetadata.ts'
import { dicomUid } from '#imaging/write/dicomUid.ts'
import { writeInveon } from '#imaging/write/inveon.ts'
import { writeIvis } from '#imaging/write/ivis.ts'
import { writeNifti } from '#imaging/write/nifti.ts'
import { writeNrrd } from '#imaging/write/nrrd.ts'
import { writeOmeTiff, writeTiff } from '#imaging/write/tiff.ts'
import { writeVevo } from '#imaging/write/vevo.ts'
import { later } from './content/types.ts'
import type { DemoScan } from './content/types.ts'

/** What a scanner knows of a visit. */
export interface ScanContext {
  folder: string
  sessionLabel: string
  sessionStart: string
  studyTitle: string
  operator?: string
  subject: {
    localId: string
    sex?: 'M' | 'F'
    birthDate?: string
    weightGrams?: number
    species?: { label: string; code: string }
    strain?: { label: string; code?: string }
  }
  instrument?: {
    manufacturer: string
    model: string
    serialNumber?: string
    softwareVersion?: string
    institution: string
  }
}

export interface WrittenFile {
  path: string
  bytes: Uint8Array
}

/** Writes one scan; `path` begins with the folder of the visit. */
export async function writeScan(scan: DemoScan, context: ScanContext): Promise<WrittenFile[]> {
  const files = await filesOf(scan, context)
  const { kept } = scan
  return kept === undefined
    ? files
    : files.map(({ path, bytes }) => ({ path, bytes: bytes.subarray(0, Math.floor(bytes.length * kept)) }))
}

async function filesOf(scan: DemoScan, context: ScanContext): Promise<WrittenFile[]> {
  const image = phantom(scan.phantom, scan.options)
  const at = (name: string) => `${context.folder}/${name}`
  switch (scan.format) {
    case 'bruker': {
      const { number: experiment, sequence } = scan
      const made = writeBruker(image, { experiment, facts: factsOf(scan, context), ...(sequence && { sequence }) })
      // The samples first: `subject` belongs to every scan of the study.
      return [{ path: made.path, bytes: await gathered(made.data) }, ...made.files].map(({ path, bytes }) => ({
        path: at(`${scan.stem}/${path}`),
        bytes,
      }))
    }
    case 'dicom': {
      const files: WrittenFile[] = []
      for await (const { name, bytes } of writeDicom(image, metadataOf(scan, context))) {
        files.push({ path: at(`${scan.stem}/${name}`), bytes })
      }
      return files
    }
    case 'dicom enhanced': {
      const { name, bytes } = await writeEnhancedDicom(image, metadataOf(scan, context))
      return [{ path: at(`${scan.stem}/${name}`), bytes }]
    }
    case 'inveon': {
      const pair = writeInveon(image, { fileName: scan.stem, facts: factsOf(scan, context) })
      const bytes = await gathered(pair.image)
      return [
        { path: at(scan.stem), bytes },
        { path: at(`${scan.stem}.hdr`), bytes: pair.header },
      ]
    }
    case 'ivis': {
      const { part, labels } = scan.click!
      const options = { click: scan.stem, exposureSeconds: 60, binning: 2, fNumber: 1, labels }
      const made = await writeIvis(image, { ...options, facts: factsOf(scan, context) })
      const named = (name: string) => made.find((file) => file.name === name)!
      // The photograph is a series of its own with the texts of the signal, which are written once.
      const own =
        part === 'photograph' ? [named('photograph.TIF')] : made.filter(({ name }) => name !== 'photograph.TIF')
      const first = part === 'photograph' ? 'photograph.TIF' : 'luminescent.TIF'
      return own
        .toSorted((a, b) => Number(b.name === first) - Number(a.name === first))
        .map(({ name, bytes }) => ({ path: at(`${scan.stem}/${name}`), bytes }))
    }
    case 'nifti':
    case 'nifti.gz': {
      const parts = writeNifti(image, { gzip: scan.format === 'nifti.gz' })
      const file = { path: at(scan.stem), bytes: await gathered(parts) }
      if (!scan.sidecar) return [file]
      const sidecar = encodeSidecar(bidsSidecar(image.header, metadataOf(scan, context)))
      return [file, { path: at(scan.stem.replace(/\.nii(\.gz)?$/, '.json')), bytes: sidecar }]
    }
    case 'nrrd':
      return [{ path: at(scan.stem), bytes: await gathered(writeNrrd(image, { gzip: true })) }]
    case 'tiff':
      return [{ path: at(scan.stem), bytes: await writeTiff(image, { withResolution: true, compression: 'deflate' }) }]
    case 'ome-tiff': {
      const { manufacturer, model } = context.instrument ?? {}
      const metadata = {
        name: `${context.subject.localId} ${scan.label}`,
        acquiredAt: later(context.sessionStart, scan.minutes),
        ...(manufacturer && model && { microscope: { manufacturer, model } }),
      }
      return [{ path: at(scan.stem), bytes: await writeOmeTiff(image, metadata, { compression: 'deflate' }) }]
    }
    case 'vevo': {
      const made = await writeVevo(image, { stem: scan.stem, facts: factsOf(scan, context) })
      return made.map(({ name, bytes }) => ({ path: at(name), bytes })).toReversed()
    }
  }
}

async function gathered(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return new Uint8Array(Buffer.concat(all))
}

const radionuclides = {
  'F-18': { value: '77004003', scheme: 'SCT', meaning: 'Fluorine-18' },
  'Ga-68': { value: '80751004', scheme: 'SCT', meaning: 'Gallium-68' },
}

function metadataOf(scan: DemoScan, context: ScanContext): DicomMetadata {
  const { subject, instrument, sessionLabel, sessionStart, studyTitle, operator } = context
  const start = later(sessionStart, scan.minutes)
  const { administration } = scan
  return {
    patient: {
      id: subject.localId,
      name: subject.localId,
      ...(subject.sex && { sex: subject.sex }),
      ...(subject.birthDate && { birthDate: subject.birthDate }),
      ...(subject.weightGrams && { weightGrams: subject.weightGrams }),
      ...(subject.species && {
        species: {
          description: subject.species.label,
          code: { value: subject.species.code, scheme: 'NCBITaxID', meaning: subject.species.label },
        },
      }),
      ...(subject.strain && { strain: { description: subject.strain.label } }),
      ...(instrument && { responsibleOrganization: instrument.institution }),
    },
    study: {
      uid: dicomUid('demo', studyTitle, sessionLabel),
      id: sessionLabel.slice(0, 16),
      title: studyTitle.slice(0, 64),
      start: sessionStart,
      ...(operator && { operator }),
    },
    series: {
      uid: dicomUid('demo', studyTitle, sessionLabel, String(scan.number)),
      number: scan.number,
      label: scan.label,
      start,
      position: scan.modality === 'US' ? 'HFS' : 'HFP',
      frameOfReferenceUid: dicomUid('demo', studyTitle, sessionLabel, 'frame'),
      ...(scan.bodyPart && { bodyPart: scan.bodyPart }),
      ...(scan.protocol && { protocol: scan.protocol }),
    },
    ...(instrument && { instrument }),
    ...(administration && {
      administration: {
        agent: administration.agent,
        start: later(start, -administration.minutesBefore),
        route: 'Intravenous route',
        ...(administration.activityMegabecquerel && { activityMegabecquerel: administration.activityMegabecquerel }),
        ...(administration.volumeMillilitres && { volumeMillilitres: administration.volumeMillilitres }),
        ...(administration.radionuclide && { radionuclide: radionuclides[administration.radionuclide] }),
      },
    }),
    ...(scan.attributes && { attributes: scan.attributes }),
  }
}

function factsOf(scan: DemoScan, context: ScanContext): Fact[] {
  const { subject, instrument, sessionLabel, sessionStart, studyTitle, operator } = context
  const start = later(sessionStart, scan.minutes)
  const { administration } = scan
  const activity = administration?.activityMegabecquerel
  const values: [Fact['key'], Fact['value'] | undefined][] = [
    ['instrument.manufacturer', instrument?.manufacturer],
    ['instrument.model', instrument?.model],
    ['instrument.softwareVersion', instrument?.softwareVersion],
    ['instrument.institution', instrument?.institution],
    ['study.title', studyTitle],
    ['session.label', sessionLabel],
    ['session.uid', dicomUid('demo', studyTitle, sessionLabel)],
    ['session.start', sessionStart],
    ['session.operator', operator],
    ['series.acquiredAt', start],
    ['series.bodyPart', scan.bodyPart],
    ['series.protocol', scan.protocol],
    ['subject.localId', subject.localId],
    ['subject.species', subject.species?.label],
    ['subject.sex', subject.sex],
    ['subject.birthDate', subject.birthDate],
    ['subject.weight', subject.weightGrams && { value: subject.weightGrams, unit: 'g' }],
    ['subject.position', 'HFP'],
    ['administration.agent', administration?.agent],
    ['administration.radionuclide', administration?.radionuclide],
    ['administration.activity', activity && { value: activity, unit: 'MBq' }],
    ['administration.start', administration && later(start, -administration.minutesBefore)],
  ]
  return values.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value, evidence: 'demo' }]))
}
