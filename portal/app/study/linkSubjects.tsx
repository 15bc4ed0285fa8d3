import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../components/dialog.tsx'
import { getWithTag, send } from '../api.ts'
import type { Problem } from '../contract.ts'
import type { SavedRecord } from '../forms/recordForm.tsx'
import { counted } from '../format.ts'
import { problemText } from '../http.ts'
import { LinkExisting } from './linkExisting.tsx'
import type { SeriesRow } from './rows.ts'

interface Props {
  rows: readonly SeriesRow[]
  projectId: string
  onSaved: () => void
  onClose: () => void
}

/** Says which subjects are in the chosen images. */
export function LinkSubjects({ rows, projectId, onSaved, onClose }: Props) {
  const [mode, setMode] = useState('add')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const save = async (chosen: string[]) => {
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
    <Dialog opened onClose={onClose} title={`Subjects of ${counted(rows.length, 'series', 'series')}`} size="lg">
      <SegmentedControl
        value={mode}
        onChange={setMode}
        data={[
          { value: 'add', label: 'Add to those there are' },
          { value: 'replace', label: 'Replace them' },
        ]}
        mb="sm"
      />
      <LinkExisting
        projectId={projectId}
        mayBeEmpty={mode === 'replace'}
        submitLabel={(count) => (mode === 'replace' && count === 0 ? 'Remove all subjects' : 'Link subjects')}
        busy={busy}
        problem={problem}
        onChosen={(ids) => void save(ids)}
        onCancel={onClose}
      />
    </Dialog>
  )
}
