import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { TaskEnded, TaskFailed, threadPool } from '#api/imaging/threads.ts'
import type { ThreadPool } from '#api/imaging/threads.ts'

const entry = new URL('./limitsWorker.ts', import.meta.url)
const patient = { silenceSeconds: 60, totalSeconds: 60 }
let pool: ThreadPool

const made = (size = 1) => (pool = threadPool({ entry, size, memoryMebibytes: 64 }))
afterEach(() => pool.close())

async function ended(name: string, input: unknown, limits: { silenceSeconds: number; totalSeconds: number }) {
  const error = await pool.run(name, input, limits).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(TaskEnded)
  return error as TaskEnded
}

test('tasks run one after the other in one thread and side by side in two', async () => {
  made(2)
  const inputs = Array.from({ length: 20 }, (_, i) => ({ i }))
  expect(await Promise.all(inputs.map((input) => pool.run('echo', input, patient)))).toEqual(inputs)
})

test('a thread is used again, and ends when there is nothing to do', async () => {
  pool = threadPool({ entry, size: 1, memoryMebibytes: 64, idle: 0.3 })
  const first = await pool.run('thread', null, patient)
  expect(await pool.run('thread', null, patient)).toBe(first)
  await sleep(1000)
  expect(await pool.run('thread', null, patient)).not.toBe(first)
})

test('messages arrive in order before the result', async () => {
  made()
  const seen: unknown[] = []
  expect(await pool.run('count', 5, { ...patient, onMessage: (m) => seen.push(m) })).toBe(5)
  expect(seen).toEqual([1, 2, 3, 4, 5])
})

test('an error of a task keeps its code and sentence, and the thread goes on', async () => {
  made()
  const error = await pool.run('fail', null, patient).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(TaskFailed)
  expect(error).toMatchObject({ code: 'truncated', message: 'The file ends at byte 12.' })
  expect(await pool.run('echo', 1, patient)).toBe(1)
})

test('a task that gives no sign of life is ended, names its item, and the pool goes on', async () => {
  made()
  const error = await ended('loop', 7, { silenceSeconds: 0.3, totalSeconds: 60 })
  expect(error).toMatchObject({ reason: 'time', item: 7 })
  expect(error.message).toContain('0.3 s')
  expect(await pool.run('echo', 'next', patient)).toBe('next')
})

test('a task that shows life for ever is ended by the total limit', async () => {
  made()
  expect(await ended('beatForever', null, { silenceSeconds: 60, totalSeconds: 0.5 })).toMatchObject({ reason: 'time' })
  expect(await pool.run('echo', 'next', patient)).toBe('next')
})

test.each(['eatHeap', 'eatBuffers'])('%s is ended for its memory, and the pool goes on', async (name) => {
  made()
  const error = await ended(name, null, patient)
  expect(error.reason).toBe('memory')
  expect(error.message).toContain('64 MiB')
  expect(await pool.run('echo', 'next', patient)).toBe('next')
})

test('a thread that leaves by itself is a crash of its task only', async () => {
  made()
  const [lost, kept] = await Promise.allSettled([
    pool.run('leave', null, patient),
    pool.run('echo', 'waiting', patient),
  ])
  expect(lost).toMatchObject({ status: 'rejected', reason: { reason: 'crash' } })
  expect(kept).toEqual({ status: 'fulfilled', value: 'waiting' })
})

test('a signal ends a running task and one that waits', async () => {
  made()
  const stop = new AbortController()
  const running = pool.run('loop', 0, { ...patient, signal: stop.signal }).catch((e: unknown) => e)
  const waiting = pool.run('echo', 0, { ...patient, signal: stop.signal }).catch((e: unknown) => e)
  stop.abort()
  expect(await running).toMatchObject({ reason: 'cancelled' })
  expect(await waiting).toMatchObject({ reason: 'cancelled' })
})

test('closing ends what runs and what waits; nothing can be started afterwards', async () => {
  made()
  const tasks = [pool.run('loop', 0, patient), pool.run('echo', 0, patient)].map((p) => p.catch((e: unknown) => e))
  await pool.close()
  for (const error of await Promise.all(tasks)) expect(error).toMatchObject({ reason: 'cancelled' })
  await expect(pool.run('echo', 1, patient)).rejects.toMatchObject({ reason: 'cancelled' })
})

test('threads see nothing of the environment of the server', async () => {
  process.env.VIVARCHIVE_TEST_SECRET = 'x'
  made()
  expect(await pool.run('secrets', null, patient)).toEqual([])
})
