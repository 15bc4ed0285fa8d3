import { Button, CloseButton } from '@mantine/core'
import { IconDownload, IconEye, IconPencil, IconSend, IconTrash, IconUsers } from '@tabler/icons-react'
import { counted, formatBytes } from '../format.ts'
import { totalsOf, type SeriesRow } from './rows.ts'
import styles from './study.module.css'

interface Props {
  rows: readonly SeriesRow[]
  mayEdit: boolean
  onView: () => void
  onPublish: () => void
  onEdit: () => void
  onSubjects: () => void
  onDownload: () => void
  onDelete: () => void
  onClear: () => void
}

/** What can be done with the chosen series. */
export function ActionBar(props: Props) {
  const { rows, mayEdit } = props
  const { series, bytes } = totalsOf(rows)
  return (
    <div className={styles.actionBar} role="toolbar" aria-label="Chosen series">
      <strong>
        {counted(series, 'series', 'series')} chosen, {formatBytes(bytes)}
      </strong>
      <Button size="compact-md" leftSection={<IconEye size={16} aria-hidden />} onClick={props.onView}>
        View
      </Button>
      {mayEdit && (
        <>
          <Button
            size="compact-md"
            variant="default"
            leftSection={<IconSend size={16} aria-hidden />}
            onClick={props.onPublish}
          >
            Send to registry
          </Button>
          <Button
            size="compact-md"
            variant="default"
            leftSection={<IconPencil size={16} aria-hidden />}
            onClick={props.onEdit}
          >
            Edit
          </Button>
          <Button
            size="compact-md"
            variant="default"
            leftSection={<IconUsers size={16} aria-hidden />}
            onClick={props.onSubjects}
          >
            Subjects
          </Button>
        </>
      )}
      <Button
        size="compact-md"
        variant="default"
        leftSection={<IconDownload size={16} aria-hidden />}
        onClick={props.onDownload}
      >
        Download
      </Button>
      {mayEdit && (
        <Button
          size="compact-md"
          variant="default"
          color="red"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={props.onDelete}
        >
          Delete
        </Button>
      )}
      <CloseButton aria-label="Choose none" onClick={props.onClear} style={{ marginInlineStart: 'auto' }} />
    </div>
  )
}
