import { useCallback, useRef, useState } from 'react'
import { get, send } from '../api.ts'
import type { Problem } from '../contract.ts'
import { counted } from '../format.ts'
import type { RowsResult, TableRows } from './contract.ts'
import { rowsOf, type SheetRow, type Step } from './sheet.ts'

interface Edited {
  /** Of the table: /studies/ID/tables/NAME. */
  path: string
  zone: string
  rows: readonly SheetRow[]
  changed: readonly SheetRow[]
  step: (step: Step) => void
}

/** Saves what changed, all rows or none, and settles what somebody else changed meanwhile. */
export function useSaving({ path, zone, rows, changed, step }: Edited) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [told, setTold] = useState('')
  const [stale, setStale] = useState<ReadonlyMap<number, number>>(new Map())
  const isSaved = useRef(false)

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
    const sent = await send<RowsResult>('POST', `${path}/rows`, body)
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
    const refused = [...results.values()].filter((one) => one?.outcome === 'refused').length
    setTold(`Nothing is saved yet: ${counted(refused, 'row needs', 'rows need')} a correction.`)
  }

  /** Two tabs changed one row: a person chooses whose it is. */
  const resolve = async (mine: boolean) => {
    const fresh = mine ? null : await get<TableRows>(`${path}/rows`, { zone })
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

  /** What was told of the rows as they were holds no more. */
  const edited = useCallback(() => {
    isSaved.current = false
    setTold('')
  }, [])

  return { busy, problem, setProblem, told, stale, isSaved, edited, save, resolve }
}
