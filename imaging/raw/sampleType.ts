import { sampleBytes } from '../header.ts'
import type { SampleType } from '../header.ts'

/** Types that files hold; 64-bit integers are served as float64. */
export type StoredType = SampleType | 'int64' | 'uint64'

export const storedBytes: Record<StoredType, number> = { ...sampleBytes, int64: 8, uint64: 8 }

export const isWide = (stored: StoredType): stored is 'int64' | 'uint64' => stored === 'int64' || stored === 'uint64'

/**
 * The type in which stored samples are served.
 * @param warnings gets a sentence when values can lose precision
 */
export function servedType(stored: StoredType, warnings: string[]): SampleType {
  if (!isWide(stored)) return stored
  warnings.push('64-bit integers are served as float64; values beyond 9,007,199,254,740,992 are rounded.')
  return 'float64'
}
