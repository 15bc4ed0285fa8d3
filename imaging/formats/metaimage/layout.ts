import { ImagingError } from '../../errors.ts'
import { axisLetters } from '../../geometry/orientation.ts'
import { isUsable, placed } from '../../geometry/placement.ts'
import type { Placement } from '../../geometry/placement.ts'
import { arrange } from '../../raw/axes.ts'
import type { Axis } from '../../raw/axes.ts'
import { patternIn, patternNames } from '../../raw/companions.ts'
import { numbersIn } from '../../raw/headerText.ts'
import { checkExtent } from '../../raw/planes.ts'
import { servedType, storedBytes } from '../../raw/sampleType.ts'
import type { StoredType } from '../../raw/sampleType.ts'
import type { RawSeries } from '../../raw/series.ts'
import { table } from '../../table.ts'
import type { MetaText } from './text.ts'

/** Element types; MET_LONG has 32 bits by definition, whatever the machine. */
const types = table<StoredType>({
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  MET_LONG: 'int32',
  MET_ULONG: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
})

const modalities = table<string>({
  MET_MOD_CT: 'CT',
  MET_MOD_MR: 'MR',
  MET_MOD_NM: 'NM',
  MET_MOD_US: 'US',
  MET_MOD_OTHER: 'OT',
})
const mostChannels = 256
const listedChannels = 64

/**
 * What the header means.
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function layOut(text: MetaText): RawSeries {
  const { fields } = text
  const warnings: string[] = []
  const stored = typeOf(fields.get('elementtype'))
  const sampleType = servedType(stored, warnings)
  const sizes = sizesOf(text)
  const channels = whole(fields, 'elementnumberofchannels', 1, 1)
  if (channels > mostChannels) {
    throw new ImagingError(
      'unsupported',
      `ElementNumberOfChannels is ${channels}; at most ${mostChannels} are read here.`,
    )
  }
  const isColour = stored === 'uint8' && (channels === 3 || channels === 4)
  if (isColour) {
    warnings.push(`${channels} bytes for each voxel are shown as a colour; the file does not say what they are.`)
  }
  const roles = ['x', 'y', 'z', 't'] as const
  const axes: Axis[] = [
    { size: channels, role: isColour ? 'sample' : 'c' },
    ...sizes.map((size, i) => ({ size, role: roles[i]! })),
  ]
  const arrangement = arrange(axes)
  const { shape } = arrangement
  const samplesPerPixel = isColour ? (channels as 3 | 4) : 1
  checkExtent({ shape, sampleType, samplesPerPixel }, `DimSize ${sizes.join(' x ')} with ${channels} channels`)
  if (sizes.length > 3 && shape.t > 1) {
    warnings.push('The fourth axis is shown as time; the file does not say what it is, and no times are known.')
  }
  return {
    stored,
    littleEndian: isLittleEndian(fields, stored, warnings),
    arrangement,
    ...dataOf(text, sizes, channels, stored, sampleType),
    header: {
      format: 'metaimage',
      modality: modalities[fields.get('modality')?.toUpperCase() ?? ''] ?? null,
      shape,
      sampleType,
      samplesPerPixel,
      ...place(fields, sizes.length, warnings),
      slope: [1],
      intercept: [0],
      unit: '',
      frames: null,
      channels:
        shape.c > 1 && shape.c <= listedChannels
          ? Array.from({ length: shape.c }, (_, i) => ({ label: `component ${i + 1}` }))
          : null,
      window: null,
      warnings,
    },
  }
}

function typeOf(name: string | undefined): StoredType {
  const type = types[(name ?? '').toUpperCase().replace(/_ARRAY$/, '')]
  if (type) return type
  throw new ImagingError(
    name === undefined ? 'malformed' : 'unsupported',
    `ElementType is ${name ?? 'missing'}; ${Object.keys(types).join(', ')} are read here.`,
  )
}

function sizesOf({ fields }: MetaText): number[] {
  const count = Number(fields.get('ndims'))
  if (!Number.isInteger(count) || count < 1) {
    throw new ImagingError('malformed', `NDims is ${fields.get('ndims') ?? 'missing'}; it must be 1 or more.`)
  }
  if (count > 4) throw new ImagingError('unsupported', `NDims is ${count}; images of 1 to 4 axes are read here.`)
  const sizes = numbersIn(fields.get('dimsize'))
  if (sizes?.length !== count || sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new ImagingError(
      'malformed',
      `DimSize is ${fields.get('dimsize') ?? 'missing'}; it must be ${count} numbers of 1 or more.`,
    )
  }
  return sizes
}

function whole(fields: Map<string, string>, key: string, least: number, missing: number): number {
  const text = fields.get(key)
  const value = text === undefined ? missing : Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new ImagingError('malformed', `${key} is ${text}; it must be a whole number of at least ${least}.`)
}

const isTrue = (text: string | undefined) => (text === undefined ? undefined : /^(true|t|1|yes|y)$/i.test(text))

function isLittleEndian(fields: Map<string, string>, stored: StoredType, warnings: string[]): boolean {
  const isBig = isTrue(fields.get('elementbyteordermsb') ?? fields.get('binarydatabyteordermsb'))
  if (isBig === undefined && storedBytes[stored] > 1 && isTrue(fields.get('binarydata')) !== false) {
    warnings.push('The file does not name the order of its bytes; little endian is assumed.')
  }
  return !isBig
}

/** Where the data are: after the header, in one file, in listed files, or in files named by a pattern. */
function dataOf(
  { fields, listed, end }: MetaText,
  sizes: number[],
  channels: number,
  stored: StoredType,
  type: RawSeries['plan']['type'],
): Pick<RawSeries, 'names' | 'plan'> {
  const file = fields.get('elementdatafile') ?? ''
  const list = /^LIST(?:\s+(\d+)D?)?$/i.exec(file)
  const pattern = patternIn(file)
  const isLocal = /^local$/i.test(file)
  if (file === '')
    throw new ImagingError('malformed', 'ElementDataFile is empty; it must name the data file or be LOCAL.')
  const names = isLocal
    ? null
    : list
      ? listed
      : pattern
        ? patternNames(pattern.pattern, pattern.numbers[0]!, pattern.numbers[1]!, pattern.numbers[2] ?? 1)
        : [file]
  const count = names?.length ?? 1
  // Each file of a list holds the first n axes; a pattern stands for slices.
  const within = list?.[1] === undefined ? sizes.length - 1 : Number(list[1])
  const needed = sizes.slice(within).reduce((product, size) => product * size, 1)
  if ((list || pattern) && count !== needed) {
    throw new ImagingError(
      'malformed',
      `ElementDataFile names ${count} data files, but DimSize ${sizes.join(' x ')} needs ${needed}.`,
    )
  }
  const isText = isTrue(fields.get('binarydata')) === false
  const encoding = isText ? 'text' : isTrue(fields.get('compresseddata')) ? 'zlib' : 'raw'
  const samples = sizes.reduce((product, size) => product * size, channels)
  const plan = {
    encoding,
    bytes: samples * storedBytes[isText ? type : stored],
    count,
    start: isLocal ? end : 0,
    lineSkip: 0,
    byteSkip: isLocal ? 0 : whole(fields, 'headersize', -1, 0),
    type,
  } as const
  return { names, plan }
}

/**
 * Where the voxels are. Row k of TransformMatrix is the direction of axis k; the axes of the space are L, P and S, which
 * AnatomicalOrientation confirms: its letters name the sides from which the axes start.
 */
function place(fields: Map<string, string>, count: number, warnings: string[]): Placement {
  const spacing = spacingOf(fields, count, warnings)
  const unplaced: Placement = { spacing, origin: null, direction: null, orientation: 'unknown' }
  const matrix = numbersIn(first(fields, 'transformmatrix', 'orientation', 'rotation'))
  const offset = numbersIn(first(fields, 'offset', 'origin', 'position'))
  if (count < 3 || !spacing || !matrix) return unplaced
  const rows = [0, 1, 2].map((k) => matrix.slice(k * count, k * count + 3))
  const steps = rows.map((row, k) => row.map((v) => v * spacing[k]!))
  if (matrix.length !== count * count || !isUsable(steps)) {
    warnings.push('TransformMatrix is not usable; directions are not known.')
    return unplaced
  }
  const hasOrigin = offset?.length === count && offset.every(Number.isFinite)
  const found = placed(steps, hasOrigin ? offset.slice(0, 3) : [0, 0, 0], 'TransformMatrix', warnings)
  const origin = hasOrigin ? found.origin : null
  if (!origin) warnings.push('The file does not say where its first voxel lies; positions are not known.')

  const stated = /^[RLAPIS]{3}$/i.exec(fields.get('anatomicalorientation') ?? '')?.[0].toUpperCase()
  const start = axisLetters(found)!.map((letter) => opposite[letter]!).join('') // prettier-ignore
  if (stated === start) return { ...found, origin }
  warnings.push(
    stated
      ? `AnatomicalOrientation is ${stated}, but TransformMatrix says ${start}; the matrix is used.`
      : 'The file does not name the sides of the animal; the axes are taken as left, back and head, as ITK does.',
  )
  return { ...found, origin, orientation: 'assumed' }
}

const opposite: Record<string, string> = { L: 'R', R: 'L', P: 'A', A: 'P', S: 'I', I: 'S' }

const first = (fields: Map<string, string>, ...keys: string[]) =>
  keys.map((key) => fields.get(key)).find((value) => value !== undefined)

/** ElementSpacing, else ElementSize, in mm; axes that the image does not have get 1 mm. */
function spacingOf(fields: Map<string, string>, count: number, warnings: string[]): Placement['spacing'] {
  const stated = numbersIn(first(fields, 'elementspacing', 'elementsize'))
  if (!stated) return null
  const sizes = [0, 1, 2].map((i) => (i < count ? Math.abs(stated[i] ?? NaN) : 1))
  if (sizes.every((v) => Number.isFinite(v) && v > 0)) return sizes as [number, number, number]
  warnings.push('ElementSpacing is not usable; sizes are not known.')
  return null
}
