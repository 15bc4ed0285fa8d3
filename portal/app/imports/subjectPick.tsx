import { formatWords } from '../format.ts'
import type { PlannedSubject } from './contract.ts'
import { Evidence } from './evidence.tsx'
import styles from './imports.module.css'

interface Props {
  subject: PlannedSubject
  name: string | undefined
  /** The series that shows it. */
  of: string
  onChoose: () => void
}

/** One subject of a planned series: who it is, where it lay, and how that is known. */
export function SubjectPick({ subject, name, of, onChoose }: Props) {
  const { posture, entry, position } = subject.placement ?? {}
  const place = [position && `place ${position.join(', ')}`, entry, posture].filter(Boolean).join(', ')
  return (
    <div>
      <button
        type="button"
        className={styles.pick}
        onClick={onChoose}
        aria-label={`Subject of ${of}: ${name ?? 'none yet'}`}
      >
        {name ?? 'None yet'}
      </button>
      {!subject.id && subject.create && (
        <span className={styles.new}>new {formatWords(subject.create.kind).toLowerCase()}</span>
      )}
      {place && <span className={styles.evidence}>{place}</span>}
      <Evidence text={subject.evidence} />
    </div>
  )
}
