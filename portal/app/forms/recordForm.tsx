/** Makes or changes one record through its form. */
import { Button } from '@mantine/core'
import { useCallback, useRef, useState } from 'react'
import { withDefaults } from '#ontology/entity.ts'
import { getWithTag, send } from '../api.ts'
import type { Problem } from '../contract.ts'
import { ConflictDialog } from './conflictDialog.tsx'
import { bodyOf } from './fields.ts'
import { applyPatch, compareVersions, mergePatch, same } from './mergePatch.ts'
import type { Json } from './path.ts'
import styles from './forms.module.css'
import { entityNamed, formSchema } from './records.ts'
import { SchemaForm } from './schemaForm.tsx'
import { UnsavedGuard } from './unsavedGuard.tsx'

export type SavedRecord = Json & { id: string; version: number }

interface Props {
  /** Name of the entity. */
  entity: string
  /** The record to change; without one, a new one is made. */
  record?: SavedRecord | undefined
  /** What is already known of a new one. */
  known?: Json
  projectId?: string | undefined
  hidden?: readonly string[]
  only?: readonly string[]
  /** Fields that come before the others. */
  first?: readonly string[] | undefined
  submitLabel?: string
  onSaved: (record: SavedRecord) => void
  onCancel?: () => void
}

export function RecordForm(props: Props) {
  const { record, known, projectId, hidden, only, first, submitLabel, onSaved, onCancel } = props
  const entity = entityNamed(props.entity)
  const schema = formSchema(entity)
  const [base, setBase] = useState(record)
  const [start, setStart] = useState<Json>(() => (record ? bodyOf(schema, record) : withDefaults(schema, known)))
  const [value, setValue] = useState<Json>(start)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [theirs, setTheirs] = useState<SavedRecord>()
  const [busy, setBusy] = useState(false)
  const isSaved = useRef(false)
  const change = useCallback(
    (next: (held: Json) => Json) => {
      isSaved.current = false
      setValue(next)
    },
    [setValue],
  )
  const body = bodyOf(schema, value)
  const dirty = !same(body, bodyOf(schema, start))

  const saved = (result: SavedRecord) => {
    setStart(bodyOf(schema, result))
    setValue(bodyOf(schema, result))
    setBase(result)
    setProblem(null)
    setTheirs(undefined)
    isSaved.current = true
    onSaved(result)
  }

  const save = async (onto: SavedRecord | undefined) => {
    setBusy(true)
    setProblem(null)
    try {
      const patch = mergePatch(bodyOf(schema, start), body)
      if (onto && Object.keys(patch).length === 0) return saved(onto)
      const sent = onto
        ? await send<SavedRecord>('PATCH', `/${entity.plural}/${onto.id}`, patch, { ifMatch: onto.version })
        : await send<SavedRecord>('POST', `/${entity.plural}`, body)
      if (sent.ok) return saved(sent.value)
      if (sent.problem.code !== 'stale' || !onto) return setProblem(sent.problem)
      setTheirs((await getWithTag<SavedRecord>(`/${entity.plural}/${onto.id}`)).value)
    } catch (error) {
      setProblem({ title: 'Not saved', status: 0, code: 'failed', detail: (error as Error).message })
    } finally {
      setBusy(false)
    }
  }

  return (
    <>
      <SchemaForm
        schema={schema}
        value={value}
        onChange={change}
        onSubmit={() => void save(base)}
        problem={problem}
        projectId={projectId}
        hidden={hidden}
        only={only}
        first={first}
      >
        <Button type="submit" loading={busy} disabled={base !== undefined && !dirty}>
          {submitLabel ?? (base ? 'Save changes' : `Make ${entity.title.toLowerCase()}`)}
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel} disabled={busy}>
            Cancel
          </Button>
        )}
        <output className={styles.note}>{busy ? 'Saving' : base && dirty ? 'Changes are not saved yet' : ''}</output>
      </SchemaForm>
      {dirty && <UnsavedGuard saved={isSaved} />}
      {theirs && (
        <ConflictDialog
          schema={schema}
          changes={compareVersions(
            Object.keys(schema.properties ?? {}),
            bodyOf(schema, start),
            body,
            bodyOf(schema, theirs),
          )}
          busy={busy}
          onKeepMine={() => {
            const mine = mergePatch(bodyOf(schema, start), body)
            const merged = applyPatch(bodyOf(schema, theirs), mine)
            setStart(bodyOf(schema, theirs))
            setValue(merged)
            setBase(theirs)
            void save(theirs)
          }}
          onTakeTheirs={() => saved(theirs)}
          onClose={() => setTheirs(undefined)}
        />
      )}
    </>
  )
}
