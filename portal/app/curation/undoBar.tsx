import { Button, CloseButton } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { send } from '../api.ts'
import { ProblemAlert } from '../components/problem.tsx'
import { useReturnFocus } from '../components/returnFocus.ts'
import type { Problem } from '../contract.ts'
import styles from './curation.module.css'
import type { Deletable } from './deleteDialog.tsx'

interface Props {
  /** "2 series deleted." */
  text: string
  plural: string
  records: readonly Deletable[]
  onRestored: () => void
  onClose: () => void
}

/** Stays until it is closed: what was deleted, and the way back. */
export function UndoBar({ text, plural, records, onRestored, onClose }: Props) {
  // What was deleted took the focus with it; the next thing that somebody may want is to have it back.
  const undo = useRef<HTMLButtonElement>(null)
  useEffect(() => undo.current?.focus(), [])
  useReturnFocus(true)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const restore = async () => {
    setBusy(true)
    for (const { id } of records) {
      const sent = await send('POST', `/${plural}/${id}/restore`)
      if (!sent.ok) {
        setBusy(false)
        return setProblem(sent.problem)
      }
    }
    setBusy(false)
    onRestored()
  }
  return (
    <output className={styles.bar}>
      <span>{text}</span>
      <Button
        ref={undo}
        size="compact-sm"
        variant="default"
        loading={busy}
        leftSection={<IconArrowBackUp size={14} aria-hidden />}
        onClick={() => void restore()}
      >
        Undo
      </Button>
      <CloseButton size="sm" aria-label="Close this message" onClick={onClose} />
      {problem && <ProblemAlert problem={problem} />}
    </output>
  )
}
