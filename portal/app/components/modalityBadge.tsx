import { formatModality } from '../format.ts'
import styles from './modalityBadge.module.css'

export function ModalityBadge({ code }: { code: string }) {
  return <span className={styles.badge}>{formatModality(code)}</span>
}
