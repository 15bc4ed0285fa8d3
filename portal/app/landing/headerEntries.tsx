import { useState } from 'react'
import { Button, Table, TextInput } from '@mantine/core'
import { get, ProblemError } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import type { Problem } from '../contract.ts'
import { counted } from '../format.ts'
import styles from './landing.module.css'

interface HeaderEntry {
  file: string
  key: string
  name: string
  value: string
}

const shown = 400

/** Everything that the files' headers say, fetched when it is asked for. */
export function HeaderEntries({ seriesId }: { seriesId: string }) {
  const [state, setState] = useState<HeaderEntry[] | 'loading' | Problem | null>(null)
  const [words, setWords] = useState('')
  const load = async () => {
    setState('loading')
    try {
      const { items } = await get<{ items: HeaderEntry[] }>(`/series/${seriesId}/tags`)
      setState(items)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      setState(error.problem)
    }
  }
  if (!Array.isArray(state)) {
    return (
      <>
        {state !== null && state !== 'loading' && <ProblemAlert problem={state} />}
        <Button className="needsScript" variant="default" disabled={state === 'loading'} onClick={() => void load()}>
          {state === 'loading' ? 'Reading the headers' : 'Show all header entries'}
        </Button>
      </>
    )
  }
  const wanted = words.toLowerCase()
  const found = state.filter(({ key, name, value }) => `${key} ${name} ${value}`.toLowerCase().includes(wanted))
  return (
    <>
      <TextInput
        label="Find in the header entries"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        description={counted(found.length, 'entry', 'entries')}
        mb="xs"
        maw={360}
      />
      {/* The region scrolls, so it must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.tags} tabIndex={0} aria-label="Header entries">
        <Table stickyHeader className={styles.fileTable}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Entry</Table.Th>
              <Table.Th>Name</Table.Th>
              <Table.Th>Value</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.slice(0, shown).map(({ file, key, name, value }, place) => (
              <Table.Tr key={`${place}-${key}`} title={file}>
                <Table.Td className="nowrap">
                  <code>{key}</code>
                </Table.Td>
                <Table.Td>{name}</Table.Td>
                <Table.Td className={styles.path}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {found.length > shown && <p className="dim">The first {shown} are shown; search for the others.</p>}
    </>
  )
}
