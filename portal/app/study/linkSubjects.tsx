import { Button, Modal, SegmentedControl } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Type, closed, id, type Node } from '#ontology/vocabulary.ts'
import { getWithTag, send } from '../api.ts'
import type { Problem } from '../contract.ts'
import type { Json } from '../forms/path.ts'
import type { SavedRecord } from '../forms/recordForm.tsx'
import { SchemaForm } from '../forms/schemaForm.tsx'
import { counted } from '../format.ts'
import { problemText } from '../http.ts'
import type { SeriesRow } from './rows.ts'

const schema = closed({
  subjectIds: Type.Array(id({ 'x-ref': 'Subject' }), { title: 'Subjects', maxItems: 100 }),
}) as Node

interface Props {
  rows: readonly SeriesRow[]
  projectId: string
  onSaved: () => void
  onClose: () => void
}

/** Says which subjects are in the chosen images. */
export function LinkSubjects({ rows, projectId, onSaved, onClose }: Props) {
  const [value, setValue] = useState<Json>({})
  const change = useCallback((next: (held: Json) => Json) => setValue(next), [])
  const [mode, setMode] = useState('add')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const chosen = (value.subjectIds as string[] | undefined) ?? []
  const save = async () => {
    setBusy(true)
    const refused: string[] = []
    for (const { series } of rows) {
      const { value: record } = await getWithTag<SavedRecord>(`/series/${series.id}`)
      const held = (record.subjectIds as string[] | undefined) ?? []
      const subjectIds = mode === 'add' ? [...new Set([...held, ...chosen])] : chosen
      const sent = await send('PATCH', `/series/${series.id}`, { subjectIds }, { ifMatch: record.version })
      if (!sent.ok) refused.push(`${series.label}: ${problemText(sent.problem)}`)
    }
    setBusy(false)
    onSaved()
    if (refused.length === 0) return onClose()
    setProblem({ title: `${refused.length} not changed`, status: 422, code: 'invalid', detail: refused.join(' ') })
  }
  return (
    <Modal opened onClose={onClose} title={`Subjects of ${counted(rows.length, 'series', 'series')}`} size="lg">
      <SegmentedControl
        value={mode}
        onChange={setMode}
        data={[
          { value: 'add', label: 'Add to those there are' },
          { value: 'replace', label: 'Replace them' },
        ]}
        mb="sm"
      />
      <SchemaForm
        schema={schema}
        value={value}
        onChange={change}
        onSubmit={() => void save()}
        problem={problem}
        projectId={projectId}
        sparse
      >
        <Button type="submit" loading={busy} disabled={mode === 'add' && chosen.length === 0}>
          {mode === 'replace' && chosen.length === 0 ? 'Remove all subjects' : 'Link subjects'}
        </Button>
        <Button variant="default" onClick={onClose} disabled={busy}>
          Cancel
        </Button>
      </SchemaForm>
    </Modal>
  )
}
