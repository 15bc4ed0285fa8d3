import type { Samples } from '../samples.ts'
import { finiteValues, type ValueScale } from './values.ts'

/** Equally wide bins from `low` to `high`, both in the unit of the values; a value at `high` is in the last bin. */
export interface Histogram {
  low: number
  high: number
  counts: number[]
  /** Values below `low` and above `high`. */
  below: number
  above: number
}

/**
 * Counts values in bins, row by row.
 * @param low  lower end of the first bin
 * @param high upper end of the last bin, at least `low`
 * @param bins number of bins, at least 1
 */
export function createHistogram(scale: ValueScale, low: number, high: number, bins: number) {
  const valuesOf = finiteValues(scale)
  const counts = new Float64Array(bins)
  let below = 0
  let above = 0
  // Halves, because the width of the range may be beyond a double.
  const width = high / 2 - low / 2

  return {
    /** Adds stored samples of plane k. */
    add(k: number, row: Samples): void {
      const values = valuesOf(k, row)
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!
        if (value < low) below++
        else if (value > high) above++
        else if (value === high) counts[bins - 1]!++
        else counts[Math.min(bins - 1, Math.floor(((value / 2 - low / 2) / width) * bins))]!++
      }
    },
    result: (): Histogram => ({ low, high, counts: [...counts], below, above }),
  }
}
