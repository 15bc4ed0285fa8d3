import type { ReactNode } from 'react'
import { Title } from '@mantine/core'
import { Link } from 'react-router'
import styles from './pageHeader.module.css'

export interface Crumb {
  label: string
  to: string
}

interface Props {
  /** Where the page stands: project, study, series; the page itself is not among them. */
  crumbs?: Crumb[]
  title: ReactNode
  /** Badges and facts beside or below the title. */
  meta?: ReactNode
  /** What can be done here. */
  actions?: ReactNode
}

/** Head of a page: breadcrumbs, title, state, actions. */
export function PageHeader({ crumbs = [], title, meta, actions }: Props) {
  return (
    <div className={styles.head}>
      {crumbs.length > 0 && <Breadcrumbs crumbs={crumbs} />}
      <div className={styles.row}>
        <Title order={1} className={styles.title}>
          {title}
        </Title>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {meta && <div className={styles.meta}>{meta}</div>}
    </div>
  )
}

/** Project > study > series. */
export function Breadcrumbs({ crumbs }: { crumbs: Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb">
      <ol className={styles.crumbs}>
        {crumbs.map(({ label, to }) => (
          <li key={to}>
            <Link to={to}>{label}</Link>
          </li>
        ))}
      </ol>
    </nav>
  )
}
