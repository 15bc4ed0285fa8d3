/**
 * The portal inside the API's process: Vite's middleware in development, the built files in production. Register it
 * last: its wildcard route answers what no other route does, and it leaves request bodies unread for the portal's
 * actions, which must not reach the API's parsers.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import fastifyMiddie from '@fastify/middie'
import fastifyStatic from '@fastify/static'
import { createRequest } from '@remix-run/node-fetch-server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RouterContext, ServerBuild } from 'react-router'
import type { PortalContext } from './app/api.server.ts'

export interface PortalOptions {
  /** Hot reload from the sources instead of the built portal. */
  dev: boolean
  /** The portal's only way to data: the API, called in the same process. */
  inject: PortalContext['inject']
}

type PortalBuild = ServerBuild & {
  entry: { module: { portalContext: RouterContext<PortalContext> } }
}

/** Not in the OpenAPI document, and declared open: pages ask the API what their visitor may see. */
const open = { schema: { hide: true } as object, config: { access: 'public' } as object }

const workerPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self' blob:"

/** Paths that belong to the API: what is not found below them is a problem document, never a page. */
const apiPath = /^\/(api|graphql)(\/|$|\?)/

export async function mountPortal(app: FastifyInstance, { dev, inject }: PortalOptions): Promise<void> {
  await app.register(async (portal) => {
    // React picks its build when it is first loaded.
    if (!dev) process.env.NODE_ENV ??= 'production'
    const { RouterContextProvider, createRequestHandler } = await import('react-router')
    const build = dev ? await developmentBuild(portal) : await productionBuild(portal)
    const mode = dev ? 'development' : 'production'
    portal.removeAllContentTypeParsers()
    portal.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    portal.route({
      method: ['GET', 'HEAD', 'POST'],
      url: '/*',
      ...open,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        if (apiPath.test(request.url)) return reply.callNotFound()
        const current = await build()
        const context = new RouterContextProvider()
        context.set(current.entry.module.portalContext, {
          inject,
          dev,
          nonce: randomBytes(18).toString('base64'),
          parts: new Map(),
          address: request.ip,
          log: request.log,
        })
        const { host, protocol } = request
        const page = await createRequestHandler(current, mode)(
          createRequest(request.raw, reply.raw, { host, protocol: `${protocol}:` }),
          context,
        )
        return reply.send(page)
      },
    })
  })
}

async function developmentBuild(portal: FastifyInstance): Promise<() => Promise<PortalBuild>> {
  const { createServer, isRunnableDevEnvironment } = await import('vite')
  const vite = await createServer({
    configFile: join(import.meta.dirname, 'vite.config.ts'),
    server: { middlewareMode: true, hmr: { server: portal.server } },
  })
  portal.addHook('onClose', () => vite.close())
  await portal.register(fastifyMiddie)
  portal.use((_request, response, next) => {
    response.setHeader('content-security-policy', workerPolicy)
    next()
  })
  portal.use(vite.middlewares)
  const { ssr } = vite.environments
  if (!ssr || !isRunnableDevEnvironment(ssr)) throw new Error('Vite has no runnable server environment.')
  return () => ssr.runner.import<PortalBuild>('virtual:react-router/server-build')
}

async function productionBuild(portal: FastifyInstance): Promise<() => Promise<PortalBuild>> {
  const folder = join(import.meta.dirname, 'build')
  const build = (await import(join(folder, 'server/index.js')).catch((cause: unknown) => {
    throw new Error('The portal is not built. Run "npm run build" first, or start with --dev.', { cause })
  })) as PortalBuild
  await portal.register(fastifyStatic, { root: join(folder, 'client'), serve: false })
  portal.get('/assets/*', open, (request, reply) => {
    // A worker lives by the policy of its own script, not by that of the page.
    reply.header('content-security-policy', workerPolicy)
    // The names carry a hash of the content.
    return reply.sendFile(`assets/${pathBelow(request)}`, { maxAge: '365d', immutable: true })
  })
  portal.get('/favicon.svg', open, (_request, reply) => reply.sendFile('favicon.svg', { maxAge: '1d' }))
  return async () => build
}

const pathBelow = (request: FastifyRequest): string => (request.params as { '*': string })['*']
