/** Errors as problem documents (RFC 9457): what is known is said, what is not is logged and kept inside. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorObject } from 'ajv'
import { AppError, type ErrorKind } from '#api/errors.ts'
import { invalidFields } from '#api/records/validate.ts'

/** Kind -> HTTP status, stable code, title. */
export const problemKinds: Record<ErrorKind, [status: number, code: string, title: string]> = {
  invalid: [422, 'invalid', 'Something in the request is not right'],
  signInNeeded: [401, 'sign-in-needed', 'Sign-in needed'],
  forbidden: [403, 'forbidden', 'Not allowed'],
  notFound: [404, 'not-found', 'Not found'],
  gone: [410, 'gone', 'No longer available'],
  conflict: [409, 'conflict', 'In conflict with what is there'],
  stale: [412, 'stale', 'Changed in the meantime'],
  preconditionRequired: [428, 'precondition-required', 'If-Match needed'],
  tooLarge: [413, 'too-large', 'Too large'],
  unsupported: [415, 'unsupported', 'Not supported'],
  rateLimited: [429, 'rate-limited', 'Too many requests'],
  busy: [503, 'busy', 'Not ready'],
}

/** What Fastify itself refuses before our code runs. */
const fastifyKinds: Record<number, ErrorKind> = {
  400: 'invalid',
  401: 'signInNeeded',
  404: 'notFound',
  413: 'tooLarge',
  414: 'tooLarge',
  415: 'unsupported',
  429: 'rateLimited',
  431: 'tooLarge',
  503: 'busy',
}

export interface Problem {
  type: string
  title: string
  status: number
  code: string
  detail: string
  requestId: string
  errors?: AppError['fields']
  [more: string]: unknown
}

export function problemOf(error: AppError, requestId: string): Problem {
  const [status, code, title] = problemKinds[error.kind]
  return {
    type: `/docs/errors#${code}`,
    title,
    status,
    code,
    detail: error.message,
    requestId,
    ...(error.fields.length > 0 && { errors: error.fields }),
    ...error.details,
  }
}

/** Any error as one that may be shown. */
export function toAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error
  const known = error as FastifyError
  if (known.validation) {
    const part = known.validationContext === 'body' ? '' : `?`
    const invalid = invalidFields(known.validation as unknown as ErrorObject[])
    if (!part) return invalid
    return new AppError('invalid', invalid.message, {
      fields: invalid.fields.map((f) => ({ ...f, pointer: `?${f.pointer.slice(1)}` })),
    })
  }
  const status = known.statusCode
  if (status !== undefined && status >= 400 && status < 500) {
    const kind = fastifyKinds[status] ?? 'invalid'
    return new AppError(kind, kind === 'tooLarge' ? 'The request is larger than this address accepts.' : known.message)
  }
  return null
}

export function problems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const shown = toAppError(error)
    if (!shown) {
      request.log.error({ err: error }, 'unexpected error')
      return send(reply, {
        type: '/docs/errors#internal',
        title: 'Something went wrong here',
        status: 500,
        code: 'internal',
        detail: 'This is our mistake. It is in the log under the request number.',
        requestId: request.id,
      })
    }
    const problem = problemOf(shown, request.id)
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="Vivarchive"')
    if (problem.status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '2')
    return send(reply, problem)
  })
}

/** The answer for addresses that do not exist. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = new AppError(
    'notFound',
    `There is nothing at ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}.`,
  )
  return send(reply, problemOf(error, request.id))
}

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problem)
}
