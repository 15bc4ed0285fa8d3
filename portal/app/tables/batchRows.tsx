/** One protocol for several animals: a row for each, from a template, from the last time, or empty; then edited as usual. */
import { Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Column, TableKind } from '#ontology/table/columns.ts'
import { get, send } from '../api.ts'
import { Dialog } from '../components/dialog.tsx'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem } from '../contract.ts'
import { counted } from '../format.ts'
import { choicesOf } from './choices.ts'
import type { EntryTemplate } from './contract.ts'
import { newRow, type Cells, type Names, type SheetRow } from './sheet.ts'
import styles from './tables.module.css'

interface Props {
  projectId: string
  table: TableKind
  columns: readonly Column[]
  rows: readonly SheetRow[]
  names: Names
  onRows: (rows: SheetRow[]) => void
  onClose: () => void
}

/** What is another one each time: who, when, for which session, and what was measured of it. */
const own = new Set(['subjectId', 'start', 'end', 'sessionId', 'notes'])
const isOwn = ({ key, kind, path }: Column, table: TableKind) =>
  own.has(key) || (kind === 'when' && path.length > 1) || (table.kind === 'measurement' && key === 'measurement.value')

export function BatchRows({ projectId, table, columns, rows, names, onRows, onClose }: Props) {
  const animals = names.Subject ?? []
  const here = new Set(rows.flatMap(({ cells }) => cells.subjectId ?? []))
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(animals.length <= 12 ? animals.map(({ label }) => label) : here),
  )
  const [templates, setTemplates] = useState<EntryTemplate[]>([])
  const [source, setSource] = useState('last')
  const [cells, setCells] = useState<Cells>(() => lastCells(rows, columns, table))
  const [start, setStart] = useState('')
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    void get<{ items: EntryTemplate[] }>(`/projects/${projectId}/entry-templates`).then(({ items }) =>
      setTemplates(items.filter((one) => one.table === table.name)),
    )
  }, [projectId, table])
  const pick = (value: string) => {
    setSource(value)
    if (value === 'last') setCells(lastCells(rows, columns, table))
    else setCells(templates.find(({ id }) => id === value)?.cells ?? {})
  }
  const toggle = (label: string) =>
    setChosen((held) => {
      const next = new Set(held)
      if (!next.delete(label)) next.add(label)
      return next
    })
  const keep = async () => {
    const sent = await send<EntryTemplate>('POST', `/projects/${projectId}/entry-templates`, {
      table: table.name,
      name,
      cells,
    })
    if (!sent.ok) return setProblem(sent.problem)
    setTemplates((held) => [...held.filter((one) => one.name !== name), sent.value])
    setName('')
  }
  const shown = columns.filter((column) => !isOwn(column, table) && (column.level || cells[column.key]))
  return (
    <Dialog opened onClose={onClose} size="xl" title={`${table.title} of several animals`} closeOnClickOutside={false}>
      {problem && <ProblemAlert problem={problem} />}
      <Group justify="space-between">
        <strong>{counted(chosen.size, 'animal')}</strong>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => setChosen(new Set(chosen.size === animals.length ? [] : animals.map(({ label }) => label)))}
        >
          {chosen.size === animals.length ? 'None' : 'All'}
        </Button>
      </Group>
      <div className={styles.animals} role="group" aria-label="Animals">
        {animals.map(({ id, label }) => (
          <Checkbox key={id} label={label} checked={chosen.has(label)} onChange={() => toggle(label)} />
        ))}
      </div>
      <Group align="end">
        <NativeSelect
          label="Start from"
          value={source}
          onChange={(event) => pick(event.currentTarget.value)}
          data={[
            { value: 'last', label: 'Same as last time' },
            ...templates.map(({ id, name: title }) => ({ value: id, label: title })),
            { value: '', label: 'Nothing' },
          ]}
        />
        <TextInput
          label="Time"
          placeholder="2025-03-14 10:30"
          value={start}
          onChange={(event) => setStart(event.currentTarget.value)}
        />
      </Group>
      <div className={styles.layout}>
        {shown.map((column) => (
          <TextInput
            key={column.key}
            label={column.label}
            withAsterisk={column.level === 'record'}
            value={cells[column.key] ?? ''}
            list={choicesOf(column, names).length > 0 ? `choices-${column.key}` : undefined}
            onChange={(event) => {
              const { value } = event.currentTarget
              setCells((held) => ({ ...held, [column.key]: value }))
            }}
          />
        ))}
      </div>
      <Group justify="space-between" align="end">
        <Group align="end" gap="xs">
          <TextInput
            label="Keep as template"
            placeholder="FDG, tail vein"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button variant="default" disabled={name.trim() === ''} onClick={() => void keep()}>
            Keep
          </Button>
        </Group>
        <Button
          disabled={chosen.size === 0}
          onClick={() =>
            onRows(
              animals
                .filter(({ label }) => chosen.has(label))
                .map(({ label }) => newRow(filled({ ...cells, start, subjectId: label }))),
            )
          }
        >
          Add {counted(chosen.size, 'row')}
        </Button>
      </Group>
    </Dialog>
  )
}

const filled = (cells: Record<string, string | undefined>): Cells =>
  Object.fromEntries(Object.entries(cells).filter((entry): entry is [string, string] => (entry[1] ?? '').trim() !== ''))

/** The protocol of the newest row, without what is another one each time. */
function lastCells(rows: readonly SheetRow[], columns: readonly Column[], table: TableKind): Cells {
  const newest = rows
    .filter(({ cells }) => cells.start)
    .toSorted((a, b) => (a.cells.start ?? '').localeCompare(b.cells.start ?? ''))
    .at(-1)
  const shared = columns.filter((column) => !isOwn(column, table))
  return filled(Object.fromEntries(shared.map(({ key }) => [key, newest?.cells[key]])))
}
