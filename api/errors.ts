/** The ways the product can say no. Code throws these; transports translate them (plugins/problems.ts). */
export type ErrorKind =
  | 'invalid'
  | 'signInNeeded'
  | 'forbidden'
  | 'notFound'
  | 'wrongMethod'
  | 'gone'
  | 'notAcceptable'
  | 'conflict'
  | 'stale'
  | 'preconditionRequired'
  | 'tooLarge'
  | 'unsupported'
  | 'rateLimited'
  | 'busy'

/** One field of the request that is wrong. */
export interface FieldError {
  /** JSON pointer (RFC 6901) into the body, or `?name` for a query parameter. */
  pointer: string
  message: string
  value?: unknown
}

export class AppError extends Error {
  readonly kind: ErrorKind
  readonly fields: FieldError[]
  /** Further members of the problem document. */
  readonly details: Record<string, unknown>

  /**
   * @param kind    what kind of no
   * @param message a sentence for people: what is wrong and what to do next
   */
  constructor(
    kind: ErrorKind,
    message: string,
    more: { fields?: FieldError[]; details?: Record<string, unknown> } = {},
  ) {
    super(message)
    this.name = 'AppError'
    this.kind = kind
    this.fields = more.fields ?? []
    this.details = more.details ?? {}
  }
}

/** A thing that is not there, or that the caller may not see: both look the same. */
export const notFound = (what: string, id?: string): AppError =>
  new AppError(
    'notFound',
    `There is no ${what}${id ? ` with the identifier ${id}` : ''} here, or it is not yours to see.`,
  )

/** A key as the next part of a JSON pointer (RFC 6901, 3). */
export const pointerPart = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`

/** One wrong field. */
export const invalidField = (pointer: string, message: string, value?: unknown): AppError =>
  new AppError('invalid', message, { fields: [{ pointer, message, ...(value !== undefined && { value }) }] })
