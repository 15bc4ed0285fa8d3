/** Records the same event for many subjects: one anaesthesia, one contrast agent, eight mice. */
import { Button, NativeSelect } from '@mantine/core'
import { useCallback, useState } from 'react'
import { withDefaults } from '#ontology/entity.ts'
import { eventKinds, type EventKind } from '#ontology/entities/event.ts'
import type { Subject } from '#ontology/entities/subject.ts'
import { Dialog } from '../components/dialog.tsx'
import { send } from '../api.ts'
import { Notice } from '../components/notice.tsx'
import type { Problem } from '../contract.ts'
import { bodyOf } from '../forms/fields.ts'
import type { Json } from '../forms/path.ts'
import { entityNamed, formSchema } from '../forms/records.ts'
import { SchemaForm } from '../forms/schemaForm.tsx'
import { counted } from '../format.ts'
import { problemText } from '../http.ts'
import { entryKinds } from './kinds.ts'

interface Props {
  subjects: readonly Subject[]
  projectId: string
  onRecorded: () => void
  onClose: () => void
}

const schema = formSchema(entityNamed('Event'))
const hidden = ['kind', 'projectId', 'subjectId']

export function BatchEvent({ subjects, projectId, onRecorded, onClose }: Props) {
  const [waiting, setWaiting] = useState(subjects)
  const [kind, setKind] = useState<EventKind>('agentAdministration')
  const [value, setValue] = useState<Json>(() => withDefaults(schema, { kind: 'agentAdministration', projectId }))
  const [failures, setFailures] = useState<{ subject: Subject; problem: Problem }[]>([])
  const [busy, setBusy] = useState(false)
  const change = useCallback((next: (held: Json) => Json) => setValue(next), [])
  const choose = (next: EventKind) => {
    setKind(next)
    setValue((held) => withDefaults(schema, { ...held, kind: next }))
  }
  const record = async () => {
    setBusy(true)
    const failed: typeof failures = []
    for (const subject of waiting) {
      const sent = await send('POST', '/events', { ...bodyOf(schema, value), subjectId: subject.id })
      if (!sent.ok) failed.push({ subject, problem: sent.problem })
    }
    setBusy(false)
    setFailures(failed)
    setWaiting(failed.map(({ subject }) => subject))
    if (failed.length === 0) onRecorded()
  }
  // What is wrong for all of them is wrong in the form.
  const common = failures.length === waiting.length ? failures[0]?.problem : undefined
  return (
    <Dialog
      opened
      onClose={onClose}
      size="xl"
      title={`Record for ${counted(waiting.length, 'subject')}`}
      closeOnClickOutside={false}
    >
      <p className="dim">{waiting.map(({ localId }) => localId).join(', ')}</p>
      <NativeSelect
        label="What"
        value={kind}
        mb="sm"
        data={(Object.keys(eventKinds) as EventKind[]).map((one) => ({ value: one, label: entryKinds[one].add }))}
        onChange={(event) => choose(event.currentTarget.value as EventKind)}
      />
      {failures.length > 0 && failures.length < subjects.length && (
        <Notice tone="bad" title={`Not recorded for ${counted(failures.length, 'subject')}`}>
          {failures.map(({ subject, problem }) => (
            <div key={subject.id}>
              {subject.localId}: {problemText(problem)}
            </div>
          ))}
        </Notice>
      )}
      <SchemaForm
        schema={schema}
        value={value}
        onChange={change}
        onSubmit={() => void record()}
        problem={common ?? null}
        projectId={projectId}
        hidden={hidden}
        first={[kind, 'start', 'end']}
      >
        <Button type="submit" loading={busy}>
          Record for {counted(waiting.length, 'subject')}
        </Button>
        <Button variant="default" onClick={onClose} disabled={busy}>
          Cancel
        </Button>
      </SchemaForm>
    </Dialog>
  )
}
