import type { Fact } from '../landing/facts.server.ts'
import styles from './factList.module.css'
import { When } from './time.tsx'

/** Label and value, one line each. */
export function FactList({ facts, dense = false }: { facts: Fact[]; dense?: boolean }) {
  if (facts.length === 0) return null
  return (
    <dl className={styles.facts} data-dense={dense || undefined}>
      {facts.map(({ label, text, code, stamp }) => (
        <div key={`${label}${text}`}>
          <dt>{label}</dt>
          <dd>
            {text}
            {stamp && <When stamp={stamp} />}
            {code && <span className={styles.code}>{code.href ? <a href={code.href}>{code.text}</a> : code.text}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
