/** What a background task is. A new one is one file in api/jobs/tasks and one line in its index. */
import type { Transaction } from 'sequelize'
import type { Context } from '#api/context.ts'

/** What people and programs are told when a job failed. */
export interface JobProblem {
  code: string
  detail: string
}

/** A job at work. */
export interface RunningJob<P = unknown> {
  readonly id: string
  readonly payload: P
  readonly userId: string | null
  readonly projectId: string | null
  /** Aborted when the job is cancelled, when another process took it over, or when the server stops. */
  readonly signal: AbortSignal
  /** Tells how far it is: 0 to 1, and in words. Cheap; written at most twice a second. */
  progress(share: number, message?: string): void
  /**
   * Marks the job done in the transaction of its result, so that both happen or none.
   * @throws AppError 'conflict' when the job was cancelled or taken over meanwhile; the transaction must then fail
   */
  complete(t: Transaction): Promise<void>
}

export interface Task<P = unknown> {
  /** Name in the job table. */
  readonly name: string
  /** prompt: somebody is waiting for it; background: everything else. Neither lane blocks the other. */
  readonly lane: 'prompt' | 'background'
  /** Most starts; a job that ends its process again and again must stop somewhere. */
  readonly attempts: number
  /** Runs by itself: when the server starts, and again this long after it has ended. */
  readonly everySeconds?: number
  /**
   * Does the work. It may be run again after a crash at any point, so it first looks at what is done already.
   * An AppError (other than 'busy') is final; other errors are tried again.
   */
  run(ctx: Context, job: RunningJob<P>): Promise<void>
  /** Tells the record that waits for the job, in the transaction that marks it failed or cancelled. */
  ended?(
    ctx: Context,
    t: Transaction,
    job: { id: string; payload: P },
    outcome: { state: 'failed' | 'cancelled'; problem: JobProblem },
  ): Promise<void>
}
