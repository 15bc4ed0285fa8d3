import { Button } from '@mantine/core'
import { Link, useSearchParams } from 'react-router'
import styles from './pager.module.css'

/** Steps through a list by its cursor. */
export function Pager({ next }: { next: string | null | undefined }) {
  const [address] = useSearchParams()
  const later = address.has('cursor')
  if (!next && !later) return null
  const to = (cursor: string | null) => {
    const search = new URLSearchParams(address)
    search.delete('cursor')
    if (cursor) search.set('cursor', cursor)
    return `?${search}`
  }
  return (
    <nav className={styles.pager} aria-label="Pages">
      {later && (
        <Button component={Link} to={to(null)} variant="default">
          First page
        </Button>
      )}
      {next && (
        <Button component={Link} to={to(next)} variant="default">
          Next page
        </Button>
      )}
    </nav>
  )
}
