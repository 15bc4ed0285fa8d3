import { ImagingError } from '../../errors.ts'
import type { FileEntry, SeriesReader } from '../../format.ts'
import { planeCount } from '../../header.ts'
import type { Header } from '../../header.ts'
import type { DataSet } from './dataSet.ts'
import { doubtsOf, factsOf } from './facts.ts'
import { readDicomFile } from './file.ts'
import { framesOf } from './frames.ts'
import type { Frame } from './frames.ts'
import { curveOf, readLut } from './lut.ts'
import { framesOfPart } from './parts.ts'
import { pixelFormat } from './pixelFormat.ts'
import { pixelsOf } from './pixels.ts'
import type { Pixels } from './pixels.ts'
import { stackOf } from './stack.ts'
import { tagsOf } from './tags.ts'
import { unitOf } from './unit.ts'

/** Files whose headers are read at the same time: enough to hide the latency of a network disk. */
const together = 16
const mostWarnings = 50

interface Opened {
  pixels: Pixels
  frames: Frame[]
  warnings: string[]
}

/**
 * Opens a stack of DICOM files as one series.
 * @param part one of several stacks in an enhanced multi-frame file
 * @throws ImagingError
 */
export async function openSeries(files: FileEntry[], part?: string): Promise<SeriesReader> {
  const opened: Opened[] = []
  for (let i = 0; i < files.length; i += together) {
    opened.push(...(await Promise.all(files.slice(i, i + together).map((file, j) => openFile(file, i + j)))))
  }
  if (opened.length === 0) throw new ImagingError('missing-companion', 'The series has no file.')
  const shortages = opened.flatMap(({ pixels }) => pixels.shortage ?? [])
  // A stack with one cut file still shows the others; the plane of that one throws.
  if (shortages.length === opened.length) throw shortages[0]!
  const { format } = opened[0]!.pixels
  for (const [i, { pixels }] of opened.entries()) {
    const other = pixels.format
    const fits = (['rows', 'columns', 'sampleType', 'samplesPerPixel'] as const).every(
      (key) => other[key] === format[key],
    )
    if (!fits) {
      throw new ImagingError(
        'malformed',
        `${files[i]!.path} (${describe(other)}) and ${files[0]!.path} (${describe(format)}) cannot be one series.`,
      )
    }
  }
  const frames = opened.flatMap((one) => one.frames)
  const stack = stackOf(part === undefined ? frames : framesOfPart(frames, part))
  const lead = stack.frames[0]!
  const { data } = await readDicomFile(files[lead.file]!.source)
  const window = format.samplesPerPixel === 1 ? stack.frames[stack.z >> 1]!.window : null
  const curve = (format.samplesPerPixel === 1 && displayCurve(data, format, lead)) || null
  const header: Header = {
    format: 'dicom',
    modality: data.string(0x00080060) ?? null,
    shape: { x: format.columns, y: format.rows, z: stack.z, t: stack.t, c: 1 },
    sampleType: format.sampleType,
    samplesPerPixel: format.samplesPerPixel,
    spacing: stack.spacing,
    origin: stack.origin,
    direction: stack.direction,
    orientation: stack.orientation,
    ...(stack.sheared && { sheared: stack.sheared }),
    ...scaling(stack.frames),
    unit: format.samplesPerPixel === 1 ? unitOf(data) : '',
    frames: stack.times,
    channels: null,
    window: window ?? (curve && { low: curve.low, high: curve.high }),
    ...(curve && { curve }),
    warnings: [
      ...new Set([
        ...opened.flatMap(({ warnings }) => warnings),
        ...stack.warnings,
        ...imageNotes(data, format.lut !== null, curve !== null),
        ...doubtsOf(data),
      ]),
    ].slice(0, mostWarnings),
  }
  const planes = planeCount(header)
  return {
    header,
    facts: factsOf(data),
    tags: () => tagsOf(data),
    async plane(k) {
      const frame = stack.frames[k]
      if (!frame || !Number.isInteger(k))
        throw new ImagingError('malformed', `The series has planes 0 to ${planes - 1}, not ${k}.`)
      return opened[frame.file]!.pixels.plane(frame.index)
    },
    direct() {
      const offset = opened[0]!.pixels.direct
      const inOrder = files.length === 1 && stack.frames.every((frame, i) => frame.index === i)
      return offset !== null && inOrder && stack.frames.length === opened[0]!.pixels.count ? { file: 0, offset } : null
    },
  }
}

async function openFile(entry: FileEntry, index: number): Promise<Opened> {
  const file = await readDicomFile(entry.source)
  const pixels = pixelsOf(file, pixelFormat(file))
  const frames = framesOf(file, index, pixels.count)
  // A table takes the place of slope and intercept (PS3.3 C.11.1).
  if (pixels.format.lut) for (const frame of frames) Object.assign(frame, { slope: 1, intercept: 0 })
  // Nothing returned here holds the data set: a stack may have 100,000 files.
  return { pixels, frames, warnings: [...file.warnings, ...pixels.warnings] }
}

const describe = (format: Pixels['format']): string =>
  `${format.columns} x ${format.rows}, ${format.sampleType}${format.samplesPerPixel === 3 ? ' RGB' : ''}`

function scaling(frames: Frame[]): { slope: number[]; intercept: number[] } {
  // A slope of 0 would make everything one value; writers mean "none" by it.
  const slope = frames.map((frame) => (frame.slope === 0 ? 1 : frame.slope))
  const intercept = frames.map((frame) => frame.intercept)
  const isConstant = slope.every((value) => value === slope[0]) && intercept.every((value) => value === intercept[0])
  return isConstant ? { slope: [slope[0]!], intercept: [intercept[0]!] } : { slope, intercept }
}

/** The first VOI LUT of the file; it works on values after slope and intercept. */
function displayCurve(data: DataSet, format: Pixels['format'], { slope, intercept }: Frame): Header['curve'] | null {
  const isSigned = !format.lut && (format.isSigned || intercept < 0 || slope < 0)
  const lut = readLut(data.item(0x00283010), isSigned)
  return lut && curveOf(lut)
}

/** What a person should know about how the values are shown. */
function imageNotes(data: DataSet, isMapped: boolean, hasCurve: boolean): string[] {
  const notes: string[] = []
  if (data.string(0x00280004) === 'MONOCHROME1') {
    notes.push('MONOCHROME1: low values are meant to be shown bright; the stored values are kept.')
  }
  if (data.items(0x00283000).length > 0) {
    notes.push(
      isMapped
        ? 'The values are those of the lookup table of the file (Modality LUT), not the stored numbers.'
        : 'The file maps its values through a lookup table (Modality LUT) that cannot be read; the stored values are shown.',
    )
  }
  if (data.items(0x00283010).length > 0 && !hasCurve) {
    notes.push('The file recommends a display curve (VOI LUT) that cannot be read; the image is shown without it.')
  }
  if ([...data.elements.keys()].some((tag) => tag >>> 24 === 0x60 && (tag & 0xffff) === 0x3000)) {
    notes.push('The file holds overlay graphics; they are kept, but not drawn over the image.')
  }
  const [width, height] = [data.number(0x00480006, 'UL'), data.number(0x00480007, 'UL')]
  if (width && height && (data.number(0x00280008, 'IS') ?? 1) > 1) {
    notes.push(
      `The images are tiles of one slide image of ${width} x ${height} pixels; they are shown one after the other.`,
    )
  }
  return notes
}
