/** The job queue: the loops of this process that take jobs from the table and work on them, lane by lane. */
import type { Transaction } from 'sequelize'
import type { Logger } from 'pino'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import type { Database } from '#api/db/database.ts'
import type { Job } from '#api/modules/jobs/model.ts'
import { newOwner, retireOwner } from './lease.ts'
import { progressReporter } from './progress.ts'
import { JobTable, lostJob, type JobOrder } from './table.ts'
import type { RunningJob, Task } from './task.ts'

const heartbeatMilliseconds = 15_000
const pollMilliseconds = 2_000
const graceMilliseconds = 3_000

export interface Jobs {
  /** Orders jobs in the caller's transaction; they start when it is committed. Returns their ids. */
  enqueue(t: Transaction, orders: readonly JobOrder[]): Promise<string[]>
  /** Takes over what dead processes left and starts to work. */
  start(ctx: Context): Promise<void>
  /** Cancels a job that waits or runs; false when it has ended already. */
  cancel(id: string): Promise<boolean>
  /** Resolves when no job that is due waits or runs in this process. */
  idle(): Promise<void>
  /** Takes no more jobs, lets running ones finish for a while and gives back the rest. */
  stop(): Promise<void>
}

interface Run {
  job: Job
  task: Task
  abort: AbortController
  /** Set when the row says that the job is over or no longer ours: nothing more may be written. */
  settled: boolean
  finished: Promise<void>
}

export function openJobs(options: {
  db: Database
  log: Logger
  tasks: readonly Task[]
  /** Jobs of a lane that run side by side. */
  slots: { prompt: number; background: number }
}): Jobs {
  const { db, log, tasks, slots } = options
  const owner = newOwner()
  const table = new JobTable(db, tasks, owner)
  const runs = new Map<string, Run>()
  let ctx: Context | null = null
  let stopping = false
  let timers: NodeJS.Timeout[] = []
  let filling: Promise<void> = Promise.resolve()

  /** Fills the free places; calls are serialised, so two of them never take the same place. */
  function fill(): Promise<void> {
    filling = filling.then(async () => {
      for (const lane of ['prompt', 'background'] as const) {
        const busy = () => [...runs.values()].filter((run) => run.task.lane === lane).length
        while (!stopping && ctx && busy() < slots[lane]) {
          const job = await table.claim(lane)
          if (!job) break
          begin(job)
        }
      }
    })
    filling = filling.catch((error: unknown) => log.error(error, 'jobs cannot be taken'))
    return filling
  }

  function begin(job: Job): void {
    const run: Run = {
      job,
      task: table.taskOf(job.task)!,
      abort: new AbortController(),
      settled: false,
      finished: Promise.resolve(),
    }
    runs.set(job.id, run)
    run.finished = work(run)
      .catch((error: unknown) => log.error(error, 'a job could not be ended'))
      .finally(() => {
        runs.delete(job.id)
        if (stopping) return
        void fill()
        void repeat(run.task)
      })
  }

  /** Orders the next run of a task that runs by itself, unless one is ordered already. */
  async function repeat({ name, everySeconds }: Task, delaySeconds = everySeconds): Promise<void> {
    if (everySeconds === undefined || delaySeconds === undefined) return
    try {
      await db.write(async (t) => {
        if (await table.isOrdered(t, name)) return
        const runAfter = new Date(Date.now() + delaySeconds * 1000)
        await enqueue(t, [{ task: name, payload: {}, runAfter }])
      })
    } catch (error) {
      log.error(error, 'a repeated job could not be ordered')
    }
  }

  async function enqueue(t: Transaction, orders: readonly JobOrder[]): Promise<string[]> {
    const ids = await table.insert(t, orders)
    t.afterCommit(() => void fill())
    return ids
  }

  async function work(run: Run): Promise<void> {
    const { job, task } = run
    const report = progressReporter(
      async (values) => run.settled || table.changeMine(job.id, { ...values }),
      (error) => {
        if (error) log.warn(error, 'progress of a job was not written')
        else settle(run)
      },
    )
    const running: RunningJob = {
      id: job.id,
      payload: job.payload,
      userId: job.userId,
      projectId: job.projectId,
      signal: run.abort.signal,
      progress: report.tell,
      async complete(t) {
        if (!(await table.complete(job.id, t))) throw lostJob()
        t.afterCommit(() => void (run.settled = true))
      },
    }
    try {
      await task.run(ctx!, running)
      report.close()
      if (!run.settled) await db.write((t) => running.complete(t))
    } catch (error) {
      report.close()
      if (!run.settled) await failed(run, error)
    }
  }

  function settle(run: Run): void {
    run.settled = true
    run.abort.abort()
  }

  async function failed(run: Run, error: unknown): Promise<void> {
    const { job, task } = run
    const final = error instanceof AppError && error.kind !== 'busy'
    if (!final) log.error({ err: error, job: job.id, task: job.task, attempt: job.attempts }, 'job failed')
    if (stopping && run.abort.signal.aborted) {
      await table.giveBack(job.id, { attempts: job.attempts - 1 })
    } else if (!final && job.attempts < task.attempts) {
      const runAfter = new Date(Date.now() + job.attempts ** 2 * 1000)
      await table.giveBack(job.id, { runAfter })
      if (!stopping) timers.push(setTimeout(() => void fill(), runAfter.getTime() - Date.now() + 10))
    } else {
      const problem = final
        ? { code: error.kind, detail: error.message }
        : { code: 'internal', detail: `Something went wrong here; the job ${job.id} is in the log.` }
      await table.fail(ctx!, job, problem)
    }
    run.settled = true
  }

  /** Keeps what this process works on, lets go of what it lost, takes over what others left. */
  async function heartbeat(): Promise<void> {
    const ids = [...runs.keys()]
    const kept = await table.renew(ids)
    for (const id of ids) {
      const run = runs.get(id)
      if (run && !run.settled && !kept.has(id)) settle(run)
    }
    await table.takeOver(ctx!)
  }

  return {
    enqueue,

    async start(context) {
      ctx = context
      await table.takeOver(ctx)
      const quiet = (step: () => Promise<void>) => () =>
        void step().catch((error: unknown) => log.error(error, 'the job queue stumbled'))
      timers = [setInterval(quiet(fill), pollMilliseconds), setInterval(quiet(heartbeat), heartbeatMilliseconds)]
      for (const timer of timers) timer.unref()
      for (const task of tasks) await repeat(task, 0)
      await fill()
    },

    async cancel(id) {
      const done = await table.cancel(ctx!, id)
      const run = runs.get(id)
      if (done && run) settle(run)
      return done
    },

    async idle() {
      for (;;) {
        await fill()
        if (runs.size === 0) return
        await Promise.all([...runs.values()].map((run) => run.finished))
      }
    },

    async stop() {
      stopping = true
      for (const timer of timers) clearTimeout(timer)
      await filling
      const finished = Promise.all([...runs.values()].map((run) => run.finished))
      let late: NodeJS.Timeout | undefined
      await Promise.race([finished, new Promise((resolve) => (late = setTimeout(resolve, graceMilliseconds)))])
      clearTimeout(late)
      for (const run of runs.values()) run.abort.abort()
      let last: NodeJS.Timeout | undefined
      await Promise.race([finished, new Promise((resolve) => (last = setTimeout(resolve, graceMilliseconds / 5)))])
      clearTimeout(last)
      for (const run of runs.values()) {
        run.settled = true
        await table.giveBack(run.job.id, { attempts: run.job.attempts - 1 })
      }
      retireOwner(owner)
    },
  }
}
