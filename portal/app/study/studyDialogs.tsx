import { Suspense, lazy } from 'react'
import type { Project } from '#ontology/entities/project.ts'
import type { ImagingSession } from '#ontology/entities/session.ts'
import type { Study } from '#ontology/entities/study.ts'
import { DeleteDialog, type Deletable } from '../curation/deleteDialog.tsx'
import { RecordDialog } from '../curation/recordDialog.tsx'
import { counted, formatBytes } from '../format.ts'
import { KeyboardHelp } from './keyboardHelp.tsx'
import { totalsOf, type SeriesRow } from './rows.ts'

const PublishDialog = lazy(() => import('./publishDialog.tsx').then((m) => ({ default: m.PublishDialog })))
const BulkEdit = lazy(() => import('./bulkEdit.tsx').then((m) => ({ default: m.BulkEdit })))
const LinkSubjects = lazy(() => import('./linkSubjects.tsx').then((m) => ({ default: m.LinkSubjects })))

export type StudyDialog =
  | { kind: 'study' | 'help' }
  | { kind: 'session'; session: ImagingSession }
  | { kind: 'publish' | 'edit' | 'subjects' | 'delete'; rows: SeriesRow[] }

interface Props {
  dialog: StudyDialog | undefined
  study: Study
  project: Project
  onClose: () => void
  /** The page must be read again. */
  onChanged: () => void
  onDeleted: (deleted: Deletable[]) => void
}

/** The dialogs of the Study Manager, one at a time. */
export function StudyDialogs({ dialog, study, project, onClose, onChanged, onDeleted }: Props) {
  const saved = () => {
    onClose()
    onChanged()
  }
  return (
    <>
      <KeyboardHelp opened={dialog?.kind === 'help'} onClose={onClose} />
      <RecordDialog
        opened={dialog?.kind === 'study'}
        entity="Study"
        record={study}
        projectId={project.id}
        hidden={['projectId', 'subjectIds']}
        onSaved={saved}
        onClose={onClose}
      />
      <RecordDialog
        opened={dialog?.kind === 'session'}
        entity="ImagingSession"
        record={dialog?.kind === 'session' ? dialog.session : undefined}
        projectId={project.id}
        hidden={['studyId']}
        onSaved={saved}
        onClose={onClose}
      />
      <Suspense fallback={null}>
        {dialog?.kind === 'publish' && (
          <PublishDialog rows={dialog.rows} study={study} project={project} onChanged={onChanged} onClose={onClose} />
        )}
        {dialog?.kind === 'edit' && (
          <BulkEdit rows={dialog.rows} projectId={project.id} onSaved={onChanged} onClose={onClose} />
        )}
        {dialog?.kind === 'subjects' && (
          <LinkSubjects rows={dialog.rows} projectId={project.id} onSaved={onChanged} onClose={onClose} />
        )}
      </Suspense>
      {dialog?.kind === 'delete' && (
        <DeleteDialog
          opened
          plural="series"
          one="series"
          many="series"
          records={dialog.rows.map(({ series: { id, version, label } }) => ({ id, version, label }))}
          consequence={`${formatBytes(totalsOf(dialog.rows).bytes)} in ${counted(totalsOf(dialog.rows).files, 'file')}`}
          onDeleted={onDeleted}
          onClose={onClose}
        />
      )}
    </>
  )
}
