import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#api/context.ts'
import type { Database } from '#api/db/database.ts'
import { AppError } from '#api/errors.ts'
import { openJobs, type Jobs } from '#api/jobs/queue.ts'
import type { RunningJob, Task } from '#api/jobs/task.ts'
import { Job } from '#api/modules/jobs/model.ts'
import { openSite, type TestSite } from '../help/app.ts'

const log = pino({ level: 'silent' })

describe('job queue', () => {
  let site: TestSite
  let db: Database
  const open: Jobs[] = []
  const ended: unknown[] = []
  const context = {} as Context

  const queue = (...tasks: Partial<Task>[]): Jobs => {
    const whole = tasks.map(
      (task) => ({ name: 'task', lane: 'prompt', attempts: 3, run: async () => {}, ...task }) as Task,
    )
    const jobs = openJobs({ db, log, tasks: whole, slots: { prompt: 2, background: 1 } })
    open.push(jobs)
    return jobs
  }
  const order = async (jobs: Jobs, ...payloads: unknown[]) =>
    db.write((t) =>
      jobs.enqueue(
        t,
        payloads.map((payload) => ({ task: 'task', payload })),
      ),
    )

  beforeAll(async () => {
    site = await openSite()
    db = site.ctx.db
  }, 120_000)
  afterAll(() => site.close())
  beforeEach(() => void (ended.length = 0))
  afterEach(async () => {
    await Promise.all(open.splice(0).map((jobs) => jobs.stop()))
    await Job.destroy({ where: {} })
  })
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const gate = () => {
    let open = () => {}
    const passed = new Promise<void>((resolve) => (open = resolve))
    return { open: () => open(), passed }
  }

  it('runs what was ordered, once, with its payload', async () => {
    const seen: unknown[] = []
    const jobs = queue({ run: async (ctx, job) => void seen.push(job.payload, ctx === context) })
    const [id] = await order(jobs, { text: 'Grüße', n: [1, 2] })
    expect((await Job.findByPk(id))?.state).toBe('queued')
    await jobs.start(context)
    await jobs.idle()
    expect(seen).toEqual([{ text: 'Grüße', n: [1, 2] }, true])
    expect(await Job.findByPk(id)).toMatchObject({
      state: 'done',
      progress: 1,
      attempts: 1,
      leaseOwner: null,
      problem: null,
    })
  })

  it('orders nothing when the transaction fails', async () => {
    const jobs = queue()
    await jobs.start(context)
    await expect(
      db.write(async (t) => {
        await jobs.enqueue(t, [{ task: 'task', payload: {} }])
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await expect(db.write((t) => jobs.enqueue(t, [{ task: 'nothing', payload: {} }]))).rejects.toThrow('no task')
    expect(await Job.count()).toBe(0)
  })

  it('gives each job to one worker, whatever number of them look', async () => {
    const seen: number[] = []
    const workers = Array.from({ length: 4 }, () =>
      queue({ run: async (_ctx, job) => void seen.push(job.payload as number) }),
    )
    await order(workers[0]!, ...Array.from({ length: 60 }, (_, i) => i))
    await Promise.all(workers.map((jobs) => jobs.start(context)))
    await until(async () => (await Job.count({ where: { state: 'done' } })) === 60)
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i))
  })

  it('runs no more of a lane side by side than it has places, and lets no lane wait for the other', async () => {
    const { open: release, passed } = gate()
    let running = 0
    let most = 0
    const jobs = queue(
      {
        lane: 'background',
        run: async () => {
          most = Math.max(most, ++running)
          await passed
          running--
        },
      },
      { name: 'quick' },
    )
    await jobs.start(context)
    await order(jobs, 1, 2, 3)
    const [quick] = await db.write((t) => jobs.enqueue(t, [{ task: 'quick', payload: 0 }]))
    await until(async () => (await Job.findByPk(quick))?.state === 'done')
    expect(running).toBe(1)
    release()
    await jobs.idle()
    expect(most).toBe(1)
    expect(await Job.count({ where: { state: 'done' } })).toBe(4)
  })

  it('tries again after an unexpected error, up to the limit, and then tells what waits', async () => {
    let starts = 0
    const jobs = queue({
      attempts: 2,
      run: async () => {
        starts++
        throw new TypeError('secret detail')
      },
      ended: async (_ctx, _t, job, outcome) => void ended.push(job.payload, outcome.state, outcome.problem.code),
    })
    const [id] = await order(jobs, 'p')
    await jobs.start(context)
    await until(async () => (await Job.findByPk(id))?.state === 'failed')
    expect(starts).toBe(2)
    expect(ended).toEqual(['p', 'failed', 'internal'])
    expect(JSON.stringify((await Job.findByPk(id))!.problem)).not.toContain('secret')
  })

  it('does not try again what was said no to', async () => {
    let starts = 0
    const jobs = queue({
      run: async () => {
        starts++
        throw new AppError('invalid', 'The plan has no series.')
      },
    })
    const [id] = await order(jobs, 0)
    await jobs.start(context)
    await jobs.idle()
    expect(starts).toBe(1)
    expect(await Job.findByPk(id)).toMatchObject({
      state: 'failed',
      problem: { code: 'invalid', detail: 'The plan has no series.' },
    })
  })

  it('marks a job done in the transaction of its result, or neither', async () => {
    const jobs = queue({
      attempts: 1,
      run: async (_ctx, job) => {
        await db.write(async (t) => {
          await job.complete(t)
          if (job.payload === 'break') throw new AppError('conflict', 'broken after completion')
        })
      },
    })
    const [good, bad] = await order(jobs, 'good', 'break')
    await jobs.start(context)
    await jobs.idle()
    expect((await Job.findByPk(good))?.state).toBe('done')
    expect((await Job.findByPk(bad))?.state).toBe('failed')
  })

  it('cancels what waits and what runs, and a cancelled job cannot complete', async () => {
    const { open: release, passed } = gate()
    let running: RunningJob | undefined
    let refusal: unknown
    const jobs = queue({
      lane: 'background',
      run: async (_ctx, job) => {
        running = job
        await passed
        await db.write((t) => job.complete(t)).catch((error: unknown) => (refusal = error))
      },
      ended: async (_ctx, _t, job, outcome) => void ended.push(job.payload, outcome.state),
    })
    await jobs.start(context)
    const [first, second] = await order(jobs, 'first', 'second')
    await until(() => running !== undefined)
    expect(await jobs.cancel(second!)).toBe(true)
    expect(await jobs.cancel(first!)).toBe(true)
    expect(running!.signal.aborted).toBe(true)
    expect(await jobs.cancel(first!)).toBe(false)
    release()
    await jobs.idle()
    expect(refusal).toMatchObject({ kind: 'conflict' })
    expect(ended).toEqual(['second', 'cancelled', 'first', 'cancelled'])
    expect(await Job.count({ where: { state: 'cancelled' } })).toBe(2)
  })

  it('writes progress', async () => {
    const { open: release, passed } = gate()
    const jobs = queue({
      run: async (_ctx, job) => {
        job.progress(0.25, 'a quarter')
        await passed
      },
    })
    await jobs.start(context)
    const [id] = await order(jobs, 0)
    await until(async () => (await Job.findByPk(id))?.progress === 0.25)
    expect((await Job.findByPk(id))?.message).toBe('a quarter')
    release()
  })

  it('takes over the job of a process that died, and gives up on one that kills its process', async () => {
    const seen: unknown[] = []
    const jobs = queue({
      run: async (_ctx, job) => void seen.push(job.payload),
      ended: async (_ctx, _t, job) => void ended.push(job.payload),
    })
    const [dead, expired, poison, living] = await order(jobs, 'dead', 'expired', 'poison', 'living')
    const hostname = (await import('node:os')).hostname().slice(0, 36)
    const later = new Date(Date.now() + 60_000)
    const lease = (id: string | undefined, values: object) =>
      Job.update({ state: 'running', ...values }, { where: { id } })
    await lease(dead, { attempts: 1, leaseOwner: `${hostname}:4194399:aaaa`, leaseUntil: later })
    await lease(expired, { attempts: 1, leaseOwner: 'elsewhere:1:bbbb', leaseUntil: new Date(Date.now() - 1) })
    await lease(poison, { attempts: 3, leaseOwner: `${hostname}:4194399:aaaa`, leaseUntil: later })
    await lease(living, { attempts: 1, leaseOwner: 'elsewhere:1:cccc', leaseUntil: later })
    await jobs.start(context)
    await jobs.idle()
    expect(seen.toSorted()).toEqual(['dead', 'expired'])
    expect(ended).toEqual(['poison'])
    expect((await Job.findByPk(dead))?.attempts).toBe(2)
    expect(await Job.findByPk(poison)).toMatchObject({ state: 'failed' })
    expect((await Job.findByPk(living))?.state).toBe('running')
  })

  it('gives a running job back when it stops, to be run by the next process', async () => {
    const jobs = queue({
      run: (_ctx, job) =>
        new Promise((_resolve, reject) => job.signal.addEventListener('abort', () => reject(new Error('stop')))),
    })
    const [id] = await order(jobs, 0)
    await jobs.start(context)
    await until(async () => (await Job.findByPk(id))?.state === 'running')
    await jobs.stop()
    expect(await Job.findByPk(id)).toMatchObject({ state: 'queued', attempts: 0, leaseOwner: null })
    let done = false
    const next = queue({ run: async () => void (done = true) })
    await next.start(context)
    await next.idle()
    expect(done).toBe(true)
  }, 30_000)

  it('waits until a job is due', async () => {
    let runs = 0
    const jobs = queue({ run: async () => void runs++ })
    await db.write((t) => jobs.enqueue(t, [{ task: 'task', payload: 0, runAfter: new Date(Date.now() + 3_600_000) }]))
    await jobs.start(context)
    await jobs.idle()
    expect(runs).toBe(0)
    expect(await Job.count({ where: { state: 'queued' } })).toBe(1)
  })
})
