import { planeBytes, planeCount } from '#imaging/header.ts'
import type { Header } from '#imaging/header.ts'

/** Small time points are gathered up to this size, large ones are cut down to twice of it. */
const chunkBytes = 8 * 2 ** 20
const timePointLimit = 32 * 2 ** 20

/** The fixed grid in which planes are sent: `planes` in each chunk, the last one may have fewer. */
export interface Chunks {
  planes: number
  count: number
}

/**
 * Whole time points of one channel when they are of a handy size (8 to 32 MiB), several of them when they are small,
 * equal parts of them when they are large. At least one plane.
 */
export function chunksOf(header: Header): Chunks {
  const all = planeCount(header)
  const timePoint = header.shape.z * planeBytes(header)
  const several = header.shape.z * Math.max(1, Math.round(chunkBytes / timePoint))
  const parts = Math.ceil(timePoint / (2 * chunkBytes))
  const planes = Math.min(all, timePoint <= timePointLimit ? several : Math.ceil(header.shape.z / parts))
  return { planes, count: Math.ceil(all / planes) }
}
