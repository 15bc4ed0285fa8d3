/** The drawings of the page: undone and redone step by step, and kept with their series for those who may. */
import type { Drawn } from './drawn.ts'
import type { Keeper, Kept } from './keeper.ts'

/** One step: what a drawing was and what it became; null for not there. */
interface Step {
  before: Drawn | null
  after: Drawn | null
}

export type SaveState = 'kept' | 'saving' | 'not kept' | { problem: string }

const mostSteps = 200
const pauseMilliseconds = 600

export class AnnotationStore {
  #all: readonly Drawn[] = []
  #done: Step[][] = []
  #undone: Step[][] = []
  readonly #followers = new Set<() => void>()
  /** Records behind the drawings, by key. */
  readonly #kept = new Map<string, Kept>()
  readonly #states = new Map<string, SaveState>()
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #chains = new Map<string, Promise<void>>()
  #keeperOf: (seriesId: string) => Keeper | null = () => null
  #version = 0

  /** @param keeperOf keeps the drawings of a series; null when this person cannot */
  keepWith(keeperOf: (seriesId: string) => Keeper | null): void {
    this.#keeperOf = keeperOf
  }

  /** Rises with each change, for those who follow. */
  get version(): number {
    return this.#version
  }

  get all(): readonly Drawn[] {
    return this.#all
  }

  get canUndo(): boolean {
    return this.#done.length > 0
  }

  get canRedo(): boolean {
    return this.#undone.length > 0
  }

  follow = (follower: () => void): (() => void) => {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  find(key: string): Drawn | undefined {
    return this.#all.find((one) => one.key === key)
  }

  /** What is known of the record of a drawing. */
  keptOf(key: string): Kept | undefined {
    return this.#kept.get(key)
  }

  stateOf(key: string): SaveState {
    return this.#states.get(key) ?? 'not kept'
  }

  /** Whether something that should be kept is not yet. */
  get busy(): boolean {
    return this.#timers.size > 0 || [...this.#states.values()].includes('saving')
  }

  /** Drawings that were kept before; no step that could be undone. */
  load(loaded: readonly { drawn: Drawn; kept: Kept }[]): void {
    for (const { drawn, kept } of loaded) {
      this.#kept.set(drawn.key, kept)
      this.#states.set(drawn.key, 'kept')
    }
    const keys = new Set(loaded.map(({ drawn }) => drawn.key))
    this.#all = [...this.#all.filter((one) => !keys.has(one.key)), ...loaded.map(({ drawn }) => drawn)]
    this.#tell()
  }

  /** Lets go of the drawings of a series, as when it is closed. */
  unload(seriesId: string): void {
    const keeper = this.#keeperOf(seriesId)
    for (const { key } of this.#all.filter((one) => one.seriesId === seriesId && this.#timers.has(one.key)))
      if (keeper) this.#write(key, keeper)
    this.#all = this.#all.filter((one) => one.seriesId !== seriesId)
    const gone = (steps: Step[]) => steps.every(({ before, after }) => (before ?? after)!.seriesId !== seriesId)
    this.#done = this.#done.filter(gone)
    this.#undone = this.#undone.filter(gone)
    this.#tell()
  }

  /** Makes new drawings, changes or removes others: one step, undone as one. */
  change(steps: readonly Step[]): void {
    const real = steps.filter(({ before, after }) => before !== after)
    if (real.length === 0) return
    this.#done = [...this.#done, real].slice(-mostSteps)
    this.#undone = []
    this.#apply(real)
  }

  add(drawn: Drawn): void {
    this.change([{ before: null, after: drawn }])
  }

  update(key: string, patch: Partial<Drawn>): void {
    const before = this.find(key)
    if (before) this.change([{ before, after: { ...before, ...patch } }])
  }

  remove(keys: readonly string[]): void {
    this.change(keys.flatMap((key) => (this.find(key) ? [{ before: this.find(key)!, after: null }] : [])))
  }

  undo(): void {
    const steps = this.#done.pop()
    if (!steps) return
    this.#undone.push(steps)
    this.#apply(steps.map(({ before, after }) => ({ before: after, after: before })))
  }

  redo(): void {
    const steps = this.#undone.pop()
    if (!steps) return
    this.#done.push(steps)
    this.#apply(steps)
  }

  #apply(steps: readonly Step[]): void {
    for (const { before, after } of steps) {
      const { key } = (before ?? after)!
      const at = this.#all.findIndex((one) => one.key === key)
      if (!after) this.#all = this.#all.filter((one) => one.key !== key)
      else this.#all = at < 0 ? [...this.#all, after] : this.#all.with(at, after)
      this.#keep(key, (before ?? after)!.seriesId)
    }
    this.#tell()
  }

  /** Keeps what a drawing is after a pause, one write after the other. */
  #keep(key: string, seriesId: string): void {
    const keeper = this.#keeperOf(seriesId)
    if (!keeper) return
    this.#states.set(key, 'saving')
    clearTimeout(this.#timers.get(key))
    this.#timers.set(
      key,
      setTimeout(() => this.#write(key, keeper), pauseMilliseconds),
    )
  }

  #write(key: string, keeper: Keeper): void {
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    const drawn = this.find(key) ?? null
    const work = async () => {
      const kept = this.#kept.get(key)
      try {
        const now = await keeper.keep(drawn, kept)
        if (now) this.#kept.set(key, now)
        if (!this.#timers.has(key)) this.#states.set(key, 'kept')
      } catch (error) {
        this.#states.set(key, { problem: (error as Error).message })
      }
      this.#tell()
    }
    const chain = (this.#chains.get(key) ?? Promise.resolve()).then(work)
    this.#chains.set(key, chain)
  }

  /** Writes at once what waits, and answers when all is written. */
  async flush(): Promise<void> {
    for (const [key, timer] of this.#timers) {
      clearTimeout(timer)
      const seriesId = this.find(key)?.seriesId ?? this.#kept.get(key)?.seriesId
      const keeper = seriesId ? this.#keeperOf(seriesId) : null
      if (keeper) this.#write(key, keeper)
      else this.#timers.delete(key)
    }
    await Promise.all(this.#chains.values())
  }

  #tell(): void {
    this.#version += 1
    for (const follower of this.#followers) follower()
  }
}
