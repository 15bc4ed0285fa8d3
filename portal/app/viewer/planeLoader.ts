/** Planes of the open series: fetched by one worker, in the order in which they are needed, within a budget. */
import { planMemory, planeIndex } from './memoryPlan.ts'
import type { FetchOrder, Order, Outcome } from './planes.worker.ts'
import type { PlaneSource } from './planeSource.ts'
import { reducedFirst } from './reducedImage.ts'

/** What of a Worker the loader uses. */
export interface PlaneWorker {
  postMessage(order: Order): void
  addEventListener(type: 'message', listener: (event: { data: Outcome }) => void): void
  terminate(): void
}

/** Requests at a time: from two on, the browser's own copying is the limit. */
const parallel = 2
const longestPauseMilliseconds = 15_000

/** Planes on screen that take longer than this to come show that the link is slow, before any transfer has ended. */
const lateMilliseconds = 400

/** A request on its way: for a chunk, or for the reduced image of a time point. */
interface Job {
  source: PlaneSource
  what: { chunk: number } | { c: number; t: number }
  aborted: boolean
}

export class PlaneLoader {
  readonly #worker: PlaneWorker
  readonly #budgetBytes: number
  #sources: PlaneSource[] = []
  #shown = 0
  readonly #running = new Map<number, Job>()
  #nextId = 1
  #failures = 0
  #pause: ReturnType<typeof setTimeout> | null = null
  #closed = false
  #late: ReturnType<typeof setTimeout> | null = null
  #bytesPerSecond: number | null
  readonly #withoutReduced = new Set<PlaneSource>()

  /** @param bytesPerSecond of the link as measured so far; null when not */
  constructor(worker: PlaneWorker, budgetBytes: number, bytesPerSecond: number | null = null) {
    this.#worker = worker
    this.#bytesPerSecond = bytesPerSecond
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
    if (this.#fetchReduced()) return
    let waited = false
    for (const { demand, chunk, onScreen } of held) {
      if (this.#running.size >= parallel) return
      const source = sources[demand]!
      // What a person waits for has the line for itself.
      if (onScreen) waited ||= !source.chunks.has(chunk) && !source.problem
      else if (waited) return
      if (source.chunks.has(chunk) || source.problem?.kind === 'refused' || this.#isRunning(source, chunk)) continue
      if (onScreen) this.#watch(source)
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
    if (this.#late) clearTimeout(this.#late)
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
      const { what, source } = job
      const n = this.#sources.indexOf(source)
      if ('chunk' in what) {
        if (held[n]?.has(what.chunk)) continue
      } else if (n >= 0 && n < this.#shown && what.c === source.focus.c && what.t === source.focus.t) continue
      if (!job.aborted) this.#worker.postMessage({ kind: 'abort', id })
      job.aborted = true
    }
  }

  #isRunning(source: PlaneSource, chunk: number): boolean {
    return [...this.#running.values()].some(
      (job) => job.source === source && !job.aborted && 'chunk' in job.what && job.what.chunk === chunk,
    )
  }

  /** Reduced images come before the planes where these take long. Returns whether one is on its way. */
  #fetchReduced(): boolean {
    for (const source of this.#sources.slice(0, this.#shown)) {
      const { header, focus, plan } = source
      const { c, t } = focus
      const image = header.coarse
      if (!image || source.byPlane || source.problem || source.isReduced(c, t) || this.#withoutReduced.has(source))
        continue
      const missing = source.missingBytes(c, t)
      if (!reducedFirst(missing, image.bytes, this.#bytesPerSecond)) continue
      const running = [...this.#running.values()]
      if (running.some((job) => job.source === source && !job.aborted && 't' in job.what && job.what.t === t)) continue
      const { x, y, z } = header.shape
      this.#order({ source, what: { c, t }, aborted: false }, `coarse/${c * header.shape.t + t}`, {
        byteCount: image.bytes,
        firstPlane: planeIndex(header.shape, { c, t, z: 0 }),
        plan,
        reduced: { image, shape: { x, y, z } },
      })
    }
    return [...this.#running.values()].some((job) => 't' in job.what && !job.aborted)
  }

  /** What does not come in time shows how slow the link is, before the first transfer has ended. */
  #watch(source: PlaneSource): void {
    if (this.#late || !source.header.coarse || source.byPlane) return
    this.#late = setTimeout(() => {
      this.#late = null
      const { c, t } = source.focus
      const missing = source.missingBytes(c, t)
      if (missing === 0) return
      this.#bytesPerSecond = Math.min(this.#bytesPerSecond ?? Infinity, missing / (lateMilliseconds / 1000) / 4)
      this.update()
    }, lateMilliseconds)
  }

  #fetch(source: PlaneSource, chunk: number): void {
    const { header, plan } = source
    const { first, count } = source.planesOf(chunk)
    const byteCount = count * header.planeBytes
    this.#order({ source, what: { chunk }, aborted: false }, `chunks/${chunk}`, { byteCount, firstPlane: first, plan })
  }

  #order(job: Job, part: string, order: Omit<FetchOrder, 'kind' | 'id' | 'address'>): void {
    const id = this.#nextId++
    const { seriesId, revision } = job.source.header
    this.#running.set(id, job)
    const address = `/api/v1/series/${seriesId}/r/${revision}/${part}`
    this.#worker.postMessage({ kind: 'fetch', id, address, ...order })
  }

  #settle(outcome: Outcome): void {
    const job = this.#running.get(outcome.id)
    this.#running.delete(outcome.id)
    if (!job || this.#closed) return
    if (outcome.kind === 'ready' && !job.aborted && this.#sources.includes(job.source)) {
      this.#failures = 0
      this.#bytesPerSecond = outcome.bytesPerSecond ?? this.#bytesPerSecond
      if ('chunk' in job.what) job.source.put(job.what.chunk, outcome.samples)
      else if (job.source.missingBytes(job.what.c, job.what.t) > 0) {
        job.source.putReduced(job.what.c, job.what.t, outcome.samples)
      }
    } else if (outcome.kind === 'refused' && !('chunk' in job.what)) {
      // The planes are there without it.
      this.#withoutReduced.add(job.source)
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
