import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isKnown, rangeStillHolds, requestedSpan } from './range.ts'
import type { Span } from './range.ts'
import { sendFile, sendHeld } from './sendFile.ts'
import type { FilePart, Held } from './sendFile.ts'

/** Bytes that never change under their address. */
export interface Representation {
  byteCount: number
  /** Strong validator with its quotation marks. */
  etag: string
  /** Sent with 200, 206 and 304. */
  headers: Record<string, string>
  mediaType: string
  body(span: Span): Promise<Readable | Buffer | FilePart | Held>
}

const headersOf = ({ headers, etag }: Representation) => ({
  ...headers,
  etag,
  'accept-ranges': 'bytes',
  'x-content-type-options': 'nosniff',
})

/** Headers of an answer with all bytes. */
export const wholeHeaders = (what: Representation): Record<string, string> => ({
  ...headersOf(what),
  'content-type': what.mediaType,
  'content-length': String(what.byteCount),
})

/**
 * Answers a GET or HEAD with these bytes: 200, 206 with a single range, 304 or 416. A stream is destroyed by Fastify
 * when the client goes away.
 */
export async function sendBytes(request: FastifyRequest, reply: FastifyReply, what: Representation): Promise<void> {
  const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers
  const headers = headersOf(what)
  if (isKnown(ifNoneMatch, what.etag)) return reply.headers(headers).code(304).send(bodyless(request))

  const whole = { start: 0, end: what.byteCount }
  const asked = rangeStillHolds(oneOf(ifRange), what.etag) ? requestedSpan(range, what.byteCount) : null
  if (asked === 'unsatisfiable') {
    return reply
      .headers({ ...headers, 'content-range': `bytes */${what.byteCount}`, 'content-length': '0' })
      .code(416)
      .send(bodyless(request))
  }
  const { start, end } = asked ?? whole
  const sent = {
    ...wholeHeaders(what),
    'content-length': String(end - start),
    ...(asked && { 'content-range': `bytes ${start}-${end - 1}/${what.byteCount}` }),
  }
  const status = asked ? 206 : 200
  if (request.method === 'HEAD') return reply.headers(sent).code(status).send(bodyless(request))
  const body = await what.body({ start, end })
  if ('release' in body) return sendHeld(reply, status, sent, body)
  return 'lease' in body ? sendFile(reply, status, sent, body) : reply.headers(sent).code(status).send(body)
}

/** Fastify would read a real body of HEAD to its end, and call an absent one 0 bytes long; an empty stream keeps the headers. */
export const bodyless = (request: FastifyRequest) => (request.method === 'HEAD' ? Readable.from([]) : undefined)

const oneOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

/** Content-Disposition that saves under this name (RFC 6266, RFC 8187). */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const exact = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
