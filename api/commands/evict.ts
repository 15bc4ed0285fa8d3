import { closeContext, newLog, openContext } from '#api/app.ts'
import { readConfig } from '#api/config.ts'
import { evictDerived } from '#api/modules/pixels/derivedFiles.ts'

/**
 * Removes planes and animations that were not used for longest, down to the limit of the settings, or all of them. What was
 * used in the last ten minutes stays. A site that runs makes them again when somebody asks.
 */
export async function run({ all }: { all: boolean }): Promise<void> {
  const config = readConfig()
  const log = newLog(config)
  const ctx = await openContext(config, log)
  try {
    if (!all && config.derivedMaxBytes === 0) {
      log.info('there is no limit (VIVARCHIVE_DERIVED_MAX_GB is 0); --all removes all that is not in use')
      return
    }
    log.info(await evictDerived(ctx, all ? 0 : config.derivedMaxBytes), 'evicted derived files')
  } finally {
    await closeContext(ctx)
  }
}
