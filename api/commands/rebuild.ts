import { closeContext, newLog, openContext } from '#api/app.ts'
import { readConfig } from '#api/config.ts'
import { orderRebuild } from '#api/modules/pixels/derivation.ts'

/**
 * Makes planes, thumbnails and header entries of all series anew from their original files. A site that runs takes its
 * share of the work and goes on serving what is there.
 */
export async function run(): Promise<void> {
  const config = readConfig()
  const log = newLog(config)
  const ctx = await openContext(config, log)
  try {
    const count = await orderRebuild(ctx)
    log.info(`${count} series are being made anew`)
    await ctx.jobs.start(ctx)
    await ctx.jobs.idle()
    log.info('done')
  } finally {
    await closeContext(ctx)
  }
}
