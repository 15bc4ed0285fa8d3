import { Progress } from '@mantine/core'
import { Link, useLocation } from 'react-router'
import { UploadFacts, percent } from './uploadPanel.tsx'
import styles from './upload.module.css'
import { useRunningUploads } from './uploads.ts'

/** Uploads that go on while a person is elsewhere in the portal. */
export function UploadDock() {
  const { pathname } = useLocation()
  const uploads = useRunningUploads().filter(({ importId }) => pathname !== `/imports/${importId}`)
  if (uploads.length === 0) return null
  return (
    <aside className={styles.dock} aria-label="Uploads under way">
      {uploads.map(({ importId, label, state }) => (
        <div key={importId}>
          <Link to={`/imports/${importId}`}>{label}</Link>
          {state.phase === 'paused' && ', paused'}
          <Progress value={percent(state)} size="sm" my={4} aria-label={`Upload of ${label}`} />
          <UploadFacts state={state} />
        </div>
      ))}
    </aside>
  )
}
