import { useEffect, useEffectEvent, type RefObject } from 'react'
import type { DataSheetGridRef } from 'react-datasheet-grid'
import type { Column } from '#ontology/table/columns.ts'
import { fillDown, newRow, pastedTable, type SheetRow, type Step } from './sheet.ts'

interface Edited {
  grid: RefObject<DataSheetGridRef | null>
  rows: readonly SheetRow[]
  columns: readonly Column[]
  mayEdit: boolean
  mayAdd: boolean
  /** Something else has the keys. */
  asleep: boolean
  change: (rows: readonly SheetRow[]) => void
  step: (step: Step) => void
  save: () => void
}

/** Keys of the editor: Ctrl+S, Z, Y, D and Enter, and pasting of whole tables. */
export function useTableKeys({ grid, rows, columns, mayEdit, mayAdd, asleep, change, step, save }: Edited): void {
  const keys = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || asleep) return
    const act = event.key.toLowerCase() + (event.shiftKey ? '+' : '')
    const selection = grid.current?.selection
    if (act === 's') save()
    else if (act === 'z') step('undo')
    else if (act === 'y' || act === 'z+') step('redo')
    else if (act === 'd' && selection && mayEdit) change(fillDown(rows, selection, columns))
    else if (act === 'enter' && mayAdd) change([...rows, newRow()])
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  /** Rows that come with their headers are put under the columns that they mean, wherever the cursor is. */
  const pasted = useEffectEvent((event: ClipboardEvent) => {
    if (!mayAdd || !grid.current?.activeCell) return
    const next = pastedTable(event.clipboardData?.getData('text/plain') ?? '', rows, columns)
    if (!next) return
    event.preventDefault()
    event.stopImmediatePropagation()
    change(next)
  })
  useEffect(() => {
    // The grid takes its keys from the document, wherever the focus is; so does the editor, before it.
    const press = (event: KeyboardEvent) => keys(event)
    const paste = (event: ClipboardEvent) => pasted(event)
    window.addEventListener('keydown', press, { capture: true })
    window.addEventListener('paste', paste, { capture: true })
    return () => {
      window.removeEventListener('keydown', press, { capture: true })
      window.removeEventListener('paste', paste, { capture: true })
    }
  }, [])
}
