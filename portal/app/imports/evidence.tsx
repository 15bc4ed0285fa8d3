import styles from './imports.module.css'

/** Where a planned value comes from, below it. */
export function Evidence({ text }: { text: string }) {
  if (text === '') return null
  if (text === 'typed') return <span className={`${styles.evidence} ${styles.typed}`}>changed by you</span>
  return <span className={styles.evidence}>{text}</span>
}
