/** The server below Fastify, with a way past it for what is asked for thousands of times a second. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/**
 * Answers a request before Fastify sees it, and then returns true. When it finds later that it cannot, and nothing was sent,
 * it calls `next`.
 */
export type Shortcut = (request: IncomingMessage, response: ServerResponse, next: () => void) => boolean

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Large uploads take as long as they take; proxies keep connections for a minute, and must be the ones to close them. */
const options = { requestTimeout: 0, keepAliveTimeout: 72_000 }

export const httpServer =
  (shortcuts: ReadonlySet<Shortcut>) =>
  (handle: Handler): Server =>
    createServer(options, (request, response) => {
      const next = () => handle(request, response)
      for (const shortcut of shortcuts) if (shortcut(request, response, next)) return
      next()
    })
