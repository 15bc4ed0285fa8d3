import { strToU8 } from 'fflate'
import { ImagingError } from '../errors.ts'
import type { Fact } from '../format.ts'
import { modelCode } from '../formats/inveon/codes.ts'
import { indexToWorld } from '../geometry/affine.ts'
import { planeBytes, sampleBytes } from '../header.ts'
import type { Header, SampleType } from '../header.ts'
import { converted } from './planes.ts'
import type { Image } from './planes.ts'

/** The type each sample type is stored as, and its data_type code (little endian). */
const storage: Record<SampleType, { sampleType: SampleType; code: number }> = {
  int8: { sampleType: 'int8', code: 1 },
  uint8: { sampleType: 'int16', code: 2 },
  int16: { sampleType: 'int16', code: 2 },
  uint16: { sampleType: 'int32', code: 3 },
  int32: { sampleType: 'int32', code: 3 },
  uint32: { sampleType: 'float32', code: 4 },
  float32: { sampleType: 'float32', code: 4 },
  float64: { sampleType: 'float32', code: 4 },
}
const modalities: Record<string, number> = { PT: 0, CT: 1, NM: 2 }

/** subject_orientation by the senses of the stored axes along L, P and S; the reader assumes the same. */
const orientations: Record<string, number> = { '1,-1,1': 1, '-1,-1,-1': 2, '-1,1,1': 3, '1,1,-1': 4 }

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

export interface InveonOptions {
  /** Name of the image file, for example `m01.pet.img`; the header is to be stored as this name with `.hdr` appended. */
  fileName: string
  facts?: readonly Fact[]
}

/**
 * A Siemens Inveon pair: the text of the header, and the bytes of the image as a stream. Sample types that the layout does
 * not know become the next wider one. Rows are mirrored when that lets the subject orientation say how the axes run.
 * @throws ImagingError 'unsupported' for colour images, more than one channel, or an intercept
 */
export function writeInveon(
  { header, planes }: Image,
  { fileName, facts = [] }: InveonOptions,
): { header: Uint8Array; image: AsyncGenerator<Uint8Array> } {
  if (header.samplesPerPixel > 1 || header.shape.c > 1 || header.intercept.some((v) => v !== 0)) {
    throw new ImagingError('unsupported', 'The Inveon layout holds one grey channel without an intercept.')
  }
  const senses = sensesOf(header)
  const mirrored = senses !== null && senses[0] * senses[1] * senses[2] > 0
  const { sampleType } = storage[header.sampleType]
  return {
    header: strToU8(headerText(header, fileName, facts, senses, mirrored), true),
    image: (async function* () {
      let k = 0
      for await (const plane of planes()) {
        const rows = mirrored ? mirrorRows(plane, header) : plane
        yield sampleType === header.sampleType ? rows : converted(header, k, rows, sampleType, false)
        k++
      }
    })(),
  }
}

function headerText(
  h: Header,
  fileName: string,
  facts: readonly Fact[],
  senses: [number, number, number] | null,
  mirrored: boolean,
): string {
  const { x, y, z, t } = h.shape
  const { sampleType, code } = storage[h.sampleType]
  const value = (key: Fact['key']) => {
    const found = facts.find((fact) => fact.key === key)?.value
    return typeof found === 'object' ? String(found.value) : found === undefined ? '' : line(String(found))
  }
  const stored = senses && (mirrored ? [senses[0], -senses[1], senses[2]] : senses)
  const main: [string, string | number][] = [
    ['version', '1.910'],
    ['manufacturer', value('instrument.manufacturer')],
    ['model', modelCode(value('instrument.model'))],
    ['institution', value('instrument.institution')],
    ['modality', modalities[h.modality ?? ''] ?? -1],
    ['file_name', line(fileName)],
    ['file_type', 5],
    ['acquisition_mode', t > 1 ? 3 : h.modality === 'CT' ? 9 : 2],
    ['study', value('study.title')],
    ['study_identifier', value('session.label')],
    ['operator', value('session.operator')],
    ['scan_time', ctime(value('series.acquiredAt') || value('session.start'))],
    ['total_frames', t],
    ['time_frames', t],
    ['number_of_bed_positions', 1],
    ['data_type', code],
    ['data_order', 1],
    ['number_of_dimensions', 3],
    ['x_dimension', x],
    ['y_dimension', y],
    ['z_dimension', z],
    ['w_dimension', 1],
    ...(h.spacing
      ? ([
          ['pixel_size', h.spacing[0] / 10],
          ['pixel_size_x', h.spacing[0]],
          ['pixel_size_y', h.spacing[1]],
          ['pixel_size_z', h.spacing[2]],
        ] satisfies [string, number][])
      : []),
    ...(stored ? ([['image_ref_shift', shiftOf(h, senses!, mirrored).join(' ')]] satisfies [string, string][]) : []),
    ['calibration_factor', 1],
    ['calibration_units', h.unit === 'Bq/mL' ? 2 : 0],
    ['isotope', value('administration.radionuclide')],
    ['isotope_branching_fraction', 1],
    ['decay_correction_applied', 1],
    ['injected_compound', value('administration.agent')],
    ['dose', value('administration.activity')],
    ['dose_units', value('administration.activity') ? 2 : 0],
    ['injection_time', ctime(value('administration.start'))],
    ['subject_identifier', value('subject.localId')],
    ['subject_genus', value('subject.species')],
    ['subject_sex', { M: 'Male', F: 'Female' }[value('subject.sex')] ?? ''],
    ['subject_date_of_birth', value('subject.birthDate')],
    ['subject_weight', value('subject.weight')],
    ['subject_weight_units', value('subject.weight') ? 1 : 0],
    ['subject_orientation', stored ? (orientations[stored.join(',')] ?? 0) : 0],
    ['subject_scan_region', value('series.bodyPart')],
  ]
  const volumeBytes = x * y * z * sampleBytes[sampleType]
  const frames = Array.from({ length: t }, (_, i) => {
    const offset = i * volumeBytes
    return [
      `frame ${i}`,
      'event_type 0',
      'gate 0',
      'bed 0',
      `data_file_pointer ${Math.floor(offset / 2 ** 32)} ${(offset % 2 ** 32) | 0}`,
      `frame_start ${h.frames?.startSeconds[i] ?? 0}`,
      `frame_duration ${h.frames?.durationSeconds[i] ?? 0}`,
      `scale_factor ${scaleOf(h, i)}`,
      'end_of_header',
    ]
  })
  const records = main.filter(([, v]) => v !== '').map(([key, v]) => `${key} ${v}`)
  const lines = [
    '#',
    '#',
    `# Header file for data file ${line(fileName)}`,
    '#',
    ...records,
    'end_of_header',
    ...frames.flat(),
  ]
  return `${lines.join('\n')}\n`
}

/** One scale per frame; the planes of a frame must agree. */
function scaleOf(h: Header, frame: number): number {
  const { z } = h.shape
  const own = h.slope.length === 1 ? h.slope : h.slope.slice(frame * z, (frame + 1) * z)
  if (own.some((v) => v !== own[0])) {
    throw new ImagingError(
      'unsupported',
      `The planes of frame ${frame} have different slopes; the Inveon layout has one per frame.`,
    )
  }
  return own[0]!
}

/** The senses of the axes along L, P and S when the image lies straight in the patient, else null. */
function sensesOf({ direction, origin, spacing }: Header): [number, number, number] | null {
  if (!direction || !origin || !spacing) return null
  const senses = [0, 4, 8].map((i) => Math.round(direction[i]!))
  const straight = direction.every((v, i) => Math.abs(v - (i % 4 === 0 ? senses[i / 4]! : 0)) < 1e-3)
  return straight ? (senses as [number, number, number]) : null
}

/** Where the middle of the volume is, in mm along the stored axes. */
function shiftOf(h: Header, senses: [number, number, number], mirrored: boolean): number[] {
  const { x, y, z } = h.shape
  const m = indexToWorld(h)!
  const middle = [(x - 1) / 2, (y - 1) / 2, (z - 1) / 2]
  return senses.map((sense, row) => {
    const world = m[row * 4 + 3]! + middle.reduce((sum, v, axis) => sum + v * m[row * 4 + axis]!, 0)
    return Number((world * (mirrored && row === 1 ? -sense : sense)).toFixed(6)) + 0
  })
}

function mirrorRows(plane: Uint8Array, h: Header): Uint8Array {
  const row = planeBytes(h) / h.shape.y
  const out = new Uint8Array(plane.length)
  for (let at = 0; at < plane.length; at += row) out.set(plane.subarray(at, at + row), plane.length - row - at)
  return out
}

/** Text of one header record: Latin-1, one line. */
const line = (text: string) =>
  text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?')
    .trim()

/** C ctime text of RFC 3339 text, in the local time that it is written in; '' when there is none. */
function ctime(text: string): string {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(text) ?? []
  if (!time) return ''
  const weekday = new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDay()
  return `${days[weekday]} ${months[Number(month) - 1]} ${String(Number(day)).padStart(2)} ${time} ${year}`
}
