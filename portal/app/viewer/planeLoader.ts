/** Planes of the open series in memory: fetched by one worker, in the order in which they are needed, within a budget. */
import type { SeriesHeader } from './contract.ts'
import { chunksByNeed, chunksOfTime, planMemory, type Focus, type PlaneGrid } from './memoryPlan.ts'
import type { Order, Outcome } from './planes.worker.ts'
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

/** The planes of one series that are in memory. */
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
  readonly #followers = new Set<() => void>()

  /** @param byPlane nearness counts in planes instead of time points: stacks, and volumes too large to hold */
  constructor(header: SeriesHeader, byPlane: boolean) {
    this.header = header
    this.plan = samplePlan(header)
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

  /** Part of a time point (of a plane, where nearness counts in planes) that is in memory, 0..1. */
  loaded(c: number, t: number): number {
    const { first, last } = chunksOfTime(this.grid, c, t)
    let held = 0
    for (let chunk = first; chunk <= last; chunk++) if (this.chunks.has(chunk)) held++
    return held / (last - first + 1)
  }

  /** What of the series is looked at: channel, time point, plane of the time point. */
  lookAt(c: number, t: number, z: number): void {
    const byPlane = this.grid.shape.t !== this.header.shape.t
    this.focus = byPlane ? { c, t: t * this.header.shape.z + z, z: 0 } : { c, t, z }
  }

  needs() {
    return chunksByNeed(this.grid, this.focus)
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
    this.changed()
  }

  drop(chunk: number): void {
    if (!this.chunks.delete(chunk)) return
    this.onDrop(this.planesOf(chunk))
    this.changed()
  }

  clear(): void {
    for (const chunk of this.chunks.keys()) this.drop(chunk)
  }
}

/** What of a Worker the loader uses. */
export interface PlaneWorker {
  postMessage(order: Order): void
  addEventListener(type: 'message', listener: (event: { data: Outcome }) => void): void
  terminate(): void
}

/** Requests at a time: from two on, the browser's own copying is the limit. */
const parallel = 2
const longestPauseMilliseconds = 15_000

export class PlaneLoader {
  readonly #worker: PlaneWorker
  readonly #budgetBytes: number
  #sources: PlaneSource[] = []
  #shown = 0
  readonly #running = new Map<number, { source: PlaneSource; chunk: number; aborted: boolean }>()
  #nextId = 1
  #failures = 0
  #pause: ReturnType<typeof setTimeout> | null = null
  #closed = false

  constructor(worker: PlaneWorker, budgetBytes: number) {
    this.#worker = worker
    this.#budgetBytes = budgetBytes
    worker.addEventListener('message', ({ data }) => this.#settle(data))
  }

  /**
   * The series to hold planes of, the most important first; planes of others are dropped.
   * @param shown how many of them, from the first, are on screen
   */
  hold(sources: readonly PlaneSource[], shown: number): void {
    const gone = this.#sources.filter((source) => !sources.includes(source))
    this.#sources = [...sources]
    this.#shown = shown
    for (const source of gone) source.clear()
    this.update()
  }

  /** Fetches what is missing and drops what is too far away; called when the focus of a source has moved. */
  update(): void {
    if (this.#closed) return
    const sources = this.#sources
    const held = planMemory(
      sources.map((source, n) => ({
        needs: source.needs(),
        shown: n < this.#shown,
        bytesOf: (chunk) => source.bytesOf(chunk),
      })),
      this.#budgetBytes,
    )
    this.#release(sources.map((_, n) => new Set(held.flatMap(({ demand, chunk }) => (demand === n ? [chunk] : [])))))
    if (this.#pause) return
    let waited = false
    for (const { demand, chunk, onScreen } of held) {
      if (this.#running.size >= parallel) return
      const source = sources[demand]!
      // What a person waits for has the line for itself.
      if (onScreen) waited ||= !source.chunks.has(chunk) && !source.problem
      else if (waited) return
      if (source.chunks.has(chunk) || source.problem?.kind === 'refused' || this.#isRunning(source, chunk)) continue
      this.#fetch(source, chunk)
    }
  }

  /** Tries again at once what failed. */
  retry(): void {
    if (this.#pause) clearTimeout(this.#pause)
    this.#pause = null
    for (const source of this.#sources) {
      if (!source.problem) continue
      source.problem = null
      source.changed()
    }
    this.update()
  }

  /** Stops all requests and lets go of all planes. */
  close(): void {
    this.#closed = true
    if (this.#pause) clearTimeout(this.#pause)
    this.#worker.terminate()
    for (const source of this.#sources) source.clear()
    this.#sources = []
    this.#running.clear()
  }

  #release(held: Set<number>[]): void {
    this.#sources.forEach((source, n) => {
      for (const chunk of source.chunks.keys()) if (!held[n]!.has(chunk)) source.drop(chunk)
    })
    for (const [id, job] of this.#running) {
      if (held[this.#sources.indexOf(job.source)]?.has(job.chunk)) continue
      if (!job.aborted) this.#worker.postMessage({ kind: 'abort', id })
      job.aborted = true
    }
  }

  #isRunning(source: PlaneSource, chunk: number): boolean {
    return [...this.#running.values()].some((job) => job.source === source && job.chunk === chunk && !job.aborted)
  }

  #fetch(source: PlaneSource, chunk: number): void {
    const id = this.#nextId++
    const { header, plan } = source
    const { first, count } = source.planesOf(chunk)
    this.#running.set(id, { source, chunk, aborted: false })
    this.#worker.postMessage({
      kind: 'fetch',
      id,
      address: `/api/v1/series/${header.seriesId}/r/${header.revision}/chunks/${chunk}`,
      byteCount: count * header.planeBytes,
      firstPlane: first,
      plan,
    })
  }

  #settle(outcome: Outcome): void {
    const job = this.#running.get(outcome.id)
    this.#running.delete(outcome.id)
    if (!job || this.#closed) return
    if (outcome.kind === 'ready' && !job.aborted && this.#sources.includes(job.source)) {
      this.#failures = 0
      job.source.put(job.chunk, outcome.samples)
    } else if (outcome.kind === 'lost' || outcome.kind === 'refused') {
      job.source.problem = { kind: outcome.kind, message: outcome.message }
      job.source.changed()
      if (outcome.kind === 'lost') this.#wait()
    }
    this.update()
  }

  #wait(): void {
    if (this.#pause) return
    const milliseconds = Math.min(1000 * 2 ** this.#failures, longestPauseMilliseconds)
    this.#failures += 1
    this.#pause = setTimeout(() => {
      this.#pause = null
      this.update()
    }, milliseconds)
  }
}
