import { ImagingError } from '../../errors.ts'
import { sampleBytes } from '../../header.ts'
import type { Header } from '../../header.ts'
import { checkExtent } from '../../raw/planes.ts'
import { geometryOf } from './geometry.ts'
import type { SlicePackage } from './geometry.ts'
import { arrange } from './groups.ts'
import type { Stored } from './stored.ts'

export interface Layout {
  header: Header
  littleEndian: boolean
  /** Where each plane stands in the file, counted in planes. */
  places: number[]
}

/**
 * The header of a 2dseq, and where its planes stand.
 * @param dataSize bytes of the 2dseq
 * @param slices   the slices to take, whose geometry `stored` then has; absent: all
 * @throws ImagingError 'truncated', 'too-large'
 */
export function layOut(stored: Stored, dataSize: number, slices?: SlicePackage): Layout {
  const { size, frameCount, sampleType } = stored
  const [x, y, depth] = size
  const shape = { x, y, z: depth, t: frameCount, c: 1 }
  checkExtent({ shape, sampleType, samplesPerPixel: 1 }, `${frameCount} frames of ${size.join(' x ')} samples`)
  const needed = x * y * depth * sampleBytes[sampleType] * frameCount
  if (needed > dataSize) {
    throw new ImagingError(
      'truncated',
      `The files announce ${frameCount} frames of ${size.join(' x ')} ${sampleType} samples (${needed} bytes), but 2dseq has ` +
        `${dataSize} bytes; bring the complete file again. (A scan that was stopped leaves such a file.)`,
      dataSize,
    )
  }
  const warnings = [...stored.warnings]
  if (needed < dataSize) {
    warnings.push(`2dseq has ${dataSize} bytes where ${needed} are described; the rest is not shown.`)
  }
  const all = arrange(stored.groups)
  const { t, c, channels, time } = all
  const z = slices ? slices.end - slices.start : all.z
  const isTaken = (slice: number) => !slices || (slice >= slices.start && slice < slices.end)
  const frames = all.frames.filter((_, i) => isTaken(i % all.z))
  const inFrame = Array.from({ length: depth }, (_, slice) => (stored.isReversed ? depth - 1 - slice : slice))
  const places = frames.flatMap((frame) => inFrame.map((slice) => frame * depth + slice))
  const perPlane = (list: number[]) =>
    list.length === 1 ? list : frames.flatMap((frame) => inFrame.map(() => list[frame]!))
  const seconds = time?.id === 'FG_CYCLE' ? stored.secondsPerRepetition : null
  const steps = seconds === null || t === 1 ? null : Array.from({ length: t }, (_, i) => i)
  return {
    littleEndian: stored.littleEndian,
    places,
    header: {
      format: 'bruker',
      modality: stored.modality,
      shape: { x, y, z: z * depth, t, c },
      sampleType,
      samplesPerPixel: 1,
      ...geometryOf(stored.geometry, z, depth, warnings),
      slope: perPlane(stored.slope),
      intercept: perPlane(stored.intercept),
      unit: stored.unit,
      frames: steps && {
        startSeconds: steps.map((i) => Math.round(i * seconds! * 1e6) / 1e6),
        durationSeconds: steps.map(() => Math.round(seconds! * 1e6) / 1e6),
      },
      channels: channels && channels.map((label) => ({ label })),
      window: null,
      warnings,
    },
  }
}
