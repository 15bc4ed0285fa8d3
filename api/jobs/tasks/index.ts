/** All background tasks. A new one is one file and one line here. */
import type { Task } from '#api/jobs/task.ts'
import { deriveSeries } from './deriveSeries.ts'

export const tasks: readonly Task[] = [deriveSeries]
