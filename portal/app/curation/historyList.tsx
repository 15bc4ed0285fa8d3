import { entities } from '#ontology/index.ts'
import { ProblemAlert } from '../components/problem.tsx'
import { Time } from '../components/time.tsx'
import { fromPointer } from '../forms/path.ts'
import { valueText } from '../forms/valueText.ts'
import { formatWords } from '../format.ts'
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

const actions: Record<string, string> = {
  create: 'made it',
  update: 'changed it',
  delete: 'deleted it',
  restore: 'brought it back',
  share: 'shared it',
  unshare: 'ended the sharing',
  publish: 'published it',
  submit: 'submitted it',
  withdraw: 'withdrew it',
}

/** Who changed a record, when and how. */
export function HistoryList({ plural, id }: { plural: string; id: string }) {
  const { items, problem } = useList<Entry>(`/${plural}/${id}/history`)
  const schema = entities.find((entity) => entity.plural === plural)?.record
  if (problem) return <ProblemAlert problem={problem} />
  if (!items) return <p>Reading the history</p>
  if (items.length === 0) return <p className="dim">No change is on record.</p>
  const title = (pointer: string) => {
    const [top, ...inner] = fromPointer(pointer)
    const node = schema?.properties[String(top) as keyof typeof schema.properties] as { title?: string } | undefined
    return [node?.title ?? formatWords(String(top)), ...inner.map((key) => formatWords(String(key)))].join(' › ')
  }
  return (
    <ol className={styles.history}>
      {items.map(({ id: entryId, at, actorName, action, changes }) => (
        <li key={entryId}>
          <b>{actorName}</b> {actions[action] ?? formatWords(action).toLowerCase()}, <Time at={at} />
          {changes.length > 0 && action !== 'create' && (
            <ul>
              {changes.map(({ pointer, before, after }) => (
                <li key={pointer}>
                  {title(pointer)}: {valueText(before)} → {valueText(after)}
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  )
}
