import { ImagingError } from '../../errors.ts'
import type { Header } from '../../header.ts'
import { millimetresOf } from '../../lengthUnits.ts'
import { numberText } from '../../numberText.ts'
import { arrange } from '../../raw/axes.ts'
import type { Axis } from '../../raw/axes.ts'
import { checkExtent } from '../../raw/planes.ts'
import { storedBytes } from '../../raw/sampleType.ts'
import type { RawSeries } from '../../raw/series.ts'
import type { SampleType } from '../../header.ts'
import type { AnalyzeFields } from './fields.ts'

interface Stored {
  type: SampleType
  /** Samples of one voxel: 3 colours, or the 2 parts of a complex value. */
  parts: 1 | 2 | 3
}

/** Data type codes: Mayo's, those that SPM added (130 to 136), and those of NIfTI, which some programs write. */
const types: Record<number, Stored> = {
  2: { type: 'uint8', parts: 1 },
  4: { type: 'int16', parts: 1 },
  8: { type: 'int32', parts: 1 },
  16: { type: 'float32', parts: 1 },
  32: { type: 'float32', parts: 2 },
  64: { type: 'float64', parts: 1 },
  128: { type: 'uint8', parts: 3 },
  130: { type: 'int8', parts: 1 },
  132: { type: 'uint16', parts: 1 },
  136: { type: 'uint32', parts: 1 },
  256: { type: 'int8', parts: 1 },
  512: { type: 'uint16', parts: 1 },
  768: { type: 'uint32', parts: 1 },
}

/**
 * What the header means.
 * @param image name of the image file beside the header
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function layOut(fields: AnalyzeFields, image: string): RawSeries {
  const warnings: string[] = []
  const stored = storedOf(fields, warnings)
  const axes = axesOf(fields, stored, warnings)
  const arrangement = arrange(axes)
  const { shape } = arrangement
  const samplesPerPixel = stored.parts === 3 ? 3 : 1
  const sizes = fields.dim.slice(1, 1 + fields.dim[0]!).join(' x ')
  checkExtent({ shape, sampleType: stored.type, samplesPerPixel }, `${sizes} voxels`, 40)
  if (shape.t > 1 && fields.pixdim[4]! > 0) {
    warnings.push(
      `pixdim[4] is ${numberText(fields.pixdim[4]!)}; the format names no unit of time, so frame times are not known.`,
    )
  }
  warnings.push('The format does not say which side of the animal is left; directions are not known.')
  const scale = valueScale(fields, stored, warnings)
  const [low, high] = [fields.calMin + 0, fields.calMax + 0]
  return {
    stored: stored.type,
    littleEndian: fields.littleEndian,
    arrangement,
    names: [image],
    plan: {
      encoding: /\.gz$/i.test(image) ? 'gzip' : 'raw',
      bytes: axes.reduce((product, axis) => product * axis.size, storedBytes[stored.type]),
      count: 1,
      start: 0,
      lineSkip: 0,
      byteSkip: dataOffset(fields, shape.t * shape.c),
      type: stored.type,
    },
    header: {
      format: 'analyze',
      modality: null,
      shape,
      sampleType: stored.type,
      samplesPerPixel,
      spacing: spacingOf(fields, warnings),
      origin: null,
      direction: null,
      orientation: 'unknown',
      slope: [scale.slope],
      intercept: [scale.intercept],
      unit: fields.calUnits,
      frames: null,
      channels: stored.parts === 2 && shape.c === 2 ? [{ label: 'real' }, { label: 'imaginary' }] : null,
      window: Number.isFinite(low) && Number.isFinite(high) && high > low ? { low, high } : null,
      warnings,
    },
  }
}

/** The type of the code; some versions of SPM wrote 256 times the code after swapping bytes, which bitpix tells. */
function storedOf({ datatype, bitpix }: AnalyzeFields, warnings: string[]): Stored {
  const bits = (stored: Stored) => stored.parts * storedBytes[stored.type] * 8
  const candidates = [types[datatype], types[datatype / 256]].filter((stored) => stored !== undefined)
  const stored = candidates.find((candidate) => bits(candidate) === bitpix) ?? candidates[0]
  if (!stored) {
    const name = { 0: 'no type', 1: 'single bits' }[datatype] ?? 'not one of Analyze'
    throw new ImagingError(
      'unsupported',
      `The data type code is ${datatype} (${name}), which is not read here; convert the file to float32 or an integer type.`,
      70,
    )
  }
  if (bits(stored) !== bitpix) {
    warnings.push(`bitpix says ${bitpix}, but data type ${datatype} has ${bits(stored)}; the data type is used.`)
  }
  return stored
}

/** Axes 1 to 4 are x, y, z, t; later ones become channels. A size of 0 after the second stands for 1. */
function axesOf({ dim }: AnalyzeFields, { parts }: Stored, warnings: string[]): Axis[] {
  const roles = ['x', 'y', 'z', 't', 'c', 'c', 'c'] as const
  const axes = roles.slice(0, dim[0]).map((role, i): Axis => {
    const size = dim[i + 1]!
    if (size >= 1) return { size, role }
    if (size === 0 && i > 1) return { size: 1, role }
    throw new ImagingError('malformed', `dim[${i + 1}] is ${size}; a size along an axis must be 1 or more.`, 42 + 2 * i)
  })
  if (parts === 2) warnings.push('Complex values are shown as two channels, real and imaginary.')
  return parts === 1 ? axes : [{ size: parts, role: parts === 3 ? 'sample' : 'c' }, ...axes]
}

/** A negative offset stands before each volume (Mayo), which is the same as a positive one when there is only one. */
function dataOffset({ voxOffset }: AnalyzeFields, volumes: number): number {
  if (!Number.isSafeInteger(voxOffset)) {
    throw new ImagingError(
      'malformed',
      `vox_offset is ${numberText(voxOffset)}; it must be a whole number, because it says where the data begin.`,
      108,
    )
  }
  if (voxOffset < 0 && volumes > 1) {
    throw new ImagingError(
      'unsupported',
      `vox_offset is ${voxOffset}, a gap before each of ${volumes} volumes; such files are not read here.`,
      108,
    )
  }
  return Math.abs(voxOffset)
}

function spacingOf({ pixdim, voxUnits }: AnalyzeFields, warnings: string[]): Header['spacing'] {
  const factor = voxUnits === '' ? 1 : millimetresOf[voxUnits.toLowerCase()]
  const sizes = [1, 2, 3].map((i) => Math.abs(pixdim[i]! * (factor ?? NaN)))
  if (!sizes.every((v) => Number.isFinite(v) && v > 0)) return null
  if (voxUnits === '') warnings.push('The file names no unit of length; millimetres are assumed.')
  return sizes as [number, number, number]
}

/** SPM keeps a scale in funused1 and, since SPM2, an intercept in funused2; other programs leave both 0. */
function valueScale({ scale, intercept }: AnalyzeFields, { parts }: Stored, warnings: string[]) {
  if (parts !== 1 || !Number.isFinite(scale) || scale === 0) return { slope: 1, intercept: 0 }
  const added = Number.isFinite(intercept) ? intercept + 0 : 0
  if (scale !== 1 || added !== 0) {
    warnings.push(`Values are stored values times ${scale}${added ? ` plus ${added}` : ''}, from the fields that SPM uses for it.`) // prettier-ignore
  }
  return { slope: scale, intercept: added }
}
