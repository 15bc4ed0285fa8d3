import { ImagingError } from '../../errors.ts'
import { sampleBytes } from '../../header.ts'
import type { Header, SampleType } from '../../header.ts'
import { checkExtent } from '../../raw/planes.ts'
import { table } from '../../table.ts'
import { patientPosition } from './facts.ts'
import { numberOf } from './text.ts'
import type { InveonText } from './text.ts'

const dataTypes: Record<number, { sampleType: SampleType; littleEndian: boolean }> = {
  1: { sampleType: 'int8', littleEndian: true },
  2: { sampleType: 'int16', littleEndian: true },
  3: { sampleType: 'int32', littleEndian: true },
  4: { sampleType: 'float32', littleEndian: true },
  5: { sampleType: 'float32', littleEndian: false },
  6: { sampleType: 'int16', littleEndian: false },
  7: { sampleType: 'int32', littleEndian: false },
}
const modalities: Record<number, string> = { 0: 'PT', 1: 'CT', 2: 'NM' }

export interface Layout {
  header: Header
  littleEndian: boolean
  /** Offset of every volume in the data file, in the order served (channel, then time). */
  volumeOffsets: number[]
}

/** Sizes alone: enough to judge whether a data file can belong to this header. */
export interface Extent {
  x: number
  y: number
  z: number
  frames: number
  sampleType: SampleType
  littleEndian: boolean
  volumeBytes: number
}

/**
 * Matrix, number of volumes and sample type.
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function extentOf({ main, frames }: InveonText): Extent {
  const size = (key: string) => {
    const value = numberOf(main, key)
    if (value === undefined || !Number.isSafeInteger(value) || value < 1) {
      throw new ImagingError(
        'malformed',
        `${key} is ${main.get(key) ?? 'missing'} in the header; it must be 1 or more.`,
      )
    }
    return value
  }
  const [x, y, z] = [size('x_dimension'), size('y_dimension'), size('z_dimension')]
  const w = numberOf(main, 'w_dimension') ?? 1
  if (w > 1) throw new ImagingError('unsupported', `w_dimension is ${w}; only images with w_dimension 1 are read here.`)
  const count = main.has('total_frames') ? size('total_frames') : Math.max(frames.length, 1)
  const code = numberOf(main, 'data_type')
  const type = dataTypes[code ?? 0]
  if (!type) {
    throw new ImagingError(
      'unsupported',
      `data_type is ${main.get('data_type') ?? 'missing'}; codes 1 to 7 are read here.`,
    )
  }
  const volumeBytes = x * y * z * sampleBytes[type.sampleType]
  const shape = { x, y, z, t: count, c: 1 }
  checkExtent(
    { shape, sampleType: type.sampleType, samplesPerPixel: 1 },
    `${count} frames of ${x} x ${y} x ${z} voxels`,
  )
  return { x, y, z, frames: count, ...type, volumeBytes }
}

/**
 * What the header means for a data file.
 * @param name     of the data file, whose ending names the modality when the header does not
 * @param dataSize bytes of the data file
 * @throws ImagingError 'truncated', 'malformed', 'unsupported', 'too-large'
 */
export function layOut(text: InveonText, name: string, dataSize: number): Layout {
  const extent = extentOf(text)
  const { x, y, z, frames: count, volumeBytes } = extent
  const warnings: string[] = []
  if (count * volumeBytes > dataSize) {
    throw new ImagingError(
      'truncated',
      `The header announces ${count} frames of ${x} x ${y} x ${z} ${extent.sampleType} voxels (${count * volumeBytes} bytes), ` +
        `but ${name} has ${dataSize} bytes; bring the complete file again.`,
      dataSize,
    )
  }
  if (text.frames.length !== count && text.frames.length > 0) {
    warnings.push(
      `The header announces ${count} frames and describes ${text.frames.length}; frames not described use its general values.`,
    )
  }
  const block = (i: number) => text.frames[i]
  const offsets = frameOffsets(text, count, volumeBytes, dataSize)
  const { order, t, c, labels } = arrange(text, count, warnings)
  const scales = order.map((i) => valueScale(text.main, block(i)))
  const slope =
    new Set(scales).size === 1 ? [scales[0]!] : scales.flatMap((scale) => Array.from({ length: z }, () => scale))

  const stated = numberOf(text.main, 'modality')
  const modality = modalities[stated ?? -1] ?? modalityOfName(name, warnings)
  const starts = order.slice(0, t).map((i) => numberOf(block(i), 'frame_start'))
  const durations = order.slice(0, t).map((i) => numberOf(block(i), 'frame_duration'))
  const hasTimes = t > 1 && durations.every((d) => d !== undefined && d > 0) && starts.every((s) => s !== undefined)
  if (modality === 'PT' && numberOf(text.main, 'decay_correction_applied') === 0) {
    warnings.push('The values are not corrected for decay.')
  }
  return {
    littleEndian: extent.littleEndian,
    volumeOffsets: order.map((i) => offsets[i]!),
    header: {
      format: 'inveon',
      modality,
      shape: { x, y, z, t, c },
      sampleType: extent.sampleType,
      samplesPerPixel: 1,
      ...place(text.main, extent, warnings),
      slope,
      intercept: [0],
      unit: unitOf(text.main, stated),
      frames: hasTimes ? { startSeconds: starts as number[], durationSeconds: durations as number[] } : null,
      channels: labels,
      window: null,
      warnings,
    },
  }
}

/** Offsets from data_file_pointer (two signed 32-bit halves, or one number), else volume after volume. */
function frameOffsets(text: InveonText, count: number, volumeBytes: number, dataSize: number): number[] {
  const pointers = text.frames.slice(0, count).map((frame) => {
    const parts = frame.get('data_file_pointer')?.split(/\s+/).map(Number)
    if (!parts || parts.length === 0 || parts.some((part) => !Number.isSafeInteger(part))) return undefined
    return parts.length === 1 ? parts[0]! : parts[0]! * 2 ** 32 + (parts[1]! >>> 0)
  })
  // Some writers leave 0 0 everywhere: pointers count only when all are there and each volume has its own place.
  const usable = pointers.length === count && new Set(pointers).size === count && !pointers.includes(undefined)
  if (!usable) return Array.from({ length: count }, (_, i) => i * volumeBytes)
  for (const [i, pointer] of (pointers as number[]).entries()) {
    if (pointer < 0 || pointer + volumeBytes > dataSize) {
      throw new ImagingError(
        'truncated',
        `Frame ${i} is said to start at byte ${pointer} and to have ${volumeBytes} bytes, but the data file has ${dataSize} bytes.`,
        dataSize,
      )
    }
  }
  return pointers as number[]
}

/** Which volumes are time frames of one thing, and which differ by bed, gate or energy window. */
function arrange(text: InveonText, count: number, warnings: string[]) {
  const groups = new Map<string, number[]>()
  for (let i = 0; i < count; i++) {
    const parts = ['bed', 'gate', 'energy_window'].map((key) => [key, numberOf(text.frames[i], key) ?? 0] as const)
    const name = parts.map(([key, value]) => `${key.replace('_', ' ')} ${value}`).join(', ')
    const group = groups.get(name)
    if (group) group.push(i)
    else groups.set(name, [i])
  }
  const lists = [...groups.values()]
  const t = lists[0]!.length
  const asFrames = { order: Array.from({ length: count }, (_, i) => i), t: count, c: 1, labels: null }
  if (lists.length === 1) return asFrames
  if (lists.some((list) => list.length !== t)) {
    warnings.push('Beds, gates or energy windows have different numbers of frames; all are shown one after the other.')
    return asFrames
  }
  return { order: lists.flat(), t, c: lists.length, labels: [...groups.keys()].map((label) => ({ label })) }
}

/**
 * value = stored x scale_factor x calibration_factor / isotope_branching_fraction; nCi become Bq.
 * Missing factors and factors of 0 count as 1.
 */
function valueScale(main: Map<string, string>, frame: Map<string, string> | undefined): number {
  const scale = numberOf(frame, 'scale_factor') ?? numberOf(main, 'scale_factor') ?? 1
  const calibration = numberOf(main, 'calibration_factor') || 1
  const branching = numberOf(main, 'isotope_branching_fraction') ?? 1
  const becquerel = numberOf(main, 'calibration_units') === 1 ? 37 : 1
  const value = ((scale || 1) * calibration * becquerel) / (branching > 0 ? branching : 1)
  // Products of tiny factors can vanish; an image of nothing but 0 helps nobody.
  return Number.isFinite(value) && value !== 0 ? value : 1
}

function unitOf(main: Map<string, string>, modality: number | undefined): string {
  if (numberOf(main, 'file_type') === 8) return '/cm'
  if (modality === 1) return 'HU'
  const calibrated = (numberOf(main, 'calibration_factor') ?? 0) > 0
  return calibrated && [1, 2].includes(numberOf(main, 'calibration_units') ?? 0) ? 'Bq/mL' : ''
}

function modalityOfName(name: string, warnings: string[]): string | null {
  const ending = /\.(pet|ct|spect)\.img$/i.exec(name)?.[1]?.toLowerCase()
  const modality = { pet: 'PT', ct: 'CT', spect: 'NM' }[ending ?? '']
  if (!modality) return null
  warnings.push(`The header does not name the modality; it is taken from the file name (.${ending}.img).`)
  return modality
}

/** Axes of the storage order in LPS for the supine and prone positions, as one converter writes them for code 3. */
const assumedAxes = table<number[]>({
  FFS: [-1, 0, 0, 0, 1, 0, 0, 0, 1],
  HFS: [1, 0, 0, 0, 1, 0, 0, 0, -1],
  FFP: [1, 0, 0, 0, -1, 0, 0, 0, 1],
  HFP: [-1, 0, 0, 0, -1, 0, 0, 0, -1],
})

/** Voxel sizes; the origin that puts the middle of the volume at the scanner's centre; axes by convention only. */
function place(main: Map<string, string>, { x, y, z }: Extent, warnings: string[]) {
  const positive = (key: string, factor: number) => {
    const value = numberOf(main, key)
    return value !== undefined && value > 0 ? value * factor : undefined
  }
  const inPlane = positive('pixel_size', 10)
  const dx = positive('pixel_size_x', 1) ?? inPlane
  const dy = positive('pixel_size_y', 1) ?? dx
  const dz = positive('pixel_size_z', 1) ?? positive('axial_plane_size', 10) ?? positive('axial_crystal_pitch', 10 / 2)
  if (dx === undefined || dy === undefined || dz === undefined) {
    return { spacing: null, origin: null, direction: null, orientation: 'unknown' as const }
  }
  const spacing: [number, number, number] = [dx, dy, dz]
  const direction = assumedAxes[patientPosition(main) ?? '']
  if (!direction) {
    warnings.push('The header does not say how the animal lay; directions are not known.')
    return { spacing, origin: null, direction: null, orientation: 'unknown' as const }
  }
  warnings.push(
    'How stored rows and slices lie in the animal is not documented by the vendor: left and right are unverified.',
  )
  const shift = (main.get('image_ref_shift') ?? '').split(/\s+/).map(Number)
  const steps = [x, y, z].map((n, i) => {
    const moved = shift.length === 3 && Number.isFinite(shift[i]) ? shift[i]! : 0
    return moved - ((n - 1) / 2) * spacing[i]!
  })
  const origin = [0, 1, 2].map(
    (row) => steps.reduce((sum, step, axis) => sum + step * direction[axis * 3 + row]!, 0) + 0,
  )
  return { spacing, origin: origin as [number, number, number], direction, orientation: 'assumed' as const }
}
