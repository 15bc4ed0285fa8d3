/** The spreadsheet itself: cells, keyboard, marks of what is wrong or changed. */
import { memo, useEffect, useLayoutEffect, useMemo, useRef, type RefObject } from 'react'
import {
  DynamicDataSheetGrid,
  type CellProps,
  type Column as GridColumn,
  type DataSheetGridRef,
} from 'react-datasheet-grid'
import 'react-datasheet-grid/dist/style.css'
import { headerOf, type Column } from '#ontology/table/columns.ts'
import { choicesOf, widthOf } from './choices.ts'
import { changedKeys, newRow, withCell, type Names, type SheetRow } from './sheet.ts'
import styles from './tables.module.css'

interface Props {
  columns: readonly Column[]
  rows: readonly SheetRow[]
  names: Names
  /** What is wrong in a row, by column. */
  problemsOf: (row: SheetRow) => Readonly<Record<string, string>>
  readOnly: boolean
  mayAdd: boolean
  height: number
  grid: RefObject<DataSheetGridRef | null>
  onChange: (rows: SheetRow[]) => void
  onActive: (cell: { row: number; col: number } | null) => void
}

export function Grid(props: Props) {
  const { columns, rows, names, problemsOf, readOnly, mayAdd, height, grid, onChange, onActive } = props
  const gridColumns = useMemo(
    () =>
      columns.map((column): Partial<GridColumn<SheetRow, CellData, string>> => {
        const { key } = column
        return {
          id: key,
          title: (
            <span title={column.help} data-level={column.level}>
              {headerOf(column)}
              {column.level === 'record' && <b aria-label=", needed"> *</b>}
            </span>
          ),
          basis: widthOf(column),
          grow: 0,
          shrink: 0,
          minWidth: 80,
          component: TextCell as never,
          columnData: { key, label: column.label, list: choicesOf(column, names).length > 0 ? listId(key) : undefined },
          disabled: readOnly,
          copyValue: ({ rowData }) => rowData.cells[key] ?? null,
          pasteValue: ({ rowData, value }) => withCell(rowData, key, value.trim()),
          deleteValue: ({ rowData }) => withCell(rowData, key, ''),
          isCellEmpty: ({ rowData }) => !rowData.cells[key],
          cellClassName: ({ rowData }) => {
            if (problemsOf(rowData)[key]) return styles.wrong
            return changedKeys(rowData).includes(key) ? styles.changed : undefined
          },
        }
      }),
    [columns, names, problemsOf, readOnly],
  )
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The grid listens to the whole document; so that it is reached by Tab, its frame takes the focus and gives it a cell.
    const container = frame.current?.querySelector<HTMLElement>('.dsg-container')
    if (!container) return
    container.tabIndex = 0
    container.setAttribute('role', 'group')
    container.setAttribute('aria-label', 'Cells of the table')
    const enter = () => {
      if (container.matches(':focus-visible') && !grid.current?.activeCell)
        grid.current?.setActiveCell({ row: 0, col: 0 })
    }
    container.addEventListener('focus', enter)
    return () => container.removeEventListener('focus', enter)
  }, [grid])
  return (
    <div className={styles.grid} ref={frame}>
      <DynamicDataSheetGrid<SheetRow>
        ref={grid}
        value={rows as SheetRow[]}
        onChange={(next) => onChange(next)}
        columns={gridColumns as never}
        createRow={() => newRow()}
        duplicateRow={({ rowData }) => newRow(rowData.cells)}
        lockRows={readOnly || !mayAdd}
        autoAddRow={false}
        addRowsComponent={false}
        disableContextMenu
        height={height}
        rowHeight={30}
        headerRowHeight={40}
        rowKey={({ rowData }) => String(rowData.key)}
        onActiveCellChange={({ cell }) => onActive(cell && { row: cell.row, col: cell.col })}
      />
      {columns.map((column) => {
        const choices = choicesOf(column, names)
        if (choices.length === 0) return null
        return (
          <datalist key={column.key} id={listId(column.key)}>
            {choices.map((choice) => (
              <option key={choice} value={choice}>
                {choice}
              </option>
            ))}
          </datalist>
        )
      })}
    </div>
  )
}

const listId = (key: string): string => `choices-${key}`

interface CellData {
  key: string
  label: string
  /** Suggestions. */
  list: string | undefined
}

const TextCell = memo(function TextCell(props: CellProps<SheetRow, CellData>) {
  const { rowData, rowIndex, setRowData, focus, stopEditing, columnData } = props
  const { key, label, list } = columnData
  const input = useRef<HTMLInputElement>(null)
  const before = useRef('')
  const text = rowData.cells[key] ?? ''
  const now = useRef({ text, rowData, setRowData })
  useLayoutEffect(() => {
    now.current = { text, rowData, setRowData }
  })
  useLayoutEffect(() => {
    const field = input.current
    if (!focus || !field) return
    before.current = now.current.text
    field.value = now.current.text
    field.focus()
    field.select()
    // One step of undo for a cell, not for each letter.
    return () => {
      if (field.value.trim() !== now.current.text)
        now.current.setRowData(withCell(now.current.rowData, key, field.value.trim()))
    }
  }, [focus, key])
  if (!focus) return <span className={styles.text}>{text}</span>
  return (
    <input
      ref={input}
      className={styles.input}
      aria-label={`${label}, row ${rowIndex + 1}`}
      list={list}
      defaultValue={text}
      autoComplete="off"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !input.current) return
        input.current.value = before.current
        stopEditing({ nextRow: false })
      }}
    />
  )
})
