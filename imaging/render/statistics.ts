import type { Header, SampleType } from '../header.ts'
import { samplesOf } from '../samples.ts'
import type { Samples } from '../samples.ts'

/** What the values of an image are like, in value units (after slope and intercept). */
export interface Statistics {
  minimum: number
  maximum: number
  mean: number
  /** Range that holds all but the lowest and highest 1 % of the values. */
  percentile1: number
  percentile99: number
  /** Samples counted; values that are no finite number are left out. */
  count: number
}

const bins = 65536

/**
 * Collects statistics plane by plane in a histogram of fixed size. Its bins are powers of two wide and are joined in
 * pairs when a value lies outside, so no range has to be known before and the result does not depend on it.
 */
export function createStatistics(h: Pick<Header, 'sampleType' | 'slope' | 'intercept'>) {
  const histogram = createHistogram()
  const narrow = narrowTypes[h.sampleType]
  const stored = narrow && new Uint32Array(narrow.count)
  let held = 0 // samples in `stored`
  let slope = 1
  let intercept = 0

  /** Moves what was counted by stored value into the histogram of values. */
  function flush() {
    if (!stored) return
    for (let i = 0; i < stored.length; i++) {
      if (stored[i]! > 0) histogram.add(slope * (i + narrow.lowest) + intercept, stored[i]!)
    }
    stored.fill(0)
  }

  return {
    /** Adds plane k as served by a reader. */
    add(k: number, plane: Uint8Array): void {
      const samples = samplesOf(h.sampleType, plane)
      const [nextSlope, nextIntercept] = [h.slope[k] ?? h.slope[0]!, h.intercept[k] ?? h.intercept[0]!]
      // Counters are 32 bits wide.
      if (nextSlope !== slope || nextIntercept !== intercept || (stored && held + samples.length > 2 ** 32 - 1)) {
        flush()
        held = 0
      }
      slope = nextSlope
      intercept = nextIntercept
      if (stored) {
        // Counting the few possible stored values is several times faster than scaling each sample.
        const { lowest } = narrow
        for (let i = 0; i < samples.length; i++) stored[samples[i]! - lowest]!++
        held += samples.length
      } else {
        for (let i = 0; i < samples.length; i++) histogram.add(slope * samples[i]! + intercept, 1)
      }
    },
    /** The statistics so far; null before the first finite value. */
    result(): Statistics | null {
      flush()
      held = 0
      return histogram.result()
    },
  }
}

/** Types with few enough values to be counted one by one. */
const narrowTypes: Partial<Record<SampleType, { lowest: number; count: number }>> = {
  uint8: { lowest: 0, count: 256 },
  int8: { lowest: -128, count: 256 },
  uint16: { lowest: 0, count: 65536 },
  int16: { lowest: -32768, count: 65536 },
}

/**
 * Values below which the given fractions (0 to 1) of the finite samples lie; null when there are none.
 * Exact to 1/32768 of the range.
 */
export function percentiles<const F extends readonly number[]>(
  samples: Samples,
  fractions: F,
): { -readonly [K in keyof F]: number } | null {
  const histogram = createHistogram()
  for (let i = 0; i < samples.length; i++) histogram.add(samples[i]!, 1)
  const found = fractions.map((fraction) => histogram.percentile(fraction))
  return histogram.result() && (found as { -readonly [K in keyof F]: number })
}

function createHistogram() {
  const counts = new Float64Array(bins)
  let width = 1 // of a bin, a power of two
  let base = 0 // bin i holds values from (base + i) * width
  let count = 0
  let sum = 0
  let minimum = Infinity
  let maximum = -Infinity

  const binOf = (value: number) => Math.floor(value / width) - base

  function start(value: number) {
    // A first 0 says nothing about the scale of the rest: begin fine, joining is cheap.
    width = value === 0 ? 2 ** -1000 : 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - 15, -1000)
    base = Math.floor(value / width) - bins / 2
  }

  /** Makes room for minimum and maximum: shifts the window when they fit, else joins bins first. */
  function fit() {
    for (;;) {
      const low = Math.floor(minimum / width)
      const high = Math.floor(maximum / width)
      if (high - low < bins) {
        if (low < base || high - base >= bins) shift(low - base)
        return
      }
      // As many doublings as the range asks for, at least one; halves first, because the range itself may overflow.
      const doublings = Math.log2(maximum / 2 - minimum / 2) + 1 - Math.log2(width) - Math.log2(bins)
      const factor = 2 ** Math.min(Math.max(Math.ceil(doublings), 1), 1000)
      const from = Math.floor(base / factor)
      const joined = new Float64Array(bins)
      for (let i = 0; i < bins; i++) {
        if (counts[i]! > 0) joined[Math.floor((base + i) / factor) - from]! += counts[i]!
      }
      counts.set(joined)
      base = from
      width *= factor
    }
  }

  /** Moves the window so that bin 0 holds `minimum`; what is counted lies between minimum and maximum and stays inside. */
  function shift(moved: number) {
    if (moved < 0) {
      counts.copyWithin(Math.min(-moved, bins), 0)
      counts.fill(0, 0, Math.min(-moved, bins))
    } else {
      counts.copyWithin(0, moved)
      counts.fill(0, Math.max(bins - moved, 0))
    }
    base += moved
  }

  function percentile(fraction: number): number {
    const target = fraction * count
    let seen = 0
    for (let i = 0; i < bins; i++) {
      if (counts[i] === 0) continue
      seen += counts[i]!
      if (seen >= target) return Math.min(Math.max((base + i) * width, minimum), maximum)
    }
    return maximum
  }

  return {
    add(value: number, times: number) {
      if (!Number.isFinite(value)) return
      if (count === 0) start(value)
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
      let bin = binOf(value)
      if (bin < 0 || bin >= bins) {
        fit()
        bin = binOf(value)
      }
      counts[bin]! += times
      count += times
      sum += value * times
    },
    percentile,
    result: (): Statistics | null =>
      count === 0
        ? null
        : {
            minimum,
            maximum,
            mean: sum / count,
            percentile1: percentile(0.01),
            percentile99: percentile(0.99),
            count,
          },
  }
}
