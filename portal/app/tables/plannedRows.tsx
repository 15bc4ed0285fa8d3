/** What becomes of each row of a file, with the reason where it is refused. */
import { RecordTable } from '../components/recordTable.tsx'
import type { ImportRows } from './contract.ts'
import styles from './tables.module.css'

type Row = ImportRows['items'][number]

export function PlannedRows({ rows, headers }: { rows: readonly Row[]; headers: readonly string[] }) {
  if (rows.length === 0) return <p className="dim">No such rows.</p>
  return (
    <RecordTable
      label="Rows of the file"
      order="fixed"
      rows={rows.map((row) => ({ ...row, id: String(row.number) }))}
      columns={[
        { id: 'row', title: 'Row', number: true, cell: ({ number }) => number },
        {
          id: 'label',
          title: 'Record',
          nowrap: true,
          cell: ({ label, cells }) => label || cells.slice(0, 2).join(' · '),
        },
        { id: 'what', title: 'What', cell: (row) => whatBecomes(row, headers) },
      ]}
    />
  )
}

function whatBecomes(row: Row, headers: readonly string[]) {
  return (
    <>
      {row.changes.map(({ key, label, before, after }) => (
        <div key={key}>
          {label}: {before && <s className={styles.was}>{before}</s>} {after || <em>emptied</em>}
        </div>
      ))}
      {row.problems.map(({ key, label, cell, message, note }) => (
        <div key={key + message} className={note ? 'dim' : styles.reason}>
          {label ? `${label}, ${cell}: ` : ''}
          {message}
        </div>
      ))}
      {row.outcome === 'added' && (
        <span className="dim">
          {row.cells.flatMap((cell, n) => (cell === '' ? [] : [`${headers[n]}: ${cell}`])).join(' · ')}
        </span>
      )}
    </>
  )
}
