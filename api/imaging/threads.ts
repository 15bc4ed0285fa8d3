/** Worker threads with limits: a task that takes too long or too much memory is ended, and the pool goes on. */
import { Worker } from 'node:worker_threads'

/** How often running tasks are looked at. */
const watchMilliseconds = 250
/** A thread that has nothing to do for so long is ended: its heap and its codecs are tens of megabytes. */
const idleSeconds = 30
/** Readers make few small objects; by itself V8 takes more than ten times of it, for each thread. */
const youngMebibytes = 16

export type EndReason = 'time' | 'memory' | 'crash' | 'cancelled'

/** The thread of a task was ended before the task was. */
export class TaskEnded extends Error {
  readonly reason: EndReason
  /** Number of the item that the task was at, as told with `beat`; -1 when it told none. */
  readonly item: number

  constructor(reason: EndReason, message: string, item: number) {
    super(message)
    this.name = 'TaskEnded'
    this.reason = reason
    this.item = item
  }
}

/** A task threw; `code` is that of an ImagingError, undefined for a fault in the code that ran. */
export class TaskFailed extends Error {
  readonly code: string | undefined

  constructor(message: string, code: string | undefined) {
    super(message)
    this.name = 'TaskFailed'
    this.code = code
  }
}

export interface TaskOptions {
  /** Longest time without a beat, in seconds. */
  silenceSeconds: number
  /** Longest time in all, in seconds. */
  totalSeconds: number
  /** Called with each message that the task sends. */
  onMessage?: (message: unknown) => void
  signal?: AbortSignal | undefined
}

export interface ThreadPool {
  /**
   * Runs a task in the next free thread.
   * @throws TaskFailed, TaskEnded
   */
  run(name: string, input: unknown, options: TaskOptions): Promise<unknown>
  /** Ends all threads; running and waiting tasks end as cancelled. */
  close(): Promise<void>
}

/** What travels to a thread. `beat` holds [number of beats, number of the current item]. */
export interface TaskMessage {
  name: string
  input: unknown
  beat: Int32Array<SharedArrayBuffer>
}

/** What travels back. */
export type TaskReply =
  | { kind: 'message'; message: unknown }
  | { kind: 'done'; result: unknown }
  | { kind: 'failed'; code: string | undefined; message: string }

interface Task {
  message: TaskMessage
  options: TaskOptions
  resolve(result: unknown): void
  reject(error: Error): void
}

interface Thread {
  worker: Worker
  task: Task | null
  startedAt: number
  beatAt: number
  beats: number
  /** Runs while the thread has no task. */
  ending: NodeJS.Timeout | null
}

/**
 * @param entry            module that calls `serveTasks`
 * @param size             most threads; they are started when needed, and end when they are not
 * @param memoryMebibytes  heap and buffers of one thread
 * @param workerData       handed to each thread
 * @param idle             seconds after which a thread without a task ends
 */
export function threadPool(options: {
  entry: URL
  size: number
  memoryMebibytes: number
  workerData?: unknown
  idle?: number
}): ThreadPool {
  const { entry, size, memoryMebibytes, idle = idleSeconds } = options
  const threads = new Set<Thread>()
  const waiting: Task[] = []
  let watch: NodeJS.Timeout | null = null
  let closed = false

  function start(): Thread {
    const worker = new Worker(entry, {
      workerData: options.workerData,
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: memoryMebibytes, maxYoungGenerationSizeMb: youngMebibytes },
    })
    const thread: Thread = { worker, task: null, startedAt: 0, beatAt: 0, beats: 0, ending: null }
    worker.on('message', (reply: TaskReply) => receive(thread, reply))
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') end(thread, 'memory')
      else end(thread, 'crash', error.message)
    })
    worker.on('exit', () => end(thread, 'crash', 'it stopped by itself'))
    threads.add(thread)
    return thread
  }

  function receive(thread: Thread, reply: TaskReply): void {
    const { task } = thread
    if (task === null) return
    if (reply.kind === 'message') {
      task.options.onMessage?.(reply.message)
      return
    }
    thread.task = null
    thread.worker.unref()
    thread.ending = setTimeout(() => end(thread, 'cancelled'), idle * 1000).unref()
    if (reply.kind === 'done') task.resolve(reply.result)
    else task.reject(new TaskFailed(reply.message, reply.code))
    next()
  }

  /** Ends a thread and with it its task; the next task gets a fresh one. */
  function end(thread: Thread, reason: EndReason, detail = ''): void {
    if (!threads.delete(thread)) return
    const { task } = thread
    thread.task = null
    clearTimeout(thread.ending ?? undefined)
    void thread.worker.terminate()
    task?.reject(new TaskEnded(reason, sentence(reason, task.options, detail), task.message.beat[1]!))
    next()
  }

  function sentence(reason: EndReason, limits: TaskOptions, detail: string): string {
    if (reason === 'time') {
      return `Reading was stopped: it gave no sign of life for ${limits.silenceSeconds} s or took longer than ${limits.totalSeconds} s.`
    }
    if (reason === 'memory') return `Reading was stopped: it needed more than ${memoryMebibytes} MiB of memory.`
    if (reason === 'cancelled') return 'Reading was cancelled.'
    return `Reading stopped unexpectedly (${detail}).`
  }

  function next(): void {
    if (closed) return
    while (waiting.length > 0) {
      const free = [...threads].find((t) => t.task === null) ?? (threads.size < size ? start() : null)
      if (free === null) break
      const task = waiting.shift()!
      if (task.options.signal?.aborted) {
        task.reject(new TaskEnded('cancelled', sentence('cancelled', task.options, ''), -1))
        continue
      }
      free.task = task
      clearTimeout(free.ending ?? undefined)
      free.startedAt = free.beatAt = performance.now()
      free.beats = 0
      free.worker.ref()
      free.worker.postMessage(task.message, [])
    }
    const busy = [...threads].some((t) => t.task !== null)
    if (busy && watch === null) watch = setInterval(look, watchMilliseconds)
    if (!busy && watch !== null) {
      clearInterval(watch)
      watch = null
    }
  }

  /** Buffers are not part of the heap that resourceLimits watches, so they are looked at from outside. */
  function look(): void {
    const now = performance.now()
    for (const thread of threads) {
      const { task } = thread
      if (task === null) continue
      const beats = Atomics.load(task.message.beat, 0)
      if (beats !== thread.beats) {
        thread.beats = beats
        thread.beatAt = now
      }
      const { silenceSeconds, totalSeconds, signal } = task.options
      if (signal?.aborted) end(thread, 'cancelled')
      else if (now - thread.beatAt > silenceSeconds * 1000 || now - thread.startedAt > totalSeconds * 1000) {
        end(thread, 'time')
      } else {
        thread.worker.getHeapStatistics().then(
          (heap) => {
            const used = heap.used_heap_size + heap.external_memory
            if (thread.task === task && used > memoryMebibytes * 2 ** 20) end(thread, 'memory')
          },
          () => undefined, // the thread has just ended; its own events tell why
        )
      }
    }
  }

  return {
    run(name, input, limits) {
      return new Promise((resolve, reject) => {
        if (closed) {
          reject(new TaskEnded('cancelled', 'The server is stopping.', -1))
          return
        }
        const beat = new Int32Array(new SharedArrayBuffer(8))
        beat[1] = -1
        waiting.push({ message: { name, input, beat }, options: limits, resolve, reject })
        next()
      })
    },
    async close() {
      closed = true
      if (watch !== null) clearInterval(watch)
      for (const task of waiting.splice(0)) task.reject(new TaskEnded('cancelled', 'The server is stopping.', -1))
      const running = [...threads]
      threads.clear()
      for (const { task } of running) {
        task?.reject(new TaskEnded('cancelled', 'The server is stopping.', task.message.beat[1]!))
      }
      await Promise.all(running.map((t) => t.worker.terminate()))
    },
  }
}
