import type { ReactNode } from 'react'
import { Button, Title } from '@mantine/core'
import styles from './viewer.module.css'

interface Props {
  title: string
  children: ReactNode
  /** The next step, as an address ... */
  to?: { href: string; label: string }
  /** ... or as something to do. */
  act?: { run: () => void; label: string }
}

/** Instead of pictures: what is the matter and what can be done. */
export function Message({ title, children, to, act }: Props) {
  return (
    <div className={styles.message} role="status">
      <Title order={2}>{title}</Title>
      <p>{children}</p>
      {act && <Button onClick={act.run}>{act.label}</Button>}
      {to && (
        <Button component="a" href={to.href} variant={act ? 'default' : 'filled'}>
          {to.label}
        </Button>
      )}
    </div>
  )
}
