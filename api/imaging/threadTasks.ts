/** The side of a thread: runs the tasks that a pool sends. */
import { parentPort } from 'node:worker_threads'
import type { TaskMessage, TaskReply } from './threads.ts'

export interface TaskTools {
  /** Sign of life; call it at least with each item. `item` is its number, told when the thread has to be ended. */
  beat(item?: number): void
  /** Sends a message to the one who ordered the task. */
  send(message: unknown): void
}

export type TaskHandler = (input: never, tools: TaskTools) => Promise<unknown>

/** Answers the messages of the pool with these handlers, by name of the task. Call once, at the end of the module. */
export function serveTasks(handlers: Record<string, TaskHandler>): void {
  const port = parentPort
  if (port === null) throw new Error('This module runs in a worker thread only.')
  const reply = (message: TaskReply) => port.postMessage(message, [])
  port.on('message', async ({ name, input, beat }: TaskMessage) => {
    const tools: TaskTools = {
      beat(item) {
        if (item !== undefined) beat[1] = item
        Atomics.add(beat, 0, 1)
      },
      send: (message) => reply({ kind: 'message', message }),
    }
    try {
      const handler = handlers[name]
      if (handler === undefined) throw new Error(`There is no task ${name}.`)
      reply({ kind: 'done', result: await handler(input as never, tools) })
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: string }
      reply({
        kind: 'failed',
        code: typeof code === 'string' ? code : undefined,
        message: message ?? String(error),
      })
    }
  })
}
