/** Who is asking, on every request; cross-site writes are refused; no route without a declared access. */
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { authenticate } from '#api/access/authenticate.ts'
import { anonymous, isCurator, type Caller } from '#api/access/caller.ts'
import { demandAdmin, demandUser } from '#api/access/rights.ts'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** Who may call this route at all; rows are filtered further by their visibility. */
    access?: 'public' | 'signedIn' | 'curator' | 'admin'
    /** Reads only, and is asked many times a second: the caller of the last seconds is believed (access/believed.ts). */
    burst?: true
  }
}

export const callerOf = (request: FastifyRequest): Caller => request.caller

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

export function signInPlugin(app: FastifyInstance, ctx: Context): void {
  app.decorateRequest('caller', null as unknown as Caller)
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  app.addHook('onReady', async () => {
    const open = routes
      .filter((route) => route.config?.access === undefined)
      .map((route) => `${String(route.method)} ${route.url}`)
    if (open.length > 0) throw new Error(`these routes declare no access: ${open.join(', ')}`)
  })
  app.addHook('onRequest', async (request) => {
    request.caller = anonymous
    const { access, burst } = request.routeOptions.config
    request.caller = await authenticate(ctx.db, request, burst && ctx.callers)
    if (!safe.has(request.method)) refuseForeignOrigin(ctx, request)
    if (access === 'signedIn') demandUser(request.caller)
    if (access === 'admin') demandAdmin(request.caller)
    if (access === 'curator' && !isCurator(request.caller)) {
      demandUser(request.caller)
      throw new AppError('forbidden', 'This is for curators of the site.')
    }
  })
}

/**
 * A browser sends Origin with every unsafe request; one from another site must not act with the person's cookie.
 * Programs with a token carry no cookie and need no Origin.
 */
function refuseForeignOrigin(ctx: Context, request: FastifyRequest): void {
  if (request.headers.authorization !== undefined) return
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  const own =
    origin !== undefined && (origin === ctx.config.publicUrl || origin === `${request.protocol}://${request.host}`)
  if (
    own ||
    (origin === undefined &&
      (site === undefined || site === 'same-origin' || site === 'none') &&
      Object.keys(request.cookies).length === 0)
  )
    return
  if (origin === undefined && site === undefined) {
    throw new AppError(
      'forbidden',
      'This request carries a sign-in cookie but no Origin. Programs use a token: Authorization: Bearer viv_...',
    )
  }
  if (origin === undefined && (site === 'same-origin' || site === 'none')) return
  throw new AppError('forbidden', 'This request comes from another site and was refused.')
}
