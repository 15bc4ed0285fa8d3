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

/** What a wrapper around several inputs takes. */
export function groupProps<T>({ label, description, error }: InputProps<T>) {
  return { label, ...(description ? { description } : {}), ...(error ? { error } : {}) }
}

/** What an input takes as it is. */
export const wrapperProps = <T>(props: InputProps<T>) => ({
  id: props.id,
  ...groupProps(props),
  ...(props.needed ? { 'aria-required': true } : {}),
})

/** "e.g. M-0412" */
export function exampleOf(node: Node): string | undefined {
  const [example] = node.examples ?? []
  return example === undefined ? undefined : `e.g. ${String(example)}`
}
