import { ImagingError } from '../../errors.ts'
import type { Header, SampleType } from '../../header.ts'
import { table } from '../../table.ts'
import type { FrameGroup } from './groups.ts'
import type { Parameters } from './parameters.ts'
import type { Stated } from './geometry.ts'

/** What a 2dseq holds, whichever file describes it: frame after frame, columns fastest, without a header. */
export interface Stored {
  /** Columns, rows and slices of one frame; slices are 1 unless the frame is a volume. */
  size: [number, number, number]
  frameCount: number
  sampleType: SampleType
  littleEndian: boolean
  /** The lengths multiply to `frameCount`. */
  groups: FrameGroup[]
  /** value = slope x stored + intercept; one entry, or one per frame. */
  slope: number[]
  intercept: number[]
  /** The slices of each volume stand in the file from last to first. */
  isReversed: boolean
  geometry: Stated
  modality: Header['modality']
  unit: string
  secondsPerRepetition: number | null
  warnings: string[]
}

const sampleTypes = table<SampleType>({
  _8BIT_UNSGN_INT: 'uint8',
  _16BIT_SGN_INT: 'int16',
  _32BIT_SGN_INT: 'int32',
  _32BIT_FLOAT: 'float32',
})

const longestSide = 2 ** 20

/** Sample type and byte order. @throws ImagingError 'unsupported', 'malformed' */
export function samplesOf(parameters: Parameters, type: string, order: string) {
  const word = parameters.text(type)
  const sampleType = sampleTypes[word ?? '']
  if (!sampleType) {
    throw new ImagingError(
      'unsupported',
      `${type} is ${word ?? 'missing'}; ${Object.keys(sampleTypes).join(', ')} are read here.`,
      parameters.offset(type),
    )
  }
  const endian = parameters.text(order)
  if (endian !== 'littleEndian' && endian !== 'bigEndian' && (endian !== undefined || sampleType !== 'uint8')) {
    throw parameters.malformed(order, `is ${endian ?? 'missing'}; it must be littleEndian or bigEndian`)
  }
  return { sampleType, littleEndian: endian !== 'bigEndian' }
}

/** Two or three whole numbers, the sides of one frame. @throws ImagingError 'malformed' */
export function sidesOf(parameters: Parameters, name: string): [number, number, number] {
  const sides = parameters.numbers(name)
  if (!sides) throw parameters.malformed(name, 'is missing; the size of the images is not known')
  if (sides.length > 3 || sides.some((side) => !Number.isInteger(side) || side < 1 || side > longestSide)) {
    throw parameters.malformed(name, `is ${sides.slice(0, 4).join(' x ')}; it must be two or three whole numbers`)
  }
  return [sides[0]!, sides[1] ?? 1, sides[2] ?? 1]
}

/** The list when it has one entry, or one per frame; null when it fits neither. */
export function perFrame(list: number[] | undefined, frameCount: number): number[] | null {
  if (!list || list.length === 0) return null
  if (list.every((v) => v === list[0])) return [list[0]!]
  return list.length === frameCount ? list : null
}
