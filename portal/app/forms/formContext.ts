/** What the fields of one form share. */
import { createContext, useContext } from 'react'
import type { NullReasonCode } from './fields.ts'
import type { Json, Path } from './path.ts'

export interface FormScope {
  /** Prefix of the ids of its inputs. */
  formId: string
  /** Project whose records the pickers offer and to which records made in place belong. */
  projectId?: string | undefined
  /** Only these fields (dotted names) are shown. */
  only?: readonly string[] | undefined
  /** Fields of the record that come before the others. */
  first?: readonly string[] | undefined
  /** Nothing is needed to save: an empty field is left as it is. */
  sparse?: boolean | undefined
  /** Remarks below fields, by dotted name. */
  hints?: Record<string, string> | undefined
  change: (path: Path, value: unknown) => void
  setReason: (path: Path, reason: NullReasonCode | undefined) => void
}

/** What changes with each keystroke; kept apart so that inputs which did not change are not drawn again. */
export interface FormState {
  record: Json
  /** Messages by JSON pointer. */
  errors: Record<string, string>
}

export const FormScopeContext = createContext<FormScope | null>(null)
export const FormStateContext = createContext<FormState | null>(null)

export const useFormScope = (): FormScope => held(useContext(FormScopeContext))
export const useFormState = (): FormState => held(useContext(FormStateContext))

function held<T>(value: T | null): T {
  if (value === null) throw new Error('A form field stands outside of a form.')
  return value
}

export const fieldId = (formId: string, pointer: string): string => `${formId}${pointer.replaceAll('/', '-')}`
