import type { Fact, FactKey } from '../../format.ts'
import { table } from '../../table.ts'
import { tagText } from './dataSet.ts'
import type { DataSet } from './dataSet.ts'
import { groupOf } from './group.ts'
import { dateAndTime, dateTime, isoDate } from './time.ts'

/** What a DICOM header says about the experiment. */
export function factsOf(data: DataSet): Fact[] {
  const facts: Fact[] = []
  const add = (key: FactKey, value: Fact['value'] | undefined, name: string, tag: number) => {
    if (value === undefined || value === '' || facts.some((fact) => fact.key === key)) return
    facts.push({ key, value, evidence: `${name} ${tagText(tag)}` })
  }
  const text = (key: FactKey, name: string, tag: number, from: DataSet = data) => add(key, from.string(tag), name, tag)

  text('subject.localId', 'PatientID', 0x00100020)
  add('subject.name', personName(data.string(0x00100010)), 'PatientName', 0x00100010)
  text('subject.species', 'PatientSpeciesDescription', 0x00102201)
  add('subject.species', meaning(data, 0x00102202), 'PatientSpeciesCodeSequence', 0x00102202)
  text('subject.strain', 'StrainDescription', 0x00100212)
  add('subject.strain', meaning(data, 0x00100219), 'StrainCodeSequence', 0x00100219)
  text('subject.strain', 'PatientBreedDescription', 0x00102292)
  add('subject.strain', meaning(data, 0x00102293), 'PatientBreedCodeSequence', 0x00102293)
  add('subject.genotype', genotype(data), 'GeneticModificationsSequence', 0x00100221)
  const stock = data.item(0x00100216) ?? data
  text('subject.supplier', 'StrainSource', 0x00100217, stock)
  text('subject.stockNumber', 'StrainStockNumber', 0x00100214, stock)
  if (data.string(0x00100200) === 'YES') add('subject.kind', 'phantom', 'QualityControlSubject', 0x00100200)
  add('subject.sex', sex(data.string(0x00100040)), 'PatientSex', 0x00100040)
  add('subject.neutered', neutered(data.string(0x00102203)), 'PatientSexNeutered', 0x00102203)
  add('subject.birthDate', isoDate(data.string(0x00100030)), 'PatientBirthDate', 0x00100030)
  add('subject.weight', weight(data), 'PatientWeight', 0x00101030)
  text('subject.position', 'PatientPosition', 0x00185100)
  add('subject.position', codedPosition(data), 'PatientOrientationCodeSequence', 0x00540410)

  text('study.title', 'StudyDescription', 0x00081030)
  text('session.label', 'StudyID', 0x00200010)
  text('session.uid', 'StudyInstanceUID', 0x0020000d)
  add('session.start', dateAndTime(data, 0x00080020, 0x00080030), 'StudyDate', 0x00080020)
  add('session.operator', personName(data.string(0x00081070)), 'OperatorsName', 0x00081070)

  text('instrument.manufacturer', 'Manufacturer', 0x00080070)
  text('instrument.model', 'ManufacturerModelName', 0x00081090)
  text('instrument.serialNumber', 'DeviceSerialNumber', 0x00181000)
  add('instrument.softwareVersion', data.strings(0x00181020).filter(Boolean).join(', '), 'SoftwareVersions', 0x00181020)
  text('instrument.institution', 'InstitutionName', 0x00080080)

  text('series.label', 'SeriesDescription', 0x0008103e)
  add('series.number', data.number(0x00200011, 'IS'), 'SeriesNumber', 0x00200011)
  text('series.uid', 'SeriesInstanceUID', 0x0020000e)
  add('series.acquiredAt', dateTime(data, 0x0008002a), 'AcquisitionDateTime', 0x0008002a)
  add('series.acquiredAt', dateAndTime(data, 0x00080022, 0x00080032), 'AcquisitionDate', 0x00080022)
  add('series.acquiredAt', dateAndTime(data, 0x00080021, 0x00080031), 'SeriesDate', 0x00080021)
  add('series.acquiredAt', dateAndTime(data, 0x00080023, 0x00080033), 'ContentDate', 0x00080023)
  text('series.bodyPart', 'BodyPartExamined', 0x00180015)
  text('series.protocol', 'ProtocolName', 0x00181030)
  add('series.decayCorrection', decayCorrection(data.string(0x00541102)), 'DecayCorrection', 0x00541102)

  const tracer = data.item(0x00540016)
  if (tracer) addTracer(data, tracer, add)
  else addContrast(data, add)
  return facts
}

const entries = table<string>({ '102540008': 'HF', 'F-10470': 'HF', '102541007': 'FF', 'F-10480': 'FF' })
const lying = table<string>({
  '1240000': 'P',
  'F-10310': 'P',
  '40199007': 'S',
  'F-10340': 'S',
  '102535000': 'DR',
  'F-10317': 'DR',
  '102536004': 'DL',
  'F-10319': 'DL',
})

/** PET gives the position in codes (CID 20 and 21, old SNOMED-RT values beside the new ones); HFP and the like of it. */
function codedPosition(data: DataSet): string | undefined {
  const entry = entries[data.item(0x00540414)?.string(0x00080100) ?? '']
  const modifier = lying[data.item(0x00540410)?.item(0x00540412)?.string(0x00080100) ?? '']
  return entry && modifier ? entry + modifier : undefined
}

const decayTimes = table<string>({ NONE: 'none', START: 'scan start', ADMIN: 'injection' })

/** The time that the values of a PET image refer to (PS3.3 C.8.9.1.1.6), in the words of the record. */
const decayCorrection = (term: string | undefined): string | undefined => decayTimes[term ?? '']

type Add = (key: FactKey, value: Fact['value'] | undefined, name: string, tag: number) => void

/** Radiopharmaceutical Information Sequence (PS3.3 C.8.9.2). */
function addTracer(data: DataSet, tracer: DataSet, add: Add): void {
  add('administration.agent', tracer.string(0x00180031), 'Radiopharmaceutical', 0x00180031)
  add('administration.agent', meaning(tracer, 0x00540304), 'RadiopharmaceuticalCodeSequence', 0x00540304)
  add('administration.radionuclide', meaning(tracer, 0x00540300), 'RadionuclideCodeSequence', 0x00540300)
  const dose = tracer.number(0x00181074)
  // Becquerel in PET, megabecquerel in nuclear medicine objects (PS3.3 C.8.4.10).
  const megabecquerel = dose === undefined ? undefined : data.string(0x00080060) === 'NM' ? dose : dose / 1e6
  if (megabecquerel !== undefined && megabecquerel > 0) {
    add('administration.activity', { value: megabecquerel, unit: 'MBq' }, 'RadionuclideTotalDose', 0x00181074)
  }
  const volume = tracer.number(0x00181071)
  if (volume !== undefined && volume > 0) {
    add('administration.volume', { value: volume, unit: 'mL' }, 'RadiopharmaceuticalVolume', 0x00181071)
  }
  add('administration.route', meaning(tracer, 0x00540302), 'AdministrationRouteCodeSequence', 0x00540302)
  add('administration.route', tracer.string(0x00181070), 'RadiopharmaceuticalRoute', 0x00181070)
  add('administration.start', dateTime(tracer, 0x00181078), 'RadiopharmaceuticalStartDateTime', 0x00181078)
  add('administration.start', onSeriesDay(data, tracer, 0x00181072), 'RadiopharmaceuticalStartTime', 0x00181072)
}

/** Contrast/Bolus Module (PS3.3 C.7.6.4). */
function addContrast(data: DataSet, add: Add): void {
  add('administration.agent', data.string(0x00180010), 'ContrastBolusAgent', 0x00180010)
  add('administration.agent', meaning(data, 0x00180012), 'ContrastBolusAgentSequence', 0x00180012)
  if (!data.has(0x00180010) && !data.has(0x00180012)) return
  add('administration.route', data.string(0x00181040), 'ContrastBolusRoute', 0x00181040)
  add(
    'administration.route',
    meaning(data.item(0x00180012) ?? data, 0x00180014),
    'AdministrationRouteSequence',
    0x00180014,
  )
  const concentration = data.number(0x00181049)
  if (concentration !== undefined && concentration > 0) {
    add(
      'administration.concentration',
      { value: concentration, unit: 'mg/mL' },
      'ContrastBolusIngredientConcentration',
      0x00181049,
    )
  }
  const volume = data.number(0x00181041)
  if (volume !== undefined && volume > 0)
    add('administration.volume', { value: volume, unit: 'mL' }, 'ContrastBolusVolume', 0x00181041)
  add('administration.start', onSeriesDay(data, data, 0x00181042), 'ContrastBolusStartTime', 0x00181042)
}

/** A time of day without a date belongs to the day of the series. */
function onSeriesDay(data: DataSet, holder: DataSet, timeTag: number): string | undefined {
  const day = [0x00080022, 0x00080021, 0x00080020].find((tag) => isoDate(data.string(tag)))
  const at = day === undefined ? undefined : dateTimeOf(data.string(day)!, holder.string(timeTag))
  return at
}

function dateTimeOf(date: string, time: string | undefined): string | undefined {
  const [, hour, minute = '00', second = '00'] = /^(\d{2}):?(\d{2})?:?(\d{2})?/.exec(time ?? '') ?? []
  return hour === undefined ? undefined : `${isoDate(date)}T${hour}:${minute}:${second}`
}

/** Code Meaning of the first item of a code sequence, else its value. */
const meaning = (data: DataSet, tag: number): string | undefined =>
  data.item(tag)?.string(0x00080104) ?? data.item(tag)?.string(0x00080100)

/** "Family^Given^Middle" of the first (alphabetic) group as "Given Middle Family". */
function personName(value: string | undefined): string | undefined {
  const [family = '', ...rest] = (value ?? '')
    .split('=')[0]!
    .split('^')
    .map((part) => part.trim())
  return [...rest.slice(0, 2), family].filter(Boolean).join(' ') || undefined
}

/** Genetic Modifications Sequence (PS3.3 C.7.1.1): the description of each, else the meaning of its code. */
const genotype = (data: DataSet): string =>
  data
    .items(0x00100221)
    .flatMap((item) => item.string(0x00100222) ?? meaning(item, 0x00100229) ?? [])
    .join('; ')

/** ALTERED means neutered (PS3.3 C.7.1.1). */
const neutered = (value: string | undefined): string | undefined =>
  value === 'ALTERED' ? 'yes' : value === 'UNALTERED' ? 'no' : undefined

const sex = (value: string | undefined): string | undefined =>
  value === 'M' || value === 'F' || value === 'O' ? value : undefined

/** Patient's Weight is in kilograms; grams are what people weigh animals in. */
function weight(data: DataSet): Fact['value'] | undefined {
  const kilograms = data.number(0x00101030)
  if (kilograms === undefined || kilograms <= 0 || !Number.isFinite(kilograms * 1000)) return undefined
  return { value: Number((kilograms * 1000).toPrecision(9)), unit: 'g' }
}

const rodents = /\b(mouse|mus|murine|rat|rattus)\b/i

/** Sentences about values that cannot be right, or that say less than they seem to. */
export function doubtsOf(data: DataSet): string[] {
  const group = groupOf(data).map(({ localId, place }) => `${localId}${place ? ` at ${place.join(', ')}` : ''}`)
  return [
    ...(group.length > 0
      ? [`The image shows several subjects, counted from left, top and front: ${group.join('; ')}.`]
      : []),
    ...weightDoubts(data),
  ]
}

function weightDoubts(data: DataSet): string[] {
  const kilograms = data.number(0x00101030) ?? 0
  const species = data.string(0x00102201) ?? meaning(data, 0x00102202) ?? ''
  if (kilograms > 1 && rodents.test(species)) {
    return [`PatientWeight (0010,1030) is ${kilograms} kg for a ${species}; the number was probably entered in grams.`]
  }
  return []
}
