import { TextInput } from '@mantine/core'
import { useState } from 'react'
import styles from './imports.module.css'

interface Props {
  value: string
  label: string
  error?: string | undefined
  onSave: (value: string) => void
}

/** A text that is saved when the person leaves it or presses Enter; Escape takes the change back. */
export function EditableText({ value, label, error, onSave }: Props) {
  const [entered, setEntered] = useState<string>()
  const save = () => {
    const text = entered?.trim()
    setEntered(undefined)
    if (text && text !== value) onSave(text)
  }
  return (
    <TextInput
      size="xs"
      className={styles.field}
      aria-label={label}
      value={entered ?? value}
      error={error}
      onChange={(event) => setEntered(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save()
        if (event.key === 'Escape') setEntered(undefined)
      }}
    />
  )
}
