import { useEffect, useState } from 'react'
import { get, ProblemError } from '../api.ts'
import type { Problem } from '../contract.ts'
import type { TableRows } from './contract.ts'

const browserZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/** The rows of a table with times as the clocks of this browser show them, which the server does not know. */
export function useTable(studyId: string, name: string) {
  const [held, setHeld] = useState<{ of: string; content?: TableRows; problem?: Problem }>()
  const [zone] = useState(browserZone)
  const of = `${studyId} ${name}`
  useEffect(() => {
    const leaving = new AbortController()
    get<TableRows>(`/studies/${studyId}/tables/${name}/rows`, { zone }, leaving.signal).then(
      (content) => setHeld({ of, content }),
      (error: unknown) => {
        if (!leaving.signal.aborted && error instanceof ProblemError) setHeld({ of, problem: error.problem })
      },
    )
    return () => leaving.abort()
  }, [studyId, name, zone, of])
  const own = held?.of === of ? held : undefined
  return { content: own?.content, problem: own?.problem, zone }
}
