/** What each column of a file means: found by its header, corrected by hand once, remembered in the project. */
import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { columnsOf, headerOf, tableNamed } from '#ontology/table/columns.ts'
import type { HeaderMeaning } from '#ontology/table/headers.ts'
import { send } from '../api.ts'
import { Notice } from '../components/notice.tsx'
import type { Problem } from '../contract.ts'
import { counted } from '../format.ts'
import type { TableImport } from './contract.ts'
import styles from './tables.module.css'

interface Props {
  row: TableImport
  onChanged: () => void
  onProblem: (problem: Problem) => void
}

export function HeaderMeanings({ row, onChanged, onProblem }: Props) {
  const unknown = row.headers.filter((header, n) => header !== '' && row.meanings[n]?.key === null)
  const [opened, setOpened] = useState(unknown.length > 0)
  const [meanings, setMeanings] = useState<readonly HeaderMeaning[]>(row.meanings)
  const table = tableNamed(row.table)
  if (!table) return null
  const choices = [
    { value: '', label: 'Not imported' },
    ...columnsOf(table).map((column) => ({ value: column.key, label: headerOf(column) })),
    { value: '#id', label: 'Record id' },
    { value: '#version', label: 'Record version' },
  ]
  const set = (place: number, key: string) =>
    setMeanings((held) =>
      held.map((one, n) => (n === place ? ({ key: key === '' ? null : key } as HeaderMeaning) : one)),
    )
  const save = async () => {
    const sent = await send('PUT', `/table-imports/${row.id}/layout`, { meanings }, { ifMatch: row.version })
    if (sent.ok) onChanged()
    else onProblem(sent.problem)
  }
  if (!opened)
    return (
      <Button mb="sm" size="compact-sm" variant="subtle" onClick={() => setOpened(true)}>
        What the columns mean
      </Button>
    )
  return (
    <Notice
      tone={unknown.length > 0 ? 'warn' : 'plain'}
      title={
        unknown.length > 0
          ? `${counted(unknown.length, 'column is', 'columns are')} not understood: ${unknown.join(', ')}`
          : 'What the columns mean'
      }
    >
      <p>Say it once; this project remembers it for files of the same layout.</p>
      <div className={styles.layout}>
        {row.headers.map((header, n) => (
          <NativeSelect
            // Headers may be equal or empty; their places are not.
            key={`${n} ${header}`}
            label={header || `Column ${n + 1}`}
            data={choices}
            value={meanings[n]?.key ?? ''}
            onChange={(event) => set(n, event.currentTarget.value)}
          />
        ))}
      </div>
      <Button size="compact-md" onClick={() => void save()}>
        Use this
      </Button>
    </Notice>
  )
}
