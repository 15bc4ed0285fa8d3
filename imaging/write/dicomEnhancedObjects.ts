import { ImagingError } from '../errors.ts'
import type { Header } from '../header.ts'
import type { Code, DicomAttributes, DicomMetadata } from './dicomMetadata.ts'
import { coded, dateOf, decimalString, timeOf } from './dicomModules.ts'
import { petCorrections } from './dicomObjects.ts'

/** What one object adds: to the data set, and to the functional groups that all frames share. */
interface Parts {
  attributes: DicomAttributes
  shared: DicomAttributes
}

const imageType = ['DERIVED', 'PRIMARY', 'VOLUME', 'NONE']

/** Common CT/MR and PET image description (PS3.3 C.8.16.2), once for the object and once for the frames. */
const description = {
  PixelPresentation: 'MONOCHROME',
  VolumetricProperties: 'VOLUME',
  VolumeBasedCalculationTechnique: 'NONE',
}

/** MR Image Description (PS3.3 C.8.13.3.1). */
const mrDescription = { ComplexImageComponent: 'MAGNITUDE', AcquisitionContrast: 'UNKNOWN' }

/** Modules and macros that CT, MR and PET each have of their own (PS3.3 A.36, A.38, A.56). */
export function enhancedModality({ modality, direction, unit }: Header, metadata: DicomMetadata): Parts {
  const { series } = metadata
  const image: DicomAttributes = {
    ImageType: imageType,
    ContentQualification: 'RESEARCH',
    BurnedInAnnotation: 'NO',
    LossyImageCompression: '00',
    PresentationLUTShape: 'IDENTITY',
    ...description,
    PatientPosition: series.position ?? '',
  }
  const frameType = { FrameType: imageType, ...description }
  const anatomy = {
    FrameAnatomySequence: [{ FrameLaterality: 'U', AnatomicRegionSequence: coded(regionOf(series.bodyPart)) }],
  }
  if (modality === 'CT') {
    return {
      attributes: image,
      shared: {
        ...anatomy,
        CTImageFrameTypeSequence: [frameType],
        IrradiationEventIdentificationSequence: [{ IrradiationEventUID: `${series.uid}.2` }],
      },
    }
  }
  if (modality === 'MR') {
    return {
      attributes: { ...image, ...mrDescription, ApplicableSafetyStandardAgency: 'UNKNOWN' },
      shared: { ...anatomy, MRImageFrameTypeSequence: [{ ...frameType, ...mrDescription }] },
    }
  }
  return {
    attributes: { ...image, ...petAcquisition(direction!, unit, metadata) },
    shared: { ...anatomy, PETFrameTypeSequence: [frameType] },
  }
}

const views: Record<'x' | 'y' | 'z', Code> = {
  x: { value: '30730003', scheme: 'SCT', meaning: 'Sagittal' },
  y: { value: '81654009', scheme: 'SCT', meaning: 'Coronal' },
  z: { value: '62824007', scheme: 'SCT', meaning: 'Transverse' },
}

/** Corrections of Corrected Image as the enhanced object says them, each by itself (PS3.3 C.8.22.4). */
const corrections: Record<string, string> = {
  DECY: 'DecayCorrected',
  ATTN: 'AttenuationCorrected',
  SCAT: 'ScatterCorrected',
  DTIM: 'DeadTimeCorrected',
  MOTN: 'GantryMotionCorrected',
  PMOT: 'PatientMotionCorrected',
  CLN: 'CountLossNormalizationCorrected',
  RAN: 'RandomsCorrected',
  RADL: 'NonUniformRadialSamplingCorrected',
  NORM: 'DetectorNormalizationCorrection',
}

/** Enhanced PET Acquisition and Corrections (PS3.3 C.8.22.3, C.8.22.4). */
function petAcquisition(direction: number[], unit: string, metadata: DicomMetadata): DicomAttributes {
  const { attributes = {}, administration, series } = metadata
  // Classic PET says the same as DecayCorrection ADMIN.
  const decayed = administration?.start ?? series.start
  const normal = direction.slice(6).map(Math.abs)
  const axis = (['x', 'y', 'z'] as const)[normal.indexOf(Math.max(...normal))]!
  const given = attributes.CorrectedImage
  const made = new Set(
    Array.isArray(given) ? given.map(String) : given === undefined ? petCorrections : [String(given)],
  )
  return {
    TableMotion: 'STATIC',
    TimeOfFlightInformationUsed: 'FALSE',
    CountsSource: 'EMISSION',
    ViewCodeSequence: coded(views[axis]),
    ...Object.fromEntries(
      Object.entries(corrections).map(([term, keyword]) => [keyword, made.has(term) ? 'YES' : 'NO']),
    ),
    SensitivityCalibrated: unit === 'Bq/mL' ? 'YES' : 'NO',
    // How, where the object must say so: as classic PET is written, and UNKNOWN for what is not known here.
    ...(made.has('DECY') ? { DecayCorrectionDateTime: dateOf(decayed) + timeOf(decayed) } : {}),
    ...(made.has('RAN') ? { RandomsCorrectionMethod: 'DLYD' } : {}),
    ...(made.has('SCAT') ? { ScatterCorrectionMethod: 'UNKNOWN' } : {}),
    ...(made.has('ATTN')
      ? { AttenuationCorrectionSource: 'UNKNOWN', AttenuationCorrectionTemporalRelationship: 'SEPARATE' }
      : {}),
  }
}

/** SNOMED CT regions of Body Part Examined (PS3.16, annex L). */
const regions: Record<string, Code> = {
  WHOLEBODY: { value: '38266002', scheme: 'SCT', meaning: 'Entire body' },
  HEAD: { value: '69536005', scheme: 'SCT', meaning: 'Head' },
  BRAIN: { value: '12738006', scheme: 'SCT', meaning: 'Brain' },
  NECK: { value: '45048000', scheme: 'SCT', meaning: 'Neck' },
  CHEST: { value: '51185008', scheme: 'SCT', meaning: 'Chest' },
  HEART: { value: '80891009', scheme: 'SCT', meaning: 'Heart' },
  ABDOMEN: { value: '818981001', scheme: 'SCT', meaning: 'Abdomen' },
  PELVIS: { value: '816092008', scheme: 'SCT', meaning: 'Pelvis' },
  LEG: { value: '30021000', scheme: 'SCT', meaning: 'Lower leg' },
  KNEE: { value: '72696002', scheme: 'SCT', meaning: 'Knee' },
}

/** A region must be coded. Where the body part is not known, the code says no more than that it is one. */
const regionOf = (bodyPart = ''): Code =>
  regions[bodyPart.toUpperCase().replaceAll(' ', '')] ?? {
    value: '123037004',
    scheme: 'SCT',
    meaning: 'Body structure',
  }

/** A code for words that have none: the scheme begins with 99, so that nobody takes it for a registered one (PS3.3, 8.2). */
const codeFor = (words: string, code?: Code): Code =>
  code ?? { value: words.replace(/\W+/g, '-').slice(0, 16).toUpperCase(), scheme: '99VIVARCHIVE', meaning: words }

/** Enhanced Contrast/Bolus, and Enhanced PET Isotope, with what the frames say of them. */
export function enhancedAgent({ modality }: Header, { administration: agent }: DicomMetadata): Parts {
  if (modality === 'PT') return petIsotope(agent)
  if (!agent) return { attributes: {}, shared: {} }
  return {
    attributes: {
      ContrastBolusAgentSequence: [
        {
          ...coded(codeFor(agent.agent, agent.code))[0]!,
          ContrastBolusAgentNumber: 1,
          ContrastBolusAdministrationRouteSequence: coded(codeFor(agent.route ?? 'Unknown route')),
          ContrastBolusIngredientCodeSequence: [],
          ContrastBolusVolume: agent.volumeMillilitres === undefined ? '' : decimalString(agent.volumeMillilitres),
          ContrastBolusIngredientConcentration: '',
        },
      ],
    },
    shared: {
      ContrastBolusUsageSequence: [
        { ContrastBolusAgentNumber: 1, ContrastBolusAgentAdministered: 'YES', ContrastBolusAgentDetected: '' },
      ],
    },
  }
}

function petIsotope(agent: DicomMetadata['administration']): Parts {
  const { radionuclide, start, halfLifeSeconds, positronFraction } = agent ?? {}
  if (!agent || !radionuclide || !start || halfLifeSeconds === undefined || positronFraction === undefined) {
    throw new ImagingError(
      'unsupported',
      `An enhanced PET object must name its tracer, with radionuclide, half-life, positron fraction and time of injection; missing: ${[
        agent ? '' : 'tracer',
        radionuclide ? '' : 'radionuclide',
        halfLifeSeconds === undefined ? 'half-life' : '',
        positronFraction === undefined ? 'positron fraction' : '',
        start ? '' : 'time of injection',
      ]
        .filter(Boolean)
        .join(', ')}. Write it as classic PET instead, or add them.`,
    )
  }
  const { activityMegabecquerel: activity, volumeMillilitres: volume } = agent
  return {
    attributes: {
      RadiopharmaceuticalInformationSequence: [
        {
          RadiopharmaceuticalAgentNumber: 1,
          RadionuclideCodeSequence: coded(radionuclide),
          RadiopharmaceuticalCodeSequence: coded(codeFor(agent.agent, agent.code)),
          Radiopharmaceutical: agent.agent,
          AdministrationRouteCodeSequence: coded(codeFor(agent.route ?? 'Unknown route')),
          RadiopharmaceuticalVolume: volume === undefined ? undefined : decimalString(volume),
          RadiopharmaceuticalStartDateTime: dateOf(start) + timeOf(start),
          RadiopharmaceuticalStopDateTime: '',
          RadionuclideTotalDose: activity === undefined ? '' : decimalString(activity * 1e6),
          RadionuclideHalfLife: decimalString(halfLifeSeconds),
          RadionuclidePositronFraction: decimalString(positronFraction),
        },
      ],
    },
    shared: { RadiopharmaceuticalUsageSequence: [{ RadiopharmaceuticalAgentNumber: 1 }] },
  }
}
