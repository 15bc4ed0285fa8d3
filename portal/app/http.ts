/** What the server's and the browser's door to the API have in common. */
import type { Problem } from './contract.ts'

export type Query = Record<string, string | number | boolean | null | undefined | readonly string[]>

/** Outcome of a write. `etag` guards the next change of the same record. */
export type Sent<T> = { ok: true; value: T; etag: string | null; link: string | null } | { ok: false; problem: Problem }

/** Path with a query string; empty values are left out, lists are repeated. */
export function pathWith(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== null && one !== '') search.append(name, String(one))
    }
  }
  const text = search.toString()
  return text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`
}

/** Problem for an answer that is no problem document. */
export const unexpected = (status: number): Problem => ({
  title: 'Unexpected answer',
  status,
  code: 'unexpected',
  detail: `The server answered with status ${status} and no explanation. Try again; if it stays, tell the administrator.`,
})

/**
 * Messages of a problem by field path: pointer "/animal/sex" becomes "animal.sex". What names no field is under ''.
 */
export function fieldErrors(problem: Problem | null | undefined): Record<string, string> {
  const messages: Record<string, string> = {}
  for (const { pointer, message } of problem?.errors ?? []) {
    const field = pointer.replace(/^\//, '').replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
    messages[field] ??= message
  }
  return messages
}

/** What to tell a person about a problem as a whole. */
export const problemText = (problem: Problem): string => problem.detail ?? problem.title
