import { ImagingError } from '../errors.ts'
import type { Fact, FileEntry, FileScan, Format, SeriesReader } from '../format.ts'
import type { Header } from '../header.ts'
import { checkCost } from './axes.ts'
import type { Arrangement } from './axes.ts'
import { companionPaths, companionsIn } from './companions.ts'
import { checkPart, openData } from './data.ts'
import type { DataPlan } from './data.ts'
import { rawPlanes } from './planes.ts'
import { isWide, storedBytes } from './sampleType.ts'
import type { StoredType } from './sampleType.ts'

/** What a header says of an array of samples, whatever the format. */
export interface RawSeries {
  header: Header
  stored: StoredType
  littleEndian: boolean
  arrangement: Arrangement
  plan: DataPlan
  /** The data files in the words of the header; null when the samples follow the header in its own file. */
  names: readonly string[] | null
}

/**
 * Places a file whose header is described by `describe`; what is wrong with it becomes the problem of the series.
 * @param facts    found before, so that they outlive a problem
 * @param describe throws ImagingError when the header cannot be followed
 */
export function scanRaw(
  file: FileEntry,
  [find, source]: [Parameters<Format['scan']>[1], Parameters<Format['scan']>[3]?],
  facts: Fact[],
  describe: () => RawSeries,
): FileScan {
  const found: FileScan = { seriesKey: file.path, role: 'image', companions: [], facts }
  try {
    const { names, plan, arrangement } = describe()
    checkCost(arrangement.cost, plan.encoding)
    if (!names) {
      checkPart(plan, file.path, file.source.size)
      return found
    }
    found.companions.push(...companionPaths(file.path, names))
    for (const path of found.companions) {
      const held = source?.(find(path) ?? '')
      if (held) checkPart(plan, path, held.size)
    }
  } catch (error) {
    if (!(error instanceof ImagingError)) throw error
    found.problem = error
  }
  return found
}

/**
 * The planes of a series.
 * @param headerFile one of `files`
 * @throws ImagingError 'missing-companion', 'truncated' and what the data themselves give reason for
 */
export async function openRaw(
  series: RawSeries,
  headerFile: FileEntry,
  files: FileEntry[],
): Promise<Pick<SeriesReader, 'header' | 'plane' | 'direct'>> {
  const { header, stored, littleEndian, arrangement, plan, names } = series
  checkCost(arrangement.cost, plan.encoding)
  const paths = names && companionPaths(headerFile.path, names)
  const parts = paths ? companionsIn(headerFile.path, paths, files) : [headerFile]
  const { source, offset } = await openData(plan, parts)
  // Numbers written as text are made into samples of the type served.
  const isText = plan.encoding === 'text'
  const type = isText && isWide(stored) ? 'float64' : stored
  const size = storedBytes[type]
  const block = {
    source,
    stored: type,
    littleEndian: littleEndian || isText,
    steps: arrangement.steps,
    offsetOf: (k: number) => offset + arrangement.indexOf(k) * size,
  }
  const file = plan.encoding === 'raw' && parts.length === 1 ? files.indexOf(parts[0]!) : null
  return { header, ...rawPlanes(header, block, file) }
}
