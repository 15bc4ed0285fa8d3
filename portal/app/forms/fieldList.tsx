/** The fields of one object, nested objects and lists included. */
import { memo } from 'react'
import type { Node } from '#ontology/vocabulary.ts'
import { FieldLabel } from './fieldLabel.tsx'
import { isEmpty, reasonOf, shownFields, sourceOf, type Field, type NullReasonCode } from './fields.ts'
import { fieldId, useFormScope, useFormState } from './formContext.ts'
import styles from './forms.module.css'
import { FieldInput } from './inputs/fieldInput.tsx'
import { fromPointer, isJson, toFieldName, type Json } from './path.ts'
import { ReasonMenu } from './reasonMenu.tsx'

interface ListProps {
  schema: Node
  value: Json
  /** Where this object stands in the record; '' for the record itself. */
  pointer?: string
  hidden?: ReadonlySet<string>
}

/** Whether a form that is limited to some fields (dotted names) shows this one: itself, something in it, or all of it. */
function isAskedFor(only: readonly string[] | undefined, field: string): boolean {
  return !only || only.some((one) => one === field || one.startsWith(`${field}.`) || field.startsWith(`${one}.`))
}

export function FieldList({ schema, value, pointer = '', hidden }: ListProps) {
  const { record, errors } = useFormState()
  const { only, first, sparse, hints } = useFormScope()
  const fields = shownFields(schema, value, hidden).filter(({ name }) =>
    isAskedFor(only, toFieldName(fromPointer(`${pointer}/${name}`))),
  )
  const ordered = pointer === '' && first ? inOrder(fields, first) : fields
  return (
    <div className={styles.grid}>
      {ordered.map((field) => {
        const here = `${pointer}/${field.name}`
        if (field.kind === 'object') {
          const inner = isJson(value[field.name]) ? (value[field.name] as Json) : {}
          return (
            <fieldset key={here} className={styles.part}>
              <legend>{field.title}</legend>
              <FieldList schema={field.node} value={inner} pointer={here} />
            </fieldset>
          )
        }
        const path = fromPointer(here)
        return (
          <LeafField
            key={here}
            node={field.node}
            kind={field.kind as LeafProps['kind']}
            title={field.title}
            neededToSave={field.neededToSave && !sparse}
            neededToPublish={field.neededToPublish}
            pointer={here}
            value={value[field.name]}
            error={errors[here] ?? innerError(errors, here, field.kind)}
            reason={reasonOf(record, path)}
            source={hints?.[toFieldName(path)] ?? sourceText(sourceOf(record, path))}
          />
        )
      })}
    </div>
  )
}

function inOrder(fields: Field[], first: readonly string[]): Field[] {
  const leading = first.flatMap((name) => fields.filter((field) => field.name === name))
  return [...leading, ...fields.filter((field) => !leading.includes(field))]
}

/** Problems inside of a value that is edited as one (the unit of a quantity) are shown beside it. */
function innerError(errors: Record<string, string>, pointer: string, kind: Field['kind']): string | undefined {
  if (kind === 'objects') return undefined
  return Object.entries(errors).find(([at]) => at.startsWith(`${pointer}/`))?.[1]
}

const sourceText = (source: ReturnType<typeof sourceOf>): string | undefined =>
  source && (source.evidence ? `From ${source.evidence}` : `From the ${source.source}`)

interface LeafProps extends Omit<Field, 'name' | 'kind'> {
  kind: Exclude<Field['kind'], 'object'>
  pointer: string
  value: unknown
  error: string | undefined
  reason: NullReasonCode | undefined
  source: string | undefined
}

/** The examples of a line tell how long its values are. */
const isLong = (node: Node): boolean => node.type === 'string' && String(node.examples?.[0] ?? '').length > 22

const wideKinds: ReadonlySet<Field['kind']> = new Set(['textarea', 'objects', 'terms', 'references', 'when', 'enums'])

const LeafField = memo(function LeafField(props: LeafProps) {
  const { node, kind, title, neededToSave, neededToPublish, pointer, value, error, reason, source } = props
  const { formId, change, setReason } = useFormScope()
  const path = fromPointer(pointer)
  const empty = isEmpty(value)
  const help = [node.description, source].filter(Boolean).join(' ')
  return (
    <div className={wideKinds.has(kind) || isLong(node) ? styles.wide : undefined}>
      <FieldInput
        kind={kind}
        id={fieldId(formId, pointer)}
        pointer={pointer}
        node={node}
        title={title}
        label={
          <FieldLabel
            title={title}
            neededToSave={neededToSave}
            neededToPublish={neededToPublish}
            settled={!empty || reason !== undefined}
          />
        }
        description={help === '' ? undefined : help}
        error={error}
        needed={neededToSave}
        value={value}
        onChange={(next: unknown) => change(path, next)}
      />
      {neededToPublish && empty && (
        <ReasonMenu title={title} reason={reason} onChange={(next) => setReason(path, next)} />
      )}
    </div>
  )
})
