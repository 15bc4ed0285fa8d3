import type { Samples } from '../samples.ts'
import { finiteValues, type ValueScale } from './values.ts'

/** What values are like, in their own unit. Null: there is no finite value, or the number is beyond what a double holds. */
export interface Moments {
  /** Values that count. */
  count: number
  /** Values that do not: NaN and infinities. */
  notFinite: number
  mean: number | null
  /** Of the sample (n - 1); 0 for a single value. */
  standardDeviation: number | null
  minimum: number | null
  maximum: number | null
  sum: number | null
}

/**
 * Collects moments row by row. Squared differences are taken from the mean of each row and rows are joined by their
 * means (Chan, Golub, LeVeque 1983), so that large values that are close together lose no digits.
 */
export function createMoments(scale: ValueScale) {
  const valuesOf = finiteValues(scale)
  let count = 0
  let notFinite = 0
  let sum = 0
  let mean = 0
  let squares = 0
  let minimum = Infinity
  let maximum = -Infinity

  return {
    /** Adds stored samples of plane k. */
    add(k: number, row: Samples): void {
      const values = valuesOf(k, row)
      const n = values.length
      notFinite += row.length - n
      if (n === 0) return
      let rowSum = 0
      for (let i = 0; i < n; i++) {
        const value = values[i]!
        rowSum += value
        if (value < minimum) minimum = value
        if (value > maximum) maximum = value
      }
      const rowMean = rowSum / n
      let rowSquares = 0
      for (let i = 0; i < n; i++) rowSquares += (values[i]! - rowMean) ** 2
      const difference = rowMean - mean
      const joined = count + n
      squares += rowSquares + difference ** 2 * ((count * n) / joined)
      mean += difference * (n / joined)
      sum += rowSum
      count = joined
    },
    result(): Moments {
      const known = (value: number): number | null => (count > 0 && Number.isFinite(value) ? value : null)
      return {
        count,
        notFinite,
        mean: known(mean),
        standardDeviation: known(count > 1 ? Math.sqrt(squares / (count - 1)) : 0),
        minimum: known(minimum),
        maximum: known(maximum),
        sum: known(sum),
      }
    },
  }
}
