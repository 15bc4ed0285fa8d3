import { Button } from '@mantine/core'
import { useState } from 'react'
import { useRevalidator } from 'react-router'
import { entities } from '#ontology/index.ts'
import { getWithTag, send } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import { Time } from '../components/time.tsx'
import type { Problem } from '../contract.ts'
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

interface Props {
  plural: string
  id: string
  /** Whether the reader may take changes back. */
  mayEdit?: boolean
}

/** Who changed a record, when and how; what was changed can be taken back. */
export function HistoryList({ plural, id, mayEdit = false }: Props) {
  const [turn, setTurn] = useState(0)
  const [refused, setRefused] = useState<Problem | null>(null)
  const { revalidate } = useRevalidator()
  const takeBack = async (entryId: string) => {
    const { value } = await getWithTag<{ version: number }>(`/${plural}/${id}`)
    const sent = await send('POST', `/${plural}/${id}/history/${entryId}/undo`, undefined, { ifMatch: value.version })
    setRefused(sent.ok ? null : sent.problem)
    if (!sent.ok) return
    setTurn(turn + 1)
    void revalidate()
  }
  return (
    <>
      {refused && <ProblemAlert problem={refused} />}
      <Entries key={turn} {...{ plural, id }} onTakeBack={mayEdit ? (entryId) => void takeBack(entryId) : undefined} />
    </>
  )
}

interface EntriesProps {
  plural: string
  id: string
  onTakeBack: ((entryId: string) => void) | undefined
}

function Entries({ plural, id, onTakeBack }: EntriesProps) {
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
          {onTakeBack && action === 'update' && changes.length > 0 && (
            <Button size="compact-xs" variant="subtle" ml={8} onClick={() => onTakeBack(entryId)}>
              Take back
            </Button>
          )}
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
