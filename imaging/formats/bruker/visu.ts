import { mostPlanes } from '../../raw/planes.ts'
import { elementsOf, frameGroup, frameGroupsOf } from './groups.ts'
import type { FrameGroup } from './groups.ts'
import { ifReadable } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import type { Documents } from './documents.ts'
import type { Stated } from './geometry.ts'
import { perFrame, samplesOf, sidesOf } from './stored.ts'
import type { Stored } from './stored.ts'

/** Why the frames are no pictures (spectra, images with a spectroscopic dimension), or undefined when they are. */
export function notPictures(visu: Parameters): string | undefined {
  const dimensions = visu.number('VisuCoreDim')
  const kinds = visu.words('VisuCoreDimDesc') ?? []
  const other = kinds.find((kind) => kind !== 'spatial')
  if (other) return `data with a ${other} dimension`
  return dimensions === 1 ? 'data of one dimension' : undefined
}

/**
 * Describes a 2dseq by its visu_pars (ParaVision 5 and later).
 * @throws ImagingError 'malformed', 'unsupported', 'too-large'
 */
export function storedByVisu(visu: Parameters, { method, acqp }: Documents): Stored {
  const warnings: string[] = []
  const size = sidesOf(visu, 'VisuCoreSize')
  const isVolume = (visu.numbers('VisuCoreSize') ?? []).length === 3
  const frameCount = visu.number('VisuCoreFrameCount') ?? 1
  if (!Number.isSafeInteger(frameCount) || frameCount < 1 || frameCount > mostPlanes) {
    throw visu.malformed('VisuCoreFrameCount', `is ${frameCount}; it must be between 1 and ${mostPlanes}`)
  }
  const groups = groupsOf(visu, frameCount, isVolume, warnings)
  const isReversed = isVolume && visu.text('VisuCoreDiskSliceOrder') === 'disk_reverse_slice_order'
  if (isReversed) {
    warnings.push(
      'The file stores the slices of each volume from last to first; they are shown from the first, at VisuCorePosition.',
    )
  }
  return {
    size,
    frameCount,
    ...samplesOf(visu, 'VisuCoreWordType', 'VisuCoreByteOrder'),
    groups,
    ...scaleOf(visu, groups, frameCount, warnings),
    isReversed,
    geometry: statedBy(visu, groups, size, isVolume, frameCount, warnings),
    modality: modalityOf(visu),
    unit: unitOf(visu),
    secondsPerRepetition: secondsPerRepetition(visu, method, acqp, groups),
    warnings,
  }
}

function groupsOf(visu: Parameters, frameCount: number, isVolume: boolean, warnings: string[]): FrameGroup[] {
  const plain = frameCount === 1 ? [] : [frameGroup(isVolume ? 'FG_CYCLE' : 'FG_SLICE', frameCount)]
  if (!visu.has('VisuFGOrderDesc')) return plain
  const groups = frameGroupsOf(visu, frameCount)
  if (!groups) {
    warnings.push(
      `The frame groups of VisuFGOrderDesc do not make the ${frameCount} frames of VisuCoreFrameCount; the frames are shown one after the other.`,
    )
    return plain
  }
  // Slabs of volumes are no slices of a stack.
  return isVolume
    ? groups.map((group) =>
        group.id === 'FG_SLICE'
          ? { ...group, id: 'FG_SLAB', labels: group.labels.map((label) => label.replace('slice', 'slab')) }
          : group,
      )
    : groups
}

/** value = stored x VisuCoreDataSlope + VisuCoreDataOffs, each with one entry, one per frame, or one per element of a group. */
function scaleOf(visu: Parameters, groups: FrameGroup[], frameCount: number, warnings: string[]) {
  const list = (name: string): number[] | null => {
    const all = visu.numbers(name)
    const at = groups.findIndex(({ parameters }) => parameters.has(name))
    if (!all || at < 0 || all.length === frameCount) return perFrame(all, frameCount)
    const start = groups[at]!.parameters.get(name)!
    const own = Array.from({ length: frameCount }, (_, frame) => all[start + elementsOf(groups, frame)[at]!])
    return own.includes(undefined) ? null : perFrame(own as number[], frameCount)
  }
  const slope = list('VisuCoreDataSlope')
  const intercept = list('VisuCoreDataOffs')
  const misfit = (!slope && visu.has('VisuCoreDataSlope')) || (!intercept && visu.has('VisuCoreDataOffs'))
  if (misfit) {
    warnings.push('VisuCoreDataSlope and VisuCoreDataOffs do not fit the frames; the stored values are shown.')
    return { slope: [1], intercept: [0] }
  }
  // A slope of 0 would make everything one value.
  return { slope: (slope ?? [1]).map((v) => v || 1), intercept: intercept ?? [0] }
}

function statedBy(
  visu: Parameters,
  groups: FrameGroup[],
  size: [number, number, number],
  isVolume: boolean,
  frameCount: number,
  warnings: string[],
): Stated {
  const units = (visu.words('VisuCoreUnits') ?? []).filter((unit) => unit !== 'mm')
  const extent = visu.numbers('VisuCoreExtent')
  const isMeasured = units.length === 0 && extent && extent.length >= 2 && extent.every((v) => v > 0)
  if (units.length > 0) warnings.push(`VisuCoreUnits is ${units[0]}, not mm; distances are not known.`)
  const slices = groups.find(({ id }) => id === 'FG_SLICE')
  const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : null)
  const between = isVolume
    ? positive(extent?.[2] && extent[2] / size[2])
    : (positive(visu.numbers('VisuCoreSlicePacksSliceDist')?.[0]) ??
      positive(visu.numbers('VisuCoreFrameThickness')?.[0]))
  const vectors = (name: string, width: number) =>
    chosen(chunks(visu.numbers(name) ?? [], width), slices, slices?.parameters.get(name), groups, frameCount)
  return {
    inPlane: isMeasured ? [extent[0]! / size[0], extent[1]! / size[1]] : null,
    between,
    orientations: vectors('VisuCoreOrientation', 9),
    positions: vectors('VisuCorePosition', 3),
  }
}

/** One entry per slice of a list that has one for all, one per slice, or one per frame. */
function chosen(
  list: number[][],
  slices: FrameGroup | undefined,
  start: number | undefined,
  groups: FrameGroup[],
  frameCount: number,
): number[][] {
  if (!slices || list.length <= 1) return list
  if (start !== undefined) return list.slice(start, start + slices.length)
  if (list.length === slices.length || list.length !== frameCount) return list.slice(0, slices.length)
  const stride = groups.slice(0, groups.indexOf(slices)).reduce((product, { length }) => product * length, 1)
  return Array.from({ length: slices.length }, (_, i) => list[i * stride]!)
}

function chunks(list: number[], width: number): number[][] {
  return Array.from({ length: Math.floor(list.length / width) }, (_, i) => list.slice(i * width, (i + 1) * width))
}

/** ParaVision 360 says which scanner it was; before, with a nucleus to excite, it was magnetic resonance. */
function modalityOf(visu: Parameters): string | null {
  const stated = visu.text('VisuInstanceModality')
  if (stated) return /^[A-Z]{2}$/.test(stated) ? stated : null
  return visu.has('VisuAcqImagedNucleus') || visu.has('VisuAcqImagingFrequency') ? 'MR' : null
}

/** The unit when all frames share it. */
function unitOf(visu: Parameters): string {
  const units = new Set((visu.words('VisuCoreDataUnits') ?? []).map((unit) => unit.trim()))
  const [unit = ''] = units
  return units.size === 1 && unit !== 'a.u.' ? unit.replace(/ml$/, 'mL') : ''
}

/** VisuAcqScanTime (ms) covers all repetitions that were ordered, also when the scan was stopped early. */
function secondsPerRepetition(
  visu: Parameters,
  method: Parameters | undefined,
  acqp: Parameters | undefined,
  groups: FrameGroup[],
): number | null {
  const made = groups.find(({ id }) => id === 'FG_CYCLE')?.length
  const scan = visu.number('VisuAcqScanTime')
  if (made === undefined || scan === undefined || scan <= 0) return null
  const ordered = ifReadable(() => method?.number('PVM_NRepetitions') ?? acqp?.number('NR')) ?? made
  return scan / 1000 / Math.max(made, Number.isSafeInteger(ordered) ? ordered : made)
}
