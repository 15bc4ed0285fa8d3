import { ImagingError } from '../../errors.ts'
import type { Header, Shape } from '../../header.ts'
import { numberText } from '../../numberText.ts'
import { checkExtent } from '../../raw/planes.ts'
import { servedType, storedBytes } from '../../raw/sampleType.ts'
import type { StoredType } from '../../raw/sampleType.ts'
import type { NiftiFields } from './fields.ts'
import { place } from './orientation.ts'

/** How one voxel is stored. */
interface Stored {
  type: StoredType
  samplesPerPixel: 1 | 3 | 4
  /** Bytes of one voxel in the file. */
  bytes: number
  /** Complex voxels are served as two channels. */
  isComplex: boolean
}

const scalar = (type: StoredType): Stored => ({ type, samplesPerPixel: 1, bytes: storedBytes[type], isComplex: false })
const complex = (type: StoredType): Stored => ({ ...scalar(type), bytes: 2 * storedBytes[type], isComplex: true })
const colour = (samples: 3 | 4): Stored => ({ ...scalar('uint8'), samplesPerPixel: samples, bytes: samples })

/** Data type codes of NIfTI-1.1. */
const storedTypes: Record<number, Stored> = {
  2: scalar('uint8'),
  4: scalar('int16'),
  8: scalar('int32'),
  16: scalar('float32'),
  32: complex('float32'),
  64: scalar('float64'),
  128: colour(3),
  256: scalar('int8'),
  512: scalar('uint16'),
  768: scalar('uint32'),
  1024: scalar('int64'),
  1280: scalar('uint64'),
  1792: complex('float64'),
  2304: colour(4),
}

const otherTypes: Record<number, string> = { 0: 'no type', 1: 'single bits', 1536: 'float128', 2048: 'complex256' }

const listedChannels = 64

export interface Layout {
  header: Header
  stored: Stored
  /** Offset of the first voxel in the file that holds the data. */
  dataOffset: number
  /** Bytes of all voxels as stored. */
  dataBytes: number
}

/**
 * What the header means: shape, type, values, time, and where the data are.
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function layOut(fields: NiftiFields): Layout {
  const warnings: string[] = []
  const stored = storedTypes[fields.datatype]
  if (!stored) {
    const name = otherTypes[fields.datatype] ?? 'not one of NIfTI'
    throw new ImagingError(
      'unsupported',
      `The data type code is ${fields.datatype} (${name}), which is not read here; convert the file to float32 or an integer type.`,
    )
  }
  if (fields.bitpix !== stored.bytes * 8) {
    warnings.push(
      `bitpix says ${fields.bitpix}, but data type ${fields.datatype} has ${stored.bytes * 8}; the data type is used.`,
    )
  }
  const sampleType = servedType(stored.type, warnings)
  const parts = stored.isComplex ? 2 : 1
  if (parts === 2) warnings.push('Complex values are shown as two channels, real and imaginary.')

  const { shape, components } = readShape(fields, parts, warnings)
  const voxels = shape.x * shape.y * shape.z * shape.t * components
  const dataBytes = voxels * stored.bytes
  const { samplesPerPixel } = stored
  const sizes = `${fields.dim.slice(1, 1 + fields.dim[0]!).join(' x ')} voxels`
  checkExtent({ shape, sampleType, samplesPerPixel }, sizes, fields.version === 1 ? 40 : 16)

  const { slope, intercept } = valueScale(fields, stored, warnings)
  const low = fields.calMin + 0 // + 0: JSON has no -0
  const high = fields.calMax + 0
  return {
    stored,
    dataOffset: dataOffset(fields, warnings),
    dataBytes,
    header: {
      format: 'nifti',
      modality: null,
      shape,
      sampleType,
      samplesPerPixel,
      ...place(fields, spatialUnit(fields, warnings), warnings),
      slope: [slope],
      intercept: [intercept],
      unit: '',
      frames: frameTimes(fields, shape.t, warnings),
      channels: channels(fields, shape.c, components, parts),
      window: Number.isFinite(low) && Number.isFinite(high) && high > low ? { low, high } : null,
      warnings,
    },
  }
}

/** Axes 1 to 4 are x, y, z, t; 5 to 7 (and the parts of complex values) become channels. */
function readShape(fields: NiftiFields, parts: number, warnings: string[]): { shape: Shape; components: number } {
  const count = fields.dim[0]!
  const at = fields.version === 1 ? 40 : 16
  if (!(count >= 1 && count <= 7)) {
    throw new ImagingError('malformed', `dim[0] is ${count}; NIfTI images have 1 to 7 axes.`, at)
  }
  const sizes = [1, 2, 3, 4, 5, 6, 7].map((i) => {
    if (i > count) return 1
    const size = fields.dim[i]!
    if (size === 0 && i > 3) {
      warnings.push(`dim[${i}] is 0; it is read as 1.`)
      return 1
    }
    if (!(size > 0)) {
      throw new ImagingError('malformed', `dim[${i}] is ${size}; a size along an axis must be 1 or more.`, at)
    }
    return size
  })
  const [x, y, z, t, u, v, w] = sizes as [number, number, number, number, number, number, number]
  if (v * w > 1) warnings.push(`The file has ${count} axes; axes 5 to ${count} are shown as one list of channels.`)
  const components = u * v * w
  return { shape: { x, y, z, t, c: components * parts }, components }
}

/** scl_slope and scl_inter, which count for real grey values only; a slope of 0 means none. */
function valueScale(fields: NiftiFields, stored: Stored, warnings: string[]) {
  const none = { slope: 1, intercept: 0 }
  if (stored.samplesPerPixel !== 1 || stored.isComplex) return none
  if (fields.sclSlope === 0) return none
  if (!Number.isFinite(fields.sclSlope) || !Number.isFinite(fields.sclInter)) {
    // NaN is what some programs write for "not set"; anything else is worth a word.
    if (!Number.isNaN(fields.sclSlope))
      warnings.push('The value scale of this file is not a number; stored values are shown.')
    return none
  }
  return { slope: fields.sclSlope, intercept: fields.sclInter + 0 }
}

function dataOffset(fields: NiftiFields, warnings: string[]): number {
  const offset = fields.voxOffset
  const least = fields.isPair ? 0 : fields.headerBytes + 4
  const at = fields.version === 1 ? 108 : 168
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new ImagingError('malformed', `vox_offset is ${numberText(offset)}; it must be a whole number of bytes.`, at)
  }
  if (offset >= least) return offset
  if (offset > 0) warnings.push(`vox_offset is ${offset}, inside the header; the data are read from byte ${least}.`)
  return least
}

/** Length of the spatial unit in millimetres (xyzt_units, low three bits). */
function spatialUnit(fields: NiftiFields, warnings: string[]): number {
  const code = fields.xyztUnits & 7
  if (code === 1) return 1000
  if (code === 3) return 0.001
  if (code !== 2) warnings.push('The file names no unit of length; millimetres are assumed.')
  const largest = Math.max(...[1, 2, 3].map((i) => Math.abs(fields.pixdim[i] ?? 0)).filter(Number.isFinite), 0)
  if (largest > 50 || (largest > 0 && largest < 0.0005)) {
    warnings.push(`A voxel is ${largest} mm large, which is unusual; check the unit of length.`)
  }
  return 1
}

/** Frame times from pixdim[4] and toffset, in seconds (xyzt_units, bits 3 to 5). */
function frameTimes(fields: NiftiFields, count: number, warnings: string[]): Header['frames'] {
  const step = fields.pixdim[4] ?? 0
  if (count < 2 || !Number.isFinite(step) || step <= 0) return null
  const code = fields.xyztUnits & 0x38
  const seconds = { 0: 1, 8: 1, 16: 1e-3, 24: 1e-6 }[code]
  if (seconds === undefined) {
    warnings.push(
      'The fourth axis of this file is not time (frequency or concentration); it is shown as frames without times.',
    )
    return null
  }
  if (code === 0) warnings.push('The file names no unit of time; seconds are assumed.')
  if (step * seconds >= 1000) {
    warnings.push(
      `pixdim[4] gives ${step * seconds} s per frame; if these are milliseconds, the file names the wrong unit.`,
    )
  }
  const first = Number.isFinite(fields.toffset) ? fields.toffset * seconds + 0 : 0
  return {
    startSeconds: Array.from({ length: count }, (_, i) => first + i * step * seconds),
    durationSeconds: Array.from({ length: count }, () => step * seconds),
  }
}

function channels(fields: NiftiFields, count: number, components: number, parts: number): Header['channels'] {
  if (count < 2 || count > listedChannels) return null
  const name = fields.intentName || 'component'
  return Array.from({ length: count }, (_, i) => {
    const part = parts === 2 ? (i % 2 === 0 ? 'real' : 'imaginary') : ''
    const component = components > 1 ? `${name} ${Math.floor(i / parts) + 1}` : ''
    return { label: [component, part].filter(Boolean).join(' ') }
  })
}
