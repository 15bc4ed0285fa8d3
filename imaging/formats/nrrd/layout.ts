import { ImagingError } from '../../errors.ts'
import type { Header } from '../../header.ts'
import { modalityOf } from '../../modalityWords.ts'
import { arrange } from '../../raw/axes.ts'
import { patternIn, patternNames } from '../../raw/companions.ts'
import type { DataPlan } from '../../raw/data.ts'
import type { Encoding } from '../../raw/encoding.ts'
import { checkExtent } from '../../raw/planes.ts'
import { servedType, storedBytes } from '../../raw/sampleType.ts'
import type { StoredType } from '../../raw/sampleType.ts'
import type { RawSeries } from '../../raw/series.ts'
import { table } from '../../table.ts'
import { colours, readAxes } from './axes.ts'
import type { NrrdAxis } from './axes.ts'
import { place } from './geometry.ts'
import { quoted } from './text.ts'
import type { NrrdText } from './text.ts'

const types = table<StoredType>({
  ...named('int8', 'signed char', 'int8', 'int8_t'),
  ...named('uint8', 'uchar', 'unsigned char', 'uint8', 'uint8_t'),
  ...named('int16', 'short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t'),
  ...named('uint16', 'ushort', 'unsigned short', 'unsigned short int', 'uint16', 'uint16_t'),
  ...named('int32', 'int', 'signed int', 'int32', 'int32_t'),
  ...named('uint32', 'uint', 'unsigned int', 'uint32', 'uint32_t'),
  ...named('int64', 'longlong', 'long long', 'long long int', 'signed long long', 'signed long long int', 'int64', 'int64_t'), // prettier-ignore
  ...named('uint64', 'ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64', 'uint64_t'),
  ...named('float32', 'float'),
  ...named('float64', 'double'),
})

function named(type: StoredType, ...names: string[]): Record<string, StoredType> {
  return Object.fromEntries(names.map((name) => [name, type]))
}

const encodings = table<Encoding>({
  raw: 'raw',
  txt: 'text',
  text: 'text',
  ascii: 'text',
  hex: 'hex',
  gz: 'gzip',
  gzip: 'gzip',
  bz2: 'bzip2',
  bzip2: 'bzip2',
})

const valueUnits = table<string>({ hu: 'HU', hounsfield: 'HU', 'hounsfield units': 'HU', 'bq/ml': 'Bq/mL' })
const seconds = table<number>({ s: 1, sec: 1, second: 1, ms: 1e-3, msec: 1e-3, millisecond: 1e-3, us: 1e-6, min: 60, minute: 60 }) // prettier-ignore
const listedChannels = 64

/**
 * What the header means.
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function layOut(text: NrrdText): RawSeries {
  const { fields } = text
  const warnings: string[] = []
  const encoding = encodingOf(fields.get('encoding'))
  const stored = typeOf(fields.get('type'))
  const sampleType = servedType(stored, warnings)
  const axes = readAxes(text, stored === 'uint8', warnings)
  const arrangement = arrange(axes)
  const { shape } = arrangement
  const samplesPerPixel = (axes.find((axis) => axis.role === 'sample')?.size ?? 1) as 1 | 3 | 4
  const sizes = axes.map((axis) => axis.size)
  checkExtent({ shape, sampleType, samplesPerPixel }, `sizes ${sizes.join(' x ')}`)
  return {
    stored,
    littleEndian: isLittleEndian(fields.get('endian'), stored, encoding),
    arrangement,
    ...dataOf(text, sizes, encoding, stored, sampleType),
    header: {
      format: 'nrrd',
      modality: modalityOf(text.pairs.get('modality')),
      shape,
      sampleType,
      samplesPerPixel,
      ...place(text, axes, warnings),
      slope: [1],
      intercept: [0],
      unit: unitOf(fields.get('sampleunits')),
      frames: frameTimes(text, axes, warnings),
      channels: channels(text, axes, shape.c),
      window: null,
      warnings,
    },
  }
}

function typeOf(name: string | undefined): StoredType {
  const type = types[(name ?? '').toLowerCase().replace(/\s+/g, ' ')]
  if (type) return type
  throw new ImagingError(
    name === 'block' ? 'unsupported' : 'malformed',
    name === 'block'
      ? 'The type is block, whose samples only the program that wrote them can read.'
      : `type is ${name ?? 'missing'}, which is not a type of NRRD.`,
  )
}

function encodingOf(name: string | undefined): Encoding {
  const encoding = encodings[(name ?? '').toLowerCase()]
  if (encoding) return encoding
  const isKnown = /^zrl$/i.test(name ?? '')
  throw new ImagingError(
    isKnown ? 'unsupported' : 'malformed',
    isKnown
      ? 'The encoding is zrl, which is not read here; write the file with the encoding gzip ("unu save -f nrrd -e gzip").'
      : `encoding is ${name ?? 'missing'}, which is not an encoding of NRRD.`,
  )
}

function isLittleEndian(name: string | undefined, stored: StoredType, encoding: Encoding): boolean {
  if (/^little$/i.test(name ?? '')) return true
  if (/^big$/i.test(name ?? '')) return false
  if (storedBytes[stored] === 1 || encoding === 'text') return true
  throw new ImagingError(
    'malformed',
    `endian is ${name ?? 'missing'}; it must be little or big for samples of type ${stored}.`,
  )
}

/** Where the data are: after the blank line, in one file, in listed files, or in files named by a pattern. */
function dataOf(
  text: NrrdText,
  sizes: number[],
  encoding: Encoding,
  stored: StoredType,
  type: DataPlan['type'],
): { names: readonly string[] | null; plan: DataPlan } {
  const file = text.fields.get('datafile')
  const words = file?.split(/\s+/) ?? []
  const pattern = patternIn(file ?? '')
  const isList = words[0] === 'LIST'
  const names = isList
    ? text.listed
    : pattern
      ? patternNames(pattern.pattern, pattern.numbers[0]!, pattern.numbers[1]!, pattern.numbers[2] ?? 1)
      : file
        ? [file]
        : null
  if (names === null && text.dataOffset === null) {
    throw new ImagingError(
      'truncated',
      'The header neither ends with a blank line nor names a data file; bring the complete file again.',
    )
  }
  const subdimension = Number(isList ? (words[1] ?? sizes.length - 1) : (pattern?.numbers[3] ?? sizes.length - 1))
  const total = sizes.reduce((product, size) => product * size, 1)
  const count = names?.length ?? 1
  if (isList || pattern) checkParts(count, subdimension, sizes)
  const bytes = total * storedBytes[encoding === 'text' ? type : stored]
  const skip = (name: string, least: number) => {
    const value = Number(text.fields.get(name) ?? 0)
    if (Number.isSafeInteger(value) && value >= least) return value
    throw new ImagingError('malformed', `${name.replace('skip', ' skip')} is ${text.fields.get(name)}; it must be a whole number of at least ${least}.`) // prettier-ignore
  }
  const plan = {
    encoding,
    bytes,
    count,
    start: names ? 0 : text.dataOffset!,
    lineSkip: skip('lineskip', 0),
    byteSkip: skip('byteskip', -1),
    type,
  }
  return { names, plan }
}

/** Each file holds a part along the slowest axis, or the first `subdimension` axes at one place of the others. */
function checkParts(count: number, subdimension: number, sizes: number[]): void {
  const slower = sizes.slice(subdimension).reduce((product, size) => product * size, 1)
  const isWhole = subdimension === sizes.length && sizes.at(-1)! % count === 0
  const isSliced = subdimension >= 1 && subdimension < sizes.length && slower === count
  if (count > 0 && (isWhole || isSliced)) return
  throw new ImagingError(
    'malformed',
    `The header names ${count} data files of ${subdimension} axes each, which do not make up sizes ${sizes.join(' x ')}.`,
  )
}

function unitOf(text: string | undefined): string {
  const unit = (quoted(text)[0] ?? text ?? '').trim()
  return unit === '???' ? '' : (valueUnits[unit.toLowerCase()] ?? unit.slice(0, 40))
}

function frameTimes(text: NrrdText, axes: readonly NrrdAxis[], warnings: string[]): Header['frames'] {
  const time = axes.find((axis) => axis.role === 't')
  if (!time || time.size < 2) return null
  const unit = time.direction ? (quoted(text.fields.get('spaceunits'))[3] ?? '') : time.unit
  const step = time.direction?.[3] ?? time.spacing
  const factor =
    seconds[unit.toLowerCase().replace(/(.)s$/, (all, before) => (all === 'ms' || all === 'us' ? all : before))]
  if (step === undefined || !(step > 0)) return null
  if (factor === undefined) {
    warnings.push(`The step between time frames is ${step}${unit && ` ${unit}`}, without a known unit of time; frame times are not known.`) // prettier-ignore
    return null
  }
  const first = (time.min ?? 0) * factor
  if (!Number.isFinite(first + time.size * step * factor)) return null
  return {
    startSeconds: Array.from({ length: time.size }, (_, i) => first + i * step * factor),
    durationSeconds: Array.from({ length: time.size }, () => step * factor),
  }
}

const colourNames = ['red', 'green', 'blue', 'alpha']

function channels(text: NrrdText, axes: readonly NrrdAxis[], count: number): Header['channels'] {
  if (count < 2 || count > listedChannels) return null
  const [axis, ...more] = axes.filter(({ role, size }) => role === 'c' && size > 1)
  const single = more.length === 0 ? axis : undefined
  return Array.from({ length: count }, (_, i) => {
    if (single?.kind === 'complex' && count === 2) return { label: ['real', 'imaginary'][i]! }
    if (single && colours[single.kind] === count) return { label: colourNames[i]! }
    const gradient = single && text.pairs.get(`DWMRI_gradient_${String(i).padStart(4, '0')}`)
    if (gradient) return { label: `gradient ${gradient.trim().replace(/\s+/g, ' ')}`.slice(0, 100) }
    const kind = single?.kind.replace(/[?]/g, '')
    return { label: `${single?.label || kind || 'component'} ${i + 1}` }
  })
}
