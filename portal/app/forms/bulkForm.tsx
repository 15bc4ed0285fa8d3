/** Changes the same fields of many records at once; what is left empty stays as it is in each. */
import { Button, Progress } from '@mantine/core'
import { Notice } from '../components/notice.tsx'
import { useCallback, useMemo, useState } from 'react'
import { fieldsOf, type Entity } from '#ontology/entity.ts'
import { getWithTag, send } from '../api.ts'
import type { Problem } from '../contract.ts'
import { counted } from '../format.ts'
import { problemText } from '../http.ts'
import { bodyOf, isEmpty } from './fields.ts'
import styles from './forms.module.css'
import { same } from './mergePatch.ts'
import { getAt, isJson, type Json } from './path.ts'
import type { SavedRecord } from './recordForm.tsx'
import { entityNamed, formSchema, recordLabel } from './records.ts'
import { SchemaForm } from './schemaForm.tsx'
import { valueText } from './valueText.ts'

interface Props {
  /** Name of the entity. */
  entity: string
  records: readonly SavedRecord[]
  /** Values that choose which fields apply (`kind` of a subject). */
  known?: Json
  projectId?: string | undefined
  hidden?: readonly string[]
  only?: readonly string[]
  submitLabel?: string
  /** After all that could be saved was saved. */
  onSaved: (changed: number) => void
  onCancel?: () => void
}

interface Failure {
  label: string
  problem: Problem
}

export function BulkForm(props: Props) {
  const { records, known, projectId, hidden, only, submitLabel, onSaved, onCancel } = props
  const entity = entityNamed(props.entity)
  const schema = formSchema(entity)
  const start = useMemo<Json>(() => known ?? {}, [known])
  const [value, setValue] = useState<Json>(start)
  const [done, setDone] = useState<number>()
  const [failures, setFailures] = useState<Failure[]>([])
  const change = useCallback((next: (held: Json) => Json) => setValue(next), [])
  const hints = currentValues(entity, records)
  const entered = without(bodyOf(schema, value), start)
  const busy = done !== undefined

  const save = async () => {
    setFailures([])
    const failed: Failure[] = []
    for (const [place, { id }] of records.entries()) {
      setDone(place)
      const problem = await patchOne(entity, id, entered)
      if (problem) failed.push({ label: recordLabel(entity, records[place] as SavedRecord), problem })
    }
    setDone(undefined)
    setFailures(failed)
    if (failed.length < records.length) onSaved(records.length - failed.length)
  }

  const first = failures[0]?.problem
  return (
    <SchemaForm
      schema={schema}
      value={value}
      onChange={change}
      onSubmit={() => void save()}
      problem={failures.length === records.length && first?.errors?.length ? first : null}
      projectId={projectId}
      hidden={hidden}
      only={only}
      sparse
      hints={hints}
    >
      {failures.length > 0 && (
        <Notice tone="bad" title={`${failures.length} of ${records.length} not changed`}>
          {failures.map(({ label, problem }) => (
            <div key={label}>
              {label}: {problemText(problem)}
            </div>
          ))}
        </Notice>
      )}
      <Button type="submit" loading={busy} disabled={isEmpty(entered)}>
        {submitLabel ?? `Change ${counted(records.length, 'record')}`}
      </Button>
      {onCancel && (
        <Button variant="default" onClick={onCancel} disabled={busy}>
          Cancel
        </Button>
      )}
      {busy && (
        <Progress
          value={(done / records.length) * 100}
          className={styles.grow}
          aria-label={`${done} of ${records.length} saved`}
        />
      )}
    </SchemaForm>
  )
}

/** Saves the entered fields onto the newest version of a record; reasons are added to those it has. */
async function patchOne(entity: Entity, id: string, entered: Json): Promise<Problem | null> {
  const { value: record } = await getWithTag<SavedRecord>(`/${entity.plural}/${id}`)
  const reasons = entered.nullReasons as { field: string }[] | undefined
  const held = (record.nullReasons as { field: string }[] | undefined) ?? []
  const patch = reasons
    ? {
        ...entered,
        nullReasons: [...held.filter(({ field }) => !reasons.some((one) => one.field === field)), ...reasons],
      }
    : entered
  const sent = await send('PATCH', `/${entity.plural}/${id}`, patch, { ifMatch: record.version })
  return sent.ok ? null : sent.problem
}

/** What was entered beyond the known start. */
function without(body: Json, start: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => !same(value, start[name])))
}

/** What the records hold now, for each field that has a value in one of them. */
function currentValues(entity: Entity, records: readonly SavedRecord[]): Record<string, string> {
  const hints: Record<string, string> = {}
  const walk = (schema: Parameters<typeof fieldsOf>[0], path: string[]) => {
    for (const [name, node] of fieldsOf(schema)) {
      const here = [...path, name]
      const values = records.map((record) => getAt(record, here))
      if (values.every(isEmpty)) continue
      if (
        node.type === 'object' &&
        !node['x-unit'] &&
        values.some(isJson) &&
        node.properties &&
        !isValue(node['x-type'])
      ) {
        walk(node, here)
      } else hints[here.join('.')] = hintOf(values, node['x-ref'] !== undefined || node.items?.['x-ref'] !== undefined)
    }
  }
  walk(entity.record, [])
  return hints
}

const isValue = (type: string | undefined): boolean => ['CodedTerm', 'WhenStamp', 'Quantity'].includes(type ?? '')

function hintOf(values: unknown[], isReference: boolean): string {
  const filled = values.filter((value) => !isEmpty(value))
  const [one] = filled
  const equal = filled.every((value) => same(value, one))
  if (!equal)
    return `Now different values${filled.length < values.length ? `, none in ${values.length - filled.length} of ${values.length}` : ''}.`
  const text = isReference ? 'the same' : valueText(one)
  return filled.length === values.length ? `Now ${text}.` : `Now ${text} in ${filled.length} of ${values.length}.`
}
