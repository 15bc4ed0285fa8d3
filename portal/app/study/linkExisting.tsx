import { Button } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Type, closed, id, type Node } from '#ontology/vocabulary.ts'
import type { Problem } from '../contract.ts'
import type { Json } from '../forms/path.ts'
import { SchemaForm } from '../forms/schemaForm.tsx'

const schema = closed({
  subjectIds: Type.Array(id({ 'x-ref': 'Subject' }), { title: 'Subjects', maxItems: 1000 }),
}) as Node

interface Props {
  projectId: string
  submitLabel?: (count: number) => string
  mayBeEmpty?: boolean
  busy?: boolean
  problem?: Problem | null
  onChosen: (ids: string[]) => void
  onCancel: () => void
}

/** Picks subjects of the project, or makes new ones on the way. */
export function LinkExisting({ projectId, submitLabel, mayBeEmpty, busy, problem, onChosen, onCancel }: Props) {
  const [value, setValue] = useState<Json>({})
  const change = useCallback((next: (held: Json) => Json) => setValue(next), [])
  const chosen = (value.subjectIds as string[] | undefined) ?? []
  return (
    <SchemaForm
      schema={schema}
      value={value}
      onChange={change}
      onSubmit={() => onChosen(chosen)}
      problem={problem ?? null}
      projectId={projectId}
      sparse
    >
      <Button type="submit" loading={busy ?? false} disabled={chosen.length === 0 && !mayBeEmpty}>
        {submitLabel?.(chosen.length) ?? 'Link subjects'}
      </Button>
      <Button variant="default" onClick={onCancel} disabled={busy ?? false}>
        Cancel
      </Button>
    </SchemaForm>
  )
}
