/**
 * The job table as one worker sees it. A row is changed only while it still is what it was taken for: a job belongs to
 * the worker that turned it from queued to running, as long as it renews its lease.
 */
import { Op, type Transaction } from 'sequelize'
import { ulid } from 'ulid'
import type { Context } from '#api/context.ts'
import type { Database } from '#api/db/database.ts'
import { AppError } from '#api/errors.ts'
import { defineJobModel, Job } from '#api/modules/jobs/model.ts'
import { isGone } from './lease.ts'
import type { JobProblem, Task } from './task.ts'

const leaseMilliseconds = 60_000
/** Due jobs that are looked at for one that nobody else takes meanwhile. */
const candidates = 4
const rowsAtOnce = 500

export interface JobOrder {
  task: string
  payload: unknown
  userId?: string | null
  projectId?: string | null
  /** Not before this instant. */
  runAfter?: Date
}

type Values = Partial<Record<keyof Job, unknown>>
const released = { leaseOwner: null, leaseUntil: null }

export class JobTable {
  readonly #db: Database
  readonly #tasks: readonly Task[]
  readonly #owner: string

  /** @param owner name of the worker, see lease.ts */
  constructor(db: Database, tasks: readonly Task[], owner: string) {
    defineJobModel(db.sequelize)
    this.#db = db
    this.#tasks = tasks
    this.#owner = owner
  }

  taskOf(name: string): Task | undefined {
    return this.#tasks.find((task) => task.name === name)
  }

  /** Writes orders. Returns their ids. */
  async insert(t: Transaction, orders: readonly JobOrder[]): Promise<string[]> {
    const now = new Date()
    const rows = orders.map(({ task, payload, userId, projectId, runAfter }) => {
      if (!this.taskOf(task)) throw new Error(`There is no task ${task}.`)
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
    for (let i = 0; i < rows.length; i += rowsAtOnce)
      await Job.bulkCreate(rows.slice(i, i + rowsAtOnce), { transaction: t })
    return rows.map((row) => row.id)
  }

  /** Whether a job of this task waits or runs. */
  async isOrdered(t: Transaction, task: string): Promise<boolean> {
    const where = { task, state: { [Op.in]: ['queued', 'running'] } }
    return (await Job.count({ where, transaction: t })) > 0
  }

  /** Takes the next due job of a lane; null when there is none. */
  async claim(lane: Task['lane']): Promise<Job | null> {
    const names = this.#tasks.filter((task) => task.lane === lane).map((task) => task.name)
    const found = await Job.findAll({
      where: { state: 'queued', task: { [Op.in]: names }, runAfter: { [Op.lte]: new Date() } },
      order: [
        ['runAfter', 'ASC'],
        ['id', 'ASC'],
      ],
      limit: candidates,
    })
    for (const job of found) {
      const taken = { state: 'running', attempts: job.attempts + 1, ...this.#leased() }
      if (await this.#change(taken, { id: job.id, state: 'queued' })) return job.reload()
    }
    return null
  }

  /** Changes a job that this worker has; false when it has it no longer. */
  changeMine(id: string, values: Values, t?: Transaction): Promise<boolean> {
    return this.#change(values, { id, state: 'running', leaseOwner: this.#owner }, t)
  }

  /** Puts a job that this worker has back into the queue. */
  giveBack(id: string, values: Values = {}): Promise<boolean> {
    return this.changeMine(id, { state: 'queued', ...values, ...released })
  }

  /** Marks a job that this worker has as done; false when it has it no longer. */
  complete(id: string, t: Transaction): Promise<boolean> {
    return this.changeMine(id, { state: 'done', progress: 1, problem: null, ...released }, t)
  }

  /** Ends a job that this worker has without success. */
  fail(ctx: Context, job: Job, problem: JobProblem): Promise<boolean> {
    return this.#end(ctx, job, 'failed', problem, { state: 'running', leaseOwner: this.#owner })
  }

  /** Ends a job that waits or runs, whoever has it; false when it has ended already. */
  async cancel(ctx: Context, id: string): Promise<boolean> {
    const job = await Job.findByPk(id)
    if (!job) return false
    const problem = { code: 'cancelled', detail: 'The job was cancelled.' }
    return this.#end(ctx, job, 'cancelled', problem, { state: { [Op.in]: ['queued', 'running'] } })
  }

  /** Jobs of workers that are gone go back to the queue, or fail when that happened too often. */
  async takeOver(ctx: Context): Promise<void> {
    for (const job of await Job.findAll({ where: { state: 'running' } })) {
      if (job.leaseOwner === this.#owner) continue
      const expired = job.leaseUntil === null || job.leaseUntil < new Date()
      if (!expired && !isGone(job.leaseOwner ?? '')) continue
      const task = this.taskOf(job.task)
      if (!task) continue
      const held = { state: 'running', leaseOwner: job.leaseOwner }
      if (job.attempts < task.attempts) {
        await this.#change({ state: 'queued', ...released }, { id: job.id, ...held })
      } else {
        const detail = `The server stopped ${job.attempts} times while it worked on this; it is not tried again.`
        await this.#end(ctx, job, 'failed', { code: 'internal', detail }, held)
      }
    }
  }

  /** Renews the leases of these jobs. Returns those that this worker still has. */
  async renew(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set()
    const where = { id: { [Op.in]: [...ids] }, state: 'running', leaseOwner: this.#owner }
    await this.#change(this.#leased(), where)
    return new Set((await Job.findAll({ where, attributes: ['id'] })).map((job) => job.id))
  }

  #leased = () => ({ leaseOwner: this.#owner, leaseUntil: new Date(Date.now() + leaseMilliseconds) })

  /** Changes rows that still are what `where` says; whether there was one. */
  async #change(values: Values, where: Record<string, unknown>, t?: Transaction): Promise<boolean> {
    const update = (transaction: Transaction) =>
      Job.update({ ...values, updatedAt: new Date() }, { where: where as never, transaction })
    const [count] = await (t ? update(t) : this.#db.write(update))
    return count > 0
  }

  /** Ends a job without success and tells what waits for it. */
  #end(
    ctx: Context,
    job: Job,
    state: 'failed' | 'cancelled',
    problem: JobProblem,
    held: Record<string, unknown>,
  ): Promise<boolean> {
    return this.#db.write(async (t) => {
      if (!(await this.#change({ state, problem, ...released }, { id: job.id, ...held }, t))) return false
      await this.taskOf(job.task)?.ended?.(ctx, t, { id: job.id, payload: job.payload }, { state, problem })
      return true
    })
  }
}

/** The job is not this worker's any more. */
export const lostJob = (): AppError => new AppError('conflict', 'The job was cancelled or taken over.')
