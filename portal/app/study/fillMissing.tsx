/** In-place fields for what publishing still needs: one entry settles many records where they may share the value. */
import { useEffect, useState } from 'react'
import { ProblemError, get } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem } from '../contract.ts'
import { BulkForm } from '../forms/bulkForm.tsx'
import { RecordForm, type SavedRecord } from '../forms/recordForm.tsx'
import { entityNamed, recordLabel } from '../forms/records.ts'
import { counted } from '../format.ts'
import { groupMissing, type MissingField, type MissingGroup } from './rows.ts'
import styles from './study.module.css'

interface Props {
  missing: readonly MissingField[]
  projectId: string
  /** Something was filled in. */
  onSaved: () => void
}

export function FillMissing({ missing, projectId, onSaved }: Props) {
  return groupMissing(missing).map((group, place) => (
    <Group key={group.entity} group={group} projectId={projectId} onSaved={onSaved} open={place === 0} />
  ))
}

interface GroupProps {
  group: MissingGroup
  projectId: string
  onSaved: () => void
  open: boolean
}

function Group({ group, projectId, onSaved, open: openAtFirst }: GroupProps) {
  const entity = entityNamed(group.entity)
  const [open, setOpen] = useState(openAtFirst)
  const { records, problem, read } = useRecords(open ? group : null)
  const names = group.fields.map(({ title }) => title).join(', ')
  const only = group.fields.map(({ field }) => field)
  const saved = () => {
    read()
    onSaved()
  }
  // A field may belong to one kind only (the strain of an animal), so each kind gets a form of its own.
  const kinds = Map.groupBy(records ?? [], (record) => record.kind as string | undefined)
  return (
    <details className={styles.fill} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {counted(group.records.length, entity.title.toLowerCase(), entity.plural)}: {names}
      </summary>
      <div>
        {problem && <ProblemAlert problem={problem} />}
        {!records && !problem && <p>Reading the records</p>}
        {[...kinds].map(([kind, same]) => (
          <div key={kind ?? ''}>
            <p className="dim">{same.map((record) => recordLabel(entity, record)).join(', ')}</p>
            {same.length === 1 && same[0] ? (
              <RecordForm entity={entity.name} record={same[0]} projectId={projectId} only={only} onSaved={saved} />
            ) : (
              <>
                <BulkForm
                  entity={entity.name}
                  records={same}
                  {...(kind && { known: { kind } })}
                  projectId={projectId}
                  only={only}
                  submitLabel={`Fill in for all ${same.length}`}
                  onSaved={saved}
                />
                <OneByOne entityName={group.entity} records={same} projectId={projectId} only={only} onSaved={saved} />
              </>
            )}
          </div>
        ))}
      </div>
    </details>
  )
}

interface OneByOneProps {
  entityName: string
  records: readonly SavedRecord[]
  projectId: string
  only: readonly string[]
  onSaved: () => void
}

function OneByOne({ entityName, records, projectId, only, onSaved }: OneByOneProps) {
  const [open, setOpen] = useState(false)
  const entity = entityNamed(entityName)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Or one by one</summary>
      {open &&
        records.map((record) => (
          <section key={`${record.id} ${record.version}`}>
            <h4>{recordLabel(entity, record)}</h4>
            <RecordForm entity={entityName} record={record} projectId={projectId} only={only} onSaved={onSaved} />
          </section>
        ))}
    </details>
  )
}

/** The records of a group as they are now. */
function useRecords(group: MissingGroup | null) {
  const [records, setRecords] = useState<SavedRecord[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  const asked = group
    ? `${round} ${entityNamed(group.entity).plural} ${group.records.map(({ id }) => id).join(' ')}`
    : ''
  useEffect(() => {
    if (asked === '') return
    const leaving = new AbortController()
    const [, plural, ...ids] = asked.split(' ')
    Promise.all(ids.map((id) => get<SavedRecord>(`/${plural}/${id}`, undefined, leaving.signal))).then(
      setRecords,
      (error: unknown) => {
        if (error instanceof ProblemError) setProblem(error.problem)
      },
    )
    return () => leaving.abort()
  }, [asked])
  return { records, problem, read: () => setRound((n) => n + 1) }
}
