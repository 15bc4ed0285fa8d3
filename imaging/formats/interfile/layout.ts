import { ImagingError } from '../../errors.ts'
import type { Header, Shape } from '../../header.ts'
import { modalityOf } from '../../modalityWords.ts'
import { arrange } from '../../raw/axes.ts'
import { checkExtent } from '../../raw/planes.ts'
import { servedType, storedBytes } from '../../raw/sampleType.ts'
import type { StoredType } from '../../raw/sampleType.ts'
import type { RawSeries } from '../../raw/series.ts'
import { table } from '../../table.ts'
import { numberOf, valueOf } from './text.ts'
import type { InterfileText } from './text.ts'

/** Bytes of a block in which `data starting block` counts (Interfile 3.3). */
const blockBytes = 2048

/**
 * What the header means.
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function layOut(text: InterfileText): RawSeries {
  const warnings: string[] = []
  for (const key of ['data compression', 'data encode']) {
    const value = valueOf(text, key)
    if (value && !/^none$/i.test(value)) {
      throw new ImagingError(
        'unsupported',
        `${key} is ${value}; only data without compression and encoding are read here.`,
      )
    }
  }
  const stored = typeOf(text)
  const sampleType = servedType(stored, warnings)
  const shape = shapeOf(text, warnings)
  checkExtent(
    { shape, sampleType, samplesPerPixel: 1 },
    `${shape.z * shape.t * shape.c} images of ${shape.x} x ${shape.y}`,
  )
  const volumeBytes = shape.x * shape.y * shape.z * storedBytes[stored]
  const name = valueOf(text, 'name of data file')
  if (!name) throw new ImagingError('malformed', 'The header names no data file ("name of data file").')
  warnings.push('The header does not say how rows and slices lie in the animal; directions are not known.')
  const { x, y, z, t, c } = shape
  return {
    stored,
    littleEndian: isLittleEndian(text, stored, warnings),
    arrangement: arrange([
      { size: x, role: 'x' },
      { size: y, role: 'y' },
      { size: z, role: 'z' },
      { size: t, role: 't' },
      { size: c, role: 'c' },
    ]),
    names: [name],
    plan: {
      encoding: 'raw',
      bytes: volumeBytes * t * c,
      count: 1,
      start: startOf(text, volumeBytes, t),
      lineSkip: 0,
      byteSkip: 0,
      type: sampleType,
    },
    header: {
      format: 'interfile',
      // PET headers say it as the type of data, too.
      modality: modalityOf(valueOf(text, 'imaging modality')) ?? modalityOf(valueOf(text, 'type of data')),
      shape,
      sampleType,
      samplesPerPixel: 1,
      spacing: spacingOf(text, shape, warnings),
      origin: null,
      direction: null,
      orientation: 'unknown',
      slope: slopeOf(text, shape),
      intercept: [0],
      unit: '',
      frames: frameTimes(text, t),
      channels: c > 1 && c <= 64 ? Array.from({ length: c }, (_, i) => ({ label: `energy window ${i + 1}` })) : null,
      window: null,
      warnings,
    },
  }
}

function typeOf(text: InterfileText): StoredType {
  const format = (valueOf(text, 'number format') ?? '').toLowerCase()
  const bytes = numberOf(text, 'number of bytes per pixel') ?? { 'short float': 4, 'long float': 8, float: 4 }[format]
  const types = table<StoredType>({
    'signed integer 1': 'int8',
    'signed integer 2': 'int16',
    'signed integer 4': 'int32',
    'signed integer 8': 'int64',
    'unsigned integer 1': 'uint8',
    'unsigned integer 2': 'uint16',
    'unsigned integer 4': 'uint32',
    'unsigned integer 8': 'uint64',
    'float 4': 'float32',
    'float 8': 'float64',
    'short float 4': 'float32',
    'long float 8': 'float64',
  })
  const type = types[`${format} ${bytes}`]
  if (type) return type
  throw new ImagingError(
    format === '' ? 'malformed' : 'unsupported',
    `number format is ${format || 'missing'} with ${bytes ?? 'no'} bytes per pixel, which is not read here.`,
  )
}

function isLittleEndian(text: InterfileText, stored: StoredType, warnings: string[]): boolean {
  const order = valueOf(text, 'imagedata byte order')
  if (order === undefined && storedBytes[stored] > 1) {
    warnings.push('The header does not name the order of its bytes; big endian, the default of Interfile, is used.')
  }
  return /^little/i.test(order ?? '')
}

/**
 * Matrix, slices, time frames and energy windows. A third matrix size is STIR's; Interfile 3.3 counts images: slices of a
 * tomographic study, and groups of frames of one view in a dynamic one.
 */
function shapeOf(text: InterfileText, warnings: string[]): Shape {
  const size = (...keys: string[]) => {
    const value = valueOf(text, ...keys)
    if (value === undefined) return undefined
    const number = Number(value)
    if (Number.isSafeInteger(number) && number >= 1) return number
    throw new ImagingError('malformed', `${keys[0]} is ${value}; it must be a whole number of 1 or more.`)
  }
  const [x, y] = [size('matrix size[1]'), size('matrix size[2]')]
  if (x === undefined || y === undefined) {
    throw new ImagingError('malformed', 'The header has no matrix size [1] and [2].')
  }
  const depth = size('matrix size[3]')
  const frames = size('number of time frames') ?? 1
  if (depth !== undefined) return { x, y, z: depth, t: frames, c: 1 }

  const total = size('total number of images', 'number of images/energy window')
  const c = size('number of energy windows') ?? 1
  const isDynamic = /^dynamic$/i.test(valueOf(text, 'type of data') ?? '')
  const t = isDynamic ? groupsOf(text).reduce((sum, group) => sum + group.images, 0) || frames : frames
  const z = isDynamic ? 1 : (size('number of slices') ?? 1)
  if (total === undefined || total === z * t * c) return { x, y, z, t, c }
  warnings.push(
    `The header announces ${total} images, but describes ${z} slices, ${t} time frames and ${c} energy windows; all images are shown as slices.`,
  )
  return { x, y, z: total, t: 1, c: 1 }
}

interface FrameGroup {
  images: number
  durationSeconds: number
  pauseSeconds: number
}

/** Frame groups of a dynamic study: keys that come once for each. */
function groupsOf({ fields }: InterfileText): FrameGroup[] {
  const numbers = (key: string) => (fields.get(key) ?? []).map(Number)
  const [durations, pauses] = [numbers('image duration (sec)'), numbers('pause between images (sec)')]
  return numbers('number of images this frame group').map((images, i) => ({
    images: Number.isSafeInteger(images) && images >= 1 ? images : 0,
    durationSeconds: durations[i] ?? NaN,
    pauseSeconds: pauses[i] ?? 0,
  }))
}

function frameTimes(text: InterfileText, count: number): Header['frames'] {
  if (count < 2) return null
  const each = (key: string) => Array.from({ length: count }, (_, i) => numberOf(text, `${key}[${i + 1}]`) ?? NaN)
  let startSeconds = each('image relative start time (sec)')
  let durationSeconds = each('image duration (sec)')
  const groups = groupsOf(text)
  if (groups.reduce((sum, group) => sum + group.images, 0) === count) {
    durationSeconds = groups.flatMap((group) => Array.from({ length: group.images }, () => group.durationSeconds))
    const steps = groups.flatMap((group) =>
      Array.from({ length: group.images }, () => group.durationSeconds + group.pauseSeconds),
    )
    let start = 0
    startSeconds = steps.map((step) => (start += step) - step)
  }
  const isKnown = [...startSeconds, ...durationSeconds].every((v) => Number.isFinite(v) && v >= 0)
  return isKnown && startSeconds.length === count ? { startSeconds, durationSeconds } : null
}

/** `image scaling factor [k]` of each time frame. */
function slopeOf(text: InterfileText, { z, t, c }: Shape): number[] {
  const factors = Array.from({ length: t }, (_, i) => numberOf(text, `image scaling factor[${i + 1}]`) || 1)
  if (new Set(factors).size === 1) return [factors[0]!]
  return Array.from({ length: z * t * c }, (_, k) => factors[Math.floor(k / z) % t]!)
}

/**
 * Offset of the first sample.
 * @throws ImagingError 'malformed', 'unsupported' when time frames do not follow each other
 */
function startOf(text: InterfileText, volumeBytes: number, frames: number): number {
  const start =
    numberOf(text, 'data offset in bytes', 'data offset in bytes[1]') ??
    (numberOf(text, 'data starting block') ?? 0) * blockBytes
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new ImagingError('malformed', `The data are said to start at byte ${start}; it must be a whole number.`)
  }
  for (let i = 1; i < frames; i++) {
    const offset = numberOf(text, `data offset in bytes[${i + 1}]`) ?? start + i * volumeBytes
    // Some writers leave 0 everywhere.
    if (offset === start + i * volumeBytes || offset === 0) continue
    throw new ImagingError(
      'unsupported',
      `Time frame ${i + 1} is said to start at byte ${offset}, not right after the one before; such files are not read here.`,
    )
  }
  return start
}

function spacingOf(text: InterfileText, { z }: Shape, warnings: string[]): Header['spacing'] {
  const [x, y] = [1, 2].map((i) => numberOf(text, `scaling factor (mm/pixel)[${i}]`))
  if (!x || !y || x < 0 || y < 0) return null
  const separation = numberOf(text, 'centre-centre slice separation (pixels)')
  const thickness = numberOf(text, 'slice thickness (pixels)')
  let depth = numberOf(text, 'scaling factor (mm/pixel)[3]') ?? (separation && separation * x)
  if (depth === undefined && z === 1) depth = 1
  if (depth === undefined && thickness) {
    warnings.push('The header gives no distance between slices; their thickness is used.')
    depth = thickness * x
  }
  return depth && depth > 0 && Number.isFinite(depth) ? [x, y, depth] : null
}
