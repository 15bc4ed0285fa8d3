/** The planes of one series that are in memory, and what is looked at. */
import type { SeriesHeader } from './contract.ts'
import { chunksByNeed, chunksOfTime, planeIndex, type ChunkNeed, type Focus, type PlaneGrid } from './memoryPlan.ts'
import { drawnBytes, samplePlan, type SamplePlan, type Samples } from './samples.ts'

export interface SourceProblem {
  /** lost: tried again by itself; refused: stays until the person asks again. */
  kind: 'lost' | 'refused'
  message: string
}

interface Arrival {
  first: number
  count: number
}

export class PlaneSource {
  readonly header: SeriesHeader
  readonly plan: SamplePlan
  readonly grid: PlaneGrid
  focus: Focus = { c: 0, t: 0, z: 0 }
  problem: SourceProblem | null = null
  /** Counts every change, for views that follow it. */
  version = 0
  readonly chunks = new Map<number, Samples>()
  /** What becomes of planes that arrive and that are dropped. */
  onArrival: (planes: Arrival) => void = () => {}
  onDrop: (planes: Arrival) => void = () => {}
  /** The time point that is drawn from its reduced image; its samples are in the size of the planes. */
  reduced: { c: number; t: number; samples: Samples } | null = null
  /** Channels that are laid into each other; null: that of the focus alone. */
  channels: readonly number[] | null = null
  readonly byPlane: boolean
  readonly #followers = new Set<() => void>()

  /** @param byPlane nearness counts in planes instead of time points: stacks, and volumes too large to hold */
  constructor(header: SeriesHeader, byPlane: boolean) {
    this.header = header
    this.plan = samplePlan(header)
    this.byPlane = byPlane
    const { z, t, c } = header.shape
    this.grid = { shape: byPlane ? { z: 1, t: z * t, c } : { z, t, c }, planes: header.chunk.planes }
  }

  planesOf(chunk: number): Arrival {
    const first = chunk * this.header.chunk.planes
    return { first, count: Math.min(this.header.chunk.planes, this.header.planeCount - first) }
  }

  /** Bytes of a chunk in memory. */
  bytesOf(chunk: number): number {
    return this.planesOf(chunk).count * this.plan.samplesPerPlane * drawnBytes[this.plan.drawn]
  }

  /** Samples of a plane (a view, not a copy), or null while they are not in memory. */
  plane(k: number): Samples | null {
    const { planes } = this.header.chunk
    const samples = this.chunks.get(Math.floor(k / planes))
    const start = (k % planes) * this.plan.samplesPerPlane
    return samples?.subarray(start, start + this.plan.samplesPerPlane) ?? null
  }

  /** Samples to draw: those of the plane, or of the reduced image while it is not in memory. */
  drawable(k: number): Samples | null {
    const samples = this.plane(k)
    if (samples || !this.reduced) return samples
    const { c, t, samples: all } = this.reduced
    const start = (k - planeIndex(this.header.shape, { c, t, z: 0 })) * this.plan.samplesPerPlane
    return start >= 0 && start < all.length ? all.subarray(start, start + this.plan.samplesPerPlane) : null
  }

  isReduced(c: number, t: number): boolean {
    return this.reduced?.c === c && this.reduced.t === t
  }

  putReduced(c: number, t: number, samples: Samples): void {
    this.dropReduced()
    this.reduced = { c, t, samples }
    this.onArrival({ first: planeIndex(this.header.shape, { c, t, z: 0 }), count: this.header.shape.z })
    this.changed()
  }

  /** Lets go of the reduced image; planes of the image itself stay. */
  dropReduced(): void {
    if (!this.reduced) return
    const first = planeIndex(this.header.shape, { ...this.reduced, z: 0 })
    this.reduced = null
    for (let k = first; k < first + this.header.shape.z; k++) if (!this.plane(k)) this.onDrop({ first: k, count: 1 })
  }

  /** Bytes of a time point on the wire that are not here yet. */
  missingBytes(c: number, t: number): number {
    return (1 - this.loaded(c, t)) * this.header.shape.z * this.header.planeBytes
  }

  /** Part of a time point (of a plane, where nearness counts in planes) that is in memory, 0..1. */
  loaded(c: number, t: number): number {
    const { first, last } = chunksOfTime(this.grid, c, t)
    let held = 0
    for (let chunk = first; chunk <= last; chunk++) if (this.chunks.has(chunk)) held++
    return held / (last - first + 1)
  }

  /** What of the series is looked at: channel, time point, plane of the time point. */
  lookAt(c: number, t: number, z: number): void {
    this.focus = this.byPlane ? { c, t: t * this.header.shape.z + z, z: 0 } : { c, t, z }
  }

  needs(): ChunkNeed[] {
    const channels = this.channels ?? [this.focus.c]
    if (channels.length < 2) return chunksByNeed(this.grid, { ...this.focus, c: channels[0] ?? this.focus.c })
    const needs = new Map<number, ChunkNeed>()
    for (const c of channels) {
      for (const need of chunksByNeed(this.grid, { ...this.focus, c })) {
        const known = needs.get(need.chunk)
        if (!known || known.distance > need.distance) needs.set(need.chunk, need)
      }
    }
    return [...needs.values()].sort((a, b) => a.distance - b.distance)
  }

  follow(follower: () => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  changed(): void {
    this.version += 1
    for (const follower of this.#followers) follower()
  }

  put(chunk: number, samples: Samples): void {
    this.chunks.set(chunk, samples)
    this.problem = null
    this.onArrival(this.planesOf(chunk))
    if (this.reduced && this.loaded(this.reduced.c, this.reduced.t) === 1) this.reduced = null
    this.changed()
  }

  drop(chunk: number): void {
    if (!this.chunks.delete(chunk)) return
    this.onDrop(this.planesOf(chunk))
    this.changed()
  }

  clear(): void {
    this.dropReduced()
    for (const chunk of this.chunks.keys()) this.drop(chunk)
  }
}
