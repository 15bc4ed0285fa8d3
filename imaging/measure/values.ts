import type { Header } from '../header.ts'
import type { Samples } from '../samples.ts'

/** What is needed of a header to turn stored samples into values. */
export type ValueScale = Pick<Header, 'slope' | 'intercept'>

/**
 * Makes values of stored samples: slope * stored + intercept of plane k, in the unit of the header. What is no finite
 * number is left out. The result is valid until the next call.
 */
export function finiteValues({ slope, intercept }: ValueScale): (k: number, row: Samples) => Float64Array {
  let held = new Float64Array(0)
  return (k, row) => {
    if (held.length < row.length) held = new Float64Array(row.length)
    const scale = slope[k] ?? slope[0]!
    const offset = intercept[k] ?? intercept[0]!
    let count = 0
    for (let i = 0; i < row.length; i++) {
      const value = scale * row[i]! + offset
      if (Number.isFinite(value)) held[count++] = value
    }
    return held.subarray(0, count)
  }
}
