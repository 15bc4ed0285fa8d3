import type { Header } from '../header.ts'
import { createHistogram, type Histogram } from './histogram.ts'
import { createMoments, type Moments } from './moments.ts'
import { regionVolume, type Region, type Rows } from './region.ts'

export interface RegionStatistics extends Moments {
  /** `Header.unit`: '' when not known. */
  unit: string
  /** See `regionVolume`. */
  volumeCubicMillimetres: number | null
  /** Null when there is no finite value and no range was asked for. */
  histogram: Histogram | null
}

/**
 * Statistics and histogram of all values of a region. Goes over the rows twice: bins can be placed only when minimum and
 * maximum are known, or are asked for.
 * @param bins  number of bins
 * @param range ends of the histogram in the unit of the values; null: minimum and maximum
 */
export function regionStatistics(
  header: Pick<Header, 'shape' | 'slope' | 'intercept' | 'spacing' | 'direction' | 'unit'>,
  region: Region,
  rows: Rows,
  { bins, range }: { bins: number; range: readonly [low: number, high: number] | null },
): RegionStatistics {
  const moments = createMoments(header)
  rows((k, row) => moments.add(k, row))
  const found = moments.result()
  const [low, high] = range ?? [found.minimum, found.maximum]
  const histogram = low === null || high === null ? null : createHistogram(header, low, high, bins)
  if (histogram) rows((k, row) => histogram.add(k, row))
  return {
    unit: header.unit,
    volumeCubicMillimetres: regionVolume(header, region),
    ...found,
    histogram: histogram?.result() ?? null,
  }
}
