import type { Header } from '../header.ts'
import { planeCount } from '../header.ts'
import type { DicomAttributes, DicomMetadata } from './dicomMetadata.ts'

/** SOP classes of single-frame and multi-frame objects (PS3.4 B.5). */
export function sopClassOf(header: Header): string {
  const isMulti = planeCount(header) > 1
  switch (header.modality) {
    case 'CT':
      return '1.2.840.10008.5.1.4.1.1.2'
    case 'MR':
      return '1.2.840.10008.5.1.4.1.1.4'
    case 'PT':
      return '1.2.840.10008.5.1.4.1.1.128'
    case 'US':
      return isMulti ? '1.2.840.10008.5.1.4.1.1.3.1' : '1.2.840.10008.5.1.4.1.1.6.1'
    default:
      if (!isMulti) return '1.2.840.10008.5.1.4.1.1.7'
      // Multi-frame secondary capture: true colour, grey words, grey bytes.
      if (header.samplesPerPixel === 3) return '1.2.840.10008.5.1.4.1.1.7.4'
      return header.sampleType === 'uint8' ? '1.2.840.10008.5.1.4.1.1.7.2' : '1.2.840.10008.5.1.4.1.1.7.3'
  }
}

/** DICOM Units (0054,1001) of the UCUM units that PET is given in. */
const petUnits: Record<string, string> = {
  'Bq/mL': 'BQML',
  '{counts}': 'CNTS',
  '{counts}/s': 'CPS',
  'g/mL': 'GML',
  '%': 'PCNT',
}

/** What each kind of object must have besides the common modules (PS3.3 C.8.2, C.8.3, C.8.5, C.8.6, C.8.9). */
export function modalityAttributes(header: Header, metadata: DicomMetadata): DicomAttributes {
  switch (header.modality) {
    case 'CT':
      return { ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'], KVP: '', RescaleType: header.unit === 'HU' ? 'HU' : 'US' }
    case 'MR':
      return {
        ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
        ScanningSequence: 'GR',
        SequenceVariant: 'NONE',
        ScanOptions: '',
        MRAcquisitionType: '2D',
        RepetitionTime: '',
        EchoTime: '',
        EchoTrainLength: '',
      }
    case 'PT':
      return petAttributes(header, metadata)
    case 'US':
      return { ImageType: ['ORIGINAL', 'PRIMARY'], LossyImageCompression: '00', PatientOrientation: '' }
    default:
      return {
        ImageType: ['ORIGINAL', 'PRIMARY'],
        ConversionType: 'DI',
        PatientOrientation: '',
        ...secondaryCapture(header),
      }
  }
}

/** Corrections that PET images are written with (Corrected Image, PS3.3 C.8.9.1), unless the caller's attributes say otherwise. */
export const petCorrections = ['NORM', 'DTIM', 'ATTN', 'SCAT', 'RAN', 'DECY']

function petAttributes({ shape, unit }: Header, { administration, series }: DicomMetadata): DicomAttributes {
  return {
    ImageType: ['ORIGINAL', 'PRIMARY'],
    Units: petUnits[unit] ?? 'PROPCNTS',
    CountsSource: 'EMISSION',
    SeriesType: [shape.t > 1 ? 'DYNAMIC' : 'STATIC', 'IMAGE'],
    NumberOfSlices: shape.z,
    NumberOfTimeSlices: shape.t > 1 ? shape.t : undefined,
    CorrectedImage: petCorrections,
    RandomsCorrectionMethod: 'DLYD',
    DecayCorrection: administration ? 'ADMIN' : 'NONE',
    DecayFactor: 1,
    CollimatorType: 'NONE',
    ...petPosition(series.position),
    ...(administration ? {} : { RadiopharmaceuticalInformationSequence: [] }),
  }
}

const recumbent = { CodeValue: '102538003', CodingSchemeDesignator: 'SCT', CodeMeaning: 'recumbent' }
const gantry: Record<string, DicomAttributes> = {
  HF: { CodeValue: '102540008', CodingSchemeDesignator: 'SCT', CodeMeaning: 'headfirst' },
  FF: { CodeValue: '102541007', CodingSchemeDesignator: 'SCT', CodeMeaning: 'feet-first' },
}
const lying: Record<string, DicomAttributes> = {
  P: { CodeValue: '1240000', CodingSchemeDesignator: 'SCT', CodeMeaning: 'prone' },
  S: { CodeValue: '40199007', CodingSchemeDesignator: 'SCT', CodeMeaning: 'supine' },
  DR: { CodeValue: '102535000', CodingSchemeDesignator: 'SCT', CodeMeaning: 'right lateral decubitus' },
  DL: { CodeValue: '102536004', CodingSchemeDesignator: 'SCT', CodeMeaning: 'left lateral decubitus' },
}

/** PET says with codes what Patient Position says elsewhere, and must not have both (PS3.3 C.8.4.6; CID 19, 20, 21). */
function petPosition(position = ''): DicomAttributes {
  const entry = gantry[position.slice(0, 2)]
  const modifier = lying[position.slice(2)]
  return {
    PatientPosition: undefined,
    PatientOrientationCodeSequence: modifier
      ? [{ ...recumbent, PatientOrientationModifierCodeSequence: [modifier] }]
      : [],
    PatientGantryRelationshipCodeSequence: entry ? [entry] : [],
  }
}

/** SC Multi-frame Image and vector modules (PS3.3 C.8.6.3). */
function secondaryCapture(header: Header): DicomAttributes {
  if (planeCount(header) === 1) return {}
  return {
    BurnedInAnnotation: 'NO',
    ...(header.samplesPerPixel === 1
      ? { PresentationLUTShape: 'IDENTITY', RescaleSlope: 1, RescaleIntercept: 0, RescaleType: 'US' }
      : {}),
  }
}
