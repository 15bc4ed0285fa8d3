import { IconArrowDown, IconArrowUp, IconArrowsSort } from '@tabler/icons-react'
import { memo, useEffect, useMemo, useRef, type KeyboardEvent, type MouseEvent } from 'react'
import { Link } from 'react-router'
import { seriesAnimation } from '../components/animationAddress.ts'
import { Thumbnail, seriesThumbnail } from '../components/thumbnail.tsx'
import type { ImagingSession } from '#ontology/entities/session.ts'
import records from '../components/recordTable.module.css'
import { columns, type Column } from './columns.ts'
import type { MissingField, SeriesRow } from './rows.ts'
import { Cell, LabelNote } from './seriesCells.tsx'
import { chooseAll, extend, step, toggle, type Selection } from './selection.ts'
import styles from './study.module.css'

export interface TableActions {
  /** Opens the panel of a series. */
  open: (id: string) => void
  view: (ids: string[]) => void
  publish: (ids: string[]) => void
  remove: (ids: string[]) => void
  /** Opens the form of an imaging session; absent for those who may not edit. */
  session?: ((session: ImagingSession) => void) | undefined
  help: () => void
}

interface Props {
  rows: readonly SeriesRow[]
  hidden: readonly string[]
  sort: string
  /** Address of the page with another sort. */
  sortAddress: (sort: string) => string
  /** Null while it is being looked up. */
  missing: ReadonlyMap<string, MissingField[]> | null
  selection: Selection
  onSelect: (change: (selection: Selection) => Selection) => void
  actions: TableActions
}

/** Dense table with pictures; every act has a key. */
export function SeriesTable({ rows, hidden, sort, sortAddress, missing, selection, onSelect, actions }: Props) {
  const body = useRef<HTMLTableSectionElement>(null)
  const order = useMemo(() => rows.map(({ series }) => series.id), [rows])
  const shown = useMemo(() => columns.filter(({ id }) => !hidden.includes(id)), [hidden])
  const focusRow = (id: string | null) => {
    if (id) body.current?.querySelector<HTMLElement>(`[data-row="${id}"]`)?.focus()
  }
  const acting = (id: string) => (selection.chosen.has(id) ? order.filter((one) => selection.chosen.has(one)) : [id])

  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const id = (event.target as HTMLElement).dataset.row
    // Keys of the controls inside of a row are theirs.
    if (!id) return
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, End: 1e9, Home: -1e9 }
    const by = moves[event.key]
    const acts: Record<string, () => void> = {
      ' ': () => onSelect((held) => toggle(held, id)),
      Enter: () => actions.view(acting(id)),
      e: () => actions.open(id),
      p: () => actions.publish(acting(id)),
      Delete: () => actions.remove(acting(id)),
      '?': actions.help,
      Escape: () => onSelect((held) => ({ ...held, chosen: new Set() })),
      '/': () => document.getElementById('series-search')?.focus(),
    }
    if (by !== undefined) {
      const target = step({ ...selection, current: id }, order, by)
      if (event.shiftKey && target) onSelect((held) => extend({ ...held, current: id }, order, target))
      else onSelect((held) => ({ ...held, current: target, anchor: target }))
      focusRow(target)
    } else if ((event.ctrlKey || event.metaKey) && event.key === 'a') onSelect((held) => chooseAll(held, order))
    else if (!event.ctrlKey && !event.metaKey && !event.altKey && acts[event.key]) acts[event.key]?.()
    else return
    event.preventDefault()
  }

  const tabStop = selection.current !== null && order.includes(selection.current) ? selection.current : order[0]
  const all = order.length > 0 && order.every((id) => selection.chosen.has(id))
  return (
    <table
      className={`${records.table} ${styles.table}`}
      // A table whose rows are moved through and chosen by keys is a grid (WAI-ARIA 1.2).
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role
      role="grid"
      aria-multiselectable
      aria-label="Image series"
      aria-rowcount={rows.length + 1}
    >
      <thead>
        <tr>
          <th className={styles.check} data-shown>
            <AllBox
              all={all}
              some={selection.chosen.size > 0}
              onChange={() => onSelect((held) => chooseAll(held, order))}
            />
          </th>
          <th className={styles.picture}>
            <span className="srOnly">Picture</span>
          </th>
          <SortHead title="Label" by="label" sort={sort} sortAddress={sortAddress} />
          {shown.map((column) => (
            <ColumnHead key={column.id} column={column} sort={sort} sortAddress={sortAddress} />
          ))}
        </tr>
      </thead>
      {/* The rows take the focus; their keys bubble to here. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <tbody ref={body} onKeyDown={onKeyDown}>
        {rows.map((row) => (
          <Row
            key={row.series.id}
            row={row}
            shown={shown}
            missing={missing?.get(row.series.id) ?? null}
            chosen={selection.chosen.has(row.series.id)}
            tabStop={row.series.id === tabStop}
            onSelect={onSelect}
            order={order}
            actions={actions}
          />
        ))}
      </tbody>
    </table>
  )
}

function AllBox({ all, some, onChange }: { all: boolean; some: boolean; onChange: () => void }) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current) box.current.indeterminate = some && !all
  }, [some, all])
  return <input ref={box} type="checkbox" checked={all} onChange={onChange} aria-label="Choose all that are shown" />
}

interface HeadProps {
  sort: string
  sortAddress: (sort: string) => string
}

function ColumnHead({ column, ...sorting }: HeadProps & { column: Column }) {
  const className = [column.number && 'number', column.optional && styles.optional].filter(Boolean).join(' ')
  if (column.sort) return <SortHead title={column.title} by={column.sort} className={className} {...sorting} />
  return <th className={className}>{column.title}</th>
}

function SortHead({
  title,
  by,
  sort,
  sortAddress,
  className,
}: HeadProps & { title: string; by: string; className?: string }) {
  const current = (sort || 'label') === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none'
  const Icon = { ascending: IconArrowUp, descending: IconArrowDown, none: IconArrowsSort }[current]
  return (
    <th className={className} aria-sort={current} data-shown>
      <Link
        className={styles.sort}
        to={sortAddress(current === 'ascending' ? `-${by}` : by)}
        preventScrollReset
        replace
      >
        {title}
        <Icon size={13} aria-hidden opacity={current === 'none' ? 0.45 : 1} />
      </Link>
    </th>
  )
}

interface RowProps {
  row: SeriesRow
  shown: readonly Column[]
  missing: MissingField[] | null
  chosen: boolean
  tabStop: boolean
  onSelect: Props['onSelect']
  order: readonly string[]
  actions: TableActions
}

const Row = memo(function Row({ row, shown, missing, chosen, tabStop, onSelect, order, actions }: RowProps) {
  const { series } = row
  const { id } = series
  const onClick = (event: MouseEvent<HTMLTableRowElement>) => {
    if ((event.target as HTMLElement).closest('a, button, input')) return
    if (event.shiftKey) onSelect((held) => extend(held, order, id))
    else if (event.ctrlKey || event.metaKey) onSelect((held) => toggle(held, id))
    else onSelect((held) => ({ ...held, current: id, anchor: id }))
  }
  return (
    <tr
      data-row={id}
      tabIndex={tabStop ? 0 : -1}
      aria-selected={chosen}
      onClick={onClick}
      onDoubleClick={() => actions.view([id])}
    >
      <td className={styles.check}>
        <input
          type="checkbox"
          checked={chosen}
          aria-label={`Choose ${series.label}`}
          onChange={(event) => {
            const shift = (event.nativeEvent as unknown as { shiftKey?: boolean }).shiftKey
            onSelect((held) => (shift ? extend(held, order, id) : toggle(held, id)))
          }}
        />
      </td>
      <td className={styles.picture}>
        <Link to={`/view?series=${id}`} aria-label={`View ${series.label}`} title="Open in the viewer">
          <Thumbnail
            src={series.pixels === 'ready' ? seriesThumbnail(id) : null}
            animation={seriesAnimation(series)}
            modality={series.modality}
            size={44}
          />
        </Link>
      </td>
      <td className={styles.label}>
        <button type="button" onClick={() => actions.open(id)}>
          {series.label}
        </button>
        <LabelNote row={row} />
      </td>
      {shown.map((column) => (
        <td
          key={column.id}
          data-label={column.title}
          className={[column.number && 'number nowrap', column.optional && styles.optional].filter(Boolean).join(' ')}
        >
          <Cell id={column.id} row={row} missing={missing} actions={actions} />
        </td>
      ))}
    </tr>
  )
})
