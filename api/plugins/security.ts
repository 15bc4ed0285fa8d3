/** Headers that keep browsers safe, rate limits, compression of text. */
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { Context } from '#api/context.ts'
import { AppError } from '#api/errors.ts'

export async function security(app: FastifyInstance, ctx: Context): Promise<void> {
  await app.register(helmet, {
    global: false,
    // Pages send a policy with a nonce of their own; everything else here runs no script at all.
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    strictTransportSecurity: ctx.config.publicUrl.startsWith('https:') ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'same-origin' },
  })
  // They are the same for every answer, and making them costs more than sending a small one.
  let safe: [name: string, value: string][] | null = null
  app.addHook('onRequest', async (_request, reply) => {
    if (!safe) {
      await reply.helmet()
      safe = Object.entries(reply.raw.getHeaders()) as [string, string][]
    } else for (const [name, value] of safe) reply.raw.setHeader(name, value)
  })
  await app.register(cookie)
  await app.register(rateLimit, {
    global: false,
    keyGenerator: (request) => request.ip,
    errorResponseBuilder: (_request, limit) =>
      new AppError('rateLimited', `Too many requests. Try again in ${Math.ceil(limit.ttl / 1000)} seconds.`),
  })
  await app.register(compress, {
    global: true,
    threshold: 2048,
    customTypes: /^(text\/|application\/(json|ld\+json|problem\+json|javascript|xml|graphql-response\+json))/,
    encodings: ['br', 'gzip'],
  })
}
