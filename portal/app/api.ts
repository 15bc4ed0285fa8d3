/** The browser's door to the API. */
import type { Problem } from './contract.ts'
import { pathWith, unexpected, type Query, type Sent } from './http.ts'

/** Thrown by `get`: the problem document as an error. */
export class ProblemError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

const base = '/api/v1'

/**
 * Reads a resource.
 * @throws ProblemError
 */
export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  const read = await getWithTag<T>(path, query, signal)
  return read.value
}

/**
 * Reads a record with the ETag that its next change must carry.
 * @throws ProblemError
 */
export async function getWithTag<T>(
  path: string,
  query?: Query,
  signal?: AbortSignal,
): Promise<{ value: T; etag: string | null }> {
  const response = await reach(pathWith(base + path, query), {
    headers: { accept: 'application/json' },
    ...(signal && { signal }),
  })
  if (!(response instanceof Response)) throw new ProblemError(response)
  if (!response.ok) throw new ProblemError(await problemOf(response))
  return { value: (await response.json()) as T, etag: response.headers.get('etag') }
}

/** Writes. `ifMatch` is the ETag of the version that the change was made from, or its version number. */
export async function send<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  options: { ifMatch?: string | number; signal?: AbortSignal } = {},
): Promise<Sent<T>> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (options.ifMatch !== undefined) {
    headers['if-match'] = typeof options.ifMatch === 'number' ? `"${options.ifMatch}"` : options.ifMatch
  }
  const response = await reach(base + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(options.signal && { signal: options.signal }),
  })
  if (!(response instanceof Response)) return { ok: false, problem: response }
  if (!response.ok) return { ok: false, problem: await problemOf(response) }
  const text = await response.text()
  return {
    ok: true,
    value: (text === '' ? null : JSON.parse(text)) as T,
    etag: response.headers.get('etag'),
    link: response.headers.get('link'),
  }
}

async function reach(address: string, init: RequestInit): Promise<Response | Problem> {
  try {
    return await fetch(address, init)
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    return {
      title: 'No connection',
      status: 0,
      code: 'offline',
      detail: 'The server cannot be reached. What you entered is kept on this page; try again in a moment.',
    }
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => null)) as Problem | null
  return body && typeof body.title === 'string' ? { ...body, status: response.status } : unexpected(response.status)
}
