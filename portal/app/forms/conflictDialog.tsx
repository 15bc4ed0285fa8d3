import { Button, Group, Text } from '@mantine/core'
import type { Node } from '#ontology/vocabulary.ts'
import { Dialog } from '../components/dialog.tsx'
import styles from './forms.module.css'
import type { FieldChange } from './mergePatch.ts'
import { valueText } from './valueText.ts'

interface Props {
  changes: FieldChange[]
  schema: Node
  busy: boolean
  onKeepMine: () => void
  onTakeTheirs: () => void
  onClose: () => void
}

/** Somebody saved the record while it was being edited: what changed, and whose version to keep. */
export function ConflictDialog({ changes, schema, busy, onKeepMine, onTakeTheirs, onClose }: Props) {
  const clashes = changes.filter(({ clash }) => clash).length
  return (
    <Dialog opened onClose={onClose} title="Changed in the meantime" size="xl" stackId="forms">
      <Text mb="sm">
        Somebody saved this record while you were editing it.{' '}
        {clashes === 0
          ? 'You changed different fields, so both sets of changes can be kept.'
          : `${clashes === 1 ? 'One field was' : `${clashes} fields were`} changed by both of you; these rows are marked.`}
      </Text>
      <table className={styles.changes}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">Yours</th>
            <th scope="col">Theirs</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ field, base, mine, theirs, clash }) => (
            <tr key={field} className={clash ? styles.clash : undefined}>
              <th scope="row">
                {schema.properties?.[field]?.title ?? field}
                {clash && <div className={styles.note}>changed by both</div>}
              </th>
              <td>{valueText(base)}</td>
              <td>{valueText(mine)}</td>
              <td>{valueText(theirs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onTakeTheirs} disabled={busy}>
          Take theirs, drop my changes
        </Button>
        <Button data-autofocus onClick={onKeepMine} loading={busy}>
          {clashes === 0 ? 'Keep both' : 'Keep mine where both changed'}
        </Button>
      </Group>
    </Dialog>
  )
}
