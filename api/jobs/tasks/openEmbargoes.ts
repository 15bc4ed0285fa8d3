/** Opens datasets whose embargo has ended. */
import { openEmbargoes as openDue } from '#api/modules/datasets/embargo.ts'
import type { Task } from '../task.ts'

export const openEmbargoes: Task = {
  name: 'open-embargoes',
  lane: 'background',
  attempts: 2,
  everySeconds: 60,

  async run(ctx) {
    const opened = await openDue(ctx)
    if (opened > 0) ctx.log.info({ opened }, 'embargoes ended')
  },
}
