import { Button, Menu } from '@mantine/core'
import { IconDots, IconHistory, IconTrash } from '@tabler/icons-react'
import { Suspense, lazy, useState } from 'react'
import { useNavigate } from 'react-router'
import { Dialog } from '../components/dialog.tsx'
import { DeleteDialog, type Deletable } from './deleteDialog.tsx'

// It names fields, so all schemas come with it.
const HistoryList = lazy(() => import('./historyList.tsx').then((m) => ({ default: m.HistoryList })))

interface Props {
  plural: 'projects' | 'studies' | 'subjects'
  one: string
  many: string
  record: Deletable
  mayDelete: boolean
  /** What goes with it, in numbers. */
  consequence: string
  /** Where to go when it is gone; the way back is offered there. */
  leadsTo: string
}

/** What is rarely done with a record: its history, and deleting it. */
export function MoreMenu({ plural, one, many, record, mayDelete, consequence, leadsTo }: Props) {
  const [open, setOpen] = useState<'history' | 'delete'>()
  const navigate = useNavigate()
  const close = () => setOpen(undefined)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={16} aria-hidden />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconHistory size={16} aria-hidden />} onClick={() => setOpen('history')}>
            History
          </Menu.Item>
          {mayDelete && (
            <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setOpen('delete')}>
              Delete {one}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Dialog opened={open === 'history'} onClose={close} title={`History of “${record.label}”`} size="lg">
        <Suspense fallback={<p>Reading the history</p>}>
          {open === 'history' && <HistoryList plural={plural} id={record.id} mayEdit={mayDelete} />}
        </Suspense>
      </Dialog>
      {open === 'delete' && (
        <DeleteDialog
          opened
          plural={plural}
          one={one}
          many={many}
          records={[record]}
          consequence={consequence}
          onDeleted={(deleted) => void navigate(leadsTo, { state: { deleted, plural } satisfies DeletedState })}
          onClose={close}
        />
      )}
    </>
  )
}

/** What a page is told that follows on a deletion. */
interface DeletedState {
  deleted: Deletable[]
  plural: string
}
