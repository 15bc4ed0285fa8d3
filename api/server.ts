/** The composition root: configuration, API, portal, port, graceful end. The only file that sees API and portal. */
import closeWithGrace from 'close-with-grace'
import { buildApp, newLog } from './app.ts'
import type { Context } from './context.ts'
import { readConfig } from './config.ts'
import { refuseDemoAccounts } from './demo/accounts.ts'
import { demoIsWanted, seedDemo } from './demo/seed.ts'
import { AppError } from './errors.ts'
import { firstAccounts } from './modules/users/first.ts'

/**
 * Serves until the process is asked to end.
 * @param options.dev portal from its sources with hot reload
 */
export async function start(options: { dev: boolean }): Promise<void> {
  const config = readConfig(process.env, { VIVARCHIVE_DEMO: '1' })
  const log = newLog(config)
  const { app, ctx } = await buildApp(config, log)
  try {
    await refuseDemoAccounts(ctx)
    const fillDemo = await demoIsWanted(ctx)
    await firstAccounts(ctx)
    const { mountPortal } = (await import(new URL('../portal/mount.ts', import.meta.url).href)) as PortalModule
    await mountPortal(app, { dev: options.dev, inject: (request) => app.inject(request as never) as never })
    const stop = new AbortController()
    let filling: Promise<void> | undefined
    closeWithGrace({ delay: 20_000, logger: false }, async ({ err, signal }) => {
      if (err) log.fatal({ err }, 'the process ends after an error')
      else log.info(`${signal ?? 'end'} received: finishing what is under way`)
      stop.abort(new Error('the server stops'))
      await filling
      await app.close()
    })
    if (fillDemo) ctx.pending.add(demoFacility)
    await app.listen({ port: config.port, host: config.host })
    await ctx.jobs.start(ctx)
    if (fillDemo) filling = fill(ctx, stop.signal)
  } catch (error) {
    await app.close()
    throw spoken(error, config.port)
  }
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  log.info(`Vivarchive is at ${config.port === 0 ? `http://localhost:${port}` : config.publicUrl}`)
}

/** What a person can do about a port that is not to be had, or about a portal that was not built. */
function spoken(error: unknown, port: number): unknown {
  const { code, cause, message } = error as NodeJS.ErrnoException
  if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_MODULE_NOT_FOUND')
    return new AppError('busy', message)
  if (code === 'EADDRINUSE') {
    return new AppError('conflict', `Port ${port} is taken by another program. Choose another one: PORT=8090 npm start`)
  }
  if (code === 'EACCES') {
    return new AppError(
      'forbidden',
      `Port ${port} may not be used by this account. Choose one above 1023: PORT=8080 npm start`,
    )
  }
  return error
}

const demoFacility = 'demo facility'

/** Fills the demo facility while the site answers already; /readyz says so until it is complete. */
async function fill(ctx: Context, signal: AbortSignal): Promise<void> {
  try {
    await seedDemo(ctx, { signal })
    ctx.pending.delete(demoFacility)
  } catch (error) {
    if (signal.aborted) ctx.log.info('the demo facility is incomplete; the next start goes on with it')
    else ctx.log.error({ err: error }, 'the demo facility is incomplete; the next start goes on with it')
  }
}

/** The portal is reached by path only, so that the API does not depend on it. */
interface PortalModule {
  mountPortal(app: unknown, options: { dev: boolean; inject: (request: unknown) => Promise<unknown> }): Promise<void>
}
