import { Link } from 'react-router'
import styles from './linkTabs.module.css'

interface Tab {
  to: string
  label: string
  current: boolean
}

/** Parts of a page that have addresses of their own. */
export function LinkTabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.label} to={tab.to} aria-current={tab.current ? 'page' : undefined} preventScrollReset>
          {tab.label}
        </Link>
      ))}
    </nav>
  )
}
