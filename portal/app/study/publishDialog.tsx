/** Sends series to the public registry: what is missing, what it will be called, what becomes public in numbers. */
import { Button, NativeSelect } from '@mantine/core'
import { Dialog } from '../components/dialog.tsx'
import { Notice } from '../components/notice.tsx'
import { IconSend } from '@tabler/icons-react'
import { useCallback, useEffect, useState } from 'react'
import { Link } from 'react-router'
import type { Project } from '#ontology/entities/project.ts'
import type { Study } from '#ontology/entities/study.ts'
import { send } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import { StateBadge } from '../components/stateBadge.tsx'
import type { Dataset, Problem } from '../contract.ts'
import { nullReasons } from '../forms/fields.ts'
import type { Json } from '../forms/path.ts'
import { SchemaForm } from '../forms/schemaForm.tsx'
import { counted, formatBytes, formatCount } from '../format.ts'
import { FillMissing } from './fillMissing.tsx'
import { publishForm } from './publishForm.ts'
import { totalsOf, type MissingField, type SeriesRow } from './rows.ts'
import styles from './study.module.css'

interface Props {
  rows: readonly SeriesRow[]
  study: Study
  project: Project
  onChanged: () => void
  onClose: () => void
}

export function PublishDialog({ rows, study, project, onChanged, onClose }: Props) {
  const seriesIds = rows.map(({ series }) => series.id)
  const { missing, problem: checkProblem, check } = useCheck(seriesIds)
  const [value, setValue] = useState<Json>(() => proposal(rows, study, project))
  const change = useCallback((next: (held: Json) => Json) => setValue(next), [])
  const [excuse, setExcuse] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const [dataset, setDataset] = useState<Dataset>()

  const publish = async () => {
    setBusy(true)
    setProblem(null)
    const body = { seriesIds, ...value, send: true, ...(excuse && { excuseMissing: excuse }) }
    const sent = await send<Dataset>('POST', '/datasets', body)
    setBusy(false)
    if (!sent.ok) return setProblem(sent.problem)
    setDataset(sent.value)
    onChanged()
  }

  const open = missing?.length ?? 0
  const what = rows.length === 1 ? `“${rows[0]?.series.label}”` : counted(rows.length, 'series', 'series')
  return (
    <Dialog
      opened
      onClose={onClose}
      size="xl"
      title={`Send ${what} to the public registry`}
      closeOnClickOutside={false}
    >
      {dataset ? (
        <Sent dataset={dataset} onClose={onClose} />
      ) : (
        <>
          <Numbers rows={rows} />
          <h3>What is missing</h3>
          {checkProblem && <ProblemAlert problem={checkProblem} />}
          {!missing && !checkProblem && <p>Checking what the registry needs</p>}
          {missing?.length === 0 && (
            <p>Nothing: every field that the registry needs is filled, or empty for a reason.</p>
          )}
          {open > 0 && (
            <>
              <p>
                {counted(open, 'field')} {open === 1 ? 'is' : 'are'} needed first. Fill {open === 1 ? 'it' : 'them'} in
                here, or say why {open === 1 ? 'it is' : 'they are'} empty.
              </p>
              <FillMissing
                missing={missing ?? []}
                projectId={project.id}
                onSaved={() => {
                  check()
                  onChanged()
                }}
              />
              <NativeSelect
                label="For all that is still missing"
                value={excuse}
                onChange={(event) => setExcuse(event.currentTarget.value)}
                data={[
                  { value: '', label: 'I will fill it in' },
                  ...Object.entries(nullReasons).map(([code, words]) => ({
                    value: code,
                    label: `Publish as: ${words}`,
                  })),
                ]}
              />
            </>
          )}
          <h3>How it is presented</h3>
          <SchemaForm
            schema={publishForm}
            value={value}
            onChange={change}
            onSubmit={() => void publish()}
            problem={problem}
            projectId={project.id}
          >
            <Button
              type="submit"
              loading={busy}
              disabled={missing === null || (open > 0 && excuse === '')}
              leftSection={<IconSend size={16} aria-hidden />}
            >
              Send to the registry
            </Button>
            <Button variant="default" onClick={onClose} disabled={busy}>
              Cancel
            </Button>
          </SchemaForm>
        </>
      )}
    </Dialog>
  )
}

/** What stands in the form at first. */
function proposal(rows: readonly SeriesRow[], study: Study, project: Project): Json {
  const [first] = rows
  const description = study.description ?? project.description
  return {
    title: rows.length === 1 && first ? `${study.title}: ${first.series.label}` : study.title,
    ...(description && { description }),
    ...(project.licence && { licence: project.licence }),
    ...(project.principalInvestigatorId && { creators: [project.principalInvestigatorId] }),
  }
}

function useCheck(seriesIds: readonly string[]) {
  const [missing, setMissing] = useState<MissingField[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  const asked = `${round} ${seriesIds.join(' ')}`
  useEffect(() => {
    let left = false
    const [, ...ids] = asked.split(' ')
    void send<{ missing: MissingField[] }>('POST', '/datasets/check', { seriesIds: ids }).then((sent) => {
      if (left) return
      if (sent.ok) setMissing(sent.value.missing)
      else setProblem(sent.problem)
    })
    return () => {
      left = true
    }
  }, [asked])
  return { missing, problem, check: () => setRound((n) => n + 1) }
}

function Numbers({ rows }: { rows: readonly SeriesRow[] }) {
  const { series, files, bytes, subjects, sessions } = totalsOf(rows)
  const numbers: [number, string][] = [
    [series, 'image series'],
    [files, files === 1 ? 'file' : 'files'],
    [subjects, subjects === 1 ? 'subject' : 'subjects'],
    [sessions, sessions === 1 ? 'imaging session' : 'imaging sessions'],
  ]
  return (
    <div className={styles.numbers}>
      <span>Will be public:</span>
      {numbers.map(([count, words]) => (
        <span key={words}>
          <b>{formatCount(count)}</b> {words}
        </span>
      ))}
      <span>
        <b>{formatBytes(bytes)}</b>
      </span>
      <span className="dim">with the records of these and the events of the subjects; private fields stay private</span>
    </div>
  )
}

function Sent({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const isPublic = dataset.state === 'published'
  return (
    <Notice tone={isPublic ? 'good' : 'plain'} title={isPublic ? 'It is public now' : 'It waits for a curator'}>
      <p>
        <StateBadge state={dataset.state} /> <Link to={`/datasets/${dataset.id}`}>{dataset.title}</Link>
      </p>
      <p>
        Its address for citations: <code>{dataset.pid}</code>
      </p>
      <Button component={Link} to={`/datasets/${dataset.id}`} mr="xs">
        {isPublic ? 'See its page' : 'See the submission'}
      </Button>
      <Button variant="default" onClick={onClose}>
        Back to the study
      </Button>
    </Notice>
  )
}
