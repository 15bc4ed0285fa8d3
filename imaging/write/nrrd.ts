import { Gzip, strToU8 } from 'fflate'
import { planeCount, sampleBytes } from '../header.ts'
import type { Header, SampleType } from '../header.ts'
import { converted, hasOneScale } from './planes.ts'
import type { Image } from './planes.ts'

/** Names of the types that every reader of the format knows. */
const names: Record<SampleType, string> = {
  uint8: 'uchar',
  int8: 'signed char',
  uint16: 'ushort',
  int16: 'short',
  uint32: 'uint',
  int32: 'int',
  float32: 'float',
  float64: 'double',
}

export interface NrrdOptions {
  /** Compress the samples with gzip. */
  gzip?: boolean
  /** `key:=value` pairs; keys without ":". */
  pairs?: Readonly<Record<string, string>>
}

/**
 * A NRRD file, header and data in one, as a stream of bytes (teem.sourceforge.net/nrrd/format.html). The axes are x, y, z,
 * then time and channels where the image has them; colours of a pixel come first. The format has no value scale: images
 * with one are written as float32 values. Frames of unequal length are written without times.
 */
export async function* writeNrrd(image: Image, options: NrrdOptions = {}): AsyncGenerator<Uint8Array> {
  const { header } = image
  const hasScale = !hasOneScale(header) || header.slope[0] !== 1 || header.intercept[0] !== 0
  const sampleType = hasScale ? 'float32' : header.sampleType
  yield strToU8(headerText(header, sampleType, options), true)
  let ready: Uint8Array[] = []
  const gzip = options.gzip ? new Gzip({ level: 5, mtime: 0 }, (bytes) => ready.push(bytes)) : null
  let k = 0
  for await (const plane of image.planes()) {
    const bytes = hasScale ? converted(header, k, plane, sampleType, true) : plane
    k++
    if (!gzip) {
      yield bytes
      continue
    }
    gzip.push(bytes, k === planeCount(header))
    yield* ready
    ready = []
  }
}

interface WrittenAxis {
  size: number
  kind: string
  /** Index of the spatial axis. */
  along?: 0 | 1 | 2
  stepSeconds?: number
}

function headerText(h: Header, sampleType: SampleType, { gzip = false, pairs = {} }: NrrdOptions): string {
  const { x, y, z, t, c } = h.shape
  const isPlaced = h.spacing !== null && h.direction !== null
  const step = stepSeconds(h)
  const axes: WrittenAxis[] = [
    ...(h.samplesPerPixel > 1
      ? [{ size: h.samplesPerPixel, kind: h.samplesPerPixel === 3 ? 'RGB-color' : 'RGBA-color' }]
      : []),
    ...[x, y, z].map((size, i) => ({ size, kind: isPlaced ? 'space' : 'domain', along: i as 0 | 1 | 2 })),
    ...(t > 1 || c > 1 ? [{ size: t, kind: 'time', ...(step !== undefined && { stepSeconds: step }) }] : []),
    ...(c > 1 ? [{ size: c, kind: 'list' }] : []),
  ]
  const each = (value: (axis: WrittenAxis) => string | number) => axes.map(value).join(' ')
  const vector = (values: readonly number[]) => `(${values.join(',')})`
  const spacing = ({ along, stepSeconds: seconds }: WrittenAxis) =>
    along === undefined ? (seconds ?? 'nan') : !isPlaced && h.spacing ? h.spacing[along] : 'nan'
  const direction = ({ along }: WrittenAxis) =>
    along === undefined
      ? 'none'
      : vector(h.direction!.slice(3 * along, 3 * along + 3).map((v) => v * h.spacing![along] + 0))
  const unit = ({ along, stepSeconds: seconds }: WrittenAxis) =>
    along === undefined ? (seconds === undefined ? '""' : '"s"') : !isPlaced && h.spacing ? '"mm"' : '""'
  const start = h.frames?.startSeconds[0]
  const lines = [
    'NRRD0005',
    `type: ${names[sampleType]}`,
    `dimension: ${axes.length}`,
    ...(isPlaced ? ['space: left-posterior-superior'] : []),
    `sizes: ${each((axis) => axis.size)}`,
    ...(isPlaced ? [`space directions: ${each(direction)}`] : []),
    ...(h.spacing || step !== undefined ? [`spacings: ${each(spacing)}`, `units: ${each(unit)}`] : []),
    ...(step !== undefined && start !== undefined
      ? [`axis mins: ${each((axis) => (axis.stepSeconds === undefined ? 'nan' : start))}`]
      : []),
    `kinds: ${each((axis) => axis.kind)}`,
    ...(sampleBytes[sampleType] > 1 ? ['endian: little'] : []),
    `encoding: ${gzip ? 'gzip' : 'raw'}`,
    ...(isPlaced && h.origin ? [`space origin: ${vector(h.origin)}`] : []),
    ...(isPlaced ? ['space units: "mm" "mm" "mm"'] : []),
    ...(h.unit ? [`sample units: "${h.unit}"`] : []),
    ...(h.modality ? [`modality:=${h.modality}`] : []),
    ...Object.entries(pairs).map(([key, value]) => `${key}:=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`),
  ]
  return `${lines.join('\n')}\n\n`
}

/** Seconds from frame to frame when all have one length and follow each other. */
function stepSeconds({ frames }: Header): number | undefined {
  const step = frames?.durationSeconds[0]
  if (!frames || step === undefined || !(step > 0)) return undefined
  const isEven = frames.startSeconds.every((start, i) => {
    return (
      Math.abs(start - frames.startSeconds[0]! - i * step) <= 1e-6 * step * (i + 1) &&
      frames.durationSeconds[i] === step
    )
  })
  return isEven ? step : undefined
}
