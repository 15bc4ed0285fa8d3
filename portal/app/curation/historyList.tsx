import { entities } from '#ontology/index.ts'
import { ProblemAlert } from '../components/problem.tsx'
import { Time } from '../components/time.tsx'
import { valueText } from '../forms/valueText.ts'
import { deedText, fieldTitle } from './changes.ts'
import styles from './history.module.css'
import { useList } from './useList.ts'

interface Change {
  pointer: string
  before: unknown
  after: unknown
}
interface Entry {
  id: string
  at: string
  actorName: string
  action: string
  changes: Change[]
}

/** Who changed a record, when and how. */
export function HistoryList({ plural, id }: { plural: string; id: string }) {
  const { items, problem } = useList<Entry>(`/${plural}/${id}/history`)
  const entity = entities.find((one) => one.plural === plural)?.name ?? ''
  if (problem) return <ProblemAlert problem={problem} />
  if (!items) return <p>Reading the history</p>
  if (items.length === 0) return <p className="dim">No change is on record.</p>
  return (
    <ol className={styles.history}>
      {items.map(({ id: entryId, at, actorName, action, changes }) => (
        <li key={entryId}>
          <b>{actorName}</b> {deedText(action)}, <Time at={at} />
          {changes.length > 0 && action !== 'create' && (
            <ul>
              {changes.map(({ pointer, before, after }) => (
                <li key={pointer}>
                  {fieldTitle(entity, pointer)}: {valueText(before)} → {valueText(after)}
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  )
}
