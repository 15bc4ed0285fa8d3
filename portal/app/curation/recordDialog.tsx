import { Suspense, lazy } from 'react'
import type { Entity } from '#ontology/entity.ts'
import { Dialog } from '../components/dialog.tsx'
import type { Json } from '../forms/path.ts'
import type { SavedRecord } from '../forms/recordForm.tsx'

// Forms are large and needed only when somebody edits.
const RecordForm = lazy(() =>
  import('../forms/recordForm.tsx').then(({ RecordForm: component }) => ({ default: component })),
)

interface Props {
  opened: boolean
  entity: unknown
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
  const about = entity as Entity
  const noun = about.title.toLowerCase()
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
          entity={about}
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
