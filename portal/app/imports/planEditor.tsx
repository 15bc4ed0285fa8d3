import { Button, Switch } from '@mantine/core'
import { Notice } from '../components/notice.tsx'
import { IconArchive } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useRevalidator } from 'react-router'
import { send } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import { RecordTable, type Column } from '../components/recordTable.tsx'
import { sizeColumn } from '../curation/summaryColumns.tsx'
import { counted, formatBytes } from '../format.ts'
import type { ImportPlan, ImportRecord } from './contract.ts'
import styles from './imports.module.css'
import { needsLook, planNumbers, type PlanNumbers } from './planNumbers.ts'
import { SessionBlock } from './sessionBlock.tsx'
import { usePlan } from './usePlan.ts'

interface Props {
  loaded: ImportRecord
  mayEdit: boolean
  onCancel: () => void
}

/** What the import proposes to make of the files; a person corrects and accepts it. */
export function PlanEditor({ loaded, mayEdit, onCancel }: Props) {
  const { record, edit, settled, problem, setProblem, isSaving } = usePlan(loaded)
  const { revalidate } = useRevalidator()
  const [onlyTrouble, setOnlyTrouble] = useState(false)
  const [busy, setBusy] = useState(false)
  const { plan } = record
  const errors = useMemo(
    () => Object.fromEntries((problem?.errors ?? []).map(({ pointer, message }) => [pointer, message])),
    [problem],
  )
  if (!plan) return null
  const numbers = planNumbers(plan)
  const troubled = plan.series.filter(needsLook)
  const accept = async () => {
    setBusy(true)
    await settled()
    const sent = await send('POST', `/imports/${record.id}/commit`)
    setBusy(false)
    if (sent.ok) void revalidate()
    else setProblem(sent.problem)
  }
  return (
    <>
      {record.problem && (
        <Notice tone="bad" title="The last try failed">
          {record.problem.detail}
        </Notice>
      )}
      {problem && <ProblemAlert problem={problem} {...(problem.errors && { title: 'Not taken over' })} />}
      <PlanSummary plan={plan} numbers={numbers} troubled={troubled.length} />
      {troubled.length > 0 && (
        <Switch
          mb="md"
          label={`Show only the ${counted(troubled.length, 'series that needs', 'series that need')} a look`}
          checked={onlyTrouble}
          onChange={(event) => setOnlyTrouble(event.currentTarget.checked)}
        />
      )}
      <fieldset disabled={!mayEdit} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        {plan.sessions.map((session) => {
          const own = plan.series.filter(
            (series) => series.sessionKey === session.key && (!onlyTrouble || needsLook(series)),
          )
          if (own.length === 0) return null
          return (
            <SessionBlock
              key={session.key}
              plan={plan}
              session={session}
              series={own}
              projectId={record.projectId}
              errors={errors}
              onEdit={edit}
            />
          )
        })}
      </fieldset>
      <Attachments attachments={plan.attachments} />
      {mayEdit && (
        <div className={styles.accept}>
          <p>
            Archives {counted(numbers.series, 'series', 'series')}, {formatBytes(numbers.seriesBytes)}; makes{' '}
            {madeText(numbers)}; keeps {counted(numbers.attachments, 'attachment')}
            {numbers.raw > 0 && ` and ${counted(numbers.raw, 'file')} of raw data`}. It can be undone.
          </p>
          <Button variant="default" onClick={onCancel} disabled={busy}>
            Give this import up
          </Button>
          <Button
            leftSection={<IconArchive size={16} aria-hidden />}
            loading={busy}
            disabled={isSaving || plan.summary.files === 0}
            onClick={() => void accept()}
          >
            Accept
          </Button>
        </div>
      )}
    </>
  )
}

function PlanSummary({ plan, numbers, troubled }: { plan: ImportPlan; numbers: PlanNumbers; troubled: number }) {
  const { summary } = plan
  return (
    <p>
      {counted(summary.files, 'file')}, {formatBytes(summary.bytes)}, became{' '}
      {counted(summary.series, 'series', 'series')} in {counted(plan.sessions.length, 'session')} and{' '}
      {counted(numbers.attachments, 'attachment')}
      {numbers.raw > 0 && `, with ${counted(numbers.raw, 'file')} of raw data`}.{' '}
      {troubled > 0 && `${counted(troubled, 'series needs', 'series need')} a look. `}
      {numbers.withoutSubject > 0 &&
        `${counted(numbers.withoutSubject, 'series has', 'series have')} no subject yet; that can wait. `}
      Every value can be changed here; below it stands where it comes from.
    </p>
  )
}

function madeText({ newSessions, newSubjects, newInstruments, events }: PlanNumbers): string {
  const made = [
    newSessions > 0 && counted(newSessions, 'session'),
    newSubjects > 0 && counted(newSubjects, 'subject'),
    newInstruments > 0 && counted(newInstruments, 'instrument'),
    events > 0 && `${counted(events, 'entry', 'entries')} on timelines`,
  ].filter(Boolean)
  return made.length > 0 ? `${made.join(', ')}` : 'nothing else new'
}

const attachmentsShown = 200

type Attachment = ImportPlan['attachments'][number] & { id: string }

const attachmentColumns: Column<Attachment>[] = [
  { id: 'file', title: 'File', by: ({ path }) => path, cell: ({ path }) => path },
  { id: 'why', title: 'Why it is no series', by: ({ reason }) => reason, cell: ({ reason }) => reason },
  sizeColumn(({ byteCount }) => byteCount),
]

function Attachments({ attachments }: Pick<ImportPlan, 'attachments'>) {
  if (attachments.length === 0) return null
  return (
    <details className={`${styles.session} ${styles.attachments}`}>
      <summary>{counted(attachments.length, 'file')} kept without a series, with reasons</summary>
      <RecordTable
        label="Attachments"
        list="attachments"
        rows={attachments.slice(0, attachmentsShown).map((file) => ({ ...file, id: file.path }))}
        columns={attachmentColumns}
      />
      {attachments.length > attachmentsShown && (
        <p className="dim">and {attachments.length - attachmentsShown} more, all kept</p>
      )}
    </details>
  )
}
