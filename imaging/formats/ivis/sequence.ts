import { ImagingError } from '../../errors.ts'
import type { SeriesReader } from '../../format.ts'
import { planeCount } from '../../header.ts'
import type { Header } from '../../header.ts'
import { folderOf, nameOf } from '../../paths.ts'

/** One picture of a sequence, opened, with what the camera did for it. */
export interface OpenClick {
  reader: SeriesReader
  path: string
  /** Local time of the acquisition: "2025-12-29T14:32:15". */
  taken: string | undefined
  exposureSeconds: number | undefined
  /** "excitation 500, emission 620"; '' when the text names no filters. */
  filters: string
}

const most = 1000

/**
 * The folder of the sequence that a click belongs to: that which holds SequenceInfo.txt, or is named as the vendor's program
 * names them (`..._SEQ`).
 */
export function sequenceFolder(path: string, find: (path: string) => string | undefined): string | undefined {
  const click = folderOf(path)
  const above = click === '' ? '' : folderOf(click.slice(0, -1))
  const isNamed = /_SEQ$/i.test(nameOf(above.slice(0, -1)))
  return above !== '' && (isNamed || find(`${above}SequenceInfo.txt`) !== undefined) ? above : undefined
}

/**
 * Pictures of one sequence as one image: over filters when these change from click to click, else over time.
 * @throws ImagingError 'unsupported', 'too-large'
 */
export function joinClicks(given: readonly OpenClick[]): Pick<SeriesReader, 'header' | 'plane' | 'direct'> {
  if (given.length > most)
    throw new ImagingError('too-large', `The sequence has ${given.length} clicks; more than ${most} are not read.`)
  const clicks = given.toSorted(inOrder)
  const [first] = clicks as [OpenClick, ...OpenClick[]]
  const { header } = first.reader
  const alien = clicks.find(({ reader }) => !isAlike(reader.header, header))
  if (alien || planeCount(header) !== 1)
    throw new ImagingError(
      'unsupported',
      `${(alien ?? first).path} is no single picture like the others of its sequence.`,
    )
  const isSpectral = new Set(clicks.map(({ filters }) => filters)).size === clicks.length && first.filters !== ''
  const times = isSpectral ? null : timesOf(clicks)
  const warnings = [...new Set(clicks.flatMap(({ reader }) => reader.header.warnings))]
  if (!isSpectral && !times)
    warnings.push('The times of the clicks are not all stated; they are in the order of their names.')
  return {
    header: {
      ...header,
      shape: { ...header.shape, t: isSpectral ? 1 : clicks.length, c: isSpectral ? clicks.length : 1 },
      frames: times,
      channels: isSpectral ? clicks.map(({ filters }) => ({ label: filters })) : null,
      warnings,
    },
    plane: async (k) => {
      const click = clicks[k]
      if (click && Number.isInteger(k)) return click.reader.plane(0)
      throw new ImagingError(
        'truncated',
        `The sequence has ${clicks.length} pictures, 0 to ${clicks.length - 1}; there is no ${k}.`,
      )
    },
    direct: () => null,
  }
}

const inOrder = (a: OpenClick, b: OpenClick): number =>
  a.taken !== undefined && b.taken !== undefined && a.taken !== b.taken
    ? a.taken < b.taken
      ? -1
      : 1
    : a.path.localeCompare(b.path, 'en', { numeric: true })

const isAlike = (a: Header, b: Header): boolean =>
  a.shape.x === b.shape.x &&
  a.shape.y === b.shape.y &&
  a.sampleType === b.sampleType &&
  a.samplesPerPixel === b.samplesPerPixel &&
  a.unit === b.unit &&
  a.spacing?.[0] === b.spacing?.[0]

/** Null unless every click has a time later than that before it. */
function timesOf(clicks: readonly OpenClick[]): Header['frames'] {
  const seconds = clicks.map(({ taken }) => Date.parse(`${taken}Z`) / 1000)
  if (seconds.some((at, i) => !Number.isFinite(at) || (i > 0 && at <= seconds[i - 1]!))) return null
  const startSeconds = seconds.map((at) => at - seconds[0]!)
  const gap = (i: number) =>
    (startSeconds[i + 1] ?? startSeconds[i]! * 2 - (startSeconds[i - 1] ?? 0)) - startSeconds[i]!
  return { startSeconds, durationSeconds: clicks.map(({ exposureSeconds }, i) => exposureSeconds ?? gap(i)) }
}
