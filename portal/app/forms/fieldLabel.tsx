import styles from './forms.module.css'

interface Props {
  title: string
  neededToSave: boolean
  neededToPublish: boolean
  /** Filled, or empty for a stated reason. */
  settled: boolean
}

/** Name of a field with a discreet mark: a star for what saving needs, a ring for what publishing needs. */
export function FieldLabel({ title, neededToSave, neededToPublish, settled }: Props) {
  return (
    <span className={styles.label}>
      {title}
      {neededToSave && (
        <span className={styles.need} aria-hidden title="Needed to save">
          *
        </span>
      )}
      {neededToPublish && (
        <>
          <span
            className={`${styles.publish} ${settled ? styles.publishDone : ''}`}
            aria-hidden
            title={settled ? 'Needed to publish; settled' : 'Needed to publish'}
          />
          <span className="srOnly"> (needed to publish)</span>
        </>
      )}
    </span>
  )
}

/** What the marks mean. */
export function MarksLegend({ sparse }: { sparse?: boolean | undefined }) {
  return (
    <p className={styles.legend} aria-hidden>
      {!sparse && (
        <span data-mark="save">
          <span className={styles.need}>*</span> needed to save
        </span>
      )}
      <span data-mark="publish">
        <span className={styles.publish} /> needed to publish
      </span>
      <span data-mark="settled">
        <span className={`${styles.publish} ${styles.publishDone}`} /> settled
      </span>
    </p>
  )
}
