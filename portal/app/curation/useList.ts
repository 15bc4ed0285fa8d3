import { useEffect, useState } from 'react'
import { ProblemError, get } from '../api.ts'
import type { Page, Problem } from '../contract.ts'

interface State<T> {
  /** Null until the first page is there. */
  items: T[] | null
  next: string | null
  problem: Problem | null
}

/** A list of the API, read when it is first shown, page by page. */
export function useList<T>(path: string, query: Record<string, string | number> = {}) {
  const [state, setState] = useState<State<T>>({ items: null, next: null, problem: null })
  const [cursor, setCursor] = useState<string | null>(null)
  const asked = JSON.stringify(query)
  useEffect(() => {
    const leaving = new AbortController()
    get<Page<T>>(path, { ...(JSON.parse(asked) as object), cursor }, leaving.signal).then(
      (page) =>
        setState(({ items }) => ({
          items: cursor ? [...(items ?? []), ...page.items] : page.items,
          next: page.next ?? null,
          problem: null,
        })),
      (error: unknown) => {
        if (error instanceof ProblemError) setState((held) => ({ ...held, problem: error.problem }))
      },
    )
    return () => leaving.abort()
  }, [path, asked, cursor])
  return { ...state, more: state.next ? () => setCursor(state.next) : null }
}
