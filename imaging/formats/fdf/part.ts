import { ImagingError } from '../../errors.ts'
import type { FileEntry } from '../../format.ts'
import { sampleBytes } from '../../header.ts'
import type { SampleType } from '../../header.ts'
import { nameOf } from '../../paths.ts'
import { checkExtent } from '../../raw/planes.ts'
import { table } from '../../table.ts'
import { numberOf, numbersOf, readHeader, stringOf, stringsOf } from './header.ts'
import type { FdfHeader } from './header.ts'

/** One file: a slice of a 2-D series, or a volume. */
export interface FdfPart {
  entry: FileEntry
  header: FdfHeader
  x: number
  y: number
  /** 1 for a slice. */
  z: number
  sampleType: SampleType
  littleEndian: boolean
  /** Where the samples begin. */
  offset: number
  /** Counted from 1; undefined when neither header nor name tell. */
  slice: number | undefined
  slab: number
  echo: number
  /** Index in the arrayed acquisition, usually over time, from 1. */
  array: number
  /** Centre of the slice along the slice axis in mm; undefined when not stated. */
  position: number | undefined
}

/** Bytes that may stand between the NUL of the text and the samples. */
const mostPadding = 64 * 1024

/**
 * Reads the header of a file and finds its samples: they are the last bytes of the file, because writers differ in how
 * they fill the space after the text.
 * @throws ImagingError
 */
export async function readPart(entry: FileEntry): Promise<FdfPart> {
  const { source, path } = entry
  const header = await readHeader(source)
  const { matrix, x, y, z, sampleType } = header.declared.locate(() => samplesOf(header, path))
  const length = x * y * z * sampleBytes[sampleType]
  const offset = source.size - length
  if (offset < header.length) {
    throw new ImagingError(
      'truncated',
      `${path} announces ${matrix.join(' x ')} samples of ${sampleType} (${length} bytes), but ${source.size - header.length} bytes ` +
        'follow its header; bring the complete file again.',
      source.size,
    )
  }
  await checkPadding(entry, header.length, offset)
  // Absent on consoles of the Sun era, which are big-endian; written as 0 by consoles with Linux.
  const littleEndian = numberOf(header, 'bigendian') === 0
  return { entry, header, x, y, z, sampleType, littleEndian, offset, ...numbering(header, path) }
}

async function checkPadding({ path, source }: FileEntry, from: number, to: number): Promise<void> {
  const isFilled = to - from <= mostPadding && (await source.read(from, to - from)).every((byte) => byte === 0)
  if (!isFilled) {
    throw new ImagingError(
      'malformed',
      `${path} has ${to - from} bytes more than its matrix needs; where the image stands in them is not known.`,
      from,
    )
  }
}

/** Size and type of the image. @throws ImagingError */
function samplesOf(header: FdfHeader, path: string) {
  const stated = numberOf(header, 'rank')
  const matrix = numbersOf(header, 'matrix')
  const rank = stated ?? matrix.length
  if ((rank !== 2 && rank !== 3) || matrix.length !== rank) {
    throw new ImagingError(
      rank === 1 || rank > 3 ? 'unsupported' : 'malformed',
      `${path} has rank ${rank} and matrix {${matrix.join(', ')}}; images of rank 2 or 3 are read here.`,
    )
  }
  if (matrix.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new ImagingError('malformed', `The matrix of ${path} is {${matrix.join(', ')}}; sizes must be 1 or more.`)
  }
  const [x, y, z] = [matrix[0]!, matrix[1]!, matrix[2] ?? 1]
  const sampleType = sampleTypeOf(header, path)
  checkExtent({ shape: { x, y, z, t: 1, c: 1 }, sampleType, samplesPerPixel: 1 }, `${matrix.join(' x ')} voxels`)
  return { matrix, x, y, z, sampleType }
}

function sampleTypeOf(header: FdfHeader, path: string): SampleType {
  const storage = stringOf(header, 'storage') ?? ''
  const bits = numberOf(header, 'bits') ?? 0
  const types = table<SampleType>({
    float32: 'float32',
    float64: 'float64',
    double64: 'float64',
    integer32: 'int32',
    int32: 'int32',
    integer16: 'int16',
    int16: 'int16',
    short16: 'int16',
    byte8: 'uint8',
  })
  const type = types[`${storage}${bits}`]
  if (type) return type
  throw new ImagingError(
    'unsupported',
    `${path} stores samples as "${storage}" of ${bits} bits, which is not read here.`,
  )
}

/** Place of a file in the series: by its header, else by the name that the console gives (`slice001image001echo001.fdf`). */
function numbering(header: FdfHeader, path: string): Pick<FdfPart, 'slice' | 'slab' | 'echo' | 'array' | 'position'> {
  const name = nameOf(path)
  const index = (key: string, word: string): number | undefined => {
    const value = numberOf(header, key) ?? Number(new RegExp(`${word}(\\d{1,9})`, 'i').exec(name)?.[1])
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined
  }
  const position = numbersOf(header, 'location')[2]
  return {
    slice: index('slice_no', 'slice'),
    slab: index('slab_no', 'slab') ?? 1,
    echo: index('echo_no', 'echo') ?? 1,
    array: index('array_index', 'image') ?? 1,
    position: position === undefined || !isLength(header) ? undefined : position * 10,
  }
}

/** Whether the axes are lengths: `abscissa` says cm, or nothing. Spectra are given in s, Hz or ppm. */
export const isLength = (header: FdfHeader): boolean =>
  stringsOf(header, 'abscissa').every((unit) => /^cm$/i.test(unit))
