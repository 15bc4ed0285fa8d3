import { Button, Group } from '@mantine/core'
import { Notice } from '../components/notice.tsx'
import { IconArrowBackUp, IconPhoto } from '@tabler/icons-react'
import { useState } from 'react'
import { Link, useRevalidator } from 'react-router'
import { send } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem } from '../contract.ts'
import { counted, formatBytes } from '../format.ts'
import { entityNamed } from '../forms/records.ts'
import type { ImportRecord } from './contract.ts'

interface Props {
  record: ImportRecord
  studyTitle: string
  mayEdit: boolean
}

/** What an import made, and the way back. */
export function Outcome({ record, studyTitle, mayEdit }: Props) {
  const { revalidate } = useRevalidator()
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const { result } = record
  if (!result) return null
  const undo = async () => {
    setBusy(true)
    const sent = await send('POST', `/imports/${record.id}/undo`)
    setBusy(false)
    if (sent.ok) void revalidate()
    else setProblem(sent.problem)
  }
  const undone = record.state === 'undone'
  const { seriesIds, sessionIds, subjectIds, eventIds = [], files, attachments, kept = [] } = result
  const made = [
    counted(seriesIds.length, 'series', 'series'),
    counted(sessionIds.length, 'session'),
    counted(subjectIds.length, 'subject'),
    eventIds.length > 0 && `${counted(eventIds.length, 'entry', 'entries')} on timelines`,
    `${counted(files, 'file')} (${formatBytes(record.byteCount)})`,
    attachments > 0 && counted(attachments, 'attachment'),
  ]
  return (
    <>
      {problem && <ProblemAlert problem={problem} />}
      <Notice tone={undone ? 'plain' : 'good'} title={undone ? 'Undone' : 'Archived'}>
        <p>
          {undone ? 'Taken back: ' : ''}
          {made.filter(Boolean).join(', ')} in <Link to={`/studies/${record.studyId}`}>{studyTitle}</Link>.
        </p>
        {kept.length > 0 && (
          <ul>
            {kept.map(({ entity, id, label, reason }) => (
              <li key={id}>
                {entityNamed(entity).title} “{label}” stays: {reason}
              </li>
            ))}
          </ul>
        )}
        <Group>
          <Button component={Link} to={`/studies/${record.studyId}`} leftSection={<IconPhoto size={16} aria-hidden />}>
            Open the study
          </Button>
          {!undone && mayEdit && (
            <Button
              variant="default"
              loading={busy}
              leftSection={<IconArrowBackUp size={16} aria-hidden />}
              onClick={() => void undo()}
            >
              Undo: take back {counted(seriesIds.length, 'series', 'series')}
            </Button>
          )}
        </Group>
      </Notice>
    </>
  )
}
