import { IconArrowDown, IconArrowUp, IconArrowsSort } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import { listParameters, sortRows, type SortValue } from './listAddress.ts'
import styles from './recordTable.module.css'

export interface Column<T> {
  /** Name of the column in the address; to the server, what a list is sorted by. */
  id: string
  title: string
  cell: (row: T) => ReactNode
  /** A count or size: stands at the end of the cell. */
  number?: boolean
  nowrap?: boolean
  /** What the rows are sorted by here, when all of them are at hand. */
  by?: (row: T) => SortValue
  /** The server sorts by it: needed when the list comes in pages. */
  atServer?: boolean
}

interface Props<T extends { id: string }> {
  /** Says what is listed to those who do not see what stands around it. */
  label: string
  rows: readonly T[]
  /** The first one names the row. */
  columns: readonly Column<T>[]
  /** Name of the list in the address, when the page has several. */
  list?: string
  /** Sorted as `by` says, or as the rows come: from a server that sorts, or in the one order there is. */
  order?: 'here' | 'server' | 'fixed'
  /** A last column. */
  renderActions?: ((row: T) => ReactNode) | undefined
  /** Lets rows be chosen. */
  chosen?: ReadonlySet<string> | undefined
  onChoose?: ((ids: ReadonlySet<string>) => void) | undefined
  /** Name of a row, for its checkbox. */
  nameOf?: (row: T) => string
}

/** Dense table of records. Headings that sort are links; on narrow screens each row becomes a card. */
export function RecordTable<T extends { id: string }>(props: Props<T>) {
  const { label, rows, columns, list, order = 'here', renderActions, chosen, onChoose, nameOf } = props
  const [address] = useSearchParams()
  const { sort } = listParameters(list)
  const given = address.get(sort) ?? ''
  const sorted = order === 'here' ? sortRows(rows, given, columns) : rows
  const sortable = ({ by, atServer }: Column<T>) =>
    order === 'here' ? by !== undefined : order === 'server' && atServer
  const all = chosen !== undefined && rows.every(({ id }) => chosen.has(id))
  const toggle = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    onChoose?.(next)
  }
  return (
    <table className={styles.table} aria-label={label}>
      <thead>
        <tr>
          {chosen && (
            <th scope="col" data-shown>
              <input
                type="checkbox"
                aria-label={`Choose all ${label.toLowerCase()}`}
                checked={all}
                onChange={() => onChoose?.(new Set(all ? [] : rows.map(({ id }) => id)))}
              />
            </th>
          )}
          {columns.map((column) => (
            <Heading key={column.id} column={column} sort={sort} given={given} sortable={sortable(column) ?? false} />
          ))}
          {renderActions && (
            <th scope="col">
              <span className="srOnly">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => (
          <tr key={row.id}>
            {chosen && (
              <td>
                <input
                  type="checkbox"
                  aria-label={`Choose ${nameOf?.(row) ?? row.id}`}
                  checked={chosen.has(row.id)}
                  onChange={() => toggle(row.id)}
                />
              </td>
            )}
            {columns.map(({ id, title, cell, number, nowrap }, place) =>
              place === 0 ? (
                <th key={id} scope="row">
                  {cell(row)}
                </th>
              ) : (
                <td key={id} data-label={title} className={classesOf({ number, nowrap })}>
                  {cell(row)}
                </td>
              ),
            )}
            {renderActions && <td className={styles.actions}>{renderActions(row)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const classesOf = ({ number, nowrap }: { number?: boolean | undefined; nowrap?: boolean | undefined }) =>
  [number && 'number nowrap', nowrap && 'nowrap'].filter(Boolean).join(' ') || undefined

interface HeadingProps<T> {
  column: Column<T>
  /** Name of the parameter, and what it says now: 'title', '-title' for the last first, '' for the order of the list. */
  sort: string
  given: string
  sortable: boolean
}

function Heading<T>({ column: { id, title, number }, sort, given, sortable }: HeadingProps<T>) {
  const [address] = useSearchParams()
  if (!sortable) {
    return (
      <th scope="col" className={number ? 'number' : undefined}>
        {title}
      </th>
    )
  }
  const next = new URLSearchParams(address)
  // A cursor belongs to the order that it was made in.
  next.delete(sort.replace(/sort$/, 'cursor'))
  next.set(sort, given === id ? `-${id}` : id)
  const direction = given === id ? 'ascending' : given === `-${id}` ? 'descending' : undefined
  const Icon = direction === 'ascending' ? IconArrowUp : direction === 'descending' ? IconArrowDown : IconArrowsSort
  return (
    <th scope="col" data-shown aria-sort={direction} className={number ? 'number' : undefined}>
      <Link to={`?${next}`} replace preventScrollReset className={styles.sort} title={`Sort by ${title.toLowerCase()}`}>
        {title}
        <Icon size={14} aria-hidden className={direction ? undefined : 'dim'} />
      </Link>
    </th>
  )
}
