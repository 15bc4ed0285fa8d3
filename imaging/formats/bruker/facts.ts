import type { Fact, FactKey } from '../../format.ts'
import { table } from '../../table.ts'
import type { Documents } from './documents.ts'
import { ifReadable } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import { dateOf, timeOf } from './time.ts'
import type { Place } from './tree.ts'

/** DICOM Patient Position (0018,5100) of VisuSubjectPosition. */
const positions = table<string>({
  Head_Supine: 'HFS',
  Head_Prone: 'HFP',
  Head_Left: 'HFDL',
  Head_Right: 'HFDR',
  Foot_Supine: 'FFS',
  Foot_Prone: 'FFP',
  Foot_Left: 'FFDL',
  Foot_Right: 'FFDR',
})

type File = 'subject' | 'visu' | 'acqp' | 'method'
type Read<T> = (parameters: Parameters, name: string) => T | undefined

const fileNames: Record<File, string> = { subject: 'subject', visu: 'visu_pars', acqp: 'acqp', method: 'method' }
const text: Read<string> = (parameters, name) => parameters.text(name)?.slice(0, 1000)

/** What the files of a reconstruction say about the experiment, each value with the file that says it. */
export function factsOf(documents: Documents, place: Place): Fact[] {
  const facts: Fact[] = []
  const found = (file: File, name: string, read: Read<Fact['value']> = text) => {
    const parameters = documents[file]
    const value = ifReadable(() => (parameters?.has(name) ? read(parameters, name) : undefined))
    return value === undefined ? [] : [{ value, evidence: `${name} in ${fileNames[file]}` }]
  }
  const add = (key: FactKey, places: [File, string][], read?: Read<Fact['value']>) => {
    const [first] = places.flatMap(([file, name]) => found(file, name, read))
    if (first) facts.push({ key, ...first })
    return first
  }
  // People correct an animal's name in the study after the scans: both are told, and differences are shown as a conflict.
  const named = [found('subject', 'SUBJECT_id'), found('visu', 'VisuSubjectId')].flat()
  for (const [i, name] of named.entries()) {
    if (i === 0 || name.value !== named[0]!.value) facts.push({ key: 'subject.localId', ...name })
  }
  add(
    'subject.name',
    [
      ['subject', 'SUBJECT_name_string'],
      ['visu', 'VisuSubjectName'],
    ],
    personName,
  )
  add(
    'subject.sex',
    [
      ['subject', 'SUBJECT_sex'],
      ['subject', 'SUBJECT_sex_animal'],
      ['subject', 'SUBJECT_gender'],
      ['visu', 'VisuSubjectSex'],
    ],
    sex,
  )
  add(
    'subject.birthDate',
    [
      ['subject', 'SUBJECT_dbirth'],
      ['visu', 'VisuSubjectBirthDate'],
    ],
    (p, n) => dateOf(p.text(n)),
  )
  add('subject.weight', [['visu', 'VisuSubjectWeight']], weight)
  add(
    'subject.position',
    [
      ['visu', 'VisuSubjectPosition'],
      ['subject', 'SUBJECT_study_instrument_position'],
      ['acqp', 'ACQ_patient_pos'],
    ],
    (p, n) => positions[p.text(n) ?? ''],
  )
  add('study.title', [['visu', 'VisuStudyDescription']])
  add('session.label', [
    ['subject', 'SUBJECT_study_name'],
    ['visu', 'VisuStudyId'],
  ])
  add(
    'session.uid',
    [
      ['visu', 'VisuStudyUid'],
      ['subject', 'SUBJECT_study_instance_uid'],
    ],
    uid,
  )
  add(
    'session.start',
    [
      ['subject', 'SUBJECT_date'],
      ['subject', 'SUBJECT_study_date'],
      ['visu', 'VisuStudyDate'],
    ],
    timeOf,
  )
  add('session.operator', [
    ['subject', 'SUBJECT_study_operator'],
    ['acqp', 'ACQ_operator'],
  ])
  // ORIGIN stands without brackets ("Bruker BioSpin MRI GmbH"): its first word, the maker, is read.
  add('instrument.manufacturer', [
    ['visu', 'VisuManufacturer'],
    ['visu', 'ORIGIN'],
    ['acqp', 'ORIGIN'],
  ])
  add('instrument.model', [
    ['visu', 'VisuStation'],
    ['acqp', 'ACQ_station'],
  ])
  add(
    'instrument.softwareVersion',
    [
      ['visu', 'VisuCreatorVersion'],
      ['acqp', 'ACQ_sw_version'],
    ],
    software,
  )
  add('instrument.institution', [
    ['visu', 'VisuInstitution'],
    ['acqp', 'ACQ_institution'],
  ])
  const scan = numberOfScan(documents, place)
  const protocol = add('series.protocol', protocolNames)
  const label = protocol ?? [...found('method', 'Method'), ...found('visu', 'VisuAcqSequenceName')][0]
  const processing = place.processing !== null && place.processing > 1 ? `, reconstruction ${place.processing}` : ''
  if (label) {
    const words = scan ? `${String(label.value)} (scan ${scan.value}${processing})` : String(label.value)
    const evidence = scan ? `${label.evidence}, ${scan.evidence}` : label.evidence
    facts.push({ key: 'series.label', value: words, evidence })
  }
  if (scan) facts.push({ key: 'series.number', ...scan })
  add(
    'series.acquiredAt',
    [
      ['visu', 'VisuAcqDate'],
      ['acqp', 'ACQ_time'],
    ],
    timeOf,
  )
  return facts
}

const protocolNames: [File, string][] = [
  ['visu', 'VisuAcquisitionProtocol'],
  ['acqp', 'ACQ_protocol_name'],
  ['acqp', 'ACQ_scan_name'],
]

/**
 * Number of the scan, as people at the scanner call it. Folders may have been renamed, so the file is asked first:
 * VisuSeriesNumber of ParaVision 5 is scan x 65536 + reconstruction.
 */
function numberOfScan({ visu }: Documents, { experiment }: Place): { value: number; evidence: string } | undefined {
  const asked = (name: string) => ifReadable(() => visu?.number(name))
  const isNumber = (value: number | undefined): value is number =>
    value !== undefined && Number.isInteger(value) && value > 0 && value < 2 ** 31
  const stated = asked('VisuExperimentNumber')
  if (isNumber(stated)) return { value: stated, evidence: 'VisuExperimentNumber in visu_pars' }
  const series = asked('VisuSeriesNumber')
  if (isNumber(series) && series >= 65536) {
    return { value: Math.floor(series / 65536), evidence: 'VisuSeriesNumber in visu_pars' }
  }
  return experiment === null ? undefined : { value: experiment, evidence: `folder name “${experiment}”` }
}

const sexes = table<string>({ MALE: 'M', FEMALE: 'F' })
const sex: Read<string> = (parameters, name) => sexes[parameters.text(name)?.toUpperCase() ?? '']

const uid: Read<string> = (parameters, name) => {
  const value = parameters.text(name)
  return value && /^[0-9.]{1,64}$/.test(value) ? value : undefined
}

/**
 * VisuSubjectWeight is in kilograms; 0.001 stands there when nobody entered a weight. (SUBJECT_weight is in kilograms or
 * grams, by version, and not used.)
 */
const weight: Read<Fact['value']> = (parameters, name) => {
  const kilograms = parameters.number(name)
  if (kilograms === undefined || kilograms <= 0.001 || !Number.isFinite(kilograms * 1000)) return undefined
  return { value: Number((kilograms * 1000).toPrecision(9)), unit: 'g' }
}

/** "Family^Given" as "Given Family". */
const personName: Read<string> = (parameters, name) =>
  (parameters.text(name) ?? '')
    .split('^')
    .map((part) => part.trim())
    .filter(Boolean)
    .toReversed()
    .join(' ')
    .slice(0, 1000) || undefined

/** "5.1" and "PV 5.1" are both ParaVision 5.1. */
const software: Read<string> = (parameters, name) => {
  const version = parameters.text(name)?.replace(/^PV[- ]?(?=\d)/i, '')
  return version && (/^\d/.test(version) ? `ParaVision ${version}` : version).slice(0, 300)
}
