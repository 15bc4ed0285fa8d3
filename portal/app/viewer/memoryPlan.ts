/**
 * Which chunks of planes to hold in memory: the shown time point first, then the nearest ones, up to a budget. Whole
 * chunks are kept or dropped, because a view into a chunk keeps all of it alive.
 */
import type { Shape } from '#imaging/header.ts'

export interface PlaneGrid {
  shape: Pick<Shape, 'z' | 't' | 'c'>
  /** Planes of a chunk; the last one may have fewer. */
  planes: number
}

/** What is on screen: channel, time point and the plane that is looked at. */
export interface Focus {
  c: number
  t: number
  z: number
}

/** Plane index (imaging header: k = (c * t_count + t) * z_count + z). */
export const planeIndex = ({ z, t }: Pick<Shape, 'z' | 't'>, focus: Focus): number =>
  (focus.c * t + focus.t) * z + focus.z

/** First and last chunk that hold planes of a time point. */
export function chunksOfTime({ shape, planes }: PlaneGrid, c: number, t: number): { first: number; last: number } {
  const start = planeIndex(shape, { c, t, z: 0 })
  return { first: Math.floor(start / planes), last: Math.floor((start + shape.z - 1) / planes) }
}

export interface ChunkNeed {
  chunk: number
  /** Time points away from the one that is shown; 0 for chunks of the shown time point. */
  distance: number
}

/**
 * The chunks of a channel in the order in which they are needed: the shown time point from the plane that is looked at
 * outwards, then time points by distance, ahead before behind.
 */
export function chunksByNeed(grid: PlaneGrid, focus: Focus): ChunkNeed[] {
  const { shape, planes } = grid
  const first = chunksOfTime(grid, focus.c, 0).first
  const last = chunksOfTime(grid, focus.c, shape.t - 1).last
  const channelStart = focus.c * shape.t * shape.z
  const shown = planeIndex(shape, focus)
  const needs: (ChunkNeed & { behind: number; away: number })[] = []
  for (let chunk = first; chunk <= last; chunk++) {
    const start = Math.max(chunk * planes, channelStart)
    const end = Math.min((chunk + 1) * planes, channelStart + shape.t * shape.z) - 1
    const from = Math.floor((start - channelStart) / shape.z)
    const to = Math.floor((end - channelStart) / shape.z)
    const ahead = Math.max(from - focus.t, 0)
    const behind = Math.max(focus.t - to, 0)
    needs.push({
      chunk,
      distance: ahead + behind,
      behind: behind > 0 ? 1 : 0,
      away: Math.max(start - shown, shown - end, 0),
    })
  }
  return needs
    .sort((a, b) => a.distance - b.distance || a.behind - b.behind || a.away - b.away)
    .map(({ chunk, distance }) => ({ chunk, distance }))
}

export interface Demand {
  needs: readonly ChunkNeed[]
  /** On screen: its time point is held whatever it takes. */
  shown: boolean
  /** Bytes in memory, which may be more than on the wire. */
  bytesOf(chunk: number): number
}

export interface Held {
  /** Place of the series in the list of demands. */
  demand: number
  chunk: number
  onScreen: boolean
}

/**
 * What to hold, in the order in which to fetch it: the time points on screen, then the rest of the series in their
 * order as far as the budget goes, so the first should be the active one.
 */
export function planMemory(demands: readonly Demand[], budgetBytes: number): Held[] {
  let left = budgetBytes
  const take = (demand: number, chunk: number, onScreen: boolean): Held => {
    left -= demands[demand]!.bytesOf(chunk)
    return { demand, chunk, onScreen }
  }
  const isOnScreen = ({ shown }: Demand, { distance }: ChunkNeed) => shown && distance === 0
  const held = demands.flatMap((demand, n) =>
    demand.needs.filter((need) => isOnScreen(demand, need)).map(({ chunk }) => take(n, chunk, true)),
  )
  demands.forEach((demand, n) => {
    for (const need of demand.needs) {
      if (isOnScreen(demand, need)) continue
      // No gaps: a nearer time point that does not fit ends the window.
      if (demand.bytesOf(need.chunk) > left) break
      held.push(take(n, need.chunk, false))
    }
  })
  return held
}

/** A quarter of the device's memory, at most 1.5 GiB; browsers that do not tell get 1 GiB. */
export const memoryBudget = (deviceGiB: number | undefined): number => Math.min((deviceGiB ?? 4) / 4, 1.5) * 2 ** 30
