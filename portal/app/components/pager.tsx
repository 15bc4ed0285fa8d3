import { Button } from '@mantine/core'
import { Link, useLocation, useSearchParams } from 'react-router'
import { useHydrated } from './hydrated.ts'
import { listParameters } from './listAddress.ts'
import styles from './pager.module.css'

interface Props {
  next: string | null | undefined
  /** Name of the list in the address, when the page has several. */
  list?: string
}

/**
 * Steps through a list by its cursor. A cursor leads onwards only, so the pages that were passed are kept with the entry in
 * the browser's history; who came by a bookmark gets back to the first page.
 */
export function Pager({ next, list }: Props) {
  const [address] = useSearchParams()
  const { state } = useLocation()
  const hydrated = useHydrated()
  const { cursor: name } = listParameters(list)
  const here = address.get(name)
  if (!next && here === null) return null
  // The server does not know the browser's history.
  const passed = hydrated && here !== null ? passedPages(state, name) : []
  const to = (cursor: string | null) => {
    const search = new URLSearchParams(address)
    search.delete(name)
    if (cursor) search.set(name, cursor)
    return `?${search}`
  }
  return (
    <nav className={styles.pager} aria-label="Pages">
      {here !== null && (
        <Button component={Link} to={to(null)} variant="default">
          First page
        </Button>
      )}
      {passed.length > 0 && (
        <Button
          component={Link}
          to={to(passed.at(-1) ?? null)}
          state={{ passed: { [name]: passed.slice(0, -1) } }}
          variant="default"
        >
          Previous page
        </Button>
      )}
      {passed.length > 0 && <span className="dim">Page {passed.length + 1}</span>}
      {next && (
        <Button
          component={Link}
          to={to(next)}
          state={{ passed: { [name]: [...passed, here ?? ''] } }}
          variant="default"
        >
          Next page
        </Button>
      )}
    </nav>
  )
}

/** Cursors of the pages before this one; '' is the first. */
function passedPages(state: unknown, name: string): string[] {
  const passed = (state as { passed?: Record<string, unknown> } | null)?.passed?.[name]
  return Array.isArray(passed) ? passed.filter((cursor) => typeof cursor === 'string') : []
}
