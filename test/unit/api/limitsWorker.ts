/** Tasks that misbehave, for the tests of the pool. */
import { threadId } from 'node:worker_threads'
import { serveTasks } from '#api/imaging/threadTasks.ts'

serveTasks({
  echo: async (input) => input,
  thread: async () => threadId,
  fail: async () => {
    throw Object.assign(new Error('The file ends at byte 12.'), { code: 'truncated' })
  },
  loop: async (item: number, tools) => {
    tools.beat(item)
    for (;;) Math.random()
  },
  beatForever: async (_, tools) => {
    for (;;) {
      tools.beat()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  },
  eatHeap: async () => {
    const kept: string[][] = []
    for (;;) kept.push(Array.from({ length: 1000 }, () => Math.random().toString(36)))
  },
  eatBuffers: async () => {
    const kept: Uint8Array[] = []
    for (;;) {
      kept.push(new Uint8Array(2 ** 24).fill(1))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  },
  leave: async () => process.exit(3),
  count: async (to: number, tools) => {
    for (let i = 1; i <= to; i++) tools.send(i)
    return to
  },
  secrets: async () => Object.keys(process.env),
})
