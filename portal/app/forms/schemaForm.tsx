/** A form for any entity, made from its schema. It validates nothing itself: the server's messages come back here. */
import { Notice } from '../components/notice.tsx'
import { useEffect, useId, useMemo, useRef, type ReactNode } from 'react'
import type { Node as SchemaNode } from '#ontology/vocabulary.ts'
import type { Problem } from '../contract.ts'
import { counted } from '../format.ts'
import { problemText } from '../http.ts'
import { FieldList } from './fieldList.tsx'
import { MarksLegend } from './fieldLabel.tsx'
import { typed, withReason } from './fields.ts'
import { FormScopeContext, FormStateContext, fieldId, type FormScope } from './formContext.ts'
import styles from './forms.module.css'
import { fromPointer, getAt, setAt, type Json } from './path.ts'

interface Props {
  schema: SchemaNode
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
  const errors = useMemo(() => errorsByPointer(problem, schema), [problem, schema])
  const state = useMemo(() => ({ record: value, errors }), [value, errors])
  return (
    <FormScopeContext value={scope}>
      <FormStateContext value={state}>
        <form
          className={styles.form}
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

function errorsByPointer(problem: Problem | null | undefined, schema: SchemaNode): Record<string, string> {
  const messages: Record<string, string> = {}
  for (const { pointer, message } of problem?.errors ?? []) messages[pointer] ??= spoken(schema, pointer, message)
  return messages
}

/** The message with the field called as the form calls it: the API says “start”, the form “Time”. */
const spoken = (schema: SchemaNode, pointer: string, message: string): string =>
  message.replace(`“${pointer.slice(1).replaceAll('/', ' › ')}”`, `“${titleOf(schema, pointer)}”`)

/** All messages in one place, each leading to its field; the focus goes to the first field that has one. */
function ErrorSummary({ problem, schema, formId }: { problem: Problem; schema: SchemaNode; formId: string }) {
  const summary = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const [first] = (problem.errors ?? [])
      .flatMap(({ pointer }) => inputOf(formId, pointer) ?? [])
      .toSorted((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))
    if (first) first.focus()
    else summary.current?.focus()
  }, [problem, formId])
  const errors = problem.errors ?? []
  return (
    <Notice ref={summary} tone="bad" title={errors.length > 0 ? notSaved(errors.length) : problem.title}>
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
              {spoken(schema, pointer, message)}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

const notSaved = (count: number) => `Not saved yet: ${counted(count, 'field needs', 'fields need')} a correction`

/** The input of a pointer, or of the nearest field around it. */
function inputOf(formId: string, pointer: string): HTMLElement | null {
  if (typeof document === 'undefined') return null
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const input = document.getElementById(fieldId(formId, at))
    if (input) return input
  }
  return null
}

function titleOf(schema: SchemaNode, pointer: string): string {
  const titles = fromPointer(pointer).map((_, n, path) => {
    const node = getAt(schema, schemaPath(path.slice(0, n + 1))) as SchemaNode | undefined
    const key = path[n]
    return typeof key === 'number' ? String(key + 1) : (node?.title ?? String(key))
  })
  return titles.length === 0 ? 'The record' : titles.join(' › ')
}

const schemaPath = (path: readonly (string | number)[]) =>
  path.flatMap((key) => (typeof key === 'number' ? ['items'] : ['properties', key]))
