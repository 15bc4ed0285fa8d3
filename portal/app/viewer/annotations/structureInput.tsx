/** The anatomical structure that something is about: from the list with UBERON codes, or in free words. */
import { useId, useState } from 'react'
import { Annotation } from '#ontology/entities/annotation.ts'
import type { CodedTerm } from '#ontology/values.ts'
import type { Node } from '#ontology/vocabulary.ts'
import { TermInput } from '../../forms/inputs/termInput.tsx'

interface Props {
  value: CodedTerm | undefined
  disabled: boolean
  /** Told when the person has chosen or left the field, not for each letter. */
  onChange: (term: CodedTerm | undefined) => void
}

const node = Annotation.record.properties.structure as unknown as Node

export function StructureInput({ value, disabled, onChange }: Props) {
  const id = useId()
  const [typed, setTyped] = useState(value)
  const settle = (term: CodedTerm | undefined) => {
    if (JSON.stringify(term) !== JSON.stringify(value)) onChange(term)
  }
  if (disabled) return value ? <p className="dim">{value.label}</p> : null
  return (
    <div onBlur={() => settle(typed?.label.trim() ? typed : undefined)}>
      <TermInput
        id={id}
        pointer="/structure"
        node={node}
        title="Structure"
        label="Structure"
        needed={false}
        value={typed}
        onChange={(term) => {
          setTyped(term)
          if (term?.codings) settle(term)
        }}
      />
    </div>
  )
}
