/** Renders a page: streamed to people, complete to crawlers, with a content security policy of its own. */
import { PassThrough } from 'node:stream'
import { createReadableStreamFromReadable } from '@react-router/node'
import { isbot } from 'isbot'
import { renderToPipeableStream } from 'react-dom/server'
import {
  ServerRouter,
  isRouteErrorResponse,
  type HandleDocumentRequestFunction,
  type HandleErrorFunction,
} from 'react-router'
import { portalContext } from './api.server.ts'
import { NonceContext } from './components/nonce.ts'
import { ServerParts } from './components/serverParts.ts'

export { portalContext }

export const streamTimeout = 10_000

const handleDocument: HandleDocumentRequestFunction = (request, status, headers, routerContext, loadContext) => {
  const { nonce, parts, dev, log } = loadContext.get(portalContext)
  headers.set('Content-Type', 'text/html; charset=utf-8')
  headers.set('Content-Security-Policy', contentSecurityPolicy(nonce, dev))
  // Pages differ by visitor; shared caches must not keep them.
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'private, no-cache')
  headers.append('Vary', 'Cookie')
  if (request.method === 'HEAD') return new Response(null, { status, headers })

  return new Promise((resolve, reject) => {
    let sent = false
    const ready = isbot(request.headers.get('user-agent')) ? 'onAllReady' : 'onShellReady'
    const { pipe, abort } = renderToPipeableStream(
      <NonceContext value={nonce}>
        <ServerParts value={parts}>
          <ServerRouter context={routerContext} url={request.url} nonce={nonce} />
        </ServerParts>
      </NonceContext>,
      {
        nonce,
        [ready]() {
          sent = true
          const body = new PassThrough({
            final(done) {
              clearTimeout(timer)
              done()
            },
          })
          pipe(body)
          resolve(new Response(createReadableStreamFromReadable(body), { status, headers }))
        },
        onShellError: reject,
        onError(error) {
          if (sent) log.error({ err: error }, 'A part of a page could not be rendered')
        },
      },
    )
    const timer = setTimeout(abort, streamTimeout + 1000)
  })
}
export default handleDocument

export const handleError: HandleErrorFunction = (error, { request, context }) => {
  if (request.signal.aborted || isRouteErrorResponse(error)) return
  context.get(portalContext).log.error({ err: error }, 'A page failed')
}

/** The viewer compiles WebAssembly and starts workers from blobs; Vite's client inserts style elements in development. */
function contentSecurityPolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'wasm-unsafe-eval'`,
    dev ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
