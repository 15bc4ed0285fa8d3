/** The OpenAPI 3.1 document, made from the routes' schemas, and a page to browse it. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { Context } from '#api/context.ts'

export async function openapi(app: FastifyInstance, ctx: Context): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Vivarchive',
        version: '1',
        description:
          'Repository for preclinical imaging. Errors are problem documents (RFC 9457); updates need If-Match; lists are paged by cursor.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: ctx.config.publicUrl }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'API token from the account page.' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'vivarchive_session' },
        },
      },
      security: [{}, { token: [] }, { cookie: [] }],
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json.$id === 'string' ? json.$id : `schema${i}`),
    },
  })
  // Mounted on its own, because the page brings its own routes and content security policy.
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' }
    })
    await scope.register(swaggerUi, {
      routePrefix: '/docs/api',
      staticCSP: true,
      uiConfig: { deepLinking: true, docExpansion: 'none' },
    })
  })
  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async () => app.swagger())
}
