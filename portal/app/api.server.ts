/**
 * The server's only door to data: the API, called in the same process with the visitor's cookie. It never uses an
 * address made from request headers.
 */
import { createContext, data, redirect, type RouterContextProvider } from 'react-router'
import type { Problem } from './contract.ts'
import { pathWith, unexpected, type Query, type Sent } from './http.ts'

interface InjectOptions {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers: Record<string, string>
  payload?: string
  remoteAddress: string
}
interface InjectResponse {
  statusCode: number
  headers: Record<string, unknown>
  payload: string
}

/** What the mounting server hands to each request of the portal. */
export interface PortalContext {
  inject: (options: InjectOptions) => Promise<InjectResponse>
  dev: boolean
  /** Of this response's content security policy. */
  nonce: string
  /** Texts that loaders put into the document only, by name; see components/serverParts.ts. */
  parts: Map<string, string>
  /** Network address of the visitor; the API limits attempts to sign in by it. */
  address: string
  log: { info(details: object, message: string): void; error(details: object, message: string): void }
}
export const portalContext = createContext<PortalContext>()

interface Args {
  request: Request
  context: Readonly<RouterContextProvider>
}

/** The API as the visitor of this request may use it. */
export function apiOf({ request, context }: Args) {
  const { inject, address } = context.get(portalContext)

  async function call(method: InjectOptions['method'], path: string, body?: unknown, ifMatch?: string) {
    const headers: Record<string, string> = { accept: 'application/json, application/problem+json' }
    for (const name of ['cookie', 'origin', 'host', 'user-agent']) {
      const value = request.headers.get(name)
      if (value !== null) headers[name] = value
    }
    if (ifMatch !== undefined) headers['if-match'] = ifMatch
    if (body !== undefined) headers['content-type'] = 'application/json'
    const payload = body === undefined ? undefined : JSON.stringify(body)
    return inject({ method, url: `/api/v1${path}`, headers, remoteAddress: address, ...(payload && { payload }) })
  }

  return {
    /**
     * Reads a resource. A visitor who must sign in is sent to the sign-in page and back.
     * @throws the problem as route data, which the ErrorBoundary shows
     */
    async get<T>(path: string, query?: Query): Promise<T> {
      return (await this.getLinked<T>(path, query)).value
    },

    /** As `get`, with the Link header of the resource. */
    async getLinked<T>(path: string, query?: Query): Promise<{ value: T; link: string | null }> {
      const answer = await this.attempt<T>(path, query)
      if (answer.ok) return answer
      const { problem } = answer
      if (problem.status === 401) throw redirect(signInPath(request))
      throw data(problem, { status: problem.status })
    },

    /** Reads a resource that may not be there, or whose query a person typed. */
    async attempt<T>(path: string, query?: Query): Promise<Sent<T>> {
      const response = await call('GET', pathWith(path, query))
      if (response.statusCode >= 300) return { ok: false, problem: problemOf(response) }
      return { ok: true, value: parse<T>(response), etag: tagOf(response), link: linkOf(response) }
    },

    /** Writes; the answer says whether it worked, so that an action can show messages beside its fields. */
    async send<T>(
      method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      path: string,
      body?: unknown,
      options: { ifMatch?: string } = {},
    ): Promise<Sent<T> & { cookies: string[] }> {
      const response = await call(method, path, body, options.ifMatch)
      const cookies = [response.headers['set-cookie'] ?? []].flat().map(String)
      if (response.statusCode >= 300) return { ok: false, problem: problemOf(response), cookies }
      return { ok: true, value: parse<T>(response), etag: tagOf(response), link: linkOf(response), cookies }
    },
  }
}

/** Sign-in page that leads back to the page asked for. */
export function signInPath(request: Request): string {
  const { pathname, search } = new URL(request.url)
  return `/sign-in?returnTo=${encodeURIComponent(pathname + search)}`
}

const linkOf = ({ headers }: InjectResponse): string | null =>
  headers.link === undefined ? null : String(headers.link)
const tagOf = ({ headers }: InjectResponse): string | null => (typeof headers.etag === 'string' ? headers.etag : null)

const parse = <T>(response: InjectResponse): T => (response.payload === '' ? null : JSON.parse(response.payload)) as T

function problemOf(response: InjectResponse): Problem {
  try {
    const body = JSON.parse(response.payload) as Partial<Problem>
    if (typeof body.title === 'string' && typeof body.code === 'string') {
      return { ...body, title: body.title, code: body.code, status: response.statusCode }
    }
  } catch {
    // Not JSON: the constant sentence below says what is known.
  }
  return unexpected(response.statusCode)
}
