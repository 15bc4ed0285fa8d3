import { isPlace } from '../../geometry/millimetres.ts'
import { nearestAxesNote } from '../../geometry/placement.ts'
import type { Header } from '../../header.ts'
import type { Frame } from './frames.ts'
import { cross, difference, dot } from './vector.ts'

/** Frames in their places: `frames[t * z + s]` is slice s of time t. */
export interface Stack {
  frames: Frame[]
  z: number
  t: number
  spacing: Header['spacing']
  origin: Header['origin']
  direction: Header['direction']
  orientation: Header['orientation']
  sheared?: number[]
  times: Header['frames']
  warnings: string[]
}

/** What tells frames at one position apart, most telling first; the name goes into sentences. */
const order: { name: string; isTime: boolean; value: (frame: Frame) => number | undefined }[] = [
  { name: 'temporal position', isTime: true, value: (f) => f.temporalIndex },
  { name: 'frame reference time', isTime: true, value: (f) => f.referenceMilliseconds },
  { name: 'trigger time', isTime: true, value: (f) => f.triggerMilliseconds },
  { name: 'echo', isTime: false, value: (f) => f.echo },
  { name: 'b-value', isTime: false, value: (f) => f.bValue },
  { name: 'acquisition time', isTime: true, value: (f) => f.acquiredSeconds },
]

/**
 * Orders frames by geometry (position along the normal), then by what tells frames at one position apart, and by
 * instance number only when nothing else does (PS3.3 C.7.6.2.1.1; attribute order as in `order`).
 */
export function stackOf(given: Frame[]): Stack {
  const warnings: string[] = []
  const frames = withoutCopies(given, warnings)
  const orientation = commonOrientation(frames)
  if (!orientation || frames.some(({ position }) => position === null || !isPlace(position))) {
    return unplaced(frames, orientation === undefined, warnings)
  }
  const scales = new Set(frames.map(({ pixelSpacing }) => pixelSpacing?.map((v) => v.toPrecision(3)).join(' x ')))
  if (scales.size > 1) {
    warnings.push(
      `The images have different pixel spacings (${[...scales].slice(0, 3).join(', ')} mm); they are shown one after the other, without geometry.`,
    )
    return flat(
      frames.toSorted((a, b) => compare(a, b, order)),
      warnings,
    )
  }
  const normal = cross(orientation)
  const along = new Map(frames.map((frame) => [frame, dot(normal, frame.position!)]))
  const sorted = frames.toSorted((a, b) => along.get(a)! - along.get(b)! || a.instance - b.instance)
  const groups = byPosition(sorted, along)
  const t = groups[0]!.length
  if (groups.some((group) => group.length !== t)) {
    const counts = groups.map((group) => group.length)
    warnings.push(
      `The ${frames.length} images do not fill every position equally (${Math.min(...counts)} to ${Math.max(...counts)} at one position); they are shown one after the other, without geometry. Some files may be missing.`,
    )
    return { ...flat(sorted, warnings), spacing: planar(sorted, warnings) }
  }
  const kind = t > 1 ? sortGroups(groups, warnings) : null
  const z = groups.length
  const placed: Frame[] = []
  for (let time = 0; time < t; time++) for (const group of groups) placed.push(group[time]!)
  const first = placed[0]!
  const step = sliceStep(
    groups.map((group) => along.get(group[0]!)!),
    first,
    warnings,
  )
  const inPlane = first.pixelSpacing
  const sheared = inPlane && tiltOf(placed, z, orientation, inPlane, warnings)
  if (!inPlane) warnings.push('The files give no pixel spacing; distances cannot be measured.')
  return {
    frames: placed,
    z,
    t,
    spacing: inPlane ? [inPlane[1], inPlane[0], step] : null,
    origin: [...first.position!],
    direction: [...orientation, ...normal],
    orientation: 'known',
    ...(sheared && { sheared }),
    times: kind?.isTime ? timing(placed, z, t) : null,
    warnings,
  }
}

/** Files that were brought twice (one SOP Instance UID) count once. */
function withoutCopies(frames: Frame[], warnings: string[]): Frame[] {
  const owners = new Map<string, number>()
  const kept = frames.filter((frame) => {
    if (frame.instanceUid === '') return true
    const owner = owners.get(frame.instanceUid) ?? frame.file
    owners.set(frame.instanceUid, owner)
    return owner === frame.file
  })
  const dropped = frames.length - kept.length
  if (dropped > 0) warnings.push(`${dropped} images are copies of others (same SOP Instance UID) and were left out.`)
  return kept
}

/** The orientation of all frames; undefined when they differ, null when one has none. */
function commonOrientation(frames: Frame[]): number[] | null | undefined {
  const first = frames[0]!.orientation
  for (const { orientation } of frames) {
    if (!orientation || !first) return null
    if (orientation.some((value, i) => Math.abs(value - first[i]!) > 1e-3)) return undefined
  }
  return first
}

function byPosition(sorted: Frame[], along: Map<Frame, number>): Frame[][] {
  const steps = sorted.slice(1).map((frame, i) => along.get(frame)! - along.get(sorted[i]!)!)
  // Positions are written with few digits; what is closer than a tenth of the widest step is one position.
  const same = Math.min(0.01, steps.reduce((a, b) => Math.max(a, b), 0) / 10)
  const groups: Frame[][] = []
  for (const [i, frame] of sorted.entries()) {
    if (i === 0 || steps[i - 1]! > same) groups.push([frame])
    else groups.at(-1)!.push(frame)
  }
  return groups
}

/** Sorts the frames at each position; returns what told them apart. */
function sortGroups(groups: Frame[][], warnings: string[]): { name: string; isTime: boolean } {
  const telling = order.filter(({ value }) => new Set(groups[0]!.map(value)).size > 1)
  for (const group of groups) group.sort((a, b) => compare(a, b, telling))
  const isComplete = (kinds: typeof order) =>
    groups.every((group) => group.every((frame, i) => i === 0 || tells(group[i - 1]!, frame, kinds)))
  const count = telling.findIndex((_, i) => isComplete(telling.slice(0, i + 1))) + 1
  if (count > 0) {
    const needed = telling.slice(0, count)
    const name = needed.map((kind) => kind.name).join(' and ')
    const isTime = needed.every((kind) => kind.isTime)
    if (!isTime) warnings.push(`The fourth dimension is the ${name}, not time${count > 1 ? ' alone' : ''}.`)
    return { name, isTime }
  }
  const byDimension = groups.every((group) => new Set(group.map((f) => f.dimensions.join())).size === group.length)
  if (byDimension) {
    warnings.push('The fourth dimension is ordered by the dimension index values of the file; it may not be time.')
  } else {
    warnings.push(
      'Several images stand at one position and nothing but the instance number tells them apart; it was used as the fourth dimension.',
    )
  }
  return { name: 'instance number', isTime: false }
}

function compare(a: Frame, b: Frame, telling: typeof order): number {
  for (const { value } of telling) {
    const step = (value(a) ?? 0) - (value(b) ?? 0)
    if (step !== 0) return step
  }
  for (let i = 0; i < Math.max(a.dimensions.length, b.dimensions.length); i++) {
    const step = (a.dimensions[i] ?? 0) - (b.dimensions[i] ?? 0)
    if (step !== 0) return step
  }
  return a.instance - b.instance || a.file - b.file || a.index - b.index
}

const tells = (a: Frame, b: Frame, telling: typeof order): boolean => telling.some(({ value }) => value(a) !== value(b))

/** Distance between slices: the median of the steps, or what the file states for a single slice. */
function sliceStep(positions: number[], first: Frame, warnings: string[]): number {
  if (positions.length === 1) {
    if (first.sliceSpacing === null) warnings.push('The file gives no slice thickness; 1 mm is assumed.')
    return first.sliceSpacing ?? 1
  }
  const steps = positions.slice(1).map((position, i) => position - positions[i]!)
  const median = steps.toSorted((a, b) => a - b)[steps.length >> 1]!
  const widest = Math.max(...steps)
  const narrowest = Math.min(...steps)
  if (widest - median > median * 0.01 + 1e-3 || median - narrowest > median * 0.01 + 1e-3) {
    warnings.push(
      `The slices are not equally spaced: steps of ${round(narrowest)} to ${round(widest)} mm. Slices may be missing; ${round(median)} mm is used throughout.`,
    )
  }
  // Positions are written with few digits, and subtracting them leaves noise far below a nanometre.
  return Math.round(median * 1e6) / 1e6
}

/**
 * A gantry tilt moves slices sideways: the stack is a sheared box. The steps along its axes when each slice is moved as far
 * as the last; null for a straight stack, and for one that is crooked, which is shown as if it were straight.
 */
function tiltOf(
  placed: Frame[],
  z: number,
  orientation: number[],
  [rowSpacing, columnSpacing]: [number, number],
  warnings: string[],
): number[] | null {
  if (z < 2) return null
  const first = placed[0]!.position!
  const way = difference(placed[z - 1]!.position!, first)
  const sideways = Math.sqrt(Math.max(0, dot(way, way) - dot(way, cross(orientation)) ** 2))
  // Less than a voxel over the whole stack is not seen, and positions are written with few digits.
  if (sideways < Math.min(rowSpacing, columnSpacing)) return null
  const step = way.map((v) => v / (z - 1))
  const off = placed.slice(0, z).map((frame, k) => Math.hypot(...difference(frame.position!, first).map((v, i) => v - k * step[i]!))) // prettier-ignore
  if (Math.max(...off) > 0.02 * Math.hypot(...step)) {
    warnings.push('The slices are shifted sideways against each other, not evenly; they are shown as a straight stack.')
    return null
  }
  warnings.push(`The slices are shifted sideways against each other (gantry tilt); ${nearestAxesNote}`)
  return [
    ...orientation.slice(0, 3).map((v) => v * columnSpacing),
    ...orientation.slice(3).map((v) => v * rowSpacing),
    ...step,
  ]
}

/** Start and duration of each time, from the first slice of each. */
function timing(placed: Frame[], z: number, t: number): Header['frames'] {
  const firsts = Array.from({ length: t }, (_, i) => placed[i * z]!)
  const durations = firsts.map((f) => f.durationSeconds)
  const acquired = firsts.map((f) => f.acquiredSeconds)
  const reference = firsts.map((f) => f.referenceMilliseconds)
  const trigger = firsts.map((f) => f.triggerMilliseconds)
  let starts: number[] | null = null
  if (rises(acquired)) starts = acquired
  else if (rises(reference)) {
    // Frame Reference Time is the middle of the frame in PET, but zero for the first where a vendor writes the start.
    const isMiddle = reference[0]! > 0
    starts = reference.map((value, i) => value / 1000 - (isMiddle ? (durations[i] ?? 0) / 2 : 0))
  } else if (rises(trigger)) starts = trigger.map((value) => value / 1000)
  if (!starts) return null
  const start = starts[0]!
  const startSeconds = starts.map((value) => tidy(value - start))
  const gaps = startSeconds.map((value, i) => tidy((startSeconds[i + 1] ?? 2 * value - startSeconds[i - 1]!) - value))
  return { startSeconds, durationSeconds: durations.map((value, i) => value ?? gaps[i]!) }
}

const rises = (values: (number | undefined)[]): values is number[] =>
  values.length > 1 && values.every((value, i) => value !== undefined && (i === 0 || value > values[i - 1]!))

/** Removes the noise of subtracting large times; a microsecond is far below what is recorded. */
const tidy = (value: number): number => Math.round(value * 1e6) / 1e6

const round = (value: number): string => String(Math.round(value * 1e4) / 1e4)

/** Images without a common geometry, one after the other. */
function unplaced(frames: Frame[], differ: boolean, warnings: string[]): Stack {
  const sorted = frames.toSorted((a, b) => compare(a, b, order))
  if (differ)
    warnings.push('The images have different orientations; they are shown one after the other, without geometry.')
  const isCine = frames.length > 1 && frames.every((f) => f.isCine)
  const isOneFile = frames.every((f) => f.file === frames[0]!.file)
  if (!isCine && frames.length > 1 && !differ) {
    warnings.push(
      `The file${isOneFile ? ' gives' : 's give'} no position for the images; they are ordered by ${
        sorted.some((f) => f.dimensions.length > 0) ? 'dimension index' : isOneFile ? 'frame number' : 'instance number'
      } and shown as a stack.`,
    )
  }
  if (!isCine) return { ...flat(sorted, warnings), spacing: planar(sorted, warnings) }
  return {
    ...flat(sorted, warnings),
    z: 1,
    t: sorted.length,
    spacing: planar(sorted, []),
    times: timing(sorted, 1, sorted.length),
  }
}

/** Spacing where only the plane is known: the third number is the stated thickness, or 1 mm. */
function planar(frames: Frame[], warnings: string[]): Header['spacing'] {
  const { pixelSpacing, sliceSpacing } = frames[0]!
  if (!pixelSpacing) return null
  if (sliceSpacing === null && frames.length > 1)
    warnings.push('The file gives no distance between slices; 1 mm is assumed.')
  return [pixelSpacing[1], pixelSpacing[0], sliceSpacing ?? 1]
}

const flat = (frames: Frame[], warnings: string[]): Stack => ({
  frames,
  z: frames.length,
  t: 1,
  spacing: null,
  origin: null,
  direction: null,
  orientation: 'unknown',
  times: null,
  warnings,
})
