/** Errors as problem documents (RFC 9457): what is known is said, what is not is logged and kept inside. */
import type { Socket } from 'node:net'
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
  wrongMethod: [405, 'wrong-method', 'Not possible here'],
  notAcceptable: [406, 'not-acceptable', 'Not available in this form'],
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

/** Better words than Fastify's. */
const told: Partial<Record<ErrorKind, string>> = {
  tooLarge: 'The request is larger than this address accepts.',
  unsupported: 'Bodies of this type are not read here. Send JSON with Content-Type: application/json.',
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
    return new AppError(kind, told[kind] ?? known.message)
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

/**
 * The answer where no route is: 405 with Allow when the address takes other methods, 404 otherwise. Register before the
 * routes, so that it knows them.
 */
export function notFoundAnswer(app: FastifyInstance): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  const routes: { methods: string[]; address: RegExp }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    if (url.includes('*')) return
    const address = url.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+')
    routes.push({ methods: [method].flat(), address: new RegExp(`^${address}$`) })
  })
  return (request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const allowed = new Set(routes.flatMap(({ methods, address }) => (address.test(path) ? methods : [])))
    // A parameter that is too long finds no route either, though the address has the method.
    if (allowed.size === 0 || allowed.has(request.method)) {
      return send(
        reply,
        problemOf(new AppError('notFound', `There is nothing at ${request.method} ${path.slice(0, 200)}.`), request.id),
      )
    }
    const list = [...allowed].toSorted().join(', ')
    const message = `${request.method} is not possible at ${path.slice(0, 200)}; possible: ${list}.`
    return send(reply.header('allow', list), problemOf(new AppError('wrongMethod', message), request.id))
  }
}

/** What the router itself cannot read. */
export function sendUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const shown =
    error.code === 'FST_ERR_BAD_URL'
      ? new AppError('invalid', 'The address is not readable: its percent-encoding is broken.')
      : new AppError('notFound', 'There is nothing at this address; it is longer than any that there is.')
  send(reply, problemOf(shown, request.id))
}

/** Answers what Node could not read as HTTP, on the bare socket. */
export function sendUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, title, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large', 'The address and the headers are larger than 16 KiB together.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout', 'The request did not arrive in time.']
        : [400, 'Bad Request', 'This is not readable as HTTP.']
  const code = status === 431 ? 'too-large' : 'invalid'
  const body = JSON.stringify({ type: `/docs/errors#${code}`, title, status, code, detail })
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problem)
}
