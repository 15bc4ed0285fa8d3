/** Reads image files outside the threads that answer requests. */
import { ImagingError } from '#imaging/errors.ts'
import type { ImagingErrorCode } from '#imaging/errors.ts'
import type { Fact } from '#imaging/format.ts'
import type { Recognition, SeriesCandidate, SeriesProblem } from '#imaging/grouping.ts'
import type { DeriveInput, Derived } from './derive.ts'
import type { StoredFile } from './fileSource.ts'
import { TaskEnded, TaskFailed, threadPool } from './threads.ts'
import type { TaskOptions, ThreadPool } from './threads.ts'
import type { DescribeInput, Description, RecogniseInput } from './worker.ts'

/** Longest that a reader may work on one file, or on one plane, in seconds. */
const silenceSeconds = 60
/** Time for a task of any size, and for each MiB and each file of it, in seconds. */
const baseSeconds = 300
const secondsPerMebibyte = 0.5
const secondsPerFile = 0.2
/** A batch with more files than this that end their thread is no accident. */
const refusalLimit = 20

/** A series of a batch, with what a plan shows of it. */
export interface InspectedSeries extends SeriesCandidate {
  /** Null when the series cannot be opened; `problem` says why. */
  header: Description['header'] | null
}

export interface Inspection {
  series: InspectedSeries[]
  attachments: Recognition['attachments']
}

export interface ProgressOptions {
  /** Share of the work that is done, 0 to 1. */
  onProgress?: (share: number) => void
  signal?: AbortSignal | undefined
}

export interface ImagingPool {
  /**
   * Recognises the files of a batch and opens every series once. A file that cannot be read, takes too long or too much
   * memory becomes an attachment or a series with a problem; the rest of the batch goes on.
   * @throws ImagingError when the batch as a whole cannot be read, TaskEnded 'cancelled'
   */
  inspect(files: StoredFile[], options?: ProgressOptions): Promise<Inspection>
  /**
   * Makes header, planes, range, thumbnail and tags of one series.
   * @throws ImagingError with the sentence for people, TaskEnded 'cancelled'
   */
  derive(input: DeriveInput, options?: ProgressOptions): Promise<Derived>
  close(): Promise<void>
}

/**
 * @param limits.workers          most threads
 * @param limits.memoryMebibytes  limit of one thread
 * @param limits.blobFolder       the only folder that threads read from
 */
export function imagingPool(
  limits: { workers: number; memoryMebibytes: number; blobFolder: string },
  threads: ThreadPool = threadPool({
    entry: new URL('./worker.ts', import.meta.url),
    size: limits.workers,
    memoryMebibytes: limits.memoryMebibytes,
    workerData: { blobFolder: limits.blobFolder, memoryMebibytes: limits.memoryMebibytes },
  }),
): ImagingPool {
  async function recognised(files: StoredFile[], options: ProgressOptions): Promise<Recognition> {
    const refused = new Map<number, string>()
    const task = { ...limitsFor(files), ...told(options.onProgress, 0, 0.5), signal: options.signal }
    for (;;) {
      const input: RecogniseInput = { files, refused }
      try {
        return (await threads.run('recognise', input, task)) as Recognition
      } catch (error) {
        const culprit = error instanceof TaskEnded && error.reason !== 'cancelled' ? error.item : -1
        if (culprit < 0 || culprit >= files.length || refused.size >= refusalLimit) throw problemOf(error)
        refused.set(culprit, (error as TaskEnded).message)
      }
    }
  }

  async function described(
    series: SeriesCandidate,
    files: StoredFile[],
    signal?: AbortSignal,
  ): Promise<InspectedSeries> {
    if (series.problem) return { ...series, header: null }
    const input: DescribeInput = { files, format: series.format, part: series.part }
    try {
      const { header, facts } = (await threads.run('describe', input, { ...limitsFor(files), signal })) as Description
      return { ...series, header, facts: joined(series.facts, facts) }
    } catch (error) {
      const problem = problemOf(error)
      if (!(problem instanceof ImagingError)) throw problem
      const { code, message } = problem
      return { ...series, header: null, problem: { code, message } satisfies SeriesProblem }
    }
  }

  return {
    async inspect(files, options = {}) {
      const { series, attachments } = await recognised(files, options)
      const byPath = new Map(files.map((file) => [file.path, file]))
      let done = 0
      const inspected = await Promise.all(
        series.map(async (each) => {
          const own = each.files.map((path) => byPath.get(path)!)
          const result = await described(each, own, options.signal)
          options.onProgress?.(0.5 + (0.5 * ++done) / series.length)
          return result
        }),
      )
      return { series: inspected, attachments }
    },

    async derive(input, options = {}) {
      const task = { ...limitsFor(input.files), ...told(options.onProgress, 0, 1), signal: options.signal }
      try {
        return (await threads.run('derive', input, task)) as Derived
      } catch (error) {
        throw problemOf(error)
      }
    },

    close: () => threads.close(),
  }
}

function limitsFor(files: StoredFile[]): TaskOptions {
  const mebibytes = files.reduce((sum, file) => sum + file.byteCount, 0) / 2 ** 20
  return {
    silenceSeconds,
    totalSeconds: Math.ceil(baseSeconds + mebibytes * secondsPerMebibyte + files.length * secondsPerFile),
  }
}

/** Progress messages (a share from 0 to 1) as a part of the whole. */
const told = (onProgress: ((share: number) => void) | undefined, from: number, width: number) => ({
  onMessage: (share: unknown) => onProgress?.(from + width * (share as number)),
})

/** Facts of the opened series fill what the scan of its files left open. */
function joined(scanned: Fact[], opened: Fact[]): Fact[] {
  const known = new Set(scanned.map((fact) => fact.key))
  return [...scanned, ...opened.filter((fact) => !known.has(fact.key))]
}

const imagingCodes: ReadonlySet<string> = new Set<ImagingErrorCode>([
  'truncated',
  'malformed',
  'unsupported',
  'too-large',
  'missing-companion',
  'not-this-format',
])

/** What went wrong in a thread as a sentence about the files; a cancelled task stays what it is. */
function problemOf(error: unknown): unknown {
  if (error instanceof TaskEnded) {
    if (error.reason === 'cancelled') return error
    return new ImagingError(error.reason === 'memory' ? 'too-large' : 'unsupported', error.message)
  }
  if (error instanceof TaskFailed) {
    if (error.code !== undefined && imagingCodes.has(error.code)) {
      return new ImagingError(error.code as ImagingErrorCode, error.message)
    }
    return new ImagingError(
      'unsupported',
      `The reader failed on these files (${error.message}). They can still be downloaded.`,
    )
  }
  return error
}
