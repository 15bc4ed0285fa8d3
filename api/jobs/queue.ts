/**
 * The job queue: a table and the loops of this process that work on it. Several processes may share the table; a job
 * belongs to the one that changed its row from queued to running, as long as it renews its lease.
 */
import { Op, type Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Logger } from 'pino'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'
import type { Database } from '#api/db/database.ts'
import { defineJobModel, Job } from '#api/modules/jobs/model.ts'
import { isGone, newOwner, retireOwner } from './lease.ts'
import { progressReporter } from './progress.ts'
import type { JobProblem, RunningJob, Task } from './task.ts'

const leaseMilliseconds = 60_000
const heartbeatMilliseconds = 15_000
const pollMilliseconds = 2_000
const graceMilliseconds = 3_000

export interface JobOrder {
  task: string
  payload: unknown
  userId?: string | null
  projectId?: string | null
  /** Not before this instant. */
  runAfter?: Date
}

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

const cancelled: JobProblem = { code: 'cancelled', detail: 'The job was cancelled.' }
const lost = () => new AppError('conflict', 'The job was cancelled or taken over.')

export function openJobs(options: {
  db: Database
  log: Logger
  tasks: readonly Task[]
  /** Jobs of a lane that run side by side. */
  slots: { prompt: number; background: number }
}): Jobs {
  const { db, log, tasks, slots } = options
  defineJobModel(db.sequelize)
  const owner = newOwner()
  const runs = new Map<string, Run>()
  const taskOf = (name: string) => tasks.find((task) => task.name === name)
  let ctx: Context | null = null
  let stopping = false
  let timers: NodeJS.Timeout[] = []
  let filling: Promise<void> = Promise.resolve()

  const mine = (id: string) => ({ id, state: 'running', leaseOwner: owner })
  const leased = () => ({ leaseOwner: owner, leaseUntil: new Date(Date.now() + leaseMilliseconds) })
  const released = { leaseOwner: null, leaseUntil: null }

  /** Changes a row if it still is what `where` says; whether it was. */
  async function change(values: Partial<Record<keyof Job, unknown>>, where: Record<string, unknown>, t?: Transaction) {
    const update = (transaction: Transaction) =>
      Job.update({ ...values, updatedAt: new Date() }, { where: where as never, transaction })
    const [count] = await (t ? update(t) : db.write(update))
    return count > 0
  }

  /** Fills the free places; calls are serialised, so two of them never take the same place. */
  function fill(): Promise<void> {
    filling = filling.then(async () => {
      for (const lane of ['prompt', 'background'] as const) {
        const busy = () => [...runs.values()].filter((run) => run.task.lane === lane).length
        while (!stopping && ctx && busy() < slots[lane]) {
          const job = await claim(lane)
          if (!job) break
          begin(job)
        }
      }
    })
    filling = filling.catch((error: unknown) => log.error(error, 'jobs cannot be taken'))
    return filling
  }

  async function claim(lane: Task['lane']): Promise<Job | null> {
    const names = tasks.filter((task) => task.lane === lane).map((task) => task.name)
    const due = { state: 'queued', task: { [Op.in]: names }, runAfter: { [Op.lte]: new Date() } }
    const found = await Job.findAll({
      where: due,
      order: [
        ['runAfter', 'ASC'],
        ['id', 'ASC'],
      ],
      limit: 4,
    })
    for (const job of found) {
      if (
        await change({ state: 'running', attempts: job.attempts + 1, ...leased() }, { id: job.id, state: 'queued' })
      ) {
        return job.reload()
      }
    }
    return null
  }

  function begin(job: Job): void {
    const run: Run = {
      job,
      task: taskOf(job.task)!,
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
        const where = { task: name, state: { [Op.in]: ['queued', 'running'] } }
        if ((await Job.count({ where, transaction: t })) > 0) return
        const runAfter = new Date(Date.now() + delaySeconds * 1000)
        await enqueue(t, [{ task: name, payload: {}, runAfter }])
      })
    } catch (error) {
      log.error(error, 'a repeated job could not be ordered')
    }
  }

  async function enqueue(t: Transaction, orders: readonly JobOrder[]): Promise<string[]> {
    const now = new Date()
    const rows = orders.map(({ task, payload, userId, projectId, runAfter }) => {
      if (!taskOf(task)) throw new Error(`There is no task ${task}.`)
      return {
        id: ulid(),
        task,
        state: 'queued',
        payload,
        progress: 0,
        userId: userId ?? null,
        projectId: projectId ?? null,
        attempts: 0,
        runAfter: runAfter ?? now,
        createdAt: now,
        updatedAt: now,
      }
    })
    for (let i = 0; i < rows.length; i += 500) await Job.bulkCreate(rows.slice(i, i + 500), { transaction: t })
    t.afterCommit(() => void fill())
    return rows.map((row) => row.id)
  }

  async function work(run: Run): Promise<void> {
    const { job, task } = run
    const report = progressReporter(
      async (values) => run.settled || change({ ...values }, mine(job.id)),
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
        if (!(await change({ state: 'done', progress: 1, problem: null, ...released }, mine(job.id), t))) throw lost()
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
      await change({ state: 'queued', attempts: job.attempts - 1, ...released }, mine(job.id))
    } else if (!final && job.attempts < task.attempts) {
      const runAfter = new Date(Date.now() + job.attempts ** 2 * 1000)
      await change({ state: 'queued', runAfter, ...released }, mine(job.id))
      if (!stopping) timers.push(setTimeout(() => void fill(), runAfter.getTime() - Date.now() + 10))
    } else {
      const problem = final
        ? { code: error.kind, detail: error.message }
        : { code: 'internal', detail: `Something went wrong here; the job ${job.id} is in the log.` }
      await end(job, 'failed', problem, mine(job.id))
    }
    run.settled = true
  }

  /** Ends a job without success and tells what waits for it. */
  async function end(job: Job, state: 'failed' | 'cancelled', problem: JobProblem, where: Record<string, unknown>) {
    return db.write(async (t) => {
      if (!(await change({ state, problem, ...released }, where, t))) return false
      await taskOf(job.task)?.ended?.(ctx!, t, { id: job.id, payload: job.payload }, { state, problem })
      return true
    })
  }

  /** Jobs of processes that are gone go back to the queue, or fail when that happened too often. */
  async function takeOver(): Promise<void> {
    for (const job of await Job.findAll({ where: { state: 'running' } })) {
      if (job.leaseOwner === owner) continue
      const expired = job.leaseUntil === null || job.leaseUntil < new Date()
      if (!expired && !isGone(job.leaseOwner ?? '')) continue
      const where = { id: job.id, state: 'running', leaseOwner: job.leaseOwner }
      const task = taskOf(job.task)
      if (!task) continue
      if (job.attempts < task.attempts) {
        await change({ state: 'queued', ...released }, where)
      } else {
        const detail = `The server stopped ${job.attempts} times while it worked on this; it is not tried again.`
        await end(job, 'failed', { code: 'internal', detail }, where)
      }
    }
  }

  async function heartbeat(): Promise<void> {
    const ids = [...runs.keys()]
    if (ids.length > 0) {
      await change(leased(), { id: { [Op.in]: ids }, state: 'running', leaseOwner: owner })
      const kept = await Job.findAll({
        where: { id: { [Op.in]: ids }, state: 'running', leaseOwner: owner },
        attributes: ['id'],
      })
      for (const id of ids) {
        const run = runs.get(id)
        if (run && !run.settled && !kept.some((job) => job.id === id)) settle(run)
      }
    }
    await takeOver()
  }

  return {
    enqueue,

    async start(context) {
      ctx = context
      await takeOver()
      const quiet = (work: () => Promise<void>) => () =>
        void work().catch((error: unknown) => log.error(error, 'the job queue stumbled'))
      timers = [setInterval(quiet(fill), pollMilliseconds), setInterval(quiet(heartbeat), heartbeatMilliseconds)]
      for (const timer of timers) timer.unref()
      for (const task of tasks) await repeat(task, 0)
      await fill()
    },

    async cancel(id) {
      const job = await Job.findByPk(id)
      if (!job) return false
      const done = await end(job, 'cancelled', cancelled, { id, state: { [Op.in]: ['queued', 'running'] } })
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
        await change({ state: 'queued', attempts: run.job.attempts - 1, ...released }, mine(run.job.id))
      }
      retireOwner(owner)
    },
  }
}
