/** /healthz: the process lives. /readyz: it can serve. */
import { access, constants } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { QueryTypes } from 'sequelize'
import type { Context } from '#api/context.ts'

export async function healthRoutes(app: FastifyInstance, ctx: Context): Promise<void> {
  const schema = { tags: ['Operation'], hide: true }
  const config = { access: 'public' as const, rateLimit: false as const }
  app.get('/healthz', { config, schema, logLevel: 'warn' }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  )
  app.get('/readyz', { config, schema, logLevel: 'warn' }, async (_request, reply) => {
    const checks = {
      database: await works(() => ctx.db.sequelize.query('SELECT 1', { type: QueryTypes.SELECT })),
      storage: await works(() => access(ctx.blobs.stagingFolder, constants.W_OK)),
      search: await works(() => ctx.search.check()),
    }
    const pending = [...ctx.pending]
    const ready = pending.length === 0 && Object.values(checks).every((check) => check === 'ok')
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ok' : 'not ready', checks, ...(pending.length > 0 && { pending }) })
  })
}

async function works(check: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer within 5 s')), 5000)
    })
    await Promise.race([check(), late])
    return 'ok'
  } catch (error) {
    return `failed: ${(error as Error).message}`
  } finally {
    clearTimeout(timer)
  }
}
