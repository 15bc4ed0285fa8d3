import { Dialog } from '../components/dialog.tsx'
import { BulkForm } from '../forms/bulkForm.tsx'
import type { SavedRecord } from '../forms/recordForm.tsx'
import { counted } from '../format.ts'
import type { SeriesRow } from './rows.ts'

/** What differs from series to series, or has an act of its own. */
const perSeries = ['label', 'number', 'subjectIds']

interface Props {
  rows: readonly SeriesRow[]
  projectId: string
  onSaved: () => void
  onClose: () => void
}

/** The same fields of many series at once. */
export function BulkEdit({ rows, projectId, onSaved, onClose }: Props) {
  return (
    <Dialog
      opened
      onClose={onClose}
      size="xl"
      title={`Edit ${counted(rows.length, 'series', 'series')}`}
      closeOnClickOutside={false}
    >
      <p className="dim">What you leave empty stays as it is in each of them.</p>
      <BulkForm
        entity="ImageSeries"
        records={rows.map(({ series }) => series as unknown as SavedRecord)}
        projectId={projectId}
        hidden={perSeries}
        submitLabel={`Change ${counted(rows.length, 'series', 'series')}`}
        onSaved={onSaved}
        onCancel={onClose}
      />
    </Dialog>
  )
}
