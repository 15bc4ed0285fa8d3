/** The values in a segment. */
import type { Vec3 } from '../geometry.ts'

export interface LabelStatistics {
  /** Voxels of the segment. */
  count: number
  /** Those whose value is a finite number and in memory. */
  values: number
  mean: number
  /** Of the sample (n - 1); 0 for a single voxel. */
  standardDeviation: number
}

/** @param valueAt value of a voxel; null while it is not in memory, three numbers for colours, which are not measured */
export function statisticsOfLabels(
  labels: Uint8Array,
  label: number,
  { x, y }: { x: number; y: number },
  valueAt: (index: Vec3) => number | readonly number[] | null,
): LabelStatistics {
  let [count, values, mean, squares] = [0, 0, 0, 0]
  for (let at = labels.indexOf(label); at >= 0; at = labels.indexOf(label, at + 1)) {
    count += 1
    const value = valueAt([at % x, Math.floor(at / x) % y, Math.floor(at / (x * y))])
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    values += 1
    const difference = value - mean
    mean += difference / values
    squares += difference * (value - mean)
  }
  return { count, values, mean, standardDeviation: values > 1 ? Math.sqrt(squares / (values - 1)) : 0 }
}
