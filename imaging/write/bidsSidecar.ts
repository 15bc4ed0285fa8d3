import { bidsKeys, bidsUnits, shortNuclide } from '../bidsKeys.ts'
import type { Header } from '../header.ts'
import type { DicomAttributes, DicomMetadata } from './dicomMetadata.ts'

type BidsValue = string | number | boolean | readonly (string | number)[]

/** Attributes of the acquisition that BIDS has under the same or another name; times are seconds there, milliseconds in DICOM. */
const acquisition: Record<string, { keyword: string; factor?: number }> = {
  MagneticFieldStrength: { keyword: 'MagneticFieldStrength' },
  ReceiveCoilName: { keyword: 'ReceiveCoilName' },
  ScanningSequence: { keyword: 'ScanningSequence' },
  SequenceVariant: { keyword: 'SequenceVariant' },
  ScanOptions: { keyword: 'ScanOptions' },
  SequenceName: { keyword: 'SequenceName' },
  MRAcquisitionType: { keyword: 'MRAcquisitionType' },
  RepetitionTime: { keyword: 'RepetitionTime', factor: 1e-3 },
  EchoTime: { keyword: 'EchoTime', factor: 1e-3 },
  InversionTime: { keyword: 'InversionTime', factor: 1e-3 },
  FlipAngle: { keyword: 'FlipAngle' },
  NumberOfAverages: { keyword: 'NumberOfAverages' },
  PixelBandwidth: { keyword: 'PixelBandwidth' },
  ReconMethodName: { keyword: 'ReconstructionMethod' },
  KVP: { keyword: 'KVP' },
  XRayTubeCurrent: { keyword: 'XRayTubeCurrent' },
  ExposureTime: { keyword: 'ExposureTime', factor: 1e-3 },
}

/** What BIDS-PET asks for in every sidecar; "n/a" is its word for what is not known (BIDS 1.11, PET, radiochemistry). */
const petUnknown = {
  InjectedMass: 'n/a',
  InjectedMassUnits: 'n/a',
  SpecificRadioactivity: 'n/a',
  SpecificRadioactivityUnits: 'n/a',
  ModeOfAdministration: 'n/a',
} as const

/**
 * The JSON sidecar that belongs beside a NIfTI file (BIDS 1.11): what its header has no place for. It says the same as a
 * DICOM object with the same metadata would, but nothing of the animal and no date, which have tables of their own in BIDS.
 * What is not known is left out, except where BIDS-PET wants "n/a".
 * @param more further keys, which replace those written by default (AcquisitionMode, ReconMethodName ...)
 */
export function bidsSidecar(
  header: Header,
  metadata: DicomMetadata,
  more: Readonly<Record<string, BidsValue>> = {},
): Record<string, BidsValue> {
  const { series, instrument = {}, administration: agent, attributes = {} } = metadata
  const isPet = header.modality === 'PT'
  const said: Partial<Record<keyof typeof bidsKeys, string | number | undefined>> = {
    'instrument.manufacturer': instrument.manufacturer,
    'instrument.model': instrument.model,
    'instrument.serialNumber': instrument.serialNumber,
    'instrument.softwareVersion': instrument.softwareVersion,
    'instrument.institution': instrument.institution,
    'series.label': series.label,
    'series.protocol': series.protocol,
    'series.bodyPart': series.bodyPart,
    ...(isPet && agent
      ? {
          'administration.agent': agent.agent,
          'administration.radionuclide': agent.radionuclide && shortNuclide(agent.radionuclide.meaning),
          'administration.activity': agent.activityMegabecquerel,
          'administration.volume': agent.volumeMillilitres,
          'administration.route': agent.route,
        }
      : {}),
  }
  const out: Record<string, BidsValue> = {}
  const add = (key: string, value: BidsValue | null | undefined) => {
    if (value !== undefined && value !== null && value !== '') out[key] = value
  }
  add('Modality', header.modality)
  for (const [fact, key] of Object.entries(bidsKeys) as [keyof typeof bidsKeys, string][]) {
    add(key, said[fact])
    if (key in out && key in bidsUnits)
      add(bidsUnits[key as keyof typeof bidsUnits].key, bidsUnits[key as keyof typeof bidsUnits].unit)
  }
  add('Units', header.unit)
  if (header.frames) {
    add('FrameTimesStart', header.frames.startSeconds)
    add('FrameDuration', header.frames.durationSeconds)
  }
  for (const [key, { keyword, factor }] of Object.entries(acquisition)) add(key, plain(attributes[keyword], factor))
  if (isPet) {
    const injected = secondsBetween(series.start, agent?.start)
    Object.assign(out, agent ? petUnknown : {})
    add('TimeZero', series.start.slice(11, 19))
    add('ScanStart', 0)
    add('InjectionStart', injected)
  }
  return { ...out, ...more }
}

/** The text of the file. */
export const encodeSidecar = (sidecar: Record<string, BidsValue>): Uint8Array => {
  const text = `${JSON.stringify(sidecar, null, 2)}\n`
  // JSON escapes make it ASCII, which needs no encoder in this room.
  const ascii = text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return Uint8Array.from(ascii, (c) => c.charCodeAt(0))
}

/** A number, a text, or a list of either; numbers that DICOM writes as text become numbers. */
function plain(value: DicomAttributes[string], factor = 1): BidsValue | undefined {
  if (Array.isArray(value)) {
    const parts = value.map((part) => (typeof part === 'string' || typeof part === 'number' ? part : undefined))
    return parts.some((part) => part === undefined) ? undefined : (parts as (string | number)[])
  }
  if (typeof value === 'string') {
    const number = Number(value)
    return value.trim() !== '' && Number.isFinite(number) ? scaled(number, factor) : value
  }
  return typeof value === 'number' ? scaled(value, factor) : undefined
}

const scaled = (value: number, factor: number): number => Number((value * factor).toPrecision(12))

function secondsBetween(from: string, to: string | undefined): number | undefined {
  if (to === undefined) return undefined
  const seconds = (Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / 1000
  return Number.isFinite(seconds) ? seconds : undefined
}
