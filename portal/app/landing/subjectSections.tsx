import { IconCamera } from '@tabler/icons-react'
import { FactList } from '../components/factList.tsx'
import { When } from '../components/time.tsx'
import { counted } from '../format.ts'
import { entryKinds } from '../timeline/kinds.ts'
import type { Entry, SubjectView } from './landing.server.ts'
import styles from './landing.module.css'

/** Timelines are open as long as a reader can see them all. */
const openUpTo = 3

/** Every subject with what was done to it, as a timeline. */
export function SubjectSections({ subjects }: { subjects: SubjectView[] }) {
  return subjects.map((subject, place) => (
    <details key={subject.id} id={subject.id} className={styles.subject} open={place < openUpTo}>
      <summary>
        <h3>{subject.name}</h3>
        <span>{[subject.kind, subject.summary].filter(Boolean).join(': ')}</span>
        <span className="dim">{counted(subject.timeline.length, 'entry', 'entries')}</span>
      </summary>
      <div className={styles.subjectBody}>
        <FactList facts={subject.facts} dense />
        {subject.timeline.length > 0 && (
          <ol className={styles.timeline}>
            {subject.timeline.map((entry) => (
              <TimelineEntry key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
      </div>
    </details>
  ))
}

function TimelineEntry({ entry }: { entry: Entry }) {
  const EntryIcon = entryKinds[entry.kind]?.Icon ?? IconCamera
  return (
    <li data-kind={entry.kind}>
      <span className={styles.dot}>
        <EntryIcon size={15} aria-hidden />
      </span>
      <div className={styles.when}>
        {entry.at ? <When stamp={entry.at} /> : 'Time not known'}
        {entry.end && (
          <>
            {' to '}
            <When stamp={entry.end} />
          </>
        )}
      </div>
      <div>
        <h4>{entry.title}</h4>
        {entry.context && <p className={styles.context}>{entry.context}</p>}
        <FactList facts={entry.facts} dense />
      </div>
    </li>
  )
}
