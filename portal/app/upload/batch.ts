/**
 * Sends many files of one import: a few at a time, resumable, one file's failure never stops the others. Knows nothing
 * of the network or the page; both are given.
 */
import { Throughput } from './throughput.ts'

export interface ChosenFile {
  /** Relative to what was chosen, with '/'. */
  path: string
  file: File
}

export interface StoredFile {
  byteCount: number
  sha256: string | null
}

export interface SendOptions extends ChosenFile {
  sha256: string | undefined
  signal: AbortSignal
  /** Where a resumed file goes on: bytes that had arrived before. */
  onResumed: (offset: number) => void
  /** Bytes of this file that have arrived so far. */
  onProgress: (sentBytes: number) => void
}

/** Thrown by `send` when no further file can succeed either (signed out, import gone): the batch pauses. */
export class UploadStopped extends Error {}

export interface BatchTools {
  send: (options: SendOptions) => Promise<void>
  /** SHA-256 of a file in hex; undefined when it is too large for the browser or cannot be computed here. */
  digest: (file: File) => Promise<string | undefined>
  now: () => number
  /** All files have been tried; some may have failed. */
  onFinished: (state: BatchState) => void
}

export interface BatchState {
  phase: 'idle' | 'running' | 'paused' | 'finished' | 'cancelled'
  /** Folders are still being read, so the numbers grow. */
  reading: boolean
  fileCount: number
  byteCount: number
  doneFiles: number
  /** Bytes that have arrived, those of unfinished files included. */
  doneBytes: number
  /** Files that had arrived before and were not sent again. */
  skippedFiles: number
  sending: { path: string; sentBytes: number; byteCount: number }[]
  failed: { path: string; problem: string }[]
  /** Why the whole batch paused by itself. */
  stopped: string | null
  bytesPerSecond: number
  /** Null while the speed is not known. */
  secondsLeft: number | null
}

const parallel = 3

export class UploadBatch {
  #tools: BatchTools
  #waiting: ChosenFile[] = []
  #next = 0
  #known = new Map<string, number>()
  #stored = new Map<string, StoredFile>()
  #sending = new Map<string, { sentBytes: number; byteCount: number; abort: AbortController }>()
  /** Bytes that arrived of files that wait to go on. */
  #interrupted = new Map<string, number>()
  #failed = new Map<string, { chosen: ChosenFile; problem: string }>()
  #phase: BatchState['phase'] = 'idle'
  #reading = 0
  #stopped: string | null = null
  #fileCount = 0
  #byteCount = 0
  #doneFiles = 0
  #doneBytes = 0
  #skippedFiles = 0
  #speed = new Throughput()
  #listeners = new Set<() => void>()
  #state: BatchState | null = null

  constructor(tools: BatchTools) {
    this.#tools = tools
  }

  /** What the server already has; finished files are not sent again. */
  setStored(files: Iterable<[string, StoredFile]>): void {
    for (const [path, file] of files) this.#stored.set(path, file)
  }

  /** Adds files and starts. A path that is already part of the batch with the same size is left out. */
  add(files: readonly ChosenFile[]): void {
    for (const chosen of files) {
      const { path, file } = chosen
      const failed = this.#failed.delete(path)
      if (this.#known.get(path) === file.size && !failed) continue
      if (!failed) {
        this.#fileCount += 1
        this.#byteCount += file.size
      }
      this.#known.set(path, file.size)
      this.#waiting.push(chosen)
    }
    if (this.#phase === 'idle' || this.#phase === 'finished') this.#phase = 'running'
    this.#pump()
  }

  /**
   * Adds files as a folder is read; the batch is not finished before its end.
   * @throws what reading the folder throws; files read until then are sent
   */
  async feed(groups: AsyncIterable<readonly ChosenFile[]>): Promise<void> {
    this.#reading += 1
    try {
      for await (const group of groups) this.add(group)
    } finally {
      this.#reading -= 1
      this.add([])
    }
  }

  pause(): void {
    if (this.#phase !== 'running') return
    this.#phase = 'paused'
    for (const { abort } of this.#sending.values()) abort.abort()
    this.#changed()
  }

  resume(): void {
    if (this.#phase !== 'paused') return
    this.#phase = 'running'
    this.#stopped = null
    this.#speed.restart()
    this.#pump()
  }

  cancel(): void {
    this.#phase = 'cancelled'
    this.#waiting = []
    this.#next = 0
    this.#interrupted.clear()
    for (const { abort } of this.#sending.values()) abort.abort()
    this.#changed()
  }

  retryFailed(): void {
    const again = [...this.#failed.values()].map(({ chosen }) => chosen)
    this.#failed.clear()
    this.#waiting.push(...again)
    if (this.#phase === 'finished') this.#phase = 'running'
    this.#pump()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The same object until something changes. */
  state = (): BatchState => {
    this.#state ??= this.#describe()
    return this.#state
  }

  #describe(): BatchState {
    const sending = [...this.#sending].map(([path, { sentBytes, byteCount }]) => ({ path, sentBytes, byteCount }))
    const unfinished = [...sending.map(({ sentBytes }) => sentBytes), ...this.#interrupted.values()]
    const doneBytes = unfinished.reduce((sum, bytes) => sum + bytes, this.#doneBytes)
    const running = this.#phase === 'running'
    const bytesPerSecond = running ? this.#speed.bytesPerSecond(this.#tools.now()) : 0
    return {
      phase: this.#phase,
      reading: this.#reading > 0,
      fileCount: this.#fileCount,
      byteCount: this.#byteCount,
      doneFiles: this.#doneFiles,
      doneBytes,
      skippedFiles: this.#skippedFiles,
      sending,
      failed: [...this.#failed].map(([path, { problem }]) => ({ path, problem })),
      stopped: this.#stopped,
      bytesPerSecond,
      secondsLeft: bytesPerSecond > 0 ? (this.#byteCount - doneBytes) / bytesPerSecond : null,
    }
  }

  #changed(): void {
    this.#state = null
    for (const listener of this.#listeners) listener()
  }

  #pump(): void {
    while (this.#phase === 'running' && this.#sending.size < parallel && this.#next < this.#waiting.length) {
      const chosen = this.#waiting[this.#next] as ChosenFile
      this.#next += 1
      void this.#one(chosen)
    }
    const atRest = this.#sending.size === 0 && this.#next >= this.#waiting.length && this.#reading === 0
    if (this.#phase === 'running' && atRest) {
      this.#phase = 'finished'
      this.#waiting = []
      this.#next = 0
      this.#changed()
      this.#tools.onFinished(this.state())
    } else this.#changed()
  }

  async #one(chosen: ChosenFile): Promise<void> {
    const { path, file } = chosen
    const abort = new AbortController()
    const entry = { sentBytes: this.#interrupted.get(path) ?? 0, byteCount: file.size, abort }
    this.#interrupted.delete(path)
    this.#sending.set(path, entry)
    const isRunning = () => this.#phase === 'running'
    try {
      const sha256 = await this.#tools.digest(file)
      if (this.#hasArrived(path, file.size, sha256)) this.#skippedFiles += 1
      else if (isRunning()) {
        await this.#tools.send({
          ...chosen,
          sha256,
          signal: abort.signal,
          onResumed: (offset) => (entry.sentBytes = offset),
          onProgress: (sentBytes) => this.#progress(entry, sentBytes),
        })
      } else throw new DOMException('Paused', 'AbortError')
      this.#doneFiles += 1
      this.#doneBytes += file.size
    } catch (error) {
      if (abort.signal.aborted || !isRunning()) this.#again(chosen, entry.sentBytes)
      else if (error instanceof UploadStopped) {
        this.#again(chosen, entry.sentBytes)
        this.#stopped = error.message
        this.pause()
      } else this.#failed.set(path, { chosen, problem: (error as Error).message })
    } finally {
      this.#sending.delete(path)
      this.#pump()
    }
  }

  /** Puts a file that was interrupted in front of those that wait. */
  #again(chosen: ChosenFile, sentBytes: number): void {
    this.#interrupted.set(chosen.path, sentBytes)
    this.#waiting.splice(this.#next, 0, chosen)
  }

  #hasArrived(path: string, byteCount: number, sha256: string | undefined): boolean {
    const stored = this.#stored.get(path)
    if (!stored || stored.byteCount !== byteCount) return false
    return sha256 === undefined || stored.sha256 === null || stored.sha256 === sha256
  }

  #progress(entry: { sentBytes: number }, sentBytes: number): void {
    this.#speed.add(Math.max(0, sentBytes - entry.sentBytes), this.#tools.now())
    entry.sentBytes = sentBytes
    this.#changed()
  }
}
