/** Columns that the tables of projects, studies and datasets have in common. */
import { Link } from 'react-router'
import type { Column } from '../components/recordTable.tsx'
import { Time } from '../components/time.tsx'
import { formatBytes, formatCount } from '../format.ts'
import styles from './curation.module.css'
import type { Summary } from './summary.ts'

interface Titled {
  id: string
  title: string
  localId?: string
}

export const titleColumn = <T extends Titled>(title: string, folder: string): Column<T> => ({
  id: 'title',
  title,
  by: (row) => row.title,
  cell: (row) => (
    <span>
      <Link to={`/${folder}/${row.id}`} className={styles.title}>
        {row.title}
      </Link>
      {row.localId && <span className="dim"> {row.localId}</span>}
    </span>
  ),
})

/** @param count undefined where it is not known */
export const countColumn = <T,>(id: string, title: string, count: (row: T) => number | undefined): Column<T> => ({
  id,
  title,
  number: true,
  by: count,
  cell: (row) => {
    const value = count(row)
    return value === undefined ? null : formatCount(value)
  },
})

export const sizeColumn = <T,>(bytes: (row: T) => number | undefined): Column<T> => ({
  id: 'size',
  title: 'Size',
  number: true,
  by: bytes,
  cell: (row) => {
    const value = bytes(row)
    return value === undefined ? null : formatBytes(value)
  },
})

export const timeColumn = <T,>(id: string, title: string, at: (row: T) => string | undefined): Column<T> => ({
  id,
  title,
  nowrap: true,
  by: at,
  cell: (row) => {
    const value = at(row)
    return value === undefined ? null : <Time at={value} />
  },
})

/** The later one of the record's own change and of what is in it. */
export const lastChange = ({ updatedAt, summary }: { updatedAt: string; summary?: Summary }): string =>
  summary?.lastChange && summary.lastChange > updatedAt ? summary.lastChange : updatedAt
