/** A table of a study in the browser: edit, undo, check, save all or none. */
import { Button } from '@mantine/core'
import { Suspense, lazy, useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import type { DataSheetGridRef } from 'react-datasheet-grid'
import { columnsOf, type TableKind } from '#ontology/table/columns.ts'
import { Notice } from '../components/notice.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import { UnsavedGuard } from '../forms/unsavedGuard.tsx'
import { counted } from '../format.ts'
import type { TableRows } from './contract.ts'
import { Grid } from './grid.tsx'
import { changedRows, checker, isEmptyRow, lookupOf, newRow, rowsOf, stepped, type SheetRow } from './sheet.ts'
import { TableBar } from './tableBar.tsx'
import styles from './tables.module.css'
import { useSaving } from './useSaving.ts'
import { useTableKeys } from './useTableKeys.ts'

const BatchRows = lazy(() => import('./batchRows.tsx').then((m) => ({ default: m.BatchRows })))

interface Props {
  studyId: string
  projectId: string
  table: TableKind
  content: TableRows
  zone: string
  mayEdit: boolean
}

/** Empty rows to type into. */
const spare = 3
const spareRows = (mayAdd: boolean) => (mayAdd ? Array.from({ length: spare }, () => newRow()) : [])

export function TableEditor({ studyId, projectId, table, content, zone, mayEdit }: Props) {
  const mayAdd = mayEdit && table.entity.name !== 'ImageSeries'
  const columns = useMemo(() => {
    const shown = new Map(content.columns.map(({ key }) => [key, true]))
    return columnsOf(table, () => 20).filter(({ key }) => shown.has(key))
  }, [table, content])
  const [history, step] = useReducer(stepped, undefined, () => ({
    past: [],
    now: [...rowsOf(content.items), ...spareRows(mayAdd)],
    future: [],
  }))
  const rows = history.now
  const reading = useMemo(() => ({ zone, lookup: lookupOf(content.names) }), [zone, content])
  const problemsOf = useMemo(() => checker(columns, reading), [columns, reading])
  const [active, setActive] = useState<{ row: number; col: number } | null>(null)
  const [batch, setBatch] = useState(false)
  const grid = useRef<DataSheetGridRef>(null)
  const height = useHeight()
  const changed = useMemo(() => changedRows(rows), [rows])
  const wrong = changed.filter((row) => Object.keys(problemsOf(row)).length > 0).length

  const path = `/studies/${studyId}/tables/${table.name}`
  const saving = useSaving({ path, zone, rows, changed, step })
  const { busy, problem, told, stale, edited } = saving

  const change = useCallback(
    (next: readonly SheetRow[]) => {
      edited()
      step({ to: next })
    },
    [edited],
  )
  const saveChanged = () => void (changed.length > 0 && !busy && saving.save())
  useTableKeys({ grid, rows, columns, mayEdit, mayAdd, asleep: batch, change, step, save: saveChanged })

  const shownRow = active ? rows[active.row] : undefined
  const shownColumn = active ? columns[active.col] : undefined
  const message = shownRow && (problemsOf(shownRow)[shownColumn?.key ?? ''] ?? problemsOf(shownRow)[''])
  return (
    <div>
      <TableBar
        studyId={studyId}
        table={table}
        zone={zone}
        mayEdit={mayEdit}
        mayAdd={mayAdd}
        changed={changed.length}
        busy={busy}
        history={history}
        onSave={saveChanged}
        onStep={step}
        onRow={() => change([...rows, newRow()])}
        onBatch={() => setBatch(true)}
        onProblem={saving.setProblem}
      />
      {problem && <ProblemAlert problem={problem} />}
      {stale.size > 0 && (
        <Notice tone="warn" title={`${counted(stale.size, 'row was', 'rows were')} changed by somebody else meanwhile`}>
          <p>Nothing of theirs was overwritten. Choose what to keep.</p>
          <Button size="compact-sm" variant="default" onClick={() => void saving.resolve(false)}>
            Show theirs
          </Button>{' '}
          <Button size="compact-sm" variant="default" onClick={() => void saving.resolve(true)}>
            Keep mine
          </Button>
        </Notice>
      )}
      <Grid
        columns={columns}
        rows={rows}
        names={content.names}
        problemsOf={problemsOf}
        readOnly={!mayEdit}
        mayAdd={mayAdd}
        height={height}
        grid={grid}
        onChange={change}
        onActive={setActive}
      />
      <div className={styles.status} role="status" data-tone={message || wrong > 0 ? 'bad' : undefined}>
        {message ? (
          <>
            <strong>{shownColumn?.label}</strong> {message}
          </>
        ) : told ? (
          told
        ) : wrong > 0 ? (
          `${counted(wrong, 'row needs', 'rows need')} a correction.`
        ) : shownColumn ? (
          <>
            <strong>{shownColumn.label}</strong>
            {shownColumn.help ?? (shownColumn.example ? `Example: ${shownColumn.example}` : '')}
          </>
        ) : (
          `${counted(rows.filter((row) => !isEmptyRow(row)).length, 'row')}${content.more ? ' of more; download the file to see all' : ''}. Times are ${zone}. Paste from Excel, with or without headers; Ctrl+D fills down.`
        )}
      </div>
      <Suspense fallback={null}>
        {batch && (
          <BatchRows
            projectId={projectId}
            table={table}
            columns={columns}
            rows={rows}
            names={content.names}
            onClose={() => setBatch(false)}
            onRows={(added) => {
              setBatch(false)
              change([...rows.filter((row) => !isEmptyRow(row)), ...added])
            }}
          />
        )}
      </Suspense>
      {changed.length > 0 && <UnsavedGuard saved={saving.isSaved} />}
    </div>
  )
}

/** What the window leaves for the grid. */
function useHeight(): number {
  const [height, setHeight] = useState(480)
  useEffect(() => {
    const fit = () => setHeight(Math.max(260, window.innerHeight - 300))
    fit()
    window.addEventListener('resize', fit)
    return () => window.removeEventListener('resize', fit)
  }, [])
  return height
}
