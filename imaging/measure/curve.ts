import type { Header } from '../header.ts'
import { createMoments, type Moments } from './moments.ts'
import { lengthOf, regionVolume, type Region, type Rows } from './region.ts'

/** One time point of a curve. */
export interface CurvePoint extends Moments {
  /** Index of the time point. */
  t: number
  /** Seconds, as in `Header.frames`; null when not known. */
  startSeconds: number | null
  durationSeconds: number | null
}

export interface RegionCurve {
  /** `Header.unit`: '' when not known. */
  unit: string
  /** See `regionVolume`. */
  volumeCubicMillimetres: number | null
  points: CurvePoint[]
}

/**
 * What the values of a region are like at each of its time points: of a PET image in Bq/mL, a time-activity curve.
 * Values stay as they are stored: no correction for decay is made or undone.
 */
export function regionCurve(
  header: Pick<Header, 'shape' | 'slope' | 'intercept' | 'spacing' | 'direction' | 'unit' | 'frames'>,
  region: Region,
  rows: Rows,
): RegionCurve {
  const { shape, frames, unit } = header
  const [first] = region.t
  const moments = Array.from({ length: lengthOf(region.t) }, () => createMoments(header))
  rows((k, row) => moments[(Math.floor(k / shape.z) % shape.t) - first]!.add(k, row))
  const seconds = (all: readonly number[] | undefined, t: number): number | null => {
    const known = all?.[t]
    return known !== undefined && Number.isFinite(known) ? known : null
  }
  return {
    unit,
    volumeCubicMillimetres: regionVolume(header, region),
    points: moments.map((each, i) => ({
      t: first + i,
      startSeconds: seconds(frames?.startSeconds, first + i),
      durationSeconds: seconds(frames?.durationSeconds, first + i),
      ...each.result(),
    })),
  }
}
