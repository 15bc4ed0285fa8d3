/** The OpenAPI 3.1 document, made from the routes' schemas, and a page to browse it. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '#api/context.ts'
import type { ErrorKind } from '#api/errors.ts'
import { problemKinds } from './problems.ts'

/** Every error (RFC 9457); some have further members, which their sentence explains. */
const problemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable; /docs/errors lists all.' }),
    detail: Type.String({ description: 'What is wrong and what to do next, for people.' }),
    requestId: Type.Optional(Type.String({ description: 'Number of the request in the log of the site.' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'JSON pointer into the body, or ?name of a query parameter.' }),
          message: Type.String(),
          value: Type.Optional(Type.Unknown()),
        }),
      ),
    ),
  },
  {
    $id: 'Problem',
    title: 'Problem',
    examples: [
      {
        type: '/docs/errors#invalid',
        title: 'Something in the request is not right',
        status: 422,
        code: 'invalid',
        detail: '“title” is missing.',
        requestId: 'req-1',
        errors: [{ pointer: '/title', message: '“title” is missing.' }],
      },
    ],
  },
)

type OperationSchema = FastifySchema & { security?: unknown; hide?: boolean; response?: Record<string, unknown> }

/** A route's schema with who may call it and the ways in which it can say no. */
function withProblems(schema: OperationSchema | undefined, url: string, route: RouteOptions): OperationSchema {
  if (!schema || schema.hide) return { ...schema, hide: true }
  const access = route.config?.access
  const changes = !['GET', 'HEAD', 'OPTIONS'].includes(String(route.method))
  const ifMatch = 'if-match' in ((schema.headers as { properties?: object } | undefined)?.properties ?? {})
  const kinds: [ErrorKind, boolean][] = [
    ['signInNeeded', true],
    ['forbidden', changes || access === 'admin' || access === 'curator'],
    ['notFound', url.includes(':')],
    ['conflict', changes],
    ['gone', url.includes(':')],
    ['stale', ifMatch],
    ['tooLarge', schema.body !== undefined],
    ['unsupported', schema.body !== undefined],
    ['invalid', true],
    ['preconditionRequired', ifMatch],
    ['rateLimited', Boolean(route.config?.rateLimit)],
    ['busy', true],
  ]
  const problem = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
  })
  const problems = kinds.flatMap(([kind, may]): [string, unknown][] => {
    const [status, , title] = problemKinds[kind]
    return may ? [[String(status), problem(title)]] : []
  })
  return {
    ...schema,
    security: access === 'public' ? [{}, { token: [] }, { cookie: [] }] : [{ token: [] }, { cookie: [] }],
    response: {
      ...(schema.response ?? { 200: { description: 'Done' } }),
      ...Object.fromEntries(problems),
      default: problem('Any other problem'),
    },
  }
}

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
    transform: ({ schema, url, route }) => ({
      url,
      schema: withProblems(schema as OperationSchema, url, route) as never,
    }),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json.$id === 'string' ? json.$id : `schema${i}`),
    },
  })
  app.addSchema(problemSchema)
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
