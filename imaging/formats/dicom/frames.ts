import { ImagingError } from '../../errors.ts'
import type { DataSet } from './dataSet.ts'
import type { DicomFile } from './file.ts'
import { dateAndTime, dateTime, seconds } from './time.ts'
import { cross, scaled, sum } from './vector.ts'
import type { Vector } from './vector.ts'

/** What is needed to put one frame in its place in the stack. */
export interface Frame {
  /** Index into the files given to the reader, and frame index inside that file. */
  file: number
  index: number
  /** Image Position (Patient): LPS mm of the centre of the first voxel. */
  position: Vector | null
  /** Image Orientation (Patient): row direction, then column direction. */
  orientation: number[] | null
  /** Between rows, between columns: mm. */
  pixelSpacing: [number, number] | null
  /** Between slices, or slice thickness where that is all there is: mm. */
  sliceSpacing: number | null
  slope: number
  intercept: number
  window: { low: number; high: number } | null
  /** Values that tell frames at one position apart; see `order` in stack.ts. */
  temporalIndex: number | undefined
  referenceMilliseconds: number | undefined
  triggerMilliseconds: number | undefined
  echo: number | undefined
  bValue: number | undefined
  /** Start of acquisition, seconds since 1970. */
  acquiredSeconds: number | undefined
  /** Stack ID of enhanced objects: which of several stacks the frame belongs to; '' when there is none. */
  stackId: string
  dimensions: number[]
  instance: number
  durationSeconds: number | undefined
  instanceUid: string
  /** Frame of a moving picture: the fourth dimension is time, whatever is known about it. */
  isCine: boolean
}

/** Functional group macros (PS3.3 C.7.6.16.2) that hold what a Frame needs. */
const macro = {
  pixelMeasures: 0x00289110,
  planePosition: 0x00209113,
  planeOrientation: 0x00209116,
  frameContent: 0x00209111,
  pixelValueTransformation: 0x00289145,
  frameVoiLut: 0x00289132,
  mrEcho: 0x00189114,
  mrDiffusion: 0x00189117,
  temporalPosition: 0x00209310,
  cardiacSynchronization: 0x00189118,
}

const mostFrames = 500_000

/** Frames of a file in the order of the file. */
export function framesOf(dicom: DicomFile, file: number, count: number): Frame[] {
  if (count > mostFrames) {
    throw new ImagingError(
      'too-large',
      `The file announces ${count} frames; more than ${mostFrames} are not read here.`,
    )
  }
  const { data } = dicom
  const perFrame = data.items(0x52009230)
  const shared = data.item(0x52009229)
  const common = frameOf(data, undefined, shared, file, 0)
  const frames = Array.from({ length: count }, (_, index) =>
    perFrame[index] ? frameOf(data, perFrame[index], shared, file, index) : { ...common, index },
  )
  if (count > 1 && perFrame.length === 0) placeFrames(data, frames)
  return frames
}

function frameOf(
  data: DataSet,
  own: DataSet | undefined,
  shared: DataSet | undefined,
  file: number,
  index: number,
): Frame {
  /** The macro of this frame, else the shared one, else the data set itself (classic objects). */
  const group = (tag: number): DataSet => own?.item(tag) ?? shared?.item(tag) ?? data
  const measures = group(macro.pixelMeasures)
  const content = group(macro.frameContent)
  const values = group(macro.pixelValueTransformation)
  const echo = group(macro.mrEcho)
  const diffusion = group(macro.mrDiffusion)
  const temporal = group(macro.temporalPosition)
  const spacing = pixelSpacing(measures)
  const milliseconds = content.number(0x00189220, 'FD') ?? data.number(0x00181242, 'IS')
  return {
    file,
    index,
    position: (group(macro.planePosition).vector(0x00200032, 3) ??
      data.item(0x00540022)?.vector(0x00200032, 3) ??
      null) as Vector | null,
    orientation: unitVectors(
      group(macro.planeOrientation).vector(0x00200037, 6) ?? data.item(0x00540022)?.vector(0x00200037, 6),
    ),
    pixelSpacing: spacing,
    sliceSpacing: positive(measures.number(0x00180088)) ?? positive(measures.number(0x00180050)) ?? null,
    slope: values.number(0x00281053) ?? data.number(0x3004000e) ?? 1,
    intercept: values.number(0x00281052) ?? 0,
    window: windowOf(group(macro.frameVoiLut)),
    temporalIndex: content.number(0x00209128, 'UL') ?? data.number(0x00200100, 'IS'),
    referenceMilliseconds: data.number(0x00541300),
    triggerMilliseconds: group(macro.cardiacSynchronization).number(0x00209153, 'FD') ?? data.number(0x00181060),
    echo: echo.number(0x00189082, 'FD') ?? data.number(0x00180081) ?? data.number(0x00180086, 'IS'),
    bValue: diffusion.number(0x00189087, 'FD'),
    acquiredSeconds:
      temporal.number(0x0020930d, 'FD') ??
      seconds(dateTime(content, 0x00189074)) ??
      seconds(dateTime(content, 0x00189151)) ??
      (own ? undefined : acquired(data)),
    stackId: content.string(0x00209056) ?? '',
    dimensions: content.numbers(0x00209157, 'UL'),
    instance: own ? index : (data.number(0x00200013, 'IS') ?? 0),
    durationSeconds: milliseconds === undefined ? undefined : milliseconds / 1000,
    instanceUid: data.string(0x00080018) ?? '',
    isCine: false,
  }
}

const acquired = (data: DataSet): number | undefined =>
  seconds(dateTime(data, 0x0008002a)) ?? seconds(dateAndTime(data, 0x00080022, 0x00080032))

const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined

/** Pixel Spacing, else what projection, scanned and ultrasound images give instead. */
function pixelSpacing(data: DataSet): [number, number] | null {
  for (const tag of [0x00280030, 0x00181164, 0x00182010]) {
    const [row, column] = data.vector(tag, 2) ?? []
    if (row !== undefined && column !== undefined && row > 0 && column > 0) return [row, column]
  }
  // Regions of one image may be scaled differently (a trace beside a picture); only a common scale holds for the whole.
  const regions = data
    .items(0x00186011)
    .filter((r) => r.number(0x00186024, 'US') === 3 && r.number(0x00186026, 'US') === 3)
  const [first] = regions
  const across = Math.abs(first?.number(0x0018602c, 'FD') ?? 0) * 10
  const down = Math.abs(first?.number(0x0018602e, 'FD') ?? 0) * 10
  const common = regions.every((r) => Math.abs(Math.abs(r.number(0x0018602c, 'FD') ?? 0) * 10 - across) < across * 1e-3)
  return across > 0 && down > 0 && common ? [down, across] : null
}

/** Row and column direction made unit length; null when they are no two perpendicular directions. */
function unitVectors(values: number[] | undefined): number[] | null {
  if (!values) return null
  const row = Math.hypot(...values.slice(0, 3))
  const column = Math.hypot(...values.slice(3))
  if (!(row > 0.9 && row < 1.1 && column > 0.9 && column < 1.1)) return null
  const dot = values[0]! * values[3]! + values[1]! * values[4]! + values[2]! * values[5]!
  if (Math.abs(dot) > 0.01) return null
  return values.map((value, i) => value / (i < 3 ? row : column) + 0)
}

function windowOf(data: DataSet): { low: number; high: number } | null {
  const centre = data.number(0x00281050)
  const width = data.number(0x00281051)
  if (centre === undefined || width === undefined || width <= 0) return null
  return { low: centre - width / 2, high: centre + width / 2 }
}

/** Pointers of Frame Increment Pointer (0028,0009) that mean time. */
const timePointers = new Set([0x00181063, 0x00181065, 0x00540100])
const movingModalities = new Set(['US', 'IVUS', 'XA', 'RF', 'ES', 'XC', 'GM', 'IVOCT'])

/** Gives the frames of a classic multi-frame object (PS3.3 C.7.6.6, C.8.4.8) their place in space or time. */
function placeFrames(data: DataSet, frames: Frame[]): void {
  const pointers = data.numbers(0x00280009, 'AT')
  const slices = data.numbers(0x00540080, 'US')
  const hasSlices = slices.length === frames.length && pointers.includes(0x00540080)
  const first = frames[0]!
  const isTime = pointers.some((pointer) => timePointers.has(pointer)) && !hasSlices
  const isMoving = isTime || (pointers.length === 0 && movingModalities.has(data.string(0x00080060) ?? ''))
  const offsets = data.numbers(0x3004000c)
  if (first.position && first.orientation && !isMoving) {
    const normal = cross(first.orientation)
    // Spacing Between Slices is signed in nuclear medicine: negative counts against the normal (PS3.3 C.8.4.15).
    const step = data.number(0x00180088) ?? first.sliceSpacing
    const isDose = offsets.length === frames.length
    if (step === null && !isDose) return unplaced(frames)
    const base = isDose && offsets[0] !== 0 ? offsets[0]! : 0
    const phases = hasSlices ? timeVector(data, frames.length) : undefined
    frames.forEach((frame, i) => {
      frame.temporalIndex = phases?.[i] ?? frame.temporalIndex
      const along = isDose ? offsets[i]! - base : step! * (hasSlices ? slices[i]! - 1 : i)
      frame.position = sum(first.position!, scaled(normal, along))
    })
  } else unplaced(frames)
  if (isMoving) frameTimes(data, frames)
  frames.forEach((frame, i) => (frame.instance = i))
}

/** Time Slot, Time Slice or Phase Vector of nuclear medicine (PS3.3 C.8.4.8): frames at one position, told apart by time. */
const timeVector = (data: DataSet, count: number): number[] | undefined =>
  [0x00540070, 0x00540100, 0x00540030]
    .map((tag) => data.numbers(tag, 'US'))
    .find((values) => values.length === count && new Set(values).size > 1)

function unplaced(frames: Frame[]): void {
  for (const frame of frames) frame.position = null
}

/** Cine timing: Frame Time (0018,1063) or Frame Time Vector (0018,1065), both in ms. */
function frameTimes(data: DataSet, frames: Frame[]): void {
  const each = data.number(0x00181063)
  const steps = data.numbers(0x00181065)
  let at = 0
  frames.forEach((frame, i) => {
    const step = steps.length === frames.length ? steps[i]! : (each ?? Number.NaN)
    if (i > 0) at += step
    frame.isCine = true
    frame.temporalIndex = i
    frame.acquiredSeconds = Number.isFinite(at) && (each !== undefined || steps.length > 0) ? at / 1000 : undefined
    frame.durationSeconds = each === undefined ? undefined : each / 1000
  })
}
