import type { ReactNode } from 'react'
import type { Node } from '#ontology/vocabulary.ts'

/** What every input of a schema field is given. */
export interface InputProps<T> {
  id: string
  /** JSON pointer of the field in the record. */
  pointer: string
  node: Node
  /** Plain name of the field; `label` is the same with its marks. */
  title: string
  label: ReactNode
  description?: ReactNode
  error?: string | undefined
  needed: boolean
  value: T | undefined
  /** `undefined` empties the field. */
  onChange: (value: T | undefined) => void
}

/** The part that Mantine's inputs take as it is. */
export function wrapperProps<T>({ id, label, description, error, needed }: InputProps<T>) {
  return {
    id,
    label,
    ...(description ? { description } : {}),
    ...(error ? { error } : {}),
    ...(needed ? { 'aria-required': true } : {}),
  }
}

/** "e.g. M-0412" */
export function exampleOf(node: Node): string | undefined {
  const [example] = node.examples ?? []
  return example === undefined ? undefined : `e.g. ${String(example)}`
}
