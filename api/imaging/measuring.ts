/** Measures regions of images, and makes animations of them, outside the threads that answer requests, and apart from those that read new files. */
import type { Bodies, BodySearch } from '#imaging/measure/bodies.ts'
import type { RegionCurve } from '#imaging/measure/curve.ts'
import type { ProjectionAxis, ProjectionKind } from '#imaging/measure/projection.ts'
import type { Region } from '#imaging/measure/region.ts'
import type { RegionStatistics } from '#imaging/measure/statistics.ts'
import type { Header } from '#imaging/header.ts'
import { AppError } from '#api/errors.ts'
import type { AnimateInput } from './animate.ts'
import type { PlanesFile } from './regionRows.ts'
import { TaskEnded, threadPool } from './threads.ts'
import type { ThreadPool } from './threads.ts'

/** Longest that a region may take, and longest without a block of it, in seconds. */
const totalSeconds = 60
const silenceSeconds = 20
/** Regions in the hands of each thread, one of them at work; whoever comes then is asked to come again. */
const queuePerThread = 8

export interface MeasureInput {
  planes: PlanesFile
  header: Pick<Header, 'shape' | 'sampleType' | 'slope' | 'intercept' | 'spacing' | 'direction' | 'unit' | 'frames'>
  region: Region
}

export interface StatisticsInput extends MeasureInput {
  histogram: { bins: number; range: [low: number, high: number] | null }
}

export interface BodiesInput extends MeasureInput {
  search: BodySearch
}

export interface ProjectionInput extends MeasureInput {
  along: ProjectionAxis
  kind: ProjectionKind
}

/** All end when `signal` says so, and reject with AppError busy or tooLarge, or TaskFailed ENOENT when the planes are gone. */
export interface Measuring {
  statistics(input: StatisticsInput, signal: AbortSignal): Promise<RegionStatistics>
  curve(input: MeasureInput, signal: AbortSignal): Promise<RegionCurve>
  bodies(input: BodiesInput, signal: AbortSignal): Promise<Bodies>
  projection(input: ProjectionInput, signal: AbortSignal): Promise<Float32Array>
  /** Writes a file; resolves with its size in bytes. */
  animate(input: AnimateInput, signal: AbortSignal): Promise<number>
  close(): Promise<void>
}

/**
 * @param limits.workers         most threads
 * @param limits.memoryMebibytes limit of one thread
 */
export function openMeasuring(
  limits: { workers: number; memoryMebibytes: number },
  threads: ThreadPool = threadPool({
    entry: new URL('./measureWorker.ts', import.meta.url),
    size: limits.workers,
    memoryMebibytes: limits.memoryMebibytes,
  }),
): Measuring {
  const asked = new Set<AbortSignal>()

  async function run<T>(name: string, input: MeasureInput | AnimateInput, signal: AbortSignal): Promise<T> {
    // Those that gave up wait for nothing, though they may still be in the queue.
    const waiting = [...asked].filter((each) => !each.aborted).length
    if (waiting >= limits.workers * queuePerThread) {
      throw new AppError('busy', 'Many regions are being measured. Ask again in a few seconds.')
    }
    asked.add(signal)
    try {
      return (await threads.run(name, input, { totalSeconds, silenceSeconds, signal })) as T
    } catch (error) {
      throw problemOf(error)
    } finally {
      asked.delete(signal)
    }
  }

  return {
    statistics: (input, signal) => run('statistics', input, signal),
    curve: (input, signal) => run('curve', input, signal),
    bodies: (input, signal) => run('bodies', input, signal),
    projection: (input, signal) => run('projection', input, signal),
    animate: (input, signal) => run('animate', input, signal),
    close: () => threads.close(),
  }
}

function problemOf(error: unknown): unknown {
  if (!(error instanceof TaskEnded)) return error
  if (error.reason === 'cancelled') return new AppError('busy', 'Measuring was cancelled. Ask again.')
  if (error.reason === 'crash') return error
  const limit = error.reason === 'time' ? `${totalSeconds} s` : 'the memory of a thread'
  return new AppError('tooLarge', `Measuring this region needs more than ${limit}. Ask for a smaller one.`)
}
