import type { ReactNode, Ref } from 'react'
import styles from './notice.module.css'

interface Props {
  tone: 'good' | 'plain' | 'warn' | 'bad'
  title: ReactNode
  children?: ReactNode
  /** To move the focus there. */
  ref?: Ref<HTMLDivElement>
}

/** A message that stays on the page; trouble is also announced. */
export function Notice({ tone, title, children, ref }: Props) {
  const urgent = tone === 'bad' || tone === 'warn'
  return (
    <div ref={ref} tabIndex={-1} className={styles.notice} data-tone={tone} role={urgent ? 'alert' : undefined}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  )
}
