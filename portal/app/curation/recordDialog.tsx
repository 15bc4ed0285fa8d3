import { Suspense, lazy } from 'react'
import { Dialog } from '../components/dialog.tsx'
import type { Json } from '../forms/path.ts'
import type { SavedRecord } from '../forms/recordForm.tsx'
import { formatWords } from '../format.ts'

// Forms are large and needed only when somebody edits.
const RecordForm = lazy(() =>
  import('../forms/recordForm.tsx').then(({ RecordForm: component }) => ({ default: component })),
)

interface Props {
  opened: boolean
  /** Name of the entity; its schema is loaded with the form. */
  entity: string
  record?: unknown
  known?: Json
  projectId?: string | undefined
  hidden?: readonly string[]
  /** Fields that come before the others. */
  first?: readonly string[]
  title?: string
  onSaved: (record: SavedRecord) => void
  onClose: () => void
}

/** Makes or changes a record in a dialog. */
export function RecordDialog(props: Props) {
  const { opened, entity, record, known, projectId, hidden, first, title, onSaved, onClose } = props
  const noun = formatWords(entity).toLowerCase()
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      size="xl"
      title={title ?? (record ? `Edit ${noun}` : `New ${noun}`)}
      closeOnClickOutside={false}
    >
      <Suspense fallback={<p>Loading the form</p>}>
        <RecordForm
          entity={entity}
          record={record as SavedRecord | undefined}
          {...(known && { known })}
          projectId={projectId}
          {...(hidden && { hidden })}
          first={first}
          onSaved={onSaved}
          onCancel={onClose}
        />
      </Suspense>
    </Dialog>
  )
}
