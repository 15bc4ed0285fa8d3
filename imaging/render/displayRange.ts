import type { Header } from '../header.ts'
import type { Statistics } from './statistics.ts'

/** Least share of a recommended range that the values must cover; headers with foreign ranges are met in practice. */
const leastShare = 0.02

/**
 * The range to show at first: what the file recommends, unless the values hardly touch it; else the 1st to 99th
 * percentile, or the whole range when these coincide.
 */
export function displayRange(
  window: Header['window'],
  { minimum, maximum, percentile1, percentile99 }: Omit<Statistics, 'mean' | 'count'>,
): { low: number; high: number } {
  if (window) {
    const covered = Math.min(window.high, maximum) - Math.max(window.low, minimum)
    if (covered >= leastShare * (window.high - window.low)) return window
  }
  if (percentile99 > percentile1) return { low: percentile1, high: percentile99 }
  return { low: minimum, high: maximum > minimum ? maximum : minimum + 1 }
}
