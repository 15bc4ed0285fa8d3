import { Button, Checkbox } from '@mantine/core'
import { IconArrowBackUp, IconCheck, IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useNavigate, useRevalidator, useSearchParams } from 'react-router'
import type { Study } from '#ontology/entities/study.ts'
import { tableNamed } from '#ontology/table/columns.ts'
import type { Route } from './+types/tableImport.ts'
import { apiOf } from '../api.server.ts'
import { send } from '../api.ts'
import { Notice } from '../components/notice.tsx'
import { PageHeader } from '../components/pageHeader.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem } from '../contract.ts'
import { rightsIn } from '../curation/rights.server.ts'
import { counted, formatCount } from '../format.ts'
import { JobProgress } from '../imports/jobProgress.tsx'
import type { ImportRows, Outcome, TableImport } from '../tables/contract.ts'
import { HeaderMeanings } from '../tables/headerMeanings.tsx'
import { PlannedRows } from '../tables/plannedRows.tsx'
import styles from '../tables/tables.module.css'

const outcomes: Record<Outcome | 'kept', string> = {
  refused: 'refused',
  changed: 'changed',
  added: 'added',
  untouched: 'untouched',
  kept: 'kept at undo',
}
const working: Partial<Record<TableImport['state'], string>> = {
  reading: 'Comparing the rows with what is there',
  writing: 'Writing the rows',
  undoing: 'Taking the rows back',
}

export async function loader({ request, context, params }: Route.LoaderArgs) {
  const api = apiOf({ request, context })
  const path = `/table-imports/${params.id}`
  const row = await api.get<TableImport>(path)
  const asked = new URL(request.url).searchParams
  const counts = row.counts
  // What needs a person comes first.
  const first = (['refused', 'changed', 'added', 'untouched'] as const).find((one) => (counts?.[one] ?? 0) > 0)
  const outcome = asked.get('rows') ?? first ?? 'untouched'
  const [study, rights, rows] = await Promise.all([
    api.get<Study>(`/studies/${row.studyId}`),
    rightsIn(api, [row.projectId]),
    counts === null
      ? { items: [], next: null }
      : api.get<ImportRows>(`${path}/rows`, { outcome, after: asked.get('after') ?? 0 }),
  ])
  return { row, study, rights, rows, outcome }
}

export const handle = { width: 'wide' }

export default function TableImportPage({ loaderData }: Route.ComponentProps) {
  const { row, study, rights, rows, outcome } = loaderData
  const [, setAddress] = useSearchParams()
  const { revalidate } = useRevalidator()
  const navigate = useNavigate()
  const [problem, setProblem] = useState<Problem | null>(null)
  const [skip, setSkip] = useState(false)
  const table = tableNamed(row.table)
  const back = `/studies/${row.studyId}/tables/${row.table}`
  const act = async (verb: 'write' | 'undo') => {
    const body = verb === 'write' ? { skipRefused: skip } : undefined
    const sent = await send('POST', `/table-imports/${row.id}/${verb}`, body, { ifMatch: row.version })
    setProblem(sent.ok ? null : sent.problem)
    void revalidate()
  }
  const giveUp = async () => {
    const sent = await send('DELETE', `/table-imports/${row.id}`)
    if (sent.ok) void navigate(back)
    else setProblem(sent.problem)
  }
  const { counts } = row
  const refused = counts?.refused ?? 0
  const wanted = (counts?.added ?? 0) + (counts?.changed ?? 0)
  const busy = working[row.state]
  return (
    <>
      <title>{`${row.label} · Vivarchive`}</title>
      <PageHeader
        crumbs={[
          { label: study.title, to: `/studies/${study.id}` },
          { label: table?.title ?? row.table, to: back },
        ]}
        title={row.label}
        meta={counts && <span>{counted(counts.rows, 'row')}</span>}
        actions={
          rights.mayEdit &&
          row.state === 'planned' && (
            <>
              <Button
                leftSection={<IconCheck size={16} aria-hidden />}
                disabled={wanted === 0 || (refused > 0 && !skip)}
                onClick={() => void act('write')}
              >
                Import {counted(wanted, 'row')}
              </Button>
              <Button variant="default" onClick={() => void giveUp()}>
                Give up
              </Button>
            </>
          )
        }
      />
      {problem && <ProblemAlert problem={problem} />}
      {row.problem && (
        <Notice tone="bad" title="This did not work">
          {row.problem.detail}
        </Notice>
      )}
      {busy && <JobProgress jobId={row.jobId} text={busy} mayCancel={false} />}
      {row.state === 'written' && (
        <Notice
          tone="good"
          title={`${formatCount(counts?.added ?? 0)} added, ${formatCount(counts?.changed ?? 0)} changed`}
        >
          {rights.mayEdit && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconArrowBackUp size={14} aria-hidden />}
              onClick={() => void act('undo')}
            >
              Undo this import
            </Button>
          )}
        </Notice>
      )}
      {row.state === 'undone' && (
        <Notice tone="plain" title="This import was taken back">
          {(counts?.kept ?? 0) > 0 &&
            `${counted(counts?.kept ?? 0, 'row')} stayed, because they were changed or used since.`}
        </Notice>
      )}
      {counts && !busy && (
        <>
          {row.state === 'planned' && rights.mayEdit && (
            <HeaderMeanings row={row} onChanged={() => void revalidate()} onProblem={setProblem} />
          )}
          <ul className={styles.counts} aria-label="Rows by what becomes of them">
            {(Object.keys(outcomes) as (Outcome | 'kept')[]).map((one) =>
              counts[one] === 0 && one !== outcome ? null : (
                <li key={one}>
                  <button
                    type="button"
                    aria-pressed={outcome === one}
                    onClick={() => setAddress({ rows: one }, { preventScrollReset: true })}
                  >
                    <strong>{formatCount(counts[one])}</strong> {outcomes[one]}
                  </button>
                </li>
              ),
            )}
          </ul>
          {refused > 0 && row.state === 'planned' && (
            <div className={styles.bar}>
              <Checkbox
                label={`Leave the ${counted(refused, 'refused row')} out and import the others`}
                checked={skip}
                onChange={(event) => setSkip(event.currentTarget.checked)}
              />
              <Button
                component="a"
                size="compact-sm"
                variant="default"
                href={`/api/v1/table-imports/${row.id}/errors?format=xlsx`}
                leftSection={<IconDownload size={14} aria-hidden />}
              >
                Refused rows as a file
              </Button>
            </div>
          )}
          <PlannedRows rows={rows.items} headers={row.headers} />
          {rows.next !== null && (
            <Button mt="sm" variant="default" onClick={() => setAddress({ rows: outcome, after: String(rows.next) })}>
              Next rows
            </Button>
          )}
        </>
      )}
    </>
  )
}
