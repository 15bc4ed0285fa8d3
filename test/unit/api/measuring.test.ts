/** What happens to a region when the threads that measure are busy, slow or gone; threads that only answer. */
import { expect, test } from 'vitest'
import { openMeasuring, type MeasureInput } from '#api/imaging/measuring.ts'
import { TaskEnded, type ThreadPool } from '#api/imaging/threads.ts'

const unused = { workers: 1, memoryMebibytes: 1 }
const answering = (run: ThreadPool['run']) => openMeasuring(unused, { run, close: async () => undefined })
const input = {} as MeasureInput
const problem = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

test('as many wait as a thread can soon serve, the next is told to come again; who gave up does not count', async () => {
  const ends: (() => void)[] = []
  const measuring = answering(() => new Promise((resolve) => ends.push(() => resolve('done'))))
  const leaving = Array.from({ length: 8 }, () => new AbortController())
  const waiting = leaving.map(({ signal }) => measuring.curve(input, signal))
  const { signal } = new AbortController()
  expect(await problem(measuring.curve(input, signal))).toMatchObject({ kind: 'busy' })
  leaving[3]!.abort()
  const next = measuring.curve(input, signal)
  for (const end of ends) end()
  expect(await Promise.all([...waiting, next])).toEqual(Array(9).fill('done'))
  // All places are free again.
  expect(ends).toHaveLength(9)
  const again = measuring.curve(input, signal)
  ends[9]!()
  expect(await again).toBe('done')
})

test.each([
  ['time', { kind: 'tooLarge', message: expect.stringContaining('60 s') }],
  ['memory', { kind: 'tooLarge', message: expect.stringContaining('memory') }],
  ['cancelled', { kind: 'busy' }],
] as const)('a thread that ended for %s is told in words', async (reason, told) => {
  const measuring = answering(async () => {
    throw new TaskEnded(reason, 'Reading was stopped.', -1)
  })
  expect(await problem(measuring.curve(input, new AbortController().signal))).toMatchObject(told)
})
