/** A table of a study in the browser: edit, undo, check, save all or none. */
import { Button, Menu, NativeSelect } from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDeviceFloppy,
  IconDownload,
  IconPlus,
  IconUpload,
  IconUsersPlus,
} from '@tabler/icons-react'
import { useCallback, useEffect, useEffectEvent, useMemo, useReducer, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import type { DataSheetGridRef } from 'react-datasheet-grid'
import { columnsOf, tables, type TableKind } from '#ontology/table/columns.ts'
import { get, send } from '../api.ts'
import { Notice } from '../components/notice.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem } from '../contract.ts'
import { UnsavedGuard } from '../forms/unsavedGuard.tsx'
import { counted } from '../format.ts'
import { BatchRows } from './batchRows.tsx'
import type { RowsResult, TableRows } from './contract.ts'
import { Grid } from './grid.tsx'
import {
  changedRows,
  checker,
  fillDown,
  isEmptyRow,
  lookupOf,
  newRow,
  pastedTable,
  rowsOf,
  stepped,
  type SheetRow,
} from './sheet.ts'
import styles from './tables.module.css'
import { uploadTable } from './uploadTable.ts'

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
  const navigate = useNavigate()
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
  const [problem, setProblem] = useState<Problem | null>(null)
  const [told, setTold] = useState('')
  const [stale, setStale] = useState<ReadonlyMap<number, number>>(new Map())
  const [busy, setBusy] = useState(false)
  const [batch, setBatch] = useState(false)
  const grid = useRef<DataSheetGridRef>(null)
  const file = useRef<HTMLInputElement>(null)
  const isSaved = useRef(false)
  const height = useHeight()
  const changed = useMemo(() => changedRows(rows), [rows])
  const wrong = changed.filter((row) => Object.keys(problemsOf(row)).length > 0).length

  const change = useCallback((next: readonly SheetRow[]) => {
    isSaved.current = false
    setTold('')
    step({ to: next })
  }, [])

  const save = async () => {
    setBusy(true)
    setProblem(null)
    const body = {
      zone,
      rows: changed.map(({ id, version, cells, saved }) => ({
        ...(id !== undefined && { id, version }),
        // Emptied cells are sent as such.
        cells: { ...Object.fromEntries(Object.keys(saved).map((key) => [key, null])), ...cells },
      })),
    }
    const sent = await send<RowsResult>('POST', `/studies/${studyId}/tables/${table.name}/rows`, body)
    setBusy(false)
    if (!sent.ok) return setProblem(sent.problem)
    const results = new Map(changed.map((row, n) => [row.key, sent.value.rows[n]]))
    if (sent.value.saved) {
      isSaved.current = true
      setStale(new Map())
      setTold(`${counted(changed.length, 'row')} saved.`)
      step({
        replace: rows.map((row) => {
          const result = results.get(row.key)
          return result ? { ...row, id: result.id, version: result.version, saved: row.cells, refused: undefined } : row
        }),
      })
      return
    }
    const moved = new Map<number, number>()
    step({
      to: rows.map((row) => {
        const result = results.get(row.key)
        if (result?.outcome !== 'refused') return row
        if (result.version !== undefined && result.version !== row.version) moved.set(row.key, result.version)
        return {
          ...row,
          refused: Object.fromEntries(result.problems.map(({ pointer, message }) => [pointer, message])),
        }
      }),
    })
    setStale(moved)
    setTold(
      `Nothing is saved yet: ${counted([...results.values()].filter((one) => one?.outcome === 'refused').length, 'row needs', 'rows need')} a correction.`,
    )
  }

  /** Two tabs changed one row: a person chooses whose it is. */
  const resolve = async (mine: boolean) => {
    const fresh = mine ? null : await get<TableRows>(`/studies/${studyId}/tables/${table.name}/rows`, { zone })
    const theirs = new Map(rowsOf(fresh?.items ?? []).map((row) => [row.id, row]))
    step({
      replace: rows.map((row) => {
        const version = stale.get(row.key)
        if (version === undefined) return row
        return mine ? { ...row, version, refused: undefined } : (theirs.get(row.id) ?? row)
      }),
    })
    setStale(new Map())
    setTold(mine ? 'Save again to keep what you entered.' : 'The newest rows are shown.')
  }

  const keys = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || batch) return
    const act = event.key.toLowerCase() + (event.shiftKey ? '+' : '')
    const selection = grid.current?.selection
    if (act === 's') void (changed.length > 0 && !busy && save())
    else if (act === 'z') step('undo')
    else if (act === 'y' || act === 'z+') step('redo')
    else if (act === 'd' && selection && mayEdit) change(fillDown(rows, selection, columns))
    else if (act === 'enter' && mayAdd) change([...rows, newRow()])
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  useEffect(() => {
    // The grid takes its keys from the document, wherever the focus is; so does the editor, before it.
    const press = (event: KeyboardEvent) => keys(event)
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  }, [])
  usePaste(rows, columns, mayAdd, change, grid)

  const choose = async (chosen: File | undefined) => {
    if (!chosen) return
    setBusy(true)
    const started = await uploadTable(studyId, table.name, chosen, zone)
    setBusy(false)
    if (started.ok) void navigate(`/table-imports/${started.value.id}`)
    else setProblem(started.problem)
  }
  const address = `/api/v1/studies/${studyId}/tables/${table.name}/file?zone=${encodeURIComponent(zone)}`
  const shownRow = active ? rows[active.row] : undefined
  const shownColumn = active ? columns[active.col] : undefined
  const message = shownRow && (problemsOf(shownRow)[shownColumn?.key ?? ''] ?? problemsOf(shownRow)[''])
  return (
    <div>
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
              disabled={changed.length === 0}
              loading={busy}
              onClick={() => void save()}
            >
              {changed.length === 0 ? 'Save' : `Save ${counted(changed.length, 'row')}`}
            </Button>
            <Button
              variant="default"
              aria-label="Undo"
              title="Undo (Ctrl+Z)"
              disabled={history.past.length === 0}
              onClick={() => step('undo')}
            >
              <IconArrowBackUp size={16} aria-hidden />
            </Button>
            <Button
              variant="default"
              aria-label="Redo"
              title="Redo (Ctrl+Y)"
              disabled={history.future.length === 0}
              onClick={() => step('redo')}
            >
              <IconArrowForwardUp size={16} aria-hidden />
            </Button>
            {mayAdd && (
              <Button
                variant="default"
                leftSection={<IconPlus size={16} aria-hidden />}
                title="Ctrl+Enter"
                onClick={() => change([...rows, newRow()])}
              >
                Row
              </Button>
            )}
            {mayAdd && table.entity.name === 'Event' && (
              <Button
                variant="default"
                leftSection={<IconUsersPlus size={16} aria-hidden />}
                onClick={() => setBatch(true)}
              >
                Several animals
              </Button>
            )}
          </>
        )}
        <span className={styles.space} />
        {mayEdit && (
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
              onClick={() => file.current?.click()}
            >
              CSV or Excel
            </Button>
          </>
        )}
        <Menu>
          <Menu.Target>
            <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
              Download
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={`${address}&format=xlsx`}>
              These rows for Excel
            </Menu.Item>
            <Menu.Item component="a" href={`${address}&format=csv`}>
              These rows as CSV
            </Menu.Item>
            <Menu.Item component="a" href={`${address}&format=xlsx&empty=true`}>
              Empty template for Excel
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      {problem && <ProblemAlert problem={problem} />}
      {stale.size > 0 && (
        <Notice tone="warn" title={`${counted(stale.size, 'row was', 'rows were')} changed by somebody else meanwhile`}>
          <p>Nothing of theirs was overwritten. Choose what to keep.</p>
          <Button size="compact-sm" variant="default" onClick={() => void resolve(false)}>
            Show theirs
          </Button>{' '}
          <Button size="compact-sm" variant="default" onClick={() => void resolve(true)}>
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
      {changed.length > 0 && <UnsavedGuard saved={isSaved} />}
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

/** Rows that come with their headers are put under the columns that they mean, wherever the cursor is. */
function usePaste(
  rows: readonly SheetRow[],
  columns: Parameters<typeof pastedTable>[2],
  mayAdd: boolean,
  change: (rows: readonly SheetRow[]) => void,
  grid: React.RefObject<DataSheetGridRef | null>,
) {
  useEffect(() => {
    if (!mayAdd) return
    const paste = (event: ClipboardEvent) => {
      if (!grid.current?.activeCell) return
      const next = pastedTable(event.clipboardData?.getData('text/plain') ?? '', rows, columns)
      if (!next) return
      event.preventDefault()
      event.stopImmediatePropagation()
      change(next)
    }
    // Before the grid's own listener, which is on the document.
    window.addEventListener('paste', paste, { capture: true })
    return () => window.removeEventListener('paste', paste, { capture: true })
  }, [rows, columns, mayAdd, change, grid])
}
