import { ImagingError } from '../../errors.ts'
import { millimetres } from '../../geometry/millimetres.ts'
import { sampleBytes } from '../../header.ts'
import type { Header, SampleType } from '../../header.ts'
import { checkExtent } from '../../raw/planes.ts'
import type { Frames, FrameTimes } from './frames.ts'
import type { ImageKind } from './names.ts'
import { numberOf, textOf } from './parameters.ts'
import type { Parameters } from './parameters.ts'

export interface Layout {
  header: Header
  /** Bytes before the samples of each scan line. */
  lineHeaderBytes: number
}

/** Line headers of the 32-bit variant. */
const lineHeaderBytes = 4

/**
 * What the parameters and the sizes of the frames mean. Frames are stored scan line after scan line and shown with the
 * depth downwards.
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function layOut(
  parameters: Parameters,
  kind: ImageKind,
  frames: Frames,
  times: FrameTimes,
  path: string,
): Layout {
  const sizeOf = (name: string): number => {
    const value = numberOf(parameters, `${kind.prefix}/${name}`)
    if (value !== undefined && Number.isSafeInteger(value) && value >= 1) return value
    throw new ImagingError(
      'malformed',
      `${kind.prefix}/${name} is ${textOf(parameters, `${kind.prefix}/${name}`) ?? 'missing'} in the parameters of ${path}; it must be 1 or more.`,
    )
  }
  const [samples, lines] = [sizeOf('Samples'), sizeOf('Lines')]
  const [z, t] = kind.isVolume ? [frames.count, 1] : [1, frames.count]
  const size = { x: lines, y: samples, z, t }
  checkExtent(
    // The widest type that is stored.
    { shape: { ...size, c: 1 }, sampleType: 'float32', samplesPerPixel: 1 },
    `${frames.count} frames of ${lines} lines of ${samples} samples`,
  )
  const stored = storedAs(kind, samples, lines, frames, path)
  const warnings: string[] = []
  if (times.invalid > 0) warnings.push(`The scanner marks ${times.invalid} of ${frames.count} frames as not valid.`)
  const step = numberOf(parameters, '3D-Step-Size')
  const spacing = spacingOf(parameters, kind, samples, lines, step)
  if (!spacing) warnings.push('The parameters do not give depth, width or step; distances are not known.')
  return {
    lineHeaderBytes: stored.lineHeaderBytes,
    header: {
      format: 'vevo',
      modality: kind.modality,
      shape: { ...size, c: stored.channels?.length ?? 1 },
      sampleType: stored.sampleType,
      samplesPerPixel: 1,
      spacing,
      origin: null,
      direction: null,
      orientation: 'unknown',
      slope: [1],
      intercept: [0],
      unit: '',
      frames: kind.isVolume ? null : framesOf(times, frames.count, warnings),
      channels: stored.channels,
      window: null,
      warnings,
    },
  }
}

/** Type of the samples by the bytes of a frame: nothing else tells the variants apart. */
function storedAs(
  { prefix }: ImageKind,
  samples: number,
  lines: number,
  { packetBytes, is8Bit }: Frames,
  path: string,
): { sampleType: SampleType; lineHeaderBytes: number; channels: Header['channels'] } {
  const count = samples * lines
  const plain = (sampleType: SampleType) => ({ sampleType, lineHeaderBytes: 0, channels: null })
  if (prefix === 'Pa-Mode') {
    if (packetBytes === count * sampleBytes.uint16) return plain('uint16')
    // Oxygenation and total haemoglobin, one plane after the other.
    const channels = [{ label: 'sO2' }, { label: 'HbT' }]
    if (packetBytes === 2 * count * sampleBytes.uint16) return { sampleType: 'uint16', lineHeaderBytes: 0, channels }
  } else if (is8Bit) {
    if (packetBytes === count) return plain('uint8')
  } else if (packetBytes === count * sampleBytes.float32 + lines * lineHeaderBytes) {
    return { sampleType: 'float32', lineHeaderBytes, channels: null }
  }
  throw new ImagingError(
    'malformed',
    `Frames of ${path} have ${packetBytes} bytes, which does not fit ${lines} lines of ${samples} samples as the ` +
      'parameters say. Bring data and parameters of the same export.',
    60, // the first frame header's size field
  )
}

/** Millimetres: lines across, samples down, and the motor's step for volumes. Pixels are not square. */
function spacingOf(
  parameters: Parameters,
  { prefix, isVolume }: ImageKind,
  samples: number,
  lines: number,
  step: number | undefined,
): Header['spacing'] {
  const of = (name: string) => numberOf(parameters, `${prefix}/${name}`)
  const across = millimetres((of('Width') ?? 0) / lines)
  const down = millimetres(((of('Depth') ?? 0) - (of('Depth-Offset') ?? NaN)) / samples)
  const through = isVolume ? millimetres(step ?? 0) : across
  return across && down && through ? [across, down, through] : null
}

/** Start of each frame from its time stamp; gated modes sort frames anew, and then the stamps do not rise. */
function framesOf({ milliseconds }: FrameTimes, count: number, warnings: string[]): Header['frames'] {
  if (count === 1) return null
  const steps = milliseconds?.slice(1).map((at, i) => at - milliseconds[i]!) ?? []
  if (steps.length === 0 || !steps.every((step) => Number.isFinite(step) && step > 0)) {
    warnings.push(
      milliseconds
        ? 'The time stamps of the frames do not rise (gated modes sort frames anew); the times are not known.'
        : 'The file has too many frames for their times to be read.',
    )
    return null
  }
  const seconds = (value: number) => Number((value / 1000).toFixed(9))
  return {
    startSeconds: milliseconds!.map((at) => seconds(at - milliseconds![0]!)),
    durationSeconds: [...steps, steps.at(-1)!].map(seconds),
  }
}
