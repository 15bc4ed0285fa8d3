/** A form for any entity, made from its schema. It validates nothing itself: the server's messages come back here. */
import { Notice } from '../components/notice.tsx'
import { useEffect, useId, useMemo, useRef, type ReactNode } from 'react'
import type { Node } from '#ontology/vocabulary.ts'
import type { Problem } from '../contract.ts'
import { problemText } from '../http.ts'
import { FieldList } from './fieldList.tsx'
import { MarksLegend } from './fieldLabel.tsx'
import { typed, withReason } from './fields.ts'
import { FormScopeContext, FormStateContext, fieldId, type FormScope } from './formContext.ts'
import styles from './forms.module.css'
import { fromPointer, getAt, setAt, type Json } from './path.ts'

interface Props {
  schema: Node
  value: Json
  /** Given a function, so that quick changes in a row are not lost. */
  onChange: (change: (value: Json) => Json) => void
  onSubmit: () => void
  /** What the server refused. */
  problem?: Problem | null
  projectId?: string | undefined
  hidden?: readonly string[] | undefined
  /** Only these fields (dotted names). */
  only?: readonly string[] | undefined
  /** Fields that come before the others. */
  first?: readonly string[] | undefined
  /** For many records at once: what is left empty stays as it is. */
  sparse?: boolean
  /** Remarks below fields, by dotted name. */
  hints?: Record<string, string>
  /** Buttons. */
  children: ReactNode
}

export function SchemaForm(props: Props) {
  const { schema, value, onChange, onSubmit, problem, projectId, hidden, only, first, sparse, hints, children } = props
  const formId = useId()
  const scope = useMemo<FormScope>(
    () => ({
      formId,
      projectId,
      only,
      first,
      sparse,
      hints,
      change: (path, next) => onChange((held) => typed(setAt(held, path, next) as Json, path)),
      setReason: (path, reason) => onChange((held) => withReason(held, path, reason)),
    }),
    [formId, projectId, only, first, sparse, hints, onChange],
  )
  const errors = useMemo(() => errorsByPointer(problem), [problem])
  const state = useMemo(() => ({ record: value, errors }), [value, errors])
  return (
    <FormScopeContext value={scope}>
      <FormStateContext value={state}>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            // A form made in place stands inside another one in React's tree.
            event.stopPropagation()
            onSubmit()
          }}
        >
          {problem && <ErrorSummary problem={problem} schema={schema} formId={formId} />}
          <MarksLegend sparse={sparse} />
          <FieldList schema={schema} value={value} {...(hidden && { hidden: new Set(hidden) })} />
          <div className={styles.actions}>{children}</div>
        </form>
      </FormStateContext>
    </FormScopeContext>
  )
}

function errorsByPointer(problem: Problem | null | undefined): Record<string, string> {
  const messages: Record<string, string> = {}
  for (const { pointer, message } of problem?.errors ?? []) messages[pointer] ??= message
  return messages
}

/** All messages in one place, each leading to its field; the focus goes to the first field that has one. */
function ErrorSummary({ problem, schema, formId }: { problem: Problem; schema: Node; formId: string }) {
  const summary = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const first = problem.errors?.map(({ pointer }) => inputOf(formId, pointer)).find((input) => input !== null)
    if (first) first.focus()
    else summary.current?.focus()
  }, [problem, formId])
  const errors = problem.errors ?? []
  return (
    <Notice ref={summary} tone="bad" title={problem.title}>
      {errors.length === 0 && problemText(problem)}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, message }) => (
            <li key={pointer + message}>
              {inputOf(formId, pointer) ? (
                <button type="button" className={styles.reason} onClick={() => inputOf(formId, pointer)?.focus()}>
                  {titleOf(schema, pointer)}
                </button>
              ) : (
                titleOf(schema, pointer)
              )}
              {': '}
              {message}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

/** The input of a pointer, or of the nearest field around it. */
function inputOf(formId: string, pointer: string): HTMLElement | null {
  if (typeof document === 'undefined') return null
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const input = document.getElementById(fieldId(formId, at))
    if (input) return input
  }
  return null
}

function titleOf(schema: Node, pointer: string): string {
  const titles = fromPointer(pointer).map((_, n, path) => {
    const node = getAt(schema, schemaPath(path.slice(0, n + 1))) as Node | undefined
    const key = path[n]
    return typeof key === 'number' ? String(key + 1) : (node?.title ?? String(key))
  })
  return titles.length === 0 ? 'The record' : titles.join(' › ')
}

const schemaPath = (path: readonly (string | number)[]) =>
  path.flatMap((key) => (typeof key === 'number' ? ['items'] : ['properties', key]))
