import { Suspense, lazy, useState } from 'react'
import { counted } from '../format.ts'
import styles from './study.module.css'

const FileList = lazy(() => import('./fileList.tsx').then((m) => ({ default: m.FileList })))

/** Files that came with the images and are no images themselves. */
export function Attachments({ studyId, count }: { studyId: string; count: number }) {
  const [open, setOpen] = useState(false)
  if (count === 0) return null
  return (
    <details className={styles.fill} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{counted(count, 'attachment')}</summary>
      <div>
        <Suspense fallback={<p>Reading the list of files</p>}>
          {open && <FileList of={{ studyId, role: 'attachment' }} />}
        </Suspense>
      </div>
    </details>
  )
}
