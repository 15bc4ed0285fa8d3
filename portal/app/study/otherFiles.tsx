import { Suspense, lazy, useState } from 'react'
import { counted } from '../format.ts'
import styles from './study.module.css'

const FileList = lazy(() => import('./fileList.tsx').then((m) => ({ default: m.FileList })))

const nouns: Record<'attachment' | 'raw', [one: string, many: string]> = {
  attachment: ['attachment', 'attachments'],
  raw: ['file of raw data', 'files of raw data'],
}

/** Files that came with the images and are no images themselves: attachments, or raw data. */
export function OtherFiles({ studyId, kind, count }: { studyId: string; kind: keyof typeof nouns; count: number }) {
  const [open, setOpen] = useState(false)
  if (count === 0) return null
  return (
    <details className={styles.fill} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{counted(count, ...nouns[kind])}</summary>
      <div>
        <Suspense fallback={<p>Reading the list of files</p>}>
          {open && <FileList of={{ studyId, role: kind }} />}
        </Suspense>
      </div>
    </details>
  )
}
