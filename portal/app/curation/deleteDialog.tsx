import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../components/dialog.tsx'
import { send } from '../api.ts'
import type { Problem } from '../contract.ts'
import { counted } from '../format.ts'
import { ProblemAlert } from '../components/problem.tsx'
import { problemText } from '../http.ts'

export interface Deletable {
  id: string
  version: number
  label: string
}

interface Props {
  opened: boolean
  /** Path of the collection: "series". */
  plural: string
  one: string
  many: string
  records: readonly Deletable[]
  /** What goes with them, in numbers: "3.4 GiB in 1,204 files". */
  consequence: string
  onDeleted: (deleted: Deletable[]) => void
  onClose: () => void
}

/** Says in numbers what deleting will do, and does it. */
export function DeleteDialog({ opened, plural, one, many, records, consequence, onDeleted, onClose }: Props) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const what = counted(records.length, one, many)
  const remove = async () => {
    setBusy(true)
    setProblem(null)
    const deleted: Deletable[] = []
    const refused: { label: string; problem: Problem }[] = []
    for (const record of records) {
      const sent = await send('DELETE', `/${plural}/${record.id}`, undefined, { ifMatch: record.version })
      if (sent.ok) deleted.push(record)
      else refused.push({ label: record.label, problem: sent.problem })
    }
    setBusy(false)
    if (deleted.length > 0) onDeleted(deleted)
    const [first] = refused
    if (!first) return onClose()
    setProblem({
      ...first.problem,
      title: `${counted(refused.length, one, many)} not deleted`,
      detail: refused.map(({ label, problem: why }) => `${label}: ${problemText(why)}`).join(' '),
    })
  }
  return (
    <Dialog opened={opened} onClose={onClose} title={`Delete ${what}?`}>
      <Text>
        Deletes {records.length === 1 ? `“${records[0]?.label}”` : what}
        {consequence && `, ${consequence}`}. It can be undone for 30 days.
      </Text>
      {problem && <ProblemAlert problem={problem} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose} disabled={busy}>
          Keep
        </Button>
        <Button color="red" onClick={() => void remove()} loading={busy} data-autofocus>
          Delete {what}
        </Button>
      </Group>
    </Dialog>
  )
}
