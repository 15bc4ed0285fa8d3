/** What can be done to a table: which one is shown, saving, steps, rows, files. */
import { Button, NativeSelect } from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDeviceFloppy,
  IconDownload,
  IconPlus,
  IconUpload,
  IconUsersPlus,
  type Icon,
} from '@tabler/icons-react'
import { Suspense, lazy, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { tables, type TableKind } from '#ontology/table/columns.ts'
import type { Problem } from '../contract.ts'
import { counted } from '../format.ts'
import type { History, Step } from './sheet.ts'
import styles from './tables.module.css'
import { uploadTable } from './uploadTable.ts'

// A menu is large, and seldom wanted.
const DownloadMenu = lazy(() => import('./downloadMenu.tsx').then((m) => ({ default: m.DownloadMenu })))

interface Props {
  studyId: string
  table: TableKind
  zone: string
  mayEdit: boolean
  mayAdd: boolean
  /** Number of rows to be saved. */
  changed: number
  busy: boolean
  history: History
  onSave: () => void
  onStep: (step: Step) => void
  onRow: () => void
  onBatch: () => void
  onProblem: (problem: Problem | null) => void
}

export function TableBar(props: Props) {
  const { studyId, table, zone, mayEdit, mayAdd, changed, busy, history, onSave, onStep, onRow, onBatch, onProblem } =
    props
  const navigate = useNavigate()
  return (
    <div className={styles.bar} role="toolbar" aria-label="Table">
      <NativeSelect
        aria-label="Which table"
        value={table.name}
        data={tables.map(({ name, title }) => ({ value: name, label: title }))}
        onChange={(event) => void navigate(`/studies/${studyId}/tables/${event.currentTarget.value}`)}
      />
      {mayEdit && (
        <>
          <Button
            leftSection={<IconDeviceFloppy size={16} aria-hidden />}
            disabled={changed === 0}
            loading={busy}
            onClick={onSave}
          >
            {changed === 0 ? 'Save' : `Save ${counted(changed, 'row')}`}
          </Button>
          <StepButton
            label="Undo"
            keys="Ctrl+Z"
            Icon={IconArrowBackUp}
            steps={history.past}
            run={() => onStep('undo')}
          />
          <StepButton
            label="Redo"
            keys="Ctrl+Y"
            Icon={IconArrowForwardUp}
            steps={history.future}
            run={() => onStep('redo')}
          />
          {mayAdd && (
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              title="Ctrl+Enter"
              onClick={onRow}
            >
              Row
            </Button>
          )}
          {mayAdd && table.entity.name === 'Event' && (
            <Button variant="default" leftSection={<IconUsersPlus size={16} aria-hidden />} onClick={onBatch}>
              Several animals
            </Button>
          )}
        </>
      )}
      <span className={styles.space} />
      {mayEdit && <FileButton studyId={studyId} table={table.name} zone={zone} onProblem={onProblem} />}
      <Download address={`/api/v1/studies/${studyId}/tables/${table.name}/file?zone=${encodeURIComponent(zone)}`} />
    </div>
  )
}

interface StepProps {
  label: string
  keys: string
  Icon: Icon
  steps: readonly unknown[]
  run: () => void
}

const StepButton = ({ label, keys, Icon, steps, run }: StepProps) => (
  <Button variant="default" aria-label={label} title={`${label} (${keys})`} disabled={steps.length === 0} onClick={run}>
    <Icon size={16} aria-hidden />
  </Button>
)

interface FileProps extends Pick<Props, 'studyId' | 'zone' | 'onProblem'> {
  table: string
}

/** Takes a spreadsheet file and goes to what it would change. */
function FileButton({ studyId, table, zone, onProblem }: FileProps) {
  const navigate = useNavigate()
  const file = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const choose = async (chosen: File | undefined) => {
    if (!chosen) return
    setBusy(true)
    onProblem(null)
    const started = await uploadTable(studyId, table, chosen, zone)
    setBusy(false)
    if (started.ok) void navigate(`/table-imports/${started.value.id}`)
    else onProblem(started.problem)
  }
  return (
    <>
      <input
        ref={file}
        type="file"
        hidden
        accept=".csv,.tsv,.txt,.xlsx"
        aria-label="Spreadsheet file"
        onChange={(event) => void choose(event.currentTarget.files?.[0])}
      />
      <Button
        variant="default"
        leftSection={<IconUpload size={16} aria-hidden />}
        loading={busy}
        onClick={() => file.current?.click()}
      >
        CSV or Excel
      </Button>
    </>
  )
}

function Download({ address }: { address: string }) {
  const [wanted, setWanted] = useState(false)
  const button = (
    <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={() => setWanted(true)}>
      Download
    </Button>
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <DownloadMenu address={address} />
    </Suspense>
  )
}
