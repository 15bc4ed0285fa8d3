/** Keeps derived files within the space that they may have. */
import { evictDerived } from '#api/modules/pixels/derivedFiles.ts'
import type { Task } from '../task.ts'

export const evict: Task = {
  name: 'evict',
  lane: 'background',
  attempts: 2,
  everySeconds: 600,

  async run(ctx, job) {
    const limit = ctx.config.derivedMaxBytes
    if (limit === 0) return
    const { files, bytes } = await evictDerived(ctx, limit, job.signal)
    if (files > 0) ctx.log.info({ files, bytes }, 'evicted derived files')
    if (bytes > limit) ctx.log.warn({ bytes, limit }, 'derived files in use need more space than they may have')
  },
}
