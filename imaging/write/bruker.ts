import { strToU8 } from 'fflate'
import { ImagingError } from '../errors.ts'
import type { Fact } from '../format.ts'
import type { Header, SampleType } from '../header.ts'
import { parameterFile } from './brukerParameters.ts'
import type { Parameter } from './brukerParameters.ts'
import { converted } from './planes.ts'
import type { Image } from './planes.ts'

/** The type each sample type is stored as, and its name in visu_pars. */
const storage: Record<SampleType, { sampleType: SampleType; word: string }> = {
  uint8: { sampleType: 'uint8', word: '_8BIT_UNSGN_INT' },
  int8: { sampleType: 'int16', word: '_16BIT_SGN_INT' },
  int16: { sampleType: 'int16', word: '_16BIT_SGN_INT' },
  uint16: { sampleType: 'int32', word: '_32BIT_SGN_INT' },
  int32: { sampleType: 'int32', word: '_32BIT_SGN_INT' },
  uint32: { sampleType: 'float32', word: '_32BIT_FLOAT' },
  float32: { sampleType: 'float32', word: '_32BIT_FLOAT' },
  float64: { sampleType: 'float32', word: '_32BIT_FLOAT' },
}

/** VisuSubjectPosition, and the two parts of it in `subject`, of a DICOM Patient Position. */
const positions: Record<string, [entry: string, position: string]> = {
  HFS: ['Head', 'Supine'],
  HFP: ['Head', 'Prone'],
  HFDL: ['Head', 'Left'],
  HFDR: ['Head', 'Right'],
  FFS: ['Foot', 'Supine'],
  FFP: ['Foot', 'Prone'],
  FFDL: ['Foot', 'Left'],
  FFDR: ['Foot', 'Right'],
}

export interface BrukerOptions {
  /** Number of the scan, which is the name of its folder. */
  experiment: number
  facts?: readonly Fact[]
  sequence?: { name: string; repetitionMilliseconds?: number; echoMilliseconds?: number }
}

/** A file of the study, its path from the folder of the study. */
export interface BrukerFile {
  path: string
  bytes: Uint8Array
}

/**
 * A scan as ParaVision 6 leaves it, with one reconstruction: the parameter files, and the samples of `2dseq` as a stream.
 * `subject` is the same for all scans of a study. There is no raw data.
 * @returns `path` is that of the samples
 * @throws ImagingError 'unsupported' for colour images and for more than one channel
 */
export function writeBruker(
  { header, planes }: Image,
  options: BrukerOptions,
): { files: BrukerFile[]; path: string; data: AsyncGenerator<Uint8Array> } {
  if (header.samplesPerPixel > 1 || header.shape.c > 1) {
    throw new ImagingError('unsupported', 'A scan of ParaVision is written with one grey channel.')
  }
  const { experiment, facts = [] } = options
  const says = (key: Fact['key']): string | undefined => {
    const found = facts.find((fact) => fact.key === key)?.value
    return found === undefined ? undefined : String(typeof found === 'object' ? found.value : found)
  }
  const { sampleType } = storage[header.sampleType]
  const file = (path: string, parameters: Parameter[]): BrukerFile => ({
    path,
    bytes: strToU8(parameterFile(parameters)),
  })
  return {
    files: [
      file('subject', subject(says)),
      file(`${experiment}/acqp`, acqp(header, options, says)),
      file(`${experiment}/method`, method(header, options)),
      file(`${experiment}/pdata/1/reco`, reco(header)),
      file(`${experiment}/pdata/1/visu_pars`, visu(header, options, says)),
    ],
    path: `${experiment}/pdata/1/2dseq`,
    data: (async function* () {
      let k = 0
      for await (const plane of planes()) {
        yield sampleType === header.sampleType ? plane : converted(header, k, plane, sampleType, false)
        k++
      }
    })(),
  }
}

type Says = (key: Fact['key']) => string | undefined

function subject(says: Says): Parameter[] {
  const [entry, position] = positions[says('subject.position') ?? ''] ?? []
  return [
    ['SUBJECT_id', { text: says('subject.localId') }],
    ['SUBJECT_name_string', { text: says('subject.name') ?? says('subject.localId') }],
    ['SUBJECT_sex', { word: sexOf(says) }],
    ['SUBJECT_dbirth', { text: says('subject.birthDate')?.replaceAll('-', '') }],
    ['SUBJECT_study_name', { text: says('session.label') }],
    ['SUBJECT_study_instance_uid', { text: says('session.uid') }],
    ['SUBJECT_date', { text: timeOf(says('session.start')) }],
    ['SUBJECT_entry', { word: entry && `SUBJ_ENTRY_${entry}First` }],
    ['SUBJECT_position', { word: position && `SUBJ_POS_${position}` }],
  ]
}

function acqp({ shape, spacing }: Header, { experiment, sequence }: BrukerOptions, says: Says): Parameter[] {
  return [
    ['ACQ_scan_name', { text: `${says('series.protocol') ?? 'Scan'} (E${experiment})` }],
    ['ACQ_method', { text: sequence?.name }],
    ['ACQ_operator', { text: says('session.operator') }],
    ['ACQ_institution', { text: says('instrument.institution') }],
    ['ACQ_station', { text: says('instrument.model') }],
    ['ACQ_sw_version', { text: `PV ${versionOf(says)}` }],
    ['ACQ_time', { text: timeOf(says('series.acquiredAt')) }],
    ['NSLICES', { word: shape.z }],
    ['NI', { word: shape.z }],
    ['NR', { word: shape.t }],
    ['ACQ_n_echo_images', { word: 1 }],
    ['ACQ_slice_sepn', { list: spacing ? [spacing[2]] : undefined }],
    ['BYTORDA', { word: 'little' }],
  ]
}

function method({ shape: { x, y, t }, spacing }: Header, { sequence }: BrukerOptions): Parameter[] {
  return [
    ['Method', { word: sequence && `<Bruker:${sequence.name}>` }],
    ['PVM_RepetitionTime', { word: sequence?.repetitionMilliseconds }],
    ['PVM_EchoTime', { word: sequence?.echoMilliseconds }],
    ['PVM_NRepetitions', { word: t }],
    ['PVM_Matrix', { list: [x, y] }],
    ['PVM_Fov', { list: spacing ? [x * spacing[0], y * spacing[1]] : undefined }],
    ['PVM_SliceThick', { word: spacing?.[2] }],
  ]
}

function reco(h: Header): Parameter[] {
  const { x, y, z, t } = h.shape
  return [
    ['RECO_size', { list: [x, y] }],
    ['RECO_fov', { list: h.spacing ? [(x * h.spacing[0]) / 10, (y * h.spacing[1]) / 10] : undefined }],
    ['RECO_transposition', { list: Array.from({ length: z }, () => 0) }],
    ['RECO_image_type', { word: 'MAGNITUDE_IMAGE' }],
    ['RECO_wordtype', { word: storage[h.sampleType].word }],
    ['RECO_byte_order', { word: 'littleEndian' }],
    ['RECO_map_slope', { list: spread(h.slope, z * t).map((v) => 1 / v) }],
    ['RECO_map_offset', { list: spread(h.intercept, z * t) }],
  ]
}

function visu(h: Header, { experiment, sequence }: BrukerOptions, says: Says): Parameter[] {
  const { x, y, z, t } = h.shape
  const { spacing, direction, origin } = h
  const slices = Array.from({ length: z }, (_, k) => k)
  const isPlaced = spacing && direction && origin
  const groups = [`(${z}, <FG_SLICE>, <>, 0, ${isPlaced ? 2 : 0})`, ...(t > 1 ? [`(${t}, <FG_CYCLE>, <>, 0, 0)`] : [])]
  const seconds = h.frames?.durationSeconds
  const isSteady = seconds?.every((v) => v === seconds[0])
  const weight = says('subject.weight')
  return [
    ['VisuVersion', { word: 3 }],
    ['VisuCreator', { text: 'ParaVision' }],
    ['VisuCreatorVersion', { text: versionOf(says) }],
    ['VisuInstanceModality', { word: h.modality ?? undefined }],
    ['VisuCoreFrameCount', { word: z * t }],
    ['VisuCoreDim', { word: 2 }],
    ['VisuCoreSize', { list: [x, y] }],
    ['VisuCoreDimDesc', { list: ['spatial', 'spatial'] }],
    ['VisuCoreExtent', { list: spacing ? [x * spacing[0], y * spacing[1]] : undefined }],
    ['VisuCoreFrameThickness', { list: spacing ? [spacing[2]] : undefined }],
    ['VisuCoreUnits', { texts: ['mm', 'mm'] }],
    ['VisuCoreOrientation', { list: isPlaced ? slices.flatMap(() => direction) : undefined, width: 9 }],
    [
      'VisuCorePosition',
      {
        list: isPlaced
          ? slices.flatMap((k) => origin.map((v, axis) => v + k * spacing[2] * direction[6 + axis]!))
          : undefined,
        width: 3,
      },
    ],
    ['VisuCoreDataOffs', { list: spread(h.intercept, z * t) }],
    ['VisuCoreDataSlope', { list: spread(h.slope, z * t) }],
    ['VisuCoreDataUnits', { texts: h.unit ? [h.unit] : undefined }],
    ['VisuCoreFrameType', { list: ['MAGNITUDE_IMAGE'] }],
    ['VisuCoreWordType', { word: storage[h.sampleType].word }],
    ['VisuCoreByteOrder', { word: 'littleEndian' }],
    ['VisuCoreDiskSliceOrder', { word: 'disk_normal_slice_order' }],
    ['VisuFGOrderDescDim', { word: groups.length }],
    ['VisuFGOrderDesc', { list: groups }],
    ['VisuGroupDepVals', { list: isPlaced ? ['(<VisuCoreOrientation>, 0)', '(<VisuCorePosition>, 0)'] : undefined }],
    ['VisuSubjectName', { text: says('subject.name') ?? says('subject.localId') }],
    ['VisuSubjectId', { text: says('subject.localId') }],
    ['VisuSubjectBirthDate', { text: says('subject.birthDate')?.replaceAll('-', '') }],
    ['VisuSubjectSex', { word: sexOf(says) }],
    ['VisuSubjectWeight', { word: weight === undefined ? undefined : Number(weight) / 1000 }],
    ['VisuSubjectPosition', { word: positions[says('subject.position') ?? '']?.join('_') }],
    ['VisuStudyUid', { text: says('session.uid') }],
    ['VisuStudyDate', { text: timeOf(says('session.start')) }],
    ['VisuStudyId', { text: says('session.label') }],
    ['VisuStudyDescription', { text: says('study.title') }],
    ['VisuExperimentNumber', { word: experiment }],
    ['VisuProcessingNumber', { word: 1 }],
    ['VisuInstitution', { text: says('instrument.institution') }],
    ['VisuStation', { text: says('instrument.model') }],
    ['VisuManufacturer', { text: says('instrument.manufacturer') }],
    ['VisuAcqDate', { text: timeOf(says('series.acquiredAt')) }],
    ['VisuAcqSequenceName', { text: sequence && `${sequence.name} (pvm)` }],
    [
      'VisuAcqRepetitionTime',
      { list: sequence?.repetitionMilliseconds ? [sequence.repetitionMilliseconds] : undefined },
    ],
    ['VisuAcqEchoTime', { list: sequence?.echoMilliseconds ? [sequence.echoMilliseconds] : undefined }],
    ['VisuAcquisitionProtocol', { text: says('series.protocol') }],
    ['VisuAcqScanTime', { word: isSteady ? seconds![0]! * 1000 * t : undefined }],
  ]
}

const versionOf = (says: Says) => /^ParaVision (.+)$/.exec(says('instrument.softwareVersion') ?? '')?.[1] ?? '6.0.1'

const sexOf = (says: Says) => ({ M: 'MALE', F: 'FEMALE' })[says('subject.sex') ?? '']

const spread = (list: readonly number[], count: number): number[] =>
  list.length === count ? [...list] : Array.from({ length: count }, () => list[0]!)

/** RFC 3339 text in the way of ParaVision 6: "2024-07-25T09:39:23,000+0200". */
function timeOf(text: string | undefined): string | undefined {
  const [, local, zone = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(text ?? '') ?? []
  return local && `${local},000${zone === 'Z' ? '+0000' : zone.replace(':', '')}`
}
