import { ImagingError } from '../errors.ts'
import type { Header } from '../header.ts'
import type { Code, DicomAttributes, DicomMetadata } from './dicomMetadata.ts'

/** A number as DS: at most 16 characters (PS3.5, 6.2). */
export function decimalString(value: number): string {
  for (let digits = 15; digits > 0; digits--) {
    const text = String(Number(value.toPrecision(digits)))
    if (text.length <= 16) return text
  }
  return '0'
}

/** "20240301" from "2024-03-01T10:15:00". */
export const dateOf = (point: string | undefined): string => (point ?? '').slice(0, 10).replaceAll('-', '')

/** "101500.5" from "2024-03-01T10:15:00.5". */
export const timeOf = (point: string | undefined): string => (point ?? '').slice(11).replaceAll(':', '').slice(0, 13)

/** A point in time some seconds later, to the millisecond. */
export function plusSeconds(point: string, seconds: number): string {
  const at = Date.parse(`${point.length === 10 ? `${point}T00:00:00` : point}Z`)
  if (!Number.isFinite(at))
    throw new ImagingError('malformed', `"${point}" is no point in time like 2024-03-01T10:15:00.`)
  return new Date(at + Math.round(seconds * 1000))
    .toISOString()
    .slice(0, 23)
    .replace(/\.000$/, '')
}

/** One-item code sequence. */
export const coded = (code: Code): DicomAttributes[] => [
  { CodeValue: code.value, CodingSchemeDesignator: code.scheme, CodeMeaning: code.meaning },
]

/** Patient, study, series, frame of reference, equipment and agent (PS3.3 C.7.1 to C.7.6.4, C.8.9.2). */
export function commonAttributes(header: Header, metadata: DicomMetadata): DicomAttributes {
  const { study, series, instrument = {} } = metadata
  return {
    ...patientAttributes(metadata),
    StudyInstanceUID: study.uid,
    StudyID: study.id ?? '',
    StudyDate: dateOf(study.start),
    StudyTime: timeOf(study.start),
    StudyDescription: study.title,
    AccessionNumber: '',
    ReferringPhysicianName: '',
    OperatorsName: study.operator,
    Modality: header.modality ?? 'OT',
    SeriesInstanceUID: series.uid,
    SeriesNumber: series.number,
    SeriesDescription: series.label,
    SeriesDate: dateOf(series.start),
    SeriesTime: timeOf(series.start),
    ProtocolName: series.protocol,
    BodyPartExamined: series.bodyPart,
    PatientPosition: series.position,
    ...(header.origin
      ? { FrameOfReferenceUID: series.frameOfReferenceUid ?? `${study.uid}.1`, PositionReferenceIndicator: '' }
      : {}),
    Manufacturer: instrument.manufacturer ?? '',
    ManufacturerModelName: instrument.model,
    DeviceSerialNumber: instrument.serialNumber,
    SoftwareVersions: instrument.softwareVersion,
    InstitutionName: instrument.institution,
    ...agentAttributes(header, metadata),
  }
}

/** Patient Module with the attributes of animals (PS3.3 C.7.1.1). */
export function patientAttributes({ patient }: Pick<DicomMetadata, 'patient'>): DicomAttributes {
  const { species, strain } = patient
  return {
    PatientName: patient.name ?? '',
    PatientID: patient.id,
    PatientBirthDate: dateOf(patient.birthDate),
    PatientSex: patient.sex ?? '',
    // Kilograms (PS3.3 C.7.2.2).
    ...(patient.weightGrams === undefined ? {} : { PatientWeight: decimalString(patient.weightGrams / 1000) }),
    ...(species
      ? {
          PatientSpeciesDescription: species.description,
          ...(species.code ? { PatientSpeciesCodeSequence: coded(species.code) } : {}),
          // The axes mean the same as in people: left, dorsal, cranial (PS3.3 C.7.6.2.1.1).
          AnatomicalOrientationType: 'QUADRUPED',
          PatientBreedDescription: patient.breed ?? strain?.description ?? '',
          PatientBreedCodeSequence: [],
          BreedRegistrationSequence: [],
          PatientSexNeutered: '',
          ResponsiblePerson: patient.responsiblePerson ?? '',
          ...(patient.responsiblePerson ? { ResponsiblePersonRole: 'INVESTIGATOR' } : {}),
          ResponsibleOrganization: patient.responsibleOrganization ?? '',
        }
      : {}),
    ...(strain
      ? {
          StrainDescription: strain.description,
          StrainNomenclature: strain.nomenclature,
          StrainStockSequence: strain.stock && [
            {
              StrainStockNumber: strain.stock.number,
              StrainSource: strain.stock.source,
              StrainSourceRegistryCodeSequence: coded(strain.stock.registry),
            },
          ],
          ...(strain.code ? { StrainCodeSequence: coded(strain.code) } : {}),
        }
      : {}),
  }
}

function agentAttributes(header: Header, { administration: agent }: DicomMetadata): DicomAttributes {
  if (!agent) return {}
  if (header.modality !== 'PT' && header.modality !== 'NM') {
    return {
      ContrastBolusAgent: agent.agent,
      ContrastBolusAgentSequence: agent.code ? coded(agent.code) : undefined,
      ContrastBolusRoute: agent.route,
      ContrastBolusVolume: agent.volumeMillilitres === undefined ? undefined : decimalString(agent.volumeMillilitres),
      ContrastBolusStartTime: agent.start ? timeOf(agent.start) : undefined,
    }
  }
  const activity = agent.activityMegabecquerel
  return {
    RadiopharmaceuticalInformationSequence: [
      {
        Radiopharmaceutical: agent.agent,
        RadiopharmaceuticalCodeSequence: agent.code ? coded(agent.code) : undefined,
        RadiopharmaceuticalRoute: agent.route,
        RadiopharmaceuticalVolume:
          agent.volumeMillilitres === undefined ? undefined : decimalString(agent.volumeMillilitres),
        RadiopharmaceuticalStartTime: agent.start ? timeOf(agent.start) : undefined,
        RadiopharmaceuticalStartDateTime: agent.start ? dateOf(agent.start) + timeOf(agent.start) : undefined,
        // Becquerel in PET, megabecquerel in nuclear medicine (PS3.3 C.8.9.2, C.8.4.10).
        RadionuclideTotalDose:
          activity === undefined ? undefined : decimalString(header.modality === 'PT' ? activity * 1e6 : activity),
        RadionuclideHalfLife: agent.halfLifeSeconds === undefined ? undefined : decimalString(agent.halfLifeSeconds),
        RadionuclidePositronFraction:
          agent.positronFraction === undefined ? undefined : decimalString(agent.positronFraction),
        RadionuclideCodeSequence: agent.radionuclide ? coded(agent.radionuclide) : [],
      },
    ],
  }
}
